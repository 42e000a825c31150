#include "tar_stream.hpp"

#include <cerrno>
#include <exception>
#include <string_view>
#include <utility>

#include <archive.h>
#include <archive_entry.h>

#include "reproduce/base/c_locale.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::layers {
namespace {

using tree::EntryType;

/// What one call may take from the stream. Headers with the longest names and the largest
/// attributes stay under 3 MiB; beyond that are maps of sparse files that fill the memory.
constexpr std::uint64_t largest_header = std::uint64_t{6} << 20;

constexpr std::uint64_t record_size = 512;

/// Holes from here on become holes of the scratch file; below, zeros are cheaper.
constexpr std::uint64_t smallest_hole = 4096;

/// The warning that the "C" locale is there to provoke; all others are refusals.
constexpr std::string_view kept_as_recorded = "can't be converted from UTF-8";

std::string text_or_empty(const char* text) {
  return text == nullptr ? std::string() : std::string(text);
}

std::uint32_t number_of(la_int64_t value, const char* what) {
  if (!std::in_range<std::uint32_t>(value))
    throw Error(ErrorKind::malformed, std::string(what) + " does not fit in 32 bits",
                {.got = std::to_string(value)});
  return static_cast<std::uint32_t>(value);
}

EntryType type_of(archive_entry* entry) {
  switch (::archive_entry_filetype(entry)) {
    case AE_IFREG:
      return EntryType::regular;
    case AE_IFDIR:
      return EntryType::directory;
    case AE_IFLNK:
      return EntryType::symlink;
    case AE_IFCHR:
      return EntryType::character_device;
    case AE_IFBLK:
      return EntryType::block_device;
    case AE_IFIFO:
      return EntryType::fifo;
    case AE_IFSOCK:
      return EntryType::socket;
    default:
      throw Error(ErrorKind::malformed, "an entry has no known file type");
  }
}

tree::Entry entry_of(archive_entry* raw) {
  tree::Entry entry{.type = type_of(raw),
                    .mode = ::archive_entry_perm(raw) & 07777U,
                    .uid = number_of(::archive_entry_uid(raw), "a user number"),
                    .gid = number_of(::archive_entry_gid(raw), "a group number")};
  if (entry.type == EntryType::symlink) entry.target = text_or_empty(::archive_entry_symlink(raw));
  if (entry.type == EntryType::character_device || entry.type == EntryType::block_device) {
    entry.device_major =
        number_of(static_cast<la_int64_t>(::archive_entry_rdevmajor(raw)), "a device number");
    entry.device_minor =
        number_of(static_cast<la_int64_t>(::archive_entry_rdevminor(raw)), "a device number");
  }
  return entry;
}

std::vector<std::string> losses_of(archive_entry* raw) {
  std::vector<std::string> losses;
  const char* name = nullptr;
  const void* value = nullptr;
  std::size_t size = 0;
  (void)::archive_entry_xattr_reset(raw);
  while (::archive_entry_xattr_next(raw, &name, &value, &size) == ARCHIVE_OK) {
    // Hosts give SELinux labels to every file; they mean nothing elsewhere.
    if (std::string_view(name) != "security.selinux")
      losses.push_back("extended attribute " + std::string(name));
  }
  if (::archive_entry_acl_types(raw) != 0) losses.emplace_back("access control list");
  if (const char* const flags = ::archive_entry_fflags_text(raw); flags != nullptr)
    losses.push_back("file flags " + std::string(flags));
  return losses;
}

}  // namespace

class TarStream::Reader {
 public:
  explicit Reader(Source& plain)
      : plain_(plain), block_(chunk_size), reader_(::archive_read_new()) {
    if (!reader_) throw Error(ErrorKind::environment, "not enough memory to read a tar archive");
    const bool opened =
        ::archive_read_support_format_tar(reader_.get()) == ARCHIVE_OK &&
        ::archive_read_open(reader_.get(), this, nullptr, give_block, nullptr) == ARCHIVE_OK;
    if (!opened) fail();
  }

  /// The next header, or null.
  [[nodiscard]] archive_entry* next() {
    given_for_call_ = 0;
    last_end_ = consumed();
    archive_entry* entry = nullptr;
    const int status = ::archive_read_next_header(reader_.get(), &entry);
    if (failure_) fail();  // whatever libarchive takes it for
    if (status == ARCHIVE_EOF) return nullptr;
    const bool fine = status == ARCHIVE_OK || (status == ARCHIVE_WARN && only_charset());
    if (!fine) fail();
    return entry;
  }

  /// The next piece of content and where it lies; false at the end.
  [[nodiscard]] bool next_block(ByteView& bytes, std::uint64_t& offset) {
    given_for_call_ = 0;
    const void* data = nullptr;
    std::size_t size = 0;
    la_int64_t at = 0;
    const int status = ::archive_read_data_block(reader_.get(), &data, &size, &at);
    if (failure_) fail();
    if (status == ARCHIVE_EOF) return false;
    if (status != ARCHIVE_OK || at < 0) fail();
    bytes = ByteView(static_cast<const std::uint8_t*>(data), size);
    offset = static_cast<std::uint64_t>(at);
    return true;
  }

  /// Of the latest header; of the one that could not be read, where it should begin.
  [[nodiscard]] std::uint64_t header_offset() const {
    const la_int64_t position = ::archive_read_header_position(reader_.get());
    return position < 0 ? next_header() : static_cast<std::uint64_t>(position);
  }

  void finish(MissingEnd missing_end) {
    // What libarchive took for the end is either a block of NULs or the end of the stream.
    const std::uint64_t content_end = next_header();
    while (const std::size_t count = plain_.read(block_)) given_ += count;
    if (missing_end == MissingEnd::refused && given_ <= content_end)
      throw Error(ErrorKind::malformed, "the tar archive is cut short",
                  {.offset = given_,
                   .expected = "an end-of-archive block of NULs",
                   .got = "the end of the stream"});
  }

 private:
  struct Free {
    void operator()(archive* reader) const noexcept { (void)::archive_read_free(reader); }
  };

  /// libarchive's read callback. No exception may cross C code, so it waits.
  static la_ssize_t give_block(archive* raw, void* self, const void** block) {
    auto& reader = *static_cast<Reader*>(self);
    try {
      if (reader.given_for_call_ > largest_header)
        throw Error(ErrorKind::malformed, "the headers of one entry are too large",
                    {.expected = "at most " + std::to_string(largest_header) + " bytes",
                     .got = "more",
                     .hint = "very fragmented sparse files have such headers"});
      const std::size_t count = reader.plain_.read(reader.block_);
      reader.given_ += count;
      reader.given_for_call_ += count;
      *block = reader.block_.data();
      return static_cast<la_ssize_t>(count);
    } catch (...) {
      reader.failure_ = std::current_exception();
      ::archive_set_error(raw, EIO, "the input could not be read");
      return ARCHIVE_FATAL;
    }
  }

  [[nodiscard]] std::uint64_t consumed() const {
    return static_cast<std::uint64_t>(::archive_filter_bytes(reader_.get(), 0));
  }

  /// Behind the content of the entry before.
  [[nodiscard]] std::uint64_t next_header() const {
    return (last_end_ + record_size - 1) / record_size * record_size;
  }

  [[nodiscard]] std::string reason() const {
    return text_or_empty(::archive_error_string(reader_.get()));
  }

  [[nodiscard]] bool only_charset() const {
    return reason().find(kept_as_recorded) != std::string::npos;
  }

  [[noreturn]] void fail() const {
    if (failure_) std::rethrow_exception(failure_);
    if (::archive_errno(reader_.get()) == ENOMEM)
      throw Error(ErrorKind::environment, "not enough memory to read a tar archive");
    throw Error(ErrorKind::malformed, "the tar archive is damaged or cut short",
                {.offset = header_offset(), .got = printable(reason())});
  }

  Source& plain_;
  Bytes block_;
  std::unique_ptr<archive, Free> reader_;
  std::uint64_t given_ = 0;
  std::uint64_t given_for_call_ = 0;
  std::uint64_t last_end_ = 0;
  std::exception_ptr failure_;
};

TarStream::TarStream(Source& plain) : reader_(std::make_unique<Reader>(plain)) {}

TarStream::~TarStream() = default;

const TarMember* TarStream::next() {
  const CLocale c_locale;
  archive_entry* const raw = reader_->next();
  if (raw == nullptr) return nullptr;
  member_ = {};
  member_.offset = reader_->header_offset();
  try {
    member_.name = text_or_empty(::archive_entry_pathname(raw));
    const la_int64_t size = ::archive_entry_size(raw);
    if (size < 0) throw Error(ErrorKind::malformed, "an entry has a size below 0");
    member_.size = static_cast<std::uint64_t>(size);
    if (const char* const target = ::archive_entry_hardlink(raw); target != nullptr) {
      member_.link_to = target;
      return &member_;
    }
    member_.mtime = ::archive_entry_mtime(raw);
    member_.entry = entry_of(raw);
    member_.losses = losses_of(raw);
  } catch (Error& error) {
    error.set_offset_if_unknown(member_.offset);
    throw;
  }
  return &member_;
}

tree::ContentPtr TarStream::read_content(Scratch& scratch) {
  const CLocale c_locale;
  std::uint64_t position = 0;
  ByteView bytes;
  std::uint64_t offset = 0;
  const auto fill_up_to = [&](std::uint64_t end) {
    if (end - position >= smallest_hole)
      scratch.skip(end - position);
    else
      scratch.sink().write(Bytes(static_cast<std::size_t>(end - position)));
    position = end;
  };
  while (reader_->next_block(bytes, offset)) {
    if (offset < position || offset > member_.size || bytes.size() > member_.size - offset)
      throw Error(ErrorKind::malformed, "a sparse file's map is not in order",
                  {.offset = member_.offset});
    fill_up_to(offset);
    scratch.sink().write(bytes);
    position += bytes.size();
  }
  fill_up_to(member_.size);
  return scratch.take();
}

void TarStream::require_no_content() {
  const CLocale c_locale;
  ByteView bytes;
  std::uint64_t offset = 0;
  while (reader_->next_block(bytes, offset))
    if (!bytes.empty())
      throw Error(ErrorKind::malformed, "an entry has content, and is no regular file",
                  {.offset = member_.offset});
}

void TarStream::skip_content() {
  const CLocale c_locale;
  ByteView bytes;
  std::uint64_t offset = 0;
  while (reader_->next_block(bytes, offset)) continue;
}

void TarStream::finish(MissingEnd missing_end) {
  reader_->finish(missing_end);
}

}  // namespace reproduce::layers
