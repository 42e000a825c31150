#include "command_model.hpp"

#include <algorithm>
#include <string_view>

namespace reproduce::cli {
namespace {

/// CLI11 names the type of an option "TEXT:{auto,never}" when it takes one of several words.
std::vector<std::string> choices_in(std::string_view type) {
  std::vector<std::string> choices;
  const std::size_t begin = type.find('{');
  const std::size_t end = type.find('}');
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin)
    return choices;
  std::string_view list = type.substr(begin + 1, end - begin - 1);
  while (!list.empty()) {
    const std::string_view choice = list.substr(0, list.find(','));
    choices.emplace_back(choice);
    list.remove_prefix(std::min(list.size(), choice.size() + 1));
  }
  return choices;
}

OptionModel model_of(const CLI::Option& option) {
  const std::string type = option.get_type_name();
  OptionModel model{.choices = choices_in(type),
                    .description = option.get_description(),
                    .is_operand = option.get_positional()};
  for (const std::string& name : option.get_snames()) model.names.push_back("-" + name);
  for (const std::string& name : option.get_lnames()) model.names.push_back("--" + name);
  if (model.is_operand && model.names.empty()) model.names.push_back(option.get_name(true));
  if (option.get_items_expected_max() != 0) {
    model.value = type.substr(0, type.find(':'));
    if (model.value.empty()) model.value = "TEXT";
  }
  return model;
}

}  // namespace

CommandModel model_of(const CLI::App& app) {
  CommandModel model{.name = app.get_name(), .sentence = app.get_description()};
  for (const CLI::Option* option : app.get_options()) {
    // An option without a group is not shown in the help either.
    if (!option->get_group().empty()) model.options.push_back(model_of(*option));
  }
  return model;
}

std::vector<const CLI::App*> verbs_of(const CLI::App& root) {
  return root.get_subcommands([](const CLI::App* app) { return !app->get_name().empty(); });
}

}  // namespace reproduce::cli
