#include "reproduce/diff/pins.hpp"

#include <algorithm>
#include <utility>

#include "bytes.hpp"
#include "header.hpp"

#include "reproduce/attestation/envelope.hpp"
#include "reproduce/attestation/evidence.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/stream.hpp"
#include "reproduce/crypto/digest_sink.hpp"
#include "reproduce/published/registers.hpp"

namespace reproduce::diff {
namespace {

std::string text_of(const RandomAccess& file, std::uint64_t limit, const char* what) {
  RangeSource source(file, 0, file.size());
  const Bytes bytes = read_all(source, limit, what);
  return std::string(as_text(bytes));
}

bool is_lock(const RandomAccess& file) {
  constexpr std::size_t enough = 256;
  const Bytes front = read_front(file, enough);
  return as_text(front).find("\"reproduce/lock/1\"") != std::string_view::npos;
}

bool states_registers(ByteView text) {
  try {
    return !published::parse_registers(as_text(text)).empty();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::malformed) throw;
    return false;
  }
}

SubjectKind kind_of_json(const RandomAccess& file) {
  if (is_lock(file)) return SubjectKind::lock;
  if (file.size() > attestation::largest_wrapped) return SubjectKind::pcr_file;
  const Bytes text = read_front(file, attestation::largest_wrapped);
  if (!attestation::has_document_field(text)) return SubjectKind::pcr_file;
  if (states_registers(text))
    throw Error(ErrorKind::usage, "the JSON states registers and holds an attestation document",
                {.expected = "one of the two",
                 .hint = "`reproduce diff --field` names the document; otherwise, take out what is "
                         "not meant"});
  return SubjectKind::document;
}

Pins pins_of_document(Side side, const RandomAccess& file,
                      const std::optional<std::string>& field) {
  RangeSource source(file, 0, file.size());
  attestation::Evidence evidence = attestation::read_evidence(source, field);
  if (evidence.claims().kind == attestation::DocumentKind::nitrotpm)
    side.kind = SubjectKind::nitrotpm_document;
  side.form = std::move(evidence.form);
  return {.side = std::move(side),
          .registers = evidence.claims().pcrs,
          .note =
              "diff does not verify documents: what this one says may be anybody's; "
              "`reproduce verify` finds out"};
}

}  // namespace

SubjectKind detect_subject(const RandomAccess& file, const std::optional<std::string>& field) {
  const Bytes front = read_front(file, eif::magic.size());
  if (std::equal(front.begin(), front.end(), eif::magic.begin(), eif::magic.end()))
    return SubjectKind::image;
  if (field) return SubjectKind::document;
  if (published::starts_as_json(file)) return kind_of_json(file);
  if (published::is_lines(file)) return SubjectKind::pcr_file;
  return inspect::detect_kind(file) == inspect::FileKind::image ? SubjectKind::image
                                                                : SubjectKind::document;
}

Pins read_pins(SubjectKind kind, const std::string& name, const RandomAccess& file,
               const std::optional<std::string>& field) {
  Side side{.name = name, .kind = kind, .size = file.size()};
  switch (kind) {
    case SubjectKind::lock: {
      manifest::Lock lock =
          manifest::parse_lock(text_of(file, manifest::max_lock_size, "the lock"), name);
      Pins pins{.side = std::move(side), .registers = {}, .image = lock.image};
      for (const auto& [index, value] : lock.image.registers)
        pins.registers.emplace(index, Bytes(value.begin(), value.end()));
      pins.lock = std::move(lock);
      return pins;
    }
    case SubjectKind::pcr_file:
      return {.side = std::move(side), .registers = published::read_registers(file)};
    case SubjectKind::document:
    case SubjectKind::nitrotpm_document:
      return pins_of_document(std::move(side), file, field);
    case SubjectKind::image:
      break;
  }
  throw Error(ErrorKind::bug, "an image was to be read as something else");
}

Pins pins_of_image(const std::string& name, const RandomAccess& file,
                   const inspect::ImageInspection& inspection, bool with_digest) {
  Pins pins{.side = {.name = name, .size = inspection.file_size}, .registers = {}};
  if (inspection.fault) pins.side.fault = inspection.fault->what();
  const inspect::Reading* const reading = chosen_reading(inspection);
  if (reading == nullptr || !reading->registers) return pins;
  for (const auto& [index, value] : *reading->registers)
    pins.registers.emplace(index, Bytes(value.begin(), value.end()));
  if (!with_digest) return pins;
  manifest::ExpectedImage image{.size = inspection.file_size,
                                .crc32 = inspection.header->crc32,
                                .sections = {},
                                .registers = {}};
  for (const inspect::SeenSection& section : reading->sections)
    image.sections.push_back(
        {.type = section.type ? std::string(eif::name_of(*section.type)) : "unknown",
         .size = section.header.payload_size});
  RangeSource source(file, 0, file.size());
  DigestSink digest;
  (void)copy(source, digest);
  image.sha256 = std::move(digest).finish();
  pins.image = std::move(image);
  return pins;
}

}  // namespace reproduce::diff
