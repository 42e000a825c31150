/// Python byte code: what its header says, and the strings in what follows.

#include <string>

#include "bytes.hpp"
#include "comparison.hpp"
#include "number_reader.hpp"
#include "strings.hpp"

#include "reproduce/base/hex.hpp"

namespace reproduce::content {
namespace {

constexpr std::uint64_t header_size = 16;

/// PEP 552, Python 3.7 on: magic number (2 bytes), 0d 0a, flags (4), then the source's time and
/// size (4 each), or a hash of it (8).
struct Header {
  std::uint16_t magic = 0;
  std::uint32_t flags = 0;
  std::uint32_t time = 0;  ///< the lower half of the hash, when the flags say that there is one
  std::uint32_t size = 0;
};

std::optional<Header> read_header(const RandomAccess& file, Allowance& allowance) {
  const Bytes bytes = read_range(file, 0, header_size, allowance);
  if (bytes.size() < header_size) return std::nullopt;
  NumberReader in(bytes);
  Header header{.magic = in.read<std::uint16_t>("magic number")};
  // 3390 is the first of Python 3.7; older ones have another header.
  if (header.magic < 3390 || in.read<std::uint16_t>("line end") != 0x0a0dU) return std::nullopt;
  header.flags = in.read<std::uint32_t>("flags");
  header.time = in.read<std::uint32_t>("time");
  header.size = in.read<std::uint32_t>("size");
  if (header.flags > 3) return std::nullopt;
  return header;
}

std::string in_words(const Header& header) {
  if (header.flags != 0)
    return std::string(header.flags == 1 ? "unchecked" : "checked") + " by hash of the source";
  return "checked by time " + time_in_words(header.time) + " and size " +
         std::to_string(header.size) + " of the source";
}

void compare_code(const Sides& sides, Difference& difference, Allowance& allowance) {
  const std::uint64_t most = allowance.limits.text_bytes;
  const Bytes before = read_range(sides.before, header_size, most, allowance);
  const Bytes after = read_range(sides.after, header_size, most, allowance);
  if (before == after && before.size() + header_size == sides.before.size() &&
      after.size() + header_size == sides.after.size()) {
    difference.summary += "the code is the same";
    return;
  }
  difference.summary += "the code differs";
  PairRecogniser recogniser;
  if (!add_strings(difference, "the code", {before, after}, allowance.limits, recogniser)) {
    const std::uint64_t first = count_differences(sides, {header_size, before.size()},
                                                  {header_size, after.size()}, allowance)
                                    .first;
    if (first != not_known) {
      add_line(difference, allowance.limits, '@', " bytes from " + hex_number(header_size + first));
      add_hex_window(difference, sides, header_size + first, header_size + first, allowance);
    }
  }
  for (const Culprit culprit : recogniser.found()) add_culprit(difference, culprit);
}

}  // namespace

std::optional<Difference> compare_python(const Sides& sides, Allowance& allowance) {
  if (!sides.path.ends_with(".pyc")) return std::nullopt;
  const auto before = read_header(sides.before, allowance);
  const auto after = read_header(sides.after, allowance);
  if (!before || !after) return std::nullopt;
  Difference difference;
  difference.form = Form::python;
  difference.summary = "Python byte code: ";
  const Limits& limits = allowance.limits;
  if (before->magic != after->magic) {
    difference.summary += "made by another version of Python, ";
    add_line(difference, limits, '-', "magic number " + std::to_string(before->magic));
    add_line(difference, limits, '+', "magic number " + std::to_string(after->magic));
  }
  if (in_words(*before) != in_words(*after)) {
    difference.summary += "the header differs, ";
    add_line(difference, limits, '-', in_words(*before));
    add_line(difference, limits, '+', in_words(*after));
    if (before->flags == 0 || after->flags == 0) add_culprit(difference, Culprit::python_time);
  } else if (before->time != after->time || before->size != after->size) {
    difference.summary += "the hash of the source differs, ";
  }
  compare_code(sides, difference, allowance);
  return difference;
}

}  // namespace reproduce::content
