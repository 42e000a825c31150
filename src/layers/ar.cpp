#include "ar.hpp"

#include <cerrno>
#include <exception>
#include <utility>

#include <archive.h>
#include <archive_entry.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::layers {
namespace {

constexpr std::uint64_t magic_size = 8;
constexpr std::uint64_t header_size = 60;

}  // namespace

class ArReader::Handle {
 public:
  explicit Handle(Source& raw) : raw_(raw), block_(chunk_size), reader_(::archive_read_new()) {
    if (!reader_) throw Error(ErrorKind::environment, "not enough memory to read an archive");
    if (::archive_read_support_format_ar(reader_.get()) != ARCHIVE_OK ||
        ::archive_read_open(reader_.get(), this, nullptr, give_block, nullptr) != ARCHIVE_OK)
      fail();
  }

  std::optional<std::string> next() {
    archive_entry* entry = nullptr;
    const int status = ::archive_read_next_header(reader_.get(), &entry);
    if (status == ARCHIVE_EOF) {
      require_end();
      return std::nullopt;
    }
    if (status != ARCHIVE_OK) fail();
    const char* const text = ::archive_entry_pathname(entry);
    const std::string name = text == nullptr ? "" : text;
    // A name, or a table of names, that lies outside of the header was read with it.
    if (consumed() != end_ + header_size)
      throw Error(ErrorKind::malformed, "the member " + quote(name) + " has its name elsewhere",
                  {.offset = end_, .where = "ar header"});
    const la_int64_t size = ::archive_entry_size(entry);
    if (size < 0) fail();
    end_ +=
        header_size + static_cast<std::uint64_t>(size) + (static_cast<std::uint64_t>(size) & 1U);
    return name;
  }

  std::size_t read(std::span<std::uint8_t> buffer) {
    const la_ssize_t count = ::archive_read_data(reader_.get(), buffer.data(), buffer.size());
    if (count < 0 || failure_) fail();
    return static_cast<std::size_t>(count);
  }

 private:
  struct Free {
    void operator()(archive* reader) const noexcept { (void)::archive_read_free(reader); }
  };

  [[nodiscard]] std::uint64_t consumed() const {
    return static_cast<std::uint64_t>(::archive_filter_bytes(reader_.get(), 0));
  }

  /// libarchive takes a piece that is too short for a header for the end.
  void require_end() {
    if (failure_) fail();  // it takes a failure for the end, too
    if (consumed() == given_ && raw_.read(block_) == 0) return;
    throw Error(ErrorKind::malformed, "the archive is cut short, or goes on behind its end",
                {.offset = consumed(), .where = "ar header"});
  }

  /// libarchive's read callback. No exception may cross C code, so it waits.
  static la_ssize_t give_block(archive* reader, void* self, const void** block) {
    auto& handle = *static_cast<Handle*>(self);
    try {
      const std::size_t count = handle.raw_.read(handle.block_);
      handle.given_ += count;
      *block = handle.block_.data();
      return static_cast<la_ssize_t>(count);
    } catch (...) {
      handle.failure_ = std::current_exception();
      ::archive_set_error(reader, EIO, "the input could not be read");
      return ARCHIVE_FATAL;
    }
  }

  [[noreturn]] void fail() {
    if (failure_) std::rethrow_exception(failure_);
    if (::archive_errno(reader_.get()) == ENOMEM)
      throw Error(ErrorKind::environment, "not enough memory to read an archive");
    const char* const reason = ::archive_error_string(reader_.get());
    throw Error(ErrorKind::malformed, "the ar archive is damaged or cut short",
                {.offset = consumed(), .got = reason == nullptr ? "" : printable(reason)});
  }

  Source& raw_;
  Bytes block_;
  std::uint64_t given_ = 0;
  std::uint64_t end_ = magic_size;  // of the latest member, its padding included
  std::exception_ptr failure_;
  std::unique_ptr<archive, Free> reader_;
};

ArReader::ArReader(Source& raw) : handle_(std::make_unique<Handle>(raw)) {}

ArReader::~ArReader() = default;

std::optional<std::string> ArReader::next() {
  return handle_->next();
}

std::size_t ArReader::read(std::span<std::uint8_t> buffer) {
  return handle_->read(buffer);
}

}  // namespace reproduce::layers
