#include "reproduce/tree/digest.hpp"

#include <string>

#include <gtest/gtest.h>

#include "reproduce/base/hex.hpp"

namespace reproduce::tree {
namespace {

Entry file(std::string_view text, std::uint64_t link_group = 0) {
  const ByteView bytes = as_bytes(text);
  return {.content = memory_content(Bytes(bytes.begin(), bytes.end())), .link_group = link_group};
}

Sha256Digest digest_of(const Content& content) {
  const auto source = content.open();
  return sha256(read_all(*source, 1 << 20, "content"));
}

std::string text_of(const Tree& tree) {
  MemorySink sink;
  write_canonical(tree, digest_of, sink);
  return std::string(as_text(sink.bytes()));
}

std::string dotted(std::string text) {
  for (char& c : text)
    if (c == '\0') c = '.';
  return text;
}

Tree one_of_each() {
  Tree tree;
  tree.add("d", {.type = EntryType::directory, .mode = 01777, .uid = 1, .gid = 2});
  tree.add("d/f", file("abc"));
  tree.add("d/l", {.type = EntryType::symlink, .target = "f"});
  tree.add("dev/c", {.type = EntryType::character_device, .mode = 0600, .device_major = 5});
  tree.add("dev/b", {.type = EntryType::block_device, .mode = 0660, .device_minor = 9});
  tree.add("p", {.type = EntryType::fifo, .mode = 0622});
  tree.add("s", {.type = EntryType::socket, .mode = 0777});
  const Entry twin = file("", 40);
  tree.add("x", twin);
  tree.add("y", twin);
  return tree;
}

// SHA-256("abc") is from FIPS 180-2, appendix B.1; that of nothing is as well known.
constexpr const char* abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

TEST(TreeDigest, WritesTheDocumentedText) {
  EXPECT_EQ(dotted(text_of(one_of_each())),
            "reproduce-tree/1\n"
            "directory.1777.1.2.d.\n"
            "regular.0644.0.0.d/f.3." +
                std::string(abc) +
                ".0.\n"
                "symlink.0777.0.0.d/l.f.\n"
                "directory.0755.0.0.dev.\n"
                "block.0660.0.0.dev/b.0.9.\n"
                "character.0600.0.0.dev/c.5.0.\n"
                "fifo.0622.0.0.p.\n"
                "socket.0777.0.0.s.\n"
                "regular.0644.0.0.x.0." +
                nothing +
                ".1.\n"
                "regular.0644.0.0.y.0." +
                nothing + ".1.\n");
}

// printf 'reproduce-tree/1\ndirectory\0000755\0000\0000\000d\000\n' | sha256sum
TEST(TreeDigest, AgreesWithTheShell) {
  Tree tree;
  tree.add("d", {.type = EntryType::directory, .mode = 0755});
  EXPECT_EQ(to_hex(digest(tree, digest_of)),
            "bf0d35d96eabdd90bf6bc471ee410832b23fffaa5bb27e06b7369c8f6f7910d9");
}

TEST(TreeDigest, DoesNotDependOnOrderOrOnGroupNumbers) {
  Tree tree;
  const Entry twin = file("", 7);
  tree.add("y", twin);
  tree.add("x", twin);
  Tree other;
  Entry same = twin;
  same.link_group = 99;
  other.add("x", same);
  other.add("y", same);
  EXPECT_EQ(digest(tree, digest_of), digest(other, digest_of));
}

TEST(TreeDigest, AGroupOfOneIsNoLink) {
  Tree alone;
  alone.add("x", file("", 7));
  Tree plain;
  plain.add("x", file(""));
  EXPECT_EQ(digest(alone, digest_of), digest(plain, digest_of));
}

TEST(TreeDigest, EveryFieldMovesIt) {
  const auto changed = [](const std::string& path, auto change) {
    const Tree before = one_of_each();
    Tree after;
    for (auto [at, entry] : before.entries()) {
      if (at == path) change(entry);
      after.add(at, entry);
    }
    return digest(before, digest_of) != digest(after, digest_of);
  };
  EXPECT_TRUE(changed("p", [](Entry& entry) { entry.type = EntryType::socket; }));
  EXPECT_TRUE(changed("p", [](Entry& entry) { entry.mode |= 04000; }));
  EXPECT_TRUE(changed("p", [](Entry& entry) { entry.uid = 5; }));
  EXPECT_TRUE(changed("p", [](Entry& entry) { entry.gid = 5; }));
  EXPECT_TRUE(changed("d/l", [](Entry& entry) { entry.target = "g"; }));
  EXPECT_TRUE(changed("dev/c", [](Entry& entry) { entry.device_major = 6; }));
  EXPECT_TRUE(changed("dev/c", [](Entry& entry) { entry.device_minor = 6; }));
  EXPECT_TRUE(changed("d/f", [](Entry& entry) { entry.content = file("abd").content; }));
  EXPECT_TRUE(changed("y", [](Entry& entry) { entry.link_group = 0; }));
}

}  // namespace
}  // namespace reproduce::tree
