/// What Linux and boot loaders unpack besides what files come in: known answers are those of the
/// tools of others.

#include <ostream>
#include <random>
#include <string>
#include <vector>

#include "support/temp_dir.hpp"
#include "support/thrown.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"
#include "reproduce/compression/decompress.hpp"

namespace reproduce::compression {
namespace {

constexpr std::uint64_t most = std::uint64_t{1} << 26;

/// Whole, and with nothing but NULs behind.
std::string decompress(std::string_view raw) {
  MemorySource source(as_bytes(raw));
  Decompressor plain(source, Extent::all, Repertoire::kernels);
  return std::string(as_text(read_all(plain, most, "text")));
}

struct First {
  std::string plain;
  std::uint64_t used = 0;
};

First decompress_first(std::string_view raw) {
  MemorySource source(as_bytes(raw));
  Decompressor plain(source, Extent::first_stream, Repertoire::kernels);
  std::string text(as_text(read_all(plain, most, "text")));
  return {.plain = std::move(text), .used = plain.used()};
}

bool is_refused(std::string_view raw) {
  try {
    (void)decompress(raw);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::malformed);
    return true;
  }
  return false;
}

/// Bytes that no compressor makes small.
std::string noise(std::size_t size) {
  std::mt19937 random(7);  // NOLINT(cert-msc32-c,cert-msc51-cpp): always the same
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

struct Tool {
  const char* program;
  const char* command;
  Compression compression;
};

/// As the test is called in lists. GoogleTest looks for this very name.
void PrintTo(const Tool& tool, std::ostream* out) {  // NOLINT(readability-identifier-naming)
  *out << tool.command;
}

class KernelFormats : public testing::TestWithParam<Tool> {
 protected:
  void SetUp() override {
    if (!test::has_tool(GetParam().program))
      GTEST_SKIP() << GetParam().program << " is not installed";
  }

  static std::string compress(std::string_view text) {
    const test::TempDir temp;
    return test::run(std::string(GetParam().command) + " <" + temp.write("text", text).string())
        .output;
  }
};

TEST_P(KernelFormats, AreUndone) {
  // 8 MiB is what a block of lz4 has at most. xz is slow, and has no blocks.
  const bool has_blocks = GetParam().compression != Compression::lzma;
  const std::size_t large = has_blocks ? (std::size_t{16} << 20) + 1 : std::size_t{2} << 20;
  for (const std::size_t size : {std::size_t{1}, chunk_size, std::size_t{1000000}, large}) {
    const std::string text = noise(size);
    EXPECT_TRUE(decompress(compress(text)) == text) << size;
  }
  std::string zeros;
  zeros.resize(20000000);
  EXPECT_TRUE(decompress(compress(zeros)) == zeros);
}

TEST_P(KernelFormats, AreNamedByTheirFirstBytesWhereTheyAreLookedFor) {
  const std::string data = compress("text");
  EXPECT_EQ(detect_compression(as_bytes(data), Repertoire::kernels), GetParam().compression);
  // Linux does not know the frame that lz4 writes now.
  EXPECT_EQ(detect_compression(as_bytes(data), Repertoire::ramdisks) == Compression::none,
            GetParam().compression == Compression::lz4_frame);
}

TEST_P(KernelFormats, ArePlainBytesToWhoReadsFiles) {
  const std::string data = compress("text");
  EXPECT_EQ(detect_compression(as_bytes(data)), Compression::none);
  MemorySource source(as_bytes(data));
  Decompressor plain(source);
  EXPECT_EQ(as_text(read_all(plain, most, "text")), data);
}

TEST_P(KernelFormats, AreRefusedWhenCutShort) {
  const std::string data = compress("some text of some length, and of some length again");
  for (std::size_t size = 4; size < data.size(); ++size) {
    if (GetParam().compression == Compression::lz4 && size == 4) continue;  // an empty stream
    EXPECT_TRUE(is_refused(data.substr(0, size))) << size;
  }
}

TEST_P(KernelFormats, AreReadWhateverOfThemIsDamaged) {
  const std::string text = "some text of some length, and of some length again";
  const std::string data = compress(text);
  for (std::size_t at = 0; at < data.size(); ++at)
    for (const int bit : {1, 16, 128}) {
      std::string damaged = data;
      damaged[at] = static_cast<char>(damaged[at] ^ bit);
      // Without a sum other bytes may come out, with one nothing may.
      if (!is_refused(damaged) && GetParam().compression == Compression::lz4_frame) {
        EXPECT_TRUE(at < 4 || decompress(damaged) == text) << at;
      }
    }
}

TEST_P(KernelFormats, MayBeTheFirstOfWhatever) {
  if (GetParam().compression == Compression::lz4) GTEST_SKIP() << "it has no end";
  const std::string text = noise(700000);
  const std::string data = compress(text);
  const First first = decompress_first(data + "more" + data);
  EXPECT_TRUE(first.plain == text);
  EXPECT_EQ(first.used, data.size());
  EXPECT_TRUE(is_refused(data + "more"));
}

TEST_P(KernelFormats, OfNothingAreNothing) {
  EXPECT_EQ(decompress(compress("")), "");
}

INSTANTIATE_TEST_SUITE_P(Tools, KernelFormats,
                         testing::Values(Tool{"xz", "xz --format=lzma -c", Compression::lzma},
                                         Tool{"lz4", "lz4 -l -c", Compression::lz4},
                                         Tool{"lz4", "lz4 -c", Compression::lz4_frame},
                                         Tool{"lz4", "lz4 -B4 -BD -BX --content-size -c",
                                              Compression::lz4_frame}));

std::string number(std::uint32_t value) {
  std::string bytes(4, '\0');
  for (std::size_t i = 0; i < 4; ++i) bytes[i] = static_cast<char>(value >> (8 * i) & 0xffU);
  return bytes;
}

const std::string lz4_magic("\x02\x21\x4c\x18", 4);
/// A token for four literals, which are the last sequence of a block (lz4_Block_format.md).
const std::string lz4_text = number(5) + "\x40" + "text";

// lib/decompress_unlz4.c: the magic in place of a size is passed over, and a size of 0 is the end.
TEST(Lz4, IsReadAsLinuxReadsIt) {
  const std::string stream = lz4_magic + lz4_text;
  EXPECT_EQ(decompress(stream), "text");
  EXPECT_EQ(decompress(stream + lz4_text), "texttext");
  EXPECT_EQ(decompress(stream + stream), "texttext");
  for (const std::size_t nuls : {1U, 3U, 4U, 5U, 600000U}) {
    EXPECT_EQ(decompress(stream + std::string(nuls, '\0')), "text") << nuls;
    if (nuls < 4) continue;
    const First first = decompress_first(stream + std::string(nuls, '\0') + "070701");
    EXPECT_EQ(first.plain, "text");
    EXPECT_EQ(first.used, stream.size()) << nuls;
  }
  EXPECT_EQ(decompress_first(stream + "xyz").used, stream.size());
  // Anything else of four bytes is the size of a block.
  EXPECT_THROW((void)decompress_first(stream + "070701"), Error);
}

/// A block of `size` bytes that is one sequence of literals: a token, its length in bytes of up to
/// 255, and the literals.
std::string lz4_literals(std::size_t size) {
  std::size_t lengths = 1;
  while ((size - 1 - lengths - 15) / 255 + 1 != lengths) ++lengths;
  const std::size_t literals = size - 1 - lengths;
  std::string block = "\xf0" + std::string(lengths - 1, '\xff');
  block += static_cast<char>((literals - 15) % 255);
  return number(static_cast<std::uint32_t>(size)) + block + std::string(literals, 'x');
}

// The size of a block that is not there lies in two of the blocks that the feed reads.
TEST(Lz4, MayBeFollowedByNulsAloneWhereverItEnds) {
  for (std::size_t before = 0; before < 6; ++before) {
    const std::string stream = lz4_magic + lz4_literals(chunk_size - 8 - before);
    for (const std::string& behind : {std::string("\0\0\0", 3), std::string("\0", 1)})
      EXPECT_NO_THROW((void)decompress(stream + behind)) << before;
    for (const std::string& behind :
         {std::string("\1\0\0", 3), std::string("\0\1\0", 3), std::string("\0\0\1", 3)}) {
      EXPECT_TRUE(is_refused(stream + behind)) << before;
      EXPECT_EQ(decompress_first(stream + behind).used, stream.size());
    }
  }
}

TEST(Lz4, IsRefusedWithBlocksThatAreTooLarge) {
  for (const std::uint32_t size : {8421521U, 0x7fffffffU, 0xffffffffU})
    EXPECT_TRUE(is_refused(lz4_magic + number(size) + std::string(100, 'x'))) << size;
}

// A match of 16 MiB in a block that may have 8.
TEST(Lz4, IsRefusedWithABlockThatBecomesTooLarge) {
  std::string block("\x1fx\x01\0", 4);
  block += std::string((std::size_t{16} << 20) / 255, '\xff') + '\0' + std::string("\x50other", 6);
  EXPECT_TRUE(is_refused(lz4_magic + number(static_cast<std::uint32_t>(block.size())) + block));
}

/// The header that lzma_alone has: properties, dictionary, size; here unknown.
std::string lzma_header(std::uint32_t dictionary) {
  return '\x5d' + number(dictionary) + std::string(8, '\xff');
}

TEST(Lzma, MayAskForTheDictionaryOfItsHighestLevelButForNoMore) {
  if (!test::has_tool("xz")) GTEST_SKIP() << "xz is not installed";
  EXPECT_EQ(decompress(test::run("printf text | xz --format=lzma -9e").output), "text");
  try {
    (void)decompress(lzma_header(0xffffff00U) + std::string(100, '\0'));
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::malformed);
    EXPECT_STREQ(error.what(), "the lzma data asks for too large a dictionary");
  }
}

TEST(Lzma, ThatStatesItsSizeEndsThere) {
  if (!test::has_tool("xz")) GTEST_SKIP() << "xz is not installed";
  // xz never states the size; with the end's mark as well, both must agree.
  std::string data = test::run("printf text | xz --format=lzma").output;
  for (std::size_t i = 5; i < 13; ++i) data[i] = i == 5 ? '\4' : '\0';
  EXPECT_EQ(decompress(data), "text");
  data[5] = '\5';
  EXPECT_TRUE(is_refused(data));
}

// A bomb of zeros, just beyond the first limit.
TEST(Lzma, MayNotExpandBeyondAllMeasure) {
  if (!test::has_tool("xz")) GTEST_SKIP() << "xz is not installed";
  const std::string bomb = test::run("head -c 300M /dev/zero | xz --format=lzma -0").output;
  MemorySource source(as_bytes(bomb));
  Decompressor plain(source, Extent::all, Repertoire::kernels);
  NullSink nowhere;
  EXPECT_EQ(test::kind_of([&] { (void)copy(plain, nowhere); }), ErrorKind::malformed);
}

}  // namespace
}  // namespace reproduce::compression
