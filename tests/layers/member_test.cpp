#include "reproduce/layers/member.hpp"

#include <string>

#include "support/refusal.hpp"
#include "support/thrown.hpp"
#include <fnmatch.h>
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"

namespace reproduce::layers {
namespace {

using test::kind_of;
using test::refusal_of;
using tree::Entry;
using tree::EntryType;
using tree::Tree;

Entry file(std::string_view text = "x") {
  return {.content = tree::memory_content(Bytes(text.begin(), text.end()))};
}

Entry link_to(const std::string& target) {
  return {.type = EntryType::symlink, .mode = 0777, .target = target};
}

Tree kernel_package() {
  Tree tree;
  tree.add("boot/vmlinuz-6.1.0-9-amd64", file("kernel"));
  tree.add("boot/config-6.1.0-9-amd64", file());
  tree.add("boot/System.map-6.1.0-9-amd64", file());
  tree.add("lib/modules/6.1.0-9-amd64/kernel/nsm.ko", file("module"));
  tree.add("usr/share/doc/linux/copyright", file());
  return tree;
}

TEST(MatchesPattern, TreatsEachSpecialCharacterAsDocumented) {
  for (const auto& [pattern, path] :
       std::initializer_list<std::pair<const char*, const char*>>{{"a", "a"},
                                                                  {"*", ""},
                                                                  {"*", ".x"},
                                                                  {"a*c", "ac"},
                                                                  {"a*c", "abbc"},
                                                                  {"?", "x"},
                                                                  {"[ab]", "b"},
                                                                  {"[!ab]", "c"},
                                                                  {"[]a]", "]"},
                                                                  {"[!]a]", "b"},
                                                                  {"[a-c]", "b"},
                                                                  {"[a-]", "-"},
                                                                  {"\\*", "*"},
                                                                  {"[\\]]", "]"},
                                                                  {"*/*", "a/b"},
                                                                  {"**", "a"},
                                                                  {"**", "a/b/c"},
                                                                  {"**/c", "c"},
                                                                  {"**/c", "a/b/c"},
                                                                  {"a/**", "a"},
                                                                  {"a/**/d", "a/d"},
                                                                  {"a/**/d", "a/b/c/d"},
                                                                  {"**/b/**/d", "a/b/c/d"},
                                                                  {"a**c", "abc"},
                                                                  {"***", "x"},
                                                                  {"*.ko*", "nsm.ko.xz"}})
    EXPECT_TRUE(matches_pattern(pattern, path)) << pattern << " " << path;
  for (const auto& [pattern, path] :
       std::initializer_list<std::pair<const char*, const char*>>{{"a", "A"},
                                                                  {"a", "ab"},
                                                                  {"*", "a/b"},
                                                                  {"a*", "a/b"},
                                                                  {"?", "/"},
                                                                  {"?", ""},
                                                                  {"[!a]", "/"},
                                                                  {"[b-a]", "a"},
                                                                  {"a/*", "a"},
                                                                  {"**/c", "a/b/d"},
                                                                  {"a/**", "b"},
                                                                  {"a**c", "a/c"},
                                                                  {"\\*", "x"},
                                                                  {"*a", "b"}})
    EXPECT_FALSE(matches_pattern(pattern, path)) << pattern << " " << path;
}

// fnmatch(3) is somebody else's reading of the same words.
TEST(MatchesPattern, AgreesWithFnmatch) {
  const std::string letters = "ab/*?";
  const auto word = [&letters](std::size_t number) {
    std::string text;
    for (; number != 0; number /= 6)
      if (number % 6 != 0) text += letters[number % 6 - 1];
    return text;
  };
  const auto has_parts = [](const std::string& text) {
    return !text.empty() && text.front() != '/' && text.back() != '/' &&
           text.find("//") == std::string::npos;
  };
  std::size_t compared = 0;
  for (std::size_t i = 0; i < 7776; i += 7) {
    const std::string pattern = word(i);
    if (!has_parts(pattern) || pattern.find("**") != std::string::npos) continue;
    for (std::size_t j = 0; j < 7776; j += 11) {
      const std::string path = word(j);
      if (!has_parts(path)) continue;
      ++compared;
      EXPECT_EQ(matches_pattern(pattern, path),
                ::fnmatch(pattern.c_str(), path.c_str(), FNM_PATHNAME) == 0)
          << pattern << " " << path;
    }
  }
  EXPECT_GT(compared, 50'000U);
}

TEST(MatchesPattern, TakesNoTimeForHostilePatterns) {
  std::string stars;
  std::string parts;
  for (int i = 0; i < 1000; ++i) stars += "*a", parts += "**/a/";
  EXPECT_FALSE(matches_pattern(stars + "b", std::string(4000, 'a')));
  std::string path;
  for (int i = 0; i < 1000; ++i) path += "a/";
  EXPECT_FALSE(matches_pattern(parts + "b", path + "a"));
}

TEST(MatchesPattern, RefusesWhatIsNoPattern) {
  for (const char* pattern :
       {"[", "[a", "[]", "[!]", "[a-", "a\\", "[\\", "[a-\\", "a/[/]", "a//b", "a/"})
    EXPECT_EQ(kind_of([&] { (void)matches_pattern(pattern, "a"); }), ErrorKind::usage) << pattern;
}

TEST(ChooseMember, FindsTheOneThatMatches) {
  const Tree tree = kernel_package();
  for (const char* pattern : {"boot/vmlinuz-*", "/boot/vmlinuz-*", "./boot/vmlinuz-*",
                              "**/vmlinuz-*", "boot/vmlinuz-6.1.0-9-amd64"}) {
    const Member member = choose_member(tree, pattern);
    EXPECT_EQ(member.path, "boot/vmlinuz-6.1.0-9-amd64");
    EXPECT_EQ(member.entry.content->size(), 6U);
  }
  EXPECT_EQ(choose_member(tree, "**/nsm.ko").path, "lib/modules/6.1.0-9-amd64/kernel/nsm.ko");
}

TEST(ChooseMember, ListsWhatMatchesWhenThatIsMoreThanOne) {
  const Error error = refusal_of([] { (void)choose_member(kernel_package(), "boot/*"); });
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_STREQ(error.what(), "3 files match 'boot/*'");
  EXPECT_EQ(error.context().got,
            "'boot/System.map-6.1.0-9-amd64', 'boot/config-6.1.0-9-amd64', "
            "'boot/vmlinuz-6.1.0-9-amd64'");
  Tree many;
  for (int i = 10; i < 40; ++i) many.add(std::to_string(i), file());
  const std::string got = refusal_of([&] { (void)choose_member(many, "*"); }).context().got;
  EXPECT_TRUE(got.ends_with("'19' and more")) << got;
}

TEST(ChooseMember, ListsWhatMayHaveBeenMeantWhenNothingMatches) {
  const auto got = [](const char* pattern) {
    const Error error = refusal_of([&] { (void)choose_member(kernel_package(), pattern); });
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    return error.context().got;
  };
  EXPECT_NE(got("boot/bzImage").find("'boot/vmlinuz-6.1.0-9-amd64'"), std::string::npos);
  EXPECT_EQ(got("lib/*/nsm.ko"), "'lib/modules/6.1.0-9-amd64/kernel/nsm.ko'");
  EXPECT_EQ(got("boot"), "") << "a folder is no file";
  EXPECT_EQ(got("nowhere/*.xyz"), "");
}

TEST(ChooseMember, FollowsSymlinksInsideTheTree) {
  Tree tree = kernel_package();
  tree.add("vmlinuz", link_to("boot/vmlinuz-6.1.0-9-amd64"));
  tree.add("absolute", link_to("/boot/../boot/vmlinuz-6.1.0-9-amd64"));
  tree.add("outside", link_to("../../../boot/vmlinuz-6.1.0-9-amd64"));
  tree.add("folder", link_to("boot"));
  tree.add("chain", link_to("folder/vmlinuz-6.1.0-9-amd64"));
  for (const char* name :
       {"vmlinuz", "absolute", "outside", "chain", "folder/vmlinuz-6.1.0-9-amd64"})
    EXPECT_EQ(choose_member(tree, name).path, "boot/vmlinuz-6.1.0-9-amd64") << name;
  EXPECT_EQ(choose_member(tree, "**/*vmlinuz*").path, "boot/vmlinuz-6.1.0-9-amd64")
      << "several names of one file are one";
}

TEST(ChooseMember, IsLedNowhereByBadSymlinks) {
  Tree tree;
  tree.add("round", link_to("about"));
  tree.add("about", link_to("round"));
  tree.add("self", link_to("self/self"));
  tree.add("dangling", link_to("nothing"));
  tree.add("file", file());
  tree.add("through", link_to("file/x"));
  tree.add("back", link_to("file/../file"));
  tree.add("host", link_to("/etc/passwd"));
  tree.add("long", link_to(std::string(4000, '/') + "file"));
  for (const char* name : {"round", "self", "dangling", "through", "back", "host"})
    EXPECT_EQ(kind_of([&] { (void)choose_member(tree, name); }), ErrorKind::usage) << name;
  EXPECT_EQ(choose_member(tree, "long").path, "file");
  for (int i = 0; i < 41; ++i)
    tree.add("l" + std::to_string(i), link_to(i == 0 ? "file" : "l" + std::to_string(i - 1)));
  EXPECT_EQ(choose_member(tree, "l39").path, "file");
  EXPECT_EQ(kind_of([&] { (void)choose_member(tree, "l40"); }), ErrorKind::usage);
}

TEST(ChooseMember, RefusesPatternsThatAreNoPaths) {
  for (const std::string& pattern : {std::string(), std::string("/"), std::string("./"),
                                     std::string(4096, 'x'), std::string("a//b")})
    EXPECT_EQ(kind_of([&] { (void)choose_member(kernel_package(), pattern); }), ErrorKind::usage);
}

}  // namespace
}  // namespace reproduce::layers
