#include "reproduce/measure/boot_pcrs.hpp"

#include <utility>

namespace reproduce::measure {

Part part_of(eif::SectionType type, std::size_t ramdisk_index) noexcept {
  switch (type) {
    case eif::SectionType::kernel:
      return Part::kernel;
    case eif::SectionType::cmdline:
      return Part::cmdline;
    case eif::SectionType::ramdisk:
      return ramdisk_index == 0 ? Part::first_ramdisk : Part::later_ramdisk;
    case eif::SectionType::signature:
    case eif::SectionType::metadata:
      return Part::unmeasured;
  }
  return Part::unmeasured;
}

Sha384Digest extend_from_zero(const Sha384Digest& digest) {
  Sha384 pcr;
  pcr.update(Sha384Digest{});
  pcr.update(digest);
  return std::move(pcr).finish();
}

void WholeImageLane::update(Part part, ByteView chunk) {
  if (part == Part::unmeasured) return;
  if (part == Part::later_ramdisk && !bootstrap_) bootstrap_ = image_.clone();
  image_.update(chunk);
  if (part != Part::later_ramdisk && bootstrap_) bootstrap_->update(chunk);
}

WholeImagePcrs WholeImageLane::so_far() const {
  const Sha384& bootstrap = bootstrap_ ? *bootstrap_ : image_;
  return {.pcr0 = extend_from_zero(image_.clone().finish()),
          .pcr1 = extend_from_zero(bootstrap.clone().finish())};
}

void ApplicationLane::update(Part part, ByteView chunk) {
  if (part == Part::later_ramdisk) application_.update(chunk);
}

Sha384Digest ApplicationLane::so_far() const {
  return extend_from_zero(application_.clone().finish());
}

}  // namespace reproduce::measure
