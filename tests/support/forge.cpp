#include "support/forge.hpp"

#include <algorithm>

#include "reproduce/cose/cbor_writer.hpp"
#include "reproduce/cose/sign1.hpp"
#include "reproduce/crypto/digest.hpp"

namespace reproduce::test {
namespace {

constexpr UnixSeconds hour = 3600;
constexpr UnixSeconds year = 24 * hour * 365;

/// SHA-384(48 zero bytes || the instance's name), as observed in genuine documents.
Bytes pcr4_of(std::string_view module_id) {
  Bytes input(48);
  const ByteView instance = as_bytes(module_id.substr(0, module_id.find("-enc")));
  input.insert(input.end(), instance.begin(), instance.end());
  const Sha384Digest digest = sha384(input);
  return {digest.begin(), digest.end()};
}

Bytes encode_pcrs(const std::map<std::uint32_t, Bytes>& pcrs) {
  cose::CborWriter out;
  out.map(pcrs.size());
  for (const auto& [index, value] : pcrs) {
    out.unsigned_integer(index);
    out.byte_string(value);
  }
  return std::move(out).bytes();
}

Bytes encode_cabundle(const std::vector<Bytes>& certificates) {
  cose::CborWriter out;
  out.array(certificates.size() - 1);
  for (std::size_t at = 0; at + 1 < certificates.size(); ++at) out.byte_string(certificates[at]);
  return std::move(out).bytes();
}

Payload usual_payload(const Forgery& forgery, const std::vector<Bytes>& certificates) {
  Payload payload;
  payload.add("module_id", cbor_text(forgery.module_id));
  payload.add("digest", cbor_text("SHA384"));
  payload.add("timestamp", cbor_unsigned(static_cast<std::uint64_t>(forgery.time) * 1000));
  payload.add("pcrs", encode_pcrs(forgery.pcrs));
  payload.add("certificate", cbor_bytes(certificates.back()));
  payload.add("cabundle", encode_cabundle(certificates));
  for (const char* optional : {"public_key", "user_data", "nonce"})
    payload.add(optional, cbor_null());
  return payload;
}

template <typename Value>
void edit(const std::function<void(Value&)>& change, Value& value) {
  if (change) change(value);
}

}  // namespace

void Payload::add(std::string_view key, Bytes value) {
  entries.emplace_back(cbor_text(key), std::move(value));
}

void Payload::set(std::string_view key, const Bytes& value) {
  for (auto& [name, old] : entries)
    if (name == cbor_text(key)) old = value;
}

void Payload::erase(std::string_view key) {
  std::erase_if(entries, [&](const auto& entry) { return entry.first == cbor_text(key); });
}

Bytes Payload::encode() const {
  constexpr std::uint8_t indefinite_map = 0xbf;
  constexpr std::uint8_t break_code = 0xff;
  cose::CborWriter out;
  if (indefinite)
    out.encoded({&indefinite_map, 1});
  else
    out.map(entries.size());
  for (const auto& [key, value] : entries) {
    out.encoded(key);
    out.encoded(value);
  }
  if (indefinite) out.encoded({&break_code, 1});
  return std::move(out).bytes();
}

Bytes cbor_text(std::string_view text) {
  cose::CborWriter out;
  out.text_string(text);
  return std::move(out).bytes();
}

Bytes cbor_bytes(ByteView bytes) {
  cose::CborWriter out;
  out.byte_string(bytes);
  return std::move(out).bytes();
}

Bytes cbor_unsigned(std::uint64_t value) {
  cose::CborWriter out;
  out.unsigned_integer(value);
  return std::move(out).bytes();
}

Bytes cbor_null() {
  cose::CborWriter out;
  out.null();
  return std::move(out).bytes();
}

std::vector<Link> usual_chain(UnixSeconds time) {
  const auto issuer = [](std::string subject, std::string issuer_name, UnixSeconds from,
                         UnixSeconds to, std::optional<std::uint8_t> path_length) {
    return Link{{.subject = std::move(subject),
                 .issuer = std::move(issuer_name),
                 .not_before = from,
                 .not_after = to,
                 .extensions = {basic_constraints(true, path_length),
                                key_usage(digital_signature | sign_certificates)}}};
  };
  const Link leaf{{.subject = "leaf",
                   .issuer = "instance",
                   .not_before = time - hour,
                   .not_after = time + 2 * hour,
                   .extensions = {basic_constraints(false), key_usage(digital_signature)}}};
  return {issuer("throw-away root", "throw-away root", time - year, time + 10 * year, std::nullopt),
          issuer("regional", "throw-away root", time - 240 * hour, time + 240 * hour, 2),
          issuer("zonal", "regional", time - 48 * hour, time + 48 * hour, 1),
          issuer("instance", "zonal", time - 12 * hour, time + 12 * hour, 0), leaf};
}

std::map<std::uint32_t, Bytes> usual_pcrs(std::string_view module_id) {
  std::map<std::uint32_t, Bytes> pcrs;
  for (std::uint32_t index = 0; index < 16; ++index) pcrs[index] = Bytes(48);
  for (const std::uint32_t index : {0U, 1U, 2U})
    pcrs[index] = Bytes(48, static_cast<std::uint8_t>(0x11 * (index + 1)));
  pcrs[4] = pcr4_of(module_id);
  return pcrs;
}

Forgery::Forgery(UnixSeconds at)
    : time(at),
      pcrs(usual_pcrs(module_id)),
      chain(usual_chain(at)),
      protected_header(cose::protected_header_for(cose::Algorithm::es384)) {
  chain.back().recipe.subject = module_id + ".test";
}

Issued issue(const Forgery& forgery) {
  Issued issued;
  for (const Link& link : forgery.chain) issued.keys.emplace_back(link.key);
  for (std::size_t at = 0; at < forgery.chain.size(); ++at)
    issued.certificates.push_back(make_certificate(forgery.chain[at].recipe, issued.keys[at],
                                                   issued.keys[at == 0 ? 0 : at - 1]));
  return issued;
}

void renew_leaf(Issued& issued, const Forgery& forgery) {
  const Link& leaf = forgery.chain.back();
  issued.keys.back() = PrivateKey(leaf.key);
  issued.certificates.back() =
      make_certificate(leaf.recipe, issued.keys.back(), issued.keys.end()[-2]);
}

Forged forge(const Forgery& forgery) {
  return forge(forgery, issue(forgery));
}

void make_nitrotpm(Forgery& forgery) {
  const std::size_t end = forgery.module_id.find("-enc");
  forgery.module_id = forgery.module_id.substr(0, end) + "-tpm0000000000000000";
  forgery.chain.back().recipe.subject = forgery.module_id + ".test";
  for (std::uint32_t index = 16; index < 24; ++index) forgery.pcrs[index] = Bytes(48);
  forgery.edit_payload = [](Payload& payload) {
    for (auto& [name, value] : payload.entries)
      if (name == cbor_text("pcrs")) name = cbor_text("nitrotpm_pcrs");
  };
}

Forged forge(const Forgery& forgery, const Issued& issued) {
  std::vector<Bytes> certificates = issued.certificates;
  Forged forged{.root = certificates.front(), .document = {}};
  edit(forgery.edit_certificates, certificates);

  Payload fields = usual_payload(forgery, certificates);
  edit(forgery.edit_payload, fields);
  Bytes payload = fields.encode();
  edit(forgery.edit_encoded_payload, payload);

  const Bytes message = cose::signed_bytes(forgery.protected_header, payload);
  Bytes signature = forgery.another_signer ? PrivateKey(forgery.chain.back().key).sign(message)
                                           : issued.keys.back().sign(message);
  edit(forgery.edit_signature, signature);

  cose::CborWriter out;
  if (forgery.tagged) out.tag(18);
  out.array(4);
  out.byte_string(forgery.protected_header);
  out.encoded(forgery.unprotected_header);
  out.byte_string(payload);
  out.byte_string(signature);
  forged.document = std::move(out).bytes();
  edit(forgery.edit_document, forged.document);
  return forged;
}

}  // namespace reproduce::test
