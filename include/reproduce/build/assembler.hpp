#pragma once

/// Parts in, image and registers out, in one pass: every payload byte is
/// written, checksummed and measured while it streams by.

#include <cstdint>
#include <functional>
#include <optional>

#include "reproduce/base/stream.hpp"
#include "reproduce/crypto/digest.hpp"
#include "reproduce/eif/framing.hpp"
#include "reproduce/eif/layout.hpp"
#include "reproduce/measure/hash_lanes.hpp"

namespace reproduce::build {

/// An image whose signature section, the last one, is taken away.
struct BareImage {
  eif::Header header;
  std::uint64_t size = 0;
  std::optional<Sha256Digest> sha256;  ///< as AssembledImage::sha256
};

struct AssembledImage {
  eif::Header header;
  std::uint64_t size = 0;  ///< bytes of the whole image
  measure::Registers registers;
  /// With a prediction that came true; otherwise the bytes left in another
  /// form than the one they have now, and there is no digest.
  std::optional<Sha256Digest> sha256;
  /// Where the signature is another one each time, and so cannot be expected.
  std::optional<BareImage> bare{};
};

/// Told how many bytes of the image are done: where a section begins, every 8 MiB, and at the
/// end; may be empty.
using ProgressCallback = std::function<void(std::uint64_t)>;

class Assembler final : public Sink {
 public:
  /// Writes to `out`, which is empty and must outlive this, on another thread until finish().
  /// `predicted`: the header that the image is expected to have, which gives the image's SHA-256
  /// in the same pass.
  Assembler(PatchableSink& out, const eif::HeaderChoices& choices,
            std::optional<eif::Header> predicted = std::nullopt, ProgressCallback progress = {});

  void begin_section(eif::SectionType type);

  /// Payload of the section that was begun, in pieces of any size.
  void write(ByteView payload) override;

  /// Payload straight from `source`, without a copy; returns how much it was.
  std::uint64_t write_all(Source& source);

  void end_section();

  /// The image as it would be if no other section followed. May be called between two sections.
  [[nodiscard]] AssembledImage so_far();

  [[nodiscard]] AssembledImage finish() &&;

 private:
  void flush();
  void tell();

  PatchableSink& out_;
  eif::Framing framing_;
  std::optional<eif::Header> predicted_;
  ProgressCallback progress_;
  std::uint64_t told_ = 0;  // to progress_
  measure::HashLanes lanes_;
  measure::Part part_ = measure::Part::unmeasured;
  std::size_t ramdisks_ = 0;
  std::span<std::uint8_t> chunk_;  // being filled by write(); belongs to lanes_
  std::size_t filled_ = 0;
};

}  // namespace reproduce::build
