#pragma once

/// Both digests by which statements name the file of an image.

#include <utility>

#include "reproduce/base/stream.hpp"
#include "reproduce/crypto/digest.hpp"

namespace reproduce::cli {

class FileDigests final : public Sink {
 public:
  void write(ByteView bytes) override {
    sha256_.update(bytes);
    sha384_.update(bytes);
  }

  // Of all that was written; nothing can be added afterwards.
  [[nodiscard]] Sha256Digest sha256() { return std::move(sha256_).finish(); }
  [[nodiscard]] Sha384Digest sha384() { return std::move(sha384_).finish(); }

 private:
  Sha256 sha256_;
  Sha384 sha384_;
};

}  // namespace reproduce::cli
