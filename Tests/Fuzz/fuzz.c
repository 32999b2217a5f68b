// What libFuzzer, which brings its own main, calls with each input. In C because the build tool expects a
// main of its own of every program in Swift.
#include <stddef.h>
#include <stdint.h>

int maquette_fuzz(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return maquette_fuzz(data, size); }
