/* Maquette for programs in C, and in what speaks to it: libmaquette-c.so.
 *
 * Settings are JSON objects with the names that `maquette VERB --help` has, in camel case: --target-triangles is
 * "targetTriangles". Everything that is made comes back as a result, which says how it ended, holds a JSON object, and
 * lends arrays until it is freed. Calls may be made from any thread and beside each other, but for those on one
 * `maquette_views`, which all come from the thread that opened it. Where OpenGL draws, a thread has one context: open one
 * `maquette_views` a thread, render from another, and keep your own context elsewhere. */
#ifndef MAQUETTE_H
#define MAQUETTE_H
#include <stddef.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

typedef struct maquette_result maquette_result;
typedef struct maquette_views maquette_views;

/* Told how far the work is, 0 to 1, from any thread; cancels it by giving another number than 0. */
typedef int (*maquette_progress)(double fraction, void *context);

enum maquette_type { MAQUETTE_UINT8 = 0, MAQUETTE_UINT32 = 1, MAQUETTE_INT64 = 2, MAQUETTE_FLOAT32 = 3, MAQUETTE_FLOAT64 = 4 };

typedef struct {
  const void *data;
  int32_t type; /* maquette_type */
  int32_t dimensions;
  int64_t shape[4];
  int64_t strides[4]; /* in bytes; rows of three numbers may lie four numbers apart */
} maquette_array;

const char *maquette_version(void);

/* Any verb of the command line, on files: the same bytes. `inputs` ends with NULL; `output` may be NULL.
 * JSON: "result", what the command line says; "outputs", the paths written; "unmet", what was asked for and is not so. */
maquette_result *maquette_run(const char *verb, const char *settings, const char *const *inputs, const char *output,
                              uint64_t seed, maquette_progress progress, void *context);

/* decimate, remesh or repair on arrays: `vertices` x 3 positions, `triangles` x 3 indices, both packed.
 * Arrays: vertices (n, 3) float32, triangles (m, 3) uint32, sources (m) int64: the triangle each came from. */
maquette_result *maquette_mesh(const char *verb, const char *settings, const float *positions, size_t vertices,
                               const uint32_t *indices, size_t triangles, uint64_t seed, maquette_progress progress,
                               void *context);

/* Seeds are at most 2^63 - 1. */

/* The views that `render` draws of a file, or where `model` is NULL of arrays.
 * Arrays: color (n, h, w, 4) uint8, sRGB with straight alpha; depth (n, h, w) float32 along the camera's axis, 0 where
 * there is nothing; cameras (n, 4, 4) float64, camera to world, OpenGL's axes, +y up. */
maquette_result *maquette_render(const char *settings, const char *model, const float *positions, size_t vertices,
                                 const uint32_t *indices, size_t triangles, maquette_progress progress, void *context);

/* The views of a training set, as `dataset` makes them, one by one. NULL where it fails, and then `failure` is why. */
maquette_views *maquette_open_views(const char *settings, const char *model, const float *positions, size_t vertices,
                                    const uint32_t *indices, size_t triangles, uint64_t seed,
                                    maquette_progress progress, void *context, maquette_result **failure);
size_t maquette_views_count(const maquette_views *views);
/* One view: color (h, w, 4) uint8, depth (h, w) float32, normal (h, w, 4) uint8 as 127.5 n + 127.5 with +z up and alpha
 * 255 where there is a surface, camera (4, 4) float64 as in transforms.json: camera to world, OpenGL's axes, +z up.
 * JSON: split, width, height, fl_x, fl_y, cx, cy. */
maquette_result *maquette_view(maquette_views *views, size_t index);
void maquette_close_views(maquette_views *views);

/* As the program's exit code: 0 done, 1 a guarantee is not met, 2 usage, 3 unreadable, 4 unwritable, 5 something is
 * missing, 130 cancelled. */
int32_t maquette_result_status(const maquette_result *result);
/* {"result": ..., "warnings": [...]} or {"error": {"code", "message", "where"}, "warnings": [...]} */
const char *maquette_result_json(const maquette_result *result);
/* 1 where there is an array of this name. */
int32_t maquette_result_array(const maquette_result *result, const char *name, maquette_array *array);
void maquette_result_free(maquette_result *result);

#ifdef __cplusplus
}
#endif
#endif
