#pragma once

/// Boot measurements of an enclave image: PCR0, PCR1 and PCR2.
///
/// Each register is one TPM-style extend, from zero, of what it covers, in the
/// order in which the sections stand in the file:
///
///     PCRn = SHA-384( 48 zero bytes || SHA-384(covered bytes) )
///
///     part             PCR0   PCR1   PCR2
///     kernel            x      x
///     cmdline           x      x
///     first ramdisk     x      x
///     later ramdisks    x             x
///
/// Only section payloads count: no EIF header, section header, metadata or
/// signature. With a single ramdisk, PCR2 is the extend of no bytes at all.
///
/// There are two lanes, so that two threads can share the work. PCR1 costs
/// nothing: up to the second ramdisk its state is PCR0's, from where it is a
/// snapshot that only a late cmdline still moves.
///
/// Source: aws-nitro-enclaves-image-format 935dc62, `measure` in
/// src/utils/mod.rs and `tpm_extend_finalize_reset` in src/defs/eif_hasher.rs.

#include <cstdint>
#include <optional>

#include "reproduce/base/bytes.hpp"
#include "reproduce/crypto/digest.hpp"
#include "reproduce/eif/layout.hpp"

namespace reproduce::measure {

enum class Part : std::uint32_t { unmeasured, kernel, cmdline, first_ramdisk, later_ramdisk };

/// What a section counts as.
[[nodiscard]] Part part_of(eif::SectionType type, std::size_t ramdisk_index) noexcept;

/// SHA-384(48 zero bytes || digest).
[[nodiscard]] Sha384Digest extend_from_zero(const Sha384Digest& digest);

struct WholeImagePcrs {
  Sha384Digest pcr0{};
  Sha384Digest pcr1{};
};

/// PCR0 and PCR1 of parts that stream past, in chunks of any size, in file order.
class WholeImageLane {
 public:
  void update(Part part, ByteView chunk);
  /// Of what has been seen; more may follow.
  [[nodiscard]] WholeImagePcrs so_far() const;
  [[nodiscard]] WholeImagePcrs finish() && { return so_far(); }

 private:
  Sha384 image_;
  std::optional<Sha384> bootstrap_;  // once a second ramdisk has parted the two
};

/// PCR2, likewise.
class ApplicationLane {
 public:
  void update(Part part, ByteView chunk);
  [[nodiscard]] Sha384Digest so_far() const;
  [[nodiscard]] Sha384Digest finish() && { return so_far(); }

 private:
  Sha384 application_;
};

}  // namespace reproduce::measure
