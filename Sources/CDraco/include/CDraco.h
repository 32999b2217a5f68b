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

#ifdef __cplusplus
}
#endif
