/// 10,000 statements that are not what they should be, none of which may make a rebuilder count.

#include <random>
#include <string>
#include <vector>

#include "rebuilders/people.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"

namespace reproduce::rebuilders {
namespace {

using test::Person;
using test::Said;

constexpr int forgeries = 10'000;

Said by(const Person& person) {
  return {.builder = "urn:" + person.name()};
}

/// Makes the statement that would be the second of two, in some wrong way.
class Forger {
 public:
  explicit Forger(unsigned seed) : random_(seed) {}

  std::string forge() {
    switch (below(9)) {
      case 0:  // a bit of the payload
        return changed([&](dsse::Envelope& envelope) { flip(envelope.payload); });
      case 1:  // a bit of the signature
        return changed([&](dsse::Envelope& envelope) { flip(envelope.signatures[0].value); });
      case 2:  // the signature of another statement by the same person
        return changed([&](dsse::Envelope& envelope) {
          Said other = by(bob_);
          other.registers[0] = random_byte();
          envelope.signatures = bob_.envelope(test::statement_of(other) + " ").signatures;
        });
      case 3:  // a statement of hers under his name, by somebody else's key
        return changed([&](dsse::Envelope& envelope) {
          envelope = mallory_.envelope(test::statement_of(by(bob_)));
          envelope.signatures[0].key_id = bob_.keys().front().id();
        });
      case 4: {  // an old one for a new lock
        Said old = by(bob_);
        old.recipe = static_cast<std::uint8_t>(0x51 + below(100));
        return bob_.signs(old);
      }
      case 5:  // hers again
        return alice_.signs(by(alice_));
      case 6:  // a copy of hers, signed by him
        return bob_.signs(by(alice_));
      case 7: {  // of another image
        Said other = by(bob_);
        other.registers[below(3)] = static_cast<std::uint8_t>(4 + below(200));
        return bob_.signs(other);
      }
      default: {  // a byte of the text of a good one
        std::string text = bob_.signs(by(bob_));
        const std::size_t at = below(static_cast<unsigned>(text.size()));
        text[at] = static_cast<char>(text[at] ^ (1 << below(8)));
        return text;
      }
    }
  }

  [[nodiscard]] const Person& alice() const { return alice_; }
  [[nodiscard]] std::vector<Rebuilder> known() const {
    return test::rebuilders_of({&alice_, &bob_});
  }

 private:
  unsigned below(unsigned limit) {
    return std::uniform_int_distribution<unsigned>(0, limit - 1)(random_);
  }
  std::uint8_t random_byte() { return static_cast<std::uint8_t>(below(256)); }

  void flip(Bytes& bytes) {
    bytes[below(static_cast<unsigned>(bytes.size()))] ^= static_cast<std::uint8_t>(1 << below(8));
  }

  template <typename Change>
  std::string changed(const Change& change) {
    dsse::Envelope envelope = bob_.envelope(test::statement_of(by(bob_)));
    change(envelope);
    return dsse::write_envelope(envelope);
  }

  std::mt19937 random_;
  Person alice_{"alice"}, bob_{"bob", test::KeyKind::ed25519}, mallory_{"mallory"};
};

/// The text of an envelope can change where nothing is said: a hint, the white space.
bool is_still_good(const std::string& text, const std::vector<Rebuilder>& known) {
  const SignedStatement read = read_signed_statement("b", text, known);
  const Statement& said = read.statement;
  return read.signers == std::vector<std::string>{"bob"} && said.builder == "urn:bob" &&
         said.recipe == test::subject_of({}).recipe &&
         said.registers == test::subject_of({}).registers;
}

TEST(Forgeries, NeverMakeAThreshold) {
  Forger forger(20261126);
  const std::vector<Rebuilder> known = forger.known();
  const SignedStatement hers =
      read_signed_statement("alice", forger.alice().signs(by(forger.alice())), known);
  const Subject subject = test::subject_of({});
  int accepted = 0;
  int untouched = 0;
  int malformed = 0;
  for (int round = 0; round < forgeries; ++round) {
    const std::string text = forger.forge();
    try {
      const std::vector<SignedStatement> both{hers, read_signed_statement("b", text, known)};
      if (!judge(subject, both, known, 2).is_yes()) continue;
      ++(is_still_good(text, known) ? untouched : accepted);
    } catch (const Error& error) {
      ASSERT_EQ(error.kind(), ErrorKind::malformed) << error.what();
      ++malformed;
    }
  }
  EXPECT_EQ(accepted, 0);
  EXPECT_LT(untouched, forgeries / 20) << "most changes must be ones that matter";
  EXPECT_GT(malformed, 0);
}

}  // namespace
}  // namespace reproduce::rebuilders
