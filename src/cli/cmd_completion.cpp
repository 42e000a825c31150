#include <memory>
#include <string>

#include "completion.hpp"
#include "exit_code.hpp"
#include "verb.hpp"

namespace reproduce::cli {

Verb add_completion(CLI::App& root) {
  CLI::App* const app = add_subcommand(
      root,
      {.name = "completion",
       .sentence = "Prints what lets a shell complete the words of reproduce",
       .examples = {"source <(reproduce completion bash)",
                    "reproduce completion zsh > ~/.zfunc/_reproduce",
                    "reproduce completion fish > ~/.config/fish/completions/reproduce.fish"},
       .details = "The Debian package installs all three; this is for where there is no package.",
       .page = "docs/cli.md"});
  const auto shell = std::make_shared<std::string>();  // shared: the action outlives this call
  app->add_option("SHELL", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}))
      ->type_name("");
  return {app, [shell, &root](const Terminal& terminal) {
            const Shell wanted = *shell == "bash"  ? Shell::bash
                                 : *shell == "zsh" ? Shell::zsh
                                                   : Shell::fish;
            terminal.answer(completion_script(root, wanted));
            return ExitCode::yes;
          }};
}

}  // namespace reproduce::cli
