#include "reproduce/content/edit_script.hpp"

#include <random>

#include <gtest/gtest.h>

namespace reproduce::content {
namespace {

using Sequence = std::vector<std::uint32_t>;

Sequence letters(std::string_view text) {
  return {text.begin(), text.end()};
}

/// `before` with the script carried out.
Sequence edited(const Sequence& before, const Sequence& after, const EditScript& script) {
  Sequence result;
  std::size_t at = 0;
  for (const Edit& edit : script.edits) {
    result.insert(result.end(), before.begin() + static_cast<std::ptrdiff_t>(at),
                  before.begin() + static_cast<std::ptrdiff_t>(edit.before));
    result.insert(result.end(), after.begin() + static_cast<std::ptrdiff_t>(edit.after),
                  after.begin() + static_cast<std::ptrdiff_t>(edit.after + edit.added));
    at = edit.before + edit.removed;
  }
  result.insert(result.end(), before.begin() + static_cast<std::ptrdiff_t>(at), before.end());
  return result;
}

std::size_t cost(const EditScript& script) {
  std::size_t sum = 0;
  for (const Edit& edit : script.edits) sum += edit.removed + edit.added;
  return sum;
}

Sequence random_sequence(std::mt19937& random, std::size_t size, std::uint32_t kinds) {
  Sequence sequence(size);
  for (std::uint32_t& element : sequence) element = static_cast<std::uint32_t>(random()) % kinds;
  return sequence;
}

/// The fewest edits by the textbook's table, which is another algorithm.
std::size_t fewest(const Sequence& before, const Sequence& after) {
  std::vector<std::vector<std::size_t>> common(before.size() + 1,
                                               std::vector<std::size_t>(after.size() + 1));
  for (std::size_t i = 1; i <= before.size(); ++i)
    for (std::size_t j = 1; j <= after.size(); ++j)
      common[i][j] = before[i - 1] == after[j - 1] ? common[i - 1][j - 1] + 1
                                                   : std::max(common[i - 1][j], common[i][j - 1]);
  return before.size() + after.size() - 2 * common.back().back();
}

// The example of Myers' paper: ABCABBA and CBABAC, five edits.
TEST(EditScript, FindsTheFiveEditsOfThePaper) {
  const EditScript script = edit_script(letters("ABCABBA"), letters("CBABAC"));
  EXPECT_EQ(cost(script), 5u);
  EXPECT_FALSE(script.coarse);
}

TEST(EditScript, IsEmptyForEqualSequences) {
  EXPECT_TRUE(edit_script(letters("abc"), letters("abc")).edits.empty());
  EXPECT_TRUE(edit_script({}, {}).edits.empty());
}

TEST(EditScript, TakesAllOrNothingWhenOneSideIsEmpty) {
  EXPECT_EQ(edit_script({}, letters("ab")).edits, (std::vector<Edit>{{0, 0, 0, 2}}));
  EXPECT_EQ(edit_script(letters("ab"), {}).edits, (std::vector<Edit>{{0, 2, 0, 0}}));
}

TEST(EditScript, IsTheShortestThatTheTextbookFindsForRandomSequences) {
  std::mt19937 random(20240506);
  for (int round = 0; round < 400; ++round) {
    const std::uint32_t kinds = 2 + static_cast<std::uint32_t>(random()) % 6;
    const Sequence before = random_sequence(random, random() % 40, kinds);
    const Sequence after = random_sequence(random, random() % 40, kinds);
    const EditScript script = edit_script(before, after);
    ASSERT_EQ(edited(before, after, script), after) << round;
    ASSERT_EQ(cost(script), fewest(before, after)) << round;
    ASSERT_FALSE(script.coarse);
  }
}

TEST(EditScript, StaysCorrectWhateverTheLimits) {
  std::mt19937 random(7);
  for (std::size_t edits = 0; edits < 12; ++edits) {
    for (const std::uint64_t steps : {0U, 10U, 100U, 1000U, 100000U}) {
      const Sequence before = random_sequence(random, 60, 30);
      const Sequence after = random_sequence(random, 60, 30);
      const EditScript script = edit_script(before, after, {.edits = edits, .steps = steps});
      ASSERT_EQ(edited(before, after, script), after) << edits << " " << steps;
      ASSERT_TRUE(script.coarse);
    }
  }
}

// Half of the elements moved: far beyond the limit of edits, and still not replaced as a whole.
TEST(EditScript, DividesByUniqueElementsWhenThereAreTooManyEdits) {
  Sequence before(20000);
  for (std::size_t i = 0; i < before.size(); ++i) before[i] = static_cast<std::uint32_t>(i);
  Sequence after = before;
  for (std::size_t i = 0; i < after.size(); i += 4) after[i] += 100000;
  const EditScript script = edit_script(before, after);
  EXPECT_TRUE(script.coarse);
  EXPECT_EQ(cost(script), 10000u);
  EXPECT_EQ(edited(before, after, script), after);
}

TEST(EditScript, EndsSoonForSequencesThatHaveNothingInCommon) {
  const EditScript script = edit_script(Sequence(100000, 1), Sequence(100000, 2));
  EXPECT_EQ(cost(script), 200000u);
}

}  // namespace
}  // namespace reproduce::content
