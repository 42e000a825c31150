#include "reproduce/crypto/openssh.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include "reproduce/base/error.hpp"

namespace reproduce::openssh {
namespace {

constexpr std::array<std::pair<std::string_view, Curve>, 3> curves{
    {{"nistp256", Curve::p256}, {"nistp384", Curve::p384}, {"nistp521", Curve::p521}}};

constexpr std::string_view ec_front = "ecdsa-sha2-";

std::optional<PublicKey> decode_numbers(std::string_view kind, ByteReader& reader) {
  if (kind == "ssh-ed25519") {
    const ByteView point = take_string(reader, "Ed25519 key");
    Ed25519PublicKey key{};
    if (point.size() != key.size()) return std::nullopt;
    std::copy(point.begin(), point.end(), key.begin());
    return PublicKey(key);
  }
  if (!kind.starts_with(ec_front)) return std::nullopt;
  const std::optional<Curve> curve = curve_named(kind.substr(ec_front.size()));
  const std::string_view inner = as_text(take_string(reader, "curve"));
  if (!curve || inner != kind.substr(ec_front.size())) return std::nullopt;
  std::optional<EcPublicKey> key = EcPublicKey::from_point(*curve, take_string(reader, "point"));
  if (!key) return std::nullopt;
  return PublicKey(*std::move(key));
}

}  // namespace

ByteView take_string(ByteReader& reader, std::string_view field) {
  return reader.take(reader.read<std::uint32_t>(field), field);
}

std::optional<Curve> curve_named(std::string_view name) {
  for (const auto& [known, curve] : curves)
    if (known == name) return curve;
  return std::nullopt;
}

std::optional<PublicKey> decode_public_key(ByteView blob) {
  try {
    ByteReader reader(blob);
    const std::string_view kind = as_text(take_string(reader, "kind of key"));
    std::optional<PublicKey> key = decode_numbers(kind, reader);
    if (reader.remaining() != 0) return std::nullopt;
    return key;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::malformed) throw;
    return std::nullopt;
  }
}

}  // namespace reproduce::openssh
