#pragma once

/// What verifying one document leaves behind for the next: certificates and keys as decoded, and
/// chains that held.
///
/// Documents of one enclave share all of their certificates for hours, those of one zone all but
/// two. A chain is verified once; what a later document costs then is its own signature, which is
/// always verified.
///
/// Why a remembered chain is as good as a verified one:
///
/// - *The same bytes.* A chain is known by the SHA-256 of all its certificates, each with its
/// length
///   in front, the trusted root included. Whoever could make two chains with one digest could
///   forge certificates as well.
/// - *The same question.* check_chain() reads nothing but those bytes and the time: no trust store,
///   no network, no revocation. Time decides nothing in it but whether each certificate is within
///   its dates. At a time at which all of them are, as they were when the chain held, every step of
///   it goes the same way. So a chain that held once holds from the latest `not_before` up to, and
///   without, the earliest `not_after`, and nothing is concluded about any other time.
/// - *Only a yes.* Chains that do not hold are not remembered: whoever has one gets the reason,
/// every
///   time. Nothing is remembered that was not found by check_chain() itself.
///
/// Safe to use from several threads. Memory: at most `most_entries` of each, some 5 KiB apiece;
/// where there are more, all are forgotten at once, which costs time and nothing else.

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string_view>

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/rfc3339.hpp"
#include "reproduce/crypto/chain.hpp"
#include "reproduce/crypto/digest.hpp"
#include "reproduce/crypto/x509.hpp"

namespace reproduce::attestation {

class ChainCache {
 public:
  explicit ChainCache(std::size_t most_entries = 1024) : most_entries_(most_entries) {}

  /// decode_certificate().
  [[nodiscard]] Certificate decode(ByteView der, std::string_view what);

  /// public_key(), by the certificate's fingerprint; null where there is none. Decoding a key takes
  /// OpenSSL a good part of the time that a signature does.
  [[nodiscard]] std::shared_ptr<const EcPublicKey> key_of(const Certificate& certificate);

  /// check_chain().
  [[nodiscard]] std::optional<ChainFailure> check(std::span<const Certificate> chain,
                                                  UnixSeconds at);

  /// How many chains were verified in full so far, for reports and tests.
  [[nodiscard]] std::uint64_t verified_chains() const;

 private:
  /// When a chain holds: from `begin` on, before `end`.
  struct Period {
    UnixSeconds begin = 0;
    UnixSeconds end = 0;
  };

  std::size_t most_entries_;
  mutable std::mutex mutex_;  // for all below
  /// Shared with whoever is using one while another thread forgets all.
  std::map<Sha256Digest, std::shared_ptr<const Certificate>> certificates_;
  std::map<Sha256Digest, std::shared_ptr<const EcPublicKey>> keys_;
  std::map<Sha256Digest, Period> chains_;
  std::uint64_t verified_chains_ = 0;
};

}  // namespace reproduce::attestation
