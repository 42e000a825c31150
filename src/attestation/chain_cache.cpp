#include "reproduce/attestation/chain_cache.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace reproduce::attestation {
namespace {

Sha256Digest digest_of(std::span<const Certificate> chain) {
  Sha256 digest;
  for (const Certificate& certificate : chain) {
    std::uint64_t size = certificate.der.size();
    std::array<std::uint8_t, sizeof size> length{};
    for (std::uint8_t& byte : length) {
      byte = static_cast<std::uint8_t>(size & 0xff);
      size >>= 8;
    }
    digest.update(length);
    digest.update(certificate.der);
  }
  return std::move(digest).finish();
}

}  // namespace

Certificate ChainCache::decode(ByteView der, std::string_view what) {
  const Sha256Digest name = sha256(der);
  std::shared_ptr<const Certificate> known;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = certificates_.find(name); found != certificates_.end())
      known = found->second;
  }
  if (known) return *known;
  Certificate certificate = decode_certificate(der, what);
  known = std::make_shared<const Certificate>(certificate);
  const std::lock_guard lock(mutex_);
  if (certificates_.size() >= most_entries_) certificates_.clear();
  certificates_.emplace(name, std::move(known));
  return certificate;
}

std::shared_ptr<const EcPublicKey> ChainCache::key_of(const Certificate& certificate) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = keys_.find(certificate.fingerprint);
    if (found != keys_.end()) return found->second;
  }
  std::optional<EcPublicKey> decoded = public_key(certificate);
  if (!decoded) return nullptr;
  auto key = std::make_shared<const EcPublicKey>(std::move(*decoded));
  const std::lock_guard lock(mutex_);
  if (keys_.size() >= most_entries_) keys_.clear();
  keys_.emplace(certificate.fingerprint, key);
  return key;
}

std::optional<ChainFailure> ChainCache::check(std::span<const Certificate> chain, UnixSeconds at) {
  const Sha256Digest name = digest_of(chain);
  {
    const std::lock_guard lock(mutex_);
    const auto found = chains_.find(name);
    if (found != chains_.end() && found->second.begin <= at && at < found->second.end)
      return std::nullopt;
    ++verified_chains_;
  }
  std::optional<ChainFailure> failure = check_chain(chain, at);
  if (failure || chain.empty()) return failure;
  Period period{.begin = chain.front().not_before.time, .end = chain.front().not_after.time};
  for (const Certificate& certificate : chain) {
    period.begin = std::max(period.begin, certificate.not_before.time);
    period.end = std::min(period.end, certificate.not_after.time);
  }
  const std::lock_guard lock(mutex_);
  if (chains_.size() >= most_entries_) chains_.clear();
  chains_.insert_or_assign(name, period);
  return failure;
}

std::uint64_t ChainCache::verified_chains() const {
  const std::lock_guard lock(mutex_);
  return verified_chains_;
}

}  // namespace reproduce::attestation
