#include "COnnx.h"
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Status Status;

// Places in the table.
enum {
  get_error_message = 2, create_env = 3, create_session = 7, run = 9, create_session_options = 10,
  set_intra_op_threads = 24, set_inter_op_threads = 25, input_count = 30, output_count = 31,
  input_type = 33, input_name = 36, output_name = 37, create_run_options = 39, run_terminate = 46,
  create_tensor = 49, tensor_data = 51, cast_type = 55, element_type = 60, dimension_count = 61,
  dimensions = 62, element_count = 64, tensor_shape = 65, create_cpu_memory = 69,
  allocator_free = 76, default_allocator = 78, release_env = 92, release_status = 93,
  release_memory = 94, release_session = 95, release_value = 96, release_run_options = 97,
  release_type = 98, release_shape = 99, release_session_options = 100
};

enum { float32 = 1, most_results = 8 };

struct maquette_onnx {
  void *library;
  const void *const *table;
  void *env, *options, *session, *run_options, *memory, *allocator;
  void *results[most_results];
  size_t ports[2];
};

#define CALL(graph, place, types, ...) ((Status * (*) types)(graph)->table[place])(__VA_ARGS__)
#define RELEASE(graph, place, object) ((void (*)(void *))(graph)->table[place])(object)

// Whether a call failed; its words are copied then.
static int failed(maquette_onnx *graph, Status *status, char *message, size_t room) {
  if (!status) return 0;
  if (message) {
    const char *words = ((const char *(*)(const Status *))graph->table[get_error_message])(status);
    snprintf(message, room, "%s", words);
  }
  RELEASE(graph, release_status, status);
  return 1;
}

static void forget_results(maquette_onnx *graph) {
  for (int i = 0; i < most_results; i++) {
    if (graph->results[i]) RELEASE(graph, release_value, graph->results[i]);
    graph->results[i] = NULL;
  }
}

void maquette_onnx_close(maquette_onnx *graph) {
  if (!graph) return;
  if (graph->table) {
    forget_results(graph);
    if (graph->memory) RELEASE(graph, release_memory, graph->memory);
    if (graph->run_options) RELEASE(graph, release_run_options, graph->run_options);
    if (graph->session) RELEASE(graph, release_session, graph->session);
    if (graph->options) RELEASE(graph, release_session_options, graph->options);
    if (graph->env) RELEASE(graph, release_env, graph->env);
  }
  // The library stays: its threads may still run.
  free(graph);
}

static int prepare(maquette_onnx *graph, const char *model, int threads, char *message, size_t room) {
  if (failed(graph, CALL(graph, create_env, (int, const char *, void **), 3, "maquette", &graph->env), message, room)) return 0;
  if (failed(graph, CALL(graph, create_session_options, (void **), &graph->options), message, room)) return 0;
  if (failed(graph, CALL(graph, set_intra_op_threads, (void *, int), graph->options, threads), message, room)) return 0;
  if (failed(graph, CALL(graph, set_inter_op_threads, (void *, int), graph->options, 1), message, room)) return 0;
  if (failed(graph, CALL(graph, create_session, (void *, const char *, void *, void **), graph->env, model, graph->options, &graph->session), message, room)) return 0;
  if (failed(graph, CALL(graph, create_run_options, (void **), &graph->run_options), message, room)) return 0;
  // An arena, and memory of the processor.
  if (failed(graph, CALL(graph, create_cpu_memory, (int, int, void **), 1, 0, &graph->memory), message, room)) return 0;
  if (failed(graph, CALL(graph, default_allocator, (void **), &graph->allocator), message, room)) return 0;
  if (failed(graph, CALL(graph, input_count, (void *, size_t *), graph->session, &graph->ports[0]), message, room)) return 0;
  return !failed(graph, CALL(graph, output_count, (void *, size_t *), graph->session, &graph->ports[1]), message, room);
}

maquette_onnx *maquette_onnx_open(
    const char *library, const char *model, int threads, int *cause, char *message, size_t room) {
  *cause = 1;
  maquette_onnx *graph = calloc(1, sizeof *graph);
  if (!graph) {
    snprintf(message, room, "there is no memory left");
    return NULL;
  }
  graph->library = dlopen(library, RTLD_NOW | RTLD_LOCAL);
  if (!graph->library) {
    snprintf(message, room, "%s", dlerror());
    maquette_onnx_close(graph);
    return NULL;
  }
  typedef struct { const void *(*table)(uint32_t version); const char *(*version)(void); } Base;
  const Base *(*base)(void) = (const Base *(*)(void))dlsym(graph->library, "OrtGetApiBase");
  if (base) graph->table = base()->table(1);
  if (!graph->table) {
    snprintf(message, room, "it is not ONNX Runtime");
    maquette_onnx_close(graph);
    return NULL;
  }
  *cause = 2;
  if (!prepare(graph, model, threads, message, room)) {
    maquette_onnx_close(graph);
    return NULL;
  }
  return graph;
}

size_t maquette_onnx_ports(const maquette_onnx *graph, int output) { return graph->ports[output != 0]; }

void maquette_onnx_name(maquette_onnx *graph, int output, size_t index, char *name, size_t room) {
  char *found = NULL;
  name[0] = 0;
  Status *status = CALL(
      graph, output ? output_name : input_name, (void *, size_t, void *, char **), graph->session, index,
      graph->allocator, &found);
  if (failed(graph, status, NULL, 0)) return;
  snprintf(name, room, "%s", found);
  failed(graph, CALL(graph, allocator_free, (void *, void *), graph->allocator, found), NULL, 0);
}

size_t maquette_onnx_shape(maquette_onnx *graph, size_t index, int64_t *shape) {
  void *type = NULL;
  const void *tensor = NULL;
  size_t count = 0;
  if (failed(graph, CALL(graph, input_type, (void *, size_t, void **), graph->session, index, &type), NULL, 0)) return 0;
  if (!failed(graph, CALL(graph, cast_type, (void *, const void **), type, &tensor), NULL, 0) && tensor
      && !failed(graph, CALL(graph, dimension_count, (const void *, size_t *), tensor, &count), NULL, 0)) {
    if (count > 8 || failed(graph, CALL(graph, dimensions, (const void *, int64_t *, size_t), tensor, shape, count), NULL, 0)) count = 0;
  }
  RELEASE(graph, release_type, type);
  return count;
}

int maquette_onnx_run(
    maquette_onnx *graph, const maquette_onnx_tensor *inputs, size_t inputs_count,
    const char *const *outputs, size_t outputs_count, char *message, size_t room) {
  forget_results(graph);
  if (inputs_count > most_results || outputs_count > most_results) {
    snprintf(message, room, "there are more than %d inputs or outputs", most_results);
    return 1;
  }
  void *values[most_results] = {0};
  const char *names[most_results];
  int status = 0;
  for (size_t i = 0; i < inputs_count && !status; i++) {
    names[i] = inputs[i].name;
    status = failed(graph, CALL(
        graph, create_tensor, (const void *, void *, size_t, const int64_t *, size_t, int, void **), graph->memory,
        (void *)inputs[i].values, inputs[i].count * sizeof(float), inputs[i].shape, inputs[i].dimensions, float32,
        &values[i]), message, room);
  }
  if (!status) {
    status = failed(graph, CALL(
        graph, run,
        (void *, const void *, const char *const *, const void *const *, size_t, const char *const *, size_t, void **),
        graph->session, graph->run_options, names, (const void *const *)values, inputs_count, outputs, outputs_count,
        graph->results), message, room);
  }
  for (size_t i = 0; i < inputs_count; i++) {
    if (values[i]) RELEASE(graph, release_value, values[i]);
  }
  return status;
}

void maquette_onnx_stop(maquette_onnx *graph) {
  failed(graph, CALL(graph, run_terminate, (void *), graph->run_options), NULL, 0);
}

const float *maquette_onnx_result(
    maquette_onnx *graph, size_t index, int64_t *shape, size_t *dimensions_count, size_t *count) {
  void *info = NULL;
  float *values = NULL;
  int type = 0;
  if (index >= most_results || !graph->results[index]) return NULL;
  if (failed(graph, CALL(graph, tensor_shape, (const void *, void **), graph->results[index], &info), NULL, 0)) return NULL;
  int is_known = !failed(graph, CALL(graph, element_type, (const void *, int *), info, &type), NULL, 0)
      && type == float32
      && !failed(graph, CALL(graph, dimension_count, (const void *, size_t *), info, dimensions_count), NULL, 0)
      && *dimensions_count <= 8
      && !failed(graph, CALL(graph, dimensions, (const void *, int64_t *, size_t), info, shape, *dimensions_count), NULL, 0)
      && !failed(graph, CALL(graph, element_count, (const void *, size_t *), info, count), NULL, 0)
      && !failed(graph, CALL(graph, tensor_data, (void *, void **), graph->results[index], (void **)&values), NULL, 0);
  RELEASE(graph, release_shape, info);
  return is_known ? values : NULL;
}
