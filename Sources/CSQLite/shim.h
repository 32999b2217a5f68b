// SQLite: the service's store; one file, written ahead, safe against crashes and power loss.
#include <sqlite3.h>
