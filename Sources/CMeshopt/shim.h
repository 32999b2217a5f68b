// meshoptimizer's decoders: buffer views of EXT_meshopt_compression, whose format is theirs. They import as
// they are; nothing to wrap.
#include <meshoptimizer.h>
