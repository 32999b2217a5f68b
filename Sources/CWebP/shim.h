// Google's libwebp: pictures of EXT_texture_webp. Its simple interface imports as it is; nothing to wrap.
#include <webp/decode.h>
