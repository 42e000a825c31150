#include "reproduce/verify/policy.hpp"

#include <algorithm>
#include <utility>

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/crypto/digest.hpp"

namespace reproduce::verify {
namespace {

constexpr std::string_view white_space = " \t\r";

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(white_space);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(white_space) - first + 1);
}

/// "0A:1b", "0x0a1b", "a1b".
std::optional<Bytes> parse_serial(std::string_view text) {
  if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
  std::string digits;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != ':')
      digits += text[at];
    else if (digits.size() % 2 != 0 || digits.empty() || at + 1 == text.size())
      return std::nullopt;
  }
  if (digits.empty()) return std::nullopt;
  if (digits.size() % 2 != 0) digits.insert(digits.begin(), '0');
  std::optional<Bytes> bytes = from_hex(digits);
  if (!bytes) return std::nullopt;
  bytes->erase(bytes->begin(), std::ranges::find_if(*bytes, [](auto byte) { return byte != 0; }));
  return bytes;
}

}  // namespace

bool ExpectedContent::is_met_by(ByteView content) const {
  switch (form) {
    case Form::exact:
      return std::ranges::equal(content, value);
    case Form::sha256:
      return std::ranges::equal(sha256(content), value);
    case Form::sha384:
      return std::ranges::equal(sha384(content), value);
  }
  throw Error(ErrorKind::bug, "unknown form of content");
}

std::optional<ExpectedContent> parse_content(std::string_view text) {
  ExpectedContent content;
  std::size_t size = 0;
  for (const auto& [prefix, form, digest_size] :
       {std::tuple("sha256:", ExpectedContent::Form::sha256, std::size_t{32}),
        std::tuple("sha384:", ExpectedContent::Form::sha384, std::size_t{48})}) {
    if (!text.starts_with(prefix)) continue;
    text.remove_prefix(std::string_view(prefix).size());
    content.form = form;
    size = digest_size;
    break;
  }
  std::optional<Bytes> value = from_hex(text);
  if (!value || value->empty() || (size != 0 && value->size() != size)) return std::nullopt;
  content.value = std::move(*value);
  return content;
}

Serials parse_serials(std::string_view text) {
  Serials serials;
  for (std::uint32_t line = 1; !text.empty(); ++line) {
    const std::string_view whole = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), whole.size() + 1));
    const std::string_view words = trimmed(whole.substr(0, whole.find('#')));
    if (words.empty()) continue;
    std::optional<Bytes> serial = parse_serial(words);
    if (!serial)
      throw Error(ErrorKind::malformed, "this is no serial number of a certificate",
                  {.source = SourceLine{.line = line, .column = 1, .text = std::string(whole)},
                   .expected = "hexadecimal digits, as `openssl x509 -serial` prints them"});
    serials.insert(std::move(*serial));
  }
  if (serials.empty()) throw Error(ErrorKind::malformed, "the list of serial numbers is empty");
  return serials;
}

void refuse_denied(const attestation::VerifiedDocument& document, const Policy& policy) {
  if (!policy.denied_serials) return;
  const auto refuse_if_denied = [&](const Certificate& certificate, const std::string& place) {
    if (!policy.denied_serials->value.contains(certificate.serial)) return;
    throw Error(ErrorKind::untrusted, "a certificate of the document is revoked",
                {.where = place + " (" + words(certificate.subject) + ")",
                 .expected = "no serial number that " + policy.denied_serials->source + " lists",
                 .got = "serial number " + to_hex(certificate.serial)});
  };
  refuse_if_denied(document.document().certificate, "'certificate'");
  std::size_t at = 0;
  for (const Certificate& certificate : document.document().cabundle)
    refuse_if_denied(certificate, "'cabundle' entry " + std::to_string(at++));
}

}  // namespace reproduce::verify
