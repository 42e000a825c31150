#pragma once

/// Attestation documents under a throw-away root: good by default, or wrong in
/// the one way that a test asks for. What AWS's documents have in common is
/// followed: five certificates, path lengths, sixteen registers, PCR4.

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "support/pki.hpp"

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/rfc3339.hpp"

namespace reproduce::test {

/// A CBOR map in the making: encoded keys and values, in order.
struct Payload {
  std::vector<std::pair<Bytes, Bytes>> entries;
  bool indefinite = false;

  void add(std::string_view key, Bytes value);
  void set(std::string_view key, const Bytes& value);
  void erase(std::string_view key);
  [[nodiscard]] Bytes encode() const;
};

[[nodiscard]] Bytes cbor_text(std::string_view text);
[[nodiscard]] Bytes cbor_bytes(ByteView bytes);
[[nodiscard]] Bytes cbor_unsigned(std::uint64_t value);
[[nodiscard]] Bytes cbor_null();

/// One certificate of the chain and the kind of key that it is for.
struct Link {
  CertificateRecipe recipe;
  KeyKind key = KeyKind::p384;
};

/// The root first, the leaf last, shaped like AWS's around `time`.
[[nodiscard]] std::vector<Link> usual_chain(UnixSeconds time);

/// PCR0 to PCR15: 0, 1 and 2 are 11..., 22..., 33...; 4 is what `module_id` makes it; others zero.
[[nodiscard]] std::map<std::uint32_t, Bytes> usual_pcrs(std::string_view module_id);

struct Forgery {
  /// Starts with everything good.
  explicit Forgery(UnixSeconds at);

  UnixSeconds time;
  std::string module_id = "i-0123456789abcdef0-enc0123456789abcdef0";
  std::map<std::uint32_t, Bytes> pcrs;
  std::vector<Link> chain;
  Bytes protected_header;             ///< the content of the byte string
  Bytes unprotected_header = {0xa0};  ///< encoded
  bool tagged = false;
  bool another_signer = false;  ///< signs with a key that is in no certificate

  // Each changes what was made before it, if it is set.
  std::function<void(std::vector<Bytes>&)> edit_certificates{};  ///< DER, root first, leaf last
  std::function<void(Payload&)> edit_payload{};
  std::function<void(Bytes&)> edit_encoded_payload{};  ///< before it is signed
  std::function<void(Bytes&)> edit_signature{};
  std::function<void(Bytes&)> edit_document{};
};

struct Forged {
  Bytes root;  ///< DER
  Bytes document;
};

[[nodiscard]] Forged forge(const Forgery& forgery);

/// Keys and certificates for many documents, root first, leaf last.
struct Issued {
  std::vector<PrivateKey> keys{};
  std::vector<Bytes> certificates{};
};

/// Those of the forgery's chain.
[[nodiscard]] Issued issue(const Forgery& forgery);

/// Another enclave of the same instance: a leaf of its own under the same issuers.
void renew_leaf(Issued& issued, const Forgery& forgery);

/// A document by the leaf that there is.
[[nodiscard]] Forged forge(const Forgery& forgery, const Issued& issued);

/// Makes it a NitroTPM document of an instance: 24 registers under another key.
void make_nitrotpm(Forgery& forgery);

}  // namespace reproduce::test
