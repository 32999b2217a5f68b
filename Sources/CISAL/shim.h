// Intel's ISA-L deflates XML four times as fast as zlib's fastest level, and smaller: the time of a 3MF
// file is mostly this, and so was a third of that of a rendered view. Its stream struct is large and wants a work buffer, so one whole call lives here.
#include <isa-l.h>
#include <stdint.h>
#include <stdlib.h>

// Deflates `input` into `output`, raw or in zlib's wrapping. Returns the length, or 0 when it did not fit or no memory was left.
static inline size_t maquette_deflate(
    const uint8_t *input, uint32_t length, uint8_t *output, uint32_t capacity, int isWrapped) {
  struct isal_zstream *stream = (struct isal_zstream *)malloc(sizeof *stream);
  uint8_t *work = (uint8_t *)malloc(ISAL_DEF_LVL1_DEFAULT);
  size_t written = 0;
  if (stream && work) {
    // At the very first byte the library's fast loop (2.30) hashes a register that it has not set, the address of
    // `stream`: which of two equal matches is taken later would depend on where that lies. Up to 16 bytes go by
    // another loop, so the first 8 go alone, and the fast one never sees the first byte.
    const uint32_t head = length > 16 ? 8 : 0;
    isal_deflate_init(stream);
    stream->level = 1;
    if (isWrapped) stream->gzip_flag = IGZIP_ZLIB;
    stream->level_buf = work;
    stream->level_buf_size = ISAL_DEF_LVL1_DEFAULT;
    stream->next_in = (uint8_t *)input;
    stream->avail_in = head;
    stream->next_out = output;
    stream->avail_out = capacity;
    stream->flush = SYNC_FLUSH;
    if (head == 0 || isal_deflate(stream) == COMP_OK) {
      stream->avail_in += length - head;
      stream->flush = NO_FLUSH;
      stream->end_of_stream = 1;
      if (isal_deflate(stream) == COMP_OK && stream->avail_in == 0 &&
          stream->internal_state.state == ZSTATE_END)
        written = stream->total_out;
    }
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
