#include "lock_pins.hpp"

#include <array>
#include <optional>
#include <string_view>

#include "reproduce/base/hex.hpp"

namespace reproduce::manifest {
namespace {

constexpr std::array all_kinds{
    InputKind::kernel,   InputKind::kernel_config, InputKind::cmdline,
    InputKind::metadata, InputKind::signature,     InputKind::certificate,
    InputKind::init,     InputKind::nsm,           InputKind::raw,
    InputKind::file,     InputKind::attributes,    InputKind::dir,
    InputKind::cpio,     InputKind::tar,           InputKind::deb,
    InputKind::debs,     InputKind::oci,           InputKind::eif};

constexpr std::array all_origins{Origin::path, Origin::url, Origin::command, Origin::registry,
                                 Origin::apt};

std::string_view digest_key(PinForm form) noexcept {
  switch (form) {
    case PinForm::file:
      return "sha256";
    case PinForm::tree:
      return "tree_sha256";
    case PinForm::manifest:
      return "manifest_sha256";
    case PinForm::config:
      return "config_sha256";
    case PinForm::packages:
      return "packages";
  }
  return {};
}

PinForm form_of(InputKind kind, Origin origin) noexcept {
  if (kind == InputKind::debs) return PinForm::packages;
  // Where only the image counts, and not how it is packed.
  if (kind == InputKind::oci && (origin == Origin::path || origin == Origin::registry))
    return PinForm::manifest;
  // A folder that a command made lies in the store as an archive.
  return kind == InputKind::dir && origin == Origin::path ? PinForm::tree : PinForm::file;
}

OrderedJson write_package(const PackagePin& package) {
  OrderedJson json;
  json["name"] = package.name;
  json["version"] = package.version;
  json["architecture"] = package.architecture;
  json["source"] = package.source;
  json["file"] = package.file;
  json["size_bytes"] = package.size;
  json["sha256"] = to_hex(package.digest);
  return json;
}

PackagePin read_package(JsonReader reader) {
  PackagePin package{.name = reader.string("name"),
                     .version = reader.string("version"),
                     .architecture = reader.string("architecture"),
                     .source = reader.string("source"),
                     .file = reader.string("file"),
                     .size = reader.number("size_bytes")};
  reader.digest("sha256", package.digest);
  reader.finish();
  return package;
}

InputKind read_kind(JsonReader& reader) {
  const std::string name = reader.string("kind");
  for (const InputKind kind : all_kinds)
    if (name == name_of(kind)) return kind;
  reader.fail("kind", "the kind of an input");
}

/// The key beside `kind` says where the input lies.
Origin read_origin(JsonReader& reader) {
  for (const Origin origin : all_origins)
    if (reader.has(name_of(origin))) return origin;
  reader.fail("path", "this key, or one of url, command, image and names");
}

}  // namespace

Pin blank_pin(const Input& input) {
  return {.kind = input.kind,
          .origin = input.origin,
          .name = input.name,
          .form = form_of(input.kind, input.origin)};
}

OrderedJson write_pin(const Pin& pin) {
  OrderedJson json;
  json["kind"] = name_of(pin.kind);
  json[std::string(name_of(pin.origin))] = pin.name;
  if (pin.form == PinForm::tree) json["entries"] = pin.entries;
  json["size_bytes"] = pin.size;
  const std::string key(digest_key(pin.form));
  if (pin.form != PinForm::packages) {
    json[key] = to_hex(pin.digest);
    return json;
  }
  json[key] = OrderedJson::array();
  for (const PackagePin& package : pin.packages) json[key].push_back(write_package(package));
  return json;
}

Pin read_pin(JsonReader reader) {
  Pin pin;
  pin.kind = read_kind(reader);
  pin.origin = read_origin(reader);
  pin.name = reader.string(std::string(name_of(pin.origin)));
  pin.form = form_of(pin.kind, pin.origin);
  if (pin.form == PinForm::manifest && reader.has(digest_key(PinForm::config)))
    pin.form = PinForm::config;
  if (pin.form == PinForm::tree) pin.entries = reader.number("entries");
  pin.size = reader.number("size_bytes");
  const std::string key(digest_key(pin.form));
  if (pin.form != PinForm::packages) {
    reader.digest(key, pin.digest);
  } else {
    for (JsonReader& package : reader.objects(key))
      pin.packages.push_back(read_package(std::move(package)));
  }
  reader.finish();
  return pin;
}

}  // namespace reproduce::manifest
