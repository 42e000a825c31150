#include "reproduce/rebuilders/judge.hpp"

#include <string>
#include <vector>

#include "rebuilders/people.hpp"
#include "support/refusal.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"

namespace reproduce::rebuilders {
namespace {

using test::Person;
using test::Said;
using Names = std::vector<std::string>;

/// Three people who are known, and one who is not.
class Judge : public testing::Test {
 protected:
  static Said by(const Person& person) { return {.builder = "urn:" + person.name()}; }

  void state(const Person& person, const Said& said) { add(person.name(), person.signs(said)); }

  void add(const std::string& file, const std::string& text) {
    statements_.push_back(read_signed_statement(file, text, known_));
  }

  [[nodiscard]] Outcome outcome(std::size_t threshold = 2, bool with_recipe = true) const {
    return judge(test::subject_of({}, with_recipe), statements_, known_, threshold);
  }

  Person alice_{"alice"}, bob_{"bob", test::KeyKind::ed25519}, carol_{"carol", test::KeyKind::p384},
      mallory_{"mallory"};
  std::vector<Rebuilder> known_ = test::rebuilders_of({&alice_, &bob_, &carol_});
  std::vector<SignedStatement> statements_;
};

TEST_F(Judge, IsYesWhenEnoughAgree) {
  state(alice_, by(alice_));
  EXPECT_FALSE(outcome().is_yes());
  state(bob_, by(bob_));
  const Outcome result = outcome();
  EXPECT_TRUE(result.is_yes());
  EXPECT_EQ(result.agreeing, (Names{"alice", "bob"}));
  EXPECT_EQ(result.known, 3U);
  EXPECT_FALSE(outcome(3).is_yes());
}

TEST_F(Judge, CountsNobodyTwice) {
  state(alice_, by(alice_));
  add("a copy", alice_.signs(by(alice_)));
  statements_.push_back(statements_.front());
  // Another builder of the same person does not make two of him.
  state(alice_, {.builder = "urn:alice-2"});
  EXPECT_EQ(outcome().agreeing, Names{"alice"});
  EXPECT_FALSE(outcome().is_yes());
}

TEST_F(Judge, CountsOneOfThoseWhoNameTheSameBuilder) {
  state(alice_, by(alice_));
  state(bob_, by(alice_));  // has signed a copy of hers
  const Outcome result = outcome();
  EXPECT_FALSE(result.is_yes());
  EXPECT_EQ(result.agreeing, Names{"alice"});
  EXPECT_EQ(result.not_counted, Names{"bob"});
}

TEST_F(Judge, CountsOneOfTwoSignaturesOnOneStatement) {
  dsse::Envelope both = alice_.envelope(test::statement_of(by(alice_)));
  both.signatures.push_back(bob_.envelope(test::statement_of(by(alice_))).signatures.front());
  add("both", dsse::write_envelope(both));
  EXPECT_FALSE(outcome().is_yes());
}

TEST_F(Judge, IsNeverYesWhenSomebodyKnownDisagrees) {
  state(alice_, by(alice_));
  state(bob_, by(bob_));
  Said other = by(carol_);
  other.registers[0] = 9;
  other.registers[2] = 9;
  state(carol_, other);
  const Outcome result = outcome();
  EXPECT_FALSE(result.is_yes());
  EXPECT_EQ(result.agreeing, (Names{"alice", "bob"}));
  EXPECT_EQ(result.disagreeing, Names{"carol"});
  EXPECT_EQ(result.positions[2].standing, Standing::disagrees);
  EXPECT_EQ(result.positions[2].difference, "PCR0 and PCR2 differ");
  // Nor when the inputs are known only through those who agree.
  EXPECT_EQ(outcome(2, false).disagreeing, Names{"carol"});
}

TEST_F(Judge, SeesThatAFileDiffersWhoseRegistersDoNot) {
  state(alice_, by(alice_));
  Said other = by(bob_);
  other.image = 0xbb;
  state(bob_, other);
  const Outcome result = outcome();
  EXPECT_EQ(result.disagreeing, Names{"bob"});
  EXPECT_EQ(result.positions[1].difference, "the file's SHA-256 differs");
}

TEST_F(Judge, TakesAnUnsignedFileForASignedImageOfTheSameRegisters) {
  Subject subject = test::subject_of({});
  subject.registers.emplace(8, Bytes(48, 8));
  Said rebuilt = by(alice_);
  rebuilt.image = 0xbb;
  state(alice_, rebuilt);
  EXPECT_TRUE(judge(subject, statements_, known_, 1).is_yes());
}

TEST_F(Judge, LeavesOutWhoeverContradictsHimself) {
  state(alice_, by(alice_));
  state(bob_, by(bob_));
  Said other = by(alice_);
  other.registers[1] = 9;
  state(alice_, other);
  const Outcome result = outcome(1);
  EXPECT_FALSE(result.is_yes());
  EXPECT_EQ(result.agreeing, Names{"bob"});
  EXPECT_EQ(result.disagreeing, Names{"alice"});
}

TEST_F(Judge, DoesNotCountAStatementOfAnOldLock) {
  Said old = by(alice_);
  old.recipe = 0x51;
  state(alice_, old);
  state(bob_, by(bob_));
  const Outcome result = outcome(1);
  EXPECT_EQ(result.positions[0].standing, Standing::other_inputs);
  EXPECT_EQ(result.agreeing, Names{"bob"});
  EXPECT_TRUE(result.is_yes()) << "what is of another lock is no disagreement either";
  EXPECT_FALSE(outcome(2).is_yes());
}

TEST_F(Judge, DoesNotCountWhatSaysNothingOfInputsForALock) {
  Said foreign = by(alice_);
  foreign.recipe = std::nullopt;
  state(alice_, foreign);
  EXPECT_FALSE(outcome(1).is_yes());
  EXPECT_TRUE(outcome(1, false).is_yes()) << "for an image it does";
}

TEST_F(Judge, DoesNotCountUnknownKeys) {
  state(mallory_, by(mallory_));
  state(alice_, by(alice_));
  const Outcome result = outcome();
  EXPECT_FALSE(result.is_yes());
  EXPECT_EQ(result.positions[0].standing, Standing::unknown_key);
  // Nor does what they say count as disagreement, or anybody could stop everybody.
  Said other = by(mallory_);
  other.registers[0] = 9;
  state(mallory_, other);
  state(bob_, by(bob_));
  EXPECT_TRUE(outcome().is_yes());
}

TEST_F(Judge, ComparesRegistersWhereThereIsNoFile) {
  state(alice_, by(alice_));
  Subject subject = test::subject_of({}, false);
  subject.sha256.reset();
  EXPECT_TRUE(judge(subject, statements_, known_, 1).is_yes());
  subject.registers[2] = Bytes(48, 9);
  EXPECT_FALSE(judge(subject, statements_, known_, 1).is_yes());
}

TEST_F(Judge, ComparesNothingWithNothing) {
  Said image_only = by(alice_);
  image_only.registers.clear();
  state(alice_, image_only);
  Subject subject = test::subject_of({});
  subject.sha256.reset();
  EXPECT_FALSE(judge(subject, statements_, known_, 1).is_yes());
}

TEST_F(Judge, RefusesThresholdsThatMeanNothing) {
  for (const std::size_t threshold : {std::size_t{0}, std::size_t{4}})
    EXPECT_EQ(reproduce::test::refusal_of([&] { (void)outcome(threshold); }).kind(),
              ErrorKind::usage);
}

}  // namespace
}  // namespace reproduce::rebuilders
