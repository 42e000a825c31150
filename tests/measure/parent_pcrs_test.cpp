#include "reproduce/measure/parent_pcrs.hpp"

#include <gtest/gtest.h>

#include "reproduce/base/hex.hpp"

namespace reproduce::measure {
namespace {

// The example of AWS's user guide.
TEST(ParentRegister, IsWhatTheUserGuideShowsForARole) {
  EXPECT_EQ(to_hex(parent_register("arn:aws:iam::123456789012:role/Webserver")),
            "78fce75db17cd4e0a3fb8dad3ad128ca5e77edbb2b2c7f75329dccd99aa5f6ef"
            "4fc1f1a452e315b9e98f9e312e6921e6");
}

// PCR4 of a document that AWS signed, vectors/attestation/Epsilon-Data_nitro-verify-1.cbor.
TEST(ParentRegister, IsWhatADocumentShowsForAnInstance) {
  EXPECT_EQ(to_hex(parent_register("i-0761a4cbcc7632aef")),
            "fd3929d3946d534896e9704a539136c32b9f331b79e9d47b0ddfcb4c88e8a671"
            "c70d2d1293f783e07e148c048072dda6");
}

}  // namespace
}  // namespace reproduce::measure
