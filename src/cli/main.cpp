/// The table of contents of the program: parse, run one verb, map what comes
/// out to an exit code. No other place ends the process.

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

#include "exit_code.hpp"
#include "terminal.hpp"
#include "verb.hpp"
#include "version.hpp"
#include <CLI/CLI.hpp>

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/base/trace.hpp"
#include "reproduce/crypto/configuration.hpp"

namespace reproduce::cli {
namespace {

/// What libraries look up by themselves and may not: the first writes the keys of connections
/// into a file, the others put another OpenSSL in the place of the one that judges documents.
void drop_variables_of_libraries() {
  for (const char* name : {"SSLKEYLOGFILE", "OPENSSL_CONF", "OPENSSL_CONF_INCLUDE",
                           "OPENSSL_ENGINES", "OPENSSL_MODULES"})
    (void)::unsetenv(name);  // NOLINT(concurrency-mt-unsafe): there is one thread yet
}

void add_common_options(CLI::App& root, CommonOptions& options) {
  root.add_flag("--json", options.json, "one JSON document on stdout, failures included");
  root.add_flag("-q,--quiet", options.quiet, "say nothing but answers that were asked for");
  root.add_flag("-v,--verbose", options.verbose, "say more, show whole digests");
  root.add_option("--color", options.color, "colours in text")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  root.add_option("--progress", options.progress, "a progress line on a terminal")
      ->check(CLI::IsMember({"auto", "never"}));
  // A flag, so that `--trace build` does not take the verb for a file.
  root.add_flag("--trace{stderr}", options.trace,
                "tell what is done, to find faults; --trace=FILE writes there");
}

std::string version_line() {
  return std::string("reproduce ") + version + (is_static_variant ? " (static variant)" : "");
}

/// What stands below the help of all verbs.
std::string closing_words() {
  std::string words = "`reproduce VERB --help` has examples, options and exit codes of each verb.";
  if (is_static_variant)
    words +=
        "\n\nThis is the static variant: one file that needs nothing of the machine. It downloads\n"
        "no URLs and uses no keys in tokens (PKCS#11); the ordinary build does.";
  return words;
}

void begin_trace(const CommonOptions& options) {
  if (options.trace.empty()) return;
  if (options.trace == "-")
    throw Error(ErrorKind::usage, "a trace does not go to standard output",
                {.hint = "`--trace` alone goes to standard error"});
  if (options.trace == trace_to_stderr)
    start_trace(std::nullopt);
  else
    start_trace(options.trace);
  trace("cli", [] { return version_line(); });
}

/// Says what a mistyped word was probably meant to be.
std::string hint_for(const std::string& word, const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; }))
    names.push_back(sub->get_name());
  const std::array<const CLI::App*, 2> levels{&app, app.get_parent()};
  for (const CLI::App* level : levels) {
    if (level == nullptr) continue;
    for (const CLI::Option* option : level->get_options())
      for (const std::string& name : option->get_lnames()) names.push_back("--" + name);
  }
  std::vector<std::string_view> candidates(names.begin(), names.end());
  const std::string_view typed = std::string_view(word).substr(0, word.find('='));
  if (const auto name = nearest(typed, candidates))
    return "did you mean `" + std::string(*name) + "`?";
  const std::string verb = app.get_parent() == nullptr ? "" : " " + app.get_name();
  return "`reproduce" + verb + " --help` lists what there is";
}

Error usage_error(const CLI::ParseError& error, const CLI::App& root) {
  const auto parsed = root.get_subcommands();
  const CLI::App& app = parsed.empty() ? root : *parsed.front();
  std::vector<std::string> extras = root.remaining();
  if (extras.empty()) extras = app.remaining();
  if (!extras.empty())
    return {ErrorKind::usage,
            "unknown argument " + quote(extras.front()),
            {.hint = hint_for(extras.front(), app)}};
  const std::string verb = &app == &root ? "" : " " + app.get_name();
  return {ErrorKind::usage,
          printable(error.what()),
          {.hint = "`reproduce" + verb + " --help` shows how it is called"}};
}

/// --json holds for errors of the command line itself too.
bool asks_for_json(int argc, char** argv) {
  return std::any_of(argv, argv + argc,
                     [](const char* word) { return !std::strcmp(word, "--json"); });
}

std::string exit_text(ExitCode code) {
  return "exit code " + std::to_string(static_cast<int>(code));
}

ExitCode run_verb(const Verb& verb, const CommonOptions& options) {
  const Terminal terminal(options);
  try {
    begin_trace(options);
    const ExitCode code = verb.action(terminal);
    trace("cli", [&] { return verb.app->get_name() + " ends with " + exit_text(code); });
    return code;
  } catch (const Error& error) {
    trace("cli", [&] {
      return verb.app->get_name() + " fails with " + exit_text(exit_code_of(error.kind())) + ": " +
             error.what();
    });
    terminal.error(error);
    return exit_code_of(error.kind());
  } catch (const std::bad_alloc&) {
    const Error error(ErrorKind::environment, "out of memory");
    terminal.error(error);
    return ExitCode::environment;
  } catch (const std::exception& exception) {
    const Error error(ErrorKind::bug, std::string("unexpected: ") + exception.what(),
                      {.hint = "this is a bug in reproduce; please report it with the command"});
    terminal.error(error);
    return ExitCode::bug;
  }
}

ExitCode fail(const Error& error, const CommonOptions& options) {
  Terminal(options).error(error);
  return exit_code_of(error.kind());
}

ExitCode run(int argc, char** argv) {
  CommonOptions common;
  CLI::App root(
      "Builds AWS Nitro Enclave images bit for bit, measures them in one pass, and checks\n"
      "attestation documents against them.");
  root.name("reproduce");
  root.require_subcommand(0, 1);
  root.set_version_flag("--version", version_line());
  add_common_options(root, common);
  root.footer(closing_words());
  const std::vector<Verb> verbs{
      add_build(root),   add_lock(root),    add_fetch(root), add_measure(root),    add_verify(root),
      add_inspect(root), add_extract(root), add_diff(root),  add_sign(root),       add_export(root),
      add_attest(root),  add_run(root),     add_store(root), add_completion(root), add_help(root)};

  try {
    root.parse(argc, argv);
  } catch (const CLI::CallForHelp& call) {
    const auto parsed = root.get_subcommands();
    Terminal(common).answer(parsed.empty() ? root.help() : parsed.front()->help());
    return ExitCode::yes;
  } catch (const CLI::CallForVersion&) {
    Terminal(common).answer(version_line() + "\n");
    return ExitCode::yes;
  } catch (const CLI::ParseError& error) {
    common.json = common.json || asks_for_json(argc, argv);
    return fail(usage_error(error, root), common);
  }
  const auto chosen =
      std::find_if(verbs.begin(), verbs.end(), [](const Verb& verb) { return verb.app->parsed(); });
  if (chosen == verbs.end())
    return fail({ErrorKind::usage, "no verb given", {.hint = "`reproduce --help` lists them"}},
                common);
  return run_verb(*chosen, common);
}

}  // namespace
}  // namespace reproduce::cli

int main(int argc, char** argv) {
  reproduce::cli::drop_variables_of_libraries();
  // The machine's openssl.cnf speaks to the machine's OpenSSL, which this is not.
  if (reproduce::cli::is_static_variant) reproduce::ignore_openssl_configuration();
  try {
    return static_cast<int>(reproduce::cli::run(argc, argv));
  } catch (const reproduce::Error& error) {
    // Even the answer could not be written; say so where that still works.
    const std::string text = reproduce::cli::error_text(error, false);
    if (::write(STDERR_FILENO, text.data(), text.size()) < 0) return 70;
    return static_cast<int>(reproduce::cli::exit_code_of(error.kind()));
  } catch (...) {
    return static_cast<int>(reproduce::cli::ExitCode::bug);
  }
}
