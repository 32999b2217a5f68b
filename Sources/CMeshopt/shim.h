// meshoptimizer: buffer views of EXT_meshopt_compression, whose format is theirs, and the order of vertices that
// caches and compression like. It imports as it is; nothing to wrap.
#include <meshoptimizer.h>
