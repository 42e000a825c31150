#pragma once

/// The builtin init: the program that starts an enclave, as bytes, for both architectures.

#include "reproduce/base/bytes.hpp"

namespace reproduce::init {

/// The machine that a program is for.
enum class Arch { x86_64, aarch64 };

/// The init for `arch`: a static ELF program, to be `/init` (mode 0755) of the first ramdisk. What
/// it reads, mounts and says is written in docs/formats/init.md. The bytes are part of this library
/// and always the same; a lock pins them by their SHA-256, since another version of reproduce or of
/// its compiler may have others.
[[nodiscard]] ByteView builtin(Arch arch) noexcept;

}  // namespace reproduce::init
