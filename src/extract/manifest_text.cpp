#include "manifest_text.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

#include "reproduce/base/byte_writer.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/crypto/digest.hpp"
#include "reproduce/eif/layout.hpp"
#include "reproduce/eif/payload.hpp"

namespace reproduce::extract {
namespace {

using eif::Section;
using eif::SectionType;

constexpr std::string_view fallback_name = "image";
constexpr std::size_t longest_name = 200;

/// The image's own name where it can be a file's, since that is what a build calls its output.
std::string name_for(const measure::ImageMeasurements& image) {
  if (!image.metadata) return std::string(fallback_name);
  const std::string& name = image.metadata->image_name;
  const auto is_good = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '.' ||
           c == '_' || c == '-';
  };
  const bool is_usable = !name.empty() && name.size() <= longest_name && name.front() != '.' &&
                         name.front() != '-' && std::all_of(name.begin(), name.end(), is_good);
  return is_usable ? name : std::string(fallback_name);
}

/// TOML's numbers have 63 bits.
std::string number_text(std::uint64_t number) {
  constexpr std::uint64_t largest = INT64_MAX;
  if (number <= largest) return std::to_string(number);
  ByteWriter bytes;
  bytes.write(number);
  return "\"0x" + to_hex(bytes.view()) + "\"";
}

/// Whether the sections stand as a build puts them that is told nothing of their order.
bool has_usual_order(const measure::ImageMeasurements& image) {
  std::vector<SectionType> usual{SectionType::kernel, SectionType::cmdline, SectionType::metadata};
  const auto ramdisks =
      std::count_if(image.sections.begin(), image.sections.end(),
                    [](const Section& section) { return section.type == SectionType::ramdisk; });
  if (ramdisks == 0) return false;  // which a manifest must say
  usual.insert(usual.end(), static_cast<std::size_t>(ramdisks), SectionType::ramdisk);
  if (image.signature) usual.push_back(SectionType::signature);
  return std::equal(usual.begin(), usual.end(), image.sections.begin(), image.sections.end(),
                    [](SectionType type, const Section& section) { return type == section.type; });
}

std::string order_text(const measure::ImageMeasurements& image) {
  std::string text = "sections = [";
  for (const Section& section : image.sections)
    text += (section.index == 0 ? "\"" : ", \"") + eif::label_of(section) + "\"";
  return text + "]\n";
}

std::string image_table(const measure::ImageMeasurements& image, std::uint32_t mtime) {
  const eif::Header usual;
  const eif::Header& header = image.header;
  std::string text = "[image]\nname = \"" + name_for(image) + "\"\narch = \"" +
                     std::string(eif::name_of(eif::arch_of(header))) + "\"\n";
  if (mtime != 0) text += "source_date_epoch = " + std::to_string(mtime) + "\n";
  if (header.version != usual.version)
    text += "eif_version = " + std::to_string(header.version) + "\n";
  if (header.default_mem != usual.default_mem)
    text += "default_mem = " + number_text(header.default_mem) + "\n";
  if (header.default_cpus != usual.default_cpus)
    text += "default_cpus = " + number_text(header.default_cpus) + "\n";
  if (!has_usual_order(image)) text += order_text(image);
  if (image.metadata) text += "\n[image.metadata]\nraw = \"" + std::string(metadata_file) + "\"\n";
  return text;
}

std::string kernel_table(const measure::ImageMeasurements& image) {
  std::string text = "\n[kernel]\npath = \"" + std::string(kernel_file) + "\"\n";
  for (const Section& section : image.sections)
    if (section.type == SectionType::kernel && section.payload_size == 0)
      text += "may_be_empty = true\n";
  return text + "cmdline_file = \"" + std::string(cmdline_file) + "\"\n";
}

std::string ramdisk_table(const RamdiskSource& ramdisk) {
  if (ramdisk.folder.empty()) return "\n[[ramdisk]]\nraw = \"" + ramdisk.file + "\"\n";
  std::string text = "\n[[ramdisk]]\n";
  if (ramdisk.compression != "none")
    text += "compression = \"" + std::string(ramdisk.compression) + "\"\n";
  return text + "[[ramdisk.layer]]\ndir = \"" + ramdisk.folder + "\"\nattributes = \"" +
         ramdisk.attributes + "\"\n";
}

}  // namespace

std::string manifest_text(const measure::ImageMeasurements& image,
                          const std::vector<RamdiskSource>& ramdisks, std::uint32_t mtime) {
  std::string text = "# Extracted from the image with the SHA-256\n# " +
                     to_hex(image.file_sha256.value_or(Sha256Digest{})) +
                     "\n# `reproduce build` makes that image of it again, bit for bit.\n";
  text += image_table(image, mtime) + kernel_table(image);
  for (const RamdiskSource& ramdisk : ramdisks) text += ramdisk_table(ramdisk);
  if (image.signature) text += "\n[signature]\nraw = \"" + std::string(signature_file) + "\"\n";
  return text;
}

}  // namespace reproduce::extract
