#include "reproduce/verify/witnesses.hpp"

#include <algorithm>

#include "reproduce/base/enumeration.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::verify {
namespace {

using rebuilders::Position;
using rebuilders::Standing;

std::string summary(const rebuilders::Outcome& outcome) {
  const std::string agree = outcome.agreeing.empty() ? "nobody" : enumeration(outcome.agreeing);
  if (!outcome.disagreeing.empty())
    return enumeration(outcome.disagreeing) + " made another image of the same inputs; " + agree +
           " made this one";
  std::string words = agree + " of " + counted(outcome.known, "rebuilder") + " made this image";
  if (!outcome.is_yes()) words += ", and " + std::to_string(outcome.threshold) + " must";
  if (!outcome.not_counted.empty())
    words += "; " + enumeration(outcome.not_counted) +
             (outcome.not_counted.size() == 1 ? " names" : " name") +
             " the same builder as another, which counts once";
  return words;
}

Check check_statement(const Position& position) {
  Check check{.name = "statement",
              .words = {},
              .values = {{"file", position.file},
                         {"standing", std::string(name_of(position.standing))},
                         {"signers", enumeration(position.signers)},
                         {"builder", position.builder}}};
  const std::string who = "'" + position.file + "': " + enumeration(position.signers);
  switch (position.standing) {
    case Standing::agrees:
      check.words = who + " made this image";
      return check;
    case Standing::disagrees:
      check.outcome = Outcome::fail;
      check.words = who + " made another image of the same inputs; " + position.difference;
      return check;
    case Standing::other_inputs:
      check.outcome = Outcome::warning;
      check.words = who + " made an image of other inputs, which does not count";
      if (!position.difference.empty()) check.words += "; " + position.difference;
      return check;
    case Standing::unknown_key:
      check.outcome = Outcome::warning;
      check.words = "'" + position.file +
                    "' is signed by no key that is known, or was changed since, and does not count";
      return check;
  }
  throw Error(ErrorKind::bug, "unknown standing");
}

}  // namespace

rebuilders::Subject subject_of(const Reference& reference) {
  return {.registers = reference.registers, .sha256 = reference.sha256, .recipe = reference.recipe};
}

std::vector<Check> check_rebuilders(const rebuilders::Outcome& outcome) {
  std::vector<Check> checks;
  checks.reserve(outcome.positions.size() + 1);
  checks.push_back({.name = "rebuilders",
                    .outcome = outcome.is_yes() ? Outcome::pass : Outcome::fail,
                    .words = summary(outcome),
                    .values = {{"agreeing", enumeration(outcome.agreeing)},
                               {"disagreeing", enumeration(outcome.disagreeing)},
                               {"known", static_cast<std::int64_t>(outcome.known)},
                               {"threshold", static_cast<std::int64_t>(outcome.threshold)}},
                    .source = "--rebuilders"});
  std::ranges::transform(outcome.positions, std::back_inserter(checks), check_statement);
  return checks;
}

}  // namespace reproduce::verify
