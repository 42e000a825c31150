#pragma once

/// The registers of an image, computed on threads beside the one that reads it.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/fan_out.hpp"
#include "reproduce/base/stream.hpp"
#include "reproduce/crypto/digest.hpp"
#include "reproduce/measure/boot_pcrs.hpp"
#include "reproduce/measure/registers.hpp"

namespace reproduce::measure {

struct LaneResults {
  Registers registers;                      ///< PCR0, PCR1, PCR2
  std::optional<Sha256Digest> file_sha256;  ///< of every byte committed, if asked for
};

/// PCR0 and PCR1 in one lane, PCR2 in a second, and the SHA-256 of all bytes
/// in a third when it is asked for; see FanOut for the threads. Memory: its ring.
class HashLanes {
 public:
  /// `out`, if any, is given all bytes too, on a thread of its own. It must outlive this, and is
  /// the caller's again while nothing was committed behind so_far().
  explicit HashLanes(bool with_file_digest, Sink* out = nullptr);
  HashLanes(const HashLanes&) = delete;
  HashLanes& operator=(const HashLanes&) = delete;
  HashLanes(HashLanes&&) = delete;
  HashLanes& operator=(HashLanes&&) = delete;
  ~HashLanes() = default;

  /// A chunk to fill; see FanOut.
  [[nodiscard]] std::span<std::uint8_t> prepare() { return fan_out_->prepare(); }
  void commit(std::size_t size, Part part);

  /// Copies `bytes` through prepare() and commit().
  void write(ByteView bytes, Part part);

  /// Of all that was committed and written out; more may follow. Waits for the threads.
  [[nodiscard]] LaneResults so_far();
  [[nodiscard]] LaneResults finish() && { return so_far(); }

 private:
  WholeImageLane whole_;
  ApplicationLane application_;
  std::optional<Sha256> file_;
  std::unique_ptr<FanOut> fan_out_;  // last: its threads use the lanes above
};

}  // namespace reproduce::measure
