// Google's Draco: primitives of KHR_draco_mesh_compression, whose format is defined by its decoder. It speaks
// C++ only; this is the little of it that is needed, in C.
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct maquette_draco maquette_draco;

// A decoded mesh, or nothing where the bytes are none.
maquette_draco *maquette_draco_decode(const uint8_t *bytes, size_t length);
void maquette_draco_free(maquette_draco *mesh);

size_t maquette_draco_points(const maquette_draco *mesh);
size_t maquette_draco_triangles(const maquette_draco *mesh);
// Three points a triangle.
void maquette_draco_indices(const maquette_draco *mesh, uint32_t *points);
// An attribute of every point; integers are divided by their largest where they are normalized, whatever the
// compressed bytes say of that. 0 where there is none such.
int maquette_draco_floats(
    maquette_draco *mesh, uint32_t attribute, int components, int normalized, float *values);

typedef struct maquette_draco_encoder maquette_draco_encoder;
typedef enum { MAQUETTE_POSITION, MAQUETTE_NORMAL, MAQUETTE_COLOR, MAQUETTE_COORDINATE, MAQUETTE_GENERIC } maquette_draco_kind;

// A mesh to be encoded. Attributes are floats, as many a point as there are components, and are rounded to bits:
// on the grid of a box with a lowest corner and a longest side, or, where the side is 0, as Draco thinks best.
maquette_draco_encoder *maquette_draco_encoder_new(size_t points, size_t triangles, const uint32_t *indices);
void maquette_draco_encoder_free(maquette_draco_encoder *encoder);
// The attribute's number in the encoded bytes, or -1.
int maquette_draco_add(
    maquette_draco_encoder *encoder, maquette_draco_kind kind, int components, const float *values, int bits,
    const float *lowest, float side);
// The encoded bytes, which the encoder keeps; nothing where it fails.
const uint8_t *maquette_draco_encode(maquette_draco_encoder *encoder, size_t *length);
// What is in them: points may have been split, and triangles without area are left out.
size_t maquette_draco_encoded_points(const maquette_draco_encoder *encoder);
size_t maquette_draco_encoded_triangles(const maquette_draco_encoder *encoder);

#ifdef __cplusplus
}
#endif
