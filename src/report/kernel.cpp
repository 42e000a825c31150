#include "reproduce/report/kernel.hpp"

#include <algorithm>
#include <vector>

#include "reproduce/base/hex.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/kernel/cmdline.hpp"

namespace reproduce::report {
namespace {

using kernel::BootImage;

std::string line(std::string name, const std::string& value) {
  constexpr std::size_t width = 15;
  name.resize(std::max(width, name.size()), ' ');
  return "  " + name + " " + value + "\n";
}

/// "2.15" for 0x020f.
std::string protocol_words(std::uint16_t protocol) {
  constexpr unsigned byte = 8;
  std::string minor = std::to_string(protocol & 0xffU);
  if (minor.size() < 2) minor.insert(minor.begin(), '0');
  return std::to_string(protocol >> byte) + "." + minor;
}

std::string x86_text(const kernel::X86Header& header) {
  std::string text = line("boot protocol", protocol_words(header.protocol));
  std::string setup =
      std::to_string(header.setup_sectors) + " sectors, loadflags " + hex_number(header.loadflags);
  if (header.xloadflags) setup += ", xloadflags " + hex_number(*header.xloadflags);
  text += line("setup", setup);
  if (header.cmdline_size)
    text += line("cmdline", "at most " + counted(*header.cmdline_size, "byte"));
  std::string place;
  if (header.preferred_address) place += "at " + hex_number(*header.preferred_address) + ", ";
  if (header.init_size) place += counted(*header.init_size, "byte") + " to begin with, ";
  if (header.is_relocatable) place += *header.is_relocatable ? "relocatable" : "NOT relocatable";
  if (!place.empty()) text += line("memory", place);
  return text;
}

std::string arm64_text(const kernel::Arm64Header& header) {
  constexpr std::uint64_t page_sizes[] = {0, 4, 16, 64};
  const std::uint64_t pages = page_sizes[header.flags >> 1U & 3U];
  std::string text = (header.flags & 1U) != 0 ? "big-endian, " : "little-endian, ";
  text += pages == 0 ? "pages of a size that it does not say"
                     : "pages of " + std::to_string(pages) + " KiB";
  text = line("flags", hex_number(header.flags) + " (" + text + ")");
  return text + line("memory", counted(header.image_size, "byte") + " at offset " +
                                   hex_number(header.text_offset));
}

}  // namespace

std::string kernel_text(const BootImage& kernel) {
  std::string what(name_of(kernel.kind));
  if (!kernel.architecture.empty()) what += ", " + kernel.architecture;
  std::string text = line("form", what);
  if (!kernel.version.empty()) text += line("version", printable(kernel.version));
  if (!kernel.banner.empty()) text += line("banner", printable(kernel.banner));
  if (kernel.x86) text += x86_text(*kernel.x86);
  if (kernel.arm64) text += arm64_text(*kernel.arm64);
  if (kernel.payload) {
    const kernel::Payload& payload = *kernel.payload;
    text += line("payload", counted(payload.size, "byte") + " at " + hex_number(payload.offset) +
                                ", " + payload.compression);
    if (!payload.not_unpacked.empty())
      text += line("", "not looked into: " + printable(payload.not_unpacked));
  }
  for (const kernel::EmbeddedInitramfs& initramfs : kernel.initramfs)
    text += line(
        "initramfs",
        "an archive of " +
            (initramfs.entries == 1 ? "1 entry" : std::to_string(initramfs.entries) + " entries") +
            " at " + hex_number(initramfs.offset) + " of the unpacked kernel");
  for (const std::string& fault : kernel.faults) text += line("ODD", printable(fault));
  return text;
}

std::string risks_text(std::string_view cmdline) {
  const std::vector<kernel::Parameter> parameters = kernel::parse_cmdline(cmdline);
  std::string text;
  for (const kernel::Risk& risk : kernel::find_risks(parameters)) {
    const kernel::Parameter& parameter = parameters[risk.parameter];
    text += line(printable(parameter.name), std::string(risk.reason));
  }
  return text;
}

}  // namespace reproduce::report
