/// The JSON of inspection; the text is in inspect.cpp.

#include <array>
#include <cstdio>

#include "kernel_records.hpp"
#include "ramdisk_words.hpp"
#include "records.hpp"
#include <nlohmann/json.hpp>

#include "reproduce/base/hex.hpp"
#include "reproduce/base/register_name.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/report/document.hpp"
#include "reproduce/report/inspect.hpp"

namespace reproduce::report {
namespace {

using inspect::ImageInspection;
using inspect::MapRange;
using inspect::Reading;
using inspect::SeenSection;
using nlohmann::ordered_json;

constexpr const char* schema = "reproduce/inspect/1";

std::string crc_hex(std::uint32_t crc) {
  return to_hex(Bytes{static_cast<std::uint8_t>(crc >> 24), static_cast<std::uint8_t>(crc >> 16),
                      static_cast<std::uint8_t>(crc >> 8), static_cast<std::uint8_t>(crc)});
}

std::string octal(std::uint32_t mode) {
  std::array<char, 12> text{};
  (void)std::snprintf(text.data(), text.size(), "%04o", mode);
  return text.data();
}

ordered_json register_names(const std::vector<std::uint32_t>& registers) {
  ordered_json names = ordered_json::array();
  for (const std::uint32_t index : registers) names.push_back(name_of_register(index));
  return names;
}

ordered_json fault_json(const Error& fault) {
  const ErrorContext& context = fault.context();
  ordered_json out{{"message", printable(fault.what())}};
  if (context.offset) out["offset"] = *context.offset;
  if (!context.where.empty()) out["where"] = printable(context.where);
  if (!context.expected.empty()) out["expected"] = printable(context.expected);
  if (!context.got.empty()) out["got"] = printable(context.got);
  if (!context.hint.empty()) out["hint"] = printable(context.hint);
  return out;
}

ordered_json header_json(const eif::Header& header) {
  return {{"magic", to_hex(header.magic)},
          {"version", header.version},
          {"flags", header.flags},
          {"default_mem_bytes", header.default_mem},
          {"default_cpus", header.default_cpus},
          {"reserved", header.reserved},
          {"num_sections", header.num_sections},
          {"section_offsets", header.section_offsets},
          {"section_sizes_bytes", header.section_sizes},
          {"unused", header.unused},
          {"crc32", crc_hex(header.crc32)}};
}

ordered_json section_json(const SeenSection& section) {
  ordered_json out{
      {"index", section.index}, {"type", nullptr}, {"type_number", section.header.type}};
  if (section.type) out["type"] = eif::name_of(*section.type);
  if (section.type == eif::SectionType::ramdisk) out["ramdisk"] = section.ramdisk_index;
  out["offset"] = section.header_offset;
  out["flags"] = section.header.flags;
  out["size_bytes"] = section.header.payload_size;
  out["present_bytes"] = section.present;
  out["registers"] = register_names(registers_fed(section));
  return out;
}

ordered_json metadata_json(const eif::Metadata& metadata) {
  return {{"image_name", metadata.image_name},
          {"image_version", metadata.image_version},
          {"build_time", metadata.build_time},
          {"build_tool", metadata.build_tool},
          {"build_tool_version", metadata.build_tool_version},
          {"operating_system", metadata.operating_system},
          {"kernel_version", metadata.kernel_version},
          {"docker_info", ordered_json::parse(metadata.docker_info)},
          {"custom_metadata", ordered_json::parse(metadata.custom_metadata)}};
}

ordered_json signature_json(const Reading& reading) {
  ordered_json out{{"valid", nullptr}};
  if (reading.registers) out["valid"] = !reading.signature_fault;
  if (reading.signature_fault) out["fault"] = printable(*reading.signature_fault);
  out["entries"] = reading.signature->entries.size();
  out["certificate"] = certificate_record(reading.signature->certificate);
  return out;
}

ordered_json reading_json(const Reading& reading, const ImageInspection& image) {
  const char* const way = image.is_well_formed()                  ? "any"
                          : reading.way == inspect::Way::by_table ? "by-table"
                                                                  : "in-sequence";
  ordered_json out{{"way", way}, {"sections", ordered_json::array()}};
  for (const SeenSection& section : reading.sections)
    out["sections"].push_back(section_json(section));
  out["unlisted_sections"] = reading.unlisted_sections;
  out["objections"] = ordered_json::array();
  for (const inspect::Objection& objection : reading.objections)
    out["objections"].push_back(
        {{"offset", objection.offset}, {"what", printable(objection.what)}});
  out["crc32"] = nullptr;
  if (reading.crc) out["crc32"] = crc_hex(*reading.crc);
  out["pcrs"] = nullptr;
  if (reading.registers) out["pcrs"] = registers_record(*reading.registers);
  out["cmdline"] = printable(reading.cmdline);
  out["parameters"] = parameters_record(reading.cmdline);
  out["metadata"] = nullptr;
  if (reading.metadata) out["metadata"] = metadata_json(*reading.metadata);
  out["signature"] = nullptr;
  if (reading.signature) out["signature"] = signature_json(reading);
  return out;
}

ordered_json map_json(const std::vector<MapRange>& map) {
  ordered_json out = ordered_json::array();
  for (const MapRange& range : map)
    out.push_back({{"offset", range.offset},
                   {"size_bytes", range.size},
                   {"kind", name_of(range.kind)},
                   {"label", range.label},
                   {"registers", register_names(range.registers())}});
  return out;
}

ordered_json stretch_json(const initramfs::Stretch& stretch, const initramfs::Place& place) {
  return {{"ramdisk", place.ramdisk},          {"offset", place.offset},
          {"size_bytes", stretch.size},        {"kind", words(stretch)},
          {"plain_bytes", stretch.plain_size}, {"entries", stretch.entries},
          {"trailers", stretch.trailers},      {"ends_with_trailer", stretch.ends_with_trailer}};
}

ordered_json entry_json(const initramfs::ListedEntry& entry) {
  const cpio::NewcHeader& header = entry.header;
  ordered_json out{{"path", printable(entry.name)},
                   {"type", type_name(header.mode)},
                   {"mode", octal(header.mode & ~cpio::type_mask)},
                   {"uid", header.uid},
                   {"gid", header.gid},
                   {"size_bytes", header.content_size},
                   {"mtime", header.mtime},
                   {"links", header.link_count},
                   {"inode", header.inode},
                   {"sha256", nullptr},
                   {"target", nullptr},
                   {"device", nullptr},
                   {"stretch", entry.stretch},
                   {"offset", entry.offset},
                   {"archive", entry.archive},
                   {"odd", oddities(entry)}};
  const std::uint32_t type = header.type();
  if (type == cpio::type_regular) out["sha256"] = to_hex(entry.sha256);
  if (type == cpio::type_symlink) out["target"] = printable(entry.target);
  if (type == cpio::type_character_device || type == cpio::type_block_device)
    out["device"] = {{"major", header.rdevice_major}, {"minor", header.rdevice_minor}};
  return out;
}

ordered_json contents_json(const ImageContents& contents, bool tree) {
  const initramfs::Listing& listing = contents.listing;
  ordered_json out{{"stretches", ordered_json::array()}, {"stop", nullptr}};
  for (const initramfs::Stretch& stretch : listing.walk.stretches)
    out["stretches"].push_back(stretch_json(stretch, contents.ramdisks.place_of(stretch.offset)));
  if (listing.walk.stop) out["stop"] = words(*listing.walk.stop, contents.ramdisks);
  if (!tree) return out;
  out["entries"] = ordered_json::array();
  for (const initramfs::ListedEntry& entry : listing.entries)
    out["entries"].push_back(entry_json(entry));
  out["unlisted_entries"] = listing.unlisted_entries;
  return out;
}

}  // namespace

std::string inspection_json(const std::string& file, const ImageInspection& image,
                            const ImageContents& contents, bool tree) {
  ordered_json out{{"schema", schema},
                   {"file", printable(file)},
                   {"kind", "enclave-image"},
                   {"size_bytes", image.file_size},
                   {"well_formed", image.is_well_formed()},
                   {"fault", nullptr},
                   {"header", nullptr},
                   {"readings", ordered_json::array()}};
  if (image.fault) out["fault"] = fault_json(*image.fault);
  if (image.header) out["header"] = header_json(*image.header);
  for (const Reading& reading : image.readings)
    out["readings"].push_back(reading_json(reading, image));
  out["kernel"] = nullptr;
  if (contents.kernel) out["kernel"] = kernel_record(*contents.kernel);
  out["ramdisks"] = contents_json(contents, tree);
  out["map"] = map_json(image.map);
  return dump(out, 2) + "\n";
}

namespace {

std::string_view kind_words(const attestation::Evidence& evidence) {
  if (evidence.is_emulated()) return "emulated-document";
  switch (evidence.claims().kind) {
    case attestation::DocumentKind::enclave:
      return "attestation-document";
    case attestation::DocumentKind::nitrotpm:
      return "nitrotpm-document";
  }
  return {};
}

}  // namespace

std::string inspection_json(const std::string& file, const attestation::Evidence& evidence) {
  const ordered_json out{{"schema", schema},
                         {"file", printable(file)},
                         {"kind", kind_words(evidence)},
                         {"encoding", evidence.form},
                         {"verified", false},
                         {"document", ordered_json::parse(document_json(evidence))}};
  return dump(out, 2) + "\n";
}

}  // namespace reproduce::report
