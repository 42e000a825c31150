#include "image_manifest.hpp"

#include <algorithm>
#include <string_view>

#include <nlohmann/json.hpp>

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::fetch {
namespace {

using nlohmann::json;

/// Far more than any image or index has.
constexpr std::size_t most_entries = 4096;

[[noreturn]] void refuse(const std::string& what) {
  throw Error(ErrorKind::malformed, what);
}

json parse(ByteView bytes, const std::string& what) {
  if (bytes.size() > largest_manifest) refuse(what + " is too large");
  json value = json::parse(bytes.begin(), bytes.end(), nullptr, false);
  if (!value.is_object()) refuse(what + " is no JSON object");
  return value;
}

const json& member(const json& object, const char* name, json::value_t type) {
  const auto found = object.find(name);
  if (found == object.end() || found->type() != type)
    refuse(std::string("the manifest has no proper ") + quote(name));
  return *found;
}

std::string text_or_none(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

store::Object descriptor(const json& object) {
  if (!object.is_object()) refuse("a descriptor of the manifest is no object");
  const std::string text = member(object, "digest", json::value_t::string);
  constexpr std::string_view prefix = "sha256:";
  store::Object result;
  const auto bytes = text.starts_with(prefix) ? from_hex(text.substr(prefix.size())) : std::nullopt;
  if (!bytes || bytes->size() != result.digest.size())
    refuse("the manifest names a blob by no SHA-256: " + quote(text.substr(0, 100)));
  std::copy(bytes->begin(), bytes->end(), result.digest.begin());
  result.size = member(object, "size", json::value_t::number_unsigned);
  return result;
}

const json& list(const json& object, const char* name) {
  const json& value = member(object, name, json::value_t::array);
  if (value.size() > most_entries) refuse(std::string("the manifest has too many ") + name);
  return value;
}

Platform platform_of(const json& object) {
  return {.os = text_or_none(object, "os"),
          .architecture = text_or_none(object, "architecture"),
          .variant = text_or_none(object, "variant")};
}

ImageIndex parse_index(const json& value) {
  ImageIndex index;
  for (const json& entry : list(value, "manifests")) {
    IndexEntry item{.manifest = descriptor(entry), .platform = {.os = "", .architecture = ""}};
    const auto platform = entry.find("platform");
    if (platform != entry.end() && platform->is_object()) item.platform = platform_of(*platform);
    index.push_back(std::move(item));
  }
  return index;
}

std::string listed(const ImageIndex& index) {
  constexpr std::size_t most_shown = 20;
  std::string text;
  for (std::size_t i = 0; i < std::min(index.size(), most_shown); ++i)
    text += (text.empty() ? "" : ", ") + text_of(index[i].platform);
  return text + (index.size() > most_shown ? ", and more" : "");
}

/// Nothing was named.
bool is_any(const Platform& platform) {
  return platform.os.empty() && platform.architecture.empty();
}

/// The variant that is meant where none is given, as in src/layers/oci_image.cpp.
std::string variant_of(const Platform& platform) {
  if (!platform.variant.empty()) return platform.variant;
  if (platform.architecture == "arm64") return "v8";
  return platform.architecture == "arm" ? "v7" : "";
}

}  // namespace

std::variant<ImageIndex, ImageManifest> parse_manifest(ByteView bytes) {
  const json value = parse(bytes, "the manifest");
  const auto version = value.find("schemaVersion");
  if (version == value.end() || *version != 2) refuse("the manifest is not of schema version 2");
  const bool is_index = value.contains("manifests");
  // Two readings would be two images.
  if (is_index && (value.contains("layers") || value.contains("config")))
    refuse("the manifest is both an index and an image");
  if (is_index) return parse_index(value);
  ImageManifest manifest{.config = descriptor(member(value, "config", json::value_t::object)),
                         .layers = {}};
  for (const json& layer : list(value, "layers")) manifest.layers.push_back(descriptor(layer));
  return manifest;
}

bool matches(const Platform& wanted, const Platform& offered) {
  if (is_any(wanted)) return true;
  return wanted.os == offered.os && wanted.architecture == offered.architecture &&
         (wanted.variant.empty() || variant_of(wanted) == variant_of(offered));
}

const IndexEntry& choose(const ImageIndex& index, const Platform& platform) {
  if (index.empty()) throw Error(ErrorKind::malformed, "the index of the image lists no image");
  const IndexEntry* chosen = nullptr;
  for (const IndexEntry& entry : index) {
    if (!matches(platform, entry.platform)) continue;
    if (chosen != nullptr && is_any(platform))
      throw Error(ErrorKind::usage, "the image is made for several platforms",
                  {.expected = "`platform`, which says which one is meant",
                   .got = printable(listed(index))});
    if (chosen != nullptr)
      throw Error(ErrorKind::usage, "the image has several manifests for " + text_of(platform),
                  {.got = printable(listed(index)), .hint = "name the variant too"});
    chosen = &entry;
  }
  if (chosen == nullptr)
    throw Error(ErrorKind::usage, "the image is not made for " + text_of(platform),
                {.got = printable(listed(index))});
  return *chosen;
}

Platform platform_of_config(ByteView bytes) {
  return platform_of(parse(bytes, "the image's config"));
}

std::string text_of(const Platform& platform) {
  return platform.os + "/" + platform.architecture +
         (platform.variant.empty() ? "" : "/" + platform.variant);
}

}  // namespace reproduce::fetch
