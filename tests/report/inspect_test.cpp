#include "reproduce/report/inspect.hpp"

#include <string>
#include <vector>

#include "support/newc.hpp"
#include "support/toy_image.hpp"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "reproduce/inspect/kernel.hpp"
#include "reproduce/inspect/ramdisks.hpp"

namespace reproduce::report {
namespace {

using testing::HasSubstr;
using testing::Not;

/// An image and all that is found in it.
struct Inspected {
  explicit Inspected(Bytes file_bytes) : bytes(std::move(file_bytes)) {}
  Bytes bytes;
  RandomAccessBytes file{bytes};
  inspect::ImageInspection image = inspect::inspect_image(file);
  initramfs::JoinedRamdisks ramdisks{file, inspect::ramdisk_ranges(image)};
  initramfs::Listing listing = initramfs::list(ramdisks);
};

std::string text_of(const Bytes& image, const InspectionStyle& style = {}) {
  const Inspected inspected(image);
  return inspection_text("toy.eif", inspected.image, {inspected.ramdisks, inspected.listing},
                         style);
}

nlohmann::json json_of(const Bytes& image, bool tree = false) {
  const Inspected inspected(image);
  return nlohmann::json::parse(
      inspection_json("toy.eif", inspected.image, {inspected.ramdisks, inspected.listing}, tree));
}

/// Two ramdisks: a file that the second one replaces; odd names; setuid; a device.
Bytes with_archives() {
  using test::newc_entry;
  test::ToyImage toy;
  toy.sections[3].payload =
      newc_entry({.name = "etc/motd", .content = "old"}) +
      newc_entry({.name = "dev/null", .mode = 0020666, .rdevice_major = 1, .rdevice_minor = 3}) +
      test::newc_trailer();
  toy.sections[4].payload =
      newc_entry({.name = "etc/motd", .content = "abc", .mode = 0104751, .uid = 5, .gid = 6}) +
      newc_entry({.name = "../up", .content = "to\x1b[2J", .mode = 0120777}) + test::newc_trailer();
  return toy.bytes();
}

Bytes reordered() {
  Bytes image = test::ToyImage().bytes();
  Bytes table = image;
  // The table swaps its two last slots, which are the ramdisks.
  for (const std::size_t base : {eif::section_offsets_offset, eif::section_sizes_offset})
    for (std::size_t i = 0; i < 8; ++i) std::swap(table[base + 24 + i], table[base + 32 + i]);
  return table;
}

TEST(InspectionText, TellsWhatAnImageIsMadeOf) {
  const std::string text = text_of(test::ToyImage().bytes());
  EXPECT_THAT(text, testing::StartsWith("'toy.eif': enclave image of "));
  for (const char* words :
       {"well-formed\n", "version         4\n", "0x0 (x86_64)", "kernel", "ramdisk 1",
        "PCR0 PCR2\n", "  PCR0            ", "metadata (in no register: anybody can change it)"})
    EXPECT_THAT(text, HasSubstr(words));
  EXPECT_THAT(text, Not(HasSubstr("every byte")));
  EXPECT_THAT(text_of(test::ToyImage().bytes(), {.map = true}),
              HasSubstr("0x220             4  crc32\n"));
}

TEST(InspectionText, TellsBothReadingsOfAMalformedImage) {
  const std::string text = text_of(reordered());
  for (const char* words :
       {"MALFORMED\n", "why it is malformed\n", "section 3 is not where the one before it ends",
        "read by the header table, as QEMU does\n",
        "read one section after the other, as AWS's tools do\n", "gives up        at 0x220: ",
        "every byte\n", "by the table; section 3 (ramdisk 0) in sequence"})
    EXPECT_THAT(text, HasSubstr(words));
}

TEST(InspectionText, LetsNoFileForgeLinesOrMoveTheCursor) {
  test::ToyImage toy;
  toy.sections[1].payload = "console=\x1b[2J\nregisters\n  PCR0 forged\x9b";
  toy.sections[2].payload =
      R"({"ImageName":"\u001b]0;x\u0007\n","ImageVersion":"1","BuildMetadata":{"BuildTime":"t",)"
      R"("BuildTool":"b","BuildToolVersion":"v","OperatingSystem":"o","KernelVersion":"k"},)"
      R"("DockerInfo":null,"CustomMetadata":{"a":"\u202e"}})";
  const std::string text = text_of(toy.bytes());
  EXPECT_THAT(text, HasSubstr("console=\\x1b[2J\\x0aregisters"));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
  EXPECT_THAT(text, Not(HasSubstr("\xe2\x80\xae")));
}

TEST(InspectionText, MakesHeadingsStandOut) {
  const std::string text =
      text_of(test::ToyImage().bytes(),
              {.heading = [](std::string_view words) { return "<" + std::string(words) + ">"; }});
  EXPECT_THAT(text, HasSubstr("\n<sections>\n"));
}

TEST(InspectionText, TellsWhatTheKernelFindsInTheRamdisks) {
  const std::string text = text_of(with_archives());
  EXPECT_THAT(text, HasSubstr("  ramdisk 0              0           368  cpio, 2 entries\n"));
  EXPECT_THAT(text, HasSubstr("  ramdisk 1              0           372  cpio, 2 entries\n"));
  EXPECT_THAT(text, HasSubstr("  odd: 1 x replaced by a later entry with this path\n"));
  EXPECT_THAT(text_of(test::ToyImage().bytes()),
              HasSubstr("THE KERNEL STOPS at 0x0 of ramdisk 0: what follows is neither"));
}

TEST(InspectionText, ListsEveryEntryAsPeopleListFiles) {
  const std::string text = text_of(with_archives(), {.tree = true});
  for (const char* const line : {"crw-rw-rw-     0:0        1,3              dev/null\n",
                                 // FIPS 180-2, appendix B.1: the digest of "abc".
                                 "-rwsr-x--x     5:6          3 ba7816bf8f01 etc/motd\n",
                                 "../up -> to\\x1b[2J  [a `..` in the name]\n"})
    EXPECT_THAT(text, HasSubstr(line));
  EXPECT_THAT(text_of(with_archives(), {.tree = true, .whole_digests = true}),
              HasSubstr("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"));
}

TEST(InspectionJson, ListsEveryEntryWhenAsked) {
  EXPECT_FALSE(json_of(with_archives())["ramdisks"].contains("entries"));
  const nlohmann::json ramdisks = json_of(with_archives(), /*tree=*/true)["ramdisks"];
  EXPECT_EQ(ramdisks["stretches"].size(), 2U);
  EXPECT_EQ(ramdisks["stop"], nullptr);
  ASSERT_EQ(ramdisks["entries"].size(), 4U);
  EXPECT_EQ(ramdisks["entries"][0]["odd"].size(), 1U);
  EXPECT_EQ(ramdisks["entries"][1]["device"]["minor"], 3);
  EXPECT_EQ(ramdisks["entries"][2]["mode"], "4751");
  EXPECT_EQ(ramdisks["entries"][2]["uid"], 5);
  EXPECT_EQ(ramdisks["entries"][3]["type"], "symlink");
  EXPECT_EQ(ramdisks["entries"][3]["sha256"], nullptr);
}

TEST(InspectionJson, HasTheFieldsOfItsSchema) {
  const nlohmann::json json = json_of(test::ToyImage().bytes());
  EXPECT_EQ(json["schema"], "reproduce/inspect/1");
  EXPECT_EQ(json["kind"], "enclave-image");
  EXPECT_EQ(json["well_formed"], true);
  EXPECT_EQ(json["fault"], nullptr);
  EXPECT_EQ(json["header"]["magic"], "2e656966");
  EXPECT_EQ(json["header"]["section_offsets"].size(), 32U);
  ASSERT_EQ(json["readings"].size(), 1U);
  const nlohmann::json& reading = json["readings"][0];
  EXPECT_EQ(reading["way"], "any");
  EXPECT_EQ(reading["sections"][4]["type"], "ramdisk");
  EXPECT_EQ(reading["sections"][4]["ramdisk"], 1);
  EXPECT_EQ(reading["sections"][4]["registers"], (std::vector<std::string>{"PCR0", "PCR2"}));
  EXPECT_EQ(reading["pcrs"].size(), 3U);
  EXPECT_EQ(reading["signature"], nullptr);
  EXPECT_EQ(reading["crc32"], json["header"]["crc32"]);
}

TEST(InspectionJson, MapsEveryByte) {
  const Bytes image = test::ToyImage().bytes();
  const nlohmann::json json = json_of(image);
  std::uint64_t at = 0;
  for (const nlohmann::json& range : json["map"]) {
    EXPECT_EQ(range["offset"], at);
    at += range["size_bytes"].get<std::uint64_t>();
  }
  EXPECT_EQ(at, image.size());
  EXPECT_EQ(json["size_bytes"], image.size());
}

TEST(InspectionJson, TellsBothReadingsOfAMalformedImage) {
  const nlohmann::json json = json_of(reordered());
  EXPECT_EQ(json["well_formed"], false);
  EXPECT_EQ(json["fault"]["message"], "section 3 is not where the one before it ends");
  ASSERT_EQ(json["readings"].size(), 2U);
  EXPECT_EQ(json["readings"][0]["way"], "by-table");
  EXPECT_EQ(json["readings"][0]["pcrs"], nullptr);
  EXPECT_EQ(json["readings"][0]["objections"][0]["what"], "the checksum is wrong");
  EXPECT_EQ(json["readings"][1]["way"], "in-sequence");
  EXPECT_EQ(json["readings"][1]["pcrs"].size(), 3U);
}

TEST(InspectionJson, SpeaksOfAFileThatIsShorterThanAHeader) {
  const nlohmann::json json = json_of({'.', 'e', 'i', 'f', 0});
  EXPECT_EQ(json["header"], nullptr);
  EXPECT_EQ(json["readings"].size(), 0U);
  EXPECT_EQ(json["map"][1]["label"], "version, cut off");
}

TEST(InspectionJson, IsValidWhateverTheBytes) {
  test::ToyImage toy;
  toy.sections[1].payload = std::string("\xff\x00\x80\xc3", 4);
  EXPECT_EQ(json_of(toy.bytes())["readings"][0]["cmdline"], "\\xff\\x00\\x80\\xc3");
}

/// A toy image whose kernel has the header of an arm64 Image.
Bytes with_kernel(const std::string& cmdline) {
  std::string kernel(0x40, '\0');
  kernel.replace(0x38, 4, "ARM\x64");
  test::ToyImage toy;
  toy.sections[0].payload = kernel + "Linux version 6.1.0-\x1b[2J (x)\n";
  toy.sections[1].payload = cmdline;
  return toy.bytes();
}

TEST(InspectText, SaysWhatTheKernelIsAndWhichParametersDeserveALook) {
  const Inspected inspected(with_kernel("quiet init=/bin/sh\x1b nokaslr"));
  const std::string text =
      inspection_text("toy.eif", inspected.image,
                      {inspected.ramdisks, inspected.listing,
                       inspect::inspect_kernel(inspected.file, inspected.image)},
                      {});
  EXPECT_THAT(text, HasSubstr("form            arm64 Image, aarch64\n"));
  EXPECT_THAT(text, HasSubstr("Linux version 6.1.0-\\x1b[2J (x)\n"));
  EXPECT_THAT(text, HasSubstr("  init            it names another first program"));
  EXPECT_THAT(text, HasSubstr("  nokaslr         the kernel lies at a known address\n"));
  EXPECT_THAT(text, Not(HasSubstr("  quiet  ")));
  EXPECT_THAT(text, Not(HasSubstr("\x1b")));
}

TEST(InspectJson, HasTheKernelAndEveryParameter) {
  const Inspected inspected(with_kernel("quiet init=/bin/sh -- x"));
  const auto json = nlohmann::json::parse(
      inspection_json("toy.eif", inspected.image,
                      {inspected.ramdisks, inspected.listing,
                       inspect::inspect_kernel(inspected.file, inspected.image)},
                      false));
  EXPECT_EQ(json["kernel"]["form"], "arm64 Image");
  EXPECT_EQ(json["kernel"]["arm64"]["image_bytes"], 0);
  EXPECT_TRUE(json["kernel"]["x86"].is_null());
  EXPECT_TRUE(json["kernel"]["payload"].is_null());
  const auto& parameters = json["readings"][0]["parameters"];
  ASSERT_EQ(parameters.size(), 3u);
  EXPECT_EQ(parameters[0]["name"], "quiet");
  EXPECT_TRUE(parameters[0]["value"].is_null());
  EXPECT_TRUE(parameters[0]["look"].is_null());
  EXPECT_EQ(parameters[1]["value"], "/bin/sh");
  EXPECT_TRUE(parameters[1]["look"].is_string());
  EXPECT_EQ(parameters[2]["for_init"], true);
}

}  // namespace
}  // namespace reproduce::report
