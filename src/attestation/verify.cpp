#include "reproduce/attestation/verify.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "reproduce/attestation/chain_cache.hpp"
#include "reproduce/attestation/emulated.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/cose/sign1.hpp"
#include "reproduce/crypto/chain.hpp"
#include "reproduce/crypto/ecdsa.hpp"

namespace reproduce::attestation {
namespace {

[[noreturn]] void distrust(const std::string& what, ErrorContext context = {}) {
  throw Error(ErrorKind::untrusted, what, std::move(context));
}

/// "'certificate' (CN=...)" or "'cabundle' entry 2 (CN=...)" for a place in the chain.
std::string words(const std::vector<Certificate>& chain, std::size_t position) {
  const std::size_t place = std::min(position, chain.size() - 1);
  const std::string field =
      place == 0 ? "'certificate'" : "'cabundle' entry " + std::to_string(chain.size() - 1 - place);
  return field + " (" + words(chain[place].subject) + ")";
}

std::string root_words(const Certificate& root) {
  return "the root with SHA-256 " + to_hex(root.fingerprint) + " (" + words(root.subject) + ")";
}

void check_root(const Document& document, std::span<const Certificate> roots) {
  const Certificate& first = document.cabundle.front();
  std::string trusted;
  for (const Certificate& root : roots) {
    if (first.der == root.der) return;
    trusted += (trusted.empty() ? "" : ", or ") + root_words(root);
  }
  distrust("the attestation document is of a foreign root",
           {.where = "'cabundle' entry 0",
            .expected = trusted,
            .got = root_words(first),
            .hint = "--root names the root certificate to trust, if this one is meant"});
}

/// What AWS's chains have in common, and RFC 5280 leaves open or OpenSSL to its purposes.
void check_key(const std::vector<Certificate>& chain, std::size_t position) {
  const Certificate& certificate = chain[position];
  if (certificate.curve != Curve::p384)
    distrust("a certificate's key is not on P-384", {.where = words(chain, position),
                                                     .expected = "id-ecPublicKey, secp384r1",
                                                     .got = certificate.public_key_algorithm});
  if (certificate.signature_algorithm != "ecdsa-with-SHA384")
    distrust("a certificate is not signed with ECDSA and SHA-384",
             {.where = words(chain, position),
              .expected = "ecdsa-with-SHA384",
              .got = certificate.signature_algorithm});
}

void check_issuer(const std::vector<Certificate>& chain, std::size_t position) {
  const Certificate& issuer = chain[position];
  const auto refuse = [&](const char* problem) {
    distrust(problem, {.where = words(chain, position)});
  };
  if (!issuer.basic_constraints || !issuer.basic_constraints->is_authority)
    refuse("an issuer is not a certificate authority");
  if (!issuer.basic_constraints->critical) refuse("an issuer's basic constraints are not critical");
  if (!issuer.key_usage || !issuer.key_usage->sign_certificates)
    refuse("an issuer's key is not for signing certificates");
}

void check_leaf(const std::vector<Certificate>& chain) {
  const Certificate& leaf = chain.front();
  const auto refuse = [&](const char* problem) { distrust(problem, {.where = words(chain, 0)}); };
  if (leaf.basic_constraints && leaf.basic_constraints->is_authority)
    refuse("the document's signer is a certificate authority");
  if (!leaf.key_usage || !leaf.key_usage->digital_signature)
    refuse("the document's signer has a key that is not for signatures");
  if (leaf.key_usage->sign_certificates)
    refuse("the document's signer has a key for signing certificates");
}

void check_certificates(const std::vector<Certificate>& chain) {
  for (std::size_t position = chain.size(); position-- > 0;) {
    check_key(chain, position);
    if (position != 0) check_issuer(chain, position);
  }
  check_leaf(chain);
}

bool is_signed_by(const cose::Sign1& message, const Certificate& leaf, ChainCache* cache) {
  if (cache != nullptr) {
    const std::shared_ptr<const EcPublicKey> known = cache->key_of(leaf);
    return known && cose::is_signed_by(message, *known);
  }
  const std::optional<EcPublicKey> key = public_key(leaf);
  return key && cose::is_signed_by(message, *key);
}

void check_signature(ByteView bytes, const Certificate& leaf, ChainCache* cache) {
  if (!is_signed_by(cose::decode_sign1(bytes), leaf, cache))
    distrust("the attestation document's signature does not hold",
             {.where = "'certificate' (" + words(leaf.subject) + ")",
              .hint = "the document was changed, or another key signed it"});
}

/// "valid from A to B, judged at T".
std::string time_words(const Certificate& certificate, UnixSeconds at) {
  return "valid from " + format_utc(certificate.not_before.time) + " to " +
         format_utc(certificate.not_after.time) + ", judged at " + format_utc(at);
}

void check_chain_at(const Document& document, const std::vector<Certificate>& chain, UnixSeconds at,
                    ChainCache* cache) {
  std::optional<ChainFailure> failure =
      cache != nullptr ? cache->check(chain, at) : check_chain(chain, at);
  if (!failure) return;
  // A chain that never held is a forgery, whatever the time: say that first.
  const std::optional<ChainFailure> own =
      failure->is_about_the_time ? check_chain(chain, document.time()) : failure;
  if (own && !own->is_about_the_time) failure = own;

  ErrorContext context{.where = words(chain, failure->position), .got = failure->reason};
  if (!failure->is_about_the_time)
    distrust("the certificate chain does not hold", std::move(context));
  const std::size_t place = std::min(failure->position, chain.size() - 1);
  (context.got += ": ") += time_words(chain[place], at);
  if (!own)
    context.hint = "the document was valid at its own time, " + format_utc(document.time()) +
                   ": `--at document` shows that it is authentic, but not that it is fresh";
  distrust("the certificate chain does not hold at this time", std::move(context));
}

void check_not_from_the_future(const Document& document, UnixSeconds at, UnixSeconds skew) {
  if (document.time() - at <= skew) return;
  const std::string allowed = skew % 60 == 0
                                  ? counted(static_cast<std::uint64_t>(skew / 60), "minute")
                                  : counted(static_cast<std::uint64_t>(skew), "second");
  distrust("the attestation document is from the future",
           {.expected = "at most " + allowed + " after " + format_utc(at),
            .got = format_utc(document.time()),
            .hint = "check the clock that this was judged by"});
}

}  // namespace

VerifiedDocument verify(ByteView bytes, const Trust& trust, const EvaluationTime& at) {
  if (is_emulated(bytes))
    distrust("the attestation document is unsigned: an emulated security module made it",
             {.hint = "it proves nothing to anybody; `reproduce inspect` shows what it says"});
  Document document = decode_document(
      bytes, {.unknown_keys = trust.unknown_keys, .kind = trust.kind, .cache = trust.cache});
  check_root(document, trust.roots);

  // Leaf first, the trusted root last.
  std::vector<Certificate> chain(document.cabundle.rbegin(), document.cabundle.rend());
  chain.insert(chain.begin(), document.certificate);
  check_certificates(chain);
  check_signature(bytes, document.certificate, trust.cache);

  const bool own_time = at.basis == EvaluationTime::Basis::document;
  const UnixSeconds asked = own_time ? document.time() : at.time;
  check_not_from_the_future(document, asked, at.clock_skew);
  const UnixSeconds evaluated_at = std::max(asked, document.time());
  check_chain_at(document, chain, evaluated_at, trust.cache);
  return VerifiedDocument(std::move(document), at.basis, evaluated_at);
}

VerifiedDocument verify(ByteView bytes, const Certificate& root, const EvaluationTime& at,
                        UnknownKeys unknown_keys) {
  return verify(bytes, {.roots = {&root, 1}, .unknown_keys = unknown_keys}, at);
}

}  // namespace reproduce::attestation
