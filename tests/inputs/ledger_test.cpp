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
  manifest::InputPath kernel_ = manifest_.kernel.source;
  manifest::InputPath raw_ = *manifest_.ramdisks[0].raw;

  static Sha256Digest digest(std::uint8_t byte) {
    Sha256Digest digest;
    digest.fill(byte);
    return digest;
  }

  std::vector<Pin> pins_ = {
      {.kind = InputKind::kernel, .path = "kernel", .size = 7, .digest = digest(1)},
      {.kind = InputKind::raw, .path = "raw", .size = 8, .digest = digest(2)}};
};

TEST_F(LedgerTest, RecordsWhatItIsTold) {
  Ledger ledger(manifest_, Pinning::record);
  const std::size_t kernel = ledger.admit(InputKind::kernel, kernel_);
  const std::size_t raw = ledger.admit(InputKind::raw, raw_);
  ledger.settle(raw, 8, digest(2));
  ledger.settle(kernel, 7, digest(1));
  EXPECT_EQ(std::move(ledger).finish(), pins_);
}

TEST_F(LedgerTest, AcceptsWhatIsPinned) {
  Ledger ledger(manifest_, Pinning::compare, pins_);
  ledger.settle(ledger.admit(InputKind::kernel, kernel_), 7, digest(1));
  ledger.settle(ledger.admit(InputKind::raw, raw_), 8, digest(2));
  EXPECT_EQ(std::move(ledger).finish(), pins_);
}

TEST_F(LedgerTest, NamesTheInputAndItsLineWhenTheDigestDiffers) {
  Ledger ledger(manifest_, Pinning::compare, pins_);
  (void)ledger.admit(InputKind::kernel, kernel_);
  const std::size_t raw = ledger.admit(InputKind::raw, raw_);
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

TEST_F(LedgerTest, ASizeThatDiffersIsEnough) {
  Ledger ledger(manifest_, Pinning::compare, pins_);
  const std::size_t kernel = ledger.admit(InputKind::kernel, kernel_);
  EXPECT_NO_THROW(ledger.check_size(kernel, 7));
  const Error error = test::refusal_of([&] { ledger.check_size(kernel, 9); });
  EXPECT_EQ(error.kind(), ErrorKind::untrusted);
  EXPECT_EQ(error.context().expected, "7 bytes");
  EXPECT_EQ(error.context().got, "9 bytes");
}

TEST_F(LedgerTest, AFolderDiffersInEntriesToo) {
  pins_[0].kind = InputKind::dir;
  pins_[0].entries = 3;
  Ledger ledger(manifest_, Pinning::compare, pins_);
  const std::size_t folder = ledger.admit(InputKind::dir, kernel_);
  EXPECT_NO_THROW(ledger.check_extent(folder, 3, 7));
  const Error error = test::refusal_of([&] { ledger.check_extent(folder, 1, 7); });
  EXPECT_EQ(error.context().expected, "3 entries with 7 bytes");
  EXPECT_EQ(error.context().got, "1 entry with 7 bytes");
}

TEST_F(LedgerTest, WhatChangesBetweenTwoLooksIsTheMachinesFault) {
  Ledger ledger(manifest_, Pinning::recheck, pins_);
  const std::size_t kernel = ledger.admit(InputKind::kernel, kernel_);
  const Error error = test::refusal_of([&] { ledger.settle(kernel, 7, digest(9)); });
  EXPECT_EQ(error.kind(), ErrorKind::environment);
  EXPECT_THAT(error.what(), HasSubstr("changed while it was read"));
}

TEST_F(LedgerTest, PinsOfOtherInputsAreAnEditedLock) {
  Ledger kinds(manifest_, Pinning::compare, pins_);
  EXPECT_EQ(test::refusal_of([&] { (void)kinds.admit(InputKind::raw, kernel_); }).kind(),
            ErrorKind::usage);
  Ledger paths(manifest_, Pinning::compare, pins_);
  EXPECT_EQ(test::refusal_of([&] { (void)paths.admit(InputKind::kernel, raw_); }).kind(),
            ErrorKind::usage);
  pins_.pop_back();
  Ledger fewer(manifest_, Pinning::compare, pins_);
  (void)fewer.admit(InputKind::kernel, kernel_);
  EXPECT_EQ(test::refusal_of([&] { (void)fewer.admit(InputKind::raw, raw_); }).kind(),
            ErrorKind::usage);
}

TEST_F(LedgerTest, APinThatNobodyAskedForIsAnEditedLock) {
  Ledger ledger(manifest_, Pinning::compare, pins_);
  ledger.settle(ledger.admit(InputKind::kernel, kernel_), 7, digest(1));
  const Error error = test::refusal_of([&] { (void)std::move(ledger).finish(); });
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_EQ(error.context().got, "raw ramdisk 'raw'");
}

TEST_F(LedgerTest, AnInputThatWasNotReadIsABug) {
  Ledger ledger(manifest_, Pinning::compare, {pins_[0]});
  (void)ledger.admit(InputKind::kernel, kernel_);
  EXPECT_EQ(test::refusal_of([&] { (void)std::move(ledger).finish(); }).kind(), ErrorKind::bug);
}

}  // namespace
}  // namespace reproduce::inputs
