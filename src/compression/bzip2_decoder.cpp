#include <cerrno>
#include <exception>

#include "decoder.hpp"
#include <archive.h>
#include <archive_entry.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::compression {
namespace {

/// bzip2 by libarchive, which has libbz2's ways of several streams and padding right.
class Bzip2Decoder final : public Source {
 public:
  explicit Bzip2Decoder(Feed& feed) : feed_(feed), reader_(::archive_read_new()) {
    if (!reader_) throw_no_memory_to_decompress();
    // The one filter that the magic names: asked to find out by itself, libarchive
    // would go on to decompress what it decompressed. "raw" means no format at all.
    archive_entry* entry = nullptr;
    opened_ =
        ::archive_read_append_filter(reader_.get(), ARCHIVE_FILTER_BZIP2) == ARCHIVE_OK &&
        ::archive_read_support_format_raw(reader_.get()) == ARCHIVE_OK &&
        ::archive_read_open(reader_.get(), this, nullptr, give_block, nullptr) == ARCHIVE_OK &&
        ::archive_read_next_header(reader_.get(), &entry) == ARCHIVE_OK;
    if (!opened_) fail();
  }

  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override {
    const la_ssize_t count = ::archive_read_data(reader_.get(), buffer.data(), buffer.size());
    if (count < 0) fail();
    if (count == 0) {
      const auto consumed = static_cast<std::uint64_t>(::archive_filter_bytes(reader_.get(), -1));
      feed_.finish(feed_.taken() - consumed);
    }
    return static_cast<std::size_t>(count);
  }

 private:
  struct Free {
    void operator()(archive* reader) const noexcept { (void)::archive_read_free(reader); }
  };

  /// libarchive's read callback. No exception may cross C code, so it waits.
  static la_ssize_t give_block(archive* reader, void* self, const void** block) {
    auto& decoder = *static_cast<Bzip2Decoder*>(self);
    try {
      const ByteView bytes = decoder.feed_.next();
      *block = bytes.data();
      return static_cast<la_ssize_t>(bytes.size());
    } catch (...) {
      decoder.failure_ = std::current_exception();
      ::archive_set_error(reader, EIO, "the input could not be read");
      return ARCHIVE_FATAL;
    }
  }

  [[noreturn]] void fail() {
    if (failure_) std::rethrow_exception(failure_);
    if (::archive_errno(reader_.get()) == ENOMEM) throw_no_memory_to_decompress();
    // Trouble with the first bytes is reported as an unknown format, which it is not.
    const char* const reason = opened_ ? ::archive_error_string(reader_.get()) : nullptr;
    throw_damaged(Compression::bzip2, reason == nullptr ? "" : printable(reason));
  }

  Feed& feed_;
  std::unique_ptr<archive, Free> reader_;
  bool opened_ = false;
  std::exception_ptr failure_;
};

}  // namespace

std::unique_ptr<Source> make_bzip2_decoder(Feed& feed) {
  return std::make_unique<Bzip2Decoder>(feed);
}

}  // namespace reproduce::compression
