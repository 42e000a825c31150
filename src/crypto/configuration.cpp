#include "reproduce/crypto/configuration.hpp"

#include <openssl/crypto.h>

namespace reproduce {

void ignore_openssl_configuration() noexcept {
  (void)OPENSSL_init_crypto(OPENSSL_INIT_NO_LOAD_CONFIG, nullptr);
}

}  // namespace reproduce
