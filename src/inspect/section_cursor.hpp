#pragma once

/// Finds the sections of an image in one of the two ways, structure only.

#include <cstdint>
#include <optional>
#include <vector>

#include "reproduce/base/random_access.hpp"
#include "reproduce/inspect/reading.hpp"

namespace reproduce::inspect {

/// Small reads near each other cost one large one.
class Window {
 public:
  explicit Window(const RandomAccess& bytes) : bytes_(bytes) {}

  /// The `size` bytes at `offset`, fewer at the end; they live until the next call.
  [[nodiscard]] ByteView at(std::uint64_t offset, std::size_t size);

 private:
  const RandomAccess& bytes_;
  Bytes buffer_;
  std::uint64_t start_ = 0;
};

class SectionCursor {
 public:
  SectionCursor(Way way, const RandomAccess& image, const eif::Header& header)
      : way_(way), image_(image), header_(header), window_(image) {}

  /// The next section; nothing at the end, or where there is no going on.
  [[nodiscard]] std::optional<SeenSection> next();

  /// What was wrong with the structure since the last call.
  [[nodiscard]] std::vector<Objection> take_objections();

  /// Where the last section ended that lies in the file.
  [[nodiscard]] std::uint64_t end() const noexcept { return end_; }

 private:
  [[nodiscard]] std::optional<std::uint64_t> next_offset();
  void judge_by_table(const SeenSection& section);
  void judge_in_sequence(const SeenSection& section);
  void object(std::uint64_t offset, std::string what);

  Way way_;
  const RandomAccess& image_;
  const eif::Header& header_;
  Window window_;
  std::vector<Objection> objections_;
  std::size_t index_ = 0;
  std::size_t ramdisks_ = 0;
  std::uint64_t end_ = eif::header_size;
  bool stopped_ = false;
};

}  // namespace reproduce::inspect
