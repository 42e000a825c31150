#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "reproduce/base/hex.hpp"
#include "reproduce/resolve/resolve.hpp"

namespace reproduce::resolve {
namespace {

/// Registries take no larger manifest (OCI distribution specification).
constexpr std::uint64_t largest_manifest = std::uint64_t{4} << 20;

/// Adds the digests of a descriptor, or of a list of them.
void add_digests(const nlohmann::json& value, std::set<Sha256Digest>& objects) {
  if (value.is_array()) {
    for (const nlohmann::json& element : value)
      if (element.is_object()) add_digests(element, objects);
    return;
  }
  if (!value.is_object() || !value.contains("digest") || !value["digest"].is_string()) return;
  constexpr std::string_view algorithm = "sha256:";
  const auto text = value["digest"].get<std::string>();
  if (!text.starts_with(algorithm)) return;
  const auto bytes = from_hex(std::string_view(text).substr(algorithm.size()));
  Sha256Digest digest{};
  if (!bytes || bytes->size() != digest.size()) return;
  std::copy(bytes->begin(), bytes->end(), digest.begin());
  objects.insert(digest);
}

/// What the manifest names, as far as it can be read: a damaged one keeps nothing alive, and
/// the next fetch brings all of it again.
void add_image(const Sha256Digest& manifest, const store::Store& store,
               std::set<Sha256Digest>& objects) {
  const auto object = store.find(manifest);
  if (!object || object->size > largest_manifest) return;
  try {
    const Bytes text = read_all(*store.open(manifest), largest_manifest, "manifest");
    const nlohmann::json json = nlohmann::json::parse(as_text(text), nullptr, false);
    if (!json.is_object()) return;
    for (const char* key : {"config", "layers"})
      if (json.contains(key)) add_digests(json[key], objects);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::untrusted) throw;
  }
}

}  // namespace

std::set<Sha256Digest> objects_of(const manifest::Lock& lock, const store::Store& store) {
  std::set<Sha256Digest> objects;
  for (const manifest::Pin& pin : lock.inputs) {
    if (pin.origin == manifest::Origin::path) continue;
    if (pin.form == manifest::PinForm::packages) {
      for (const manifest::PackagePin& package : pin.packages) objects.insert(package.digest);
      continue;
    }
    objects.insert(pin.digest);
    if (pin.origin == manifest::Origin::registry) add_image(pin.digest, store, objects);
  }
  return objects;
}

}  // namespace reproduce::resolve
