#include "reproduce/cpio/entry_type.hpp"

#include <optional>

#include <sys/stat.h>

#include <gtest/gtest.h>

namespace reproduce::cpio {
namespace {

using tree::EntryType;

// stat(2) has the numbers.
TEST(EntryType, IsThatOfStat) {
  EXPECT_EQ(entry_type(S_IFDIR | 0755U), EntryType::directory);
  EXPECT_EQ(entry_type(S_IFREG | 06644U), EntryType::regular);
  EXPECT_EQ(entry_type(S_IFLNK | 0777U), EntryType::symlink);
  EXPECT_EQ(entry_type(S_IFCHR | 0600U), EntryType::character_device);
  EXPECT_EQ(entry_type(S_IFBLK), EntryType::block_device);
  EXPECT_EQ(entry_type(S_IFIFO), EntryType::fifo);
  EXPECT_EQ(entry_type(S_IFSOCK), EntryType::socket);
}

TEST(EntryType, IsNoneForEveryOtherNumber) {
  int known = 0;
  for (std::uint32_t bits = 0; bits < 16; ++bits) {
    const std::optional<EntryType> type = entry_type(bits << 12U);
    if (!type) continue;
    ++known;
    EXPECT_EQ(type_bits(*type), bits << 12U);
  }
  EXPECT_EQ(known, 7);
}

// umode_t is an unsigned short.
TEST(EntryType, DoesNotSeeTheBitsThatLinuxDrops) {
  EXPECT_EQ(entry_type(0100644U | 0200000U), EntryType::regular);
  EXPECT_EQ(entry_type(0xffff0000U | S_IFDIR), EntryType::directory);
  EXPECT_EQ(entry_type(dropped_mode_bits), std::nullopt);
}

}  // namespace
}  // namespace reproduce::cpio
