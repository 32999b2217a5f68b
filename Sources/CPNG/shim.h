// libpng reports errors by longjmp, which Swift must not see: one whole decode lives
// here with the setjmp around it, and hands back the library's own words.
#include <png.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const unsigned char *input;   // what is left of the file
  size_t inputLength;
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
