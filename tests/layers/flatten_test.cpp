#include "reproduce/layers/flatten.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include "support/refusal.hpp"
#include "support/tar.hpp"
#include "support/temp_dir.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"

namespace reproduce::layers {
namespace {

using test::tar_end;
using test::tar_entry;
using test::tar_folder;
using test::tar_link;
using test::tar_symlink;
using Strings = std::vector<std::string>;

Layer flatten(const Strings& layers, const ArchiveLimits& limits = {}) {
  const test::TempDir temp;
  Flattener flattener(temp.path(), limits);
  for (const std::string& layer : layers) {
    const std::string archive = layer + tar_end();
    MemorySource source(as_bytes(archive));
    (void)flattener.apply(source);
  }
  Layer flat = std::move(flattener).finish();
  EXPECT_TRUE(std::filesystem::is_empty(temp.path()));
  return flat;
}

Strings paths(const Strings& layers) {
  Strings found;
  const Layer flat = flatten(layers);
  for (const auto& [path, entry] : flat.tree.entries()) found.push_back(path);
  return found;
}

Error refusal(const Strings& layers, const ArchiveLimits& limits = {}) {
  Error error = test::refusal_of([&] { (void)flatten(layers, limits); });
  EXPECT_EQ(error.kind(), ErrorKind::malformed) << error.what();
  return error;
}

std::string file(const std::string& name, const std::string& content = "") {
  return tar_entry({.name = name, .content = content});
}

std::string text_of(const Layer& layer, std::string_view path) {
  const auto source = layer.tree.find(path)->content->open();
  return std::string(as_text(read_all(*source, 1 << 20, "content")));
}

TEST(Flatten, WhiteoutsHideWhatLowerLayersHave) {
  EXPECT_EQ(
      paths({file("a") + file("b") + file("d/x") + file("d-e"), file(".wh.a") + file(".wh.d")}),
      (Strings{"b", "d-e"}));
  EXPECT_EQ(paths({file("d/x") + file("d/y"), file("d/.wh.x")}), (Strings{"d", "d/y"}));
  EXPECT_EQ(
      paths({tar_symlink("l", "d") + file("d/x") + file("d/y"), file("l/.wh.x") + file(".wh.l")}),
      (Strings{"d", "d/y"}));
}

TEST(Flatten, WhiteoutsOfNothingAreIgnored) {
  EXPECT_EQ(paths({file("a"), file(".wh.b") + file("no/such/.wh.x") + file("no/.wh..wh..opq")}),
            (Strings{"a"}));
}

TEST(Flatten, WhiteoutsLeaveTheirOwnLayerAlone) {
  for (const std::string& layer :
       {file(".wh.a") + file("a", "new"), file("a", "new") + file(".wh.a")})
    EXPECT_EQ(text_of(flatten({file("a", "old"), layer}), "a"), "new");
  for (const std::string& layer : {file(".wh.d") + file("d/new"), file("d/new") + file(".wh.d")}) {
    const Layer flat = flatten({tar_folder("d", 0700) + file("d/old"), layer});
    EXPECT_EQ(flat.tree.entries().size(), 2U);
    EXPECT_NE(flat.tree.find("d/new"), nullptr);
    EXPECT_EQ(flat.tree.find("d")->mode, 0755U);
  }
}

TEST(Flatten, OpaqueFoldersHideLowerLayersWhereverTheMarkStands) {
  const std::string lower =
      tar_folder("d", 0700) + file("d/x") + file("d/sub/y") + file("d/sub-z") + file("e");
  const std::string mark = file("d/.wh..wh..opq");
  for (const std::string& layer : {mark + file("d/sub/new"), file("d/sub/new") + mark}) {
    EXPECT_EQ(paths({lower, layer}), (Strings{"d", "d/sub", "d/sub/new", "e"}));
    EXPECT_EQ(flatten({lower, layer}).tree.find("d")->mode, 0700U);
  }
  EXPECT_EQ(paths({lower, file("new") + file(".wh..wh..opq")}), (Strings{"new"}));
  EXPECT_EQ(paths({lower, tar_symlink("l", "d") + file("l/.wh..wh..opq")}),
            (Strings{"d", "e", "l"}));
}

TEST(Flatten, ALayerMayBringBackWhatAnotherHid) {
  EXPECT_EQ(paths({file("d/x"), file(".wh.d"), file("d/y")}), (Strings{"d", "d/y"}));
}

TEST(Flatten, HardLinksReachIntoLowerLayers) {
  const Layer flat =
      flatten({file("a", "text"), tar_link("b", "a"), file(".wh.a") + tar_link("c", "/b")});
  EXPECT_EQ(flat.tree.entries().size(), 2U);
  EXPECT_EQ(text_of(flat, "c"), "text");
  EXPECT_EQ(link_groups(flat.tree).begin()->second.count, 2U);
  (void)refusal({file("a"), file(".wh.a") + tar_link("b", "a")});
}

TEST(Flatten, FilesAndFoldersReplaceEachOther) {
  EXPECT_EQ(paths({file("d/x/y") + file("f"), file("d") + tar_folder("f") + file("f/in")}),
            (Strings{"d", "f", "f/in"}));
  (void)refusal({file("f"), file("f/in")});
}

TEST(Flatten, NamesAreMadeCleanInsideTheRoot) {
  EXPECT_EQ(paths({file("/etc/a") + file("../../b") + file("c/../d") + file("./e//f")}),
            (Strings{"b", "d", "e", "e/f", "etc", "etc/a"}));
}

TEST(Flatten, RefusesWhiteoutsThatNameNoFile) {
  for (const char* name : {".wh.", ".wh..", ".wh...", "d/.wh.", "d/.wh.."})
    EXPECT_NE(std::string(refusal({file(name)}).what()).find("is a whiteout that names no file"),
              std::string::npos)
        << name;
  EXPECT_EQ(refusal({file(".wh.x/y")}).what(),
            std::string("the entry '.wh.x/y' lies below a whiteout"));
}

TEST(Flatten, PassesOverWhatAufsLeft) {
  const Layer flat = flatten({file(".wh..wh.plnk/1") + file(".wh..wh.aufs") + file("a")});
  EXPECT_EQ(flat.tree.entries().size(), 1U);
  EXPECT_EQ(flat.losses.size(), 2U);
}

TEST(Flatten, GivesTheDigestOfTheDecompressedLayer) {
  const test::TempDir temp;
  Flattener flattener(temp.path());
  const std::string zeros(1024, '\0');
  MemorySource source(as_bytes(zeros));
  // sha256sum of 1024 NULs
  EXPECT_EQ(to_hex(flattener.apply(source)),
            "5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef");
}

TEST(Flatten, LimitsCountForAllLayersTogether) {
  const Strings two{file("a", "1"), file("b", "2")};
  EXPECT_EQ(flatten(two, {.entries = 2}).tree.entries().size(), 2U);
  (void)refusal(two, {.entries = 1});
  (void)refusal(two, {.name_bytes = 1});
  (void)refusal(two, {.content_bytes = 1});
}

}  // namespace
}  // namespace reproduce::layers
