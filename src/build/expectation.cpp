#include "reproduce/build/expectation.hpp"

#include <optional>
#include <string>
#include <vector>

#include "reproduce/base/byte_writer.hpp"
#include "reproduce/base/checked.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/register_name.hpp"

namespace reproduce::build {
namespace {

using manifest::ExpectedImage;

/// Of the sections that a lock can expect: a signature that varies is none.
std::vector<std::string> section_types(const Plan& plan) {
  std::vector<std::string> types;
  for (const eif::SectionType type : plan.sections)
    if (!plan.signature_varies || type != eif::SectionType::signature)
      types.emplace_back(eif::name_of(type));
  return types;
}

[[noreturn]] void refuse_edited(const std::filesystem::path& file, const std::string& where,
                                const std::string& expected, const std::string& got) {
  throw Error(ErrorKind::usage, "the lock expects an image that its manifest cannot make",
              {.file = file.string(),
               .where = where,
               .expected = expected,
               .got = got,
               .hint = "locks are made by `reproduce lock`; make it again"});
}

[[noreturn]] void refuse_image(const std::filesystem::path& file, const std::string& what,
                               const std::string& expected, const std::string& got) {
  throw Error(ErrorKind::untrusted,
              "the inputs are the locked ones, but the image is not: its " + what + " differs",
              {.file = file.string(),
               .expected = expected,
               .got = got,
               .hint = "the lock was edited, or this is a bug in reproduce; `reproduce lock` shows "
                       "what the inputs make"});
}

std::string crc_text(std::uint32_t crc) {
  ByteWriter bytes;
  bytes.write(crc);
  return to_hex(bytes.view());
}

}  // namespace

ExpectedImage describe_image(const AssembledImage& image, const Plan& plan) {
  const eif::Header& header = image.bare ? image.bare->header : image.header;
  const std::optional<Sha256Digest>& sha256 = image.bare ? image.bare->sha256 : image.sha256;
  ExpectedImage description{.without_signature = image.bare.has_value(),
                            .size = image.bare ? image.bare->size : image.size,
                            .sha256 = sha256.value_or(Sha256Digest{}),
                            .crc32 = header.crc32,
                            .sections = {},
                            .registers = image.registers};
  const std::vector<std::string> types = section_types(plan);
  for (std::size_t i = 0; i < types.size(); ++i)
    description.sections.push_back({.type = types[i], .size = header.section_sizes[i]});
  return description;
}

eif::Header predict_header(const ExpectedImage& expected, const Plan& plan,
                           const std::filesystem::path& file) {
  const std::vector<std::string> types = section_types(plan);
  if (expected.without_signature != plan.signature_varies)
    refuse_edited(file, "image.without_signature", plan.signature_varies ? "true" : "no such key",
                  expected.without_signature ? "true" : "no such key");
  if (expected.sections.size() != types.size())
    refuse_edited(file, "image.sections", std::to_string(types.size()) + " sections",
                  std::to_string(expected.sections.size()));
  eif::Header header = eif::start_header(plan.header);
  header.num_sections = narrow<std::uint16_t>(types.size(), "number of sections");
  header.crc32 = expected.crc32;
  std::uint64_t offset = eif::header_size;
  for (std::size_t i = 0; i < types.size(); ++i) {
    const manifest::ExpectedSection& section = expected.sections[i];
    if (section.type != types[i])
      refuse_edited(file, "image.sections[" + std::to_string(i) + "].type", types[i], section.type);
    header.section_offsets[i] = offset;
    header.section_sizes[i] = section.size;
    offset = checked_add(checked_add(offset, eif::section_header_size, "image size"), section.size,
                         "image size");
  }
  if (offset != expected.size)
    refuse_edited(file, "image.size_bytes", std::to_string(offset), std::to_string(expected.size));
  return header;
}

void require_expected(const AssembledImage& image, const Plan& plan, const ExpectedImage& expected,
                      const std::filesystem::path& file) {
  const ExpectedImage got = describe_image(image, plan);
  if (got == expected) return;
  // From the most telling difference to the least.
  for (std::size_t i = 0; i < got.sections.size(); ++i)
    if (got.sections[i] != expected.sections[i])
      refuse_image(file, "section " + std::to_string(i) + " (" + got.sections[i].type + ")",
                   std::to_string(expected.sections[i].size) + " bytes",
                   std::to_string(got.sections[i].size) + " bytes");
  for (const auto& [index, value] : got.registers) {
    const auto wanted = expected.registers.find(index);
    if (wanted == expected.registers.end() || wanted->second != value)
      refuse_image(file, name_of_register(index),
                   wanted == expected.registers.end() ? "none" : to_hex(wanted->second),
                   to_hex(value));
  }
  if (got.registers != expected.registers)
    refuse_image(file, "list of registers", std::to_string(expected.registers.size()) + " of them",
                 std::to_string(got.registers.size()));
  if (got.crc32 != expected.crc32)
    refuse_image(file, "checksum", crc_text(expected.crc32), crc_text(got.crc32));
  refuse_image(file, "SHA-256", to_hex(expected.sha256), to_hex(got.sha256));
}

}  // namespace reproduce::build
