// libjpeg-turbo's TurboJPEG interface: JPEG decoding and encoding in memory, errors as return codes.
// Its functions import as they are; nothing to wrap.
#include <turbojpeg.h>
