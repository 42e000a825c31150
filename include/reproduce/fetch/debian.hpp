#pragma once

/// Debian packages by name, found and brought by the system's apt.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "reproduce/crypto/digest.hpp"
#include "reproduce/fetch/program.hpp"
#include "reproduce/fetch/progress.hpp"
#include "reproduce/store/store.hpp"

namespace reproduce::fetch {

/// Which packages are wanted.
struct PackageRequest {
  std::vector<std::string> names;  ///< NAME or NAME=VERSION
  std::string architecture{};      ///< Debian's word: amd64, arm64
  bool dependencies = true;        ///< all that they depend on too; never what is recommended
};

/// One binary package, as the archive's signed index has it.
struct Package {
  std::string name{};
  std::string version{};       ///< with its epoch
  std::string architecture{};  ///< amd64, arm64 or all
  std::string file{};      ///< below the archive's root: pool/main/h/hello/hello_2.10-3_amd64.deb
  std::uint64_t size = 0;  ///< bytes
  Sha256Digest sha256{};
  std::string source{};  ///< source package; the package's own name when the index has none
  std::string source_version{};

  bool operator==(const Package&) const = default;
};

struct AptSettings {
  Programs programs{};
  std::filesystem::path scratch_folder{};  ///< for apt's working files and downloads
  std::vector<std::string> options{};      ///< "NAME=VALUE", given to apt with -o
};

/// Error{usage} unless `name` is NAME or NAME=VERSION as Debian's policy has them
/// (section 5.6.1 and 5.6.12): nothing that apt would take for an option or a pattern.
void check_package_name(std::string_view name);

/// Asks apt what `request` comes to, sorted by name. apt plans for an empty system of that
/// architecture: what is installed here does not matter, and nothing is installed.
/// Packages that are Essential come only when something depends on them.
///
/// apt trusts what its signed lists say; we take from them what is needed to get the same
/// bytes again. No host is recorded.
///
/// Throws Error{usage} for bad names and architectures, Error{environment} when apt is
/// missing, has no lists for the architecture, or cannot find or plan what is asked
/// for, Error{malformed} when it says what we do not understand.
[[nodiscard]] std::vector<Package> resolve_packages(const PackageRequest& request,
                                                    const AptSettings& settings);

/// Brings the packages that the store does not have intact. Each is held to its size and
/// SHA-256. Error{environment} when apt cannot get one: the archive may have moved on.
void fetch_packages(const store::Store& store, const std::vector<Package>& packages,
                    const std::string& architecture, const AptSettings& settings,
                    const OnProgress& on_progress = {});

}  // namespace reproduce::fetch
