#pragma once

/// The two kinds of manifest that registries give: an index of several images, and one image.

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "reproduce/fetch/registry.hpp"

namespace reproduce::fetch {

/// An entry of an index.
struct IndexEntry {
  store::Object manifest;
  Platform platform;
};
using ImageIndex = std::vector<IndexEntry>;

struct ImageManifest {
  store::Object config;
  std::vector<store::Object> layers;
};

/// The OCI distribution specification lets registries refuse larger manifests.
inline constexpr std::uint64_t largest_manifest = std::uint64_t{4} << 20;

/// OCI image index or manifest, or Docker's (schema 2) of either. Error{malformed} for all
/// else, Docker's schema 1 included.
[[nodiscard]] std::variant<ImageIndex, ImageManifest> parse_manifest(ByteView bytes);

/// The one entry for `platform`; Error{usage} listing what there is when none or several
/// match, Error{malformed} for an index of nothing.
[[nodiscard]] const IndexEntry& choose(const ImageIndex& index, const Platform& platform);

/// Which platform an image's config says that it is for.
[[nodiscard]] Platform platform_of_config(ByteView bytes);

[[nodiscard]] bool matches(const Platform& wanted, const Platform& offered);

/// linux/arm64/v8
[[nodiscard]] std::string text_of(const Platform& platform);

}  // namespace reproduce::fetch
