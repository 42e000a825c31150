#include "source_reader.hpp"

#include <algorithm>
#include <utility>

#include "reproduce/base/text.hpp"

namespace reproduce::manifest {
namespace {

/// The keys of which a file's table has exactly one.
constexpr std::array<std::string_view, 9> origins{"path", "url",  "command", "cpio", "tar",
                                                  "deb",  "debs", "oci",     "eif"};

constexpr std::array<std::string_view, 4> location_keys{"path", "url", "command", "sha256"};

constexpr std::string_view registry_scheme = "docker://";

std::optional<InputKind> container_kind(std::string_view key) {
  for (const InputKind kind : {InputKind::cpio, InputKind::tar, InputKind::deb, InputKind::debs,
                               InputKind::oci, InputKind::eif})
    if (name_of(kind) == key) return kind;
  return std::nullopt;
}

std::string_view only_origin(const TableReader& table) {
  std::string_view found;
  for (const std::string_view key : origins) {
    if (!table.has(key)) continue;
    if (!found.empty())
      table.fail(key, std::string(table.name()) + " names two places, `" + std::string(found) +
                          "` and `" + std::string(key) + "`");
    found = key;
  }
  if (found.empty())
    table.site().fail(table.at(), std::string(table.name()) + " does not say where the file lies",
                      {.expected = "one of " + join(origins)});
  return found;
}

void refuse_beside(const TableReader& table, std::string_view origin,
                   std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys)
    if (table.has(key))
      table.fail(key,
                 "`" + std::string(key) + "` means nothing beside `" + std::string(origin) + "`");
}

std::string url(const TableReader& table, std::string_view key) {
  std::string text = table.required_string(key);
  const std::size_t scheme = text.starts_with("https://") ? 8 : text.starts_with("http://") ? 7 : 0;
  if (scheme == 0)
    table.fail(key, "`" + std::string(key) + "` is not a URL that can be fetched",
               {.expected = "https://..., or http:// on this machine", .got = "'" + text + "'"});
  const std::string_view authority =
      std::string_view(text).substr(scheme, text.find_first_of("/?#", scheme) - scheme);
  if (authority.find('@') != std::string_view::npos)
    table.fail(key, "the URL holds a user name or a password",
               {.hint = "manifest and lock are for everybody to read; credentials are not"});
  return text;
}

std::string section(const TableReader& table) {
  std::string text = table.required_string("section");
  for (const std::string_view name : {"kernel", "cmdline", "metadata", "signature"})
    if (text == name) return text;
  constexpr std::string_view ramdisk = "ramdisk ";
  if (text.starts_with(ramdisk) &&
      parse_decimal(std::string_view(text).substr(ramdisk.size())).value_or(32) < 32)
    return text;
  table.fail("section", "`section` names no section of an image",
             {.expected = "kernel, cmdline, metadata, signature, or ramdisk and its number from 0",
              .got = "'" + text + "'"});
}

}  // namespace

InputId SourceReader::add(Input input) {
  if (container_kind(name_of(input.kind))) {  // read once, however many parts of it are used
    const auto known = std::find_if(inputs_.begin(), inputs_.end(),
                                    [&](const Input& other) { return other.is_same_as(input); });
    if (known != inputs_.end()) {
      ++known->uses;
      return static_cast<InputId>(known - inputs_.begin());
    }
  }
  inputs_.push_back(std::move(input));
  return inputs_.size() - 1;
}

void SourceReader::set_sha256(const TableReader& table, Input& input) const {
  if (const auto digest = table.sha256("sha256")) input.sha256 = digest;
  if (input.origin == Origin::url && !input.sha256)
    site_.fail(input.at, "a URL stands without `sha256`",
               {.expected = "sha256 = \"64 hexadecimal digits\"",
                .hint = "what a server sends is what it likes; the digest says what you mean"});
}

Input SourceReader::located(const TableReader& table, InputKind kind, std::string_view key) const {
  Input input{.kind = kind, .at = table.at(key)};
  if (key == "url") {
    input.origin = Origin::url;
    input.name = url(table, key);
  } else if (key == "command") {
    input.origin = Origin::command;
    input.name = table.required_string(key);
  } else if (table.is_table(key)) {
    const TableReader inner(site_, *table.table(key), "`" + std::string(key) + "`", location_keys);
    input = located(inner, kind, only_origin(inner));
    set_sha256(inner, input);
  } else {
    input.name = table.required_string(key);
    if (kind == InputKind::oci && input.name.starts_with(registry_scheme))
      input.origin = Origin::registry;
  }
  if (kind == InputKind::oci && table.has("platform"))
    input.platform = table.required_string("platform");
  return input;
}

Input SourceReader::packages(const TableReader& table) const {
  Input input{.kind = InputKind::debs, .origin = Origin::apt, .at = table.at("debs")};
  input.packages = table.strings("debs").value_or(std::vector<std::string>{});
  if (input.packages.empty()) table.fail("debs", "`debs` names no package");
  for (const std::string& package : input.packages) {
    // Debian Policy 5.6.1 and 5.6.12; and nothing that apt would take for an option.
    constexpr std::string_view allowed =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789+-.~:=";
    if (package.find_first_not_of(allowed) != std::string::npos || package.front() == '-')
      table.fail("debs", "`debs` lists what is no name of a package",
                 {.expected = "NAME or NAME=VERSION", .got = "'" + package + "'"});
    input.name += (input.name.empty() ? "" : " ") + package;
  }
  input.dependencies = table.boolean_or("dependencies", true);
  return input;
}

FileRef SourceReader::container(const TableReader& table, InputKind kind) {
  const std::string_view key = name_of(kind);
  Input input = kind == InputKind::debs ? packages(table) : located(table, kind, key);
  if (kind != InputKind::debs) {
    refuse_beside(table, key, {"dependencies"});
    set_sha256(table, input);
  } else {
    refuse_beside(table, key, {"sha256"});
  }
  if (kind != InputKind::oci) refuse_beside(table, key, {"platform"});
  FileRef ref{.input = 0, .part = {}, .at = input.at};
  if (kind == InputKind::eif) {
    refuse_beside(table, key, {"member"});
    ref.part = section(table);
  } else {
    refuse_beside(table, key, {"section"});
    if (table.has("member")) ref.part = table.required_string("member");
  }
  ref.input = add(std::move(input));
  return ref;
}

FileRef SourceReader::file_in(const TableReader& table, InputKind kind) {
  const std::string_view origin = only_origin(table);
  if (const auto container_of = container_kind(origin)) {
    if (*container_of != InputKind::eif && !table.has("member")) table.fail_missing("member");
    return container(table, *container_of);
  }
  refuse_beside(table, origin, {"member", "section", "platform", "dependencies"});
  Input input = located(table, kind, origin);
  set_sha256(table, input);
  const Position at = input.at;
  return {.input = add(std::move(input)), .part = {}, .at = at};
}

FileRef SourceReader::file(const TableReader& table, std::string_view key, InputKind kind) {
  if (!table.has(key)) table.fail_missing(key);
  if (table.is_table(key))
    return file_in(
        TableReader(site_, *table.table(key), "`" + std::string(key) + "`", file_source_keys),
        kind);
  const Position at = table.at(key);
  return {.input = add({.kind = kind, .name = table.required_string(key), .at = at}),
          .part = {},
          .at = at};
}

std::optional<FileRef> SourceReader::optional_file(const TableReader& table, std::string_view key,
                                                   InputKind kind) {
  if (!table.has(key)) return std::nullopt;
  return file(table, key, kind);
}

}  // namespace reproduce::manifest
