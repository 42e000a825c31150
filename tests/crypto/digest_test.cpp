#include "reproduce/crypto/digest.hpp"

#include <utility>

#include <gtest/gtest.h>

#include "reproduce/base/hex.hpp"

namespace reproduce {
namespace {

// FIPS 180-4's example message "abc".
TEST(Digest, GivesThePublishedValues) {
  EXPECT_EQ(to_hex(sha256(as_bytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(to_hex(sha384(as_bytes("abc"))),
            "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded163"
            "1a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7");
}

TEST(Digest, AClonedStateGoesItsOwnWay) {
  Sha384 first;
  first.update(as_bytes("a"));
  Sha384 second = first.clone();
  first.update(as_bytes("bc"));
  second.update(as_bytes("x"));
  EXPECT_EQ(std::move(first).finish(), sha384(as_bytes("abc")));
  EXPECT_EQ(std::move(second).finish(), sha384(as_bytes("ax")));
}

}  // namespace
}  // namespace reproduce
