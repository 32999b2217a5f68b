// OpenSSL's libcrypto: SHA-256, the name by which files are known in manifests and results.
#include <openssl/evp.h>
#include <openssl/hmac.h>
