#include "reproduce/inputs/folder.hpp"

#include <string>

#include "support/manifests.hpp"
#include "support/refusal.hpp"
#include "support/temp_dir.hpp"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reproduce/base/hex.hpp"

namespace reproduce::inputs {
namespace {

using manifest::Pin;
using ::testing::HasSubstr;

class InputFolder : public ::testing::Test {
 protected:
  InputFolder() {
    folder_.write("root/a", "aaa");
    folder_.write("root/sub/b", "bb");
    folder_.write("root/empty", "");
    set_modes();
  }

  /// The umask of whoever runs the tests must not show.
  void set_modes() const {
    namespace fs = std::filesystem;
    for (const auto& entry : fs::recursive_directory_iterator(folder_.path()))
      fs::permissions(entry, entry.is_directory() ? fs::perms(0755) : fs::perms(0644));
  }

  static void stream_all(const tree::Tree& tree) {
    for (const auto& [path, entry] : tree.entries()) {
      if (!entry.content) continue;
      MemorySink sink;
      copy(*entry.content->open(), sink);
    }
  }

  /// The manifest with the folder as its only input.
  static manifest::Manifest only_folder(manifest::Manifest manifest) {
    manifest.inputs.erase(manifest.inputs.begin());
    return manifest;
  }

  [[nodiscard]] std::vector<Pin> lock() const {
    Ledger ledger(manifest_, Pinning::record);
    FolderInput folder(ledger, 0, {});
    stream_all(folder.layer().tree);
    folder.settle();
    return std::move(ledger).finish();
  }

  /// Builds against `pins`, doing `meanwhile` between listing and streaming.
  template <class Meanwhile>
  void build(const std::vector<Pin>& pins, Meanwhile meanwhile) const {
    Ledger ledger(manifest_, Pinning::compare, pins);
    FolderInput folder(ledger, 0, {});
    meanwhile();
    stream_all(folder.layer().tree);
    folder.settle();
    (void)std::move(ledger).finish();
  }

  void build(const std::vector<Pin>& pins) const {
    build(pins, [] {});
  }

  void expect_refused(const std::vector<Pin>& pins) const {
    const Error error = test::refusal_of([&] { build(pins); });
    EXPECT_EQ(error.kind(), ErrorKind::untrusted);
    EXPECT_THAT(error.what(), HasSubstr("folder 'root' does not match its pin"));
    EXPECT_EQ(error.context().source->text, "dir = \"root\"");
  }

  test::TempDir folder_;
  manifest::Manifest manifest_ =
      only_folder(test::manifest_with_layers(folder_.path(), "dir = \"root\""));
};

// The digest was computed with Python's hashlib over the text that tree/digest.hpp documents.
TEST_F(InputFolder, IsPinnedByTheDigestOfItsTree) {
  const std::vector<Pin> pins = lock();
  ASSERT_EQ(pins.size(), 1u);
  EXPECT_EQ(pins[0].entries, 4u);
  EXPECT_EQ(pins[0].size, 5u);
  EXPECT_EQ(to_hex(pins[0].digest),
            "6a9e7cc7560d9adbe8ddb55231125a5725da2193dcdb2f46ca962607e05bd5e8");
}

TEST_F(InputFolder, BuildsWhileNothingChanges) {
  const std::vector<Pin> pins = lock();
  EXPECT_NO_THROW(build(pins));
}

TEST_F(InputFolder, TimesDoNotMatter) {
  const std::vector<Pin> pins = lock();
  std::filesystem::last_write_time(folder_.path() / "root/a", {});
  EXPECT_NO_THROW(build(pins));
}

TEST_F(InputFolder, AnotherByteMatters) {
  const std::vector<Pin> pins = lock();
  folder_.write("root/a", "aab");
  expect_refused(pins);
}

TEST_F(InputFolder, AnotherNameMatters) {
  const std::vector<Pin> pins = lock();
  std::filesystem::rename(folder_.path() / "root/a", folder_.path() / "root/c");
  expect_refused(pins);
}

TEST_F(InputFolder, AnotherModeMatters) {
  const std::vector<Pin> pins = lock();
  std::filesystem::permissions(folder_.path() / "root/a", std::filesystem::perms(0755));
  expect_refused(pins);
}

TEST_F(InputFolder, AnotherFileMatters) {
  const std::vector<Pin> pins = lock();
  folder_.write("root/new", "");
  expect_refused(pins);
}

TEST_F(InputFolder, AnotherSizeIsRefusedBeforeAnythingIsRead) {
  const std::vector<Pin> pins = lock();
  folder_.write("root/a", "aaaa");
  Ledger ledger(manifest_, Pinning::compare, pins);
  const Error error = test::refusal_of([&] { FolderInput(ledger, 0, {}); });
  EXPECT_EQ(error.kind(), ErrorKind::untrusted);
  EXPECT_EQ(error.context().expected, "4 entries with 5 bytes");
  EXPECT_EQ(error.context().got, "4 entries with 6 bytes");
}

TEST_F(InputFolder, AChangeBetweenListingAndReadingIsUntrusted) {
  const std::vector<Pin> pins = lock();
  const auto rewrite = [&] { folder_.write("root/a", "xxx"); };
  EXPECT_EQ(test::refusal_of([&] { build(pins, rewrite); }).kind(), ErrorKind::untrusted);
}

TEST_F(InputFolder, AbsenceIsToldAtTheManifestsLine) {
  std::filesystem::remove_all(folder_.path() / "root");
  const Error error = test::refusal_of([&] { (void)lock(); });
  EXPECT_EQ(error.kind(), ErrorKind::environment);
  EXPECT_EQ(error.context().file, (folder_.path() / "enclave.toml").string());
  EXPECT_EQ(error.context().source->text, "dir = \"root\"");
}

}  // namespace
}  // namespace reproduce::inputs
