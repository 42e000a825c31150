#include "reproduce/sbom/packages.hpp"

#include <utility>

#include "reproduce/base/percent.hpp"

namespace reproduce::sbom {
namespace {

/// Takes a text apart into lines, without their newlines.
class Lines {
 public:
  explicit Lines(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool next(std::string_view& line) {
    if (rest_.empty()) return false;
    const std::size_t end = rest_.find('\n');
    line = rest_.substr(0, end);
    rest_.remove_prefix(end == std::string_view::npos ? rest_.size() : end + 1);
    if (line.ends_with('\r')) line.remove_suffix(1);
    return true;
  }

 private:
  std::string_view rest_;
};

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// A package on its way, which is taken when its paragraph ends.
class Paragraphs {
 public:
  explicit Paragraphs(Manager manager) : manager_(manager) { begin(); }

  [[nodiscard]] Package& package() noexcept { return package_; }
  void leave_out() noexcept { is_installed_ = false; }

  void end() {
    if (is_installed_ && !package_.name.empty() && !package_.version.empty())
      packages_.push_back(std::move(package_));
    begin();
  }

  [[nodiscard]] std::vector<Package> finish() && {
    end();
    return std::move(packages_);
  }

 private:
  void begin() {
    package_ = Package{.manager = manager_};
    is_installed_ = true;
  }

  Manager manager_;
  Package package_;
  bool is_installed_ = true;
  std::vector<Package> packages_;
};

/// `name (version)` is the form of a source package with a version of its own.
std::string_view without_version(std::string_view source) {
  return trimmed(source.substr(0, source.find('(')));
}

/// What a purl may have besides.
constexpr std::string_view purl_keeps = ":";

}  // namespace

std::string_view name_of(Manager manager) noexcept {
  switch (manager) {
    case Manager::dpkg:
      return "dpkg";
    case Manager::apk:
      return "apk";
  }
  return {};
}

std::vector<Package> parse_dpkg_status(std::string_view text) {
  Paragraphs paragraphs(Manager::dpkg);
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    if (trimmed(line).empty()) {
      paragraphs.end();
      continue;
    }
    const std::size_t colon = line.find(':');
    // What starts with white space goes on with the field before, and none of ours does.
    if (line.front() == ' ' || line.front() == '\t' || colon == std::string_view::npos) continue;
    const std::string_view field = line.substr(0, colon);
    const std::string value(trimmed(line.substr(colon + 1)));
    Package& package = paragraphs.package();
    if (field == "Package") package.name = value;
    if (field == "Version") package.version = value;
    if (field == "Architecture") package.architecture = value;
    if (field == "Source") package.source = without_version(value);
    if (field == "Maintainer") package.supplier = value;
    // The third word of the status is what dpkg has come to; the first what was asked for.
    if (field == "Status" && !value.ends_with(" installed")) paragraphs.leave_out();
  }
  return std::move(paragraphs).finish();
}

std::vector<Package> parse_apk_installed(std::string_view text) {
  Paragraphs paragraphs(Manager::apk);
  Lines lines(text);
  for (std::string_view line; lines.next(line);) {
    if (line.empty()) {
      paragraphs.end();
      continue;
    }
    if (line.size() < 2 || line[1] != ':') continue;
    const std::string value(line.substr(2));
    Package& package = paragraphs.package();
    if (line[0] == 'P') package.name = value;
    if (line[0] == 'V') package.version = value;
    if (line[0] == 'A') package.architecture = value;
    if (line[0] == 'o') package.source = value;
    if (line[0] == 'm') package.supplier = value;
    if (line[0] == 'L') package.license = value;
  }
  return std::move(paragraphs).finish();
}

std::string package_url(const Package& package, std::string_view distribution) {
  std::string_view type;
  std::string_view usual;
  switch (package.manager) {
    case Manager::dpkg:
      type = "deb";
      usual = "debian";
      break;
    case Manager::apk:
      type = "apk";
      usual = "alpine";
      break;
  }
  std::string url = "pkg:" + std::string(type) + "/" +
                    percent_encoded(distribution.empty() ? usual : distribution, purl_keeps) + "/" +
                    percent_encoded(package.name, purl_keeps) + "@" +
                    percent_encoded(package.version, purl_keeps);
  if (!package.architecture.empty())
    url += "?arch=" + percent_encoded(package.architecture, purl_keeps);
  return url;
}

}  // namespace reproduce::sbom
