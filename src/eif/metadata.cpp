#include "reproduce/eif/metadata.hpp"

#include <array>
#include <vector>

#include "canonical_json.hpp"
#include <nlohmann/json.hpp>

#include "reproduce/base/error.hpp"

namespace reproduce::eif {
namespace {

using nlohmann::json;

const json& member(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end())
    throw Error(ErrorKind::malformed, std::string("the metadata lacks ") + key,
                {.where = "metadata section", .expected = std::string("a key ") + key});
  return *found;
}

std::string text_member(const json& object, const char* key) {
  const json& value = member(object, key);
  if (!value.is_string())
    throw Error(ErrorKind::malformed, std::string("the metadata's ") + key + " is no string",
                {.where = "metadata section", .expected = "a string", .got = value.type_name()});
  return value.get<std::string>();
}

void append_text(std::string& out, std::string_view key, const std::string& value) {
  out += '"';
  out += key;
  out += "\":";
  append_json_string(out, value);
  out += ',';
}

}  // namespace

Bytes encode_metadata(const Metadata& metadata) {
  std::string out = "{";
  append_text(out, "ImageName", metadata.image_name);
  append_text(out, "ImageVersion", metadata.image_version);
  out += "\"BuildMetadata\":{";
  append_text(out, "BuildTime", metadata.build_time);
  append_text(out, "BuildTool", metadata.build_tool);
  append_text(out, "BuildToolVersion", metadata.build_tool_version);
  append_text(out, "OperatingSystem", metadata.operating_system);
  append_text(out, "KernelVersion", metadata.kernel_version);
  out.back() = '}';
  out += ",\"DockerInfo\":" + metadata.docker_info;
  out += ",\"CustomMetadata\":" + metadata.custom_metadata + "}";
  return {out.begin(), out.end()};
}

Metadata decode_metadata(ByteView payload) {
  const json root = parse_json(as_text(payload), "metadata section");
  if (!root.is_object())
    throw Error(ErrorKind::malformed, "the metadata is no JSON object",
                {.where = "metadata section", .expected = "an object", .got = root.type_name()});
  const json& build = member(root, "BuildMetadata");
  if (!build.is_object())
    throw Error(ErrorKind::malformed, "the metadata's BuildMetadata is no JSON object",
                {.where = "metadata section", .expected = "an object", .got = build.type_name()});
  const auto custom = root.find("CustomMetadata");
  return {.image_name = text_member(root, "ImageName"),
          .image_version = text_member(root, "ImageVersion"),
          .build_time = text_member(build, "BuildTime"),
          .build_tool = text_member(build, "BuildTool"),
          .build_tool_version = text_member(build, "BuildToolVersion"),
          .operating_system = text_member(build, "OperatingSystem"),
          .kernel_version = text_member(build, "KernelVersion"),
          .docker_info = to_canonical_json(member(root, "DockerInfo")),
          .custom_metadata = custom == root.end() ? "null" : to_canonical_json(*custom)};
}

std::string canonical_json(std::string_view text) {
  return to_canonical_json(parse_json(text, "JSON text"));
}

KernelConfigInfo parse_kernel_config(std::string_view config) {
  for (int skipped = 0; skipped < 2; ++skipped) {
    const std::size_t end = config.find('\n');
    config.remove_prefix(end == std::string_view::npos ? config.size() : end + 1);
  }
  if (config.empty())
    throw Error(ErrorKind::malformed, "the kernel configuration has no third line",
                {.expected = "'# Linux/x86_64 VERSION Kernel Configuration' in line 3",
                 .hint = "give the .config of the kernel's build"});
  std::string_view line = config.substr(0, config.find('\n'));
  if (line.ends_with('\r')) line.remove_suffix(1);

  constexpr std::size_t words_needed = 4;
  std::array<std::string, words_needed> words;
  words.fill("Unknown");
  for (std::string& word : words) {
    const std::size_t end = line.find_first_of(" /-");
    word = line.substr(0, end);
    if (end == std::string_view::npos) break;
    line.remove_prefix(end + 1);
  }
  return {.operating_system = words[1], .kernel_version = words[3]};
}

}  // namespace reproduce::eif
