#include "verb.hpp"

namespace reproduce::cli {
namespace {

std::string exit_status_text() {
  std::string text = "Exit status:\n";
  for (const ExitCodeRow& row : exit_code_table) {
    std::string code = std::to_string(static_cast<int>(row.code));
    code.resize(5, ' ');
    text += "  " + code + std::string(row.meaning) + "\n";
  }
  return text;
}

/// One sentence, usage, examples, options by purpose, exit status, a pointer.
class HelpFormatter final : public CLI::Formatter {
 public:
  explicit HelpFormatter(Help help) : help_(std::move(help)) { column_width(34); }

  std::string make_help(const CLI::App* app, std::string /*name*/,
                        CLI::AppFormatMode /*mode*/) const override {
    std::string text = help_.sentence + "\n\n";
    text += help_.operands.empty()
                ? make_usage(app, "reproduce " + help_.name)
                : "Usage: reproduce " + help_.name + " [OPTIONS] " + help_.operands + "\n";
    text += "\n";
    text += "Examples:\n";
    for (const std::string& example : help_.examples) text += "  " + example + "\n";
    if (!help_.details.empty()) text += "\n" + help_.details + "\n";
    text += make_positionals(app);
    text += make_groups(app, CLI::AppFormatMode::Normal);
    text +=
        "\nEverywhere: --json, --color=auto|always|never, -q/--quiet, -v/--verbose,\n"
        "            --progress=auto|never, --trace[=FILE]\n\n";
    return text + exit_status_text() + "\nRead on: " + help_.page + "\n";
  }

  [[nodiscard]] const Help& help() const { return help_; }

 private:
  Help help_;
};

}  // namespace

CLI::App* add_subcommand(CLI::App& root, const Help& help) {
  CLI::App* const app = root.add_subcommand(help.name, help.sentence);
  app->formatter(std::make_shared<HelpFormatter>(help));
  app->fallthrough();  // --json and the like are the root's, wherever they stand
  return app;
}

const Help& help_of(const CLI::App& app) {
  return dynamic_cast<const HelpFormatter&>(*app.get_formatter()).help();
}

}  // namespace reproduce::cli
