#pragma once

/// What the command line has, as values: for completions and manual pages, which show
/// the same options in other clothes.

#include <string>
#include <vector>

#include <CLI/CLI.hpp>

namespace reproduce::cli {

/// An option, or an operand: that one has no dashes.
struct OptionModel {
  std::vector<std::string> names{};    ///< "-q", "--quiet"; of an operand its one name
  std::string value{};                 ///< what it takes, such as "TEXT"; empty: nothing
  std::vector<std::string> choices{};  ///< when it takes nothing else
  std::string description{};
  bool is_operand = false;
};

/// A verb; or, without a name, what goes with every verb.
struct CommandModel {
  std::string name{};
  std::string sentence{};
  std::vector<OptionModel> options{};
};

/// The options and operands of `app` alone, in the order of its help.
[[nodiscard]] CommandModel model_of(const CLI::App& app);

/// The verbs of `root`, in the order of its help.
[[nodiscard]] std::vector<const CLI::App*> verbs_of(const CLI::App& root);

}  // namespace reproduce::cli
