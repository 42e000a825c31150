#include "reproduce/report/extract.hpp"

#include <algorithm>
#include <cstddef>

#include "records.hpp"
#include <nlohmann/json.hpp>

#include "reproduce/base/hex.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::report {
namespace {

using extract::ExtractedRamdisk;
using extract::ExtractedSection;
using extract::Extraction;
using nlohmann::ordered_json;

constexpr std::size_t notes_for_people = 5;

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

std::string section_line(const ExtractedSection& section, const std::string& file) {
  constexpr std::size_t name_width = 10;
  constexpr std::size_t size_width = 18;
  return "  " + padded(section.name, name_width) + "  " +
         padded(counted(section.size, "byte"), size_width) + "  " + file + "\n";
}

std::string notes_text(const ExtractedRamdisk& ramdisk, std::size_t most) {
  std::string text;
  const std::size_t count = std::min(most, ramdisk.notes.size());
  for (std::size_t i = 0; i < count; ++i)
    text += "    " + quote(ramdisk.notes[i].name) + ": " + printable(ramdisk.notes[i].what) + "\n";
  const std::uint64_t more = ramdisk.notes.size() - count + ramdisk.unlisted_notes;
  if (more != 0) text += "    and " + std::to_string(more) + " more\n";
  return text;
}

std::string ramdisk_text(const ExtractedSection& section, const ExtractedRamdisk& ramdisk,
                         std::size_t most_notes) {
  const std::string files = ramdisk.folder + "/ (" + counted(ramdisk.paths, "path") + ")";
  if (ramdisk.file.empty()) return section_line(section, files);
  std::string text = section_line(section, ramdisk.file);
  if (ramdisk.folder.empty()) return text;
  text += "    " + files + " is for looking at: " + printable(ramdisk.why_file) + "\n";
  return text + notes_text(ramdisk, most_notes);
}

ordered_json ramdisk_record(const ExtractedRamdisk& ramdisk) {
  ordered_json json{{"built_from", ramdisk.file.empty() ? "folder" : "file"}};
  if (!ramdisk.file.empty()) {
    json["file"] = ramdisk.file;
    json["reason"] = printable(ramdisk.why_file);
  }
  if (!ramdisk.folder.empty()) {
    json["folder"] = ramdisk.folder;
    json["attributes"] = ramdisk.attributes;
    json["paths"] = ramdisk.paths;
  }
  json["notes"] = ordered_json::array();
  for (const extract::Note& note : ramdisk.notes)
    json["notes"].push_back({{"name", printable(note.name)}, {"what", printable(note.what)}});
  json["unlisted_notes"] = ramdisk.unlisted_notes;
  return json;
}

}  // namespace

std::string extraction_text(const std::string& image, const std::string& folder,
                            const Extraction& extraction, bool verbose) {
  std::string text = "extracted " + quote(image) + " to " + quote(folder) + "\n";
  std::size_t ramdisks = 0;
  for (const ExtractedSection& section : extraction.sections) {
    if (section.name.starts_with("ramdisk"))
      text += ramdisk_text(section, extraction.ramdisks[ramdisks++],
                           verbose ? extract::most_listed_notes : notes_for_people);
    else
      text += section_line(section, section.file);
  }
  if (!extraction.stop.empty())
    text += "the kernel stops unpacking " + printable(extraction.stop) + "\n";
  if (extraction.image.signature_fault)
    text += "the signature does not hold: " + printable(*extraction.image.signature_fault) + "\n";
  return text + "building " + quote(folder) + " gives this image again, bit for bit\n";
}

std::string extraction_json(const std::string& image, const std::string& folder,
                            const Extraction& extraction) {
  ordered_json json{{"schema", "reproduce/extract/1"},
                    {"file", printable(image)},
                    {"folder", printable(folder)},
                    {"size_bytes", extraction.image.file_size},
                    {"sha256", to_hex(extraction.image.file_sha256.value_or(Sha256Digest{}))},
                    {"rebuilds", true},
                    {"sections", ordered_json::array()},
                    {"ramdisks", ordered_json::array()}};
  for (const ExtractedSection& section : extraction.sections)
    json["sections"].push_back(
        {{"name", section.name}, {"size_bytes", section.size}, {"file", section.file}});
  for (const ExtractedRamdisk& ramdisk : extraction.ramdisks)
    json["ramdisks"].push_back(ramdisk_record(ramdisk));
  if (!extraction.stop.empty()) json["stop"] = printable(extraction.stop);
  if (extraction.image.signature_fault)
    json["signature_fault"] = printable(*extraction.image.signature_fault);
  json["pcrs"] = registers_record(extraction.image.registers);
  constexpr int indent = 2;
  return dump(json, indent) + "\n";
}

}  // namespace reproduce::report
