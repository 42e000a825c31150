#include "completion.hpp"

#include <string_view>
#include <vector>

#include "command_model.hpp"

namespace reproduce::cli {
namespace {

std::string join(const std::vector<std::string>& words, const char* between = " ") {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : between) + word;
  return text;
}

/// The names of options, not of operands.
std::vector<std::string> names_of(const CommandModel& command) {
  std::vector<std::string> names;
  for (const OptionModel& option : command.options)
    if (!option.is_operand) names.insert(names.end(), option.names.begin(), option.names.end());
  return names;
}

/// In single quotes, for all three shells: what ends a quote is left, escaped, and entered again.
std::string in_quotes(std::string_view text) {
  std::string result = "'";
  for (const char letter : text) {
    if (letter == '\'')
      result += "'\\''";
    else if (letter == '\n')
      result += ' ';
    else
      result += letter;
  }
  return result + "'";
}

struct Model {
  CommandModel common;
  std::vector<CommandModel> verbs;
};

Model model_of_all(const CLI::App& root) {
  Model model{.common = model_of(root), .verbs = {}};
  for (const CLI::App* verb : verbs_of(root)) model.verbs.push_back(model_of(*verb));
  return model;
}

std::vector<std::string> verb_names(const Model& model) {
  std::vector<std::string> names;
  for (const CommandModel& verb : model.verbs) names.push_back(verb.name);
  return names;
}

// bash

/// For each option that takes something, the words that it takes; none of them: most often a file.
/// `before` is what stands before the option in the pattern.
std::string bash_values(const CommandModel& command, const std::string& before) {
  std::string text;
  for (const OptionModel& option : command.options) {
    if (option.is_operand || option.value.empty()) continue;
    for (const std::string& name : option.names)
      text += "    " + in_quotes(before + name) + ") words=" + in_quotes(join(option.choices)) +
              " takes_value=1 ;;\n";
  }
  return text;
}

std::string bash_options(const CommandModel& verb) {
  std::vector<std::string> operands;
  for (const OptionModel& option : verb.options)
    if (option.is_operand)
      operands.insert(operands.end(), option.choices.begin(), option.choices.end());
  return "    " + verb.name + ") options=" + in_quotes(join(names_of(verb))) +
         " operands=" + in_quotes(join(operands)) + " ;;\n";
}

std::string bash_script(const Model& model) {
  std::string options;
  std::string values;
  for (const CommandModel& verb : model.verbs) {
    options += bash_options(verb);
    values += bash_values(verb, verb.name + " ");
  }
  return "# bash completion for reproduce; made by `reproduce completion bash`.\n"
         "_reproduce() {\n"
         "  local current=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]}\n"
         "  local word verb= words= takes_value= options= operands=" +
         in_quotes(join(verb_names(model))) +
         "\n"
         "  # bash takes --option=word apart into three words.\n"
         "  if [ \"$current\" = = ]; then\n"
         "    current=\n"
         "  elif [ \"$previous\" = = ]; then\n"
         "    previous=${COMP_WORDS[COMP_CWORD-2]}\n"
         "  fi\n"
         "  for word in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do\n"
         "    case $word in\n"
         "    " +
         join(verb_names(model), "|") +
         ") verb=$word; break ;;\n"
         "    esac\n"
         "  done\n"
         "  case \"$verb\" in\n" +
         options +
         "  esac\n"
         "  case \"$previous\" in\n" +
         bash_values(model.common, "") +
         "  esac\n"
         "  case \"$verb $previous\" in\n" +
         values +
         "  esac\n"
         "  if [ -z \"$takes_value\" ]; then\n"
         "    case $current in\n"
         "    -*) words=\"$options \"" +
         in_quotes(join(names_of(model.common))) +
         " ;;\n"
         "    *) words=$operands ;;\n"
         "    esac\n"
         "  fi\n"
         "  # Where no word of ours fits, bash completes file names (-o default).\n"
         "  COMPREPLY=($(compgen -W \"$words\" -- \"$current\"))\n"
         "}\n"
         "complete -o default -F _reproduce reproduce\n";
}

// zsh

/// What _arguments wants between quotes; brackets and colons mean something there.
std::string zsh_escaped(std::string_view text) {
  std::string result;
  for (const char letter : text) {
    if (letter == '[' || letter == ']' || letter == ':' || letter == '\\') result += '\\';
    result += letter;
  }
  return result;
}

std::string zsh_action(const OptionModel& option) {
  return option.choices.empty() ? "_files" : "(" + join(option.choices) + ")";
}

std::string zsh_arguments(const CommandModel& command) {
  std::string text;
  std::string operand_action;
  for (const OptionModel& option : command.options) {
    if (option.is_operand) {
      if (operand_action.empty() || !option.choices.empty()) operand_action = zsh_action(option);
      continue;
    }
    for (const std::string& name : option.names) {
      const std::string description = "[" + zsh_escaped(option.description) + "]";
      std::string specification = "*" + name;
      if (option.value.empty())
        specification += description;
      else
        specification += (name.starts_with("--") ? "=" : "+") + description + ":" +
                         zsh_escaped(option.value) + ":" + zsh_action(option);
      text += " \\\n        " + in_quotes(specification);
    }
  }
  if (!operand_action.empty()) text += " \\\n        " + in_quotes("*:operand:" + operand_action);
  return text;
}

std::string zsh_script(const Model& model) {
  std::string verbs;
  std::string cases;
  for (const CommandModel& verb : model.verbs) {
    verbs += "    " + in_quotes(verb.name + ":" + zsh_escaped(verb.sentence)) + "\n";
    cases +=
        "      " + verb.name + ") _arguments -s \"$common[@]\"" + zsh_arguments(verb) + " ;;\n";
  }
  return "#compdef reproduce\n"
         "# zsh completion for reproduce; made by `reproduce completion zsh`.\n"
         "_reproduce() {\n"
         "  local state\n"
         "  local -a verbs common\n"
         "  verbs=(\n" +
         verbs +
         "  )\n"
         "  common=(" +
         zsh_arguments(model.common) +
         "\n  )\n"
         "  _arguments -C -s \"$common[@]\" '1:verb:->verb' '*::argument:->argument'\n"
         "  case $state in\n"
         "    verb) _describe verb verbs ;;\n"
         "    argument)\n"
         "      case $words[1] in\n" +
         cases +
         "      esac ;;\n"
         "  esac\n"
         "}\n"
         "if [ \"$funcstack[1]\" = _reproduce ]; then _reproduce \"$@\"; else compdef _reproduce "
         "reproduce; fi\n";
}

// fish

std::string fish_options(const CommandModel& command, const std::string& condition) {
  std::string text;
  for (const OptionModel& option : command.options) {
    if (option.is_operand) {
      if (!option.choices.empty())
        text +=
            "complete -c reproduce" + condition + " -a " + in_quotes(join(option.choices)) + "\n";
      continue;
    }
    text += "complete -c reproduce" + condition;
    for (const std::string& name : option.names)
      text += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
    if (!option.choices.empty())
      text += " -x -a " + in_quotes(join(option.choices));
    else if (!option.value.empty())
      text += " -r";
    text += " -d " + in_quotes(option.description) + "\n";
  }
  return text;
}

std::string fish_script(const Model& model) {
  std::string text = "# fish completion for reproduce; made by `reproduce completion fish`.\n";
  const std::string no_verb = "not __fish_seen_subcommand_from " + join(verb_names(model));
  for (const CommandModel& verb : model.verbs)
    text += "complete -c reproduce -f -n " + in_quotes(no_verb) + " -a " + verb.name + " -d " +
            in_quotes(verb.sentence) + "\n";
  text += fish_options(model.common, "");
  for (const CommandModel& verb : model.verbs)
    text += fish_options(verb, " -n " + in_quotes("__fish_seen_subcommand_from " + verb.name));
  return text;
}

}  // namespace

std::string completion_script(const CLI::App& root, Shell shell) {
  const Model model = model_of_all(root);
  switch (shell) {
    case Shell::bash:
      return bash_script(model);
    case Shell::zsh:
      return zsh_script(model);
    case Shell::fish:
      return fish_script(model);
  }
  return {};
}

}  // namespace reproduce::cli
