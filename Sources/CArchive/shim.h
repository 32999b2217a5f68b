// libarchive writes ZIPs as a stream in about 1 MB of memory, where libzip holds every entry until
// it closes. Its functions import as they are; nothing to wrap.
#include <archive.h>
#include <archive_entry.h>
