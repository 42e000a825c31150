#pragma once

/// The databases of package managers, as lists of packages.
///
/// Sources: deb-control(5) and dpkg's status file; Alpine's "Apk spec" for lib/apk/db/installed;
/// the package URL specification (purl-spec) for `purl`.

#include <string>
#include <string_view>
#include <vector>

namespace reproduce::sbom {

enum class Manager { dpkg, apk };

[[nodiscard]] std::string_view name_of(Manager manager) noexcept;

/// All texts are the database's own: any bytes.
struct Package {
  Manager manager = Manager::dpkg;
  std::string name{};
  std::string version{};
  std::string architecture{};
  std::string source{};    ///< the source package; empty where it has the package's name
  std::string supplier{};  ///< who maintains it; empty when nobody says
  std::string license{};   ///< as the package says it, in whatever form; empty when nobody says

  bool operator==(const Package&) const = default;
};

/// Packages that are installed, of dpkg's `status`, or of a file of `status.d`, which says no
/// state. A paragraph without name or version is passed over.
[[nodiscard]] std::vector<Package> parse_dpkg_status(std::string_view text);

/// Packages of apk's `installed`.
[[nodiscard]] std::vector<Package> parse_apk_installed(std::string_view text);

/// `pkg:deb/debian/libc6@2.36-9%2Bdeb12u10?arch=amd64`. `distribution`: the ID of os-release, or
/// empty for the manager's own.
[[nodiscard]] std::string package_url(const Package& package, std::string_view distribution);

}  // namespace reproduce::sbom
