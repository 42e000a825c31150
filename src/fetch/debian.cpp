#include "reproduce/fetch/debian.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include "apt.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::fetch {
namespace {

bool is_lower_or_digit(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

bool is_name(std::string_view name) {
  return name.size() >= 2 && is_lower_or_digit(name.front()) && !name.ends_with('-') &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return is_lower_or_digit(c) || c == '+' || c == '-' || c == '.';
         });
}

bool is_version(std::string_view version) {
  return !version.empty() && version.front() >= '0' && version.front() <= '9' &&
         std::all_of(version.begin(), version.end(), [](char c) {
           return is_lower_or_digit(c) || (c >= 'A' && c <= 'Z') ||
                  std::string_view("+-.~:").find(c) != std::string_view::npos;
         });
}

void check_architecture(const std::string& architecture) {
  if (architecture.empty() || !std::all_of(architecture.begin(), architecture.end(),
                                           [](char c) { return is_lower_or_digit(c) || c == '-'; }))
    throw Error(ErrorKind::usage, "no architecture of Debian is called " + quote(architecture),
                {.expected = "amd64, arm64 or the like"});
}

/// Why apt refused, with the lists it does not have as the likeliest reason.
[[noreturn]] void throw_refused(const Apt& apt, const Output& output, const std::string& what) {
  if (!apt.has_lists())
    throw Error(ErrorKind::environment, "apt has no package lists for " + apt.architecture(),
                {.got = summary_of(output.errors),
                 .hint = "run `dpkg --add-architecture " + apt.architecture() +
                         "` where it is not this machine's, then `apt-get update`"});
  throw Error(ErrorKind::environment, what,
              {.got = summary_of(output.errors),
               .hint = "check the names; `apt-get update` brings the lists up to date"});
}

std::vector<PlannedFile> plan(const Apt& apt, const PackageRequest& request) {
  std::vector<std::string> words{"--print-uris", "-qq", "-y"};
  words.emplace_back(request.dependencies ? "install" : "download");
  words.insert(words.end(), request.names.begin(), request.names.end());
  const Output output = apt.run("apt-get", words);
  if (output.exit_status != 0) throw_refused(apt, output, "apt cannot get these packages");
  return parse_uris(as_text(output.out));
}

/// What the lists say about each planned file.
std::vector<Package> describe(const Apt& apt, const std::vector<PlannedFile>& files) {
  std::vector<std::string> words{"show", "--no-all-versions"};
  for (const PlannedFile& file : files) words.push_back(file.name + "=" + file.version);
  const Output output = apt.run("apt-cache", words);
  if (output.exit_status != 0) throw_refused(apt, output, "apt does not know what it planned");
  using Key = std::tuple<std::string, std::string, std::string>;
  std::map<Key, Package> known;
  for (Package& package : parse_stanzas(as_text(output.out))) {
    const Key key{package.name, package.version, package.architecture};
    const auto [place, is_new] = known.emplace(key, package);
    if (!is_new && place->second.sha256 != package.sha256)
      throw Error(ErrorKind::environment,
                  "apt's sources have two files for " + quote(package.name + "=" + package.version),
                  {.hint = "leave one of the sources out"});
  }
  std::vector<Package> packages;
  for (const PlannedFile& file : files) {
    const auto place = known.find({file.name, file.version, file.architecture});
    if (place == known.end())
      throw Error(ErrorKind::malformed, "apt plans a package that its lists do not have",
                  {.got = quote(file.name + "=" + file.version + " " + file.architecture)});
    packages.push_back(place->second);
  }
  return packages;
}

std::vector<const Package*> missing_from(const store::Store& store,
                                         const std::vector<Package>& packages) {
  std::vector<const Package*> missing;
  for (const Package& package : packages)
    if (store.examine(package.sha256) != store::State::intact) missing.push_back(&package);
  return missing;
}

/// Moves one download into the store; false when apt did not bring it.
bool keep(const store::Store& store, const Package& package, const Apt& apt) {
  const std::filesystem::path path = apt.downloads() / download_name(package);
  std::error_code error;
  if (!std::filesystem::is_regular_file(std::filesystem::symlink_status(path, error))) return false;
  FileSource source(path);
  if (source.size() != package.size)
    throw Error(ErrorKind::untrusted, "the package has another size",
                {.file = package.file,
                 .expected = std::to_string(package.size) + " bytes",
                 .got = std::to_string(source.size().value_or(0))});
  try {
    (void)store.add_expected(source, package.sha256);
  } catch (Error& failure) {
    failure.set_file_if_unknown(package.file);
    throw;
  }
  std::filesystem::remove(path, error);
  return true;
}

[[noreturn]] void throw_gone(const Apt& apt, const Output& output, const std::string& names) {
  if (!apt.has_lists()) throw_refused(apt, output, "");
  throw Error(ErrorKind::environment, "apt cannot get " + names,
              {.got = summary_of(output.errors),
               .hint = "run `apt-get update`; if the archive has moved on, add a snapshot of it "
                       "to apt's sources, or take today's versions with `reproduce lock`"});
}

}  // namespace

void check_package_name(std::string_view name) {
  const auto equals = name.find('=');
  const bool good = is_name(name.substr(0, equals)) &&
                    (equals == std::string_view::npos || is_version(name.substr(equals + 1)));
  if (!good)
    throw Error(ErrorKind::usage, "no package of Debian is called " + quote(name),
                {.expected = "NAME or NAME=VERSION, in lower case"});
}

std::vector<Package> resolve_packages(const PackageRequest& request, const AptSettings& settings) {
  for (const std::string& name : request.names) check_package_name(name);
  check_architecture(request.architecture);
  if (request.names.empty()) return {};
  const Apt apt(settings, request.architecture);
  std::vector<Package> packages = describe(apt, plan(apt, request));
  std::sort(packages.begin(), packages.end(), [](const Package& a, const Package& b) {
    return std::tie(a.name, a.version, a.architecture) <
           std::tie(b.name, b.version, b.architecture);
  });
  return packages;
}

void fetch_packages(const store::Store& store, const std::vector<Package>& packages,
                    const std::string& architecture, const AptSettings& settings,
                    const OnProgress& on_progress) {
  check_architecture(architecture);
  for (const Package& package : packages) check_package_name(package.name + "=" + package.version);
  const std::vector<const Package*> missing = missing_from(store, packages);
  if (missing.empty()) return;
  const Apt apt(settings, architecture);
  std::uint64_t total = 0;
  std::vector<std::string> words{"-qq", "download"};
  for (const Package* package : missing) {
    words.push_back(package->name + "=" + package->version);
    total += package->size;
  }
  if (on_progress) on_progress({counted(missing.size(), "package"), 0, total});
  const Output output = apt.run("apt-get", words);
  std::uint64_t done = 0;
  std::string gone;
  for (const Package* package : missing) {
    if (!keep(store, *package, apt)) {
      gone += (gone.empty() ? "" : ", ") + quote(package->name + "=" + package->version);
      continue;
    }
    done += package->size;
    if (on_progress) on_progress({package->name, done, total});
  }
  if (!gone.empty()) throw_gone(apt, output, gone);
}

}  // namespace reproduce::fetch
