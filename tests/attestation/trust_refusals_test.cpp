// Checklist items 8 to 14: documents of good form that are not to be trusted,
// for one reason each, and certificates whose own form is wrong.

#include <algorithm>
#include <cstdint>
#include <utility>

#include "attestation/spoilt_chains.hpp"
#include "support/forge.hpp"
#include "support/pki.hpp"
#include <gtest/gtest.h>

#include "reproduce/attestation/document.hpp"

namespace reproduce::attestation {
namespace {

using test::CertificateRecipe;
using test::Forgery;
using test::KeyKind;

constexpr std::uint8_t both = test::digital_signature | test::sign_certificates;

// oyster-cvm never checked the root's dates; here every certificate's count.
TEST(TrustRefusals, EveryCertificateMustBeValidAtTheTime) {
  const std::string reason = "the certificate chain does not hold at this time";
  for (std::size_t link = root; link <= leaf; ++link) {
    expect_refused({{std::string(field_of[link]) + " expired a second before",
                     recipe(link, [](CertificateRecipe& r) { r.not_after = forged_at - 1; }),
                     reason, std::string(field_of[link])},
                    {std::string(field_of[link]) + " ends now",
                     recipe(link, [](CertificateRecipe& r) { r.not_after = forged_at; }), reason,
                     "certificate has expired"},
                    {std::string(field_of[link]) + " begins a second after",
                     recipe(link, [](CertificateRecipe& r) { r.not_before = forged_at + 1; }),
                     reason, "certificate is not yet valid"}},
                   ErrorKind::untrusted);
  }
}

TEST(TrustRefusals, IssuersMustBeAuthoritiesThatSignCertificates) {
  const std::string not_authority = "an issuer is not a certificate authority";
  const std::string not_signing = "an issuer's key is not for signing certificates";
  for (const std::size_t link : {root, regional, zonal, instance}) {
    const std::string field = field_of[link];
    expect_refused(
        {{"no basic constraints", without_extension(link, 0), not_authority, field},
         {"CA:FALSE", constraints(link, test::basic_constraints(false)), not_authority, field},
         {"not critical", constraints(link, test::basic_constraints(true, 3, false)),
          "an issuer's basic constraints are not critical", field},
         {"no key usage", without_extension(link, 1), not_signing, field},
         {"only signatures", usage(link, test::key_usage(test::digital_signature)), not_signing,
          field},
         {"a path length without CA", raw_constraints(link, "3003020101"), not_authority, field},
         {"no extension at all",
          recipe(link,
                 [](CertificateRecipe& r) {
                   r.extensions.clear();
                   r.version = 0;
                 }),
          not_authority, field}},
        ErrorKind::untrusted);
  }
}

TEST(TrustRefusals, TheSignerMustBeNoAuthority) {
  const std::string authority = "the document's signer is a certificate authority";
  const std::string no_signatures = "the document's signer has a key that is not for signatures";
  expect_refused({{"CA:TRUE", constraints(leaf, test::basic_constraints(true)), authority},
                  {"CA:TRUE with path length 0",
                   constraints(leaf, test::basic_constraints(true, 0)), authority},
                  {"CA:TRUE, not critical",
                   constraints(leaf, test::basic_constraints(true, 0, false)), authority},
                  {"no key usage", without_extension(leaf, 1), no_signatures},
                  {"other uses", usage(leaf, test::key_usage(0x40)), no_signatures},
                  {"signs certificates", usage(leaf, test::key_usage(both)),
                   "the document's signer has a key for signing certificates"},
                  {"the instance's certificate in its place",
                   certificates([](std::vector<Bytes>& chain) { chain[leaf] = chain[instance]; }),
                   authority, "CN=instance"}},
                 ErrorKind::untrusted);
}

// hf/nitrite panicked on an unknown curve.
TEST(TrustRefusals, EveryKeyMustBeOnP384) {
  const std::pair<KeyKind, const char*> kinds[] = {{KeyKind::p256, "prime256v1"},
                                                   {KeyKind::p521, "secp521r1"},
                                                   {KeyKind::secp256k1, "secp256k1"},
                                                   {KeyKind::brainpool384, "brainpoolP384r1"},
                                                   {KeyKind::p384_explicit, "id-ecPublicKey"}};
  for (std::size_t link = root; link <= leaf; ++link)
    for (const auto& [kind, words] : kinds)
      expect_refused({std::string(field_of[link]) + " " + words, key(link, kind),
                      "a certificate's key is not on P-384", words},
                     ErrorKind::untrusted);
  for (const std::size_t link : {root, zonal})
    for (const auto& [kind, words] :
         {std::pair(KeyKind::ed25519, "ED25519"), std::pair(KeyKind::rsa2048, "rsaEncryption")})
      expect_refused({std::string(field_of[link]) + " " + words, key(link, kind),
                      "a certificate's key is not on P-384", words},
                     ErrorKind::untrusted);
}

TEST(TrustRefusals, EveryCertificateMustBeSignedWithSha384) {
  for (std::size_t link = root; link <= leaf; ++link)
    for (const char* digest : {"SHA256", "SHA512", "SHA224", "SHA1"})
      expect_refused({std::string(field_of[link]) + " " + digest,
                      recipe(link, [=](CertificateRecipe& r) { r.digest = digest; }),
                      "a certificate is not signed with ECDSA and SHA-384", digest},
                     ErrorKind::untrusted);
}

TEST(TrustRefusals, PathLengthsAreKept) {
  const std::string reason = "the certificate chain does not hold";
  const std::string detail = "path length constraint exceeded";
  expect_refused(
      {{"root 2", constraints(root, test::basic_constraints(true, 2)), reason, detail},
       {"root 0", constraints(root, test::basic_constraints(true, 0)), reason, detail},
       {"regional 1", constraints(regional, test::basic_constraints(true, 1)), reason, detail},
       {"regional 0", constraints(regional, test::basic_constraints(true, 0)), reason, detail},
       {"zonal 0", constraints(zonal, test::basic_constraints(true, 0)), reason, detail}},
      ErrorKind::untrusted);
}

TEST(TrustRefusals, EachCertificateMustBeIssuedByTheNext) {
  const std::string broken = "the certificate chain does not hold";
  for (const std::size_t link : {regional, zonal, instance, leaf})
    expect_refused({{std::string(field_of[link]) + " names another issuer",
                     recipe(link, [](CertificateRecipe& r) { r.issuer = "nobody"; }), broken,
                     "unable to get local issuer certificate"},
                    {std::string(field_of[link]) + " names the root",
                     recipe(link,
                            [](CertificateRecipe& r) {
                              r.issuer =
                                  r.issuer == "throw-away root" ? "regional" : "throw-away root";
                            }),
                     broken},
                    {std::string(field_of[link]) + " with an unknown critical extension",
                     with_extension(link, {"nsComment", true, hex("160161")}), broken,
                     "unhandled critical extension"}},
                   ErrorKind::untrusted);
  expect_refused({{"a root that did not issue itself",
                   recipe(root, [](CertificateRecipe& r) { r.issuer = "somebody above"; }), broken,
                   "unable to get issuer certificate"}},
                 ErrorKind::untrusted);
}

TEST(TrustRefusals, EachCertificateMustBeSignedByTheNext) {
  // The same names with other keys: a chain grafted from another document.
  const test::Forged other = test::forge(Forgery(forged_at));
  const Document stranger = decode_document(other.document);
  const auto graft = [&](std::size_t link) {
    return certificates([=](std::vector<Bytes>& chain) {
      chain[link] = link == leaf ? stranger.certificate.der : stranger.cabundle[link].der;
    });
  };
  const std::string broken = "the certificate chain does not hold";
  expect_refused(
      {{"another regional", graft(regional), broken, "certificate signature failure"},
       {"another zonal", graft(zonal), broken, "certificate signature failure"},
       {"another instance", graft(instance), broken, "certificate signature failure"},
       {"another leaf", graft(leaf), "the attestation document's signature does not hold"},
       {"another root", graft(root), "the attestation document is of a foreign root"}},
      ErrorKind::untrusted);
}

// world-chain took the last entry of the cabundle for the root.
TEST(TrustRefusals, TheBundleMustBeThePathRootFirst) {
  const std::string foreign = "the attestation document is of a foreign root";
  const std::string not_next = "the certificate chain does not hold";
  expect_refused(
      {{"reversed", certificates([](std::vector<Bytes>& chain) {
          std::reverse(chain.begin(), chain.end() - 1);
        }),
        foreign, "CN=instance"},
       {"without the root",
        certificates([](std::vector<Bytes>& chain) { chain.erase(chain.begin()); }), foreign,
        "CN=regional"},
       {"the root last", certificates([](std::vector<Bytes>& chain) {
          std::rotate(chain.begin(), chain.begin() + 1, chain.end() - 1);
        }),
        foreign},
       {"only the instance", certificates([](std::vector<Bytes>& chain) {
          chain.erase(chain.begin(), chain.begin() + instance);
        }),
        foreign},
       {"without the zonal",
        certificates([](std::vector<Bytes>& chain) { chain.erase(chain.begin() + zonal); }),
        not_next, "unable to get local issuer certificate"},
       {"only the root", certificates([](std::vector<Bytes>& chain) {
          chain.erase(chain.begin() + 1, chain.begin() + leaf);
        }),
        not_next, "unable to get local issuer certificate"},
       {"zonal and instance swapped",
        certificates([](std::vector<Bytes>& chain) { std::swap(chain[zonal], chain[instance]); }),
        not_next, "the certificates are not each issued by the next"},
       {"the root twice",
        certificates([](std::vector<Bytes>& chain) { chain.insert(chain.begin(), chain[root]); }),
        not_next, "the certificates are not each issued by the next"},
       {"the zonal twice", certificates([](std::vector<Bytes>& chain) {
          chain.insert(chain.begin() + zonal, chain[zonal]);
        }),
        not_next, "the certificates are not each issued by the next"}},
      ErrorKind::untrusted);
}

// The marlin SDK's pinned root was optional.
TEST(TrustRefusals, TheRootMustBeThePinnedOneByteForByte) {
  // Same name, same key, another serial number's worth of bytes: signed anew.
  expect_refused({{"signed anew", certificates([](std::vector<Bytes>& chain) {
                     const test::PrivateKey key(KeyKind::p384);
                     chain[root] = test::make_certificate(test::usual_chain(forged_at)[root].recipe,
                                                          key, key);
                   }),
                   "the attestation document is of a foreign root", "CN=throw-away root"},
                  {"a bit of its signature flipped",
                   certificates([](std::vector<Bytes>& chain) { chain[root].back() ^= 1; }),
                   "the attestation document is of a foreign root"}},
                 ErrorKind::untrusted);
}

TEST(TrustRefusals, Signatures) {
  const std::string reason = "the attestation document's signature does not hold";
  const Bytes order =
      hex("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
          "C7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973");
  const auto put = [](std::ptrdiff_t at, const Bytes& half) {
    return signature([=](Bytes& s) { std::ranges::copy(half, s.begin() + at); });
  };
  expect_refused(
      {{"by another key", [](Forgery& f) { f.another_signer = true; }, reason},
       {"all zero", signature([](Bytes& s) { s.assign(96, 0); }), reason},
       {"all ones", signature([](Bytes& s) { s.assign(96, 0xff); }), reason},
       {"r is 0", put(0, Bytes(48)), reason},
       {"s is 0", put(48, Bytes(48)), reason},
       {"r is the order", put(0, order), reason},
       {"s is the order", put(48, order), reason},
       {"r and s swapped",
        signature([](Bytes& s) { std::rotate(s.begin(), s.begin() + 48, s.end()); }), reason},
       {"little-endian", signature([](Bytes& s) {
          std::reverse(s.begin(), s.begin() + 48);
          std::reverse(s.begin() + 48, s.end());
        }),
        reason},
       {"the last bit flipped", signature([](Bytes& s) { s.back() ^= 1; }), reason},
       {"the payload changed afterwards",
        [](Forgery& f) { f.edit_document = [](Bytes& d) { d[40] ^= 1; }; }, reason}},
      ErrorKind::untrusted);
}

TEST(TrustRefusals, CertificatesMustBeDerWithDatesThatExist) {
  const auto date = [](const char* text) {
    return recipe(zonal, [=](CertificateRecipe& r) { r.raw_not_after = text; });
  };
  const std::string no_date = "'cabundle' entry 2 has a date that does not exist";
  const std::string not_der = "'cabundle' entry 2 has basic constraints that are not DER";
  const std::string no_length = "'cabundle' entry 2 has a path length that makes no sense";
  std::vector<Refusal> refusals = {
      {"a boolean of 01", raw_constraints(zonal, "3006010101020101"), not_der},
      {"CA:FALSE written out", raw_constraints(leaf, "3003010100"),
       "'certificate' has basic constraints that are not DER"},
      {"path length -1", raw_constraints(zonal, "30060101ff0201ff"), no_length},
      {"path length -2^31", raw_constraints(zonal, "30090101ff020480000000"), no_length},
      {"path length 2^32 + 1", raw_constraints(zonal, "300a0101ff02050100000001"), no_length},
      {"path length 2^64", raw_constraints(zonal, "300e0101ff0209010000000000000000"), no_length},
      {"a padded path length", raw_constraints(zonal, "30070101ff02020001"), not_der},
      {"a long length", raw_constraints(zonal, "3081060101ff020101"), not_der},
      {"bytes behind", raw_constraints(zonal, "30060101ff0201010500"), not_der},
      {"no constraints at all", raw_constraints(zonal, ""), not_der},
      {"not a sequence", raw_constraints(zonal, "0101ff"), not_der},
      {"key usage that is no bit string", usage(zonal, {"keyUsage", true, hex("040106")}),
       "'cabundle' entry 2 has a key usage that is not DER"},
      {"key usage and a byte", usage(zonal, {"keyUsage", true, hex("0302020400")}),
       "'cabundle' entry 2 has a key usage that is not DER"},
      {"basic constraints twice", with_extension(zonal, test::basic_constraints(true, 1)),
       "'cabundle' entry 2 has the extension X509v3 Basic Constraints twice"},
      {"key usage twice", with_extension(zonal, test::key_usage(both)),
       "'cabundle' entry 2 has the extension X509v3 Key Usage twice"}};
  for (const char* text : {"260230000000Z", "261301000000Z", "260001000000Z", "260132000000Z",
                           "260101240000Z", "260101006000Z", "2601010000Z", "260101000000",
                           "260101000000+0100", "26010100000OZ", "-60101000000Z", "270229000000Z"})
    refusals.push_back({std::string("valid to ") + text, date(text), no_date});
  expect_refused(refusals, ErrorKind::malformed);
}

TEST(TrustRefusals, ForeignChainsThatTheSystemTrustsDoNotCount) {
  // A root of the same name in the bundle, trusted by nobody here.
  const test::Forged one = test::forge(Forgery(forged_at));
  const test::Forged other = test::forge(Forgery(forged_at));
  try {
    (void)verify(one.document, decode_certificate(other.root), {.time = forged_at});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::untrusted);
    EXPECT_STREQ(error.what(), "the attestation document is of a foreign root");
  }
}

}  // namespace
}  // namespace reproduce::attestation
