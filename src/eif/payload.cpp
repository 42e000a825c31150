#include "reproduce/eif/payload.hpp"

namespace reproduce::eif {

std::string label_of(const Section& section) {
  std::string name(name_of(section.type));
  if (section.type == SectionType::ramdisk) name += " " + std::to_string(section.ramdisk_index);
  return name;
}

}  // namespace reproduce::eif
