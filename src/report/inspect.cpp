#include "reproduce/report/inspect.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include "ramdisk_words.hpp"

#include "reproduce/base/hex.hpp"
#include "reproduce/base/register_name.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/report/document.hpp"
#include "reproduce/report/kernel.hpp"
#include "reproduce/report/ramdisks.hpp"

namespace reproduce::report {
namespace {

using inspect::ImageInspection;
using inspect::MapRange;
using inspect::Reading;
using inspect::SeenSection;
using inspect::Way;

std::string padded_left(const std::string& text, std::size_t width) {
  return text.size() < width ? std::string(width - text.size(), ' ') + text : text;
}

std::string padded_right(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

/// "  name          value", an indented line.
std::string line(const std::string& name, const std::string& value) {
  return "  " + padded_right(name, 15) + " " + value + "\n";
}

std::string register_names(const std::vector<std::uint32_t>& registers) {
  std::string names;
  for (const std::uint32_t index : registers)
    names += (names.empty() ? "" : " ") + name_of_register(index);
  return names.empty() ? "none" : names;
}

std::string section_words(const SeenSection& section) {
  if (!section.type) return "type " + std::to_string(section.header.type) + "?";
  std::string name(eif::name_of(*section.type));
  if (section.type == eif::SectionType::ramdisk)
    name += " " + std::to_string(section.ramdisk_index);
  return name;
}

std::string arch_words(std::uint16_t flags) {
  if (flags == 0) return "x86_64";
  if (flags == eif::arch_flag) return "aarch64";
  return "flags with bits whose effect on PCR0 is not published";
}

std::string header_text(const eif::Header& header) {
  std::string text;
  text += line("version", std::to_string(header.version));
  text += line("flags", hex_number(header.flags) + " (" + arch_words(header.flags) + ")");
  text += line("default_mem", std::to_string(header.default_mem) + " (unused by hypervisors)");
  text += line("default_cpus", std::to_string(header.default_cpus) + " (unused by hypervisors)");
  text += line("num_sections", std::to_string(header.num_sections));
  return text + line("crc32", hex_number(header.crc32));
}

std::string sections_text(const Reading& reading) {
  if (reading.sections.empty()) return "  none\n";
  std::string text = "   #  section           offset          size  registers\n";
  for (const SeenSection& section : reading.sections) {
    text += "  " + padded_left(std::to_string(section.index), 2) + "  " +
            padded_right(section_words(section), 12) + " " +
            padded_left(hex_number(section.header_offset), 11) + "  " +
            padded_left(std::to_string(section.header.payload_size), 12) + "  " +
            register_names(registers_fed(section));
    if (section.present < section.header.payload_size)
      text += "  (the file has " + std::to_string(section.present) + ")";
    text += '\n';
  }
  if (reading.unlisted_sections != 0)
    text += "      and " + counted(reading.unlisted_sections, "more section") + "\n";
  return text;
}

std::string registers_text(const measure::Registers& registers) {
  std::string text;
  for (const auto& [index, value] : registers) text += line(name_of_register(index), to_hex(value));
  return text;
}

/// JSON of the file's maker, shown as one line of bounded length.
std::string json_words(const std::string& json) {
  constexpr std::size_t longest = 400;
  if (json.size() <= longest) return printable(json);
  return printable(json.substr(0, longest)) + "\u2026 (" + std::to_string(json.size()) + " bytes)";
}

std::string metadata_text(const eif::Metadata& metadata) {
  std::string text;
  text += line("image", quote(metadata.image_name) + " " + quote(metadata.image_version));
  text += line("built", quote(metadata.build_time) + " by " + quote(metadata.build_tool) + " " +
                            quote(metadata.build_tool_version));
  text += line("system", quote(metadata.operating_system) + " " + quote(metadata.kernel_version));
  if (metadata.docker_info != "null") text += line("docker info", json_words(metadata.docker_info));
  if (metadata.custom_metadata != "null")
    text += line("custom", json_words(metadata.custom_metadata));
  return text;
}

std::string signature_text(const Reading& reading) {
  const eif::SignatureSection& signature = *reading.signature;
  const Certificate& certificate = signature.certificate;
  std::string text;
  if (reading.signature_fault)
    text += line("answer", "DOES NOT HOLD: " + printable(*reading.signature_fault) +
                               "; the hypervisor will not start the image");
  else if (reading.registers)
    text += line("answer", "holds for this PCR0; who the signer is, PCR8 alone says");
  else
    text += line("answer", "not checked, since there is no PCR0 to check it against");
  text += line("entries", std::to_string(signature.entries.size()));
  text += line("subject", printable(words(certificate.subject)));
  text += line("issuer", printable(words(certificate.issuer)));
  text += line("valid", format_utc(certificate.not_before.time) + " to " +
                            format_utc(certificate.not_after.time));
  text += line("key", printable(certificate.public_key_algorithm));
  return text + line("SHA-256", to_hex(certificate.fingerprint));
}

std::string map_text(const std::vector<MapRange>& map) {
  std::string text;
  for (const MapRange& range : map) {
    text += "  " + padded_left(hex_number(range.offset), 11) + "  " +
            padded_left(std::to_string(range.size), 12) + "  " + range.label;
    if (const auto registers = range.registers(); !registers.empty())
      text += "  -> " + register_names(registers);
    text += '\n';
  }
  return text;
}

class TextWriter {
 public:
  TextWriter(const ImageInspection& image, const ImageContents& contents,
             const InspectionStyle& style)
      : image_(image), contents_(contents), style_(style) {}

  std::string write(const std::string& file) && {
    text_ = quote(file) + ": enclave image of " + counted(image_.file_size, "byte") + ", " +
            (image_.is_well_formed() ? "well-formed" : "MALFORMED") + "\n";
    if (image_.fault) add("why it is malformed", fault_text(*image_.fault) + conclusion());
    if (image_.header) add("header", header_text(*image_.header));
    for (const Reading& reading : image_.readings) add_reading(reading);
    add_contents();
    if (style_.tree) add("entries", tree_text(contents_.listing, style_.whole_digests));
    if (style_.map || !image_.is_well_formed()) add("every byte", map_text(image_.map));
    return std::move(text_);
  }

 private:
  void add(const std::string& heading, const std::string& body) {
    text_ += "\n" + (style_.heading ? style_.heading(heading) : heading) + "\n" + body;
  }

  static std::string fault_text(const Error& fault) {
    const ErrorContext& context = fault.context();
    std::string text = "  " + printable(fault.what()) + "\n";
    if (context.offset) text += line("at", hex_number(*context.offset));
    if (!context.where.empty()) text += line("in", printable(context.where));
    if (!context.expected.empty()) text += line("expected", printable(context.expected));
    if (!context.got.empty()) text += line("got", printable(context.got));
    return text;
  }

  void add_reading(const Reading& reading) {
    if (image_.is_well_formed()) {
      add("sections", sections_text(reading));
      add("registers", registers_text(*reading.registers));
    } else if (reading.way == Way::by_table) {
      add("read by the header table, as QEMU does", sections_text(reading) + outcome(reading));
    } else {
      add("read one section after the other, as AWS's tools do",
          sections_text(reading) + outcome(reading));
    }
  }

  /// The latest reading that `has` something; null when none has.
  template <typename Has>
  [[nodiscard]] const Reading* reading_with(Has has) const {
    const auto found = std::find_if(image_.readings.rbegin(), image_.readings.rend(), has);
    return found == image_.readings.rend() ? nullptr : &*found;
  }

  void add_contents() {
    if (contents_.kernel) add("kernel", kernel_text(*contents_.kernel));
    if (const auto* reading = reading_with([](const Reading& r) { return !r.cmdline.empty(); }))
      add("cmdline", "  " + printable(reading->cmdline) + "\n" + risks_text(reading->cmdline));
    if (contents_.ramdisks.count() != 0)
      add("ramdisks, as the kernel unpacks them one after the other",
          ramdisks_text(contents_.listing, contents_.ramdisks));
    if (const auto* reading = reading_with([](const Reading& r) { return r.metadata.has_value(); }))
      add("metadata (in no register: anybody can change it)", metadata_text(*reading->metadata));
    if (const auto* reading =
            reading_with([](const Reading& r) { return r.signature.has_value(); }))
      add("signature", signature_text(*reading));
  }

  /// Registers, or where this reader gives up.
  [[nodiscard]] std::string outcome(const Reading& reading) const {
    std::string text;
    if (reading.registers) text += registers_text(*reading.registers);
    for (const inspect::Objection& objection : reading.objections)
      text += line(&objection == &reading.objections.front() ? "gives up" : "would also",
                   "at " + hex_number(objection.offset) + ": " + printable(objection.what));
    if (reading.crc && image_.header && *reading.crc != image_.header->crc32)
      text += line("checksum", "WRONG: computed " + hex_number(*reading.crc));
    return text;
  }

  /// What a malformed image means to people who have to act on it.
  [[nodiscard]] std::string conclusion() const {
    if (image_.readings.size() != 2) return {};
    const Reading& table = image_.readings[0];
    const Reading& sequence = image_.readings[1];
    if (!table.registers && !sequence.registers)
      return line("so", "neither kind of reader makes an image of it");
    if (!table.registers || !sequence.registers)
      return line("so", "one kind of reader only makes an image of it (below)");
    if (table.registers != sequence.registers)
      return line("so", "the two kinds of readers state DIFFERENT registers (below)");
    return line("so", "both kinds of readers state the same registers, yet it breaks the format");
  }

  const ImageInspection& image_;
  const ImageContents& contents_;
  const InspectionStyle& style_;
  std::string text_;
};

}  // namespace

std::string inspection_text(const std::string& file, const ImageInspection& image,
                            const ImageContents& contents, const InspectionStyle& style) {
  return TextWriter(image, contents, style).write(file);
}

std::string inspection_text(const std::string& file, const attestation::Evidence& evidence,
                            bool whole_values) {
  const std::string form = " (" + evidence.form + "), as it says it is";
  if (evidence.is_emulated())
    return quote(file) + ": UNSIGNED attestation document of an emulated security module" + form +
           "\n\n" + document_text(evidence, whole_values);
  const bool is_enclave = evidence.claims().kind == attestation::DocumentKind::enclave;
  return quote(file) + ": " +
         (is_enclave ? "attestation document" : "NitroTPM document of an EC2 instance") + form +
         ": nothing in it was verified\n\n" + document_text(evidence, whole_values);
}

}  // namespace reproduce::report
