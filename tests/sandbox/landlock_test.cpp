#include "reproduce/sandbox/landlock.hpp"

#include <array>
#include <cstdint>

#include <gtest/gtest.h>

namespace reproduce::sandbox {
namespace {

/// What the kernel's landlock.rst (Linux 6.15) says is there from ABI 1 to 7.
struct Row {
  unsigned abi;
  std::uint64_t files;
  std::uint64_t network;
  std::uint64_t scoped;
};
constexpr std::array<Row, 8> table{{{0, 0, 0, 0},
                                    {1, 0x1FFF, 0, 0},  // 13 rights: execute to make_sym
                                    {2, 0x3FFF, 0, 0},  // + refer
                                    {3, 0x7FFF, 0, 0},  // + truncate
                                    {4, 0x7FFF, 3, 0},  // + bind_tcp, connect_tcp
                                    {5, 0xFFFF, 3, 0},  // + ioctl_dev
                                    {6, 0xFFFF, 3, 3},  // + abstract sockets, signals
                                    {7, 0xFFFF, 3, 3}}};

TEST(Landlock, HandlesAllThatEachVersionOfTheKernelCanWatch) {
  for (const Row& row : table) {
    const LandlockRights rights = landlock_rights(row.abi);
    EXPECT_EQ(rights.handled_files, row.files) << row.abi;
    EXPECT_EQ(rights.handled_network, row.network) << row.abi;
    EXPECT_EQ(rights.scoped, row.scoped) << row.abi;
  }
}

// The kernel refuses a rule that grants what the ruleset does not handle (EINVAL).
TEST(Landlock, GrantsNothingThatIsNotWatched) {
  for (const Row& row : table) {
    const LandlockRights rights = landlock_rights(row.abi);
    const std::uint64_t granted = rights.read_file | rights.read_folder | rights.use_folder;
    EXPECT_EQ(granted & ~rights.handled_files, 0u) << row.abi;
  }
}

TEST(Landlock, GrantsNeitherExecutionNorDevicesNorSocketsNorPipes) {
  // LANDLOCK_ACCESS_FS_EXECUTE, MAKE_CHAR, MAKE_SOCK, MAKE_FIFO, MAKE_BLOCK, IOCTL_DEV
  constexpr std::uint64_t never = 1u << 0 | 1u << 6 | 1u << 9 | 1u << 10 | 1u << 11 | 1u << 15;
  for (const Row& row : table) {
    const LandlockRights rights = landlock_rights(row.abi);
    EXPECT_EQ((rights.read_file | rights.read_folder | rights.use_folder) & never, 0u) << row.abi;
  }
}

TEST(Landlock, InputsAreOnlyRead) {
  // LANDLOCK_ACCESS_FS_READ_FILE, and READ_DIR for folders
  EXPECT_EQ(landlock_rights(newest_landlock_abi).read_file, 4u);
  EXPECT_EQ(landlock_rights(newest_landlock_abi).read_folder, 12u);
}

}  // namespace
}  // namespace reproduce::sandbox
