#include "reproduce/layers/directory.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "support/bare_root.hpp"
#include "support/temp_dir.hpp"
#include "support/thrown.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"

namespace reproduce::layers {
namespace {

using test::kind_of;
using test::TempDir;
using tree::Entry;
using tree::EntryType;

std::string text_of(const Entry& entry) {
  const auto source = entry.content->open();
  return std::string(as_text(read_all(*source, 1 << 20, "content")));
}

TEST(Directory, KeepsTypesModesAndTargets) {
  const TempDir temp;
  temp.write("bin/tool", "code");
  ::chmod((temp.path() / "bin/tool").c_str(), 04751);
  ::chmod((temp.path() / "bin").c_str(), 02705);
  std::filesystem::create_symlink("../no/such", temp.path() / "bin/link");
  ASSERT_EQ(::mkfifo((temp.path() / "pipe").c_str(), 0), 0);
  ::chmod((temp.path() / "pipe").c_str(), 0622);
  std::filesystem::create_directory(temp.path() / "empty");

  const Layer layer = read_directory(temp.path());
  EXPECT_EQ(layer.tree.entries().size(), 5U);
  EXPECT_EQ(layer.tree.find("bin")->mode, 02705U);
  EXPECT_EQ(layer.tree.find("bin/tool")->mode, 04751U);
  EXPECT_EQ(text_of(*layer.tree.find("bin/tool")), "code");
  EXPECT_EQ(layer.tree.find("bin/link")->target, "../no/such");
  EXPECT_EQ(layer.tree.find("pipe")->type, EntryType::fifo);
  EXPECT_EQ(layer.tree.find("pipe")->mode, 0622U);
  EXPECT_EQ(layer.tree.find("empty")->type, EntryType::directory);
  EXPECT_TRUE(layer.losses.empty());
}

TEST(Directory, TellsTheNewestOfItsFiles) {
  const TempDir temp;
  EXPECT_FALSE(read_directory(temp.path()).newest);
  for (const auto& [name, seconds] : {std::pair{"a/old", 100}, {"a/x", 200}, {"a/y", 200}}) {
    const std::filesystem::path path = temp.write(name, "");
    const std::array<timespec, 2> times{{{seconds, 0}, {seconds, 0}}};
    ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times.data(), 0), 0);
  }
  const Layer layer = read_directory(temp.path());
  ASSERT_TRUE(layer.newest);
  EXPECT_EQ(layer.newest->seconds, 200);
  EXPECT_EQ(layer.newest->path, "a/x");
}

TEST(Directory, GivesEverythingToTheOwnerAskedFor) {
  const TempDir temp;
  temp.write("a/b", "");
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown((temp.path() / "a/b").c_str(), 12, 34), 0);
  }
  EXPECT_EQ(read_directory(temp.path()).tree.find("a/b")->uid, 0U);
  EXPECT_EQ(read_directory(temp.path(), Owner{5, 6}).tree.find("a")->gid, 6U);
  if (::geteuid() == 0) {
    EXPECT_EQ(read_directory(temp.path(), std::nullopt).tree.find("a/b")->gid, 34U);
  }
}

TEST(Directory, FindsHardLinksAmongItsFiles) {
  const TempDir temp;
  temp.write("outside", "x");
  temp.write("in/one", "data");
  temp.write("in/alone", "x");
  std::filesystem::create_hard_link(temp.path() / "in/one", temp.path() / "in/two");
  std::filesystem::create_directory(temp.path() / "in/sub");
  std::filesystem::create_hard_link(temp.path() / "in/one", temp.path() / "in/sub/three");
  std::filesystem::create_hard_link(temp.path() / "outside", temp.path() / "in/leads out");
  const Layer layer = read_directory(temp.path() / "in");
  const auto groups = link_groups(layer.tree);
  ASSERT_EQ(groups.size(), 1U);
  EXPECT_EQ(groups.begin()->second.count, 3U);
  EXPECT_EQ(layer.tree.find("one")->content, layer.tree.find("sub/three")->content);
  EXPECT_EQ(text_of(*layer.tree.find("two")), "data");
}

TEST(Directory, KeepsNamesThatAreNoText) {
  const TempDir temp;
  temp.write("\xff\x01\n", "x");
  EXPECT_NE(read_directory(temp.path()).tree.find("\xff\x01\n"), nullptr);
}

TEST(Directory, ReadsTheSameTreeInWhateverOrderFilesWereMade) {
  const TempDir one;
  const TempDir two;
  std::vector<std::string> names;
  names.reserve(300);
  for (int i = 0; i < 300; ++i)
    names.push_back("d" + std::to_string(i % 7) + "/" + std::to_string(i));
  for (const std::string& name : names) one.write(name, name);
  std::reverse(names.begin(), names.end());
  for (const std::string& name : names) two.write(name, name);
  const Layer a = read_directory(one.path());
  const Layer b = read_directory(two.path());
  ASSERT_EQ(a.tree.entries().size(), 307U);
  EXPECT_TRUE(std::equal(a.tree.entries().begin(), a.tree.entries().end(), b.tree.entries().begin(),
                         [](const auto& x, const auto& y) { return x.first == y.first; }));
}

TEST(Directory, ReportsExtendedAttributesAsLost) {
  const TempDir temp;
  const std::string path = temp.write("a/b", "x").string();
  if (::setxattr(path.c_str(), "user.note", "1", 1, 0) != 0) GTEST_SKIP() << "no attributes here";
  const Layer layer = read_directory(temp.path());
  ASSERT_EQ(layer.losses.size(), 1U);
  EXPECT_EQ(layer.losses[0].path, "a/b");
  EXPECT_EQ(layer.losses[0].what, "extended attribute user.note");
  EXPECT_EQ(layer.losses[0].kind, LossKind::attribute);
}

TEST(Directory, ReportsLinksBetweenSpecialFilesAsLost) {
  const TempDir temp;
  ASSERT_EQ(::mkfifo((temp.path() / "a").c_str(), 0600), 0);
  ASSERT_EQ(::link((temp.path() / "a").c_str(), (temp.path() / "b").c_str()), 0);
  EXPECT_EQ(read_directory(temp.path()).losses.size(), 2U);
}

TEST(Directory, KeepsDevicesWhereItMaySeeThem) {
  const TempDir temp;
  if (::mknod((temp.path() / "null").c_str(), S_IFCHR | 0666, (1U << 8U) | 3U) != 0)
    GTEST_SKIP() << "device nodes cannot be made here";
  const Layer layer = read_directory(temp.path());
  EXPECT_EQ(layer.tree.find("null")->type, EntryType::character_device);
  EXPECT_EQ(layer.tree.find("null")->device_major, 1U);
  EXPECT_EQ(layer.tree.find("null")->device_minor, 3U);
}

TEST(Directory, RefusesWhatIsNoFolderOrIsNotThere) {
  const TempDir temp;
  const auto file = temp.write("file", "");
  EXPECT_EQ(kind_of([&] { (void)read_directory(file); }), ErrorKind::environment);
  EXPECT_EQ(kind_of([&] { (void)read_directory(temp.path() / "no"); }), ErrorKind::environment);
}

TEST(Directory, NamesAFileThatCannotBeRead) {
  if (::geteuid() == 0) GTEST_SKIP() << "root reads everything";
  const TempDir temp;
  ::chmod(temp.write("secret", "x").c_str(), 0);
  const Layer layer = read_directory(temp.path());
  EXPECT_EQ(kind_of([&] { (void)layer.tree.find("secret")->content->open(); }),
            ErrorKind::environment);
}

TEST(Directory, DoesNotFollowWhatWasPutInPlaceOfAFile) {
  const TempDir temp;
  const auto path = temp.write("in/file", "same size");
  const auto other = temp.write("elsewhere", "same size");
  const Layer layer = read_directory(temp.path() / "in");
  const auto open = [&] { (void)layer.tree.find("file")->content->open(); };

  std::filesystem::remove(path);
  std::filesystem::create_symlink(other, path);
  EXPECT_EQ(kind_of(open), ErrorKind::environment);

  std::filesystem::remove(path);
  std::filesystem::create_hard_link(other, path);
  EXPECT_EQ(kind_of(open), ErrorKind::environment);

  std::filesystem::remove(path);
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  EXPECT_EQ(kind_of(open), ErrorKind::environment);
}

TEST(Directory, DoesNotFollowASymlinkPutInPlaceOfAParent) {
  const TempDir temp;
  temp.write("in/d/file", "x");
  const Layer layer = read_directory(temp.path() / "in");
  std::filesystem::rename(temp.path() / "in/d", temp.path() / "moved");
  std::filesystem::create_symlink(temp.path() / "moved", temp.path() / "in/d");
  EXPECT_EQ(kind_of([&] { (void)layer.tree.find("d/file")->content->open(); }),
            ErrorKind::environment);
}

TEST(Directory, NoticesAFileThatGrew) {
  const TempDir temp;
  const auto path = temp.write("log", "x");
  const Layer layer = read_directory(temp.path());
  std::ofstream(path, std::ios::app) << "y";
  EXPECT_EQ(kind_of([&] { (void)layer.tree.find("log")->content->open(); }),
            ErrorKind::environment);
}

// /proc is mounted below / wherever the tests run.
TEST(Directory, RefusesWhatIsMountedInside) {
  EXPECT_EQ(kind_of([] { (void)read_directory("/"); }), ErrorKind::environment);
}

// More levels than the process may have files open.
TEST(Directory, ReadsFoldersHoweverDeep) {
  const TempDir temp;
  std::string path;
  for (int i = 0; i < 200; ++i) path += "d/";
  path += "f";
  temp.write(path, "x");
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  rlimit few = before;
  few.rlim_cur = 64;
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &few), 0);
  const Layer layer = read_directory(temp.path());
  EXPECT_EQ(text_of(*layer.tree.find(path)), "x");
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
}

TEST(Directory, IsReadWhereProcIsNotMounted) {
  const TempDir temp;
  const auto file = temp.write("in/bin/tool", "code");
  std::filesystem::create_symlink("/nowhere", temp.path() / "in/bin/link");
  const bool has_attributes = ::setxattr(file.c_str(), "user.note", "1", 1, 0) == 0;
  const auto result = test::in_bare_root(temp.path(), test::Rights::all, [has_attributes] {
    const Layer layer = read_directory("in");
    EXPECT_EQ(layer.tree.entries().size(), 3U);
    EXPECT_EQ(text_of(*layer.tree.find("bin/tool")), "code");
    EXPECT_EQ(layer.tree.find("bin/link")->target, "/nowhere");
    EXPECT_EQ(layer.losses.size(), has_attributes ? 1U : 0U);
  });
  if (result == test::BareRootResult::not_permitted) GTEST_SKIP() << "chroot needs root";
  EXPECT_EQ(result, test::BareRootResult::passed);
}

}  // namespace
}  // namespace reproduce::layers
