#include <algorithm>
#include <array>
#include <cstdio>
#include <set>
#include <utility>

#include "summary.hpp"

#include "reproduce/base/enumeration.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/register_name.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/diff/pins.hpp"

namespace reproduce::diff {
namespace {

bool is_zero(const Bytes& value) {
  return std::all_of(value.begin(), value.end(), [](std::uint8_t byte) { return byte == 0; });
}

/// Whether the subject says what the register is, be it that there is none.
bool speaks_of(const Pins& pins, std::uint32_t index) {
  switch (pins.side.kind) {
    case SubjectKind::image:
    case SubjectKind::lock:
      return !pins.registers.empty() && (index <= 2 || index == 8);
    case SubjectKind::pcr_file:
    case SubjectKind::document:
    case SubjectKind::nitrotpm_document:
      return pins.registers.contains(index);
  }
  return false;
}

bool is_nitrotpm(const Pins& pins) {
  return pins.side.kind == SubjectKind::nitrotpm_document;
}

/// A file of registers does not say whose they are: nitro-tpm-pcr-compute prints them as nitro-cli
/// does.
void refuse_two_kinds(const Pins& before, const Pins& after) {
  const Pins& tpm = is_nitrotpm(before) ? before : after;
  const Pins& other = is_nitrotpm(before) ? after : before;
  if (!is_nitrotpm(tpm) || is_nitrotpm(other) || other.side.kind == SubjectKind::pcr_file) return;
  throw Error(ErrorKind::usage,
              "the registers of a NitroTPM are not compared with those of an enclave",
              {.file = tpm.side.name,
               .expected = "registers, as nitro-tpm-pcr-compute prints them, or another "
                           "NitroTPM document",
               .got = quote(other.side.name) + ", " + std::string(name_of(other.side.kind))});
}

/// An enclave's register 8 and others are zero where nothing was extended into them.
std::optional<Bytes> value_of(const Pins& pins, std::uint32_t index) {
  const auto found = pins.registers.find(index);
  if (found == pins.registers.end()) return std::nullopt;
  if (pins.side.kind == SubjectKind::document && index > 2 && is_zero(found->second))
    return std::nullopt;
  return found->second;
}

class PinComparison {
 public:
  PinComparison(const Pins& before, const Pins& after) : before_(before), after_(after) {}

  Comparison run() && {
    out_.before = before_.side;
    out_.after = after_.side;
    compare_registers();
    if (before_.lock && after_.lock) compare_locks(*before_.lock, *after_.lock);
    if (before_.image && after_.image) {
      // One of them is a lock that expects the image without its signature, and the other a whole
      // one: of both, the registers alone are of the same image.
      if (before_.image->without_signature == after_.image->without_signature)
        compare_images(*before_.image, *after_.image);
      else
        out_.notes.emplace_back(
            "the lock expects the image without its signature, which a token makes anew each time: "
            "only registers are compared");
    }
    out_.same = !out_.registers_moved() && out_.pins.empty();
    for (const Pins* side : {&before_, &after_})
      if (!side->note.empty()) out_.notes.push_back(side->side.name + ": " + side->note);
    say();
    return std::move(out_);
  }

 private:
  void compare_registers() {
    std::set<std::uint32_t> indexes;
    for (const Pins* side : {&before_, &after_})
      for (const auto& [index, value] : side->registers) indexes.insert(index);
    bool any = false;
    for (const std::uint32_t index : indexes) {
      RegisterComparison pcr{.index = index,
                             .before = value_of(before_, index),
                             .after = value_of(after_, index),
                             .comparable = speaks_of(before_, index) && speaks_of(after_, index)};
      if (!pcr.before && !pcr.after) continue;
      any = any || pcr.comparable;
      out_.registers.push_back(std::move(pcr));
    }
    if (!any)
      throw Error(ErrorKind::usage, "there is no register that both pin",
                  {.got = quote(before_.side.name) + " and " + quote(after_.side.name)});
  }

  void add(const char* what, const std::string& where, const std::string& before,
           const std::string& after) {
    if (before == after) return;
    out_.pins.push_back({.what = what,
                         .where = where,
                         .words = printable(before) + " -> " + printable(after),
                         .before = before,
                         .after = after});
  }

  /// "dir 'rootfs'", the same of several numbered.
  static std::map<std::string, const manifest::Pin*> by_name(const manifest::Lock& lock) {
    std::map<std::string, const manifest::Pin*> pins;
    for (const manifest::Pin& pin : lock.inputs) {
      std::string name = std::string(name_of(pin.kind)) + " " + quote(pin.name);
      for (int i = 2; !pins.try_emplace(name, &pin).second; ++i)
        name =
            std::string(name_of(pin.kind)) + " " + quote(pin.name) + " (" + std::to_string(i) + ")";
    }
    return pins;
  }

  static std::string pin_words(const manifest::Pin& pin) {
    constexpr std::size_t shown = 12;
    std::string words = counted(pin.size, "byte");
    if (pin.form == manifest::PinForm::packages) return words;
    return words + ", " + to_hex(pin.digest).substr(0, shown) + "\u2026";
  }

  void compare_packages(const std::string& input, const manifest::Pin& before,
                        const manifest::Pin& after) {
    std::map<std::string, std::pair<std::string, std::string>> packages;
    for (const manifest::PackagePin& package : before.packages)
      packages[package.name].first =
          package.version + " (" + to_hex(package.digest).substr(0, 12) + ")";
    for (const manifest::PackagePin& package : after.packages)
      packages[package.name].second =
          package.version + " (" + to_hex(package.digest).substr(0, 12) + ")";
    for (const auto& [name, versions] : packages)
      add("package", "package " + quote(name) + " of " + input,
          versions.first.empty() ? "none" : versions.first,
          versions.second.empty() ? "none" : versions.second);
  }

  void compare_locks(const manifest::Lock& before, const manifest::Lock& after) {
    const auto ones = by_name(before);
    const auto others = by_name(after);
    for (const auto& [name, pin] : ones) {
      const auto counterpart = others.find(name);
      if (counterpart == others.end()) {
        out_.pins.push_back(
            {.what = "input-removed", .where = "input " + name, .words = "removed"});
        continue;
      }
      if (*pin == *counterpart->second) continue;
      add("input", "input " + name, pin_words(*pin), pin_words(*counterpart->second));
      compare_packages(name, *pin, *counterpart->second);
    }
    for (const auto& [name, pin] : others)
      if (!ones.contains(name))
        out_.pins.push_back({.what = "input-added", .where = "input " + name, .words = "added"});
    std::set<std::string> writers;
    for (const manifest::WriterVersions* versions : {&before.writers, &after.writers})
      for (const auto& [name, version] : *versions) writers.insert(name);
    const auto version = [](const manifest::WriterVersions& versions, const std::string& name) {
      const auto found = versions.find(name);
      return found == versions.end() ? std::string("none") : found->second;
    };
    for (const std::string& name : writers)
      add("writer", "writer " + printable(name), version(before.writers, name),
          version(after.writers, name));
    add("manifest", "manifest", to_hex(before.manifest), to_hex(after.manifest));
  }

  void compare_images(const manifest::ExpectedImage& before, const manifest::ExpectedImage& after) {
    const auto sizes = [](const manifest::ExpectedImage& image, std::size_t i) {
      return i < image.sections.size()
                 ? image.sections[i].type + " of " + counted(image.sections[i].size, "byte")
                 : std::string("none");
    };
    for (std::size_t i = 0; i < std::max(before.sections.size(), after.sections.size()); ++i)
      add("section", "section " + std::to_string(i), sizes(before, i), sizes(after, i));
    add("size", "size of the image", std::to_string(before.size), std::to_string(after.size));
    add("crc32", "checksum of the image", hex_number(before.crc32), hex_number(after.crc32));
    add("sha256", "SHA-256 of the image", to_hex(before.sha256), to_hex(after.sha256));
  }

  /// What registers alone show of the cause.
  [[nodiscard]] static std::string region(bool boot_moved, bool app_moved) {
    if (boot_moved && !app_moved)
      return ", so the cause lies in kernel, cmdline or the first ramdisk";
    if (app_moved && !boot_moved) return ", so the cause lies in the ramdisks behind the first";
    return {};
  }

  [[nodiscard]] std::string register_sentence() const {
    std::vector<std::string> moved;
    std::vector<std::string> untouched;
    std::set<std::uint32_t> indexes;
    for (const RegisterComparison& pcr : out_.registers) {
      if (!pcr.comparable) continue;
      (pcr.moved() ? moved : untouched).push_back(name_of_register(pcr.index));
      if (pcr.moved()) indexes.insert(pcr.index);
    }
    const std::string unmoved = enumeration(untouched) + (untouched.size() == 1 ? " is" : " are");
    if (moved.empty())
      return (out_.same ? "nothing that both pin differs: " : "") + unmoved + " equal";
    if (untouched.empty()) return enumeration(moved) + " moved";
    std::string said = enumeration(moved) + " moved; " + unmoved + " untouched";
    if (is_nitrotpm(before_) || is_nitrotpm(after_)) return said;
    return said + region(indexes.contains(1), indexes.contains(2));
  }

  void say() {
    out_.headline.push_back(register_sentence());
    if (!out_.pins.empty())
      out_.headline.push_back("what is pinned differs: " + summary_words(out_.pins));
    for (const Pins* side : {&before_, &after_})
      if (side->side.kind == SubjectKind::document && side->registers.contains(0) &&
          is_zero(side->registers.at(0)))
        out_.headline.push_back(quote(side->side.name) +
                                " has a PCR0 of zeros, as debug enclaves have");
  }

  const Pins& before_;
  const Pins& after_;
  Comparison out_;
};

}  // namespace

Comparison compare_pins(const Pins& before, const Pins& after) {
  refuse_two_kinds(before, after);
  return PinComparison(before, after).run();
}

}  // namespace reproduce::diff
