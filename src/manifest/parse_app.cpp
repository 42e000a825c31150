#include "parse_app.hpp"

#include <array>
#include <utility>

#include "parse_ramdisk.hpp"

#include "reproduce/base/text.hpp"

namespace reproduce::manifest {
namespace {

constexpr std::array<std::string_view, 20> app_keys{
    "oci",     "tar",      "dir",          "deb",    "debs",      "cpio",       "eif",
    "section", "platform", "dependencies", "sha256", "init",      "nsm",        "command",
    "env",     "user",     "workdir",      "compat", "heartbeat", "compression"};
constexpr std::array<InputKind, 7> tree_kinds{InputKind::oci, InputKind::tar,  InputKind::dir,
                                              InputKind::deb, InputKind::debs, InputKind::cpio,
                                              InputKind::eif};
constexpr std::array<std::string_view, 6> command_keys{"name",   "run", "folder",
                                                       "output", "env", "network"};
constexpr std::array<std::string_view, 2> lint_keys{"allow", "level"};

InputKind only_tree(const TableReader& app) {
  std::optional<InputKind> found;
  for (const InputKind kind : tree_kinds) {
    if (!app.has(name_of(kind))) continue;
    if (found)
      app.fail(name_of(kind),
               "[app] names two trees, `" + std::string(name_of(*found)) + "` and `" +
                   std::string(name_of(kind)) + "`",
               {.hint = "put further files into a [[ramdisk]] of their own"});
    found = kind;
  }
  if (!found)
    app.site().fail(app.at(), "[app] does not say what runs",
                    {.expected = "one of oci, tar, dir, deb, debs, cpio, eif"});
  return *found;
}

/// /cmd and /env hold one item a line.
void require_one_line(const TableReader& table, std::string_view key, std::string_view text) {
  if (text.find('\n') != std::string_view::npos)
    table.fail(key, "`" + std::string(key) + "` holds a line break, and init reads one item a line",
               {.got = quote(text)});
}

std::vector<std::pair<std::string, std::string>> environment(const TableReader& table) {
  auto pairs = table.string_table("env");
  for (const auto& [name, value] : pairs) {
    if (name.empty() || name.find('=') != std::string::npos || name.find('\0') != std::string::npos)
      table.fail("env", "`env` has a name that no variable can have", {.got = quote(name)});
    require_one_line(table, "env", name);
    require_one_line(table, "env", value);
  }
  return pairs;
}

std::optional<FileRef> init_of(const TableReader& app, SourceReader& sources) {
  if (!app.has("init")) return std::nullopt;
  if (!app.is_table("init") && app.required_string("init") == "builtin") return std::nullopt;
  return sources.file(app, "init", InputKind::init);
}

bool is_nitro_cli(const TableReader& app) {
  if (!app.has("compat")) return false;
  const std::string compat = app.required_string("compat");
  if (compat == "nitro-cli") return true;
  app.fail("compat", "there is no such `compat`",
           {.expected = "\"nitro-cli\"", .got = "'" + compat + "'"});
}

}  // namespace

App parse_app(const ErrorSite& site, SourceReader& sources, const toml::table& table) {
  const TableReader reader(site, table, "[app]", app_keys);
  App app{.source = {}, .at = reader.at()};
  app.init = init_of(reader, sources);
  app.nsm = sources.optional_file(reader, "nsm", InputKind::nsm);
  app.source = sources.container(reader, only_tree(reader));
  app.command = reader.strings("command");
  if (app.command && app.command->empty())
    reader.fail("command", "`command` is empty", {.hint = "leave it out to take the image's"});
  for (const std::string& word : app.command.value_or(std::vector<std::string>{}))
    require_one_line(reader, "command", word);
  app.env = environment(reader);
  app.user = reader.string("user");
  app.workdir = reader.string("workdir");
  if (app.workdir && !app.workdir->starts_with('/'))
    reader.fail("workdir", "`workdir` is not an absolute path", {.got = quote(*app.workdir)});
  if (app.workdir) require_one_line(reader, "workdir", *app.workdir);
  app.heartbeat = reader.boolean_or("heartbeat", true);
  app.as_nitro_cli = is_nitro_cli(reader);
  for (const std::string_view key : {"user", "workdir"})
    if (app.as_nitro_cli && reader.has(key))
      reader.fail(key, "nitro-cli's images have no `" + std::string(key) + "`",
                  {.hint = "leave out `compat` or this key"});
  app.compression = parse_compression(reader);
  return app;
}

Command parse_command(const ErrorSite& site, const toml::table& table) {
  const TableReader reader(site, table, "[[command]]", command_keys);
  Command command{.name = reader.required_string("name"),
                  .run = reader.strings("run").value_or(std::vector<std::string>{}),
                  .folder = reader.string_or("folder", "."),
                  .output = reader.required_string("output"),
                  .env = environment(reader),
                  .network = reader.boolean_or("network", false),
                  .at = reader.at()};
  if (command.run.empty()) reader.fail_missing("run");
  return command;
}

Lint parse_lint(const ErrorSite& site, const toml::table& table) {
  const TableReader reader(site, table, "[lint]", lint_keys);
  Lint lint;
  const std::string level = reader.string_or("level", "warning");
  if (level != "warning" && level != "error")
    reader.fail("level", "there is no such level",
                {.expected = "\"warning\" or \"error\"", .got = "'" + level + "'"});
  lint.is_error = level == "error";
  if (!reader.has("allow")) return lint;
  if (!reader.is_table("allow")) {
    // Kept, because a loop over what a temporary holds would outlive it.
    const std::optional<std::vector<std::string>> names = reader.strings("allow");
    for (const std::string& name : *names)
      lint.allow.emplace_back(name, std::vector<std::string>{});
    return lint;
  }
  std::vector<std::string_view> names;
  const toml::table& allow = *reader.table("allow");
  for (const auto& [name, patterns] : allow) names.push_back(name.str());
  const TableReader patterns(site, allow, "[lint.allow]", names);
  for (const std::string_view name : names) lint.allow.emplace_back(name, *patterns.strings(name));
  return lint;
}

}  // namespace reproduce::manifest
