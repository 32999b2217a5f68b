// libpng reports errors by longjmp, which Swift must not see: one whole decode and one whole encode
// live here, each with the setjmp around it, and hand back the library's own words.
#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const unsigned char *input;   // decode: what is left of the file
  size_t inputLength;
  unsigned char *output;        // encode: the file so far, from malloc
  size_t outputLength, outputCapacity;
  char message[200];
  int warned;
} maquette_png;

static void maquette_png_error(png_structp png, png_const_charp text) {
  maquette_png *state = (maquette_png *)png_get_error_ptr(png);
  strncpy(state->message, text, sizeof state->message - 1);
  longjmp(png_jmpbuf(png), 1);
}
static void maquette_png_warning(png_structp png, png_const_charp text) {
  maquette_png *state = (maquette_png *)png_get_error_ptr(png);
  if (!state->warned) strncpy(state->message, text, sizeof state->message - 1);
  state->warned = 1;
}
static void maquette_png_read(png_structp png, png_bytep to, size_t length) {
  maquette_png *state = (maquette_png *)png_get_io_ptr(png);
  if (length > state->inputLength) png_error(png, "the file ends too early");
  memcpy(to, state->input, length);
  state->input += length;
  state->inputLength -= length;
}
static void maquette_png_write(png_structp png, png_bytep from, size_t length) {
  maquette_png *state = (maquette_png *)png_get_io_ptr(png);
  size_t needed = state->outputLength + length;
  if (needed > state->outputCapacity) {
    size_t capacity = needed * 2;
    unsigned char *grown = (unsigned char *)realloc(state->output, capacity);
    if (!grown) png_error(png, "out of memory");
    state->output = grown;
    state->outputCapacity = capacity;
  }
  memcpy(state->output + state->outputLength, from, length);
  state->outputLength = needed;
}
static void maquette_png_flush(png_structp png) { (void)png; }

// Width, height, channels and bits of the picture as decoding gives it (palette expanded, 1-4 bits
// widened to 8). Returns 0 and a message on failure. With pixels == NULL only the header is read.
static inline int maquette_png_decode(
    maquette_png *state, unsigned *width, unsigned *height, int *channels, int *bits,
    unsigned char *pixels, size_t pixelsLength) {
  png_structp png = png_create_read_struct(PNG_LIBPNG_VER_STRING, state, maquette_png_error, maquette_png_warning);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  png_bytep *volatile rows = NULL;
  if (!info || setjmp(png_jmpbuf(png))) {
    free(rows);
    png_destroy_read_struct(&png, &info, NULL);
    return 0;
  }
  png_set_read_fn(png, state, maquette_png_read);
  png_set_user_limits(png, 1u << 20, 1u << 20);
  png_read_info(png, info);
  png_set_expand(png);
  if (png_get_bit_depth(png, info) == 16) png_set_swap(png);
  png_set_interlace_handling(png);
  png_read_update_info(png, info);
  *width = png_get_image_width(png, info);
  *height = png_get_image_height(png, info);
  *channels = png_get_channels(png, info);
  *bits = png_get_bit_depth(png, info);
  if (pixels) {
    size_t stride = png_get_rowbytes(png, info);
    if (stride * *height != pixelsLength) png_error(png, "the header changed between two reads");
    rows = (png_bytep *)malloc(sizeof(png_bytep) * *height);
    if (!rows) png_error(png, "out of memory");
    for (unsigned y = 0; y < *height; y++) rows[y] = pixels + y * stride;
    png_read_image(png, rows);
    png_read_end(png, NULL);
  }
  free(rows);
  png_destroy_read_struct(&png, &info, NULL);
  return 1;
}

// Level 1, one fixed filter, run-length strategy: many times faster than libpng's defaults, for somewhat
// more bytes on rendered pictures.
static inline int maquette_png_encode(
    maquette_png *state, unsigned width, unsigned height, int channels, int bits,
    const unsigned char *pixels) {
  static const int colors[5] = {0, PNG_COLOR_TYPE_GRAY, PNG_COLOR_TYPE_GRAY_ALPHA, PNG_COLOR_TYPE_RGB, PNG_COLOR_TYPE_RGB_ALPHA};
  png_structp png = png_create_write_struct(PNG_LIBPNG_VER_STRING, state, maquette_png_error, maquette_png_warning);
  png_infop info = png ? png_create_info_struct(png) : NULL;
  if (!info || setjmp(png_jmpbuf(png))) {
    png_destroy_write_struct(&png, &info);
    free(state->output);
    state->output = NULL;
    return 0;
  }
  png_set_write_fn(png, state, maquette_png_write, maquette_png_flush);
  png_set_IHDR(png, info, width, height, bits, colors[channels], PNG_INTERLACE_NONE, PNG_COMPRESSION_TYPE_DEFAULT, PNG_FILTER_TYPE_DEFAULT);
  png_set_compression_level(png, 1);
  png_set_compression_strategy(png, 3);
  png_set_filter(png, 0, PNG_FILTER_SUB);
  png_write_info(png, info);
  if (bits == 16) png_set_swap(png);
  size_t stride = (size_t)width * channels * (bits / 8);
  for (unsigned y = 0; y < height; y++) png_write_row(png, (png_bytep)(pixels + y * stride));
  png_write_end(png, NULL);
  png_destroy_write_struct(&png, &info);
  return 1;
}
