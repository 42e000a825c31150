#pragma once

/// Pieces of a content, without ever coming to its end.

#include <cstdint>
#include <memory>

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/stream.hpp"
#include "reproduce/tree/content.hpp"

namespace reproduce::lint {

/// Whoever streams a content may learn from a read that gives nothing that it was read whole
/// (inputs/ledger.hpp), so none is made here: not more than Content::size bytes are asked for.
class PieceReader {
 public:
  /// `content` must outlive it.
  explicit PieceReader(const tree::Content& content) : content_(content) {}

  /// At most `count` bytes from `offset` on: fewer where the content ends, none where more than
  /// the allowance (256 MiB for all pieces together) would have to be passed over. `count` is the
  /// caller's, never a file's.
  [[nodiscard]] Bytes read(std::uint64_t offset, std::size_t count);

 private:
  [[nodiscard]] bool go_to(std::uint64_t offset);

  const tree::Content& content_;
  std::unique_ptr<Source> source_{};
  std::uint64_t position_ = 0;
  std::uint64_t allowance_ = std::uint64_t{256} << 20;
};

}  // namespace reproduce::lint
