#pragma once

/// What OpenSSL takes from the machine.

namespace reproduce {

/// Keeps OpenSSL from reading the machine's openssl.cnf, which is for another build of it when
/// OpenSSL is linked statically: a provider that such a file asks for, and that is not in the
/// program, would leave no algorithms at all. To be called before anything else of this shelf.
void ignore_openssl_configuration() noexcept;

}  // namespace reproduce
