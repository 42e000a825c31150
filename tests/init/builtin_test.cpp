#include "reproduce/init/builtin.hpp"

#include <cstdint>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "support/checkout.hpp"
#include <gtest/gtest.h>

#include "reproduce/crypto/digest.hpp"

namespace reproduce::init {
namespace {

struct Expected {
  Arch arch;
  std::string file;
  std::uint64_t machine;  // e_machine
};

const std::vector<Expected>& programs() {
  static const std::vector<Expected> both{{Arch::x86_64, "init-x86_64", 62},
                                          {Arch::aarch64, "init-aarch64", 183}};
  return both;
}

// ELF numbers of both machines are little-endian.
std::uint64_t number_at(ByteView bytes, std::size_t offset, std::size_t size) {
  std::uint64_t value = 0;
  const ByteView field = bytes.subspan(offset, size);
  for (std::size_t i = size; i > 0; --i) value = value << 8 | field[i - 1];
  return value;
}

/// A program header of a 64-bit ELF file (elf(5)).
struct Segment {
  std::uint64_t type, flags, offset, file_size;
};

std::vector<Segment> segments_of(ByteView elf) {
  std::vector<Segment> segments;
  const std::uint64_t table = number_at(elf, 32, 8);
  for (std::uint64_t i = 0; i < number_at(elf, 56, 2); ++i) {
    const ByteView header = elf.subspan(table + i * 56, 56);
    segments.push_back({.type = number_at(header, 0, 4),
                        .flags = number_at(header, 4, 4),
                        .offset = number_at(header, 8, 8),
                        .file_size = number_at(header, 32, 8)});
  }
  return segments;
}

constexpr std::uint64_t segment_load = 1, segment_dynamic = 2, segment_interpreter = 3;
constexpr std::uint64_t segment_stack = 0x6474e551;
constexpr std::uint64_t executable = 1, writable = 2;

TEST(BuiltinInit, IsAStaticProgramForItsMachine) {
  for (const Expected& program : programs()) {
    const ByteView elf = builtin(program.arch);
    ASSERT_GT(elf.size(), 64u) << program.file;
    EXPECT_EQ(as_text(elf.first(4)), "\177ELF") << program.file;
    EXPECT_EQ(elf[4], 2) << "64 bits";
    EXPECT_EQ(elf[5], 1) << "little-endian";
    EXPECT_EQ(number_at(elf, 16, 2), 2u) << "an executable";
    EXPECT_EQ(number_at(elf, 18, 2), program.machine) << program.file;
    for (const Segment& segment : segments_of(elf)) {
      EXPECT_NE(segment.type, segment_interpreter) << program.file;
      EXPECT_NE(segment.type, segment_dynamic) << program.file;
    }
  }
}

TEST(BuiltinInit, NeverExecutesWhatItCanWrite) {
  for (const Expected& program : programs()) {
    int stacks = 0;
    for (const Segment& segment : segments_of(builtin(program.arch))) {
      if (segment.type != segment_load && segment.type != segment_stack) continue;
      EXPECT_NE(segment.flags & (executable | writable), executable | writable) << program.file;
      if (segment.type == segment_stack) ++stacks;
    }
    EXPECT_EQ(stacks, 1) << program.file << ": without PT_GNU_STACK the stack is executable";
  }
}

TEST(BuiltinInit, IsSmallAndWhole) {
  for (const Expected& program : programs()) {
    const ByteView elf = builtin(program.arch);
    EXPECT_LT(elf.size(), 32u * 1024) << program.file;
    for (const Segment& segment : segments_of(elf))
      EXPECT_LE(segment.offset + segment.file_size, elf.size()) << program.file;
  }
}

TEST(BuiltinInit, HasTheBytesOfTheFileThatWasBuilt) {
  for (const Expected& program : programs()) {
    std::ifstream stream(std::string(REPRODUCE_INIT_FOLDER) + "/" + program.file, std::ios::binary);
    const std::string file(std::istreambuf_iterator<char>(stream), {});
    ASSERT_FALSE(file.empty()) << program.file;
    EXPECT_EQ(sha256(builtin(program.arch)), sha256(as_bytes(file))) << program.file;
    EXPECT_EQ(as_text(builtin(program.arch)), file) << program.file;
  }
}

// A folder's name in it would make it another program on another machine.
TEST(BuiltinInit, KnowsNoFolderOfThisMachine) {
  for (const Expected& program : programs()) {
    const std::string_view text = as_text(builtin(program.arch));
    EXPECT_EQ(text.find(test::checkout().string()), std::string_view::npos);
    EXPECT_EQ(text.find(REPRODUCE_INIT_FOLDER), std::string_view::npos);
    EXPECT_EQ(text.find("main.c"), std::string_view::npos);
  }
}

}  // namespace
}  // namespace reproduce::init
