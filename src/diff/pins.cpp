#include "reproduce/diff/pins.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <utility>

#include "bytes.hpp"
#include "header.hpp"
#include <nlohmann/json.hpp>

#include "reproduce/attestation/document.hpp"
#include "reproduce/attestation/emulated.hpp"
#include "reproduce/attestation/encoding.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/stream.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/crypto/digest_sink.hpp"

namespace reproduce::diff {
namespace {

using nlohmann::json;
using Registers = std::map<std::uint32_t, Bytes>;

constexpr std::uint32_t most_registers = 32;  // as an attestation document has them

bool is_blank(char c) {
  return c == ' ' || (c >= '\t' && c <= '\r');
}

Error malformed(const std::string& what, const std::string& got = {}) {
  return {ErrorKind::malformed,
          what,
          {.expected = "JSON with PCR0, PCR1 and so on, or lines `HEX PCRn`", .got = got}};
}

/// 0 of "PCR0" in any case; nothing for other words.
std::optional<std::uint32_t> register_index(std::string_view name) {
  constexpr std::string_view front = "pcr";
  if (name.size() <= front.size()) return std::nullopt;
  for (std::size_t i = 0; i < front.size(); ++i)
    if (std::tolower(static_cast<unsigned char>(name[i])) != front[i]) return std::nullopt;
  const std::optional<std::uint64_t> index = parse_decimal(name.substr(front.size()));
  if (!index || *index >= most_registers) return std::nullopt;
  return static_cast<std::uint32_t>(*index);
}

void add_register(Registers& registers, std::uint32_t index, std::string_view digits) {
  const std::string name = "PCR" + std::to_string(index);
  std::optional<Bytes> value = from_hex(digits);
  if (!value || (value->size() != 32 && value->size() != 48 && value->size() != 64))
    throw malformed("the value of " + name + " is no digest", std::string(digits));
  if (!registers.emplace(index, std::move(*value)).second)
    throw malformed(name + " is there twice");
}

/// A key that stands twice has no one value.
json parse_strictly(std::string_view text) {
  std::vector<std::set<std::string>> keys;
  const auto guard = [&keys](int, json::parse_event_t event, const json& parsed) {
    if (event == json::parse_event_t::object_start) keys.emplace_back();
    if (event == json::parse_event_t::object_end) keys.pop_back();
    if (event == json::parse_event_t::key && !keys.back().insert(parsed.get<std::string>()).second)
      throw malformed("a key is there twice", parsed.get<std::string>());
    return true;
  };
  try {
    return json::parse(text, guard);
  } catch (const json::exception& exception) {
    throw malformed("the JSON makes no sense", exception.what());
  }
}

/// The record with the registers: the root, or what stands in it as `Measurements` or `pcrs`.
const json& record_of(const json& root) {
  for (const auto& [key, value] : root.items()) {
    std::string name = key;
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (value.is_object() && (name == "measurements" || name == "pcrs")) return value;
  }
  return root;
}

Registers registers_of_json(std::string_view text) {
  const json root = parse_strictly(text);
  if (!root.is_object()) throw malformed("this is JSON, and no record");
  Registers registers;
  for (const auto& [key, value] : record_of(root).items()) {
    const std::optional<std::uint32_t> index = register_index(key);
    if (!index) continue;
    if (!value.is_string()) throw malformed("the value of " + key + " is no text");
    add_register(registers, *index, value.get_ref<const std::string&>());
  }
  return registers;
}

/// Lines `HEX PCRn`, as QuorumOS keeps them. Nothing when the text is anything else.
std::optional<Registers> registers_of_lines(std::string_view text) {
  Registers registers;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    while (!line.empty() && is_blank(line.back())) line.remove_suffix(1);
    if (line.empty()) continue;
    const std::size_t blank = line.find(' ');
    if (blank == std::string_view::npos) return std::nullopt;
    const std::optional<std::uint32_t> index = register_index(line.substr(blank + 1));
    if (!index) return std::nullopt;
    add_register(registers, *index, line.substr(0, blank));
  }
  return registers;
}

std::string text_of(const RandomAccess& file, std::uint64_t limit, const char* what) {
  RangeSource source(file, 0, file.size());
  const Bytes bytes = read_all(source, limit, what);
  return std::string(as_text(bytes));
}

bool starts_as_json(const RandomAccess& file) {
  constexpr std::size_t enough = 256;
  const Bytes front = read_front(file, enough);
  const auto first = std::find_if(front.begin(), front.end(), [](std::uint8_t byte) {
    return !is_blank(static_cast<char>(byte));
  });
  return first != front.end() && *first == '{';
}

bool is_lock(const RandomAccess& file) {
  constexpr std::size_t enough = 256;
  const Bytes front = read_front(file, enough);
  return as_text(front).find("\"reproduce/lock/1\"") != std::string_view::npos;
}

Pins pins_of_document(Side side, const RandomAccess& file) {
  RangeSource source(file, 0, file.size());
  const Bytes input = read_all(source, attestation::largest_input, "the attestation document");
  const Bytes document = attestation::decode_input(input).document;
  const attestation::Claims claims = attestation::is_emulated(document)
                                         ? attestation::decode_emulated(document)
                                         : attestation::decode_document(document);
  return {.side = std::move(side),
          .registers = claims.pcrs,
          .note =
              "diff does not verify documents: what this one says may be anybody's; "
              "`reproduce verify` finds out"};
}

}  // namespace

SubjectKind detect_subject(const RandomAccess& file) {
  const Bytes front = read_front(file, eif::magic.size());
  if (std::equal(front.begin(), front.end(), eif::magic.begin(), eif::magic.end()))
    return SubjectKind::image;
  if (starts_as_json(file)) return is_lock(file) ? SubjectKind::lock : SubjectKind::pcr_file;
  if (file.size() <= max_pcr_file_size) {
    const std::string text = text_of(file, max_pcr_file_size, "the file of registers");
    if (text.find_first_not_of(" \t\r\n") != std::string::npos && registers_of_lines(text))
      return SubjectKind::pcr_file;
  }
  return inspect::detect_kind(file) == inspect::FileKind::image ? SubjectKind::image
                                                                : SubjectKind::document;
}

Pins read_pins(SubjectKind kind, const std::string& name, const RandomAccess& file) {
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
    case SubjectKind::pcr_file: {
      const std::string text = text_of(file, max_pcr_file_size, "the file of registers");
      Pins pins{.side = std::move(side), .registers = {}};
      pins.registers = starts_as_json(file) ? registers_of_json(text)
                                            : registers_of_lines(text).value_or(Registers());
      if (pins.registers.empty()) throw malformed("this pins no register");
      return pins;
    }
    case SubjectKind::document:
      return pins_of_document(std::move(side), file);
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
