#include "reproduce/compression/decompress.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <string>
#include <utility>

#include <archive.h>
#include <archive_entry.h>
#include <zlib.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::compression {
namespace {

/// Magics, from RFC 1952 (gzip, with its one method), RFC 8878 (zstd), the .xz
/// format 1.1 and bzip2's own header.
struct Magic {
  Compression compression;
  std::string_view bytes;
};
using namespace std::string_view_literals;
constexpr Magic magics[] = {
    {Compression::gzip, "\x1f\x8b\x08"sv},
    {Compression::bzip2, "BZh"sv},
    {Compression::xz, "\xfd\x37zXZ\0"sv},
    {Compression::zstd, "\x28\xb5\x2f\xfd"sv},
};

[[noreturn]] void throw_damaged(Compression compression, const std::string& reason) {
  throw Error(ErrorKind::malformed,
              "the " + std::string(name_of(compression)) + " data is damaged or cut short",
              {.got = reason});
}

[[noreturn]] void throw_no_memory() {
  throw Error(ErrorKind::environment, "not enough memory to decompress");
}

void require_padding(ByteView tail) {
  if (std::any_of(tail.begin(), tail.end(), [](std::uint8_t byte) { return byte != 0; }))
    throw Error(ErrorKind::malformed, "more follows the end of the compressed data",
                {.expected = "nothing but NULs"});
}

}  // namespace

/// The raw stream in blocks, each of which lives until the next but one. Blocks
/// are full as long as there is more.
class Decompressor::Feed final : public Source {
 public:
  explicit Feed(Source& raw) : raw_(raw) {
    for (Bytes& block : blocks_) block.resize(chunk_size);
    advance();
  }

  /// The start of the stream, for its magic. Changes nothing.
  [[nodiscard]] ByteView front() const { return latest(); }

  /// The next block, the first included; empty at the end.
  [[nodiscard]] ByteView next() {
    if (std::exchange(first_given_, true)) advance();
    taken_ += latest().size();
    return latest();
  }

  /// How many bytes next() gave.
  [[nodiscard]] std::uint64_t taken() const noexcept { return taken_; }

  /// Instead of next(): the stream as it is.
  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override {
    const ByteView rest = latest().subspan(position_);
    if (rest.empty()) return raw_.read(buffer);
    const std::size_t count = std::min(buffer.size(), rest.size());
    std::copy_n(rest.begin(), count, buffer.begin());
    position_ += count;
    return count;
  }

  /// Holds the last `unread` bytes that next() gave, and all that follow, to be
  /// padding. `unread` lies within the latest two blocks.
  void finish(std::uint64_t unread) {
    for (const std::size_t block : {current_, 1 - current_}) {
      const std::size_t used = used_[block];
      const auto tail = static_cast<std::size_t>(std::min<std::uint64_t>(unread, used));
      require_padding(ByteView(blocks_[block]).subspan(used - tail, tail));
      unread -= tail;
    }
    for (ByteView rest = next(); !rest.empty(); rest = next()) require_padding(rest);
  }

 private:
  void advance() {
    current_ = 1 - current_;
    used_[current_] = read_up_to(raw_, blocks_[current_]);
  }
  [[nodiscard]] ByteView latest() const {
    return ByteView(blocks_[current_]).first(used_[current_]);
  }

  Source& raw_;
  std::array<Bytes, 2> blocks_;
  std::array<std::size_t, 2> used_{};
  std::size_t current_ = 0;
  std::size_t position_ = 0;
  std::uint64_t taken_ = 0;
  bool first_given_ = false;
};

/// gzip by zlib itself: libarchive checks neither its sums nor its sizes.
class Decompressor::Gzip final : public Source {
 public:
  explicit Gzip(Feed& feed) : feed_(feed) {
    constexpr int gzip_only = 16 + MAX_WBITS;
    if (::inflateInit2(&state_, gzip_only) != Z_OK) throw_no_memory();
  }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;
  Gzip(Gzip&&) = delete;
  Gzip& operator=(Gzip&&) = delete;
  ~Gzip() override { (void)::inflateEnd(&state_); }

  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override {
    state_.next_out = buffer.data();
    state_.avail_out = static_cast<uInt>(std::min<std::size_t>(buffer.size(), chunk_size));
    const uInt room = state_.avail_out;
    while (state_.avail_out == room) {
      if (state_.avail_in == 0) refill();
      if (between_members_ && !starts_member()) {
        feed_.finish(state_.avail_in);
        return 0;
      }
      if (state_.avail_in == 0) throw_damaged(Compression::gzip, "the end");
      step();
    }
    return room - state_.avail_out;
  }

 private:
  void refill() {
    const ByteView block = feed_.next();
    // zlib's next_in is not const without ZLIB_CONST, and is not written to.
    state_.next_in = const_cast<Bytef*>(block.data());
    state_.avail_in = static_cast<uInt>(block.size());
  }

  /// A member follows the one that ended. Its first byte tells it from padding.
  [[nodiscard]] bool starts_member() const { return state_.avail_in != 0 && *state_.next_in != 0; }

  void step() {
    between_members_ = false;
    const int status = ::inflate(&state_, Z_NO_FLUSH);
    if (status == Z_MEM_ERROR) throw_no_memory();
    if (status == Z_STREAM_END) {
      between_members_ = true;
      (void)::inflateReset(&state_);
    } else if (status != Z_OK) {
      throw_damaged(Compression::gzip, state_.msg == nullptr ? "no sense" : state_.msg);
    }
  }

  Feed& feed_;
  z_stream state_{};
  bool between_members_ = false;
};

/// All others by libarchive.
class Decompressor::Libarchive final : public Source {
 public:
  Libarchive(Feed& feed, Compression compression)
      : feed_(feed), compression_(compression), reader_(::archive_read_new()) {
    if (!reader_) throw_no_memory();
    // The one filter that the magic names: asked to find out by itself, libarchive
    // would go on to decompress what it decompressed. "raw" means no format at all.
    archive_entry* entry = nullptr;
    opened_ =
        ::archive_read_append_filter(reader_.get(), filter()) == ARCHIVE_OK &&
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

  [[nodiscard]] int filter() const {
    switch (compression_) {
      case Compression::bzip2:
        return ARCHIVE_FILTER_BZIP2;
      case Compression::xz:
        return ARCHIVE_FILTER_XZ;
      case Compression::zstd:
        return ARCHIVE_FILTER_ZSTD;
      case Compression::none:
      case Compression::gzip:
        break;
    }
    return ARCHIVE_FILTER_NONE;
  }

  /// libarchive's read callback. No exception may cross C code, so it waits.
  static la_ssize_t give_block(archive* reader, void* self, const void** block) {
    auto& decoder = *static_cast<Libarchive*>(self);
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
    if (::archive_errno(reader_.get()) == ENOMEM) throw_no_memory();
    // Trouble with the first bytes is reported as an unknown format, which it is not.
    const char* const reason = opened_ ? ::archive_error_string(reader_.get()) : nullptr;
    throw_damaged(compression_, reason == nullptr ? "" : printable(reason));
  }

  Feed& feed_;
  Compression compression_;
  std::unique_ptr<archive, Free> reader_;
  bool opened_ = false;
  std::exception_ptr failure_;
};

std::string_view name_of(Compression compression) noexcept {
  switch (compression) {
    case Compression::none:
      return "none";
    case Compression::gzip:
      return "gzip";
    case Compression::bzip2:
      return "bzip2";
    case Compression::xz:
      return "xz";
    case Compression::zstd:
      return "zstd";
  }
  return "none";
}

Compression detect_compression(ByteView bytes) noexcept {
  for (const auto& [compression, magic] : magics)
    if (as_text(bytes).starts_with(magic)) return compression;
  return Compression::none;
}

Decompressor::Decompressor(Source& raw)
    : feed_(std::make_unique<Feed>(raw)), compression_(detect_compression(feed_->front())) {
  if (compression_ == Compression::gzip)
    plain_ = std::make_unique<Gzip>(*feed_);
  else if (compression_ != Compression::none)
    plain_ = std::make_unique<Libarchive>(*feed_, compression_);
}

Decompressor::~Decompressor() = default;

std::size_t Decompressor::read(std::span<std::uint8_t> buffer) {
  if (!plain_) return feed_->read(buffer);
  if (buffer.empty() || ended_) return 0;
  const std::size_t count = plain_->read(buffer);
  ended_ = count == 0;
  given_ += count;
  if (given_ > free_expansion && given_ / largest_expansion > feed_->taken())
    throw Error(ErrorKind::malformed, "the compressed data expands beyond all measure",
                {.expected = "at most " + std::to_string(largest_expansion) + " times its size",
                 .got = std::to_string(given_) + " bytes from " + std::to_string(feed_->taken())});
  return count;
}

}  // namespace reproduce::compression
