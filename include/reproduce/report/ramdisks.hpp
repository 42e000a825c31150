#pragma once

/// What lies in the ramdisks of an image, in words.

#include <string>

#include "reproduce/initramfs/listing.hpp"

namespace reproduce::report {

/// The stretches that the kernel finds, a line each; where it stops; how many entries are odd
/// and in which way.
[[nodiscard]] std::string ramdisks_text(const initramfs::Listing& listing,
                                        const initramfs::JoinedRamdisks& ramdisks);

/// Every entry, a line each, in order, as `ls -l` shows files; behind it what is odd about it.
/// `whole_digests`: 64 digits of each SHA-256 and not 12.
[[nodiscard]] std::string tree_text(const initramfs::Listing& listing, bool whole_digests);

}  // namespace reproduce::report
