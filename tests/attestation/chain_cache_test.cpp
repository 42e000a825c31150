#include "reproduce/attestation/chain_cache.hpp"

#include <string>
#include <thread>
#include <vector>

#include "support/forge.hpp"
#include <gtest/gtest.h>

#include "reproduce/attestation/verify.hpp"
#include "reproduce/base/error.hpp"

namespace reproduce::attestation {
namespace {

using Basis = EvaluationTime::Basis;

constexpr UnixSeconds forged_at = 1767225600;  // 2026-01-01T00:00:00Z

/// A throw-away root, an enclave, and a cache.
class Enclave {
 public:
  test::Forgery forgery{forged_at};
  test::Issued issued = test::issue(forgery);
  ChainCache cache;

  VerifiedDocument verify(const EvaluationTime& at) {
    const test::Forged forged = test::forge(forgery, issued);
    const Certificate root = decode_certificate(forged.root);
    return attestation::verify(forged.document, {.roots = {&root, 1}, .cache = &cache}, at);
  }

  std::string failure(const EvaluationTime& at) {
    try {
      (void)verify(at);
    } catch (const Error& error) {
      return error.what();
    }
    return "verified";
  }
};

TEST(ChainCache, VerifiesAChainOnceForManyDocuments) {
  Enclave enclave;
  for (UnixSeconds later = 0; later < 50; ++later) {
    enclave.forgery.time = forged_at + later;
    (void)enclave.verify({.basis = Basis::document});
  }
  EXPECT_EQ(enclave.cache.verified_chains(), 1U);
  test::renew_leaf(enclave.issued, enclave.forgery);
  (void)enclave.verify({.basis = Basis::document});
  EXPECT_EQ(enclave.cache.verified_chains(), 2U);
}

TEST(ChainCache, AlwaysVerifiesTheDocumentsOwnSignature) {
  Enclave enclave;
  (void)enclave.verify({.time = forged_at});
  enclave.forgery.edit_signature = [](Bytes& signature) { signature.back() ^= 1; };
  EXPECT_EQ(enclave.failure({.time = forged_at}),
            "the attestation document's signature does not hold");
  enclave.forgery.edit_signature = {};
  enclave.forgery.another_signer = true;
  EXPECT_EQ(enclave.failure({.time = forged_at}),
            "the attestation document's signature does not hold");
}

TEST(ChainCache, ConcludesNothingAboutTimesOutsideTheDates) {
  Enclave enclave;
  const UnixSeconds end = forged_at + UnixSeconds{2} * 3600;  // of the leaf
  (void)enclave.verify({.time = forged_at});
  EXPECT_EQ(enclave.failure({.basis = Basis::given, .time = end - 1}), "verified");
  EXPECT_EQ(enclave.cache.verified_chains(), 1U);
  for (const UnixSeconds late : {end, end + 1, end + 1000000})
    EXPECT_EQ(enclave.failure({.basis = Basis::given, .time = late}),
              "the certificate chain does not hold at this time");
  EXPECT_EQ(enclave.cache.verified_chains(), 4U);
}

TEST(ChainCache, RemembersNoChainThatDoesNotHold) {
  Enclave enclave;
  enclave.forgery.chain[2].recipe.issuer = "nobody";
  enclave.issued = test::issue(enclave.forgery);
  for (int twice = 0; twice < 2; ++twice)
    EXPECT_EQ(enclave.failure({.time = forged_at}), "the certificate chain does not hold");
  EXPECT_EQ(enclave.cache.verified_chains(), 2U);
}

// A chain that held says nothing about another one with some of its certificates.
TEST(ChainCache, TellsChainsApartByEveryByte) {
  Enclave enclave;
  (void)enclave.verify({.time = forged_at});
  enclave.forgery.edit_certificates = [](std::vector<Bytes>& certificates) {
    certificates.erase(certificates.begin() + 2);
  };
  EXPECT_EQ(enclave.failure({.time = forged_at}), "the certificate chain does not hold");
  enclave.forgery.edit_certificates = [](std::vector<Bytes>& certificates) {
    certificates[2].back() ^= 1;
  };
  EXPECT_EQ(enclave.failure({.time = forged_at}), "the certificate chain does not hold");
}

TEST(ChainCache, ForgetsWhenItIsFullAndStaysRight) {
  ChainCache cache(2);
  const Certificate root =
      decode_certificate(test::issue(test::Forgery(forged_at)).certificates[0]);
  for (int count = 0; count < 5; ++count) {
    const test::Forged forged = test::forge(test::Forgery(forged_at));
    const Certificate own = decode_certificate(forged.root);
    EXPECT_NO_THROW(
        (void)verify(forged.document, {.roots = {&own, 1}, .cache = &cache}, {.time = forged_at}));
    EXPECT_THROW(
        (void)verify(forged.document, {.roots = {&root, 1}, .cache = &cache}, {.time = forged_at}),
        Error);
  }
}

TEST(ChainCache, ServesSeveralThreads) {
  Enclave enclave;
  const test::Forged forged = test::forge(enclave.forgery, enclave.issued);
  const Certificate root = decode_certificate(forged.root);
  const auto work = [&] {
    for (int count = 0; count < 20; ++count)
      (void)verify(forged.document, {.roots = {&root, 1}, .cache = &enclave.cache},
                   {.time = forged_at});
  };
  {
    std::vector<std::jthread> threads;
    threads.reserve(4);
    for (int count = 0; count < 4; ++count) threads.emplace_back(work);
  }
  EXPECT_GE(enclave.cache.verified_chains(), 1U);
  EXPECT_LE(enclave.cache.verified_chains(), 4U);
}

}  // namespace
}  // namespace reproduce::attestation
