// The HDF Group's library: the format that Python reads as arrays, slice by slice. Its types and some of its
// constants are macros that Swift does not see; they are functions here, and so are calls whose callback would be.
#include <hdf5.h>
#include <stdlib.h>
#include <string.h>

// The element types that are used, by number.
static inline hid_t maquette_h5_type(int kind) {
  switch (kind) {
    case 0: return H5T_NATIVE_UINT8;
    case 1: return H5T_NATIVE_UINT16;
    case 2: return H5T_NATIVE_FLOAT;
    case 3: return H5T_NATIVE_DOUBLE;
    default: return H5T_NATIVE_INT64;
  }
}

// The number of a stored type, or -1.
static inline int maquette_h5_kind(hid_t type) {
  const size_t size = H5Tget_size(type);
  switch (H5Tget_class(type)) {
    case H5T_INTEGER: return size == 1 ? 0 : size == 2 ? 1 : 4;
    case H5T_FLOAT: return size == 8 ? 3 : 2;
    default: return -1;
  }
}

// How a dataset is made: chunks, and filters; without the time, so that equal content is equal bytes.
static inline hid_t maquette_h5_layout(int rank, const hsize_t *chunk, int isShuffled) {
  hid_t list = H5Pcreate(H5P_DATASET_CREATE);
  H5Pset_obj_track_times(list, 0);
  if (chunk) {
    H5Pset_chunk(list, rank, chunk);
    H5Pset_alloc_time(list, H5D_ALLOC_TIME_INCR);
    if (isShuffled) H5Pset_shuffle(list);
    H5Pset_deflate(list, 1);
  }
  return list;
}

static inline hid_t maquette_h5_create(const char *path) {
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  return H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
}

static inline hid_t maquette_h5_open(const char *path) {
  H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
  return H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
}

// A group that makes its parents.
static inline hid_t maquette_h5_group(hid_t file, const char *path) {
  hid_t links = H5Pcreate(H5P_LINK_CREATE);
  H5Pset_create_intermediate_group(links, 1);
  hid_t group = H5Gcreate2(file, path, links, H5P_DEFAULT, H5P_DEFAULT);
  H5Pclose(links);
  return group;
}

// A text of any length as Python's own strings have it.
static inline hid_t maquette_h5_text_type(void) {
  hid_t type = H5Tcopy(H5T_C_S1);
  H5Tset_size(type, H5T_VARIABLE);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

// A text beside an object, to be freed; nothing where there is none.
static inline char *maquette_h5_text(hid_t file, const char *path, const char *name) {
  char *text = NULL, *copy = NULL;
  hid_t object = H5Oopen(file, path, H5P_DEFAULT);
  if (object < 0) return NULL;
  hid_t attribute = H5Aexists(object, name) > 0 ? H5Aopen(object, name, H5P_DEFAULT) : -1;
  if (attribute >= 0) {
    hid_t stored = H5Aget_type(attribute), type = maquette_h5_text_type();
    if (H5Tget_class(stored) == H5T_STRING && H5Tis_variable_str(stored) > 0 &&
        H5Aread(attribute, type, &text) >= 0 && text) {
      copy = strdup(text);
      H5free_memory(text);
    }
    H5Tclose(type);
    H5Tclose(stored);
    H5Aclose(attribute);
  }
  H5Oclose(object);
  return copy;
}

struct maquette_h5_names {
  char *text;
  size_t length;
};

static inline herr_t maquette_h5_visit(
    hid_t object, const char *name, const H5O_info_t *info, void *context) {
  (void)object;
  struct maquette_h5_names *names = (struct maquette_h5_names *)context;
  if (info->type != H5O_TYPE_DATASET) return 0;
  const size_t length = strlen(name) + 1;
  char *text = (char *)realloc(names->text, names->length + length);
  if (!text) return -1;
  memcpy(text + names->length, name, length - 1);
  text[names->length + length - 1] = '\n';
  names->text = text;
  names->length += length;
  return 0;
}

// The paths of all datasets, a line each, to be freed; nothing on failure.
static inline char *maquette_h5_datasets(hid_t file, size_t *length) {
  struct maquette_h5_names names = {NULL, 0};
  if (H5Ovisit2(file, H5_INDEX_NAME, H5_ITER_INC, maquette_h5_visit, &names, H5O_INFO_BASIC) < 0) {
    free(names.text);
    return NULL;
  }
  *length = names.length;
  return names.text ? names.text : (char *)calloc(1, 1);
}
