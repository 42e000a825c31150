#include "reproduce/build/compare_images.hpp"

#include <string>
#include <vector>

#include "support/newc.hpp"
#include "support/temp_dir.hpp"
#include "support/thrown.hpp"
#include "support/toy_image.hpp"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace reproduce::build {
namespace {

using test::newc_entry;
using test::newc_trailer;
using test::NewcFields;
using testing::ElementsAre;
using testing::IsEmpty;

using Sentences = std::vector<std::string>;

class CompareImages : public testing::Test {
 protected:
  [[nodiscard]] Sentences compare(const test::ToyImage& one, const test::ToyImage& other) const {
    const std::string first(as_text(one.bytes()));
    const std::string second(as_text(other.bytes()));
    return compare_images(temp_.write("one.eif", first), temp_.write("other.eif", second),
                          temp_.path());
  }

  /// Images whose second ramdisk is one of these.
  [[nodiscard]] Sentences compare_ramdisks(const std::string& one, const std::string& other) const {
    return compare(with_ramdisk(one), with_ramdisk(other));
  }

  /// Archives with one entry each, beside one that they share.
  [[nodiscard]] Sentences compare_entries(const NewcFields& one, const NewcFields& other) const {
    return compare_ramdisks(archive(one), archive(other));
  }

  static test::ToyImage with_ramdisk(const std::string& payload) {
    test::ToyImage image;
    image.sections.back().payload = payload;
    return image;
  }

  static std::string archive(const NewcFields& entry) {
    return newc_entry({.name = "a", .content = "same", .inode = 9}) + newc_entry(entry) +
           newc_trailer();
  }

 private:
  test::TempDir temp_;
};

TEST_F(CompareImages, FindsNoDifferenceInTheSameBytes) {
  EXPECT_THAT(compare({}, {}), IsEmpty());
}

TEST_F(CompareImages, NamesTheSectionAndTheByte) {
  test::ToyImage other;
  other.sections[0].payload = "kerNel";
  EXPECT_THAT(compare({}, other), ElementsAre("kernel: the first difference is at byte 3"));
  other.sections[0].payload = "kernel!";
  other.sections[1].payload = "Cmdline";
  EXPECT_THAT(compare({}, other), ElementsAre("kernel: 6 bytes in one, 7 in the other",
                                              "cmdline: the first difference is at byte 0"));
}

TEST_F(CompareImages, NamesTheFieldsOfTheMetadata) {
  test::ToyImage other;
  std::string& metadata = other.sections[2].payload;
  metadata.replace(metadata.find("1970"), 4, "1971");
  EXPECT_THAT(compare({}, other), ElementsAre("metadata: BuildTime differs"));
  metadata.replace(metadata.find("\"toy\""), 5, "\"joy\"");
  EXPECT_THAT(compare({}, other), ElementsAre("metadata: ImageName, BuildTime differ"));
  // The same values, written in another way.
  test::ToyImage spaced;
  spaced.sections[2].payload.insert(1, " ");
  EXPECT_THAT(
      compare({}, spaced),
      ElementsAre(testing::StartsWith(
          "metadata: " + std::to_string(spaced.sections[2].payload.size() - 1) + " bytes")));
}

TEST_F(CompareImages, FindsADifferenceBehindTheFirstChunk) {
  std::string one(600'000, 'x');
  std::string other = one;
  other[599'999] = 'y';
  EXPECT_THAT(compare_ramdisks(one, other),
              ElementsAre("ramdisk 1: the first difference is at byte 599999"));
}

TEST_F(CompareImages, TellsSectionsThatOneHasNot) {
  test::ToyImage other;
  other.sections.push_back({3, "ramdisk2"});
  EXPECT_THAT(compare({}, other), ElementsAre("5 sections in one, 6 in the other"));
  test::ToyImage swapped;
  std::swap(swapped.sections[2], swapped.sections[3]);
  EXPECT_THAT(compare({}, swapped), ElementsAre("a metadata in one, a ramdisk 0 in the other",
                                                "a ramdisk 0 in one, a metadata in the other"));
}

TEST_F(CompareImages, TellsTheHeader) {
  test::ToyImage other;
  other.flags = 1;
  EXPECT_THAT(compare({}, other), ElementsAre("header: flags differs"));
}

TEST_F(CompareImages, NamesTheFileInARamdisk) {
  const NewcFields file{.name = "b", .content = "one"};
  const auto differs = [](const std::string& how) { return ElementsAre("ramdisk 1: '/b' " + how); };
  EXPECT_THAT(compare_entries(file, {.name = "b", .content = "two"}),
              differs("differs in content"));
  EXPECT_THAT(compare_entries(file, {.name = "b", .content = "one", .mode = 0100755}),
              differs("differs in mode"));
  EXPECT_THAT(compare_entries(file, {.name = "b", .content = "one", .uid = 1}),
              differs("differs in owner"));
  EXPECT_THAT(compare_entries(file, {.name = "b", .content = "one", .gid = 1}),
              differs("differs in owner"));
  EXPECT_THAT(compare_entries(file, {.name = "b", .mode = 040755}),
              differs("is a regular file in one and a folder in the other"));
  EXPECT_THAT(compare_entries({.name = "b", .content = "to", .mode = 0120777},
                              {.name = "b", .content = "from", .mode = 0120777}),
              differs("differs in what it links to"));
  EXPECT_THAT(
      compare_entries({.name = "b", .mode = 020600, .rdevice_major = 1, .rdevice_minor = 3},
                      {.name = "b", .mode = 020600, .rdevice_major = 1, .rdevice_minor = 5}),
      differs("differs in device number"));
}

TEST_F(CompareImages, NamesAFileThatIsInOneOfThem) {
  EXPECT_THAT(compare_entries({.name = "b"}, {.name = "c"}),
              ElementsAre("ramdisk 1: '/b' is only in one of them"));
  const std::string fewer =
      newc_entry({.name = "a", .content = "same", .inode = 9}) + newc_trailer();
  EXPECT_THAT(compare_ramdisks(fewer, archive({.name = "b"})),
              ElementsAre("ramdisk 1: '/b' is only in one of them"));
}

TEST_F(CompareImages, TellsTheSameFilesInOtherBytes) {
  // The modification time is the ninth word behind the magic, of eight digits each from byte 46.
  EXPECT_THAT(compare_ramdisks(newc_entry({.name = "a", .mtime = 1}) + newc_trailer(),
                               newc_entry({.name = "a", .mtime = 2}) + newc_trailer()),
              ElementsAre("ramdisk 1: the same files, written in another way: the first difference "
                          "is at byte 53"));
}

TEST_F(CompareImages, RefusesWhatIsNoImage) {
  const test::TempDir temp;
  const auto image = temp.write("image", as_text(test::ToyImage().bytes()));
  const auto text = temp.write("text", "no image");
  EXPECT_EQ(test::kind_of([&] { (void)compare_images(image, text, temp.path()); }),
            ErrorKind::malformed);
  EXPECT_EQ(test::kind_of([&] { (void)compare_images(text, image, temp.path()); }),
            ErrorKind::malformed);
}

}  // namespace
}  // namespace reproduce::build
