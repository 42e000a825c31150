/// The keys for inputs from elsewhere, [app], [[command]] and [lint]: what they give, and what is
/// said about wrong ones.

#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"
#include "reproduce/manifest/parse.hpp"

namespace reproduce::manifest {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::SizeIs;

const std::string image = "[image]\nname = \"n\"\narch = \"x86_64\"\n";
const std::string kernel = "[kernel]\npath = \"k\"\n";
const std::string digest = "sha256 = \"" + std::string(64, 'a') + "\"\n";

std::string with_layer(const std::string& layer) {
  return image + kernel + "[[ramdisk]]\n[[ramdisk.layer]]\n" + layer;
}
std::string with_kernel(const std::string& keys) {
  return image + "[kernel]\n" + keys + "[[ramdisk]]\nraw = \"r\"\n";
}
std::string with_app(const std::string& keys) {
  return image + kernel + "[app]\n" + keys;
}
std::string with_command(const std::string& keys) {
  return image + "[[command]]\n" + keys + "[kernel]\ncommand = \"c\"\n[[ramdisk]]\nraw = \"r\"\n";
}

Manifest parse(const std::string& text) {
  return parse_manifest(text, "enclave.toml");
}

TEST(ParseInputs, ATarOrPackageThatIsUsedTwiceIsOneInput) {
  const Manifest manifest =
      parse(image +
            "[kernel]\ndeb = \"l.deb\"\nmember = \"boot/vmlinuz-*\"\n[[ramdisk]]\n"
            "[[ramdisk.layer]]\ndeb = \"l.deb\"\n");
  ASSERT_THAT(manifest.inputs, SizeIs(1));
  EXPECT_EQ(manifest.inputs[0].uses, 2U);
  EXPECT_EQ(manifest.kernel.source.part, "boot/vmlinuz-*");
}

TEST(ParseInputs, AppTakesItsKeys) {
  const Manifest manifest =
      parse(with_app("oci = \"docker://h/n:t\"\nplatform = \"linux/amd64\"\ncommand = [\"a\"]\n"
                     "env = { X = \"1\" }\nuser = \"u\"\nworkdir = \"/w\"\nheartbeat = false\n"
                     "compression = \"zstd\"\n"));
  ASSERT_TRUE(manifest.app);
  const Input& input = manifest.inputs.at(manifest.app->source.input);
  EXPECT_EQ(input.kind, InputKind::oci);
  EXPECT_EQ(input.origin, Origin::registry);
  EXPECT_EQ(input.platform, "linux/amd64");
  EXPECT_THAT(*manifest.app->command, ElementsAre("a"));
  EXPECT_THAT(manifest.app->env, ElementsAre(std::pair<std::string, std::string>("X", "1")));
  EXPECT_EQ(manifest.app->user, "u");
  EXPECT_EQ(manifest.app->workdir, "/w");
  EXPECT_FALSE(manifest.app->heartbeat);
  EXPECT_EQ(manifest.app->compression, Compression::zstd);
}

TEST(ParseInputs, WrongOnesAreExplainedAtTheirLine) {
  struct {
    std::string manifest, words;
  } const cases[] = {
      {with_kernel("url = \"https://h/k\"\n"), "a URL stands without `sha256`"},
      {with_kernel("url = \"ftp://h/k\"\n" + digest), "is not a URL that can be fetched"},
      {with_kernel("url = \"https://u:p@h/k\"\n" + digest), "holds a user name or a password"},
      {with_kernel("path = \"k\"\nurl = \"https://h/k\"\n" + digest), "names two places"},
      {with_kernel("path = \"k\"\nmember = \"m\"\n"), "`member` means nothing beside `path`"},
      {with_kernel("path = \"k\"\nsha256 = \"aa\"\n"), "`sha256`"},
      {with_kernel("deb = \"d\"\n"), "`member`"},
      {with_kernel("eif = \"e\"\n"), "`section`"},
      {with_kernel("eif = \"e\"\nsection = \"ramdisk 32\"\n"), "names no section of an image"},
      {with_kernel("eif = \"e\"\nsection = \"ramdisk\"\n"), "names no section of an image"},
      {with_layer("eif = \"e\"\nsection = \"kernel\"\n"), "only a ramdisk of an image"},
      {with_layer("debs = []\n"), "`debs` names no package"},
      {with_layer("debs = [\"-o=x\"]\n"), "no name of a package"},
      {with_layer("debs = [\"a b\"]\n"), "no name of a package"},
      {with_layer("tar = \"t\"\nplatform = \"linux/amd64\"\n"), "platform"},
      {with_layer("mknod = \"/dev/x\"\ntype = \"p\"\nmajor = 1\nminor = 1\n"), "no type of device"},
      {with_layer("mknod = \"/dev/x\"\ntype = \"c\"\nmajor = 4096\nminor = 1\n"),
       "beyond Linux's device numbers"},
      {with_layer("mknod = \"/dev/x\"\ntype = \"c\"\nminor = 1\n"), "`major`"},
      {with_app("command = [\"a\"]\n"), "does not say what runs"},
      {with_app("dir = \"d\"\ntar = \"t\"\n"), "names two trees"},
      {with_app("dir = \"d\"\ncommand = []\n"), "`command` is empty"},
      {with_app("dir = \"d\"\ncommand = [\"a\\nb\"]\n"), "holds a line break"},
      {with_app("dir = \"d\"\nenv = { \"A=B\" = \"x\" }\n"), "a name that no variable can have"},
      {with_app("dir = \"d\"\nenv = { A = \"x\\ny\" }\n"), "holds a line break"},
      {with_app("dir = \"d\"\nworkdir = \"w\"\n"), "not an absolute path"},
      {with_app("dir = \"d\"\ncompat = \"docker\"\n"), "no such `compat`"},
      {with_app("dir = \"d\"\ncompat = \"nitro-cli\"\nuser = \"u\"\n"), "have no `user`"},
      {with_app("dir = \"d\"\ncompression = \"lz4\"\n"), "compression is not available"},
      {with_command("name = \"c\"\noutput = \"o\"\n"), "`run`"},
      {with_command("name = \"c\"\nrun = [\"r\"]\n"), "`output`"},
      {with_command("name = \"other\"\nrun = [\"r\"]\noutput = \"o\"\n"), "command"},
      {with_app("dir = \"d\"\n[lint]\nlevel = \"fatal\"\n"), "no such level"},
  };
  for (const auto& [manifest, words] : cases) {
    try {
      (void)parse(manifest);
      ADD_FAILURE() << "accepted: " << manifest;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage) << manifest;
      EXPECT_THAT(error.what(), HasSubstr(words)) << manifest;
      EXPECT_EQ(error.context().file, "enclave.toml");
      ASSERT_TRUE(error.context().source) << manifest;
      EXPECT_GT(error.context().source->line, 3U) << manifest;
    }
  }
}

}  // namespace
}  // namespace reproduce::manifest
