#pragma once

/// In what two images differ that should be one: the section, and in a ramdisk the file.

#include <filesystem>
#include <string>
#include <vector>

namespace reproduce::build {

/// Sentences, the first difference of each section, none when the files are the same byte for
/// byte. What is unpacked to be compared waits in `scratch_folder`.
///
///     ramdisk 1: '/rootfs/etc/motd' differs in content
///     metadata: BuildTime differs
///     kernel: the first difference is at byte 4096
///
/// Both must be well-formed images: Error{malformed} otherwise.
[[nodiscard]] std::vector<std::string> compare_images(const std::filesystem::path& one,
                                                      const std::filesystem::path& other,
                                                      const std::filesystem::path& scratch_folder);

}  // namespace reproduce::build
