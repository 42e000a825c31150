/// The keys for images that others built: sections given whole, their order, the header.

#include <limits>
#include <string>
#include <vector>

#include "support/refusal.hpp"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reproduce/manifest/parse.hpp"

namespace reproduce::manifest {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// A manifest with these keys in [image] and these tables at its end.
Manifest parse(const std::string& image, const std::string& rest) {
  return parse_manifest(
      "[image]\nname = \"n\"\narch = \"x86_64\"\n" + image + "\n[kernel]\npath = \"k\"\n" + rest,
      "enclave.toml");
}

constexpr const char* one_ramdisk = "[[ramdisk]]\nraw = \"r\"\n";

Error refusal(const std::string& image, const std::string& rest = one_ramdisk) {
  return test::refusal_of([&] { (void)parse(image, rest); });
}

TEST(ParseSections, TheUsualOrderIsThatOfNitroCliWithTheSignatureBehind) {
  const std::string rest = std::string(one_ramdisk) + one_ramdisk + "[signature]\nraw = \"s\"\n";
  EXPECT_THAT(parse("", rest).section_order(),
              ElementsAre(SectionKind::kernel, SectionKind::cmdline, SectionKind::metadata,
                          SectionKind::ramdisk, SectionKind::ramdisk, SectionKind::signature));
}

TEST(ParseSections, TakesTheOrderThatIsGiven) {
  const Manifest manifest =
      parse("sections = [\"metadata\", \"kernel\", \"ramdisk 0\", \"cmdline\", \"ramdisk 1\"]",
            std::string(one_ramdisk) + one_ramdisk);
  EXPECT_THAT(manifest.section_order(),
              ElementsAre(SectionKind::metadata, SectionKind::kernel, SectionKind::ramdisk,
                          SectionKind::cmdline, SectionKind::ramdisk));
}

TEST(ParseSections, AnImageMayHaveNoRamdiskWhenItsSectionsSaySo) {
  EXPECT_TRUE(parse("sections = [\"kernel\", \"cmdline\", \"metadata\"]", "").ramdisks.empty());
  EXPECT_THAT(refusal("", "").what(), HasSubstr("no ramdisk"));
}

TEST(ParseSections, RefusesListsThatAreNotTheManifestsSections) {
  for (const std::string sections :
       {"[]", "[\"kernel\", \"cmdline\", \"metadata\"]", "[\"kernel\", \"cmdline\", \"ramdisk 0\"]",
        "[\"kernel\", \"kernel\", \"cmdline\", \"metadata\", \"ramdisk 0\"]",
        "[\"kernel\", \"cmdline\", \"metadata\", \"ramdisk 1\"]",
        "[\"kernel\", \"cmdline\", \"metadata\", \"ramdisk\"]",
        "[\"kernel\", \"cmdline\", \"metadata\", \"ramdisk 0\", \"ramdisk 1\"]",
        "[\"kernel\", \"cmdline\", \"metadata\", \"ramdisk 0\", \"signature\"]",
        "[\"ramdisk 0\", \"kernel\", \"cmdline\", \"metadata\"]",
        "[\"kernel\", \"cmdline\", \"metadata\", \"ramdisk 0\", \"metadata\"]",
        "[\"kernel\", \"cmdline\", \"metadata\", \"ramdisk 0\", \"other\"]", "\"kernel\"", "[1]"}) {
    const Error error = refusal("sections = " + sections);
    EXPECT_EQ(error.kind(), ErrorKind::usage) << sections;
    EXPECT_EQ(error.context().source.value_or(SourceLine{}).line, 4u) << sections;
  }
}

TEST(ParseSections, TakesEveryNumberOfTheHeader) {
  const Manifest manifest = parse(
      "eif_version = 3\ndefault_mem = 9223372036854775807\ndefault_cpus = \"0xffffffffffffffff\"",
      one_ramdisk);
  EXPECT_EQ(manifest.image.eif_version, 3u);
  EXPECT_EQ(manifest.image.default_mem, std::uint64_t{INT64_MAX});
  EXPECT_EQ(manifest.image.default_cpus, std::numeric_limits<std::uint64_t>::max());
}

TEST(ParseSections, RefusesNumbersThatTheHeaderCannotHold) {
  for (const std::string key :
       {"eif_version = 1", "eif_version = 5", "eif_version = \"4\"", "default_mem = -1",
        "default_mem = 1.0", "default_mem = \"1\"", "default_mem = \"0x\"",
        "default_mem = \"0x10000000000000000\"", "default_cpus = \"0x1g\"", "default_cpus = true"})
    EXPECT_EQ(refusal(key).kind(), ErrorKind::usage) << key;
}

TEST(ParseSections, AVersionHasTheSectionsThatTheSpecificationGivesIt) {
  const std::string with_signature = std::string(one_ramdisk) + "[signature]\nraw = \"s\"\n";
  EXPECT_TRUE(parse("eif_version = 3", with_signature).signature);
  EXPECT_EQ(refusal("eif_version = 2", with_signature).kind(), ErrorKind::usage);
  const std::string without = "sections = [\"kernel\", \"cmdline\", \"ramdisk 0\"]\n";
  EXPECT_EQ(parse("eif_version = 3\n" + without, one_ramdisk).section_order().size(), 3u);
  EXPECT_EQ(refusal(without).kind(), ErrorKind::usage);
}

TEST(ParseSections, CountsTheOtherSectionsAgainstTheRamdisks) {
  std::string ramdisks;
  for (int i = 0; i < 29; ++i) ramdisks += one_ramdisk;
  EXPECT_EQ(parse("", ramdisks).ramdisks.size(), 29u);
  const Error error = refusal("", ramdisks + "[signature]\nraw = \"s\"\n");
  EXPECT_EQ(error.context().expected, "at most 28");
}

TEST(ParseSections, RefusesKeysThatMeanNothingBesideWholeSections) {
  const std::string raw = "[image.metadata]\nraw = \"m\"\n";
  EXPECT_EQ(refusal(raw + "build_tool = \"b\"").kind(), ErrorKind::usage);
  EXPECT_EQ(refusal("version = \"1\"\n" + raw).kind(), ErrorKind::usage);
  EXPECT_EQ(refusal(raw, std::string("config = \"c\"\n") + one_ramdisk).kind(), ErrorKind::usage);
  EXPECT_EQ(refusal("eif_version = 3\nsections = [\"kernel\", \"cmdline\", \"ramdisk 0\"]\n"
                    "[image.metadata]\nbuild_tool = \"b\"")
                .kind(),
            ErrorKind::usage);
  const std::string both = "cmdline = \"a\"\ncmdline_file = \"b\"\n";
  EXPECT_EQ(refusal("", both + one_ramdisk).kind(), ErrorKind::usage);
  EXPECT_EQ(refusal("",
                    "[[ramdisk]]\n[[ramdisk.layer]]\ndir = \"d\"\nattributes = \"a\"\n"
                    "owner = \"1:1\"\n")
                .kind(),
            ErrorKind::usage);
}

TEST(ParseSections, PinsWhatIsGivenWholeLikeAnyInput) {
  const Manifest manifest = parse(
      "[image.metadata]\nraw = \"m\"",
      "cmdline_file = { eif = \"other.eif\", section = \"cmdline\" }\n[signature]\nraw = \"s\"\n"
      "[[ramdisk]]\n[[ramdisk.layer]]\ndir = \"d\"\nattributes = \"a\"\n");
  std::vector<std::string> inputs;
  for (const Input& input : manifest.inputs)
    inputs.push_back(std::string(name_of(input.kind)) + " " + input.name);
  EXPECT_THAT(inputs, ElementsAre("metadata m", "kernel k", "eif other.eif", "signature s", "dir d",
                                  "attributes a"));
}

constexpr const char* sign_table = "[sign]\ncertificate = \"c.pem\"\nkey = \"k.pem\"\n";

TEST(ParseSign, NamesACertificateThatIsAnInputAndAKeyThatIsNone) {
  const Manifest manifest = parse("", std::string(one_ramdisk) + sign_table);
  ASSERT_TRUE(manifest.sign);
  const Input& input = manifest.inputs[manifest.sign->certificate.input];
  EXPECT_EQ(input.kind, InputKind::certificate);
  EXPECT_EQ(input.name, "c.pem");
  EXPECT_EQ(manifest.inputs.size(), 3U);
  EXPECT_EQ(manifest.locate_key(), "k.pem");
  EXPECT_FALSE(manifest.sign->is_token());
  EXPECT_EQ(manifest.section_order().back(), SectionKind::signature);
}

TEST(ParseSign, TakesAKeyInATokenAsItIsWritten) {
  const Manifest manifest = parse(
      "", std::string(one_ramdisk) + "[sign]\ncertificate = \"c\"\nkey = \"pkcs11:token=t\"\n");
  EXPECT_TRUE(manifest.sign.value().is_token());
  EXPECT_EQ(manifest.locate_key(), "pkcs11:token=t");
}

TEST(ParseSign, RefusesHalfOfIt) {
  const std::string ramdisk = one_ramdisk;
  const Error no_key = refusal("", ramdisk + "[sign]\ncertificate = \"c\"\n");
  EXPECT_EQ(no_key.kind(), ErrorKind::usage);
  EXPECT_THAT(no_key.what(), HasSubstr("names no `key`"));
  EXPECT_THAT(refusal("", ramdisk + "[sign]\ncertificate = \"c\"\nkey = \"\"\n").what(),
              HasSubstr("names no `key`"));
  EXPECT_EQ(refusal("", ramdisk + "[sign]\nkey = \"k\"\n").kind(), ErrorKind::usage);
  EXPECT_EQ(refusal("", ramdisk + "[sign]\n").kind(), ErrorKind::usage);
  EXPECT_EQ(refusal("", ramdisk + sign_table + "pin = \"1234\"\n").kind(), ErrorKind::usage);
}

TEST(ParseSign, GoesWithNoOtherSignatureAndNoOlderFormat) {
  const std::string with_sign = std::string(one_ramdisk) + sign_table;
  EXPECT_THAT(refusal("", with_sign + "[signature]\nraw = \"s\"\n").what(),
              HasSubstr("both [signature] and [sign]"));
  EXPECT_EQ(refusal("eif_version = 2", with_sign).kind(), ErrorKind::usage);
}

TEST(ParseSign, ComesLast) {
  const std::string with_sign = std::string(one_ramdisk) + sign_table;
  const auto sections = [](const std::string& names) {
    return "sections = [\"kernel\", \"cmdline\", " + names + "]";
  };
  EXPECT_TRUE(parse(sections("\"metadata\", \"ramdisk 0\", \"signature\""), with_sign).sign);
  EXPECT_THAT(refusal(sections("\"ramdisk 0\", \"signature\", \"metadata\""), with_sign).what(),
              HasSubstr("behind the signature"));
  EXPECT_EQ(refusal(sections("\"metadata\", \"ramdisk 0\""), with_sign).kind(), ErrorKind::usage);
}

TEST(ParseSign, TakesTheRoomOfARamdisk) {
  std::string ramdisks;
  for (int i = 0; i < 28; ++i) ramdisks += one_ramdisk;
  EXPECT_EQ(parse("", ramdisks + sign_table).ramdisks.size(), 28U);
  EXPECT_EQ(refusal("", ramdisks + one_ramdisk + sign_table).kind(), ErrorKind::usage);
}

}  // namespace
}  // namespace reproduce::manifest
