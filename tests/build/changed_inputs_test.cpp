/// Inputs that are not what the lock pins, whenever they change, and locks that were edited.

#include <functional>
#include <string>
#include <utility>

#include "build/workshop.hpp"
#include "support/refusal.hpp"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reproduce/build/build.hpp"

namespace reproduce::build {
namespace {

using ::testing::HasSubstr;

/// Does something before the first section is read, when everything has been opened and nothing
/// is finished.
void build_meddled_with(const Workshop& workshop, const manifest::Lock& lock,
                        std::function<void()> meddle) {
  NullSink out;
  (void)workshop.build(lock, out, [&](std::uint64_t /*done*/) {
    if (meddle) std::exchange(meddle, nullptr)();
  });
}

struct Change {
  std::string file;     ///< which to rewrite
  std::string content;  ///< of the same size as before
  std::string words;    ///< in the error
  std::string line;     ///< of the manifest
};

const std::vector<Change>& changes() {
  static const std::string other_archive = [] {
    std::string archive = one_file_archive();
    return archive.replace(archive.find("xyz"), 3, "xyZ");
  }();
  static const std::vector<Change> all{
      {"kernel", "A kernel", "kernel 'kernel'", "path = \"kernel\""},
      {"config", "#\n#\n# Linux/x86_64 6.12.2-x Kernel Configuration\n", "kernel config 'config'",
       "config = \"config\""},
      {"init", "#!/bin/SH\n", "file 'init'", "file = \"init\""},
      {"raw", "Ready", "raw ramdisk 'raw'", "raw = \"raw\""},
      {"rootfs/etc/conf", "Conf", "folder 'rootfs'", "dir = \"rootfs\""},
      {"archive", other_archive, "archive 'archive'", "cpio = \"archive\""}};
  return all;
}

void expect_untrusted(const Error& error, const Change& change) {
  EXPECT_EQ(error.kind(), ErrorKind::untrusted) << change.file << ": " << error.what();
  EXPECT_EQ(std::string(error.what()), change.words + " does not match its pin");
  ASSERT_TRUE(error.context().source) << change.file;
  EXPECT_EQ(error.context().source->text, change.line);
  EXPECT_THAT(error.context().hint, HasSubstr("reproduce lock"));
  EXPECT_NE(error.context().expected, error.context().got);
}

TEST(ChangedInput, IsUntrustedWhenOnlyAByteDiffers) {
  for (const Change& change : changes()) {
    const Workshop workshop;
    const manifest::Lock lock = workshop.lock().lock;
    workshop.write(change.file, change.content);
    expect_untrusted(test::refusal_of([&] { (void)workshop.build(lock); }), change);
  }
}

TEST(ChangedInput, IsUntrustedBeforeAnythingIsWrittenWhenTheSizeDiffers) {
  for (const Change& change : changes()) {
    const Workshop workshop;
    const manifest::Lock lock = workshop.lock().lock;
    workshop.write(change.file, change.content + "longer");
    const auto meddle = [&] { ADD_FAILURE() << change.file << " was noticed late"; };
    const Error error = test::refusal_of([&] { build_meddled_with(workshop, lock, meddle); });
    expect_untrusted(error, change);
    EXPECT_THAT(error.context().got, HasSubstr("byte"));
  }
}

/// All but the config and the archive, which have been read by the time the output begins.
bool is_read_late(const Change& change) {
  return change.file != "config" && change.file != "archive";
}

TEST(ChangedInput, IsUntrustedWhenItIsRewrittenDuringTheBuild) {
  for (const Change& change : changes()) {
    if (!is_read_late(change)) continue;
    const Workshop workshop;
    const manifest::Lock lock = workshop.lock().lock;
    const auto meddle = [&] { workshop.write(change.file, change.content); };
    expect_untrusted(test::refusal_of([&] { build_meddled_with(workshop, lock, meddle); }), change);
  }
}

TEST(ChangedInput, IsUntrustedWhenItGrowsOrShrinksDuringTheBuild) {
  for (const Change& change : changes()) {
    if (!is_read_late(change)) continue;
    for (const std::string& content : {change.content + "longer", change.content.substr(1)}) {
      const Workshop workshop;
      const manifest::Lock lock = workshop.lock().lock;
      const auto meddle = [&] { workshop.write(change.file, content); };
      expect_untrusted(test::refusal_of([&] { build_meddled_with(workshop, lock, meddle); }),
                       change);
    }
  }
}

TEST(ChangedInput, IsUntrustedWhenItIsNoLongerOfItsKind) {
  for (const Change& change : changes()) {
    const Workshop workshop;
    const manifest::Lock lock = workshop.lock().lock;
    const bool is_folder = change.file.find('/') != std::string::npos;
    const std::string input = change.file.substr(0, change.file.find('/'));
    std::filesystem::remove_all(workshop.path(input));
    if (is_folder)
      workshop.write(input, "a file");
    else
      std::filesystem::create_directory(workshop.path(input));
    expect_untrusted(test::refusal_of([&] { (void)workshop.build(lock); }), change);
    if (is_folder) continue;
    std::filesystem::remove(workshop.path(input));
    std::filesystem::create_symlink("/dev/null", workshop.path(input));
    expect_untrusted(test::refusal_of([&] { (void)workshop.build(lock); }), change);
  }
}

// Count and size of the entries stay, so only the digest of the whole tree can tell.
TEST(ChangedInput, IsUntrustedWhenAFoldersNewNamesClashWithAnotherLayer) {
  const Workshop workshop;
  std::string text = workshop_manifest;
  const std::string place = "to = \"/greeting\"";
  text.replace(text.find(place), place.size(), "to = \"/rootfs/new\"");
  workshop.write("enclave.toml", text);
  const manifest::Lock lock = workshop.lock().lock;
  std::filesystem::rename(workshop.path("rootfs/app"), workshop.path("rootfs/new"));
  const Change change{"rootfs", "", "folder 'rootfs'", "dir = \"rootfs\""};
  expect_untrusted(test::refusal_of([&] { (void)workshop.build(lock); }), change);
}

TEST(ChangedInput, WhatWasReadAlreadyMayChange) {
  const Workshop workshop;
  const manifest::Lock lock = workshop.lock().lock;
  const auto meddle = [&] { std::filesystem::remove(workshop.path("archive")); };
  EXPECT_NO_THROW(build_meddled_with(workshop, lock, meddle));
}

TEST(EditedLock, TheImageMustBeTheExpectedOneInEveryRespect) {
  const Workshop workshop;
  const manifest::Lock good = workshop.lock().lock;
  struct {
    std::function<void(manifest::Lock&)> edit;
    std::string words;
  } const cases[] = {
      {[](auto& lock) { lock.image.sha256[0] ^= 1; }, "its SHA-256 differs"},
      {[](auto& lock) { lock.image.crc32 ^= 1; }, "its checksum differs"},
      {[](auto& lock) { lock.image.registers[1][47] ^= 1; }, "its PCR1 differs"},
      {[](auto& lock) { lock.image.registers.erase(2); }, "its PCR2 differs"},
      {[](auto& lock) { lock.image.registers[8] = {}; }, "its list of registers differs"},
      {[](auto& lock) {
         lock.image.sections[3].size += 4;
         lock.image.sections[5].size -= 4;
       },
       "its section 3 (ramdisk) differs"},
  };
  for (const auto& [edit, words] : cases) {
    manifest::Lock lock = good;
    edit(lock);
    const Error error = test::refusal_of([&] { (void)workshop.build(lock); });
    EXPECT_EQ(error.kind(), ErrorKind::untrusted);
    EXPECT_THAT(error.what(), HasSubstr(words));
    EXPECT_EQ(error.context().file, workshop.path("enclave.lock").string());
  }
}

TEST(EditedLock, AnImageThatTheManifestCannotMakeIsRefusedBeforeBuilding) {
  const Workshop workshop;
  const manifest::Lock good = workshop.lock().lock;
  const std::vector<std::function<void(manifest::Lock&)>> edits{
      [](auto& lock) { lock.image.size += 1; },
      [](auto& lock) { lock.image.sections.pop_back(); },
      [](auto& lock) {
        lock.image.sections.push_back({"ramdisk", 1});
      },
      [](auto& lock) { lock.image.sections[0].type = "cmdline"; },
      [](auto& lock) { lock.inputs.pop_back(); },
      [](auto& lock) { lock.inputs[0].name = "other"; },
      [](auto& lock) { lock.inputs[0].kind = manifest::InputKind::raw; }};
  for (const auto& edit : edits) {
    manifest::Lock lock = good;
    edit(lock);
    const auto meddle = [] { ADD_FAILURE() << "building began"; };
    const Error error = test::refusal_of([&] { build_meddled_with(workshop, lock, meddle); });
    EXPECT_EQ(error.kind(), ErrorKind::usage) << error.what();
    EXPECT_THAT(error.context().hint, HasSubstr("reproduce lock"));
  }
}

TEST(EditedLock, SizesThatDoNotFitIn64BitsAreNoTrouble) {
  const Workshop workshop;
  manifest::Lock lock = workshop.lock().lock;
  lock.image.sections[0].size = ~std::uint64_t{0};
  EXPECT_THROW((void)workshop.build(lock), Error);
}

}  // namespace
}  // namespace reproduce::build
