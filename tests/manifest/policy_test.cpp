#include "reproduce/manifest/policy.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"

namespace reproduce::manifest {
namespace {

using testing::ElementsAre;
using testing::Pair;

std::vector<std::pair<std::string, std::string>> statements_of(const std::string& text) {
  std::vector<std::pair<std::string, std::string>> pairs;
  for (const PolicyStatement& statement : parse_policy(text, "policy.toml").statements)
    pairs.emplace_back(statement.key, statement.value);
  return pairs;
}

Error refusal(const std::string& text) {
  try {
    (void)parse_policy(text, "policy.toml");
  } catch (const Error& error) {
    return error;
  }
  return Error(ErrorKind::bug, "accepted");
}

TEST(PolicyFile, GivesEveryRuleItsLine) {
  const PolicyFile policy = parse_policy(
      "[time]\nmax_age = 300\nclock_skew = 10\nat = \"now\"\n\n"
      "[registers]\nrequire = [\"PCR8\",\n  \"PCR16\"]\nPCR16 = \"00\"\n",
      "rules/policy.toml");
  std::vector<std::string> places;
  for (const PolicyStatement& statement : policy.statements)
    places.push_back(statement.key + " " + policy.place_of(statement.at));
  EXPECT_THAT(places, ElementsAre("require rules/policy.toml:7", "require rules/policy.toml:7",
                                  "PCR16 rules/policy.toml:9", "at rules/policy.toml:4",
                                  "max_age rules/policy.toml:2", "clock_skew rules/policy.toml:3"));
  EXPECT_EQ(policy.line_at(policy.statements[2].at).text, "PCR16 = \"00\"");
  EXPECT_EQ(policy.locate("root.pem"), "rules/root.pem");
}

TEST(PolicyFile, KnowsEveryKey) {
  EXPECT_THAT(
      statements_of("[document]\nkind = \"nitrotpm\"\nnonce = \"00\"\nuser_data = \"01\"\n"
                    "public_key = \"02\"\nstrict = true\nconsistent = false\n"
                    "[trust]\nroots = [\"aws\", \"a.pem\"]\ndeny_serials = \"s.txt\"\n"
                    "[registers]\nrole = \"arn:x\"\ninstance = \"i-1\"\nsigner = \"c.pem\"\n"),
      ElementsAre(Pair("role", "arn:x"), Pair("instance", "i-1"), Pair("signer", "c.pem"),
                  Pair("kind", "nitrotpm"), Pair("nonce", "00"), Pair("user_data", "01"),
                  Pair("public_key", "02"), Pair("strict", "true"), Pair("consistent", "false"),
                  Pair("roots", "aws"), Pair("roots", "a.pem"), Pair("deny_serials", "s.txt")));
}

TEST(PolicyFile, ListsReferences) {
  const PolicyFile policy = parse_policy(
      "[[reference]]\nfile = \"v1.json\"\n[[reference]]\nname = \"1.5\"\nPCR0 = \"a\"\nPCR1 = "
      "\"b\"\n"
      "[[reference]]\nPCR0 = \"c\"\n",
      "policy.toml");
  ASSERT_EQ(policy.references.size(), 3U);
  EXPECT_EQ(policy.references[0].name, "v1.json");
  EXPECT_EQ(policy.references[1].name, "1.5");
  EXPECT_EQ(policy.references[1].registers.size(), 2U);
  EXPECT_EQ(policy.references[2].name, "line 7");
}

TEST(PolicyFile, RefusesUnknownKeysWithLineAndNearestName) {
  const Error error = refusal("[time]\nmaxage = 3\n");
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_STREQ(error.what(), "unknown key 'maxage' in [time]");
  EXPECT_EQ(error.context().source->line, 2U);
  EXPECT_EQ(error.context().hint, "did you mean `max_age`?");
  EXPECT_STREQ(refusal("[tine]\n").what(), "unknown key 'tine' in the policy");
  EXPECT_STREQ(refusal("max_age = 3\n").what(), "unknown key 'max_age' in the policy");
  EXPECT_STREQ(refusal("[registers]\nPCR32 = \"00\"\n").what(),
               "unknown key 'PCR32' in [registers]");
  EXPECT_STREQ(refusal("[[reference]]\nfile = \"a\"\nPCR = \"b\"\n").what(),
               "unknown key 'PCR' in [[reference]]");
}

TEST(PolicyFile, RefusesWhatCouldPassForNoRule) {
  EXPECT_STREQ(refusal("").what(), "the policy has no rule");
  EXPECT_STREQ(refusal("[time]\n[document]\n").what(), "the policy has no rule");
  EXPECT_STREQ(refusal("[document]\nnonce = \"\"\n").what(), "`nonce` is empty");
  EXPECT_STREQ(refusal("[trust]\nroots = []\n").what(), "`roots` lists nothing");
  EXPECT_STREQ(refusal("[[reference]]\nname = \"a\"\n").what(),
               "a reference needs a file or registers, and not both");
  EXPECT_STREQ(refusal("[[reference]]\nfile = \"a\"\nPCR0 = \"b\"\n").what(),
               "a reference needs a file or registers, and not both");
}

TEST(PolicyFile, RefusesOtherTypes) {
  for (const char* text :
       {"[time]\nmax_age = \"300\"\n", "[time]\nmax_age = -1\n", "[time]\nmax_age = 1.5\n",
        "[time]\nat = 2026-01-01T00:00:00Z\n", "[document]\nstrict = \"yes\"\n",
        "[document]\nnonce = 7\n", "[registers]\nrequire = \"PCR8\"\n",
        "[registers]\nrequire = [8]\n", "reference = \"a\"\n", "time = 3\n", "[time\n",
        "[time]\nmax_age = 1\nmax_age = 2\n"})
    EXPECT_EQ(refusal(text).kind(), ErrorKind::usage) << text;
}

TEST(PolicyFile, HasBounds) {
  std::string many;
  for (int count = 0; count < 65; ++count) many += "[[reference]]\nfile = \"a\"\n";
  EXPECT_STREQ(refusal(many).what(), "too many references");
  EXPECT_EQ(refusal("[time]\n" + std::string(1000, 'a') + ".b = 1\n").kind(), ErrorKind::usage);
}

}  // namespace
}  // namespace reproduce::manifest
