#include "transfer.hpp"

#include <algorithm>
#include <utility>

#include "reproduce/base/byte_reader.hpp"
#include "reproduce/base/byte_writer.hpp"
#include "reproduce/base/checked.hpp"
#include "reproduce/base/error.hpp"

namespace reproduce::build {
namespace {

/// PCR0 to PCR31.
constexpr std::uint8_t most_registers = 32;

void write_text(ByteWriter& out, const std::string& text) {
  out.write(narrow<std::uint32_t>(text.size(), "text"));
  out.write(as_bytes(text));
}

std::string read_text(ByteReader& in) {
  const auto size = in.read<std::uint32_t>("size of a text");
  return std::string(as_text(in.take(size, "text")));
}

void write_warnings(ByteWriter& out, const Warnings& warnings) {
  out.write(narrow<std::uint32_t>(warnings.size(), "warnings"));
  for (const std::string& warning : warnings) write_text(out, warning);
}

Warnings read_warnings(ByteReader& in) {
  Warnings warnings;
  for (auto left = in.read<std::uint32_t>("number of warnings"); left > 0; --left)
    warnings.push_back(read_text(in));
  return warnings;
}

template <class Digest>
void read_digest(ByteReader& in, Digest& digest) {
  const ByteView bytes = in.take(digest.size(), "digest");
  std::copy(bytes.begin(), bytes.end(), digest.begin());
}

void require_end(const ByteReader& in) {
  if (in.remaining() != 0)
    throw Error(ErrorKind::malformed, "a result is longer than it should be");
}

}  // namespace

Bytes encode_image(const BuiltImage& built) {
  const AssembledImage& image = built.image;
  ByteWriter out;
  out.write(ByteView(eif::encode_header(image.header)));
  out.write(image.size);
  out.write(static_cast<std::uint8_t>(image.sha256 ? 1 : 0));
  if (image.sha256) out.write(ByteView(*image.sha256));
  out.write(narrow<std::uint8_t>(image.registers.size(), "registers"));
  for (const auto& [number, value] : image.registers) {
    out.write(number);
    out.write(ByteView(value));
  }
  write_warnings(out, built.warnings);
  return std::move(out).bytes();
}

BuiltImage decode_image(ByteView bytes) {
  ByteReader in(bytes);
  BuiltImage built;
  AssembledImage& image = built.image;
  image.header = eif::decode_header(in);
  image.size = in.read<std::uint64_t>("size");
  if (in.read<std::uint8_t>("whether there is a digest") != 0)
    read_digest(in, image.sha256.emplace());
  const auto registers = in.read<std::uint8_t>("number of registers");
  for (std::uint8_t i = 0; i < std::min(registers, most_registers); ++i)
    read_digest(in, image.registers[in.read<std::uint32_t>("register")]);
  built.warnings = read_warnings(in);
  require_end(in);
  return built;
}

Bytes encode_lock(const MadeLock& made) {
  ByteWriter out;
  write_warnings(out, made.warnings);
  write_text(out, manifest::write_lock(made.lock));
  return std::move(out).bytes();
}

MadeLock decode_lock(ByteView bytes, const std::filesystem::path& file) {
  ByteReader in(bytes);
  MadeLock made;
  made.warnings = read_warnings(in);
  made.lock = manifest::parse_lock(read_text(in), file);
  require_end(in);
  return made;
}

}  // namespace reproduce::build
