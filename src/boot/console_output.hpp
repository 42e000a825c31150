#pragma once

/// The way of a console's bytes to where people or programs read them.

#include <string>

#include "reproduce/base/bytes.hpp"

namespace reproduce::boot {

/// A guest's console as a terminal may have it: printable(), but for line feeds and tabs, and a
/// carriage return in front of a line feed goes away. Pieces of any size: a character that a
/// piece cuts in two waits for the next.
class ConsoleText {
 public:
  [[nodiscard]] std::string take(ByteView bytes);
  [[nodiscard]] std::string finish();

 private:
  static constexpr std::size_t most_kept = 16;

  std::string rest_;
};

/// A queue in front of a descriptor, written when that can take it, so that a reader who stops
/// reading stops the guest and not this process.
class ConsoleOutput {
 public:
  /// `is_seen`: through ConsoleText; else the bytes as they are.
  ConsoleOutput(int descriptor, bool is_seen) : descriptor_(descriptor), is_seen_(is_seen) {}

  void add(ByteView bytes);
  void finish();

  [[nodiscard]] bool is_full() const noexcept { return queue_.size() >= most_queued; }
  [[nodiscard]] bool is_empty() const noexcept { return queue_.empty(); }
  [[nodiscard]] int descriptor() const noexcept { return descriptor_; }

  /// Writes a piece. To be called when poll(2) says that it does not block.
  void write_some();

 private:
  static constexpr std::size_t most_queued = std::size_t{1} << 16;

  int descriptor_;
  bool is_seen_;
  ConsoleText text_;
  std::string queue_;
};

}  // namespace reproduce::boot
