#pragma once

/// apt, kept away from the system: its own status, caches and downloads.

#include <string>
#include <vector>

#include "reproduce/base/temporary_folder.hpp"
#include "reproduce/fetch/debian.hpp"

namespace reproduce::fetch {

/// Runs apt-get and apt-cache for a system of `architecture` that has nothing installed.
class Apt {
 public:
  /// `settings` must outlive it.
  Apt(const AptSettings& settings, std::string architecture);

  /// Runs `program` with our options before `words`, in downloads(). Any exit status.
  [[nodiscard]] Output run(const std::string& program, const std::vector<std::string>& words) const;

  /// Where apt-get download puts packages.
  [[nodiscard]] const std::filesystem::path& downloads() const noexcept { return downloads_; }

  /// Whether apt has package lists for the architecture.
  [[nodiscard]] bool has_lists() const;

  [[nodiscard]] const std::string& architecture() const noexcept { return architecture_; }

 private:
  const AptSettings& settings_;
  std::string architecture_;
  TemporaryFolder scratch_;
  std::filesystem::path downloads_;
  std::vector<std::string> options_;
};

/// One line of `apt-get --print-uris`: 'URI' NAME_VERSION_ARCHITECTURE.deb SIZE HASH, the hash
/// being empty for archives whose lists have no MD5.
struct PlannedFile {
  std::string name;
  std::string version;  ///< with its epoch
  std::string architecture;
};

/// Every line, or Error{malformed}.
[[nodiscard]] std::vector<PlannedFile> parse_uris(std::string_view text);

/// Every stanza of `apt-cache show` that has the fields of a Package, or Error{malformed}.
[[nodiscard]] std::vector<Package> parse_stanzas(std::string_view text);

/// The file name that apt gives a download: the epoch's colon is written %3a.
[[nodiscard]] std::string download_name(const Package& package);

}  // namespace reproduce::fetch
