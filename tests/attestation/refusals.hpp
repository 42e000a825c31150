#pragma once

/// Documents that are wrong in exactly one way, and what verify() says of each.

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "support/forge.hpp"
#include <gtest/gtest.h>

#include "reproduce/attestation/verify.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"

namespace reproduce::attestation {

inline constexpr UnixSeconds forged_at = 1767225600;  // 2026-01-01T00:00:00Z

struct Refusal {
  std::string name;
  std::function<void(test::Forgery&)> spoil;
  std::string reason;    ///< the error's words, whole
  std::string detail{};  ///< stands somewhere in its context
};

/// Forges a good document, spoils it, and holds verify() to the refusal.
inline void expect_refused(const Refusal& refusal, ErrorKind kind) {
  SCOPED_TRACE(refusal.name);
  test::Forgery forgery(forged_at);
  refusal.spoil(forgery);
  const test::Forged forged = test::forge(forgery);
  const Certificate root = decode_certificate(forged.root);
  try {
    (void)verify(forged.document, root, {.time = forged_at});
    ADD_FAILURE() << "verified";
  } catch (const Error& error) {
    const ErrorContext& context = error.context();
    EXPECT_EQ(error.what(), refusal.reason);
    EXPECT_EQ(error.kind(), kind);
    const std::string words = context.where + " | " + context.expected + " | " + context.got;
    EXPECT_NE(words.find(refusal.detail), std::string::npos) << words;
  }
}

inline void expect_refused(const std::vector<Refusal>& refusals, ErrorKind kind) {
  for (const Refusal& refusal : refusals) expect_refused(refusal, kind);
}

// How documents are spoilt.
using Spoil = std::function<void(test::Forgery&)>;

inline Bytes hex(const char* digits) {
  return from_hex(digits).value();
}

inline Spoil edit(std::function<void(test::Payload&)> change) {
  return [change = std::move(change)](test::Forgery& forgery) { forgery.edit_payload = change; };
}

inline Spoil set(const char* key, Bytes value) {
  return edit([=](test::Payload& fields) { fields.set(key, value); });
}

inline Spoil set_hex(const char* key, const char* digits) {
  return set(key, hex(digits));
}

inline Spoil add(const char* key, Bytes value) {
  return edit([=](test::Payload& fields) { fields.add(key, value); });
}

}  // namespace reproduce::attestation
