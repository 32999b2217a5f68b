// Google's libwebp: pictures of EXT_texture_webp, and rendered ones. Its simple interface imports as it is;
// nothing to wrap.
#include <webp/decode.h>
#include <webp/encode.h>
