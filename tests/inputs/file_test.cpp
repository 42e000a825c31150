#include "reproduce/inputs/file.hpp"

#include <fstream>
#include <string>

#include <sys/stat.h>

#include "support/manifests.hpp"
#include "support/refusal.hpp"
#include "support/temp_dir.hpp"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reproduce/crypto/digest.hpp"
#include "reproduce/inputs/reader.hpp"

namespace reproduce::inputs {
namespace {

using manifest::InputKind;
using manifest::Pin;
using ::testing::HasSubstr;

class InputFileTest : public ::testing::Test {
 protected:
  test::TempDir folder_;
  manifest::Manifest manifest_ = only_kernel(test::manifest_in(folder_.path()));

  static manifest::Manifest only_kernel(manifest::Manifest manifest) {
    manifest.inputs.resize(1);
    return manifest;
  }

  /// A ledger that pins the kernel as `content`, with the kernel admitted.
  [[nodiscard]] Ledger pinned(const std::string& content) const {
    return {manifest_,
            Pinning::compare,
            {{.kind = InputKind::kernel,
              .name = "kernel",
              .size = content.size(),
              .digest = sha256(as_bytes(content))}}};
  }

  static std::string read_in_steps(Source& source, std::size_t step) {
    std::string text;
    Bytes buffer(step);
    while (const std::size_t count = source.read(buffer))
      text += as_text(ByteView(buffer).first(count));
    return text;
  }
};

TEST_F(InputFileTest, GivesThePinnedBytesInPiecesOfAnySize) {
  folder_.write("kernel", "kernel bytes");
  for (const std::size_t step : {1U, 5U, 12U, 100U}) {
    Ledger ledger = pinned("kernel bytes");
    InputSource source(ledger, 0);
    EXPECT_EQ(source.size(), 12u);
    EXPECT_EQ(read_in_steps(source, step), "kernel bytes");
    EXPECT_NO_THROW((void)std::move(ledger).finish());
  }
}

TEST_F(InputFileTest, RecordsSizeAndDigest) {
  folder_.write("kernel", "kernel bytes");
  Ledger ledger(manifest_, Pinning::record);
  InputSource source(ledger, 0);
  (void)read_in_steps(source, 5);
  const std::vector<Pin> pins = std::move(ledger).finish();
  ASSERT_EQ(pins.size(), 1u);
  EXPECT_EQ(pins[0].size, 12u);
  EXPECT_EQ(pins[0].digest, sha256(as_bytes("kernel bytes")));
}

TEST_F(InputFileTest, AnotherSizeIsRefusedBeforeTheFirstByte) {
  folder_.write("kernel", "kernel bytes");
  Ledger ledger = pinned("kernel byte");
  const Error error = test::refusal_of([&] { InputSource(ledger, 0); });
  EXPECT_EQ(error.kind(), ErrorKind::untrusted);
  EXPECT_EQ(error.context().expected, "11 bytes");
  EXPECT_EQ(error.context().got, "12 bytes");
}

TEST_F(InputFileTest, OtherBytesAreRefusedAtTheEnd) {
  folder_.write("kernel", "kernel bytEs");
  Ledger ledger = pinned("kernel bytes");
  InputSource source(ledger, 0);
  const Error error = test::refusal_of([&] { (void)read_in_steps(source, 5); });
  EXPECT_EQ(error.kind(), ErrorKind::untrusted);
  EXPECT_THAT(error.what(), HasSubstr("kernel 'kernel' does not match its pin"));
}

TEST_F(InputFileTest, AFileThatGrowsWhileItIsReadIsRefused) {
  folder_.write("kernel", "kernel bytes");
  Ledger ledger = pinned("kernel bytes");
  InputSource source(ledger, 0);
  Bytes buffer(12);
  EXPECT_EQ(source.read(buffer), 12u);
  std::ofstream(folder_.path() / "kernel", std::ios::app) << "!";
  const Error error = test::refusal_of([&] { (void)source.read(buffer); });
  EXPECT_EQ(error.kind(), ErrorKind::untrusted);
  EXPECT_EQ(error.context().got, "13 bytes");
}

TEST_F(InputFileTest, AFileThatShrinksWhileItIsReadIsRefused) {
  folder_.write("kernel", "kernel bytes");
  Ledger ledger = pinned("kernel bytes");
  InputSource source(ledger, 0);
  Bytes buffer(4);
  EXPECT_EQ(source.read(buffer), 4u);
  std::filesystem::resize_file(folder_.path() / "kernel", 4);
  const Error error = test::refusal_of([&] { (void)source.read(buffer); });
  EXPECT_EQ(error.kind(), ErrorKind::untrusted);
  EXPECT_EQ(error.context().got, "4 bytes");
}

TEST_F(InputFileTest, AFileThatIsRewrittenWhileItIsReadIsRefused) {
  folder_.write("kernel", "kernel bytes");
  Ledger ledger = pinned("kernel bytes");
  InputSource source(ledger, 0);
  Bytes buffer(4);
  EXPECT_EQ(source.read(buffer), 4u);
  folder_.write("kernel", "KERNEL BYTES");  // the same file, other bytes behind the fourth
  EXPECT_EQ(test::refusal_of([&] { (void)read_in_steps(source, 4); }).kind(), ErrorKind::untrusted);
}

TEST_F(InputFileTest, AbsenceIsToldAtTheManifestsLine) {
  Ledger ledger = pinned("kernel bytes");
  const Error error = test::refusal_of([&] { InputSource(ledger, 0); });
  EXPECT_EQ(error.kind(), ErrorKind::environment);
  EXPECT_THAT(error.what(), HasSubstr("No such file"));
  EXPECT_EQ(error.context().file, (folder_.path() / "enclave.toml").string());
  EXPECT_EQ(error.context().source->text, "path = \"kernel\"");
}

TEST_F(InputFileTest, OnlyRegularFilesCanBePinned) {
  const std::string path = (folder_.path() / "kernel").string();
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  Ledger fifo(manifest_, Pinning::record);
  const std::size_t kernel = 0;
  EXPECT_EQ(test::refusal_of([&] { InputSource(fifo, kernel); }).kind(), ErrorKind::usage);
  std::filesystem::remove(path);
  std::filesystem::create_directory(path);
  const Error error = test::refusal_of([&] { InputSource(fifo, kernel); });
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_THAT(error.context().hint, HasSubstr("`dir`"));
}

TEST_F(InputFileTest, WithoutPinsNothingIsHashedOrHeldAgainstIt) {
  folder_.write("kernel", "kernel bytes");
  Ledger ledger(manifest_, Pinning::none);
  InputSource source(ledger, 0);
  EXPECT_EQ(read_in_steps(source, 5), "kernel bytes");
  EXPECT_NO_THROW((void)std::move(ledger).finish());
}

TEST_F(InputFileTest, SmallInputsAreBounded) {
  folder_.write("kernel", "kernel bytes");
  Ledger ledger = pinned("kernel bytes");
  EXPECT_EQ(as_text(read_input(ledger, 0, 12, "config")), "kernel bytes");
  Ledger again = pinned("kernel bytes");
  const Error error = test::refusal_of([&] { (void)read_input(again, 0, 11, "config"); });
  EXPECT_EQ(error.kind(), ErrorKind::malformed);
  EXPECT_EQ(error.context().file, (folder_.path() / "kernel").string());
}

TEST_F(InputFileTest, ContentIsReadWhenItIsStreamed) {
  folder_.write("kernel", "kernel bytes");
  Ledger ledger = pinned("kernel bytes");
  const tree::ContentPtr content = file_content(ledger, 0);
  EXPECT_EQ(content->size(), 12u);
  const std::unique_ptr<Source> source = content->open();
  EXPECT_EQ(read_in_steps(*source, 100), "kernel bytes");
  EXPECT_NO_THROW((void)std::move(ledger).finish());
}

TEST_F(InputFileTest, ContentWhoseSizeChangedMeanwhileIsRefused) {
  folder_.write("kernel", "kernel bytes");
  Ledger recording(manifest_, Pinning::record);
  const tree::ContentPtr content = file_content(recording, 0);
  folder_.write("kernel", "more kernel bytes");
  const Error error = test::refusal_of([&] { (void)content->open(); });
  EXPECT_EQ(error.kind(), ErrorKind::environment);
  EXPECT_THAT(error.what(), HasSubstr("changed while it was read"));
}

TEST_F(InputFileTest, AnArchiveThatIsNotThePinnedOneIsUntrustedAndNotMalformed) {
  manifest_.inputs[0].kind = InputKind::cpio;
  const auto refusal = [&](Ledger ledger) {
    Reader reader(ledger, folder_.path());
    return test::refusal_of([&] { (void)reader.tree({.input = 0}); });
  };
  const auto pinned_archive = [&](const std::string& content) {
    return Ledger(manifest_, Pinning::compare,
                  {{.kind = InputKind::cpio,
                    .name = "kernel",
                    .size = content.size(),
                    .digest = sha256(as_bytes(content))}});
  };
  folder_.write("kernel", "no archive!!");
  EXPECT_EQ(refusal(pinned_archive("an archive!!")).kind(), ErrorKind::untrusted);
  const Error error = refusal(pinned_archive("no archive!!"));
  EXPECT_EQ(error.kind(), ErrorKind::malformed);
  EXPECT_EQ(error.context().file, (folder_.path() / "kernel").string());
}

}  // namespace
}  // namespace reproduce::inputs
