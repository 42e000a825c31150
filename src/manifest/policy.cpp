#include "reproduce/manifest/policy.hpp"

#include <array>
#include <optional>
#include <span>
#include <utility>

#include "table_reader.hpp"

#include "reproduce/base/file.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::manifest {
namespace {

enum class Type { text, texts, number, truth };

struct Key {
  std::string_view name;
  Type type;
};

constexpr std::array<std::string_view, 32> register_names{
    "PCR0",  "PCR1",  "PCR2",  "PCR3",  "PCR4",  "PCR5",  "PCR6",  "PCR7",
    "PCR8",  "PCR9",  "PCR10", "PCR11", "PCR12", "PCR13", "PCR14", "PCR15",
    "PCR16", "PCR17", "PCR18", "PCR19", "PCR20", "PCR21", "PCR22", "PCR23",
    "PCR24", "PCR25", "PCR26", "PCR27", "PCR28", "PCR29", "PCR30", "PCR31"};

constexpr std::array<Key, 4> register_keys{{{"require", Type::texts},
                                            {"role", Type::text},
                                            {"instance", Type::text},
                                            {"signer", Type::text}}};
constexpr std::array<Key, 6> document_keys{{{"kind", Type::text},
                                            {"nonce", Type::text},
                                            {"user_data", Type::text},
                                            {"public_key", Type::text},
                                            {"strict", Type::truth},
                                            {"consistent", Type::truth}}};
constexpr std::array<Key, 3> time_keys{
    {{"at", Type::text}, {"max_age", Type::number}, {"clock_skew", Type::number}}};
constexpr std::array<Key, 2> trust_keys{{{"roots", Type::texts}, {"deny_serials", Type::text}}};
constexpr std::array<std::string_view, 5> root_keys{"registers", "document", "time", "trust",
                                                    "reference"};
constexpr std::size_t most_references = 64;  // a rolling release has a few

std::vector<std::string_view> names_of(std::span<const Key> keys) {
  std::vector<std::string_view> names;
  for (const Key& key : keys) names.push_back(key.name);
  return names;
}

/// What one key says.
void state(const TableReader& table, const Key& key, std::vector<PolicyStatement>& statements) {
  if (!table.has(key.name)) return;
  const std::string name(key.name);
  const auto add = [&](std::string value) {
    statements.push_back({name, std::move(value), table.at(key.name)});
  };
  switch (key.type) {
    case Type::text:
      add(table.required_string(key.name));
      return;
    case Type::number:
      add(std::to_string(table.number_or(key.name, 0)));
      return;
    case Type::truth:
      add(table.boolean_or(key.name, false) ? "true" : "false");
      return;
    case Type::texts: {
      const auto texts = table.strings(key.name);
      // A list that was emptied by mistake must not pass for no rule.
      if (texts->empty()) table.fail(key.name, "`" + name + "` lists nothing");
      for (const std::string& text : *texts) add(text);
      return;
    }
  }
}

void state_table(const ErrorSite& site, const TableReader& root, std::string_view name,
                 std::span<const Key> keys, std::vector<PolicyStatement>& statements) {
  const toml::table* const table = root.table(name);
  if (table == nullptr) return;
  const bool has_registers = name == "registers";
  std::vector<std::string_view> names = names_of(keys);
  if (has_registers) names.insert(names.end(), register_names.begin(), register_names.end());
  const TableReader reader(site, *table, "[" + std::string(name) + "]", names);
  for (const Key& key : keys) state(reader, key, statements);
  if (!has_registers) return;
  for (const std::string_view pcr : register_names) state(reader, {pcr, Type::text}, statements);
}

PolicyReference parse_reference(const ErrorSite& site, const toml::table& table) {
  std::vector<std::string_view> names{"name", "file"};
  names.insert(names.end(), register_names.begin(), register_names.end());
  const TableReader reader(site, table, "[[reference]]", names);
  PolicyReference reference{.name = reader.string_or("name", ""),
                            .file = reader.has("file") ? reader.required_string("file") : "",
                            .at = reader.at()};
  for (const std::string_view pcr : register_names)
    state(reader, {pcr, Type::text}, reference.registers);
  if (reference.file.empty() == reference.registers.empty())
    site.fail(reference.at, "a reference needs a file or registers, and not both",
              {.expected = "`file`, or PCR0, PCR1 and PCR2"});
  if (reference.name.empty())
    reference.name =
        reference.file.empty() ? "line " + std::to_string(reference.at.line) : reference.file;
  return reference;
}

}  // namespace

std::string PolicyFile::place_of(Position position) const {
  return file.string() + ":" + std::to_string(position.line);
}

SourceLine PolicyFile::line_at(Position position) const {
  return find_line(text, position);
}

std::filesystem::path PolicyFile::locate(const std::string& path) const {
  return file.parent_path() / path;
}

PolicyFile parse_policy(std::string text, const std::filesystem::path& file) {
  const std::string name = file.string();
  const ErrorSite site(text, name);
  const toml::table table = parse_toml(site, text, "the policy");
  const TableReader root(site, table, "the policy", root_keys);
  PolicyFile policy{.file = file, .text = {}, .statements = {}, .references = {}};
  state_table(site, root, "registers", register_keys, policy.statements);
  state_table(site, root, "document", document_keys, policy.statements);
  state_table(site, root, "time", time_keys, policy.statements);
  state_table(site, root, "trust", trust_keys, policy.statements);
  if (const toml::array* const references = root.tables("reference"))
    for (const toml::node& node : *references) {
      if (policy.references.size() == most_references)
        site.fail(begin_of(node), "too many references",
                  {.expected = "at most " + std::to_string(most_references)});
      policy.references.push_back(parse_reference(site, *node.as_table()));
    }
  if (policy.statements.empty() && policy.references.empty())
    site.fail({}, "the policy has no rule",
              {.hint = "a policy that asks for nothing is a mistake; leave `--policy` out"});
  policy.text = std::move(text);
  return policy;
}

PolicyFile load_policy(const std::filesystem::path& file) {
  try {
    return parse_policy(std::string(as_text(read_file(file, max_policy_size, "the policy"))), file);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::malformed) throw;
    throw Error(ErrorKind::usage, "the policy is too large",
                {.file = file.string(), .expected = "at most 256 KiB"});
  }
}

}  // namespace reproduce::manifest
