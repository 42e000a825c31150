#pragma once

/// The two ramdisks of an `[app]`, as nitro-cli lays them out.
///
///     ramdisk 0   /dev (an empty folder), /init, /nsm.ko where one is given
///     ramdisk 1   /rootfs/... (the tree), /cmd, /env; where there is something to say
///                 /user, /workdir, /no-heartbeat
///
/// docs/formats/init.md says what each file means to the builtin init.
/// Source of nitro-cli's layout: aws-nitro-enclaves-cli 2950b36, enclave_build.

#include <vector>

#include "reproduce/base/bytes.hpp"
#include "reproduce/build/ramdisk.hpp"
#include "reproduce/inputs/ledger.hpp"
#include "reproduce/inputs/reader.hpp"
#include "reproduce/manifest/manifest.hpp"

namespace reproduce::build {

/// The builtin init for the architecture.
[[nodiscard]] ByteView builtin_init(manifest::Arch arch);

/// Plans both. Error{usage} when there is nothing to run, and when the user, the command or
/// the environment cannot be told to an init that reads one item a line.
[[nodiscard]] std::vector<LayeredRamdisk> plan_app(const manifest::App& app, manifest::Arch arch,
                                                   inputs::Ledger& ledger, inputs::Reader& reader);

}  // namespace reproduce::build
