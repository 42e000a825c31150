#pragma once

/// A container image from a registry into the store, brought by skopeo.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reproduce/crypto/digest.hpp"
#include "reproduce/fetch/program.hpp"
#include "reproduce/fetch/progress.hpp"
#include "reproduce/store/store.hpp"

namespace reproduce::fetch {

/// docker://HOST[:PORT]/NAME[:TAG][@sha256:DIGEST], taken apart. With neither tag nor
/// digest the tag is "latest".
struct ImageReference {
  std::string host{};  ///< with its port
  std::string name{};
  std::string tag{};  ///< "" when there is a digest alone
  std::optional<Sha256Digest> digest{};
};

/// Error{usage} for anything else; HOST must be written out.
[[nodiscard]] ImageReference parse_image_reference(std::string_view text);

/// In the words of OCI: linux, amd64 or arm64, and for some a variant such as v8. Wanted with
/// neither system nor architecture, it is whichever there is, as long as there is only one:
/// nothing is taken from the host.
struct Platform {
  std::string os{};
  std::string architecture{};
  std::string variant{};  ///< "" matches any
};

struct RegistrySettings {
  Programs programs{};
  std::filesystem::path scratch_folder{};  ///< holds the image until it is in the store
  std::filesystem::path auth_file{};  ///< credentials, as skopeo login writes them; "": none given
  std::filesystem::path certificates{};  ///< a folder with *.crt of more authorities; "": none
  std::uint64_t size_limit = std::uint64_t{64} << 30;  ///< bytes of all blobs together
};

/// What an image consists of. Everything is in the store, byte for byte as the registry
/// has it.
struct RegistryImage {
  store::Object top;       ///< what the reference names: an index, or the manifest itself
  store::Object manifest;  ///< the platform's
  store::Object config;
  std::vector<store::Object> layers;  ///< the lowest first

  bool operator==(const RegistryImage&) const = default;
};

/// Brings what the store does not have intact; when that is nothing and the reference has
/// a digest, no program is run. The digest, where there is one, decides, and the tag
/// is not looked at.
///
/// A registry on loopback (127.0.0.0/8, [::1], localhost) for which no certificates are
/// given may speak plain HTTP; every other one must speak TLS with a certificate that
/// holds.
///
/// Throws Error{usage} when the image does not have the platform, or has several and none was
/// named, Error{malformed} for
/// manifests that break their format, Error{untrusted} for bytes of another digest or
/// size, Error{environment} when skopeo is missing or cannot get the image, or the
/// image exceeds the limit.
[[nodiscard]] RegistryImage fetch_image(const store::Store& store, const ImageReference& reference,
                                        const Platform& platform, const RegistrySettings& settings,
                                        const OnProgress& on_progress = {});

}  // namespace reproduce::fetch
