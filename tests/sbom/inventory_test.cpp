#include "reproduce/sbom/inventory.hpp"

#include <string>
#include <vector>

#include "support/newc.hpp"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reproduce/base/hex.hpp"
#include "reproduce/base/random_access.hpp"

namespace reproduce::sbom {
namespace {

using test::newc_entry;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

Inventory inventory_of(const std::string& ramdisk) {
  const RandomAccessBytes image(as_bytes(ramdisk));
  return take_inventory(initramfs::JoinedRamdisks(image, {{.offset = 0, .size = ramdisk.size()}}));
}

std::vector<std::string> names_of(const Inventory& inventory) {
  std::vector<std::string> names;
  for (const ListedPackage& listed : inventory.packages)
    names.push_back(listed.database + " " + listed.package.name + " " + listed.distribution);
  return names;
}

constexpr const char* one = "Package: one\nStatus: install ok installed\nVersion: 1\n";

TEST(Inventory, FindsDatabasesBelowAnyRoot) {
  const Inventory inventory = inventory_of(
      newc_entry({.name = "rootfs/etc/os-release", .content = "NAME=x\nID=\"ubuntu\"\n"}) +
      newc_entry({.name = "rootfs/var/lib/dpkg/status", .content = one}) +
      newc_entry({.name = "var/lib/dpkg/status.d/two", .content = "Package: two\nVersion: 2\n"}) +
      newc_entry({.name = "var/lib/dpkg/status.d/two.md5sums", .content = "Package: no\n"}) +
      newc_entry({.name = "lib/apk/db/installed", .content = "P:three\nV:3\n\n"}) +
      newc_entry({.name = "xvar/lib/dpkg/status", .content = one}));
  EXPECT_THAT(names_of(inventory),
              ElementsAre("lib/apk/db/installed three ", "rootfs/var/lib/dpkg/status one ubuntu",
                          "var/lib/dpkg/status.d/two two "));
  EXPECT_THAT(inventory.files, SizeIs(6));
}

TEST(Inventory, KnowsTheDigestsOfWhatIsLeftAtTheEnd) {
  const Inventory inventory = inventory_of(
      newc_entry({.name = "b", .content = "old"}) + newc_entry({.name = "gone", .content = "x"}) +
      newc_entry({.name = "gone", .content = "to", .mode = 0120777}) +
      newc_entry({.name = "./b", .content = "abc"}) + newc_entry({.name = "a"}));
  ASSERT_THAT(inventory.files, SizeIs(2));
  EXPECT_EQ(inventory.files[0].path, "a");
  EXPECT_EQ(inventory.files[1].path, "b");
  // FIPS 180-2, appendices A.1 and B.1.
  EXPECT_EQ(to_hex(inventory.files[1].sha1), "a9993e364706816aba3e25717850c26c9cd0d89d");
  EXPECT_EQ(to_hex(inventory.files[1].sha256),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(Inventory, GivesEveryNameOfAFileItsBytes) {
  const Inventory inventory = inventory_of(newc_entry({.name = "a", .links = 2}) +
                                           newc_entry({.name = "b", .content = "abc", .links = 2}));
  EXPECT_EQ(inventory.files[0].sha256, inventory.files[1].sha256);
  EXPECT_EQ(inventory.files[0].size, 3u);
}

TEST(Inventory, SaysWhichDatabasesItDoesNotRead) {
  const Inventory inventory =
      inventory_of(newc_entry({.name = "var/lib/rpm/rpmdb.sqlite", .content = "SQLite"}));
  EXPECT_THAT(inventory.packages, IsEmpty());
  EXPECT_THAT(inventory.unread, ElementsAre(HasSubstr("rpm at 'var/lib/rpm/rpmdb.sqlite'")));
}

TEST(Inventory, ADatabaseThatIsReplacedDoesNotCount) {
  const Inventory inventory =
      inventory_of(newc_entry({.name = "var/lib/dpkg/status", .content = one}) +
                   newc_entry({.name = "var/lib/dpkg/status", .content = ""}));
  EXPECT_THAT(inventory.packages, IsEmpty());
}

TEST(Inventory, SaysWhereTheKernelStops) {
  EXPECT_NE(inventory_of("nonsense").stop, "");
  EXPECT_EQ(inventory_of(newc_entry({})).stop, "");
}

}  // namespace
}  // namespace reproduce::sbom
