#pragma once

/// The emulated machine that an image is booted in: QEMU's `nitro-enclave`, without KVM.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "reproduce/measure/image_pcrs.hpp"
#include "reproduce/measure/registers.hpp"

namespace reproduce::boot {

/// A QEMU that has the machine.
struct Qemu {
  std::filesystem::path program;
  std::filesystem::path firmware;  ///< a folder; empty: where this QEMU looks by itself
};

/// Where to look for one, all from the caller.
struct QemuSearch {
  std::optional<std::filesystem::path> given{};      ///< this one and no other
  std::vector<std::filesystem::path> search_path{};  ///< folders that may have qemu-system-x86_64
  /// Where tests/boot/setup.sh leaves what it builds: FOLDER/DIGEST/qemu and
  /// FOLDER/DIGEST/firmware.
  std::optional<std::filesystem::path> cache{};
  std::filesystem::path folder{};          ///< an existing one to run `qemu -machine help` in
  std::vector<std::string> environment{};  ///< "NAME=VALUE", for the same
};

/// The one that was given; else the first of the search path, then of the cache (the newest first),
/// that names `nitro-enclave` among its machines. A folder `firmware` beside the program is its
/// firmware. Error{environment} when there is none, with where to get one.
[[nodiscard]] Qemu find_qemu(const QemuSearch& search);

struct Machine {
  std::uint64_t memory_mib = 0;
  std::uint32_t cpus = 1;
  /// Kernels of Debian find the bus of the security module by ACPI alone. Without it, as on
  /// Nitro, QEMU describes that bus on the command line (CONFIG_VIRTIO_MMIO_CMDLINE_DEVICES).
  bool acpi = true;
  std::string append{};                      ///< behind the image's command line, unmeasured
  std::optional<std::string> parent_role{};  ///< makes PCR3
  std::optional<std::string> parent_id{};    ///< makes PCR4
};

/// Enough for the image unpacked and once more as files: 512 MiB and four times its size.
/// (nitro-cli demands four times the size. What is not touched costs the host nothing.)
[[nodiscard]] std::uint64_t usual_memory_mib(std::uint64_t image_size) noexcept;

/// Error{environment} for a well-formed image that QEMU's reader does not take
/// (docs/formats/eif.md).
void require_bootable(const measure::ImageMeasurements& image);

/// The registers that the guest must read: the image's, and PCR3 and PCR4 where they are asked for,
/// each SHA-384(48 zero bytes || text). Source: QEMU 10.0, hw/i386/nitro_enclave.c.
[[nodiscard]] measure::Registers expected_registers(const measure::Registers& image,
                                                    const Machine& machine);

/// How the program reaches what it needs. Descriptors as the program will have them.
struct MachineFiles {
  int image = -1;
  int console = -1;                              ///< a pipe
  int vsock = -1;                                ///< a socket to our own backend, or
  std::optional<std::filesystem::path> backend;  ///< the socket of another one
};

/// QEMU's command line, the program's name first.
[[nodiscard]] std::vector<std::string> qemu_arguments(const Qemu& qemu, const Machine& machine,
                                                      const MachineFiles& files);

}  // namespace reproduce::boot
