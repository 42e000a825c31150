#include "reproduce/inspect/inspect.hpp"

#include <algorithm>
#include <future>
#include <utility>

#include "reproduce/attestation/envelope.hpp"
#include "reproduce/base/byte_reader.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/measure/image_pcrs.hpp"

namespace reproduce::inspect {
namespace {

Bytes read_front(const RandomAccess& file, std::size_t size) {
  Bytes front(size);
  front.resize(file.read_at(0, front));
  return front;
}

std::optional<eif::Header> read_header(const RandomAccess& image) {
  const Bytes bytes = read_front(image, eif::header_size);
  if (bytes.size() < eif::header_size) return std::nullopt;
  ByteReader in(bytes);
  return eif::decode_header(in);
}

/// A magic that was damaged or wiped leaves the rest of the header behind.
bool has_a_header_but_for_the_magic(const RandomAccess& file) {
  std::optional<eif::Header> header = read_header(file);
  if (!header) return false;
  const bool table_starts_right = header->section_offsets[0] == eif::header_size;
  return table_starts_right && header->num_sections <= eif::max_sections;
}

bool is_document(const RandomAccess& file) {
  return file.size() <= attestation::largest_wrapped &&
         attestation::begins_as_document(read_front(file, attestation::largest_wrapped));
}

/// What a strict reader found, as the one reading that there is.
Reading reading_of(measure::ImageMeasurements measured, const RandomAccess& image) {
  Reading reading;
  reading.way = Way::in_sequence;
  reading.end = measured.file_size;
  for (const eif::Section& section : measured.sections) {
    reading.sections.push_back({.index = section.index,
                                .header_offset = section.header_offset,
                                .header = {.type = static_cast<std::uint16_t>(section.type),
                                           .payload_size = section.payload_size},
                                .type = section.type,
                                .ramdisk_index = section.ramdisk_index,
                                .present = section.payload_size});
    if (section.type == eif::SectionType::cmdline)
      reading.cmdline = read_cmdline(image, section.payload_offset(), section.payload_size);
  }
  reading.crc = measured.header.crc32;
  reading.registers = std::move(measured.registers);
  reading.metadata = std::move(measured.metadata);
  reading.signature = std::move(measured.signature);
  reading.signature_fault = std::move(measured.signature_fault);
  return reading;
}

/// The two at the same time, since each hashes the whole file.
std::vector<Reading> read_both_ways(const RandomAccess& image, const eif::Header& header) {
  std::future<Reading> by_table =
      std::async(std::launch::async, [&] { return read_image(Way::by_table, image, header); });
  Reading in_sequence = read_image(Way::in_sequence, image, header);
  std::vector<Reading> readings;
  readings.push_back(by_table.get());
  readings.push_back(std::move(in_sequence));
  return readings;
}

}  // namespace

FileKind detect_kind(const RandomAccess& file) {
  const Bytes front = read_front(file, eif::magic.size());
  if (!front.empty() && std::equal(front.begin(), front.end(), eif::magic.begin()))
    return FileKind::image;
  if (is_document(file)) return FileKind::document;
  if (has_a_header_but_for_the_magic(file)) return FileKind::image;
  throw Error(
      ErrorKind::malformed, "this is neither an enclave image nor an attestation document",
      {.expected = "'.eif' at the start; or a COSE_Sign1 as CBOR, base64 or hexadecimal, alone or "
                   "in JSON, in armour, in an HTTP response",
       .got = front.empty() ? "an empty file" : to_hex(front) + " at the start"});
}

ImageInspection inspect_image(const RandomAccess& image,
                              const std::function<void(std::uint64_t)>& progress) {
  ImageInspection inspection;
  inspection.file_size = image.size();
  inspection.header = read_header(image);
  try {
    RangeSource source(image, 0, image.size());
    inspection.readings.push_back(
        reading_of(measure::measure_image(source, {.progress = progress}), image));
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::malformed) throw;
    inspection.fault = error;
    if (inspection.header) inspection.readings = read_both_ways(image, *inspection.header);
  }
  inspection.map = make_image_map(inspection.file_size, inspection.readings);
  return inspection;
}

}  // namespace reproduce::inspect
