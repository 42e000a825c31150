#include <nlohmann/json.hpp>

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/register_name.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/exports/formats.hpp"

namespace reproduce::exports {
namespace {

using manifest::PackagePin;
using manifest::Pin;
using manifest::PinForm;
using nlohmann::ordered_json;

/// The digest of a DigestSet. That of a tree is ours alone, and has a name of its own.
ordered_json digest_set(const Pin& pin) {
  switch (pin.form) {
    case PinForm::file:
    case PinForm::manifest:
    case PinForm::config:
      return {{"sha256", to_hex(pin.digest)}};
    case PinForm::tree:
      return {{"reproduceTreeV1", to_hex(pin.digest)}};
    case PinForm::packages:
      break;
  }
  return ordered_json::object();
}

/// purl's type for packages of Debian.
std::string package_url(const PackagePin& package) {
  return "pkg:deb/debian/" + printable(package.name) + "@" + printable(package.version) +
         "?arch=" + printable(package.architecture);
}

void add_dependencies(ordered_json& dependencies, const Pin& pin) {
  if (pin.form == PinForm::packages) {
    for (const PackagePin& package : pin.packages)
      dependencies.push_back({{"uri", package_url(package)},
                              {"digest", {{"sha256", to_hex(package.digest)}}},
                              {"name", printable(package.file)}});
    return;
  }
  ordered_json dependency;
  if (pin.origin == manifest::Origin::url || pin.origin == manifest::Origin::registry)
    dependency["uri"] = printable(pin.name);
  dependency["digest"] = digest_set(pin);
  dependency["name"] = std::string(name_of(pin.kind)) + " " + printable(pin.name);
  dependencies.push_back(std::move(dependency));
}

ordered_json subjects_of(const Reference& reference) {
  ordered_json digest = ordered_json::object();
  if (reference.sha256) digest["sha256"] = to_hex(*reference.sha256);
  if (reference.sha384) digest["sha384"] = to_hex(*reference.sha384);
  if (digest.empty())
    throw Error(ErrorKind::usage, "a statement needs the digest of the image",
                {.got = "registers alone",
                 .hint = "name the image or its lock, instead of a file of registers"});
  ordered_json subjects = ordered_json::array();
  subjects.push_back({{"name", printable(reference.name)}, {"digest", std::move(digest)}});
  for (const auto& [index, value] : reference.registers)
    subjects.push_back(
        {{"name", name_of_register(index)}, {"digest", {{"sha384", to_hex(value)}}}});
  return subjects;
}

ordered_json build_definition(const Reference& reference, const Builder& builder) {
  ordered_json external = ordered_json::object();
  ordered_json internal = ordered_json::object();
  ordered_json dependencies = ordered_json::array();
  if (reference.lock) {
    external["manifest"] = {{"digest", {{"sha256", to_hex(reference.lock->manifest)}}}};
    external["recipe"] = {
        {"digest", {{"reproduceRecipeV1", to_hex(manifest::recipe_digest(*reference.lock))}}}};
    for (const auto& [writer, version] : reference.lock->writers)
      internal["writers"][printable(writer)] = printable(version);
    for (const Pin& pin : reference.lock->inputs) add_dependencies(dependencies, pin);
  }
  if (builder.sandbox) internal["sandbox"] = *builder.sandbox;
  return {{"buildType", "urn:reproduce:build:v1"},
          {"externalParameters", std::move(external)},
          {"internalParameters", std::move(internal)},
          {"resolvedDependencies", std::move(dependencies)}};
}

}  // namespace

std::string in_toto_statement(const Reference& reference, const Builder& builder) {
  const ordered_json statement{
      {"_type", "https://in-toto.io/Statement/v1"},
      {"subject", subjects_of(reference)},
      {"predicateType", "https://slsa.dev/provenance/v1"},
      {"predicate",
       {{"buildDefinition", build_definition(reference, builder)},
        {"runDetails",
         {{"builder",
           {{"id", printable(builder.id)}, {"version", {{"reproduce", builder.version}}}}}}}}}};
  constexpr int indent = 2;
  return statement.dump(indent, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace reproduce::exports
