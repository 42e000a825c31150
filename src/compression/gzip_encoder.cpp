// One gzip member out of blocks that are deflated side by side, as pigz does it:
// every block starts with the 32 KiB before it as dictionary, so that it may
// refer to them as if it had not been cut, and ends on a byte with an empty
// stored block (Z_SYNC_FLUSH), so that the pieces can be put behind each other.

#include <algorithm>
#include <array>
#include <condition_variable>
#include <cstdint>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "encoder.hpp"
#include <zlib.h>

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/error.hpp"

namespace reproduce::compression {
namespace {

/// As in pigz: the flushes cost 0.01 %, and the blocks are many enough to share.
constexpr std::size_t block_size = std::size_t{128} << 10;
/// How far deflate looks back (RFC 1951, section 2).
constexpr std::size_t window_size = std::size_t{32} << 10;
constexpr int level = Z_BEST_COMPRESSION;

/// RFC 1952, section 2.3: deflate, no flags (so no name), no time, "slowest
/// algorithm", Unix. The system is a constant, whatever this runs on.
constexpr std::array<std::uint8_t, 10> header{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3};

/// A piece of input on its way to being a piece of output.
struct Block {
  Bytes input{};              ///< what was before it, as far as the window, and then its own
  std::size_t own_start = 0;  ///< where in `input` its own bytes begin
  bool last = false;
  Bytes output{};
  std::uint32_t crc = 0;  ///< of its own bytes
  bool done = false;
  std::exception_ptr failure{};

  [[nodiscard]] ByteView before() const { return ByteView(input).first(own_start); }
  [[nodiscard]] ByteView own() const { return ByteView(input).subspan(own_start); }
};

/// zlib's state, used again for block after block.
class Deflater {
 public:
  Deflater() {
    constexpr int raw = -MAX_WBITS;
    constexpr int memory_level = 9;
    if (::deflateInit2(&state_, level, Z_DEFLATED, raw, memory_level, Z_DEFAULT_STRATEGY) != Z_OK)
      throw_no_memory_to_compress();
  }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;
  Deflater(Deflater&&) = delete;
  Deflater& operator=(Deflater&&) = delete;
  ~Deflater() { (void)::deflateEnd(&state_); }

  void compress(Block& block) {
    const ByteView own = block.own();
    (void)::deflateReset(&state_);
    if (!block.before().empty())
      require(::deflateSetDictionary(&state_, block.before().data(),
                                     static_cast<uInt>(block.before().size())) == Z_OK);
    // The bound is for one call that ends the stream; a flush adds up to 6 bytes.
    constexpr uLong flush = 16;
    block.output.resize(::deflateBound(&state_, static_cast<uLong>(own.size())) + flush);
    // zlib's next_in is not const without ZLIB_CONST, and is not written to.
    state_.next_in = const_cast<Bytef*>(own.data());
    state_.avail_in = static_cast<uInt>(own.size());
    state_.next_out = block.output.data();
    state_.avail_out = static_cast<uInt>(block.output.size());
    const int status = ::deflate(&state_, block.last ? Z_FINISH : Z_SYNC_FLUSH);
    require(status == (block.last ? Z_STREAM_END : Z_OK) && state_.avail_in == 0 &&
            state_.avail_out != 0);
    block.output.resize(block.output.size() - state_.avail_out);
    block.crc = static_cast<std::uint32_t>(::crc32_z(0, own.data(), own.size()));
  }

 private:
  static void require(bool holds) {
    if (!holds) throw Error(ErrorKind::bug, "zlib does not compress a block");
  }

  z_stream state_{};
};

/// A ring of blocks between the caller, who fills and writes them in order, and
/// the workers. Its counters only grow: written <= taken <= submitted.
class GzipEncoder final : public Encoder {
 public:
  GzipEncoder(unsigned threads, Sink& out) : out_(out), ring_(2 * std::size_t{threads} + 1) {
    for (Block& block : ring_) block.input.reserve(window_size + block_size);
    out_.write(header);
    try {
      for (unsigned i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
    } catch (const std::system_error& error) {
      stop();
      throw Error(ErrorKind::environment, "cannot start a thread to compress",
                  {.got = error.code().message()});
    }
  }
  GzipEncoder(const GzipEncoder&) = delete;
  GzipEncoder& operator=(const GzipEncoder&) = delete;
  GzipEncoder(GzipEncoder&&) = delete;
  GzipEncoder& operator=(GzipEncoder&&) = delete;
  ~GzipEncoder() override { stop(); }

  void write(ByteView bytes) override {
    while (!bytes.empty()) {
      // A full block waits for a byte behind it: the last one ends the stream.
      if (filling().own().size() == block_size) submit();
      Bytes& input = filling().input;
      const std::size_t count = std::min(bytes.size(), block_size - filling().own().size());
      input.insert(input.end(), bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(count));
      bytes = bytes.subspan(count);
    }
  }

  void finish() override {
    filling().last = true;
    hand_over();
    while (written_ < submitted_) write_oldest();
    std::array<std::uint8_t, 8> trailer{};  // CRC-32, size modulo 2^32: little-endian
    for (unsigned i = 0; i < 4; ++i) {
      trailer[i] = static_cast<std::uint8_t>(crc_ >> (8 * i));
      trailer[4 + i] = static_cast<std::uint8_t>(size_ >> (8 * i));
    }
    out_.write(trailer);
  }

 private:
  [[nodiscard]] Block& at(std::uint64_t number) { return ring_[number % ring_.size()]; }
  [[nodiscard]] Block& filling() { return at(submitted_); }

  /// The filled block goes to the workers; the next one gets its window.
  void submit() {
    const Block& full = hand_over();
    if (submitted_ - written_ == ring_.size()) write_oldest();
    // `full` is not the oldest of the ring, so it still is what it was; workers only read it.
    Block& next = filling();
    next.input.assign(full.input.end() - window_size, full.input.end());
    next.own_start = window_size;
    next.done = false;
  }

  const Block& hand_over() {
    const Block& full = filling();
    const std::lock_guard lock(mutex_);
    ++submitted_;
    changed_.notify_all();
    return full;
  }

  void write_oldest() {
    Block& block = at(written_);
    {
      std::unique_lock lock(mutex_);
      changed_.wait(lock, [&] { return block.done; });
    }
    if (block.failure) std::rethrow_exception(block.failure);
    out_.write(block.output);
    const std::size_t size = block.own().size();
    crc_ = static_cast<std::uint32_t>(::crc32_combine(crc_, block.crc, static_cast<z_off_t>(size)));
    size_ += size;
    ++written_;
  }

  void work() {
    std::unique_ptr<Deflater> deflater;
    std::unique_lock lock(mutex_);
    for (;;) {
      changed_.wait(lock, [&] { return stopping_ || taken_ < submitted_; });
      if (stopping_) return;
      Block& block = at(taken_++);
      lock.unlock();
      try {
        if (!deflater) deflater = std::make_unique<Deflater>();
        deflater->compress(block);
      } catch (...) {
        block.failure = std::current_exception();
      }
      lock.lock();
      block.done = true;
      changed_.notify_all();
    }
  }

  void stop() {
    {
      const std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) thread.join();
    threads_.clear();
  }

  Sink& out_;
  std::vector<Block> ring_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::uint64_t submitted_ = 0;  // the caller's; under the mutex where workers look
  std::uint64_t taken_ = 0;      // the workers', under the mutex
  std::uint64_t written_ = 0;    // the caller's alone
  bool stopping_ = false;
  std::uint32_t crc_ = 0;
  std::uint64_t size_ = 0;
  std::vector<std::thread> threads_;  // last, so that all else lives longer
};

}  // namespace

std::unique_ptr<Encoder> make_gzip_encoder(unsigned threads, Sink& out) {
  return std::make_unique<GzipEncoder>(threads, out);
}

std::string gzip_version() {
  return std::string("gzip/1 zlib ") + ::zlibVersion() + " level " + std::to_string(level) +
         " block " + std::to_string(block_size);
}

}  // namespace reproduce::compression
