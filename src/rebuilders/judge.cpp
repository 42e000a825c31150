#include "reproduce/rebuilders/judge.hpp"

#include <algorithm>
#include <set>

#include "reproduce/base/enumeration.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/register_name.hpp"

namespace reproduce::rebuilders {
namespace {

constexpr std::uint32_t signer_register = 8;

/// In what an image and a statement differ; empty: in nothing that both say.
std::string difference(const Subject& subject, const Statement& statement) {
  std::vector<std::string> differing;
  std::size_t compared = 0;
  for (const auto& [index, value] : statement.registers) {
    const auto own = subject.registers.find(index);
    if (own == subject.registers.end()) continue;
    ++compared;
    if (own->second != value) differing.push_back(name_of_register(index));
  }
  const bool same_file =
      subject.sha256 && std::ranges::any_of(statement.images, [&](const StatedImage& image) {
        return image.sha256 == *subject.sha256;
      });
  // Whoever rebuilds without the key makes the same registers and another file.
  const bool file_counts = subject.sha256 && !statement.images.empty() &&
                           (compared == 0 || !subject.registers.contains(signer_register));
  if (file_counts && !same_file) differing.emplace_back("the file's SHA-256");
  if (compared == 0 && !file_counts) return "nothing can be compared";
  if (differing.empty()) return {};
  return enumeration(differing) + (differing.size() == 1 ? " differs" : " differ");
}

Position position_of(const SignedStatement& statement) {
  return {
      .file = statement.file, .signers = statement.signers, .builder = statement.statement.builder};
}

std::vector<Position> take_positions(const Subject& subject,
                                     std::span<const SignedStatement> statements) {
  std::vector<Position> positions;
  positions.reserve(statements.size());
  std::set<Sha256Digest> recipes;  // of which this image is made, as far as is known
  if (subject.recipe) recipes.insert(*subject.recipe);
  for (const SignedStatement& statement : statements) {
    Position& position = positions.emplace_back(position_of(statement));
    if (position.signers.empty()) continue;
    const std::optional<Sha256Digest>& recipe = statement.statement.recipe;
    position.standing = Standing::other_inputs;
    if (subject.recipe && recipe != subject.recipe) continue;
    position.difference = difference(subject, statement.statement);
    if (!position.difference.empty()) continue;
    position.standing = Standing::agrees;
    if (recipe) recipes.insert(*recipe);
  }
  for (std::size_t at = 0; at < positions.size(); ++at) {
    Position& position = positions[at];
    const std::optional<Sha256Digest>& recipe = statements[at].statement.recipe;
    if (position.standing == Standing::other_inputs && recipe && recipes.contains(*recipe))
      position.standing = Standing::disagrees;
  }
  return positions;
}

std::set<std::string> signers_that(Standing standing, const std::vector<Position>& positions) {
  std::set<std::string> names;
  for (const Position& position : positions)
    if (position.standing == standing)
      names.insert(position.signers.begin(), position.signers.end());
  return names;
}

/// What each name's agreeing statements call their builder.
std::set<std::string> builders_of(const std::string& name, const std::vector<Position>& positions) {
  std::set<std::string> builders;
  for (const Position& position : positions)
    if (position.standing == Standing::agrees &&
        std::ranges::find(position.signers, name) != position.signers.end())
      builders.insert(position.builder);
  return builders;
}

}  // namespace

std::string_view name_of(Standing standing) {
  switch (standing) {
    case Standing::agrees:
      return "agrees";
    case Standing::disagrees:
      return "disagrees";
    case Standing::other_inputs:
      return "other_inputs";
    case Standing::unknown_key:
      return "unknown_key";
  }
  throw Error(ErrorKind::bug, "unknown standing");
}

Outcome judge(const Subject& subject, std::span<const SignedStatement> statements,
              std::span<const Rebuilder> rebuilders, std::size_t threshold) {
  require_independent(rebuilders);
  if (threshold == 0 || threshold > rebuilders.size())
    throw Error(ErrorKind::usage, "the threshold can be met by nobody, or by all",
                {.expected = "1 to " + std::to_string(rebuilders.size()) +
                             ", as many as there are rebuilders",
                 .got = std::to_string(threshold)});
  Outcome outcome{.positions = take_positions(subject, statements),
                  .agreeing = {},
                  .disagreeing = {},
                  .not_counted = {},
                  .known = rebuilders.size(),
                  .threshold = threshold};
  const std::set<std::string> disagreeing = signers_that(Standing::disagrees, outcome.positions);
  outcome.disagreeing.assign(disagreeing.begin(), disagreeing.end());
  std::set<std::string> seen;  // builders
  for (const std::string& name : signers_that(Standing::agrees, outcome.positions)) {
    if (disagreeing.contains(name)) continue;
    bool is_new = false;
    for (const std::string& builder : builders_of(name, outcome.positions))
      is_new = seen.insert(builder).second || is_new;
    (is_new ? outcome.agreeing : outcome.not_counted).push_back(name);
  }
  return outcome;
}

}  // namespace reproduce::rebuilders
