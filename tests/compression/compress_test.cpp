#include "reproduce/compression/compress.hpp"

#include <algorithm>
#include <map>
#include <random>
#include <regex>
#include <string>
#include <utility>

#include "support/refusal.hpp"
#include "support/temp_dir.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/compression/decompress.hpp"

namespace reproduce::compression {
namespace {

/// Bytes that no compressor makes small.
std::string noise(std::size_t size) {
  std::mt19937 random(7);  // NOLINT(cert-msc32-c,cert-msc51-cpp): always the same
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

/// Runs of zeros with some text and some noise every 64 KiB: quick to compress also for xz, and
/// no two blocks alike.
std::string mixed(std::size_t size) {
  const std::string unlike = noise(std::size_t{1} << 20);
  std::string bytes(size, '\0');
  for (std::size_t at = 0; at < size; at += 1U << 16U) {
    const std::string piece =
        "piece at " + std::to_string(at) + unlike.substr(at / 17 % 1000000, 2000);
    bytes.replace(at, std::min(piece.size(), size - at), piece, 0,
                  std::min(piece.size(), size - at));
  }
  return bytes;
}

struct How {
  unsigned threads = 2;
  std::size_t write_size = chunk_size;
};

std::string compress(Format format, std::string_view text, const How& how = {}) {
  MemorySink out;
  Compressor compressor(format, how.threads, out);
  for (std::size_t at = 0; at < text.size(); at += how.write_size)
    compressor.write(as_bytes(text.substr(at, how.write_size)));
  std::move(compressor).finish();
  return std::string(as_text(out.bytes()));
}

const char* tool_of(Format format) {
  switch (format) {
    case Format::gzip:
      return "gzip";
    case Format::zstd:
      return "zstd";
    case Format::xz:
      return "xz";
  }
  return "";
}

class Formats : public testing::TestWithParam<Format> {
 protected:
  /// What the tool that people use makes of `data`; it must not complain.
  static std::string unpack_with_tool(std::string_view data) {
    const test::TempDir temp;
    const auto result =
        test::run(std::string(tool_of(GetParam())) + " -dc <" + temp.write("data", data).string());
    EXPECT_TRUE(result.succeeded);
    return result.output;
  }

  static void skip_without_tool() {
    if (!test::has_tool(tool_of(GetParam()))) GTEST_SKIP() << "the tool is not installed";
  }
};

TEST_P(Formats, AreUnpackedByTheirTools) {
  skip_without_tool();
  for (const std::size_t size : {0U, 1U, 2U, 131071U, 131072U, 131073U, 262144U, 262145U, 1000000U})
    EXPECT_TRUE(unpack_with_tool(compress(GetParam(), noise(size))) == noise(size)) << size;
}

// 16 MiB is the block of xz and the job of zstd.
TEST_P(Formats, AreUnpackedByTheirToolsAtTheBordersOfBlocks) {
  skip_without_tool();
  constexpr std::size_t block = std::size_t{16} << 20;
  const std::string text = mixed(2 * block + 1);
  for (const std::size_t size : {block - 1, block, block + 1, 2 * block, 2 * block + 1}) {
    const std::string part = text.substr(0, size);
    EXPECT_TRUE(unpack_with_tool(compress(GetParam(), part)) == part) << size;
  }
}

TEST_P(Formats, AreUnpackedByOurDecompressor) {
  for (const std::size_t size : {0U, 1U, 300000U, 3000000U}) {
    const std::string text = mixed(size);
    const std::string data = compress(GetParam(), text);
    MemorySource raw(as_bytes(data));
    Decompressor plain(raw);
    EXPECT_EQ(name_of(plain.compression()), name_of(GetParam()));
    EXPECT_TRUE(as_text(read_all(plain, 1 << 24, "text")) == text) << size;
  }
}

TEST_P(Formats, GiveTheSameBytesForEveryNumberOfThreads) {
  const std::string text = mixed((std::size_t{40} << 20) + 12345);
  const std::string one = compress(GetParam(), text, {.threads = 1});
  for (const unsigned threads : {0U, 2U, 3U, 8U, 1000U})
    EXPECT_TRUE(compress(GetParam(), text, {.threads = threads}) == one) << threads;
}

TEST_P(Formats, GiveTheSameBytesForSmallInputsOnAnyNumberOfThreads) {
  for (const std::size_t size : {0U, 1U, 100U, 131072U, 600000U}) {
    const std::string text = mixed(size);
    const std::string one = compress(GetParam(), text, {.threads = 1});
    for (const unsigned threads : {2U, 8U})
      EXPECT_TRUE(compress(GetParam(), text, {.threads = threads}) == one)
          << size << " bytes, " << threads << " threads";
  }
}

TEST_P(Formats, GiveTheSameBytesForEverySizeOfWrites) {
  const std::string text = mixed(1100000);
  const std::string whole = compress(GetParam(), text, {.write_size = text.size()});
  for (const std::size_t size : {1UL, 7UL, 4096UL, 131071UL, chunk_size, chunk_size + 1, 1000000UL})
    EXPECT_TRUE(compress(GetParam(), text, {.write_size = size}) == whole) << size;
}

TEST_P(Formats, ForgetWritesOfNothing) {
  MemorySink out;
  Compressor compressor(GetParam(), 1, out);
  for (const std::string_view part : {"", "some", "", "", " text", ""})
    compressor.write(as_bytes(part));
  std::move(compressor).finish();
  EXPECT_EQ(as_text(out.bytes()), compress(GetParam(), "some text"));
}

TEST_P(Formats, KeepIncompressibleBytesAboutAsLargeAsTheyWere) {
  const std::size_t size = 800000;
  EXPECT_LE(compress(GetParam(), noise(size)).size(), size + size / 1000 + 100);
}

TEST_P(Formats, AreNotTakenForWholeWithoutFinish) {
  MemorySink out;
  {
    Compressor compressor(GetParam(), 2, out);
    compressor.write(as_bytes(noise(800000)));
  }
  const auto error = test::refusal_of([&] {
    MemorySource raw(out.bytes());
    Decompressor plain(raw);
    const Bytes bytes = read_all(plain, 1 << 24, "text");
    if (bytes.empty()) throw Error(ErrorKind::malformed, "nothing was written");
  });
  EXPECT_EQ(error.kind(), ErrorKind::malformed);
}

/// Takes some bytes and then fails, as a full disk does.
class Full final : public Sink {
 public:
  explicit Full(std::size_t room) : room_(room) {}
  void write(ByteView bytes) override {
    if (bytes.size() > room_) throw Error(ErrorKind::environment, "no room");
    room_ -= bytes.size();
  }

 private:
  std::size_t room_;
};

TEST_P(Formats, LetErrorsOfTheSinkThrough) {
  const std::string text = noise(800000);
  for (const std::size_t room : {std::size_t{0}, std::size_t{100}, std::size_t{500000}}) {
    const auto error = test::refusal_of([&] {
      Full out(room);
      Compressor compressor(GetParam(), 3, out);
      compressor.write(as_bytes(text));
      std::move(compressor).finish();
    });
    EXPECT_EQ(error.kind(), ErrorKind::environment) << room;
    EXPECT_STREQ(error.what(), "no room");
  }
}

TEST_P(Formats, NameTheirEncoderAndItsLibrary) {
  const std::string version = encoder_version(GetParam());
  const std::string number = R"(\d+\.\d+(\.\d+)?[^ ]*)";
  const std::map<Format, std::string> patterns{
      {Format::gzip, "gzip/1 zlib " + number + " level 9 block 131072"},
      {Format::zstd, "zstd/1 libzstd " + number + " level 9 window 8388608 job 16777216 overlap 8"},
      {Format::xz, "xz/1 liblzma " + number + " preset 6 block 16777216"}};
  EXPECT_TRUE(std::regex_match(version, std::regex(patterns.at(GetParam())))) << version;
}

INSTANTIATE_TEST_SUITE_P(All, Formats, testing::Values(Format::gzip, Format::zstd, Format::xz),
                         [](const auto& parameter) {
                           return std::string(name_of(parameter.param));
                         });

// RFC 1952: the header that no circumstance changes, and one member of one byte. The rest is
// "01 01 00 fe ff" + 'x' or its shorter Huffman form "ab 00 00", and the CRC-32 of "x".
TEST(GzipFormat, HasNoNameNoTimeAndAFixedSystem) {
  const std::string data = compress(Format::gzip, "x");
  EXPECT_EQ(to_hex(as_bytes(data)),
            "1f8b0800000000000203"
            "ab0000"
            "8316dc8c"
            "01000000");
}

// What `gzip -n` writes for nothing, except for its level.
TEST(GzipFormat, OfNothingIsAnEmptyMember) {
  const std::string data = compress(Format::gzip, "");
  EXPECT_EQ(to_hex(as_bytes(data)),
            "1f8b0800000000000203"
            "0300"
            "00000000"
            "00000000");
}

TEST(GzipFormat, IsOneMemberHoweverLong) {
  const std::string data = compress(Format::gzip, mixed(3000000));
  std::size_t members = 0;
  for (auto at = data.find("\x1f\x8b\x08"); at != std::string::npos;
       at = data.find("\x1f\x8b\x08", at + 1))
    members += static_cast<std::size_t>(data.compare(at + 3, 5, std::string(5, '\0')) == 0);
  EXPECT_EQ(members, 1U);
}

}  // namespace
}  // namespace reproduce::compression
