#include "reproduce/build/init_check.hpp"

#include <string>
#include <vector>

#include "support/memory_image.hpp"
#include "support/temp_dir.hpp"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reproduce/base/bytes.hpp"
#include "reproduce/build/build.hpp"
#include "reproduce/manifest/parse.hpp"

namespace reproduce::build {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// The warnings of a build with these ramdisks.
Warnings warnings_of(const std::string& ramdisks, const std::string& cmdline = "quiet") {
  const test::TempDir folder;
  (void)folder.write("kernel", "a kernel");
  (void)folder.write("raw", "ready!!!");
  const std::string text =
      "[image]\nname = \"n\"\narch = \"x86_64\"\n[kernel]\npath = \"kernel\"\n" +
      ("cmdline = \"" + cmdline + "\"\n") + ramdisks;
  const manifest::Manifest manifest =
      manifest::parse_manifest(text, (folder.path() / "enclave.toml").string());
  test::MemoryImage out;
  return build_unpinned(manifest, {.tool_version = "1", .scratch_folder = folder.path()}, out)
      .warnings;
}

const std::string good_init =
    "[[ramdisk]]\n[[ramdisk.layer]]\ntext = \"x\"\nto = \"/init\"\nmode = \"0755\"\n";
const std::string other_file =
    "[[ramdisk]]\n[[ramdisk.layer]]\ntext = \"x\"\nto = \"/sbin/init\"\n";

TEST(InitCheck, IsSilentWhenARamdiskHasAnExecutableInit) {
  EXPECT_THAT(warnings_of(good_init), IsEmpty());
  EXPECT_THAT(warnings_of(other_file + good_init), IsEmpty());
  EXPECT_THAT(
      warnings_of("[[ramdisk]]\n[[ramdisk.layer]]\nsymlink = \"sbin/init\"\nto = \"/init\"\n"),
      IsEmpty());
}

TEST(InitCheck, WarnsWhenThereIsNoInit) {
  const Warnings warnings = warnings_of(other_file);
  ASSERT_THAT(warnings, ElementsAre(HasSubstr("no ramdisk has a file /init")));
  EXPECT_THAT(warnings[0], HasSubstr("panic"));
  EXPECT_THAT(warnings[0], HasSubstr("rdinit="));
}

TEST(InitCheck, WarnsWhenInitIsNoProgram) {
  const std::string plain = "[[ramdisk]]\n[[ramdisk.layer]]\ntext = \"x\"\nto = \"/init\"\n";
  EXPECT_THAT(warnings_of(plain), ElementsAre(HasSubstr("/init is not executable")));
  EXPECT_THAT(warnings_of("[[ramdisk]]\n[[ramdisk.layer]]\nmkdir = \"/init\"\n"),
              ElementsAre(HasSubstr("/init is a folder")));
  // The kernel unpacks the second one over the first.
  EXPECT_THAT(warnings_of(good_init + plain), ElementsAre(HasSubstr("not executable")));
  EXPECT_THAT(warnings_of(plain + good_init), IsEmpty());
}

TEST(InitCheck, BelievesACommandLineThatNamesAnotherProgram) {
  for (const char* cmdline : {"rdinit=/sbin/init", "quiet rdinit=/app", "a\\trdinit=/app -- b"})
    EXPECT_THAT(warnings_of(other_file, cmdline), IsEmpty()) << cmdline;
  for (const char* cmdline : {"init=/app", "xrdinit=/app", "rdinit", "-- rdinit=/app"})
    EXPECT_THAT(warnings_of(other_file, cmdline), ElementsAre(HasSubstr("panic"))) << cmdline;
}

TEST(InitCheck, KnowsNothingOfRawRamdisks) {
  EXPECT_THAT(warnings_of(other_file + "[[ramdisk]]\nraw = \"raw\"\n"), IsEmpty());
}

}  // namespace
}  // namespace reproduce::build
