#include "reproduce/layers/deb.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include "ar.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/compression/decompress.hpp"
#include "reproduce/layers/tar.hpp"

namespace reproduce::layers {
namespace {

using compression::Compression;

/// dpkg's own control archives hold a dozen files of a few KiB.
constexpr ArchiveLimits control_limits{.entries = 10'000,
                                       .name_bytes = std::uint64_t{1} << 20,
                                       .content_bytes = std::uint64_t{64} << 20};
constexpr std::uint64_t largest_control = std::uint64_t{1} << 20;
constexpr std::uint64_t largest_version = 64;

[[noreturn]] void refuse(const std::string& what, ErrorContext context = {}) {
  throw Error(ErrorKind::malformed, what, std::move(context));
}

/// The latest member of an archive as a stream; its beginning can be looked at.
class MemberSource final : public Source {
 public:
  explicit MemberSource(ArReader& archive) : archive_(archive) {
    while (front_size_ < front_.size()) {
      const std::size_t count = archive_.read(std::span(front_).subspan(front_size_));
      if (count == 0) break;
      front_size_ += count;
    }
  }

  [[nodiscard]] ByteView front() const { return ByteView(front_).first(front_size_); }

  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override {
    const ByteView rest = front().subspan(given_);
    if (rest.empty()) return archive_.read(buffer);
    const std::size_t count = std::min(rest.size(), buffer.size());
    std::copy_n(rest.begin(), count, buffer.begin());
    given_ += count;
    return count;
  }

 private:
  ArReader& archive_;
  std::array<std::uint8_t, 8> front_{};  // longer than every magic
  std::size_t front_size_ = 0;
  std::size_t given_ = 0;
};

/// The compression that the end of a member's name stands for (deb(5)); bzip2 and lzma, which
/// dpkg no longer writes, are not taken.
std::optional<Compression> compression_of(std::string_view ending) {
  static constexpr std::pair<std::string_view, Compression> known[] = {{"", Compression::none},
                                                                       {".gz", Compression::gzip},
                                                                       {".xz", Compression::xz},
                                                                       {".zst", Compression::zstd}};
  for (const auto& [name, compression] : known)
    if (name == ending) return compression;
  return std::nullopt;
}

/// Reads the latest member, which is called `name`, as a tar archive.
Layer read_member(ArReader& archive, const std::string& name,
                  const std::filesystem::path& scratch_folder, const ArchiveLimits& limits) {
  try {
    const auto named = compression_of(std::string_view(name).substr(name.find(".tar") + 4));
    if (!named) refuse("the compression is none that packages have");
    MemberSource member(archive);
    const Compression found = compression::detect_compression(member.front());
    if (found != *named)
      refuse("the compression is not that of the name",
             {.expected = std::string(name_of(*named)), .got = std::string(name_of(found))});
    return read_tar(member, scratch_folder, limits);
  } catch (const Error& error) {
    ErrorContext context = error.context();
    context.where = name + (context.where.empty() ? "" : ", " + context.where);
    throw Error(error.kind(), error.what(), context);
  }
}

void check_version(ArReader& archive) {
  MemberSource member(archive);
  const Bytes bytes = read_all(member, largest_version, "debian-binary");
  const std::string_view text = as_text(bytes);
  const std::size_t end = text.find('\n');
  constexpr std::string_view major = "2.";
  if (!text.starts_with(major) || end == text.npos ||
      !parse_decimal(text.substr(major.size(), end - major.size())))
    refuse("the package is of an unknown version",
           {.where = "debian-binary", .expected = "2.0", .got = quote(text)});
}

using Fields = std::map<std::string, std::string>;

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(),
                 [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower;
}

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

void add_field(Fields& fields, std::string_view line) {
  const std::size_t colon = line.find(':');
  if (colon == 0 || colon == line.npos)
    refuse("a line of the control file is no field", {.got = quote(line.substr(0, 100))});
  const std::string name = lower_case(line.substr(0, colon));
  if (!fields.emplace(name, trimmed(line.substr(colon + 1))).second)
    refuse("the control file has the field " + quote(name) + " twice");
}

/// The fields of the one paragraph that a control file is (deb-control(5)).
Fields parse_control(std::string_view text) {
  Fields fields;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(end == text.npos ? text.size() : end + 1);
    if (line.empty()) break;
    const bool continues = line.starts_with(' ') || line.starts_with('\t');
    if (!continues) add_field(fields, line);
  }
  if (text.find_first_not_of("\n \t") != text.npos)
    refuse("the control file has more than one paragraph");
  return fields;
}

std::string field_of(const Fields& fields, const std::string& name) {
  const auto field = fields.find(name);
  if (field == fields.end()) return {};
  const std::string& value = field->second;
  if (!std::all_of(value.begin(), value.end(), [](char c) { return c >= ' ' && c < 127; }))
    refuse("the field " + quote(name) + " of the control file is no printable ASCII");
  return value;
}

std::string required(const Fields& fields, const std::string& name) {
  std::string value = field_of(fields, name);
  if (value.empty() || value.find(' ') != std::string::npos)
    refuse("the control file has no proper field " + quote(name), {.got = quote(value)});
  return value;
}

void read_control(const tree::Tree& control, Deb& deb) {
  const tree::Entry* const file = control.find("control");
  if (file == nullptr || file->type != tree::EntryType::regular)
    refuse("the package has no control file");
  const auto source = file->content->open();
  const Bytes text = read_all(*source, largest_control, "the control file");
  const Fields fields = parse_control(as_text(text));
  deb.name = required(fields, "package");
  deb.version = required(fields, "version");
  deb.architecture = required(fields, "architecture");
  deb.source = field_of(fields, "source");
  for (const char* script : {"config", "postinst", "postrm", "preinst", "prerm"})
    if (control.find(script) != nullptr) deb.scripts.emplace_back(script);
}

}  // namespace

Deb read_deb(Source& package, const std::filesystem::path& scratch_folder,
             const ArchiveLimits& limits) {
  ArReader archive(package);
  const auto next = [&archive](std::string_view expected) {
    auto name = archive.next();
    // Members that older readers shall pass over; not in front of all others.
    while (name && name->starts_with('_') && expected != "debian-binary") name = archive.next();
    if (!name || !name->starts_with(expected))
      refuse("the package has no " + quote(expected) + " in its place",
             {.got = name ? quote(*name) : "the end"});
    return *name;
  };
  Deb deb;
  if (next("debian-binary") != "debian-binary") refuse("the package has no 'debian-binary'");
  check_version(archive);
  const std::string control = next("control.tar");
  read_control(read_member(archive, control, scratch_folder, control_limits).tree, deb);
  const std::string data = next("data.tar");
  deb.layer = read_member(archive, data, scratch_folder, limits);
  while (const auto more = archive.next())
    if (more->starts_with("control.tar") || more->starts_with("data.tar") ||
        *more == "debian-binary")
      refuse("the package has " + quote(*more) + " twice");
  return deb;
}

}  // namespace reproduce::layers
