// Every bit and every cut of genuine documents: nothing but the document itself
// may verify, whatever its class of trouble is.

#include <atomic>
#include <cstddef>
#include <iostream>
#include <string>
#include <thread>
#include <vector>

#include "support/vectors.hpp"
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "reproduce/attestation/root.hpp"
#include "reproduce/attestation/verify.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/cose/sign1.hpp"

namespace reproduce::attestation {
namespace {

bool verifies(ByteView document) {
  try {
    (void)verify(document, aws_root_g1(), {.basis = EvaluationTime::Basis::document});
    return true;
  } catch (const Error& error) {
    EXPECT_TRUE(error.kind() == ErrorKind::malformed || error.kind() == ErrorKind::untrusted)
        << error.what();
    return false;
  }
}

/// How many of these bits, flipped one at a time, give a document that verifies.
std::size_t count_verified(const Bytes& document, const std::vector<std::size_t>& bits) {
  std::atomic<std::size_t> next{0};
  std::atomic<std::size_t> verified{0};
  const auto work = [&] {
    Bytes flipped = document;
    for (std::size_t at = next++; at < bits.size(); at = next++) {
      std::uint8_t& byte = flipped[bits[at] / 8];
      const std::uint8_t before = byte;
      byte = static_cast<std::uint8_t>(byte ^ 1U << bits[at] % 8);
      if (verifies(flipped)) ++verified;
      byte = before;
    }
  };
  {
    std::vector<std::jthread> others;
    for (unsigned core = 1; core < std::thread::hardware_concurrency(); ++core)
      others.emplace_back(work);
    work();
  }  // joins
  return verified;
}

std::vector<std::string> genuine_files() {
  std::vector<std::string> files;
  for (const auto& entry : nlohmann::json::parse(test::read_vector("attestation/index.json")))
    if (entry.at("class").get<std::string>().starts_with("authentic"))
      files.push_back("attestation/" + entry.at("file").get<std::string>());
  return files;
}

class BitFlips : public testing::Test {
 protected:
  void SetUp() override {
    if (!test::has_vectors()) GTEST_SKIP() << "no vectors at " << test::vectors();
  }
};

/// A definite payload, an indefinite one, one of debug mode, one signed image's.
const std::vector<std::string>& chosen() {
  static const std::vector<std::string> files = {
      "attestation/MystenLabs_nautilus-1.cbor", "attestation/Epsilon-Data_nitro-verify-1.cbor",
      "attestation/hf_nitrite-1.cbor", "attestation/capeprivacy_cape-js-2.cbor"};
  return files;
}

// What no signature covers, and what the signature is: all bits. The payload, where
// every bit is under the signature: a sample; the next test has them all.
TEST_F(BitFlips, NoneVerifiesInChosenDocuments) {
  for (const std::string& file : chosen()) {
    const Bytes document = test::read_vector(file);
    const cose::Sign1 message = cose::decode_sign1(document);
    const std::size_t payload_end = message.payload_offset + message.payload.size();
    std::vector<std::size_t> bits;
    for (std::size_t bit = 0; bit < document.size() * 8; ++bit) {
      const bool in_payload = bit / 8 >= message.payload_offset && bit / 8 < payload_end;
      if (!in_payload || bit % 211 == 0) bits.push_back(bit);
    }
    EXPECT_EQ(count_verified(document, bits), 0U) << file;
  }
}

// More than a million flips of a millisecond each: `sh tests/slow.sh bitflips` runs it in a
// release build. It says how far it is.
TEST_F(BitFlips, DISABLED_NoneVerifiesInAnyGenuineDocument) {
  std::size_t flipped = 0;
  for (const std::string& file : genuine_files()) {
    const Bytes document = test::read_vector(file);
    std::vector<std::size_t> bits(document.size() * 8);
    for (std::size_t bit = 0; bit < bits.size(); ++bit) bits[bit] = bit;
    EXPECT_EQ(count_verified(document, bits), 0U) << file;
    flipped += bits.size();
    std::cout << flipped << " bits flipped, up to " << file << std::endl;
  }
}

TEST_F(BitFlips, NoTruncationOfAChosenDocumentVerifies) {
  for (const std::string& file : chosen()) {
    const Bytes document = test::read_vector(file);
    ASSERT_TRUE(verifies(document)) << file;
    for (std::size_t size = 0; size < document.size(); ++size)
      ASSERT_FALSE(verifies(ByteView(document).first(size))) << file << ", " << size << " bytes";
  }
}

TEST_F(BitFlips, NoDocumentWithAByteLessOrTwiceVerifies) {
  const Bytes document = test::read_vector(chosen()[0]);
  for (std::size_t at = 0; at < document.size(); ++at) {
    Bytes changed = document;
    const auto place = changed.begin() + static_cast<std::ptrdiff_t>(at);
    changed.insert(place, document[at]);
    EXPECT_FALSE(verifies(changed)) << "byte " << at << " twice";
    changed = document;
    changed.erase(changed.begin() + static_cast<std::ptrdiff_t>(at));
    EXPECT_FALSE(verifies(changed)) << "without byte " << at;
  }
}

TEST_F(BitFlips, NoByteBehindADocumentIsOverlooked) {
  for (const std::string& file : chosen()) {
    Bytes document = test::read_vector(file);
    for (unsigned byte = 0; byte < 256; ++byte) {
      document.push_back(static_cast<std::uint8_t>(byte));
      EXPECT_FALSE(verifies(document)) << file << ", " << byte;
      document.pop_back();
    }
  }
}

}  // namespace
}  // namespace reproduce::attestation
