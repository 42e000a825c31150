/// Results on their way out of the process that made them. The header is private to the shelf.

#include "../../src/build/transfer.hpp"

#include <string>

#include "build/workshop.hpp"
#include "support/memory_image.hpp"
#include "support/refusal.hpp"
#include <gtest/gtest.h>

namespace reproduce::build {
namespace {

using namespace std::string_literals;

BuiltImage built_image() {
  const Workshop workshop;
  test::MemoryImage out;
  BuiltImage built = workshop.build(workshop.lock().lock, out);
  built.warnings = {"one", "", "a NUL \0 and \xff"s};
  return built;
}

TEST(Transfer, GivesBackTheImageThatWasSent) {
  BuiltImage built = built_image();
  for (const bool has_digest : {true, false}) {
    if (!has_digest) built.image.sha256.reset();
    const BuiltImage received = decode_image(encode_image(built));
    EXPECT_EQ(received.image.header, built.image.header);
    EXPECT_EQ(received.image.size, built.image.size);
    EXPECT_EQ(received.image.sha256, built.image.sha256);
    EXPECT_EQ(received.image.registers, built.image.registers);
    EXPECT_EQ(received.warnings, built.warnings);
  }
}

TEST(Transfer, RefusesEveryTruncationOfAnImageAndWhatFollows) {
  Bytes bytes = encode_image(built_image());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_EQ(test::refusal_of([&] { (void)decode_image(ByteView(bytes).first(size)); }).kind(),
              ErrorKind::malformed)
        << size;
  bytes.push_back(0);
  EXPECT_EQ(test::refusal_of([&] { (void)decode_image(bytes); }).kind(), ErrorKind::malformed);
}

TEST(Transfer, GivesBackTheLockThatWasSent) {
  const Workshop workshop;
  MadeLock made = workshop.lock();
  made.warnings = {"a warning"};
  const MadeLock received = decode_lock(encode_lock(made), "enclave.lock");
  EXPECT_EQ(received.lock, made.lock);
  EXPECT_EQ(received.warnings, made.warnings);
}

TEST(Transfer, RefusesEveryTruncationOfALockAndWhatFollows) {
  const Workshop workshop;
  Bytes bytes = encode_lock(workshop.lock());
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_THROW((void)decode_lock(ByteView(bytes).first(size), "enclave.lock"), Error) << size;
  bytes.push_back(0);
  EXPECT_THROW((void)decode_lock(bytes, "enclave.lock"), Error);
}

TEST(Transfer, TakesNoCountAtItsWord) {
  // 2^32 - 1 warnings, and then nothing.
  const Bytes endless(4, 0xff);
  EXPECT_EQ(test::refusal_of([&] { (void)decode_lock(endless, "enclave.lock"); }).kind(),
            ErrorKind::malformed);
}

}  // namespace
}  // namespace reproduce::build
