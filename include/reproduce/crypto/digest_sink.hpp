#pragma once

/// The SHA-256 of whatever is written.

#include <utility>

#include "reproduce/base/stream.hpp"
#include "reproduce/crypto/digest.hpp"

namespace reproduce {

class DigestSink final : public Sink {
 public:
  void write(ByteView bytes) override { state_.update(bytes); }

  /// Of all that was written; nothing can be added afterwards.
  [[nodiscard]] Sha256Digest finish() && { return std::move(state_).finish(); }

 private:
  Sha256 state_;
};

}  // namespace reproduce
