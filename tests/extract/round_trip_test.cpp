#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "extract/extracted.hpp"
#include "support/image_signature.hpp"
#include "support/newc.hpp"
#include "support/refusal.hpp"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reproduce/build/ramdisk.hpp"
#include "reproduce/measure/image_pcrs.hpp"

namespace reproduce::extract {
namespace {

using test::ToyImage;
using test::ToySection;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;

// Section types, as the specification numbers them.
constexpr std::uint16_t kernel = 1, cmdline = 2, ramdisk = 3, signature = 4, metadata = 5;

void expect_round_trip(const Bytes& image) {
  Extracted extracted(image);
  EXPECT_EQ(extracted.rebuilt(), image) << extracted.extraction().manifest;
}

Sha384Digest pcr0_of(const Bytes& image) {
  MemorySource source(image);
  return measure::measure_image(source).registers.at(0);
}

std::string signature_over(const Sha384Digest& pcr0) {
  const Bytes bytes = test::ImageSignature{.value = pcr0}.bytes();
  return std::string(as_text(bytes));
}

TEST(Extract, GivesTheUsualImageAgain) {
  expect_round_trip(ToyImage().bytes());
}

TEST(Extract, SaysNothingInTheManifestThatIsUsual) {
  const Extracted extracted(ToyImage().bytes());
  EXPECT_THAT(extracted.extraction().manifest,
              HasSubstr("[image]\nname = \"toy\"\narch = \"x86_64\"\n\n[image.metadata]\n"));
}

TEST(Extract, KeepsEveryOrderOfSectionsThatReadersTake) {
  const std::string words = test::toy_metadata();
  const std::vector<std::vector<ToySection>> orders{
      {{cmdline, "c"}, {kernel, "k"}, {metadata, words}, {ramdisk, "r"}},
      {{metadata, words}, {kernel, "k"}, {ramdisk, "r"}, {cmdline, "c"}},
      {{kernel, "k"}, {ramdisk, "r"}, {cmdline, "c"}, {ramdisk, "s"}, {metadata, words}},
      {{kernel, "k"}, {ramdisk, "r"}, {metadata, words}, {ramdisk, "s"}, {cmdline, "c"}},
      {{kernel, "k"}, {cmdline, "c"}, {ramdisk, "r"}, {ramdisk, "r"}, {metadata, words}}};
  for (const std::vector<ToySection>& sections : orders)
    expect_round_trip(ToyImage{.sections = sections}.bytes());
}

TEST(Extract, KeepsEveryFieldOfTheHeader) {
  constexpr std::size_t default_mem = 0x008, default_cpus = 0x010;
  for (const std::uint64_t value :
       {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 62, std::uint64_t{INT64_MAX},
        std::uint64_t{INT64_MAX} + 1, UINT64_MAX})
    for (const std::size_t field : {default_mem, default_cpus}) {
      Bytes image = ToyImage().bytes();
      test::poke(image, field, value, 8);
      test::mend_crc(image);
      expect_round_trip(image);
    }
  expect_round_trip(ToyImage{.flags = 1}.bytes());
  for (const std::uint16_t version : {std::uint16_t{2}, std::uint16_t{3}})
    expect_round_trip(ToyImage{.version = version}.bytes());
}

TEST(Extract, TakesImagesOfOldVersionsWithoutMetadata) {
  for (const std::uint16_t version : {std::uint16_t{2}, std::uint16_t{3}}) {
    expect_round_trip(
        ToyImage{.version = version, .sections = {{kernel, "k"}, {cmdline, "c"}, {ramdisk, "r"}}}
            .bytes());
    expect_round_trip(
        ToyImage{.version = version, .sections = {{cmdline, "c"}, {kernel, "k"}}}.bytes());
    // 32 sections, of which 30 are ramdisks.
    std::vector<ToySection> most{{kernel, "k"}, {cmdline, "c"}};
    most.resize(32, {ramdisk, "r"});
    expect_round_trip(ToyImage{.version = version, .sections = most}.bytes());
  }
}

TEST(Extract, TakesAnyNumberOfRamdisks) {
  for (const std::size_t count : {0U, 1U, 29U}) {
    std::vector<ToySection> sections{
        {kernel, "k"}, {cmdline, "c"}, {metadata, test::toy_metadata()}};
    sections.resize(sections.size() + count, {ramdisk, "rest"});
    expect_round_trip(ToyImage{.sections = sections}.bytes());
  }
}

TEST(Extract, TakesEmptySections) {
  expect_round_trip(ToyImage{.sections = {{kernel, ""},
                                          {cmdline, ""},
                                          {metadata, test::toy_metadata()},
                                          {ramdisk, ""},
                                          {ramdisk, test::newc_trailer()},
                                          {ramdisk, ""}}}
                        .bytes());
}

TEST(Extract, TakesCommandLinesThatAreNoText) {
  using namespace std::string_literals;
  for (const std::string& line :
       {"\xff\xfe"s, "quiet\0init=/bin/sh"s, "\n"s, "a\"b\\c '"s, std::string(3 << 20, 'x')}) {
    Extracted extracted(ToyImage{
        .sections = {
            {kernel, "k"},
            {cmdline, line},
            {metadata, test::toy_metadata()},
            {ramdisk, "r"}}}.bytes());
    EXPECT_EQ(extracted.text("cmdline"), line);
  }
  expect_round_trip(ToyImage{.sections = {{kernel, "k"},
                                          {cmdline, std::string(3 << 20, '\0')},
                                          {metadata, test::toy_metadata()},
                                          {ramdisk, "r"}}}
                        .bytes());
}

TEST(Extract, KeepsMetadataThatOthersWriteInAnotherForm) {
  std::string words = test::toy_metadata();
  words.insert(1, "\n  \"unknown\" : [1, 2.50],\n");
  Extracted extracted(
      ToyImage{.sections = {{kernel, "k"}, {cmdline, "c"}, {metadata, words}, {ramdisk, "r"}}}
          .bytes());
  EXPECT_EQ(extracted.text("metadata.json"), words);
  expect_round_trip(
      ToyImage{.sections = {{kernel, "k"}, {cmdline, "c"}, {metadata, words}, {ramdisk, "r"}}}
          .bytes());
}

TEST(Extract, CallsTheOutputByTheImagesNameOnlyWhereThatIsSafe) {
  for (const std::string name : {"../../etc/passwd", "", "-rf", ".hidden", "a b", "\\u001b[2J"}) {
    std::string words = test::toy_metadata();
    words.replace(words.find("toy"), 3, name);
    const Bytes image =
        ToyImage{.sections = {{kernel, "k"}, {cmdline, "c"}, {metadata, words}, {ramdisk, "r"}}}
            .bytes();
    Extracted extracted(image);
    EXPECT_THAT(extracted.extraction().manifest, HasSubstr("name = \"image\"\n"));
    EXPECT_EQ(extracted.rebuilt(), image);
  }
}

TEST(Extract, KeepsASignatureWhereverItStands) {
  ToyImage toy;
  const ToySection signed_section{signature, signature_over(pcr0_of(toy.bytes()))};
  toy.sections.push_back(signed_section);
  const Bytes usual = toy.bytes();
  Extracted extracted(usual);
  EXPECT_EQ(extracted.rebuilt(), usual);
  EXPECT_THAT(extracted.warnings(), Not(Contains(HasSubstr("signature"))));
  EXPECT_THAT(extracted.extraction().manifest, Not(HasSubstr("sections")));
  toy.sections.pop_back();
  toy.sections.insert(toy.sections.begin(), signed_section);
  expect_round_trip(toy.bytes());
}

TEST(Extract, KeepsASignatureThatDoesNotHoldAndBuildWarnsOfIt) {
  ToyImage toy;
  toy.sections.push_back({signature, signature_over(Sha384Digest{})});
  const Bytes image = toy.bytes();
  Extracted extracted(image);
  EXPECT_EQ(extracted.rebuilt(), image);
  EXPECT_TRUE(extracted.extraction().image.signature_fault);
  EXPECT_THAT(extracted.warnings(), Contains(HasSubstr("the signature does not hold")));
}

/// A ramdisk as `reproduce` builds it.
std::string built_ramdisk(const tree::Tree& tree, const build::RamdiskForm& form) {
  MemorySink out;
  (void)build::write_ramdisk(tree, form, out);
  return std::string(as_text(out.bytes()));
}

/// Something of every type, with modes and owners that no folder of a user can have.
tree::Tree rich_tree() {
  using tree::EntryType;
  const auto content = [](std::string_view text) {
    return tree::memory_content(Bytes(text.begin(), text.end()));
  };
  tree::Tree tree;
  tree.add("bin", {.type = EntryType::directory, .mode = 0555});
  tree.add("bin/su", {.mode = 04755, .content = content("a program")});
  const tree::ContentPtr shared = content("one file, two names");
  tree.add("bin/x", {.mode = 0755, .uid = 7, .content = shared, .link_group = 1});
  tree.add("bin/y", {.mode = 0755, .uid = 7, .content = shared, .link_group = 1});
  tree.add(
      "dev/console",
      {.type = EntryType::character_device, .mode = 0600, .device_major = 5, .device_minor = 1});
  tree.add("dev/loop0", {.type = EntryType::block_device,
                         .mode = 0660,
                         .gid = 6,
                         .device_major = 7,
                         .device_minor = 0});
  tree.add("empty", {.mode = 0, .uid = 4294967295, .content = content("")});
  tree.add("f\xff\xfe\n name", {.mode = 0644, .content = content("not UTF-8")});
  tree.add("lib", {.type = EntryType::symlink, .uid = 1, .target = "/usr/lib"});
  tree.add("pipe", {.type = EntryType::fifo, .mode = 0622});
  tree.add("socket", {.type = EntryType::socket, .mode = 0777});
  tree.add("tmp", {.type = EntryType::directory, .mode = 01777});
  return tree;
}

TEST(Extract, BuildsOurOwnRamdisksFromTheirFiles) {
  for (const auto compression : {manifest::Compression::none, manifest::Compression::gzip,
                                 manifest::Compression::zstd, manifest::Compression::xz}) {
    const Bytes image =
        image_with(built_ramdisk(rich_tree(), {.compression = compression, .mtime = 12345}));
    Extracted extracted(image);
    EXPECT_EQ(extracted.ramdisk(0).file, "") << extracted.ramdisk(0).why_file;
    EXPECT_THAT(extracted.extraction().manifest, HasSubstr("source_date_epoch = 12345\n"));
    EXPECT_EQ(extracted.rebuilt(), image);
    namespace fs = std::filesystem;
    const fs::path tree = extracted.folder() / "ramdisk-0";
    EXPECT_EQ(fs::status(tree / "bin/su").permissions() & fs::perms::set_uid, fs::perms::none);
    EXPECT_TRUE(fs::equivalent(tree / "bin/x", tree / "bin/y"));
    EXPECT_FALSE(fs::exists(fs::symlink_status(tree / "dev/console")));
    EXPECT_FALSE(fs::exists(fs::symlink_status(tree / "pipe")));
    EXPECT_EQ(fs::read_symlink(tree / "lib"), "/usr/lib");
  }
}

TEST(Extract, ThePermissionsOnTheDiskDoNotMatterForListedFiles) {
  const Bytes image = image_with(built_ramdisk(rich_tree(), {}));
  Extracted extracted(image);
  std::filesystem::permissions(extracted.folder() / "ramdisk-0/bin/su",
                               std::filesystem::perms(0600));
  EXPECT_EQ(extracted.rebuilt(), image);
}

TEST(Extract, AFileThatIsChangedChangesTheRamdiskThatItIsIn) {
  const Bytes image = image_with(built_ramdisk(rich_tree(), {}));
  Extracted extracted(image);
  std::filesystem::remove(extracted.folder() / "ramdisk-0/bin/su");
  EXPECT_EQ(test::refusal_of([&] { (void)extracted.rebuilt(); }).kind(), ErrorKind::malformed);
  std::ofstream(extracted.folder() / "ramdisk-0/bin/su") << "b program";
  Bytes changed = image;
  const std::string_view was = "a program";
  const auto at = std::search(changed.begin(), changed.end(), was.begin(), was.end());
  ASSERT_NE(at, changed.end());
  *at = 'b';
  test::mend_crc(changed);
  EXPECT_EQ(extracted.rebuilt(), changed);
}

TEST(Extract, OneTimeHoldsForAllFolders) {
  ToyImage toy;
  toy.sections = {{kernel, "k"},
                  {cmdline, "c"},
                  {metadata, test::toy_metadata()},
                  {ramdisk, built_ramdisk(rich_tree(), {.mtime = 1})},
                  {ramdisk, built_ramdisk(rich_tree(), {.mtime = 2})},
                  {ramdisk, built_ramdisk(rich_tree(), {.mtime = 1})}};
  const Bytes image = toy.bytes();
  Extracted extracted(image);
  EXPECT_EQ(extracted.ramdisk(0).file, "");
  EXPECT_EQ(extracted.ramdisk(1).file, "ramdisk-1.img");
  EXPECT_EQ(extracted.ramdisk(2).file, "");
  EXPECT_EQ(extracted.rebuilt(), image);
}

TEST(Extract, TakesTheBytesOfRamdisksThatOthersWrote) {
  const std::string theirs =
      test::newc_entry({.name = "./file", .content = "x", .uid = 1000}) + test::newc_trailer();
  Extracted extracted(image_with(theirs));
  EXPECT_EQ(extracted.ramdisk(0).file, "ramdisk-0.img");
  EXPECT_EQ(extracted.text("ramdisk-0.img"), theirs);
  EXPECT_EQ(extracted.text("ramdisk-0/file"), "x");
  EXPECT_EQ(extracted.text("ramdisk-0.attributes"),
            "reproduce-attributes/1\nfile 0644 1000 0 file\n");
  EXPECT_EQ(extracted.rebuilt(), image_with(theirs));
}

TEST(Extract, RefusesEveryTruncation) {
  const Bytes image = ToyImage().bytes();
  for (std::size_t size = 0; size < image.size(); size += 7) {
    const Bytes cut(image.begin(), image.begin() + static_cast<std::ptrdiff_t>(size));
    const Error error = test::refusal_of([&] { const Extracted extracted(cut); });
    EXPECT_EQ(error.kind(), ErrorKind::malformed);
    EXPECT_TRUE(error.context().offset) << size;
  }
}

}  // namespace
}  // namespace reproduce::extract
