#include "reproduce/lint/lint.hpp"

#include <string_view>
#include <utility>

#include "image_paths.hpp"
#include "rules.hpp"

#include "reproduce/base/rfc3339.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::lint {
namespace {

void lint_inputs(const manifest::Manifest& manifest, Findings& findings) {
  constexpr std::string_view scheme = "docker://";
  for (const manifest::Input& input : manifest.inputs) {
    if (input.origin != manifest::Origin::registry) continue;
    std::string_view reference = input.name;
    if (reference.starts_with(scheme)) reference.remove_prefix(scheme.size());
    // A digest is behind an @, which no tag can hold.
    if (reference.find("@sha256:") != std::string_view::npos) continue;
    findings.add({.rule = Rule::mutable_tag,
                  .path = std::string(reference),
                  .says = "is a tag, which may name another image tomorrow; write the digest that "
                          "is in the lock behind it (@sha256:...)"});
  }
}

/// A time of a file, which a hostile archive may put at any number.
std::string time_text(std::int64_t seconds) {
  constexpr std::int64_t end_of_years = 253402300799;  // 9999-12-31T23:59:59Z
  return seconds <= end_of_years
             ? format_utc(seconds)
             : counted(static_cast<std::uint64_t>(seconds), "second") + " after 1970";
}

void lint_times(const Ramdisk& ramdisk, std::uint32_t epoch, Findings& findings) {
  if (epoch == 0) return;  // not set
  for (const layers::NewestFile& newest : ramdisk.newest) {
    if (newest.seconds <= epoch) continue;
    findings.add({.rule = Rule::newer_than_epoch,
                  .ramdisk = ramdisk.number,
                  .path = newest.path,
                  .says = "is of " + time_text(newest.seconds) +
                          " and the newest of its layer, newer than source_date_epoch (" +
                          format_utc(epoch) +
                          "): it was made for this build, so look whether that gives the same "
                          "bytes again, or set a later source_date_epoch"});
  }
}

void lint_losses(const Ramdisk& ramdisk, Findings& findings) {
  for (const layers::Loss& loss : ramdisk.losses) {
    if (loss.kind == layers::LossKind::other) continue;
    const bool is_link = loss.kind == layers::LossKind::hard_link;
    findings.add({.rule = is_link ? Rule::hardlink_lost : Rule::xattr_lost,
                  .ramdisk = ramdisk.number,
                  .path = loss.path,
                  .says = "loses what a ramdisk cannot hold: " + printable(loss.what)});
  }
}

}  // namespace

void lint(const manifest::Manifest& manifest, const Ramdisks& ramdisks, Findings& findings) {
  const std::uint32_t epoch = manifest.image.source_date_epoch;
  const ImagePaths paths(ramdisks);
  lint_inputs(manifest, findings);
  for (const Ramdisk& ramdisk : ramdisks.ramdisks) {
    lint_times(ramdisk, epoch, findings);
    lint_losses(ramdisk, findings);
    for (const auto& [path, entry] : ramdisk.tree.entries()) {
      const Place place{.ramdisk = ramdisk.number, .path = path, .entry = entry};
      lint_attributes(place, findings);
      lint_known_file(place, epoch, findings);
      lint_host_paths(place, paths, findings);
    }
  }
}

}  // namespace reproduce::lint
