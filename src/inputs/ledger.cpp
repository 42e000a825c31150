#include "reproduce/inputs/ledger.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "reproduce/base/checked.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/base/trace.hpp"

namespace reproduce::inputs {
namespace {

using manifest::Input;
using manifest::InputId;
using manifest::InputKind;
using manifest::Origin;
using manifest::Pin;

std::string_view words_for(InputKind kind) {
  switch (kind) {
    case InputKind::kernel:
      return "kernel";
    case InputKind::kernel_config:
      return "kernel config";
    case InputKind::cmdline:
      return "command line";
    case InputKind::metadata:
      return "metadata";
    case InputKind::signature:
      return "signature";
    case InputKind::certificate:
      return "certificate";
    case InputKind::init:
      return "init";
    case InputKind::nsm:
      return "kernel module";
    case InputKind::raw:
      return "raw ramdisk";
    case InputKind::file:
      return "file";
    case InputKind::attributes:
      return "list of attributes";
    case InputKind::dir:
      return "folder";
    case InputKind::cpio:
    case InputKind::tar:
      return "archive";
    case InputKind::deb:
      return "package";
    case InputKind::debs:
      return "packages";
    case InputKind::oci:
    case InputKind::eif:
      return "image";
  }
  return "input";
}

std::string describe_pin(const Pin& pin) {
  return std::string(words_for(pin.kind)) + " " + quote(pin.name);
}

bool is_pin_of(const Pin& pin, const Input& input) {
  return pin.kind == input.kind && pin.origin == input.origin && pin.name == input.name;
}

std::string sha256_text(const Sha256Digest& digest) {
  return "SHA-256 " + to_hex(digest);
}

constexpr const char* lock_again = "`reproduce lock` makes a lock that fits the manifest";

}  // namespace

Ledger::Ledger(const manifest::Manifest& manifest, Pinning pinning, std::vector<Pin> pins,
               StoreLookup store)
    : manifest_(manifest),
      pinning_(pinning),
      pins_(std::move(pins)),
      store_(std::move(store)),
      settled_(manifest.inputs.size(), false) {
  if (!compares() && pins_.empty())
    std::transform(manifest_.inputs.begin(), manifest_.inputs.end(), std::back_inserter(pins_),
                   manifest::blank_pin);
  require_pins_of_manifest();
}

bool Ledger::compares() const noexcept {
  return pinning_ == Pinning::recheck || pinning_ == Pinning::compare;
}

// The digest of the manifest agrees, so somebody has edited the lock.
void Ledger::require_pins_of_manifest() const {
  for (InputId id = 0; id < manifest_.inputs.size(); ++id)
    if (id >= pins_.size() || !is_pin_of(pins_[id], manifest_.inputs[id]))
      throw at_input(id, Error(ErrorKind::usage, "the lock does not pin " + describe(id),
                               {.hint = lock_again}));
  if (pins_.size() > manifest_.inputs.size())
    throw Error(ErrorKind::usage, "the lock pins more than the manifest names",
                {.got = describe_pin(pins_[manifest_.inputs.size()]), .hint = lock_again});
}

std::filesystem::path Ledger::location(InputId id) const {
  if (input(id).origin == Origin::path) return manifest_.locate(input(id));
  return stored(id, pins_[id].digest);
}

std::filesystem::path Ledger::stored(InputId id, const Sha256Digest& digest) const {
  if (auto path = store_ ? store_(digest) : std::nullopt) return *std::move(path);
  throw at_input(id, Error(ErrorKind::environment, describe(id) + " is not in the store",
                           {.expected = sha256_text(digest),
                            .hint = "`reproduce fetch` brings everything that the lock names"}));
}

std::string Ledger::describe(InputId id) const {
  return std::string(words_for(input(id).kind)) + " " + quote(input(id).name);
}

Error Ledger::at_input(InputId id, const Error& error) const {
  ErrorContext context = error.context();
  const manifest::Position at = input(id).at;
  if (at.line != 0) {
    // It counts from the start of what was read, and not of the manifest.
    if (context.offset) {
      std::string place = "byte " + std::to_string(*context.offset);
      if (!context.file.empty()) place += " of " + context.file;
      context.where = context.where.empty() ? place : context.where + ", " + place;
      context.offset.reset();
    }
    context.file = manifest_.file.string();
    context.source = manifest_.line_at(at);
  }
  return {error.kind(), error.what(), std::move(context)};
}

std::optional<std::uint64_t> Ledger::pinned_size(InputId id) const {
  if (!compares()) return std::nullopt;
  return pins_[id].size;
}

void Ledger::refuse(InputId id, const std::string& expected, const std::string& got) const {
  const std::string file =
      input(id).origin == Origin::path ? location(id).string() : manifest_.file.string();
  if (pinning_ == Pinning::compare)
    throw at_input(
        id, Error(ErrorKind::untrusted, describe(id) + " does not match its pin",
                  {.file = file,
                   .expected = expected,
                   .got = got,
                   .hint = "if this change is intended, `reproduce lock` pins the new state"}));
  throw at_input(id, Error(ErrorKind::environment, describe(id) + " changed while it was read",
                           {.file = file,
                            .expected = expected,
                            .got = got,
                            .hint = "let nothing write to it, and try again"}));
}

void Ledger::check_size(InputId id, std::uint64_t size) const {
  if (!compares() || size == pins_[id].size) return;
  refuse(id, counted(pins_[id].size, "byte"), counted(size, "byte"));
}

void Ledger::check_extent(InputId id, std::uint64_t entries, std::uint64_t size) const {
  const Pin& pin = pins_[id];
  if (!compares() || (entries == pin.entries && size == pin.size)) return;
  const auto text = [](std::uint64_t count, std::uint64_t bytes) {
    return (count == 1 ? "1 entry" : std::to_string(count) + " entries") + " with " +
           counted(bytes, "byte");
  };
  refuse(id, text(pin.entries, pin.size), text(entries, size));
}

/// What the manifest says itself, and what was brought to the store, hold in every run.
void Ledger::require_demanded(InputId id, const Sha256Digest& digest) const {
  if (input(id).sha256 && digest != *input(id).sha256)
    throw at_input(id, Error(ErrorKind::untrusted,
                             describe(id) + " does not have the digest that the manifest says",
                             {.expected = sha256_text(*input(id).sha256),
                              .got = sha256_text(digest),
                              .hint = "if this change is intended, put the new digest there"}));
  if (pinning_ == Pinning::record && input(id).origin != Origin::path && digest != pins_[id].digest)
    throw at_input(id, Error(ErrorKind::untrusted, describe(id) + " is damaged in the store",
                             {.expected = sha256_text(pins_[id].digest),
                              .got = sha256_text(digest),
                              .hint = "`reproduce store verify` names what is damaged, and "
                                      "`reproduce fetch` brings it again"}));
}

void Ledger::settle(InputId id, std::uint64_t size, const Sha256Digest& digest,
                    std::uint64_t entries) {
  check_size(id, size);
  require_demanded(id, digest);
  Pin& pin = pins_[id];
  if (compares() && digest != pin.digest) refuse(id, sha256_text(pin.digest), sha256_text(digest));
  pin.size = size;
  pin.digest = digest;
  pin.entries = entries;
  settled_[id] = true;
  trace("inputs", [&] {
    return describe(id) + (compares() ? " matches its pin: " : " is recorded: ") +
           counted(size, "byte") + ", SHA-256 " + to_hex(digest);
  });
}

void Ledger::settle_image(InputId id, std::uint64_t size, const Sha256Digest& digest,
                          manifest::PinForm form) {
  if (compares() && form != pins_[id].form)
    refuse(id, "an image of the form that was locked", "one of another form");
  pins_[id].form = form;
  settle(id, size, digest);
}

void Ledger::settle_packages(InputId id) {
  Pin& pin = pins_[id];
  std::uint64_t size = 0;
  for (const manifest::PackagePin& package : pin.packages)
    size = checked_add(size, package.size, "size of the packages");
  check_size(id, size);
  pin.size = size;
  settled_[id] = true;
}

std::vector<Pin> Ledger::finish() && {
  for (InputId id = 0; id < settled_.size(); ++id)
    if (!settled_[id] && pinning_ != Pinning::none)
      throw Error(ErrorKind::bug, "input " + quote(input(id).name) + " was never read");
  return std::move(pins_);
}

}  // namespace reproduce::inputs
