#pragma once

/// Whether certificates lead from one that is to be trusted back to one that is.

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "reproduce/base/rfc3339.hpp"
#include "reproduce/crypto/x509.hpp"

namespace reproduce {

struct ChainFailure {
  std::size_t position = 0;        ///< in the chain, from 0 for the leaf
  bool is_about_the_time = false;  ///< expired or not yet valid, and nothing worse before it
  std::string reason;              ///< OpenSSL's words
};

/// Checks `chain` as RFC 5280 (section 6.1) does, by OpenSSL: signatures, names,
/// every validity period (the root's too) at the time `at`, path lengths,
/// certificate authorities, unknown critical extensions. Each certificate must
/// be issued by the next; the last one is the trusted root and must have issued
/// itself. Nothing but these certificates counts: the system's trust store is
/// not read, nothing is fetched, and revocation is not looked up.
///
/// X509_V_FLAG_X509_STRICT is off: AWS's leaves have no Authority Key Identifier.
///
/// Source: RFC 5280; AWS, "Verifying the root of trust" (no CRL).
[[nodiscard]] std::optional<ChainFailure> check_chain(std::span<const Certificate> chain,
                                                      UnixSeconds at);

}  // namespace reproduce
