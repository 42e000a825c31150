#pragma once

/// What is looked for in one entry of a tree: by its mode and name, and by what it holds.

#include <cstddef>
#include <cstdint>
#include <string>

#include "image_paths.hpp"

#include "reproduce/lint/findings.hpp"
#include "reproduce/tree/tree.hpp"

namespace reproduce::lint {

/// An entry and where it is. It views both.
struct Place {
  std::size_t ramdisk = 0;
  const std::string& path;
  const tree::Entry& entry;

  [[nodiscard]] Finding finding(Rule rule, std::string says) const {
    return {.rule = rule, .ramdisk = ramdisk, .path = path, .says = std::move(says)};
  }
};

/// world-writable and setuid; and what names alone tell: random-seed, ssh-host-key, package-log.
void lint_attributes(const Place& place, Findings& findings);

/// machine-id, shadow-day and pyc-timestamp.
/// `epoch`: source_date_epoch in seconds, whose day may stand in a shadow file.
void lint_known_file(const Place& place, std::uint32_t epoch, Findings& findings);

/// host-path: symlinks, first lines of scripts, library folders of ELF files.
void lint_host_paths(const Place& place, const ImagePaths& paths, Findings& findings);

/// Whether `path` is `folder`/..., whatever stands before that: the name behind it, or nothing.
/// `rootfs/etc/shadow` in `etc` gives "shadow".
[[nodiscard]] std::string_view name_in(std::string_view path, std::string_view folder) noexcept;

}  // namespace reproduce::lint
