#include "reproduce/manifest/parse.hpp"

#include <string>
#include <variant>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/hex.hpp"

namespace reproduce::manifest {
namespace {

using ::testing::SizeIs;

/// The smallest manifest, for tests that add to it.
constexpr const char* minimal = R"([image]
name = "hello"
arch = "x86_64"
[kernel]
path = "bzImage"
[[ramdisk]]
raw = "boot.cpio"
)";

Manifest parse(const std::string& text) {
  return parse_manifest(text, "folder/enclave.toml");
}

/// The only layer of the first ramdisk of a manifest that has just this layer.
template <class Kind>
Kind parse_layer(const std::string& layer) {
  const Manifest manifest = parse(
      "[image]\nname = \"n\"\narch = \"aarch64\"\n[kernel]\npath = \"k\"\n[[ramdisk]]\n"
      "[[ramdisk.layer]]\n" +
      layer);
  return std::get<Kind>(manifest.ramdisks.at(0).layers.at(0).kind);
}

TEST(ParseManifest, FillsInEveryDefault) {
  const Manifest manifest = parse(minimal);
  EXPECT_EQ(manifest.image.name, "hello");
  EXPECT_EQ(manifest.image.version, "1.0");
  EXPECT_EQ(manifest.image.arch, Arch::x86_64);
  EXPECT_EQ(manifest.image.source_date_epoch, 0u);
  EXPECT_FALSE(manifest.image.metadata.build_tool);
  EXPECT_FALSE(manifest.image.metadata.custom);
  EXPECT_EQ(manifest.inputs[manifest.kernel.source.input].name, "bzImage");
  EXPECT_FALSE(manifest.kernel.config);
  ASSERT_THAT(manifest.ramdisks, SizeIs(1));
  EXPECT_EQ(manifest.inputs[manifest.ramdisks[0].raw->input].name, "boot.cpio");
}

// The two files that nitro-cli 1.5.0 ships as blobs/x86_64/cmdline and blobs/aarch64/cmdline.
TEST(ParseManifest, DefaultCmdlineIsThatOfNitroCli) {
  EXPECT_EQ(parse(minimal).kernel.cmdline,
            "reboot=k panic=30 pci=off nomodules console=ttyS0 i8042.noaux i8042.nomux "
            "i8042.nopnp i8042.dumbkbd random.trust_cpu=on");
  EXPECT_EQ(default_cmdline(Arch::aarch64),
            "reboot=k panic=30 pci=off nomodules console=ttyS0 random.trust_cpu=on root=/dev/ram0");
}

TEST(ParseManifest, TakesEveryKey) {
  const Manifest manifest = parse(R"([image]
name = "hello"
version = "1.2.3"
arch = "aarch64"
source_date_epoch = 4294967295
[image.metadata]
build_tool = "tool"
build_tool_version = "9"
build_time = "2020-01-01T00:00:00+00:00"
operating_system = "Linux"
kernel_version = "6.12"
custom = { b = [1, 2.0, true], a = { x = "é" } }
[kernel]
path = "inputs/bzImage"
config = "inputs/config"
cmdline = "quiet"
[[ramdisk]]
compression = "none"
[[ramdisk.layer]]
mkdir = "/dev"
[[ramdisk]]
[[ramdisk.layer]]
raw = "two.cpio"
)");
  EXPECT_EQ(manifest.image.version, "1.2.3");
  EXPECT_EQ(manifest.image.source_date_epoch, 4294967295u);
  const Metadata& metadata = manifest.image.metadata;
  EXPECT_EQ(metadata.build_tool, "tool");
  EXPECT_EQ(metadata.build_tool_version, "9");
  EXPECT_EQ(metadata.build_time, "2020-01-01T00:00:00+00:00");
  EXPECT_EQ(metadata.operating_system, "Linux");
  EXPECT_EQ(metadata.kernel_version, "6.12");
  EXPECT_EQ(metadata.custom, R"({"a":{"x":"é"},"b":[1,2.0,true]})");
  EXPECT_EQ(manifest.inputs[manifest.kernel.config->input].name, "inputs/config");
  EXPECT_EQ(manifest.kernel.cmdline, "quiet");
  ASSERT_THAT(manifest.ramdisks, SizeIs(2));
  EXPECT_THAT(manifest.ramdisks[0].layers, SizeIs(1));
  EXPECT_EQ(manifest.inputs[manifest.ramdisks[1].raw->input].name, "two.cpio");
  EXPECT_THAT(manifest.ramdisks[1].layers, SizeIs(0));
}

TEST(ParseManifest, ReadsAFileLayer) {
  const auto plain = parse_layer<FileLayer>("file = \"a\"\nto = \"/b/c\"");
  EXPECT_EQ(plain.source.part, "");
  EXPECT_EQ(plain.to, "b/c");
  EXPECT_FALSE(plain.mode);
  EXPECT_EQ(plain.owner.uid, 0u);
  const auto full =
      parse_layer<FileLayer>("file = \"a\"\nto = \"/b\"\nmode = \"04755\"\nuid = 7\ngid = 8");
  EXPECT_EQ(full.mode, 04755u);
  EXPECT_EQ(full.owner.uid, 7u);
  EXPECT_EQ(full.owner.gid, 8u);
}

TEST(ParseManifest, ReadsADirLayer) {
  EXPECT_EQ(parse_layer<TreeLayer>("dir = \"rootfs\"").to, "");
  const auto full =
      parse_layer<TreeLayer>("dir = \"rootfs\"\nto = \"/rootfs\"\nowner = \"1000:4294967295\"");
  EXPECT_EQ(full.to, "rootfs");
  EXPECT_EQ(full.owner->uid, 1000u);
  EXPECT_EQ(full.owner->gid, 4294967295u);
}

TEST(ParseManifest, ReadsACpioLayer) {
  EXPECT_EQ(parse_layer<TreeLayer>("cpio = \"a.cpio\"").to, "");
  EXPECT_EQ(parse_layer<TreeLayer>("cpio = \"a.cpio\"\nto = \"/\"").to, "");
}

TEST(ParseManifest, ReadsATextLayer) {
  const auto layer = parse_layer<TextLayer>("text = \"\"\"\na\nb\n\"\"\"\nto = \"/cmd\"");
  EXPECT_EQ(layer.text, "a\nb\n");
  EXPECT_EQ(layer.mode, 0644u);
  EXPECT_EQ(parse_layer<TextLayer>("text = \"\"\nto = \"/empty\"").text, "");
}

TEST(ParseManifest, ReadsASymlinkLayer) {
  const auto layer = parse_layer<SymlinkLayer>("symlink = \"../usr/lib\"\nto = \"/lib\"");
  EXPECT_EQ(layer.target, "../usr/lib");
  EXPECT_EQ(layer.to, "lib");
}

TEST(ParseManifest, ReadsAMkdirLayer) {
  const auto layer = parse_layer<FolderLayer>("mkdir = \"/tmp\"\nmode = \"1777\"");
  EXPECT_EQ(layer.to, "tmp");
  EXPECT_EQ(layer.mode, 01777u);
  EXPECT_EQ(parse_layer<FolderLayer>("mkdir = \"/dev\"").mode, 0755u);
}

TEST(ParseManifest, DigestIsThatOfTheText) {
  const Manifest manifest = parse(minimal);
  EXPECT_EQ(to_hex(manifest.digest), to_hex(sha256(as_bytes(std::string_view(minimal)))));
}

TEST(ParseManifest, LocatesInputsFromTheManifestsFolder) {
  const Manifest manifest = parse(minimal);
  EXPECT_EQ(manifest.locate({.name = "bzImage"}), "folder/bzImage");
  EXPECT_EQ(manifest.locate({.name = "../x"}), "folder/../x");
  EXPECT_EQ(manifest.locate({.name = "/abs/x"}), "/abs/x");
  EXPECT_EQ(parse_manifest(minimal, "enclave.toml").locate({.name = "bzImage"}), "bzImage");
}

TEST(ParseManifest, RemembersWhereAnInputStands) {
  const Manifest manifest = parse(minimal);
  const SourceLine line = manifest.line_at(manifest.kernel.source.at);
  EXPECT_EQ(line.line, 5u);
  EXPECT_EQ(line.column, 8u);
  EXPECT_EQ(line.text, "path = \"bzImage\"");
}

TEST(ParseManifest, AcceptsWindowsLineEnds) {
  std::string text;
  for (const char c : std::string(minimal))
    text += c == '\n' ? std::string("\r\n") : std::string{c};
  const Manifest manifest = parse(text);
  EXPECT_EQ(manifest.line_at(manifest.kernel.source.at).text, "path = \"bzImage\"");
}

TEST(ParseManifest, Takes29Ramdisks) {
  std::string text = minimal;
  for (int i = 1; i < 29; ++i) text += "[[ramdisk]]\nraw = \"x\"\n";
  EXPECT_THAT(parse(text).ramdisks, SizeIs(29));
}

TEST(ParseManifest, DotsInStringsAndCommentsAreNoKeyParts) {
  const std::string dots(100, '.');
  const auto layer = parse_layer<TextLayer>("# " + dots + "\ntext = '''\n" + dots +
                                            "\n'''\nto = \"/" + dots + "x\"");
  EXPECT_EQ(layer.text, dots + "\n");
}

}  // namespace
}  // namespace reproduce::manifest
