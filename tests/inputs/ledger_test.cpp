#include "reproduce/inputs/ledger.hpp"

#include <string>

#include "support/manifests.hpp"
#include "support/refusal.hpp"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace reproduce::inputs {
namespace {

using manifest::InputKind;
using manifest::Pin;
using ::testing::HasSubstr;

class LedgerTest : public ::testing::Test {
 protected:
  manifest::Manifest manifest_ = test::manifest_in("folder");
  static constexpr manifest::InputId kernel = 0;
  static constexpr manifest::InputId raw = 1;

  static Sha256Digest digest(std::uint8_t byte) {
    Sha256Digest digest;
    digest.fill(byte);
    return digest;
  }

  std::vector<Pin> pins_ = {
      {.kind = InputKind::kernel, .name = "kernel", .size = 7, .digest = digest(1)},
      {.kind = InputKind::raw, .name = "raw", .size = 8, .digest = digest(2)}};
};

TEST_F(LedgerTest, RecordsWhatItIsTold) {
  Ledger ledger(manifest_, Pinning::record);
  ledger.settle(raw, 8, digest(2));
  ledger.settle(kernel, 7, digest(1));
  EXPECT_EQ(std::move(ledger).finish(), pins_);
}

TEST_F(LedgerTest, AcceptsWhatIsPinned) {
  Ledger ledger(manifest_, Pinning::compare, pins_);
  ledger.settle(kernel, 7, digest(1));
  ledger.settle(raw, 8, digest(2));
  EXPECT_EQ(std::move(ledger).finish(), pins_);
}

TEST_F(LedgerTest, NamesTheInputAndItsLineWhenTheDigestDiffers) {
  Ledger ledger(manifest_, Pinning::compare, pins_);
  const Error error = test::refusal_of([&] { ledger.settle(raw, 8, digest(3)); });
  EXPECT_EQ(error.kind(), ErrorKind::untrusted);
  EXPECT_EQ(std::string(error.what()), "raw ramdisk 'raw' does not match its pin");
  EXPECT_EQ(error.context().file, "folder/enclave.toml");
  ASSERT_TRUE(error.context().source);
  EXPECT_EQ(error.context().source->line, 9u);
  EXPECT_EQ(error.context().source->column, 7u);
  EXPECT_EQ(error.context().source->text, "raw = \"raw\"");
  EXPECT_THAT(error.context().expected, HasSubstr("02020202"));
  EXPECT_THAT(error.context().got, HasSubstr("03030303"));
  EXPECT_THAT(error.context().hint, HasSubstr("reproduce lock"));
}

TEST_F(LedgerTest, OffsetsStayWithWhatTheyCountIn) {
  const Ledger ledger(manifest_, Pinning::none);
  const Error inner(ErrorKind::malformed, "no", {.file = "layer 2", .offset = 1024, .where = "a"});
  const Error error = ledger.at_input(raw, inner);
  EXPECT_EQ(error.context().file, "folder/enclave.toml");
  EXPECT_EQ(error.context().offset, std::nullopt);
  EXPECT_EQ(error.context().where, "a, byte 1024 of layer 2");
}

TEST_F(LedgerTest, ASizeThatDiffersIsEnough) {
  Ledger ledger(manifest_, Pinning::compare, pins_);
  EXPECT_NO_THROW(ledger.check_size(kernel, 7));
  const Error error = test::refusal_of([&] { ledger.check_size(kernel, 9); });
  EXPECT_EQ(error.kind(), ErrorKind::untrusted);
  EXPECT_EQ(error.context().expected, "7 bytes");
  EXPECT_EQ(error.context().got, "9 bytes");
}

TEST_F(LedgerTest, AFolderDiffersInEntriesToo) {
  pins_[0].entries = 3;
  Ledger ledger(manifest_, Pinning::compare, pins_);
  EXPECT_NO_THROW(ledger.check_extent(kernel, 3, 7));
  const Error error = test::refusal_of([&] { ledger.check_extent(kernel, 1, 7); });
  EXPECT_EQ(error.context().expected, "3 entries with 7 bytes");
  EXPECT_EQ(error.context().got, "1 entry with 7 bytes");
}

TEST_F(LedgerTest, WhatChangesBetweenTwoLooksIsTheMachinesFault) {
  Ledger ledger(manifest_, Pinning::recheck, pins_);
  const Error error = test::refusal_of([&] { ledger.settle(kernel, 7, digest(9)); });
  EXPECT_EQ(error.kind(), ErrorKind::environment);
  EXPECT_THAT(error.what(), HasSubstr("changed while it was read"));
}

TEST_F(LedgerTest, PinsOfOtherInputsAreAnEditedLock) {
  const auto refusal_with = [this](std::vector<Pin> pins) {
    return test::refusal_of([&] { Ledger(manifest_, Pinning::compare, std::move(pins)); });
  };
  std::vector<Pin> kinds = pins_;
  kinds[0].kind = InputKind::raw;
  EXPECT_EQ(refusal_with(kinds).kind(), ErrorKind::usage);
  std::vector<Pin> names = pins_;
  names[0].name = "raw";
  EXPECT_EQ(refusal_with(names).kind(), ErrorKind::usage);
  std::vector<Pin> origins = pins_;
  origins[1].origin = manifest::Origin::url;
  EXPECT_EQ(refusal_with(origins).kind(), ErrorKind::usage);
  const Error fewer = refusal_with({pins_[0]});
  EXPECT_EQ(fewer.kind(), ErrorKind::usage);
  EXPECT_STREQ(fewer.what(), "the lock does not pin raw ramdisk 'raw'");
}

TEST_F(LedgerTest, APinThatNobodyAskedForIsAnEditedLock) {
  pins_.push_back({.kind = InputKind::file, .name = "more"});
  const Error error = test::refusal_of([&] { Ledger(manifest_, Pinning::compare, pins_); });
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_EQ(error.context().got, "file 'more'");
}

TEST_F(LedgerTest, AnInputThatWasNotReadIsABug) {
  Ledger ledger(manifest_, Pinning::compare, pins_);
  ledger.settle(kernel, 7, digest(1));
  EXPECT_EQ(test::refusal_of([&] { (void)std::move(ledger).finish(); }).kind(), ErrorKind::bug);
}

TEST_F(LedgerTest, TheManifestsOwnDigestHoldsInEveryRun) {
  manifest_.inputs[kernel].sha256 = digest(1);
  for (const Pinning pinning : {Pinning::record, Pinning::none}) {
    Ledger ledger(manifest_, pinning);
    EXPECT_NO_THROW(ledger.settle(kernel, 7, digest(1)));
    const Error error = test::refusal_of([&] { ledger.settle(kernel, 7, digest(2)); });
    EXPECT_EQ(error.kind(), ErrorKind::untrusted);
    EXPECT_THAT(error.what(), HasSubstr("the digest that the manifest says"));
  }
}

TEST_F(LedgerTest, WhatWasFetchedLiesInTheStoreAndIsComparedWhileLocking) {
  manifest_.inputs[kernel].origin = manifest::Origin::url;
  pins_[0].origin = manifest::Origin::url;
  const StoreLookup store = [](const Sha256Digest& wanted) {
    return wanted == digest(1) ? std::optional<std::filesystem::path>("store/01") : std::nullopt;
  };
  Ledger ledger(manifest_, Pinning::record, pins_, store);
  EXPECT_EQ(ledger.location(kernel), "store/01");
  EXPECT_NO_THROW(ledger.settle(kernel, 7, digest(1)));
  EXPECT_THAT(test::refusal_of([&] { ledger.settle(kernel, 7, digest(9)); }).what(),
              HasSubstr("is damaged in the store"));
  pins_[0].digest = digest(5);
  Ledger absent(manifest_, Pinning::record, pins_, store);
  const Error error = test::refusal_of([&] { (void)absent.location(kernel); });
  EXPECT_EQ(error.kind(), ErrorKind::environment);
  EXPECT_THAT(error.context().hint, HasSubstr("reproduce fetch"));
}

}  // namespace
}  // namespace reproduce::inputs
