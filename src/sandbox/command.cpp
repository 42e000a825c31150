#include "reproduce/sandbox/command.hpp"

#include <cerrno>
#include <map>

#include <sys/wait.h>
#include <unistd.h>

#include "inner.hpp"
#include "keeper.hpp"
#include "process.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/temporary_folder.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/sandbox/message.hpp"

namespace reproduce::sandbox {
namespace {

void refuse_nul(const std::string& text, const char* what) {
  if (text.find('\0') != std::string::npos)
    throw Error(ErrorKind::usage, std::string(what) + " of a command holds a NUL byte",
                {.got = text});
}

void check(const CommandSpec& spec) {
  if (spec.argv.empty() || spec.argv.front().empty())
    throw Error(ErrorKind::usage, "a command has no program",
                {.hint = "the first word is the program"});
  for (const std::string& word : spec.argv) refuse_nul(word, "a word");
  if (spec.time_limit && spec.time_limit->count() <= 0)
    throw Error(ErrorKind::usage, "the time limit of a command is not positive");
}

/// What the keeper says; it is our own code, and the command has no way to its pipe.
Report hear(MessageReader& reader) {
  Report report;
  while (const std::optional<Message> message = reader.next()) {
    if (message->kind == MessageKind::failure) throw decode_error(message->payload);
    if (message->kind == MessageKind::report) report = decode_report(message->payload);
    if (message->kind == MessageKind::end) return report;
  }
  throw Error(ErrorKind::environment, "the process that watches a command was ended",
              {.hint = "somebody ended it; when memory is short, Linux does"});
}

}  // namespace

std::vector<std::string> command_environment(const CommandSpec& spec,
                                             const std::filesystem::path& private_folder) {
  std::map<std::string, std::string> variables{
      {"HOME", private_folder.string()},
      {"LC_ALL", "C.UTF-8"},
      {"PATH", fixed_path},
      {"SOURCE_DATE_EPOCH", std::to_string(spec.source_date_epoch)},
      {"TMPDIR", private_folder.string()},
      {"TZ", "UTC"}};
  for (const auto& [name, value] : spec.environment) {
    refuse_nul(name, "an environment variable");
    refuse_nul(value, "an environment variable");
    if (name.empty() || name.find('=') != std::string::npos)
      throw Error(ErrorKind::usage, "no environment variable can be named " + quote(name));
    variables[name] = value;
  }
  std::vector<std::string> list;
  list.reserve(variables.size());
  for (const auto& [name, value] : variables) list.emplace_back(name).append("=").append(value);
  return list;
}

Report run_command(const CommandSpec& spec) {
  check(spec);
  const TemporaryFolder home(spec.temporary, "reproduce-command");
  (void)command_environment(spec, home.path());  // refuses what is impossible, here
  Pipe pipe = make_pipe();
  const pid_t caller = ::getpid();
  const pid_t pid = fork_process();
  if (pid == 0) run_keeper(spec, home.path(), std::move(pipe.write_end), caller);
  ChildProcess keeper(pid);
  pipe.write_end = UniqueFd();
  MessageReader reader(std::move(pipe.read_end));
  Report report = hear(reader);
  if (keeper.wait() != 0) throw Error(ErrorKind::bug, "the process that watches a command failed");
  return report;
}

}  // namespace reproduce::sandbox
