#include "reproduce/crypto/x509.hpp"

#include <algorithm>
#include <limits>
#include <utility>

#include "named_curve.hpp"
#include "openssl.hpp"
#include <openssl/asn1.h>
#include <openssl/objects.h>
#include <openssl/pem.h>

#include "reproduce/base/text.hpp"

namespace reproduce {
namespace {

using openssl::BasicConstraintsHandle;
using openssl::BitStringHandle;
using openssl::CertificateHandle;
using openssl::InputHandle;
using openssl::TimeHandle;

/// Larger than any certificate in use by far; bounds what a hostile one costs.
constexpr std::size_t largest_certificate = std::size_t{1} << 16;

[[noreturn]] void fail(std::string_view what, const std::string& problem, std::string got = {}) {
  throw Error(ErrorKind::malformed, std::string(what) + " " + problem, {.got = std::move(got)});
}

/// The encoding of `value` by one of OpenSSL's i2d functions; empty when it fails.
template <typename Value, typename Encode>
Bytes encode(Value* value, Encode encode_value) {
  const int size = encode_value(value, nullptr);
  Bytes bytes(size > 0 ? static_cast<std::size_t>(size) : 0);
  std::uint8_t* end = bytes.data();
  if (!bytes.empty()) encode_value(value, &end);
  return bytes;
}

std::string object_name(const ASN1_OBJECT* object, bool short_name) {
  const int nid = OBJ_obj2nid(object);
  if (nid != NID_undef) return short_name ? OBJ_nid2sn(nid) : OBJ_nid2ln(nid);
  char dotted[128];
  const int size = OBJ_obj2txt(dotted, sizeof dotted, object, 1);
  return size > 0 && size < static_cast<int>(sizeof dotted) ? dotted : "unnamed";
}

Name decode_name(const X509_NAME* name, std::string_view what) {
  Name entries;
  for (int at = 0; at < X509_NAME_entry_count(name); ++at) {
    const X509_NAME_ENTRY* const entry = X509_NAME_get_entry(name, at);
    const ASN1_OBJECT* const object = X509_NAME_ENTRY_get_object(entry);
    unsigned char* utf8 = nullptr;
    const int size = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry));
    if (size < 0) fail(what, "has a name that is no text", openssl::take_error_words());
    std::string value(as_text({utf8, static_cast<std::size_t>(size)}));
    OPENSSL_free(utf8);
    entries.push_back({object_name(object, false), object_name(object, true), std::move(value)});
  }
  return entries;
}

/// OpenSSL reads more forms of time than RFC 5280 (section 4.1.2.5) allows:
/// YYMMDDHHMMSSZ to 2049, YYYYMMDDHHMMSSZ from 2050.
CertificateTime decode_time(const ASN1_TIME* time, std::string_view what) {
  const ByteView text(ASN1_STRING_get0_data(time),
                      static_cast<std::size_t>(ASN1_STRING_length(time)));
  const std::size_t size = ASN1_STRING_type(time) == V_ASN1_UTCTIME ? 13 : 15;
  int days = 0;
  int seconds = 0;
  const TimeHandle epoch = openssl::require(TimeHandle(ASN1_TIME_set(nullptr, 0)));
  if (text.size() != size || text.back() != 'Z' ||
      ASN1_TIME_diff(&days, &seconds, epoch.get(), time) != 1)
    fail(what, "has a date that does not exist", std::string(as_text(text)));
  constexpr UnixSeconds day = 86400;
  const InputHandle out = openssl::require(InputHandle(BIO_new(BIO_s_mem())));
  ASN1_TIME_print(out.get(), time);
  char* words = nullptr;
  const long length = BIO_get_mem_data(out.get(), &words);
  return {days * day + seconds, std::string(words, static_cast<std::size_t>(length))};
}

struct RawExtension {
  bool critical = false;
  ByteView content;
};

/// Nothing when there is none; two of a kind are malformed (RFC 5280, section 4.2).
std::optional<RawExtension> find_extension(const X509& certificate, int nid,
                                           std::string_view what) {
  const int at = X509_get_ext_by_NID(&certificate, nid, -1);
  if (at < 0) return std::nullopt;
  if (X509_get_ext_by_NID(&certificate, nid, at) >= 0)
    fail(what, std::string("has the extension ") + OBJ_nid2ln(nid) + " twice");
  X509_EXTENSION* const extension = X509_get_ext(&certificate, at);
  const ASN1_OCTET_STRING* const content = X509_EXTENSION_get_data(extension);
  return RawExtension{
      X509_EXTENSION_get_critical(extension) != 0,
      {ASN1_STRING_get0_data(content), static_cast<std::size_t>(ASN1_STRING_length(content))}};
}

std::optional<BasicConstraints> decode_basic_constraints(const X509& certificate,
                                                         std::string_view what) {
  const auto extension = find_extension(certificate, NID_basic_constraints, what);
  if (!extension) return std::nullopt;
  const std::uint8_t* end = extension->content.data();
  const BasicConstraintsHandle constraints(
      d2i_BASIC_CONSTRAINTS(nullptr, &end, static_cast<long>(extension->content.size())));
  constexpr int der_true = 0xff;  // any other byte than 00 reads as true as well
  if (!constraints || (constraints->ca != 0 && constraints->ca != der_true) ||
      !std::ranges::equal(encode(constraints.get(), i2d_BASIC_CONSTRAINTS), extension->content))
    fail(what, "has basic constraints that are not DER", openssl::take_error_words());
  BasicConstraints decoded{extension->critical, constraints->ca != 0, std::nullopt};
  if (constraints->pathlen != nullptr) {
    std::int64_t length = 0;
    if (ASN1_INTEGER_get_int64(&length, constraints->pathlen) != 1 || length < 0 ||
        length > std::numeric_limits<std::uint32_t>::max())
      fail(what, "has a path length that makes no sense", openssl::take_error_words());
    decoded.path_length = static_cast<std::uint32_t>(length);
  }
  return decoded;
}

std::optional<KeyUsage> decode_key_usage(const X509& certificate, std::string_view what) {
  const auto extension = find_extension(certificate, NID_key_usage, what);
  if (!extension) return std::nullopt;
  const std::uint8_t* end = extension->content.data();
  const BitStringHandle bits(
      d2i_ASN1_BIT_STRING(nullptr, &end, static_cast<long>(extension->content.size())));
  if (!bits || !std::ranges::equal(encode(bits.get(), i2d_ASN1_BIT_STRING), extension->content))
    fail(what, "has a key usage that is not DER", openssl::take_error_words());
  // Bit numbers of RFC 5280, section 4.2.1.3.
  return KeyUsage{extension->critical, ASN1_BIT_STRING_get_bit(bits.get(), 0) == 1,
                  ASN1_BIT_STRING_get_bit(bits.get(), 5) == 1};
}

/// Its content is big-endian already, and DER has no zeros in front but one for the sign, which
/// OpenSSL takes off.
Bytes decode_serial(const X509& certificate) {
  const ASN1_INTEGER* const serial = X509_get0_serialNumber(&certificate);
  const ByteView content(ASN1_STRING_get0_data(serial),
                         static_cast<std::size_t>(ASN1_STRING_length(serial)));
  const auto first = std::ranges::find_if(content, [](std::uint8_t byte) { return byte != 0; });
  return {first, content.end()};
}

std::string public_key_words(const X509& certificate) {
  X509_ALGOR* algorithm = nullptr;
  X509_PUBKEY_get0_param(nullptr, nullptr, nullptr, &algorithm, X509_get_X509_PUBKEY(&certificate));
  const ASN1_OBJECT* name = nullptr;
  int parameter_type = 0;
  const void* parameter = nullptr;
  X509_ALGOR_get0(&name, &parameter_type, &parameter, algorithm);
  std::string words = object_name(name, false);
  if (parameter_type == V_ASN1_OBJECT)
    words += ", " + object_name(static_cast<const ASN1_OBJECT*>(parameter), false);
  return words;
}

/// Whether encoding the decoded certificate anew gives the same bytes. Without
/// i2d_re_X509_tbs OpenSSL would repeat the to-be-signed part as it read it, and
/// without setting them again it would keep booleans that are neither 00 nor FF.
/// Takes the handle because it changes what is behind it.
bool is_der(CertificateHandle certificate, ByteView der) {
  for (int at = 0; at < X509_get_ext_count(certificate.get()); ++at) {
    X509_EXTENSION* const extension = X509_get_ext(certificate.get(), at);
    X509_EXTENSION_set_critical(extension, X509_EXTENSION_get_critical(extension));
  }
  return i2d_re_X509_tbs(certificate.get(), nullptr) > 0 &&
         std::ranges::equal(encode(certificate.get(), i2d_X509), der);
}

CertificateHandle decode_whole(ByteView der, std::string_view what) {
  if (der.size() > largest_certificate)
    fail(what, "is larger than a certificate may be", counted(der.size(), "byte"));
  const std::uint8_t* end = der.data();
  CertificateHandle certificate(d2i_X509(nullptr, &end, static_cast<long>(der.size())));
  if (!certificate) fail(what, "is not an X.509 certificate", openssl::take_error_words());
  const auto left = static_cast<std::size_t>(der.data() + der.size() - end);
  if (left != 0) fail(what, "is followed by other bytes", counted(left, "byte"));
  return certificate;
}

}  // namespace

std::string words(const Name& name) {
  std::string text;
  for (const NameEntry& entry : name) {
    if (!text.empty()) text += ", ";
    text += entry.short_name + "=" + entry.value;
  }
  return text;
}

Certificate decode_certificate(ByteView der, std::string_view what) {
  CertificateHandle handle = decode_whole(der, what);
  const ASN1_BIT_STRING* signature = nullptr;
  const X509_ALGOR* algorithm = nullptr;
  X509_get0_signature(&signature, &algorithm, handle.get());
  const ASN1_OBJECT* algorithm_name = nullptr;
  X509_ALGOR_get0(&algorithm_name, nullptr, nullptr, algorithm);

  Certificate certificate;
  certificate.der.assign(der.begin(), der.end());
  certificate.fingerprint = sha256(der);
  certificate.serial = decode_serial(*handle);
  certificate.subject = decode_name(X509_get_subject_name(handle.get()), what);
  certificate.issuer = decode_name(X509_get_issuer_name(handle.get()), what);
  certificate.not_before = decode_time(X509_get0_notBefore(handle.get()), what);
  certificate.not_after = decode_time(X509_get0_notAfter(handle.get()), what);
  certificate.signature_algorithm = object_name(algorithm_name, false);
  certificate.signature.assign(signature->data, signature->data + signature->length);
  certificate.public_key_algorithm = public_key_words(*handle);
  // OpenSSL has decoded the key by now, or found that it cannot.
  if (X509_get0_pubkey(handle.get()) != nullptr)
    certificate.curve = named_curve(*X509_get_X509_PUBKEY(handle.get()));
  ERR_clear_error();  // keys of unknown kinds leave words behind
  certificate.public_key_info = encode(X509_get_X509_PUBKEY(handle.get()), i2d_X509_PUBKEY);
  certificate.basic_constraints = decode_basic_constraints(*handle, what);
  certificate.key_usage = decode_key_usage(*handle, what);
  if (!is_der(std::move(handle), der)) fail(what, "is not in DER");
  return certificate;
}

Certificate decode_pem_certificate(std::string_view text, std::string_view what) {
  if (text.empty()) fail(what, "is empty");
  if (text.size() > std::size_t{std::numeric_limits<int>::max()})
    fail(what, "is larger than a PEM file may be");
  const InputHandle in =
      openssl::require(InputHandle(BIO_new_mem_buf(text.data(), static_cast<int>(text.size()))));
  const auto no_password = [](char*, int, int, void*) { return -1; };
  unsigned char* data = nullptr;
  long size = 0;
  if (PEM_bytes_read_bio(&data, &size, nullptr, PEM_STRING_X509, in.get(), no_password, nullptr) !=
      1)
    fail(what, "is not in PEM", openssl::take_error_words());
  const std::unique_ptr<unsigned char, openssl::Free<[](void* p) { OPENSSL_free(p); }>> owned(data);
  return decode_certificate({data, static_cast<std::size_t>(size)}, what);
}

std::optional<EcPublicKey> public_key(const Certificate& certificate) {
  return EcPublicKey::decode(certificate.public_key_info);
}

}  // namespace reproduce
