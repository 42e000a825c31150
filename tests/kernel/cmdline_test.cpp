#include "reproduce/kernel/cmdline.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace reproduce::kernel {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// "name" or "name=value", `>` before what is for init.
std::vector<std::string> words(std::string_view cmdline) {
  std::vector<std::string> words;
  for (const Parameter& parameter : parse_cmdline(cmdline))
    words.push_back((parameter.is_for_init ? ">" : "") + parameter.name +
                    (parameter.value ? "=" + *parameter.value : ""));
  return words;
}

std::vector<std::string> risky(std::string_view cmdline) {
  const std::vector<Parameter> parameters = parse_cmdline(cmdline);
  std::vector<std::string> names;
  for (const Risk& risk : find_risks(parameters)) names.push_back(parameters[risk.parameter].name);
  return names;
}

TEST(Cmdline, WordsStandBetweenWhiteSpace) {
  EXPECT_THAT(words(""), IsEmpty());
  EXPECT_THAT(words(" \t\n "), IsEmpty());
  EXPECT_THAT(words("quiet  panic=30\tpci=off\n"), ElementsAre("quiet", "panic=30", "pci=off"));
  EXPECT_THAT(words("a=b=c x= ="), ElementsAre("a=b=c", "x=", "="));
}

// The cases of next_arg() in lib/cmdline.c: quotes around a value or a whole word go away.
TEST(Cmdline, QuotesKeepWhiteSpaceTogether) {
  EXPECT_THAT(words("a=\"b c\" d"), ElementsAre("a=b c", "d"));
  EXPECT_THAT(words("\"a=b c\" d"), ElementsAre("a=b c", "d"));
  EXPECT_THAT(words("\"a b\""), ElementsAre("a b"));
  EXPECT_THAT(words("a=b\" c\"d"), ElementsAre("a=b\" c\"d"));
  EXPECT_THAT(words("a=\"b c"), ElementsAre("a=b c"));
}

TEST(Cmdline, WhatFollowsTwoDashesIsForInit) {
  EXPECT_THAT(words("quiet -- single a=b --"), ElementsAre("quiet", ">single", ">a=b", ">--"));
}

TEST(Cmdline, ANulEndsTheLine) {
  EXPECT_THAT(words(std::string_view("quiet\0init=/bin/sh", 18)), ElementsAre("quiet"));
}

TEST(Cmdline, NamesParametersThatDeserveALook) {
  EXPECT_THAT(risky("reboot=k pci=off nomodules"), IsEmpty());
  EXPECT_THAT(risky("quiet init=/bin/sh rdinit=/x nokaslr"),
              ElementsAre("init", "rdinit", "nokaslr"));
  EXPECT_THAT(risky("mitigations=off systemd.debug-shell break=premount random.trust_cpu=on"),
              ElementsAre("mitigations", "systemd.debug-shell", "break", "random.trust_cpu"));
  EXPECT_THAT(risky("pti=on pti=off"), ElementsAre("pti"));
  EXPECT_THAT(risky("quiet -- --verbose"), ElementsAre("--verbose"));
}

TEST(Cmdline, DashesAndUnderscoresAreTheSameInNames) {
  EXPECT_THAT(risky("module-blacklist=nsm rd_break"), ElementsAre("module-blacklist"));
}

}  // namespace
}  // namespace reproduce::kernel
