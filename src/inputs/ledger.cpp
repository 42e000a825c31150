#include "reproduce/inputs/ledger.hpp"

#include <string>
#include <utility>

#include "reproduce/base/hex.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/base/trace.hpp"

namespace reproduce::inputs {
namespace {

using manifest::InputKind;

std::string_view words_for(InputKind kind) {
  switch (kind) {
    case InputKind::kernel:
      return "kernel";
    case InputKind::kernel_config:
      return "kernel config";
    case InputKind::raw:
      return "raw ramdisk";
    case InputKind::file:
      return "file";
    case InputKind::dir:
      return "folder";
    case InputKind::cpio:
      return "archive";
  }
  return "input";
}

std::string bytes_text(std::uint64_t size) {
  return counted(size, "byte");
}

}  // namespace

Ledger::Ledger(const manifest::Manifest& manifest, Pinning pinning)
    : manifest_(manifest), pinning_(pinning) {}

Ledger::Ledger(const manifest::Manifest& manifest, Pinning pinning, std::vector<manifest::Pin> pins)
    : manifest_(manifest), pinning_(pinning), pins_(std::move(pins)) {}

bool Ledger::compares() const noexcept {
  return pinning_ == Pinning::recheck || pinning_ == Pinning::compare;
}

std::size_t Ledger::admit(InputKind kind, const manifest::InputPath& path) {
  const std::size_t number = inputs_.size();
  inputs_.push_back({.kind = kind, .path = path});
  if (!compares()) {
    pins_.push_back({.kind = kind, .path = path.path});
    return number;
  }
  if (number < pins_.size() && pins_[number].kind == kind && pins_[number].path == path.path)
    return number;
  // The digest of the manifest agrees, so somebody has edited the lock.
  throw at_input(number, Error(ErrorKind::usage, "the lock does not pin " + describe(number),
                               {.hint = "`reproduce lock` makes a lock that fits the manifest"}));
}

std::filesystem::path Ledger::location(std::size_t input) const {
  return manifest_.locate(inputs_[input].path);
}

std::string Ledger::describe(std::size_t input) const {
  return std::string(words_for(inputs_[input].kind)) + " " + quote(inputs_[input].path.path);
}

Error Ledger::at_input(std::size_t input, const Error& error) const {
  ErrorContext context = error.context();
  const manifest::Position at = inputs_[input].path.at;
  if (at.line != 0) {
    context.file = manifest_.file.string();
    context.source = manifest_.line_at(at);
  }
  return {error.kind(), error.what(), std::move(context)};
}

std::optional<std::uint64_t> Ledger::pinned_size(std::size_t input) const {
  if (!compares()) return std::nullopt;
  return pins_[input].size;
}

void Ledger::refuse(std::size_t input, const std::string& expected, const std::string& got) const {
  const std::string file = location(input).string();
  if (pinning_ == Pinning::compare)
    throw at_input(
        input, Error(ErrorKind::untrusted, describe(input) + " does not match its pin",
                     {.file = file,
                      .expected = expected,
                      .got = got,
                      .hint = "if this change is intended, `reproduce lock` pins the new state"}));
  throw at_input(input,
                 Error(ErrorKind::environment, describe(input) + " changed while it was read",
                       {.file = file,
                        .expected = expected,
                        .got = got,
                        .hint = "let nothing write to it, and try again"}));
}

void Ledger::check_size(std::size_t input, std::uint64_t size) const {
  if (!compares() || size == pins_[input].size) return;
  refuse(input, bytes_text(pins_[input].size), bytes_text(size));
}

void Ledger::check_extent(std::size_t input, std::uint64_t entries, std::uint64_t size) const {
  const manifest::Pin& pin = pins_[input];
  if (!compares() || (entries == pin.entries && size == pin.size)) return;
  const auto text = [](std::uint64_t count, std::uint64_t bytes) {
    return (count == 1 ? "1 entry" : std::to_string(count) + " entries") + " with " +
           bytes_text(bytes);
  };
  refuse(input, text(pin.entries, pin.size), text(entries, size));
}

void Ledger::settle(std::size_t input, std::uint64_t size, const Sha256Digest& digest,
                    std::uint64_t entries) {
  check_size(input, size);
  manifest::Pin& pin = pins_[input];
  if (compares() && digest != pin.digest)
    refuse(input, "SHA-256 " + to_hex(pin.digest), "SHA-256 " + to_hex(digest));
  pin.size = size;
  pin.digest = digest;
  pin.entries = entries;
  inputs_[input].settled = true;
  trace("inputs", [&] {
    return describe(input) + (compares() ? " matches its pin: " : " is recorded: ") +
           bytes_text(size) + ", SHA-256 " + to_hex(digest);
  });
}

std::vector<manifest::Pin> Ledger::finish() && {
  for (const Input& input : inputs_)
    if (!input.settled && pinning_ != Pinning::none)
      throw Error(ErrorKind::bug, "input " + quote(input.path.path) + " was never read");
  if (pins_.size() != inputs_.size())
    throw Error(ErrorKind::usage, "the lock pins more than the manifest names",
                {.got = std::string(words_for(pins_[inputs_.size()].kind)) + " " + "'" +
                        pins_[inputs_.size()].path + "'",
                 .hint = "`reproduce lock` makes a lock that fits the manifest"});
  return std::move(pins_);
}

}  // namespace reproduce::inputs
