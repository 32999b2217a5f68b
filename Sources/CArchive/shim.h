// libarchive writes ZIPs as a stream, where libzip holds every entry in memory until it closes. Its functions import as they are; nothing to wrap.
#include <archive.h>
#include <archive_entry.h>
