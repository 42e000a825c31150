#include "reproduce/resolve/resolve.hpp"

#include <algorithm>
#include <map>
#include <utility>

#include "command_output.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::resolve {
namespace {

using manifest::Input;
using manifest::InputKind;
using manifest::Manifest;
using manifest::Origin;
using manifest::PackagePin;
using manifest::Pin;

std::string debian_architecture(manifest::Arch arch) {
  return arch == manifest::Arch::aarch64 ? "arm64" : "amd64";
}

/// "source" or "source (version)", where the version is not the package's own.
std::string source_text(const fetch::Package& package) {
  if (package.source_version.empty() || package.source_version == package.version)
    return package.source;
  return package.source + " (" + package.source_version + ")";
}

PackagePin pin_of(const fetch::Package& package) {
  return {.name = package.name,
          .version = package.version,
          .architecture = package.architecture,
          .source = source_text(package),
          .file = package.file,
          .size = package.size,
          .digest = package.sha256};
}

/// What fetching needs to know; the source is for people.
fetch::Package package_of(const PackagePin& pin) {
  return {.name = pin.name,
          .version = pin.version,
          .architecture = pin.architecture,
          .file = pin.file,
          .size = pin.size,
          .sha256 = pin.digest};
}

/// Empty where the manifest names none.
fetch::Platform platform_of(const Input& input) {
  const std::string_view text = input.platform;
  if (text.empty()) return {};
  fetch::Platform platform;
  const std::size_t first = text.find('/');
  platform.os = text.substr(0, first);
  const std::string_view rest = first == text.npos ? "" : text.substr(first + 1);
  const std::size_t second = rest.find('/');
  platform.architecture = rest.substr(0, second);
  if (second != rest.npos) platform.variant = rest.substr(second + 1);
  const bool has_rest = platform.variant.find('/') != std::string::npos || text.ends_with('/');
  if (platform.os.empty() || platform.architecture.empty() || has_rest)
    throw Error(ErrorKind::usage, "the platform " + quote(text) + " is none",
                {.expected = "OS/ARCHITECTURE or OS/ARCHITECTURE/VARIANT, such as linux/amd64"});
  return platform;
}

/// Works on the inputs of one manifest.
class Resolver {
 public:
  Resolver(const Manifest& manifest, const store::Store& store, const Settings& settings)
      : manifest_(manifest), store_(store), settings_(settings) {}

  /// Runs `work` for an input; errors get its line.
  template <class Work>
  auto at(const Input& input, Work work) const {
    try {
      return work();
    } catch (const Error& error) {
      ErrorContext context = error.context();
      if (!context.source && input.at.line != 0) {
        context.file = manifest_.file.string();
        context.source = manifest_.line_at(input.at);
      }
      throw Error(error.kind(), error.what(), std::move(context));
    }
  }

  void resolve_url(const Input& input, Pin& pin) const {
    const store::Object object =
        fetch::fetch_url(store_, {.url = input.name, .sha256 = input.sha256.value_or(pin.digest)},
                         settings_.url, settings_.progress);
    pin.digest = object.digest;
    pin.size = object.size;
  }

  void resolve_packages(const Input& input, Pin& pin) const {
    const std::string architecture = debian_architecture(manifest_.image.arch);
    const std::vector<fetch::Package> packages = fetch::resolve_packages(
        {.names = input.packages, .architecture = architecture, .dependencies = input.dependencies},
        settings_.apt);
    fetch::fetch_packages(store_, packages, architecture, settings_.apt, settings_.progress);
    pin.packages.clear();
    std::transform(packages.begin(), packages.end(), std::back_inserter(pin.packages), pin_of);
  }

  void resolve_image(const Input& input, Pin& pin) const {
    fetch::ImageReference reference = fetch::parse_image_reference(input.name);
    const fetch::RegistryImage image = fetch::fetch_image(store_, reference, platform_of(input),
                                                          settings_.registry, settings_.progress);
    pin.digest = image.manifest.digest;
  }

  void resolve_command(const Input& input, const std::optional<manifest::Lock>& previous,
                       Pin& pin) {
    if (settings_.run_commands) {
      const store::Object object = run(input);
      pin.digest = object.digest;
      pin.size = object.size;
      return;
    }
    const Pin* const known = previous ? find_pin(previous->inputs, input) : nullptr;
    if (known == nullptr || !store_.find(known->digest))
      throw Error(ErrorKind::usage, "the command " + quote(input.name) + " has to run for this",
                  {.hint = "`reproduce lock --run` runs the commands of the manifest; look at them "
                           "first"});
    pin = *known;
    if (previous->manifest != manifest_.digest)
      notes_.push_back("the manifest has changed, and what the command " + quote(input.name) +
                       " made before is taken as it is; --run makes it again");
  }

  /// Runs the command that `input` names, unless it has run already.
  store::Object run(const Input& input) {
    const std::pair key{input.name, input.kind == InputKind::dir};
    const auto done = ran_.find(key);
    if (done != ran_.end()) return done->second;
    const auto command =
        std::find_if(manifest_.commands.begin(), manifest_.commands.end(),
                     [&](const manifest::Command& other) { return other.name == input.name; });
    if (command == manifest_.commands.end())
      throw Error(ErrorKind::bug, "a command that the manifest does not have");
    const CommandOutput output =
        run_and_keep(manifest_, *command, input.kind == InputKind::dir, store_, settings_);
    notes_.insert(notes_.end(), output.notes.begin(), output.notes.end());
    return ran_.emplace(key, output.object).first->second;
  }

  void fetch_pinned(const Input& input, const Pin& pin) {
    switch (input.origin) {
      case Origin::path:
        return;
      case Origin::url:
        fetch::fetch_url(store_, {.url = input.name, .sha256 = pin.digest, .size = pin.size},
                         settings_.url, settings_.progress);
        return;
      case Origin::registry:
        fetch_pinned_image(input, pin);
        return;
      case Origin::apt: {
        std::vector<fetch::Package> packages;
        std::transform(pin.packages.begin(), pin.packages.end(), std::back_inserter(packages),
                       package_of);
        fetch::fetch_packages(store_, packages, debian_architecture(manifest_.image.arch),
                              settings_.apt, settings_.progress);
        return;
      }
      case Origin::command:
        fetch_command(input, pin);
        return;
    }
  }

  [[nodiscard]] std::vector<std::string> notes() && { return std::move(notes_); }

 private:
  static const Pin* find_pin(const std::vector<Pin>& pins, const Input& input) {
    const auto found = std::find_if(pins.begin(), pins.end(), [&](const Pin& pin) {
      return pin.kind == input.kind && pin.origin == input.origin && pin.name == input.name;
    });
    return found == pins.end() ? nullptr : &*found;
  }

  /// The locked manifest decides, whatever a tag means by now.
  void fetch_pinned_image(const Input& input, const Pin& pin) const {
    fetch::ImageReference reference = fetch::parse_image_reference(input.name);
    reference.digest = pin.digest;
    (void)fetch::fetch_image(store_, reference, platform_of(input), settings_.registry,
                             settings_.progress);
  }

  void fetch_command(const Input& input, const Pin& pin) {
    if (store_.examine(pin.digest) == store::State::intact) return;
    if (!settings_.run_commands)
      throw Error(
          ErrorKind::usage, "what the command " + quote(input.name) + " made is not in the store",
          {.expected = "SHA-256 " + to_hex(pin.digest),
           .hint = "`reproduce fetch --run` runs the commands of the manifest; look at them "
                   "first"});
    const store::Object made = run(input);
    if (made.digest != pin.digest)
      throw Error(ErrorKind::untrusted,
                  "the command " + quote(input.name) + " does not make what the lock pins",
                  {.expected = "SHA-256 " + to_hex(pin.digest),
                   .got = "SHA-256 " + to_hex(made.digest),
                   .hint = "it does not give the same result everywhere, or what it reads has "
                           "changed"});
  }

  const Manifest& manifest_;
  const store::Store& store_;
  const Settings& settings_;
  std::map<std::pair<std::string, bool>, store::Object> ran_;
  std::vector<std::string> notes_;
};

}  // namespace

bool needs_store(const Manifest& manifest) {
  return std::any_of(manifest.inputs.begin(), manifest.inputs.end(),
                     [](const Input& input) { return input.origin != Origin::path; });
}

Resolved resolve(const Manifest& manifest, const std::optional<manifest::Lock>& previous,
                 const store::Store& store, const Settings& settings) {
  Resolved resolved;
  Resolver resolver(manifest, store, settings);
  for (const Input& input : manifest.inputs) {
    Pin& pin = resolved.pins.emplace_back(manifest::blank_pin(input));
    resolver.at(input, [&] {
      switch (input.origin) {
        case Origin::path:
          return;
        case Origin::url:
          return resolver.resolve_url(input, pin);
        case Origin::registry:
          return resolver.resolve_image(input, pin);
        case Origin::apt:
          return resolver.resolve_packages(input, pin);
        case Origin::command:
          return resolver.resolve_command(input, previous, pin);
      }
    });
  }
  resolved.notes = std::move(resolver).notes();
  return resolved;
}

std::vector<std::string> fetch_locked(const Manifest& manifest, const manifest::Lock& lock,
                                      const store::Store& store, const Settings& settings) {
  Resolver resolver(manifest, store, settings);
  for (std::size_t i = 0; i < manifest.inputs.size() && i < lock.inputs.size(); ++i) {
    const Input& input = manifest.inputs[i];
    resolver.at(input, [&] { resolver.fetch_pinned(input, lock.inputs[i]); });
  }
  return std::move(resolver).notes();
}

}  // namespace reproduce::resolve
