// The Academy Software Foundation's OpenEXR: pictures of floating-point numbers in named channels, as
// compositors and training code read them. It speaks C++ only; this is the little of it that is needed, in C.
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct maquette_exr maquette_exr;

// A picture without channels yet.
maquette_exr *maquette_exr_begin(int width, int height);
// A channel of 32-bit floats, or of 16-bit ones where `half` says so. The numbers, each `stride` floats after the
// one before, are copied.
void maquette_exr_channel(
    maquette_exr *picture, const char *name, int half, const float *numbers, size_t stride);
// A sentence in the header.
void maquette_exr_text(maquette_exr *picture, const char *name, const char *text);
// Makes the file in memory, with ZIP compression, to be freed, and frees the picture: nothing, or what went wrong, to
// be freed.
char *maquette_exr_end(maquette_exr *picture, uint8_t **bytes, size_t *length);
// Size and channels of a file in memory, the channels' names a line each, and where there is room for them the numbers
// of one channel after another: nothing, or what went wrong, to be freed.
char *maquette_exr_read(
    const uint8_t *bytes, size_t length, int *width, int *height, char *names, size_t namesLength,
    float *numbers, size_t room);

#ifdef __cplusplus
}
#endif
