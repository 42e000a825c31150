#include "members.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <exception>
#include <utility>

#include <archive.h>
#include <archive_entry.h>

#include "reproduce/base/c_locale.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::content {
namespace {

/// What one call may take from the file: headers with the longest names stay under 3 MiB; beyond
/// that are maps of sparse files that fill the memory.
constexpr std::uint64_t largest_header = std::uint64_t{6} << 20;

std::string text_or_empty(const char* text) {
  return text == nullptr ? std::string() : std::string(text);
}

std::string owner_of(archive_entry* entry) {
  std::string owner =
      std::to_string(::archive_entry_uid(entry)) + ":" + std::to_string(::archive_entry_gid(entry));
  const std::string user = text_or_empty(::archive_entry_uname(entry));
  const std::string group = text_or_empty(::archive_entry_gname(entry));
  if (!user.empty() || !group.empty()) owner += " (" + user + ":" + group + ")";
  return owner;
}

Member member_of(archive_entry* entry) {
  Member member{.name = text_or_empty(::archive_entry_pathname(entry)),
                .link = {},
                .owner = owner_of(entry),
                .mode = ::archive_entry_mode(entry),
                .time = ::archive_entry_mtime(entry)};
  if (const char* const target = ::archive_entry_hardlink(entry); target != nullptr)
    member.link = target;
  else
    member.link = text_or_empty(::archive_entry_symlink(entry));
  member.size = static_cast<std::uint64_t>(std::max<la_int64_t>(::archive_entry_size(entry), 0));
  member.device = static_cast<std::uint64_t>(::archive_entry_rdev(entry));
  return member;
}

}  // namespace

std::string_view name_of(ArchiveKind kind) noexcept {
  switch (kind) {
    case ArchiveKind::tar:
      return "tar";
    case ArchiveKind::cpio:
      return "cpio";
    case ArchiveKind::ar:
      return "ar";
    case ArchiveKind::zip:
      return "zip";
  }
  return "";
}

std::optional<ArchiveKind> archive_kind_of(const RandomAccess& file, Allowance& allowance) {
  constexpr std::uint64_t block = 512;
  const Bytes bytes = read_range(file, 0, block, allowance);
  const std::string_view head = as_text(bytes);
  if (head.starts_with("!<arch>\n")) return ArchiveKind::ar;
  if (head.starts_with("PK\x03\x04")) return ArchiveKind::zip;
  for (const std::string_view magic : {"070701", "070702", "070707"})
    if (head.starts_with(magic)) return ArchiveKind::cpio;
  constexpr std::size_t tar_magic_at = 257;
  if (head.size() == block && head.substr(tar_magic_at).starts_with("ustar"))
    return ArchiveKind::tar;
  return std::nullopt;
}

class MemberReader::Handle {
 public:
  Handle(ArchiveKind kind, const RandomAccess& file, Allowance& allowance)
      : file_(file), allowance_(allowance), block_(std::size_t{1} << 16) {
    if (!reader_) throw Error(ErrorKind::environment, "not enough memory to read an archive");
    const CLocale c_locale;
    archive* const raw = reader_.get();
    const bool opened = support(kind) == ARCHIVE_OK &&
                        ::archive_read_set_read_callback(raw, give_block) == ARCHIVE_OK &&
                        ::archive_read_set_skip_callback(raw, skip) == ARCHIVE_OK &&
                        ::archive_read_set_seek_callback(raw, seek) == ARCHIVE_OK &&
                        ::archive_read_set_callback_data(raw, this) == ARCHIVE_OK &&
                        ::archive_read_open1(raw) == ARCHIVE_OK;
    if (!opened) fail();
  }

  std::optional<Member> next() {
    const CLocale c_locale;
    given_for_call_ = 0;
    archive_entry* entry = nullptr;
    const int status = ::archive_read_next_header(reader_.get(), &entry);
    if (failure_) fail();
    if (status == ARCHIVE_EOF) return std::nullopt;
    if (status != ARCHIVE_OK && status != ARCHIVE_WARN) fail();
    return member_of(entry);
  }

  std::size_t read(std::span<std::uint8_t> buffer) {
    const CLocale c_locale;
    given_for_call_ = 0;
    const auto most = std::min<std::uint64_t>(buffer.size(), allowance_.work);
    const la_ssize_t count =
        ::archive_read_data(reader_.get(), buffer.data(), static_cast<std::size_t>(most));
    if (count < 0 || failure_) fail();
    // The holes of a sparse file cost time as well.
    allowance_.work -= std::min(allowance_.work, static_cast<std::uint64_t>(count));
    return static_cast<std::size_t>(count);
  }

 private:
  struct Free {
    void operator()(archive* reader) const noexcept { (void)::archive_read_free(reader); }
  };

  int support(ArchiveKind kind) {
    switch (kind) {
      case ArchiveKind::tar:
        return ::archive_read_support_format_tar(reader_.get());
      case ArchiveKind::cpio:
        return ::archive_read_support_format_cpio(reader_.get());
      case ArchiveKind::ar:
        return ::archive_read_support_format_ar(reader_.get());
      case ArchiveKind::zip:
        return ::archive_read_support_format_zip(reader_.get());
    }
    return ARCHIVE_FATAL;
  }

  /// libarchive's callbacks. No exception may cross C code, so it waits.
  static la_ssize_t give_block(archive* raw, void* self, const void** block) {
    auto& handle = *static_cast<Handle*>(self);
    try {
      if (handle.given_for_call_ > largest_header)
        throw Error(ErrorKind::malformed, "the headers of one member are too large");
      const auto most = std::min<std::uint64_t>(handle.block_.size(), handle.allowance_.work);
      const std::size_t count = handle.file_.read_at(
          handle.position_, std::span(handle.block_).first(static_cast<std::size_t>(most)));
      handle.allowance_.work -= count;
      handle.position_ += count;
      handle.given_for_call_ += count;
      *block = handle.block_.data();
      return static_cast<la_ssize_t>(count);
    } catch (...) {
      handle.failure_ = std::current_exception();
      ::archive_set_error(raw, EIO, "the input could not be read");
      return ARCHIVE_FATAL;
    }
  }

  static la_int64_t skip(archive* /*raw*/, void* self, la_int64_t wanted) {
    auto& handle = *static_cast<Handle*>(self);
    const std::uint64_t left =
        handle.file_.size() - std::min(handle.position_, handle.file_.size());
    const std::uint64_t count =
        wanted <= 0 ? 0 : std::min(left, static_cast<std::uint64_t>(wanted));
    handle.position_ += count;
    return static_cast<la_int64_t>(count);
  }

  static la_int64_t seek(archive* /*raw*/, void* self, la_int64_t offset, int whence) {
    auto& handle = *static_cast<Handle*>(self);
    const auto size = static_cast<la_int64_t>(handle.file_.size());
    const la_int64_t from = whence == SEEK_SET   ? 0
                            : whence == SEEK_END ? size
                                                 : static_cast<la_int64_t>(handle.position_);
    la_int64_t place = 0;
    if (__builtin_add_overflow(from, offset, &place) || place < 0 || place > size)
      return ARCHIVE_FATAL;
    handle.position_ = static_cast<std::uint64_t>(place);
    return place;
  }

  [[noreturn]] void fail() const {
    if (failure_) std::rethrow_exception(failure_);
    if (::archive_errno(reader_.get()) == ENOMEM)
      throw Error(ErrorKind::environment, "not enough memory to read an archive");
    throw Error(ErrorKind::malformed, "the archive is damaged or cut short");
  }

  const RandomAccess& file_;
  Allowance& allowance_;
  Bytes block_;
  std::unique_ptr<archive, Free> reader_{::archive_read_new()};
  std::uint64_t position_ = 0;
  std::uint64_t given_for_call_ = 0;
  std::exception_ptr failure_;
};

MemberReader::MemberReader(ArchiveKind kind, const RandomAccess& file, Allowance& allowance)
    : handle_(std::make_unique<Handle>(kind, file, allowance)) {}

MemberReader::~MemberReader() = default;

std::optional<Member> MemberReader::next() {
  return handle_->next();
}

std::size_t MemberReader::read(std::span<std::uint8_t> buffer) {
  return handle_->read(buffer);
}

}  // namespace reproduce::content
