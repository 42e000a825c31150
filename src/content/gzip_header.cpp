#include "gzip_header.hpp"

#include "number_reader.hpp"

#include "reproduce/base/error.hpp"

namespace reproduce::content {
namespace {

constexpr std::uint64_t largest_header = std::uint64_t{16} << 10;

constexpr std::uint8_t has_checksum = 2;
constexpr std::uint8_t has_extra = 4;
constexpr std::uint8_t has_name = 8;
constexpr std::uint8_t has_comment = 16;

std::string read_string(NumberReader& in) {
  std::string text;
  while (const auto byte = in.read<std::uint8_t>("text")) text += static_cast<char>(byte);
  return text;
}

std::string or_none(const std::optional<std::string>& text) {
  return text ? "'" + *text + "'" : "none";
}

}  // namespace

std::optional<GzipHeader> read_gzip_header(const RandomAccess& file, Allowance& allowance) {
  const Bytes bytes = read_range(file, 0, largest_header, allowance);
  NumberReader in(bytes);
  try {
    if (in.read<std::uint16_t>("magic number") != 0x8b1fU) return std::nullopt;
    if (in.read<std::uint8_t>("method") != 8) return std::nullopt;
    const auto flags = in.read<std::uint8_t>("flags");
    GzipHeader header{.time = in.read<std::uint32_t>("time"), .name = {}, .comment = {}};
    header.level = in.read<std::uint8_t>("level");
    header.system = in.read<std::uint8_t>("system");
    if ((flags & has_extra) != 0)
      (void)in.take(in.read<std::uint16_t>("size of the extra field"), "extra field");
    if ((flags & has_name) != 0) header.name = read_string(in);
    if ((flags & has_comment) != 0) header.comment = read_string(in);
    if ((flags & has_checksum) != 0) (void)in.take(2, "checksum");
    header.size = in.offset();
    return header;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::malformed) throw;
    return std::nullopt;
  }
}

bool add_gzip_header(Difference& difference, const GzipHeader& before, const GzipHeader& after,
                     const Limits& limits) {
  bool differs = false;
  const auto add = [&](const std::string& field, const std::string& left,
                       const std::string& right) {
    if (left == right) return;
    if (!differs) add_line(difference, limits, '@', " gzip header");
    differs = true;
    add_line(difference, limits, '-', field + " " + left);
    add_line(difference, limits, '+', field + " " + right);
  };
  add("time", time_in_words(before.time), time_in_words(after.time));
  add("level", std::to_string(before.level), std::to_string(after.level));
  add("system", std::to_string(before.system), std::to_string(after.system));
  add("name", or_none(before.name), or_none(after.name));
  add("comment", or_none(before.comment), or_none(after.comment));
  return differs;
}

}  // namespace reproduce::content
