/// Two compressed files: their headers, and what they hold.

#include <string>

#include "bytes.hpp"
#include "comparison.hpp"
#include "gzip_header.hpp"
#include "held.hpp"

#include "reproduce/base/text.hpp"
#include "reproduce/compression/decompress.hpp"

namespace reproduce::content {
namespace {

using compression::Compression;

Compression compression_of(const RandomAccess& file, Allowance& allowance) {
  constexpr std::uint64_t magic_size = 16;
  return compression::detect_compression(read_range(file, 0, magic_size, allowance));
}

/// What the file would be called without its compression.
std::string plain_path(std::string_view path) {
  if (path.ends_with(".tgz")) return std::string(path.substr(0, path.size() - 2)) + "ar";
  for (const std::string_view end : {".gz", ".bz2", ".xz", ".zst"})
    if (path.ends_with(end)) return std::string(path.substr(0, path.size() - end.size()));
  return std::string(path);
}

/// Whether all behind the two headers is equal.
bool only_header_differs(const Sides& sides, const GzipHeader& before, const GzipHeader& after,
                         Allowance& allowance) {
  const Range left{before.size, sides.before.size() - before.size};
  const Range right{after.size, sides.after.size() - after.size};
  if (left.size != right.size) return false;
  const Count count = count_differences(sides, left, right, allowance);
  return count.bytes == 0 && count.compared == left.size;
}

/// The content is the same: the header or the parameters differ.
void explain_same_content(const Sides& sides, Difference& difference, Allowance& allowance) {
  const auto before = read_gzip_header(sides.before, allowance);
  const auto after = read_gzip_header(sides.after, allowance);
  const bool header =
      before && after && add_gzip_header(difference, *before, *after, allowance.limits);
  if (header) add_culprit(difference, Culprit::gzip_header);
  if (header && only_header_differs(sides, *before, *after, allowance)) {
    difference.summary += ": the same content, only the header differs";
    return;
  }
  difference.summary += ": the same content, compressed otherwise";
  add_culprit(difference, Culprit::compression_parameters);
  add_line(difference, allowance.limits, '-', counted(sides.before.size(), "byte"));
  add_line(difference, allowance.limits, '+', counted(sides.after.size(), "byte"));
}

}  // namespace

std::optional<Difference> compare_compressed(const Sides& sides, Allowance& allowance) {
  const Compression before = compression_of(sides.before, allowance);
  const Compression after = compression_of(sides.after, allowance);
  if (before == Compression::none || after == Compression::none) return std::nullopt;
  if (allowance.depth == 0) {
    Difference difference = compare_bytes(sides, allowance);
    difference.summary += "; not opened: too many files within each other";
    difference.shortened = true;
    return difference;
  }
  Difference difference;
  difference.form = Form::compressed;
  difference.summary = compression::name_of(before);
  if (before != after) {
    difference.summary += " -> ";
    difference.summary += compression::name_of(after);
  }

  const auto read = [&](const RandomAccess& file) {
    MeteredSource raw(file, allowance);
    compression::Decompressor plain(raw);
    return Held(plain, allowance);
  };
  const Held left = read(sides.before);
  const Held right = read(sides.after);
  const bool whole = left.whole() && right.whole();
  if (!whole) difference.shortened = true;
  if (left.bytes() == right.bytes()) {
    if (whole) {
      explain_same_content(sides, difference, allowance);
    } else {
      difference.summary += ": the first " + counted(left.bytes().size(), "byte") +
                            " of the content are the same, the rest is damaged or was not read";
    }
    return difference;
  }
  const auto before_header = read_gzip_header(sides.before, allowance);
  const auto after_header = read_gzip_header(sides.after, allowance);
  if (before_header && after_header)
    (void)add_gzip_header(difference, *before_header, *after_header, allowance.limits);
  difference.summary += ": the content differs";
  if (!whole) difference.summary += " (it is damaged, or only its beginning was read)";
  const std::string path = plain_path(sides.path);
  const RandomAccessBytes left_bytes(left.bytes());
  const RandomAccessBytes right_bytes(right.bytes());
  add_part(difference, "(content)", {path, left_bytes, right_bytes}, allowance);
  return difference;
}

}  // namespace reproduce::content
