// Intel's ISA-L deflates XML four times as fast as zlib's fastest level, and smaller: the time of a 3MF
// file is mostly this, and so was a third of that of a rendered view. Its stream struct is large and wants a work buffer, so one whole call lives here.
#include <isa-l.h>
#include <stdint.h>
#include <stdlib.h>

// Deflates `input` into `output`, raw or in zlib's wrapping. Returns the length, or 0 when it did not fit or no memory was left.
static inline size_t maquette_deflate(
    const uint8_t *input, uint32_t length, uint8_t *output, uint32_t capacity, int isWrapped) {
  struct isal_zstream *stream = (struct isal_zstream *)calloc(1, sizeof *stream);
  // Zeros, because what the buffer holds decides which of two equal matches is taken.
  uint8_t *work = (uint8_t *)calloc(1, ISAL_DEF_LVL1_DEFAULT);
  size_t written = 0;
  if (stream && work) {
    isal_deflate_init(stream);
    stream->level = 1;
    if (isWrapped) stream->gzip_flag = IGZIP_ZLIB;
    stream->level_buf = work;
    stream->level_buf_size = ISAL_DEF_LVL1_DEFAULT;
    stream->end_of_stream = 1;
    stream->flush = NO_FLUSH;
    stream->next_in = (uint8_t *)input;
    stream->avail_in = length;
    stream->next_out = output;
    stream->avail_out = capacity;
    if (isal_deflate(stream) == COMP_OK && stream->avail_in == 0 &&
        stream->internal_state.state == ZSTATE_END)
      written = stream->total_out;
  }
  free(work);
  free(stream);
  return written;
}

static inline uint32_t maquette_crc32(const uint8_t *input, uint64_t length) {
  return crc32_gzip_refl(0, input, length);
}

// The sum of what came before, `sum`, and of this.
static inline uint32_t maquette_crc32_continued(uint32_t sum, const uint8_t *input, uint64_t length) {
  return crc32_gzip_refl(sum, input, length);
}
