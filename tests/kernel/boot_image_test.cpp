#include "reproduce/kernel/boot_image.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "support/checkout.hpp"
#include "support/newc.hpp"
#include "support/temp_dir.hpp"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/stream.hpp"
#include "reproduce/compression/compress.hpp"

namespace reproduce::kernel {
namespace {

using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

void put(std::string& file, std::size_t offset, std::uint64_t value, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i)
    file[offset + i] = static_cast<char>(value >> (8 * i) & 0xffU);
}

void put(std::string& file, std::size_t offset, std::string_view text) {
  file.replace(offset, text.size(), text);
}

constexpr std::size_t setup_sectors = 2;
constexpr std::size_t protected_mode = (setup_sectors + 1) * 512;
constexpr std::size_t payload_offset = 64;

/// Offsets as Documentation/arch/x86/boot.rst numbers them.
std::string bzimage(const std::string& payload) {
  std::string file(protected_mode + payload_offset, '\0');
  put(file, 0x1f1, setup_sectors, 1);
  put(file, 0x1fe, 0xaa55, 2);
  put(file, 0x200, 0x6aeb, 2);  // jmp over the header, which ends at 0x26c
  put(file, 0x202, "HdrS");
  put(file, 0x206, 0x020f, 2);
  put(file, 0x20e, 0x100, 2);
  put(file, 0x300, "6.12.0-test (builder) #1");
  put(file, 0x211, 1, 1);
  put(file, 0x230, 0x200000, 4);
  put(file, 0x234, 1, 1);
  put(file, 0x236, 1, 2);
  put(file, 0x238, 2047, 4);
  put(file, 0x248, payload_offset, 4);
  put(file, 0x24c, payload.size(), 4);
  put(file, 0x258, 0x1000000, 8);
  put(file, 0x260, 0x4000000, 4);
  return file + payload;
}

std::string packed(compression::Format format, const std::string& plain) {
  MemorySink out;
  compression::Compressor compressor(format, 1, out);
  compressor.write(as_bytes(plain));
  std::move(compressor).finish();
  return std::string(as_text(out.bytes()));
}

std::string vmlinux() {
  return "\x7f"
         "ELF" +
         std::string(3000, 'k') + "Linux version %s (%s)\n" +
         std::string("Linux version 6.12.0-test (builder@host) #1 SMP\n\0", 49) +
         std::string(1003, 'k');
}

BootImage read(const std::string& file) {
  const Bytes bytes(file.begin(), file.end());
  return read_boot_image(RandomAccessBytes(bytes));
}

TEST(BootImage, ReadsEveryFieldOfABzImage) {
  const BootImage image = read(bzimage(packed(compression::Format::gzip, vmlinux())));
  EXPECT_EQ(image.kind, Kind::bzimage);
  EXPECT_EQ(image.architecture, "x86_64");
  EXPECT_EQ(image.version, "6.12.0-test (builder) #1");
  EXPECT_EQ(image.banner, "Linux version 6.12.0-test (builder@host) #1 SMP");
  ASSERT_TRUE(image.x86);
  EXPECT_EQ(image.x86->protocol, 0x020fu);
  EXPECT_EQ(image.x86->setup_sectors, 2u);
  EXPECT_EQ(image.x86->loadflags, 1u);
  EXPECT_EQ(image.x86->kernel_alignment, 0x200000u);
  EXPECT_EQ(image.x86->is_relocatable, true);
  EXPECT_EQ(image.x86->xloadflags, 1u);
  EXPECT_EQ(image.x86->cmdline_size, 2047u);
  EXPECT_EQ(image.x86->preferred_address, 0x1000000u);
  EXPECT_EQ(image.x86->init_size, 0x4000000u);
  ASSERT_TRUE(image.payload);
  EXPECT_EQ(image.payload->offset, protected_mode + payload_offset);
  EXPECT_EQ(image.payload->compression, "gzip");
  EXPECT_EQ(image.payload->not_unpacked, "");
  EXPECT_THAT(image.faults, IsEmpty());
}

TEST(BootImage, UnpacksWhatKernelsAreCompressedWith) {
  for (const auto& [format, name] : std::vector<std::pair<compression::Format, std::string>>{
           {compression::Format::gzip, "gzip"},
           {compression::Format::xz, "xz"},
           {compression::Format::zstd, "zstd"}}) {
    // Kernels have the unpacked size behind the stream.
    const BootImage image = read(bzimage(packed(format, vmlinux()) + std::string(4, '\x11')));
    EXPECT_EQ(image.payload->compression, name);
    EXPECT_EQ(image.banner, "Linux version 6.12.0-test (builder@host) #1 SMP") << name;
  }
  const BootImage plain = read(bzimage(vmlinux()));
  EXPECT_EQ(plain.payload->compression, "none (ELF)");
  EXPECT_THAT(plain.banner, HasSubstr("#1 SMP"));
}

/// `plain` as a command of others packs it, with its size behind, as the kernel's build adds it.
std::string packed_by(const std::string& command, const std::string& plain) {
  const test::TempDir folder;
  std::string size(4, '\0');
  put(size, 0, plain.size(), 4);
  return test::run(command + " <" + folder.write("plain", plain).string()).output + size;
}

// scripts/Makefile.lib: cmd_lzma_with_size, cmd_lz4_with_size.
TEST(BootImage, UnpacksWhatOnlyKernelsAreCompressedWith) {
  std::string plain =
      vmlinux() + test::newc_entry({.name = "init", .content = "x"}) + test::newc_trailer();
  plain.resize(plain.size() + 9000000, 'k');
  for (const auto& [tool, command, name] :
       std::vector<std::tuple<std::string, std::string, std::string>>{
           {"xz", "xz --format=lzma -c", "lzma"}, {"lz4", "lz4 -l -9 -c", "lz4"}}) {
    if (!test::has_tool(tool)) GTEST_SKIP() << tool << " is not installed";
    const std::string payload = packed_by(command, plain);
    const std::string whole = bzimage(payload);
    for (const std::string& file : {whole, payload.substr(0, payload.size() - 4)}) {
      const BootImage image = read(file);
      EXPECT_EQ(image.payload->compression, name);
      EXPECT_EQ(image.payload->not_unpacked, "");
      EXPECT_EQ(image.banner, "Linux version 6.12.0-test (builder@host) #1 SMP") << name;
      ASSERT_THAT(image.initramfs, SizeIs(1));
      EXPECT_EQ(image.initramfs[0].offset, vmlinux().size());
    }
    const BootImage cut = read(whole.substr(0, whole.size() - 20));
    EXPECT_NE(cut.payload->not_unpacked, "") << name;
  }
}

// What boot loaders unpack, and Linux itself does not.
TEST(BootImage, UnpacksTheFrameThatLz4WritesNow) {
  if (!test::has_tool("lz4")) GTEST_SKIP() << "lz4 is not installed";
  const BootImage image = read(packed_by("lz4 -c", vmlinux()));
  EXPECT_EQ(image.kind, Kind::compressed);
  EXPECT_EQ(image.payload->compression, "lz4 frame");
  EXPECT_EQ(image.banner, "Linux version 6.12.0-test (builder@host) #1 SMP");
}

TEST(BootImage, TakesTheBannerThatHasTheNumberOfTheBuild) {
  for (const std::string file :
       {"Linux version 6.12.0 (x) # SMP\n....Linux version 6.12.0 (x) #7 SMP\n",
        "Linux version 6.12.0 (x) #7 SMP\n....Linux version 6.12.0 (x) # SMP\n"})
    EXPECT_EQ(read("\x7f"
                   "ELF" +
                   file)
                  .banner,
              "Linux version 6.12.0 (x) #7 SMP");
}

TEST(BootImage, SaysWhatItDoesNotUnpack) {
  const BootImage lzo = read(bzimage("\x89\x4c" + std::string(100, 'x')));
  EXPECT_EQ(lzo.payload->compression, "lzo");
  EXPECT_THAT(lzo.payload->not_unpacked, HasSubstr("does not read"));
  for (const std::string& magic :
       {std::string("\x1f\x8b"), std::string("\x5d\0", 2), std::string("\x02\x21\x4c\x18")})
    EXPECT_NE(read(bzimage(magic + std::string(100, 'x'))).payload->not_unpacked, "");
}

TEST(BootImage, AnOldProtocolHasFewerFields) {
  std::string file = bzimage(vmlinux());
  put(file, 0x206, 0x0204, 2);
  const BootImage image = read(file);
  EXPECT_EQ(image.x86->protocol, 0x0204u);
  EXPECT_FALSE(image.x86->kernel_alignment);
  EXPECT_FALSE(image.x86->cmdline_size);
  EXPECT_FALSE(image.x86->init_size);
  EXPECT_FALSE(image.x86->xloadflags);
  EXPECT_FALSE(image.payload);
  EXPECT_EQ(image.architecture, "x86");
}

TEST(BootImage, NoFieldIsBelievedThatLiesBehindTheSetupHeader) {
  std::string file = bzimage(vmlinux());
  put(file, 0x201, 0x240 - 0x202, 1);
  const BootImage image = read(file);
  EXPECT_FALSE(image.payload);
  EXPECT_THAT(image.faults, Contains(HasSubstr("ends before a field")));
}

TEST(BootImage, PointersThatLeadOutsideAreFaults) {
  std::string file = bzimage(vmlinux());
  put(file, 0x248, 0xffffffff, 4);
  EXPECT_THAT(read(file).faults, Contains(HasSubstr("payload goes beyond")));
  EXPECT_TRUE(read(file).payload->is_cut_short);
  file = bzimage(vmlinux());
  put(file, 0x24c, 0xffffffff, 4);
  EXPECT_THAT(read(file).faults, Contains(HasSubstr("payload goes beyond")));
  file = bzimage(vmlinux());
  put(file, 0x20e, 0xffff, 2);
  EXPECT_THAT(read(file).faults, Contains(HasSubstr("version string lies beyond")));
  EXPECT_EQ(read(file).version, "");
  file = bzimage(vmlinux());
  put(file, 0x1f1, 255, 1);
  EXPECT_THAT(read(file).faults, Contains(HasSubstr("setup sectors go beyond")));
}

TEST(BootImage, ASetupOfNoSectorsHasFour) {
  std::string file = bzimage(vmlinux());
  put(file, 0x1f1, 0, 1);
  EXPECT_EQ(read(file).payload->offset, std::uint64_t{4 + 1} * 512 + payload_offset);
}

TEST(BootImage, TakesEveryTruncationForWhatItStillIs) {
  const std::string file = bzimage(packed(compression::Format::gzip, vmlinux()));
  for (std::size_t size = 0; size < file.size(); size += size < 0x270 ? 1 : 13) {
    const BootImage image = read(file.substr(0, size));
    if (size < 0x206) {
      EXPECT_EQ(image.kind, Kind::unknown) << size;
    } else {
      EXPECT_EQ(image.kind, Kind::bzimage) << size;
      EXPECT_TRUE(!image.payload || image.payload->is_cut_short) << size;
    }
  }
}

TEST(BootImage, ReadsTheHeaderOfAnArm64Image) {
  std::string file(4096, '\0');
  put(file, 0, "MZ");
  put(file, 0x08, 0x80000, 8);
  put(file, 0x10, 0x2000000, 8);
  put(file, 0x18, 0xa, 8);  // little-endian, pages of 4 KiB
  put(file, 0x38, "ARM\x64");
  put(file, 2000, "Linux version 6.1.0-arm\n");
  const BootImage image = read(file);
  EXPECT_EQ(image.kind, Kind::arm64_image);
  EXPECT_EQ(image.architecture, "aarch64");
  EXPECT_EQ(image.arm64->text_offset, 0x80000u);
  EXPECT_EQ(image.arm64->image_size, 0x2000000u);
  EXPECT_EQ(image.arm64->flags, 0xau);
  EXPECT_TRUE(image.arm64->is_efi);
  EXPECT_EQ(image.banner, "Linux version 6.1.0-arm");
  for (std::size_t size = 0; size < 0x3c; ++size)
    EXPECT_EQ(read(file.substr(0, size)).kind, Kind::unknown) << size;
}

TEST(BootImage, FindsArchivesThatAreBuiltIn) {
  const std::string archive = test::newc_entry({.name = "dev", .mode = 0040755}) +
                              test::newc_entry({.name = "init", .content = "#!/bin/sh\n"}) +
                              test::newc_trailer();
  // The kernel's own code holds the magic without a header behind it.
  using namespace std::string_literals;
  const std::string code = vmlinux() + "070701\0"s + "070702\0"s;
  const BootImage image = read(bzimage(packed(compression::Format::gzip, code + archive)));
  ASSERT_THAT(image.initramfs, SizeIs(1));
  EXPECT_EQ(image.initramfs[0].offset, code.size());
  EXPECT_EQ(image.initramfs[0].entries, 2u);
}

TEST(BootImage, FindsWhatCrossesThePiecesThatItReads) {
  constexpr std::size_t piece = std::size_t{1} << 20;
  const std::string archive =
      test::newc_entry({.name = "init", .content = std::string(5000, 'x')}) + test::newc_trailer();
  const std::string banner("Linux version 6.1 x\0", 20);
  for (const std::size_t shift : {0U, 1U, 5U, 30U, 100U, 4000U, 4206U, 4300U, 9000U}) {
    const std::string start =
        "\x7f"
        "ELF" +
        std::string(piece - shift, 'k');
    const BootImage image = read(bzimage(start + banner + archive));
    EXPECT_EQ(image.banner, "Linux version 6.1 x") << shift;
    ASSERT_THAT(image.initramfs, SizeIs(1)) << shift;
    EXPECT_EQ(image.initramfs[0].entries, 1u) << shift;
  }
}

TEST(BootImage, AnythingElseIsUnknown) {
  EXPECT_EQ(read("").kind, Kind::unknown);
  EXPECT_EQ(read(std::string(10000, '\0')).kind, Kind::unknown);
  EXPECT_EQ(read("a kernel").kind, Kind::unknown);
}

// `file` knows where the version string lies, and its own idea of what a kernel is.
TEST(BootImage, AgreesWithFileAboutKernelsOfThisMachine) {
  std::vector<std::filesystem::path> kernels;
  const std::string checkout = test::checkout().string();
  for (const std::string& folder :
       {std::string("/boot"), checkout + "/build/quickstart/publisher/inputs",
        checkout + "/build/boot/inputs/debian", checkout + "/build/boot/inputs/tiny"})
    if (std::filesystem::is_directory(folder))
      for (const auto& entry : std::filesystem::directory_iterator(folder))
        if (entry.path().filename().string().starts_with("vmlinuz"))
          kernels.push_back(entry.path());
  if (kernels.empty() || !test::has_tool("file"))
    GTEST_SKIP() << "there is no kernel in /boot or below build/, or no `file`";
  for (const std::filesystem::path& path : kernels) {
    const BootImage image = read_boot_image(RandomAccessFile(path));
    const test::CommandResult said = test::run("file -bL '" + path.string() + "'");
    EXPECT_EQ(image.kind, Kind::bzimage) << path;
    EXPECT_THAT(said.output, HasSubstr("version " + image.version)) << path;
    EXPECT_THAT(image.banner, HasSubstr(image.version.substr(0, image.version.find(' '))));
    EXPECT_THAT(image.faults, IsEmpty());
  }
}

}  // namespace
}  // namespace reproduce::kernel
