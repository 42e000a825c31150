#include "man_page.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>
#include <vector>

#include "command_model.hpp"
#include "exit_code.hpp"
#include "verb.hpp"
#include "version.hpp"

namespace reproduce::cli {
namespace {

/// Text as roff shows it: a backslash begins a command, a dash would become a hyphen, and a dot or
/// an apostrophe at the start of a line a request.
std::string escaped(std::string_view text) {
  std::string result;
  bool at_start = true;
  for (const char letter : text) {
    if (at_start && (letter == '.' || letter == '\'')) result += "\\&";
    if (letter == '\\')
      result += "\\e";
    else if (letter == '-')
      result += "\\-";
    else
      result += letter;
    at_start = letter == '\n';
  }
  return result;
}

std::string heading(std::string_view name, std::string_view sentence) {
  std::string title(name);
  for (char& letter : title)
    letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  return ".TH " + escaped(title) + " 1 \"\" \"reproduce " + escaped(version) +
         "\" \"User Commands\"\n.SH NAME\n" + escaped(name) + " \\- " + escaped(sentence) + "\n";
}

/// Paragraphs that are separated by an empty line; lines that are indented stay lines.
std::string paragraphs(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    if (line.empty())
      result += ".PP\n";
    else if (line.front() == ' ')
      result += ".br\n" + escaped(line) + "\n";
    else
      result += escaped(line) + "\n";
    text.remove_prefix(std::min(text.size(), line.size() + 1));
  }
  return result;
}

std::string example_lines(const std::vector<std::string>& examples) {
  std::string text = ".nf\n";
  for (const std::string& example : examples) text += ".B \"" + escaped(example) + "\"\n";
  return text + ".fi\n";
}

std::string option_list(const CommandModel& command, bool operands) {
  std::string text;
  for (const OptionModel& option : command.options) {
    if (option.is_operand != operands) continue;
    std::string names;
    for (const std::string& name : option.names)
      names += (names.empty() ? "\\fB" : ", \\fB") + escaped(name) + "\\fR";
    if (!option.is_operand && !option.choices.empty()) {
      std::string choices;
      for (const std::string& choice : option.choices)
        choices += (choices.empty() ? "" : "|") + choice;
      names += " \\fI" + escaped(choices) + "\\fR";
    } else if (!option.is_operand && !option.value.empty()) {
      names += " \\fI" + escaped(option.value) + "\\fR";
    }
    text += ".TP\n" + names + "\n" + escaped(option.description) + "\n";
  }
  return text;
}

/// What goes with every verb. --help is each verb's own, and --version may mean another one there.
CommandModel common_options(const CLI::App& root) {
  CommandModel command = model_of(root);
  std::erase_if(command.options, [](const OptionModel& option) {
    return option.names.back() == "--help" || option.names.back() == "--version";
  });
  return command;
}

std::string section(std::string_view name, const std::string& content) {
  return content.empty() ? "" : ".SH " + std::string(name) + "\n" + content;
}

std::string exit_status() {
  std::string text;
  for (const ExitCodeRow& row : exit_code_table)
    text += ".TP\n\\fB" + std::to_string(static_cast<int>(row.code)) + "\\fR\n" +
            escaped(row.meaning) + "\n";
  return section("EXIT STATUS", text);
}

std::string reference(const std::string& page) {
  return "\\fB" + escaped(page) + "\\fR(1)";
}

std::string verb_page(const CLI::App& root, const CLI::App& app) {
  const CommandModel command = model_of(app);
  const Help& help = help_of(app);
  const std::string name = "reproduce-" + command.name;
  std::string synopsis = "\\fBreproduce " + escaped(command.name) + "\\fR";
  for (const OptionModel& option : command.options) {
    if (!option.is_operand) continue;
    synopsis += " \\fI" + escaped(option.names.front()) + "\\fR";
  }
  synopsis += " [\\fIoptions\\fR]\n";
  return heading(name, command.sentence) + section("SYNOPSIS", synopsis) +
         section("DESCRIPTION", paragraphs(help.details)) +
         section("OPERANDS", option_list(command, true)) +
         section("OPTIONS",
                 option_list(command, false) + option_list(common_options(root), false)) +
         section("EXAMPLES", example_lines(help.examples)) + exit_status() +
         section("SEE ALSO", reference("reproduce") + ", " + escaped(help.page) + "\n");
}

std::string root_page(const CLI::App& root) {
  const CommandModel command = model_of(root);
  std::string verbs;
  std::string references;
  for (const CLI::App* verb : verbs_of(root)) {
    verbs += ".TP\n\\fB" + escaped(verb->get_name()) + "\\fR\n" + escaped(verb->get_description()) +
             "\n";
    references += (references.empty() ? "" : ",\n") + reference("reproduce-" + verb->get_name());
  }
  return heading("reproduce", "builds, measures and verifies AWS Nitro Enclave images") +
         section("SYNOPSIS", "\\fBreproduce\\fR \\fIverb\\fR [\\fIoptions\\fR]\n") +
         section("DESCRIPTION", paragraphs(command.sentence)) + section("VERBS", verbs) +
         section("OPTIONS", option_list(command, false)) + exit_status() +
         section("SEE ALSO", references + "\n");
}

}  // namespace

std::string man_page(const CLI::App& root, const CLI::App& app) {
  return &root == &app ? root_page(root) : verb_page(root, app);
}

}  // namespace reproduce::cli
