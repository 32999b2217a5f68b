// libpq: PostgreSQL as the service's store, where several machines share one.
#include <libpq-fe.h>
