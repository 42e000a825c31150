#include "reproduce/rebuilders/statement.hpp"

#include <string>

#include "rebuilders/people.hpp"
#include "support/refusal.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"

namespace reproduce::rebuilders {
namespace {

using reproduce::test::refusal_of;
using test::KeyKind;
using test::Person;

TEST(Statement, SaysImageRegistersBuilderAndRecipe) {
  const Statement statement = parse_statement(as_bytes(test::statement_of({})));
  ASSERT_EQ(statement.images.size(), 1U);
  EXPECT_EQ(statement.images[0].name, "app.eif");
  EXPECT_EQ(to_hex(statement.images[0].sha256), test::filled(0xaa, 32));
  EXPECT_EQ(statement.registers.size(), 3U);
  EXPECT_EQ(statement.registers.at(2), Bytes(48, 3));
  EXPECT_EQ(statement.builder, "urn:alice");
  ASSERT_TRUE(statement.recipe);
  EXPECT_EQ(to_hex(*statement.recipe), test::filled(0x50, 32));
}

TEST(Statement, MayBeOfAnotherToolWithAnImageAlone) {
  const Statement statement =
      parse_statement(as_bytes(test::statement_of({.registers = {}, .recipe = std::nullopt})));
  EXPECT_EQ(statement.images.size(), 1U);
  EXPECT_FALSE(statement.recipe);
}

std::string replaced(const std::string& from, const std::string& to) {
  std::string text = test::statement_of({});
  const std::size_t at = text.find(from);
  if (at == std::string::npos) throw Error(ErrorKind::bug, "no " + from);
  return text.replace(at, from.size(), to);
}

TEST(Statement, IsRefusedForEachFault) {
  const std::string twice = R"({"name": "pcr0", "digest": {"sha384": ")" + test::filled(1, 48) +
                            R"("}}, {"name": "PCR1")";
  for (const std::string& text :
       {std::string("[]"), std::string("{}"), std::string("{"),
        replaced("Statement/v1", "Statement/v2"), replaced("provenance/v1", "provenance/v0.2"),
        replaced("\"subject\"", "\"subjects\""),
        replaced("\"digest\": {", "\"digest\": 1, \"d\": {"),
        replaced(test::filled(0xaa, 32), "aa"), replaced(test::filled(2, 48), "zz"),
        replaced("\"name\": \"PCR0\", \"digest\": {\"sha384\"",
                 "\"name\": \"PCR0\", \"digest\": {\"sha512\""),
        replaced(R"({"name": "PCR1")", twice), replaced("\"_type\"", "\"_type\": 1, \"_type\""),
        test::statement_of({.registers = {{0, 1}}}),
        test::statement_of({.registers = {{0, 1}, {2, 1}}}),
        test::statement_of({.image = std::nullopt, .registers = {}}),
        replaced(test::filled(0x50, 32), "50")})
    EXPECT_EQ(refusal_of([&] { (void)parse_statement(as_bytes(text)); }).kind(),
              ErrorKind::malformed)
        << text;
}

TEST(Statement, IsMalformedWhereverItIsCut) {
  const std::string whole = test::statement_of({});
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(refusal_of([&] { (void)parse_statement(as_bytes(whole).first(size)); }).kind(),
              ErrorKind::malformed)
        << size;
}

TEST(SignedStatement, NamesThoseWhoseKeysFit) {
  const Person alice("alice");
  const Person bob("bob", KeyKind::ed25519);
  const Person carol("carol", KeyKind::p384);
  const std::vector<Rebuilder> known = test::rebuilders_of({&alice, &bob});
  EXPECT_EQ(read_signed_statement("a", alice.signs({}), known).signers,
            std::vector<std::string>{"alice"});
  EXPECT_EQ(read_signed_statement("c", carol.signs({}), known).signers, std::vector<std::string>{});
  // Two signatures on one envelope, and a third that nobody knows.
  dsse::Envelope both = alice.envelope(test::statement_of({}));
  for (const Person* person : {&carol, &bob})
    both.signatures.push_back(person->envelope(test::statement_of({})).signatures.front());
  EXPECT_EQ(read_signed_statement("both", dsse::write_envelope(both), known).signers,
            (std::vector<std::string>{"alice", "bob"}));
}

TEST(SignedStatement, DoesNotBelieveWhatAnEnvelopeSaysOfItsKey) {
  const Person alice("alice");
  const Person mallory("mallory");
  dsse::Envelope envelope = mallory.envelope(test::statement_of({}));
  envelope.signatures.front().key_id = alice.keys().front().id();
  EXPECT_TRUE(
      read_signed_statement("m", dsse::write_envelope(envelope), test::rebuilders_of({&alice}))
          .signers.empty());
}

TEST(SignedStatement, IsOfTheTypeThatWasSigned) {
  const Person alice("alice");
  dsse::Envelope envelope = alice.envelope(test::statement_of({}));
  envelope.payload_type = "application/json";
  const Error error = refusal_of([&] {
    (void)read_signed_statement("a", dsse::write_envelope(envelope), test::rebuilders_of({&alice}));
  });
  EXPECT_EQ(error.kind(), ErrorKind::malformed);
  EXPECT_EQ(error.context().file, "a");
}

TEST(Rebuilders, AreIndependentOrRefused) {
  const Person alice("alice");
  const Person bob("bob");
  EXPECT_NO_THROW(require_independent(test::rebuilders_of({&alice, &bob})));
  const auto refusal = [](const std::vector<Rebuilder>& rebuilders) {
    return refusal_of([&] { require_independent(rebuilders); });
  };
  EXPECT_EQ(refusal({}).kind(), ErrorKind::usage);
  // One key under two names.
  std::vector<Rebuilder> twice = test::rebuilders_of({&alice, &bob});
  twice[1].keys = alice.keys();
  EXPECT_STREQ(refusal(twice).what(), "the rebuilders 'alice' and 'bob' have the same key");
  // One key twice under one name.
  std::vector<Rebuilder> doubled = test::rebuilders_of({&alice});
  for (PublicKey& key : alice.keys()) doubled[0].keys.push_back(std::move(key));
  EXPECT_EQ(refusal(doubled).kind(), ErrorKind::usage);
  // Two keys under one name in two places.
  std::vector<Rebuilder> same_name = test::rebuilders_of({&alice, &bob});
  same_name[1].name = "alice";
  EXPECT_EQ(refusal(same_name).kind(), ErrorKind::usage);
  std::vector<Rebuilder> nobody = test::rebuilders_of({&alice});
  nobody[0].keys.clear();
  EXPECT_EQ(refusal(nobody).kind(), ErrorKind::usage);
}

}  // namespace
}  // namespace reproduce::rebuilders
