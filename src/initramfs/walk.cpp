#include "reproduce/initramfs/walk.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "entry_reader.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::initramfs {
namespace {

using namespace std::string_view_literals;

/// What looks compressed, and we or the kernel do not unpack. Of what kernels unpack,
/// lib/decompress.c has the magics.
struct Unread {
  std::string_view magic;
  std::string_view words;
  bool ours = true;
};
constexpr Unread unread[] = {
    {"\x1f\x9e"sv,
     "what follows looks compressed with gzip of an old kind, which reproduce does not read"},
    {"\x89\x4c"sv, "what follows looks compressed with lzo, which reproduce does not read"},
    {"\x04\x22\x4d\x18"sv,
     "what follows is an lz4 frame of the kind that kernels do not unpack (`lz4 -l` writes the "
     "other)",
     false},
};

/// Passes on what the compressed streams hold, up to most_decompressed_bytes in all.
class Bounded final : public Source {
 public:
  Bounded(Source& plain, std::uint64_t& total) : plain_(plain), total_(total) {}
  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override {
    if (total_ > most_decompressed_bytes)
      throw Error(ErrorKind::malformed, "the compressed streams hold more than 8 GiB");
    const std::size_t count = plain_.read(buffer);
    total_ += count;
    return count;
  }

 private:
  Source& plain_;
  std::uint64_t& total_;
};

class Walker {
 public:
  Walker(const JoinedRamdisks& ramdisks, const OnEntryUntil& on_entry)
      : ramdisks_(ramdisks), on_entry_(on_entry) {}

  Walk run() && {
    while (!walk_.stop && !has_enough_ && offset_ < ramdisks_.size()) {
      if (walk_.stretches.size() == most_stretches) {
        stop({.offset = offset_, .what = "more than 4096 compressed streams", .ours = true});
        break;
      }
      step();
    }
    if (has_enough_) walk_.stretches.resize(enough_at_);
    return std::move(walk_);
  }

 private:
  void stop(Stop why) { walk_.stop = std::move(why); }

  void step() {
    std::array<std::uint8_t, 8> front{};
    const std::size_t count = ramdisks_.read_at(offset_, front);
    const ByteView bytes = ByteView(front).first(count);
    walk_.stretches.push_back({.offset = offset_});
    if (behind_entry_ && front[0] != 0 && offset_ % cpio::newc_alignment != 0)
      stop({.offset = offset_, .what = broken_padding});
    else if (front[0] == 0 || (front[0] == '0' && offset_ % cpio::newc_alignment == 0))
      walk_plain();
    else if (compression::detect_compression(bytes, compression::Repertoire::ramdisks) !=
             compression::Compression::none)
      walk_compressed();
    else
      refuse(bytes);
    if (walk_.stretches.back().size == 0) walk_.stretches.pop_back();
  }

  void refuse(ByteView front) {
    const auto known = std::find_if(std::begin(unread), std::end(unread), [&](const Unread& other) {
      return as_text(front).starts_with(other.magic);
    });
    if (known != std::end(unread))
      stop({.offset = offset_, .what = std::string(known->words), .ours = known->ours});
    else
      stop({.offset = offset_, .what = "what follows is neither an archive nor compressed"});
  }

  void walk_plain() {
    RangeSource source(ramdisks_, offset_, ramdisks_.size() - offset_);
    EntryReader reader(source, {.position = offset_,
                                .behind_entry = behind_entry_,
                                .border = [this](std::uint64_t at) { return ramdisks_.end_at(at); },
                                .range = &source});
    const EntryReader::Next last = read_entries(reader, offset_);
    Stretch& stretch = walk_.stretches.back();
    const bool empty = stretch.entries == 0 && stretch.trailers == 0;
    stretch.kind = empty ? StretchKind::zeros : StretchKind::entries;
    const std::uint64_t end = last == EntryReader::Next::stop ? reader.start() : reader.position();
    stretch.size = end - offset_;
    stretch.plain_size = stretch.size;
    if (last == EntryReader::Next::stop) stop({.offset = reader.start(), .what = reader.stop()});
    offset_ = end;
    behind_entry_ = last == EntryReader::Next::border && reader.behind_entry();
  }

  void walk_compressed() {
    Stretch& stretch = walk_.stretches.back();
    stretch.kind = StretchKind::compressed;
    behind_entry_ = false;
    RangeSource packed(ramdisks_, offset_, ramdisks_.size() - offset_);
    const std::uint64_t before = decompressed_;
    try {
      compression::Decompressor plain(packed, compression::Extent::first_stream,
                                      compression::Repertoire::ramdisks);
      walk_stream(plain);
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::malformed) throw;
      const bool ours = decompressed_ > most_decompressed_bytes;
      stop({.offset = offset_, .what = error.what(), .ours = ours});
    }
    Stretch& walked = walk_.stretches.back();
    walked.plain_size = decompressed_ - before;
    if (walk_.stop) walked.size = ramdisks_.size() - offset_;
    offset_ += walked.size;
  }

  void walk_stream(compression::Decompressor& plain) {
    walk_.stretches.back().compression = plain.compression();
    Bounded bounded(plain, decompressed_);
    EntryReader reader(bounded, {});
    const EntryReader::Next last = read_entries(reader, 0);
    if (has_enough_) return;
    if (last == EntryReader::Next::end)
      walk_.stretches.back().size = plain.used();
    else if (last == EntryReader::Next::stop)
      stop({.offset = offset_, .plain_offset = reader.start(), .what = reader.stop()});
    else
      stop({.offset = offset_,
            .plain_offset = reader.position(),
            .what = "something within the compressed data starts no entry"});
  }

  EntryReader::Next read_entries(EntryReader& reader, std::uint64_t origin) {
    const std::size_t index = walk_.stretches.size() - 1;
    for (;;) {
      const EntryReader::Next next = reader.next();
      Stretch& stretch = walk_.stretches[index];
      if (next == EntryReader::Next::trailer) {
        ++stretch.trailers;
        stretch.ends_with_trailer = true;
        ++archive_;
      } else if (next == EntryReader::Next::entry) {
        ++stretch.entries;
        stretch.ends_with_trailer = false;
        const Wish wish = on_entry_({.header = reader.header(),
                                     .name = reader.name(),
                                     .stretch = index,
                                     .offset = reader.start() - origin,
                                     .archive = archive_,
                                     .packed = stretch.kind == StretchKind::compressed,
                                     .passed_over = reader.passed_over()},
                                    reader);
        if (wish == Wish::enough) {
          has_enough_ = true;
          enough_at_ = index;
          return EntryReader::Next::end;
        }
      } else {
        return next;
      }
    }
  }

  const JoinedRamdisks& ramdisks_;
  const OnEntryUntil& on_entry_;
  std::uint64_t offset_ = 0;
  bool behind_entry_ = false;
  std::uint64_t archive_ = 0;
  std::uint64_t decompressed_ = 0;
  bool has_enough_ = false;
  std::size_t enough_at_ = 0;  // the index of the stretch
  Walk walk_;
};

}  // namespace

Walk walk(const JoinedRamdisks& ramdisks, const OnEntry& on_entry) {
  return walk_until(ramdisks, [&on_entry](const FoundEntry& entry, Source& content) {
    on_entry(entry, content);
    return Wish::go_on;
  });
}

Walk walk_until(const JoinedRamdisks& ramdisks, const OnEntryUntil& on_entry) {
  return Walker(ramdisks, on_entry).run();
}

}  // namespace reproduce::initramfs
