#include "reproduce/build/eif_build.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "support/memory_image.hpp"
#include "support/refusal.hpp"
#include "support/temp_dir.hpp"
#include "support/vectors.hpp"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "reproduce/build/build.hpp"

namespace reproduce::build {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::filesystem::path vectors = test::vectors() / "eif";

/// The options of a vector, as eif_build was called with them. Its files are in `vectors`.
EifBuildFlags flags_of(const std::vector<std::string>& arguments) {
  EifBuildFlags flags;
  const std::map<std::string, std::optional<std::string>*> texts{
      {"--name", &flags.name},
      {"--version", &flags.version},
      {"--build-time", &flags.build_time},
      {"--build-tool", &flags.build_tool},
      {"--build-tool-version", &flags.build_tool_version},
      {"--img-os", &flags.image_os},
      {"--img-kernel", &flags.image_kernel}};
  for (std::size_t i = 0; i + 1 < arguments.size(); i += 2) {
    const std::string& name = arguments[i];
    const std::string& value = arguments[i + 1];
    if (name == "--kernel")
      flags.kernel = vectors / value;
    else if (name == "--cmdline")
      flags.cmdline = value;
    else if (name == "--ramdisk")
      flags.ramdisks.push_back(vectors / value);
    else if (name == "--metadata")
      flags.metadata = vectors / value;
    else if (name == "--kernel_config")
      flags.kernel_config = vectors / value;
    else if (name == "--arch")
      flags.arch = manifest::Arch::aarch64;
    else
      *texts.at(name) = value;
  }
  return flags;
}

EifBuildFlags vector_flags(const std::string& name) {
  const auto expected =
      nlohmann::json::parse(as_text(test::read_vector("eif/" + name + "/expected.json")));
  EifBuildFlags flags = flags_of(expected["args"]);
  if (!flags.build_tool) flags.build_tool = "eif_build";
  if (!flags.build_tool_version) flags.build_tool_version = "0.3.1";
  return flags;
}

Bytes build(const EifBuildFlags& flags) {
  test::MemoryImage image;
  (void)build_unpinned(manifest_from_flags(flags).manifest,
                       {.tool_version = "0.1.0", .scratch_folder = "."}, image);
  return image.bytes();
}

class EifBuildVector : public ::testing::TestWithParam<const char*> {};

TEST_P(EifBuildVector, GivesTheSameBytesAsAwssBuilder) {
  if (!test::has_vectors()) GTEST_SKIP() << "no vectors";
  const std::string name = GetParam();
  EXPECT_EQ(build(vector_flags(name)), test::read_vector("eif/" + name + "/image.eif"));
}

INSTANTIATE_TEST_SUITE_P(Unsigned, EifBuildVector,
                         ::testing::Values("v01_rd1", "v02_rd2", "v03_rd3", "v04_rd2_arm",
                                           "v07_rd2_all_meta", "v12_cmdline_newline",
                                           "v14_cmdline_utf8", "v15_empty_ramdisk",
                                           "v40_name_escapes"));

// eif_build 0.3 stamps the name for the version, whatever --version says; we honour it.
TEST(EifBuild, HonoursTheVersion) {
  if (!test::has_vectors()) GTEST_SKIP() << "no vectors";
  EifBuildFlags flags = vector_flags("v05_rd2_name_version");
  EXPECT_EQ(flags.version, "9.9.9");
  EXPECT_THAT(std::string(as_text(build(flags))), HasSubstr(R"("ImageVersion":"9.9.9")"));
  flags.version.reset();
  EXPECT_EQ(build(flags), test::read_vector("eif/v05_rd2_name_version/image.eif"));
}

// eif_build 0.3 throws time and tool away when there is a kernel config; we honour them.
TEST(EifBuild, HonoursTimeAndToolBesideAKernelConfig) {
  if (!test::has_vectors()) GTEST_SKIP() << "no vectors";
  EifBuildFlags flags = vector_flags("v08_kernel_config");
  const std::string image(as_text(build(flags)));
  EXPECT_THAT(image, HasSubstr(R"("BuildTime":"2020-01-01T00:00:00+00:00","BuildTool":"x")"));
  // What it stamped instead.
  flags.build_time = "2026-11-22T05:43:39.170539282+00:00";
  flags.build_tool = "eif_build";
  EXPECT_EQ(build(flags), test::read_vector("eif/v08_kernel_config/image.eif"));
}

TEST(EifBuild, SaysThatTheKernelConfigWins) {
  const FlagManifest both = manifest_from_flags({.kernel = "k",
                                                 .cmdline = "",
                                                 .ramdisks = {"r"},
                                                 .image_os = "Other",
                                                 .image_kernel = "6.1",
                                                 .kernel_config = "config"});
  EXPECT_THAT(both.warnings, ElementsAre(HasSubstr("--img-os"), HasSubstr("--img-kernel")));
  const FlagManifest one = manifest_from_flags(
      {.kernel = "k", .cmdline = "", .ramdisks = {"r"}, .kernel_config = "config"});
  EXPECT_TRUE(one.warnings.empty());
}

TEST(EifBuild, HasTheDefaultsOfAwssBuilder) {
  const manifest::Manifest manifest =
      manifest_from_flags({.kernel = "a/b/bzImage", .cmdline = "", .ramdisks = {"r"}}).manifest;
  EXPECT_EQ(manifest.image.name, "bzImage");
  EXPECT_EQ(manifest.image.version, "1.0");
  EXPECT_EQ(manifest.image.metadata.operating_system, "OS");
  EXPECT_EQ(manifest.image.metadata.kernel_version, "kernel");
}

TEST(EifBuild, TimeIsWhatItIsToldAndNeverTheClock) {
  EifBuildFlags flags{.kernel = "k", .cmdline = "", .ramdisks = {"r"}};
  const auto time = [&] { return manifest_from_flags(flags).manifest.image.metadata.build_time; };
  EXPECT_EQ(time(), "1970-01-01T00:00:00+00:00");
  flags.source_date_epoch = "1577836800";
  EXPECT_EQ(time(), "2020-01-01T00:00:00+00:00");
  flags.source_date_epoch = "253402300799";
  EXPECT_EQ(time(), "9999-12-31T23:59:59+00:00");
  flags.build_time = "2021-02-03T04:05:06.700-08:00";
  EXPECT_EQ(time(), "2021-02-03T04:05:06.700-08:00");
}

TEST(EifBuild, RefusesTimesThatAreNone) {
  for (const std::string epoch : {"", " 1", "-1", "1.5", "0x10", "now", "253402300800"}) {
    const EifBuildFlags flags{
        .kernel = "k", .cmdline = "", .ramdisks = {"r"}, .source_date_epoch = epoch};
    EXPECT_EQ(test::refusal_of([&] { (void)manifest_from_flags(flags); }).kind(), ErrorKind::usage)
        << epoch;
  }
  for (const std::string time : {"", "2020-01-01", "2020-13-01T00:00:00Z", "1577836800"}) {
    const EifBuildFlags flags{.kernel = "k", .cmdline = "", .ramdisks = {"r"}, .build_time = time};
    EXPECT_EQ(test::refusal_of([&] { (void)manifest_from_flags(flags); }).kind(), ErrorKind::usage)
        << time;
  }
}

TEST(EifBuild, RefusesNoRamdiskAndTooMany) {
  EifBuildFlags flags{.kernel = "k", .cmdline = "", .ramdisks = {}};
  EXPECT_EQ(test::refusal_of([&] { (void)manifest_from_flags(flags); }).kind(), ErrorKind::usage);
  flags.ramdisks.assign(29, "r");
  EXPECT_EQ(manifest_from_flags(flags).manifest.ramdisks.size(), 29u);
  flags.ramdisks.emplace_back("r");
  const Error error = test::refusal_of([&] { (void)manifest_from_flags(flags); });
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_EQ(error.context().got, "30");
}

TEST(EifBuild, RefusesMetadataFilesThatAreNoSmallJson) {
  const test::TempDir folder;
  const auto refusal = [&](const std::string& file) {
    const EifBuildFlags flags{.kernel = "k", .cmdline = "", .ramdisks = {"r"}, .metadata = file};
    return test::refusal_of([&] { (void)manifest_from_flags(flags); });
  };
  EXPECT_EQ(refusal((folder.path() / "absent").string()).kind(), ErrorKind::environment);
  const std::string broken = folder.write("broken", "{\"a\": }").string();
  EXPECT_EQ(refusal(broken).kind(), ErrorKind::malformed);
  EXPECT_EQ(refusal(broken).context().file, broken);
  const std::string large = folder.write("large", "\"" + std::string(4095, 'x') + "\"").string();
  EXPECT_EQ(refusal(large).kind(), ErrorKind::malformed);
}

}  // namespace
}  // namespace reproduce::build
