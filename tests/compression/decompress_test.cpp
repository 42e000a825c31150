#include "reproduce/compression/decompress.hpp"

#include <random>
#include <string>

#include "support/temp_dir.hpp"
#include <gtest/gtest.h>
#include <zlib.h>

#include "reproduce/base/error.hpp"

namespace reproduce::compression {
namespace {

std::string decompress(std::string_view raw) {
  MemorySource source(as_bytes(raw));
  Decompressor plain(source);
  std::string text(as_text(read_all(plain, 1 << 24, "text")));
  Bytes more(1);
  EXPECT_EQ(plain.read(more), 0U);
  EXPECT_EQ(source.read(more), 0U) << "the source was not read to its end";
  return text;
}

std::string message_of(std::string_view raw) {
  try {
    (void)decompress(raw);
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::malformed);
    return error.what();
  }
  return "nothing was thrown";
}

/// Bytes that no compressor makes small.
std::string noise(std::size_t size) {
  std::mt19937 random(7);  // NOLINT(cert-msc32-c,cert-msc51-cpp): always the same
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

TEST(Decompressor, PassesPlainStreamsThrough) {
  for (const std::string& text :
       {std::string(), std::string("x"), std::string("070701"), noise(600000)})
    EXPECT_EQ(decompress(text), text);
}

class Compressors : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    if (!test::has_tool(GetParam())) GTEST_SKIP() << GetParam() << " is not installed";
  }

  static std::string compress(std::string_view text) {
    const test::TempDir temp;
    return test::run(std::string(GetParam()) + " -c <" + temp.write("text", text).string()).output;
  }
};

TEST_P(Compressors, AreUndone) {
  for (const std::size_t size : {std::size_t{1}, chunk_size, std::size_t{1000000}}) {
    const std::string text = noise(size);
    SCOPED_TRACE(size);
    EXPECT_EQ(decompress(compress(text)), text);
  }
}

TEST_P(Compressors, AreNamedByTheirMagic) {
  EXPECT_EQ(name_of(detect_compression(as_bytes(compress("x")))).substr(0, 1),
            std::string(GetParam()).substr(0, 1));
}

TEST_P(Compressors, MayWriteSeveralStreams) {
  EXPECT_EQ(decompress(compress("one") + compress("two")), "onetwo");
}

TEST_P(Compressors, MayBeFollowedByPadding) {
  const std::string padded = compress("one") + std::string(400000, '\0');
  if (GetParam() == std::string("zstd"))
    EXPECT_NE(message_of(padded), "nothing was thrown");
  else
    EXPECT_EQ(decompress(padded), "one");
}

TEST_P(Compressors, MayNotBeFollowedByAnythingElse) {
  const std::string data = compress(noise(700000));
  for (const std::size_t padding : {0U, 4U, 300000U})
    EXPECT_NE(message_of(data + std::string(padding, '\0') + "more"), "nothing was thrown")
        << padding;
}

TEST_P(Compressors, AreRefusedWhenCutShort) {
  const std::string data = compress("some text of some length");
  for (std::size_t size = 6; size < data.size(); ++size)
    EXPECT_NE(message_of(data.substr(0, size)), "nothing was thrown") << size;
}

TEST_P(Compressors, AreRefusedWhenTheSecondOfTwoStreamsIsCutShort) {
  const std::string first = compress("one");
  const std::string both = first + compress("two and more");
  for (std::size_t size = first.size() + 1; size < both.size(); ++size)
    EXPECT_NE(message_of(both.substr(0, size)), "nothing was thrown") << size;
}

TEST_P(Compressors, AreRefusedWhenDamaged) {
  std::string data = compress(noise(5000));
  data[data.size() / 2] = static_cast<char>(data[data.size() / 2] ^ 1);
  EXPECT_NE(message_of(data).find("is damaged or cut short"), std::string::npos);
}

TEST_P(Compressors, AreUndoneOnlyOnce) {
  const std::string inner = compress("text");
  EXPECT_EQ(decompress(compress(inner)), inner);
}

/// "text" as `command` compresses it.
std::string compressed_by(const std::string& command) {
  return test::run("printf text | " + command).output;
}

TEST(Xz, MayAskForTheDictionaryOfItsHighestLevelButForNoMore) {
  if (!test::has_tool("xz")) GTEST_SKIP() << "xz is not installed";
  EXPECT_EQ(decompress(compressed_by("xz -9e")), "text");
  EXPECT_EQ(message_of(compressed_by("xz --lzma2=mode=fast,mf=hc3,nice=8,dict=65MiB")),
            "the xz data asks for too large a dictionary");
}

TEST(Xz, OfNothingIsNothing) {
  if (!test::has_tool("xz")) GTEST_SKIP() << "xz is not installed";
  EXPECT_EQ(decompress(test::run("xz </dev/null").output), "");
}

TEST(Xz, IsPaddedInFours) {
  if (!test::has_tool("xz")) GTEST_SKIP() << "xz is not installed";
  const std::string data = compressed_by("xz");
  EXPECT_EQ(decompress(data + std::string(4, '\0')), "text");
  for (const std::size_t padding : {1U, 2U, 3U, 5U})
    EXPECT_NE(message_of(data + std::string(padding, '\0')), "nothing was thrown") << padding;
}

// The .xz format 1.1, section 2.1.1: the flags are 0 and the kind of sum, then their CRC-32; the
// footer (2.1.2) repeats the flags in front of its magic and begins with the CRC-32 of both sizes.
TEST(Xz, IsRefusedWithSumsThatNobodyKnows) {
  if (!test::has_tool("xz")) GTEST_SKIP() << "xz is not installed";
  std::string data = compressed_by("xz --check=crc32");
  const auto put_crc = [&](std::size_t at, std::size_t from) {
    std::uint32_t crc =
        static_cast<std::uint32_t>(::crc32_z(0, as_bytes(data).data() + from, from == 6 ? 2 : 6));
    for (std::size_t i = 0; i < 4; ++i, crc >>= 8U) data[at + i] = static_cast<char>(crc & 0xffU);
  };
  const std::size_t footer = data.size() - 12;
  const auto set_kind = [&](char kind) {
    data[7] = kind;
    data[footer + 9] = kind;
    put_crc(8, 6);
    put_crc(footer, footer + 4);
  };
  set_kind(1);
  EXPECT_EQ(decompress(data), "text");
  set_kind(2);
  EXPECT_NE(message_of(data), "nothing was thrown");
}

TEST(Zstd, MayAskForTheWindowThatLinuxTakesButForNoMore) {
  if (!test::has_tool("zstd")) GTEST_SKIP() << "zstd is not installed";
  EXPECT_EQ(decompress(compressed_by("zstd -1 --long=27")), "text");
  EXPECT_EQ(message_of(compressed_by("zstd -1 --long=28")),
            "the zstd data asks for too large a window");
}

TEST(Zstd, OfNothingIsNothing) {
  if (!test::has_tool("zstd")) GTEST_SKIP() << "zstd is not installed";
  EXPECT_EQ(decompress(test::run("zstd </dev/null").output), "");
}

/// Holds a stream of 1 GiB of zeros to be refused once it has given `allowed` bytes.
void expect_bomb(const std::string& program, std::uint64_t allowed) {
  const std::string bomb = test::run("head -c 1G /dev/zero | " + program).output;
  MemorySource source(as_bytes(bomb));
  Decompressor plain(source);
  Bytes buffer(chunk_size);
  std::uint64_t total = 0;
  try {
    while (const std::size_t count = plain.read(buffer)) total += count;
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::malformed);
    EXPECT_STREQ(error.what(), "the compressed data expands beyond all measure");
    EXPECT_LE(total, allowed + chunk_size);
  }
}

TEST(Decompressor, StopsABombEarly) {
  if (!test::has_tool("zstd")) GTEST_SKIP() << "zstd is not installed";
  expect_bomb("zstd -c", std::uint64_t{256} << 20);
}

// Deflate makes at most 1032 bytes of one.
TEST(Decompressor, StopsABombOfGzipEarlyToo) {
  if (!test::has_tool("gzip")) GTEST_SKIP() << "gzip is not installed";
  expect_bomb("gzip -9", std::uint64_t{512} << 20);
}

/// Gives some bytes and then an error, as an input does that is not what was pinned.
class Failing final : public Source {
 public:
  explicit Failing(std::string_view bytes) : bytes_(as_bytes(bytes)) {}
  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override {
    const std::size_t count = bytes_.read(buffer);
    if (count == 0) throw Error(ErrorKind::untrusted, "not the pinned bytes");
    return count;
  }

 private:
  MemorySource bytes_;
};

TEST_P(Compressors, LetErrorsOfTheSourceThrough) {
  const std::string data = compress(noise(900000));
  for (const std::size_t size : {std::size_t{10}, chunk_size, 2 * chunk_size}) {
    Failing source(std::string_view(data).substr(0, size));
    try {
      Decompressor plain(source);
      (void)read_all(plain, 1 << 24, "text");
      FAIL() << "nothing was thrown";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::untrusted) << size;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Tools, Compressors, testing::Values("gzip", "bzip2", "xz", "zstd"));

}  // namespace
}  // namespace reproduce::compression
