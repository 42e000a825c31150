#include "reproduce/build/app.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/build/users.hpp"
#include "reproduce/init/builtin.hpp"

namespace reproduce::build {
namespace {

using manifest::App;
using tree::Entry;
using tree::EntryType;

/// What init is told, once the image and the manifest have both had their say.
struct Launch {
  std::vector<std::string> command;
  std::vector<std::string> env;  ///< NAME=VALUE
  std::string user;              ///< empty: root
  std::string folder;            ///< empty: the root
};

/// Debian's have a few KiB; some directories list tens of thousands of users.
constexpr std::uint64_t max_user_file = std::uint64_t{4} << 20;

Entry text_file(const std::string& text) {
  const ByteView bytes = as_bytes(text);
  return {.type = EntryType::regular,
          .mode = 0644,
          .content = tree::memory_content(Bytes(bytes.begin(), bytes.end()))};
}

Entry folder() {
  return {.type = EntryType::directory, .mode = 0755};
}

/// The content of `path` below /rootfs; empty when it is no file there.
std::string small_file(const tree::Tree& tree, std::string_view path) {
  const Entry* const entry = tree.find("rootfs/" + std::string(path));
  if (entry == nullptr || !entry->content) return {};
  const std::unique_ptr<Source> source = entry->content->open();
  return std::string(as_text(read_all(*source, max_user_file, path)));
}

/// nitro-cli takes the image's Cmd, or where there is none its Entrypoint; container runtimes
/// take the one after the other.
/// Source: aws-nitro-enclaves-cli 2950b36, enclave_build/src/docker.rs.
std::vector<std::string> default_command(const layers::OciConfig& config, bool as_nitro_cli) {
  if (as_nitro_cli) return config.command.empty() ? config.entrypoint : config.command;
  std::vector<std::string> command = config.entrypoint;
  command.insert(command.end(), config.command.begin(), config.command.end());
  return command;
}

/// `env` with NAME set to `value`, where it stands or at the end.
void set_variable(std::vector<std::string>& env, const std::string& name,
                  const std::string& value) {
  const std::string start = name + "=";
  const auto found = std::find_if(env.begin(), env.end(), [&](const std::string& variable) {
    return variable.starts_with(start);
  });
  if (found != env.end())
    *found = start + value;
  else
    env.push_back(start + value);
}

Launch make_launch(const App& app, const std::optional<layers::OciConfig>& config) {
  Launch launch;
  if (config) {
    launch.command = default_command(*config, app.as_nitro_cli);
    launch.env = config->environment;
    if (!app.as_nitro_cli) {
      launch.user = config->user;
      launch.folder = config->working_folder;
    }
  }
  if (app.command) launch.command = *app.command;
  for (const auto& [name, value] : app.env) set_variable(launch.env, name, value);
  if (app.user) launch.user = *app.user;
  if (app.workdir) launch.folder = *app.workdir;
  return launch;
}

/// One item a line, as init reads it.
std::string lines(const std::vector<std::string>& items, const char* what) {
  std::string text;
  for (const std::string& item : items) {
    if (item.find('\n') != std::string::npos || item.find('\0') != std::string::npos)
      throw Error(
          ErrorKind::usage,
          std::string(what) + " holds a line break or a NUL, and init reads one item a line",
          {.got = quote(item), .hint = "set it in [app] to something without one"});
    text += item + "\n";
  }
  return text;
}

class AppPlanner {
 public:
  AppPlanner(const App& app, inputs::Ledger& ledger, inputs::Reader& reader)
      : app_(app), ledger_(ledger), reader_(reader) {}

  [[nodiscard]] LayeredRamdisk boot_ramdisk(manifest::Arch arch) {
    TreeJoiner joiner(ledger_, reader_);
    constexpr std::uint32_t executable = 0755;
    joiner.add("dev", folder(), app_.at);
    if (app_.init) {
      joiner.add_file(*app_.init, "init", executable, {}, app_.at);
    } else {
      const ByteView program = builtin_init(arch);
      joiner.add("init",
                 {.type = EntryType::regular,
                  .mode = executable,
                  .content = tree::memory_content(Bytes(program.begin(), program.end()))},
                 app_.at);
    }
    if (app_.nsm) joiner.add_file(*app_.nsm, "nsm.ko", executable, {}, app_.at);
    return {std::move(joiner), manifest::Compression::none};
  }

  [[nodiscard]] LayeredRamdisk app_ramdisk() {
    TreeJoiner joiner(ledger_, reader_);
    joiner.add("rootfs", folder(), app_.at);
    joiner.merge(app_.source, "rootfs", {}, app_.at);
    for (const char* name : {"dev", "run", "sys", "var", "proc", "tmp"})
      add_mount_point(joiner, name);
    add_launch(joiner, make_launch(app_, reader_.image_config(app_.source)));
    return {std::move(joiner), app_.compression};
  }

 private:
  /// nitro-cli makes these where the container has none. What the container has stays.
  void add_mount_point(TreeJoiner& joiner, const std::string& name) {
    const std::string path = "rootfs/" + name;
    if (joiner.tree().find(path) == nullptr) joiner.add(path, folder(), app_.at);
  }

  void add_launch(TreeJoiner& joiner, const Launch& launch) {
    if (launch.command.empty()) fail("there is nothing to run", "`command` in [app]");
    try {
      joiner.add("cmd", text_file(lines(launch.command, "the command")), app_.at);
      joiner.add("env", text_file(lines(launch.env, "the environment")), app_.at);
      if (!launch.folder.empty() && launch.folder != "/")
        joiner.add("workdir", text_file(lines({launch.folder}, "the working folder")), app_.at);
      add_user(joiner, launch.user);
    } catch (const Error& error) {
      throw explained(error);
    }
    if (!app_.heartbeat) joiner.add("no-heartbeat", text_file(""), app_.at);
  }

  static void add_user(TreeJoiner& joiner, const std::string& user) {
    if (user.empty()) return;
    const UserIds ids = resolve_user(user, small_file(joiner.tree(), "etc/passwd"),
                                     small_file(joiner.tree(), "etc/group"));
    if (ids != UserIds{}) joiner.add("user", text_file(user_line(ids) + "\n"), {});
  }

  [[nodiscard]] Error explained(const Error& error) const {
    if (error.kind() != ErrorKind::usage || error.context().source) return error;
    ErrorContext context = error.context();
    context.file = ledger_.manifest().file.string();
    context.source = ledger_.manifest().line_at(app_.at);
    return {error.kind(), error.what(), std::move(context)};
  }

  [[noreturn]] void fail(const std::string& what, const std::string& expected) const {
    throw explained(Error(ErrorKind::usage, what, {.expected = expected}));
  }

  const App& app_;
  inputs::Ledger& ledger_;
  inputs::Reader& reader_;
};

}  // namespace

ByteView builtin_init(manifest::Arch arch) {
  return init::builtin(arch == manifest::Arch::aarch64 ? init::Arch::aarch64 : init::Arch::x86_64);
}

std::vector<LayeredRamdisk> plan_app(const App& app, manifest::Arch arch, inputs::Ledger& ledger,
                                     inputs::Reader& reader) {
  AppPlanner planner(app, ledger, reader);
  std::vector<LayeredRamdisk> ramdisks;
  ramdisks.push_back(planner.boot_ramdisk(arch));
  ramdisks.push_back(planner.app_ramdisk());
  return ramdisks;
}

}  // namespace reproduce::build
