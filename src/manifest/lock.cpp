#include "reproduce/manifest/lock.hpp"

#include <array>
#include <utility>

#include "json_reader.hpp"
#include "lock_pins.hpp"
#include <nlohmann/json.hpp>

#include "reproduce/base/byte_reader.hpp"
#include "reproduce/base/byte_writer.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/register_name.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/base/trace.hpp"

namespace reproduce::manifest {
namespace {

constexpr std::string_view schema = "reproduce/lock/1";

OrderedJson write_image(const ExpectedImage& image) {
  OrderedJson json;
  if (image.without_signature) json["without_signature"] = true;
  json["size_bytes"] = image.size;
  json["sha256"] = to_hex(image.sha256);
  ByteWriter crc;
  crc.write(image.crc32);
  json["crc32"] = to_hex(crc.view());
  json["sections"] = OrderedJson::array();
  for (const ExpectedSection& section : image.sections)
    json["sections"].push_back(OrderedJson{{"type", section.type}, {"size_bytes", section.size}});
  json["pcrs"] = OrderedJson::object();
  for (const auto& [index, value] : image.registers)
    json["pcrs"][name_of_register(index)] = to_hex(value);
  return json;
}

ExpectedSection read_section(JsonReader reader) {
  ExpectedSection section{.type = reader.string("type"), .size = reader.number("size_bytes")};
  reader.finish();
  return section;
}

std::map<std::uint32_t, Sha384Digest> read_registers(JsonReader reader) {
  std::map<std::uint32_t, Sha384Digest> registers;
  for (const std::string& name : reader.keys()) {
    const auto index =
        name.starts_with("PCR") ? parse_decimal(std::string_view(name).substr(3)) : std::nullopt;
    // An attestation document numbers its registers from 0 to 31.
    if (!index || *index > 31 || name_of_register(static_cast<std::uint32_t>(*index)) != name)
      reader.fail(name, "a name from PCR0 to PCR31");
    reader.digest(name, registers[static_cast<std::uint32_t>(*index)]);
  }
  return registers;
}

ExpectedImage read_image(JsonReader reader) {
  ExpectedImage image;
  if (reader.has("without_signature")) {
    image.without_signature = reader.boolean("without_signature");
    if (!image.without_signature) reader.fail("without_signature", "true, or no such key");
  }
  image.size = reader.number("size_bytes");
  reader.digest("sha256", image.sha256);
  std::array<std::uint8_t, 4> crc{};
  reader.digest("crc32", crc);
  image.crc32 = ByteReader(crc).read<std::uint32_t>("crc32");
  for (JsonReader& section : reader.objects("sections"))
    image.sections.push_back(read_section(std::move(section)));
  image.registers = read_registers(reader.object("pcrs"));
  reader.finish();
  return image;
}

WriterVersions read_writers(JsonReader reader) {
  WriterVersions writers;
  for (const std::string& name : reader.keys()) writers[name] = reader.string(name);
  return writers;
}

OrderedJson write_recipe(const Lock& lock) {
  OrderedJson json;
  json["schema"] = schema;
  json["manifest_sha256"] = to_hex(lock.manifest);
  json["writers"] = OrderedJson::object();
  for (const auto& [name, version] : lock.writers) json["writers"][name] = version;
  json["inputs"] = OrderedJson::array();
  for (const Pin& pin : lock.inputs) json["inputs"].push_back(write_pin(pin));
  return json;
}

std::string as_lines(const OrderedJson& json) {
  constexpr int indent = 2;
  return json.dump(indent) + "\n";
}

}  // namespace

std::filesystem::path lock_path_for(const std::filesystem::path& manifest) {
  return std::filesystem::path(manifest).replace_extension(".lock");
}

std::string write_lock(const Lock& lock) {
  OrderedJson json = write_recipe(lock);
  json["image"] = write_image(lock.image);
  return as_lines(json);
}

Sha256Digest recipe_digest(const Lock& lock) {
  return sha256(as_bytes(as_lines(write_recipe(lock))));
}

Lock parse_lock(std::string_view text, const std::filesystem::path& file) {
  const std::string name = file.string();
  const nlohmann::json json = parse_strict_json(text, name);
  JsonReader reader(json, name, "");
  if (reader.string("schema") != schema) reader.fail("schema", "\"reproduce/lock/1\"");
  Lock lock;
  reader.digest("manifest_sha256", lock.manifest);
  lock.writers = read_writers(reader.object("writers"));
  for (JsonReader& input : reader.objects("inputs"))
    lock.inputs.push_back(read_pin(std::move(input)));
  lock.image = read_image(reader.object("image"));
  reader.finish();
  return lock;
}

Lock load_lock(const std::filesystem::path& file) {
  std::error_code unreadable;  // what else is wrong with it, reading it will tell
  if (std::filesystem::status(file, unreadable).type() == std::filesystem::file_type::not_found)
    throw Error(ErrorKind::usage, "there is no lock",
                {.file = file.string(),
                 .hint = "`reproduce lock` makes it: it pins every input of the build"});
  const Bytes bytes = read_file(file, max_lock_size, "lock");
  return parse_lock(as_text(bytes), file);
}

void require_fresh(const Lock& lock, const Manifest& manifest, const std::filesystem::path& file) {
  trace("manifest", [&] {
    return "the lock '" + file.string() + "' pins " + counted(lock.inputs.size(), "input") +
           " of the manifest with SHA-256 " + to_hex(lock.manifest);
  });
  if (lock.manifest == manifest.digest) return;
  throw Error(
      ErrorKind::usage, "the lock is stale: the manifest has changed since it was made",
      {.file = file.string(),
       .expected = "manifest with SHA-256 " + to_hex(lock.manifest),
       .got = "SHA-256 " + to_hex(manifest.digest) + " of " + "'" + manifest.file.string() + "'",
       .hint = "`reproduce lock` makes a new one; see what it changes with your version "
               "control"});
}

}  // namespace reproduce::manifest
