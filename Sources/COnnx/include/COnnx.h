// ONNX Runtime, which runs other people's networks. It is loaded when it is asked for and is no part of the build: the
// user brings it, since Debian does not have it. Its C interface is a table of functions whose places never change
// (onnxruntime.ai, "C API"); this declares the few that are called.
#pragma once
#include <stddef.h>
#include <stdint.h>

typedef struct maquette_onnx maquette_onnx;

typedef struct {
  const char *name;
  const float *values;
  size_t count;
  const int64_t *shape;
  size_t dimensions;
} maquette_onnx_tensor;

// A network, ready to run; NULL where the library or the file cannot be loaded, with why in `message`. `cause` is 1
// where it is the library and 2 where it is the network.
maquette_onnx *maquette_onnx_open(
    const char *library, const char *model, int threads, int *cause, char *message, size_t room);
void maquette_onnx_close(maquette_onnx *graph);

size_t maquette_onnx_ports(const maquette_onnx *graph, int output);
// Copies a name; "" where there is none.
void maquette_onnx_name(maquette_onnx *graph, int output, size_t index, char *name, size_t room);
// Fills up to eight sizes of an input, -1 where any will do; gives how many there are.
size_t maquette_onnx_shape(maquette_onnx *graph, size_t index, int64_t *shape);

// 0 where it went well. May be stopped from another thread.
int maquette_onnx_run(
    maquette_onnx *graph, const maquette_onnx_tensor *inputs, size_t inputs_count,
    const char *const *outputs, size_t outputs_count, char *message, size_t room);
void maquette_onnx_stop(maquette_onnx *graph);
// An output of the last run: its numbers, until the next; NULL where they are not 32-bit floats.
const float *maquette_onnx_result(
    maquette_onnx *graph, size_t index, int64_t *shape, size_t *dimensions, size_t *count);
