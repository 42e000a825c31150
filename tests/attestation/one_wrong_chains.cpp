// Checklist items 8 to 14 of the attestation document: root, chain, extensions, dates, signature.

#include <algorithm>
#include <cstdint>
#include <tuple>
#include <utility>

#include "attestation/one_wrong.hpp"
#include "attestation/spoilt_chains.hpp"
#include "support/forge.hpp"
#include "support/pki.hpp"

namespace reproduce::attestation {
namespace {

using test::CertificateRecipe;
using test::Forgery;
using test::KeyKind;
using Rows = std::vector<OneWrong>;

constexpr ErrorKind malformed = ErrorKind::malformed;
constexpr ErrorKind untrusted = ErrorKind::untrusted;

constexpr const char* name_of[] = {"Root", "RegionalIssuer", "ZonalIssuer", "InstancesIssuer",
                                   "Leaf"};

void add_dates(Rows& rows) {
  const std::string reason = "the certificate chain does not hold at this time";
  for (std::size_t link = root; link <= leaf; ++link) {
    const std::string who = name_of[link];
    rows.push_back({"HasA" + who + "ThatExpiredASecondAgo", untrusted,
                    recipe(link, [](CertificateRecipe& r) { r.not_after = forged_at - 1; }), reason,
                    field_of[link]});
    rows.push_back({"HasA" + who + "ThatEndsNow", untrusted,
                    recipe(link, [](CertificateRecipe& r) { r.not_after = forged_at; }), reason,
                    "certificate has expired"});
    rows.push_back({"HasA" + who + "ThatBeginsInASecond", untrusted,
                    recipe(link, [](CertificateRecipe& r) { r.not_before = forged_at + 1; }),
                    reason, "certificate is not yet valid"});
  }
  rows.push_back({"IsFromTheFuture", untrusted,
                  set("timestamp", test::cbor_unsigned((forged_at + 301) * std::uint64_t{1000})),
                  "the attestation document is from the future", "5 minutes"});
  const std::string no_date = "'cabundle' entry 2 has a date that does not exist";
  for (const auto& [name, text] :
       {std::pair("The30thOfFebruary", "260230000000Z"),
        std::pair("TheThirteenthMonth", "261301000000Z"),
        std::pair("TheMonthZero", "260001000000Z"), std::pair("TheDayZero", "260100000000Z"),
        std::pair("The24thHour", "260101240000Z"), std::pair("The60thMinute", "260101006000Z"),
        std::pair("The29thOfFebruaryOfNoLeapYear", "270229000000Z"),
        std::pair("NoSeconds", "2601010000Z"), std::pair("NoZone", "260101000000"),
        std::pair("AnotherZone", "260101000000+0100"), std::pair("ALetter", "26010100000OZ")})
    rows.push_back({"HasACertificateUntil" + std::string(name), malformed,
                    recipe(zonal, [text = std::string(text)](
                                      CertificateRecipe& r) { r.raw_not_after = text; }),
                    no_date});
}

void add_issuers(Rows& rows) {
  const std::string not_authority = "an issuer is not a certificate authority";
  const std::string not_signing = "an issuer's key is not for signing certificates";
  for (const std::size_t link : {root, regional, zonal, instance}) {
    const std::string who = name_of[link];
    const Rows more = {
        {"HasA" + who + "WithoutBasicConstraints", untrusted, without_extension(link, 0),
         not_authority, field_of[link]},
        {"HasA" + who + "ThatIsNoAuthority", untrusted,
         constraints(link, test::basic_constraints(false)), not_authority, field_of[link]},
        {"HasA" + who + "WithConstraintsThatAreNotCritical", untrusted,
         constraints(link, test::basic_constraints(true, 3, false)),
         "an issuer's basic constraints are not critical", field_of[link]},
        {"HasA" + who + "WithoutKeyUsage", untrusted, without_extension(link, 1), not_signing,
         field_of[link]},
        {"HasA" + who + "ThatMayOnlySignData", untrusted,
         usage(link, test::key_usage(test::digital_signature)), not_signing, field_of[link]}};
    rows.insert(rows.end(), more.begin(), more.end());
  }
  const std::string broken = "the certificate chain does not hold";
  const std::string length = "path length constraint exceeded";
  const Rows more = {{"HasARootWithTooShortAPath", untrusted,
                      constraints(root, test::basic_constraints(true, 2)), broken, length},
                     {"HasARegionalIssuerWithTooShortAPath", untrusted,
                      constraints(regional, test::basic_constraints(true, 1)), broken, length},
                     {"HasAZonalIssuerWithTooShortAPath", untrusted,
                      constraints(zonal, test::basic_constraints(true, 0)), broken, length}};
  rows.insert(rows.end(), more.begin(), more.end());
}

void add_leaf(Rows& rows) {
  const std::string authority = "the document's signer is a certificate authority";
  const std::string no_signatures = "the document's signer has a key that is not for signatures";
  const Rows more = {
      {"IsSignedByAnAuthority", untrusted, constraints(leaf, test::basic_constraints(true)),
       authority},
      {"IsSignedByAnAuthorityThatIsNotCritical", untrusted,
       constraints(leaf, test::basic_constraints(true, 0, false)), authority},
      {"IsSignedByAKeyWithoutUsage", untrusted, without_extension(leaf, 1), no_signatures},
      {"IsSignedByAKeyForNonRepudiation", untrusted, usage(leaf, test::key_usage(0x40)),
       no_signatures},
      {"IsSignedByAKeyForCertificatesToo", untrusted,
       usage(leaf, test::key_usage(test::digital_signature | test::sign_certificates)),
       "the document's signer has a key for signing certificates"},
      {"NamesItsIssuerAsItsSigner", untrusted,
       certificates([](std::vector<Bytes>& chain) { chain[leaf] = chain[instance]; }), authority,
       "CN=instance"}};
  rows.insert(rows.end(), more.begin(), more.end());
}

void add_extensions(Rows& rows) {
  const std::string broken = "the certificate chain does not hold";
  const Rows more = {{"HasAnUnknownCriticalExtensionInItsLeaf", untrusted,
                      with_extension(leaf, {"nsComment", true, hex("160161")}), broken,
                      "unhandled critical extension"},
                     {"HasAnUnknownCriticalExtensionInAnIssuer", untrusted,
                      with_extension(zonal, {"nsComment", true, hex("160161")}), broken,
                      "unhandled critical extension"},
                     {"HasAnUnknownCriticalExtensionInItsRoot", untrusted,
                      with_extension(root, {"nsComment", true, hex("160161")}), broken,
                      "unhandled critical extension"},
                     // GeneralSubtrees: only below the directory name CN=elsewhere.
                     {"HasAnIssuerForOtherNames", untrusted,
                      with_extension(zonal, {"nameConstraints", true,
                                             hex("301ca01a3018a4163014311230100603550403"
                                                 "0c09656c73657768657265")}),
                      broken, "permitted subtree violation"},
                     {"HasNameConstraintsThatMakeNoSense", untrusted,
                      with_extension(zonal, {"nameConstraints", true, hex("0500")}), broken,
                      "unable to get local issuer certificate"},
                     // keyIdentifier 01 02, which is nobody's.
                     {"NamesAnotherIssuersKey", untrusted,
                      [](Forgery& forgery) {
                        forgery.chain[zonal].recipe.extensions.push_back(
                            {"subjectKeyIdentifier", false, hex("0402aabb")});
                        forgery.chain[instance].recipe.extensions.push_back(
                            {"authorityKeyIdentifier", false, hex("300480020102")});
                      },
                      broken}};
  rows.insert(rows.end(), more.begin(), more.end());
}

void add_encodings(Rows& rows) {
  const std::string who = "'cabundle' entry 2 has ";
  const std::string constraints = who + "basic constraints that are not DER";
  const std::string length = who + "a path length that makes no sense";
  const Rows more = {
      {"HasABooleanThatIsNotDer", malformed, raw_constraints(zonal, "3006010101020101"),
       constraints},
      {"HasADefaultThatIsWrittenOut", malformed, raw_constraints(leaf, "3003010100"),
       "'certificate' has basic constraints that are not DER"},
      {"HasAPaddedPathLength", malformed, raw_constraints(zonal, "30070101ff02020001"),
       constraints},
      {"HasConstraintsWithALongLength", malformed, raw_constraints(zonal, "3081060101ff020101"),
       constraints},
      {"HasBytesBehindItsConstraints", malformed, raw_constraints(zonal, "30060101ff0201010500"),
       constraints},
      {"HasEmptyConstraints", malformed, raw_constraints(zonal, ""), constraints},
      {"HasConstraintsThatAreNoSequence", malformed, raw_constraints(zonal, "0101ff"), constraints},
      {"HasANegativePathLength", malformed, raw_constraints(zonal, "30060101ff0201ff"), length},
      {"HasAPathLengthOfMinus2To31", malformed, raw_constraints(zonal, "30090101ff020480000000"),
       length},
      {"HasAPathLengthThatWouldWrapAt32Bits", malformed,
       raw_constraints(zonal, "300a0101ff02050100000001"), length},
      {"HasAPathLengthThatWouldWrapAt64Bits", malformed,
       raw_constraints(zonal, "300e0101ff0209010000000000000000"), length},
      {"HasAPathLengthOfNoAuthority", untrusted, raw_constraints(zonal, "3003020101"),
       "an issuer is not a certificate authority"},
      {"HasBasicConstraintsTwice", malformed,
       with_extension(zonal, {"basicConstraints", true, hex("30060101ff020101")}),
       who + "the extension X509v3 Basic Constraints twice"},
      {"HasKeyUsageTwice", malformed, with_extension(zonal, {"keyUsage", true, hex("03020204")}),
       who + "the extension X509v3 Key Usage twice"},
      {"HasKeyUsageThatIsNoBitString", malformed, usage(zonal, {"keyUsage", true, hex("040106")}),
       who + "a key usage that is not DER"},
      {"HasAByteBehindItsKeyUsage", malformed, usage(zonal, {"keyUsage", true, hex("0302020400")}),
       who + "a key usage that is not DER"},
      {"HasAnIssuerOfVersion1", untrusted,
       recipe(zonal,
              [](CertificateRecipe& r) {
                r.extensions.clear();
                r.version = 0;
              }),
       "an issuer is not a certificate authority"}};
  rows.insert(rows.end(), more.begin(), more.end());
}

void add_keys(Rows& rows) {
  const std::string reason = "a certificate's key is not on P-384";
  for (const auto& [kind, name, words] :
       {std::tuple(KeyKind::p256, "P256", "prime256v1"),
        std::tuple(KeyKind::p521, "P521", "secp521r1"),
        std::tuple(KeyKind::secp256k1, "BitcoinsCurve", "secp256k1"),
        std::tuple(KeyKind::brainpool384, "ABrainpoolCurve", "brainpoolP384r1"),
        std::tuple(KeyKind::p384_explicit, "ACurveByParameters", "id-ecPublicKey")})
    for (const std::size_t link : {root, zonal, leaf})
      rows.push_back({"HasA" + std::string(name_of[link]) + "On" + name, untrusted, key(link, kind),
                      reason, words});
  rows.push_back(
      {"HasARootWithAnEd25519Key", untrusted, key(root, KeyKind::ed25519), reason, "ED25519"});
  rows.push_back({"HasAnIssuerWithAnRsaKey", untrusted, key(zonal, KeyKind::rsa2048), reason,
                  "rsaEncryption"});
  for (const char* digest : {"SHA1", "SHA224", "SHA256", "SHA512"})
    for (const std::size_t link : {zonal, leaf})
      rows.push_back({"HasA" + std::string(name_of[link]) + "SignedWith" + digest, untrusted,
                      recipe(link, [=](CertificateRecipe& r) { r.digest = digest; }),
                      "a certificate is not signed with ECDSA and SHA-384", digest});
}

void add_paths(Rows& rows) {
  const std::string broken = "the certificate chain does not hold";
  const std::string foreign = "the attestation document is of a foreign root";
  const std::string order = "the certificates are not each issued by the next";
  for (const std::size_t link : {regional, zonal, instance, leaf})
    rows.push_back({"HasA" + std::string(name_of[link]) + "OfAnotherIssuer", untrusted,
                    recipe(link, [](CertificateRecipe& r) { r.issuer = "nobody"; }), broken,
                    "unable to get local issuer certificate"});
  const Rows more = {
      {"HasARootThatDidNotIssueItself", untrusted,
       recipe(root, [](CertificateRecipe& r) { r.issuer = "somebody above"; }), broken},
      {"HasItsBundleLeafFirst", untrusted, certificates([](std::vector<Bytes>& chain) {
         std::reverse(chain.begin(), chain.end() - 1);
       }),
       foreign, "CN=instance"},
      {"HasItsRootLast", untrusted, certificates([](std::vector<Bytes>& chain) {
         std::rotate(chain.begin(), chain.begin() + 1, chain.end() - 1);
       }),
       foreign, "CN=regional"},
      {"HasNoRoot", untrusted,
       certificates([](std::vector<Bytes>& chain) { chain.erase(chain.begin()); }), foreign},
      {"HasARootWithOneBitFlipped", untrusted,
       certificates([](std::vector<Bytes>& chain) { chain[root].back() ^= 1; }), foreign},
      {"HasARootOfTheSameNameWithAnotherKey", untrusted,
       certificates([](std::vector<Bytes>& chain) {
         const test::PrivateKey other(KeyKind::p384);
         chain[root] =
             test::make_certificate(test::usual_chain(forged_at)[root].recipe, other, other);
       }),
       foreign, "CN=throw-away root"},
      {"LacksAnIssuer", untrusted,
       certificates([](std::vector<Bytes>& chain) { chain.erase(chain.begin() + zonal); }), broken,
       "unable to get local issuer certificate"},
      {"HasTwoIssuersSwapped", untrusted,
       certificates([](std::vector<Bytes>& chain) { std::swap(chain[zonal], chain[instance]); }),
       broken, order},
      {"HasItsRootTwice", untrusted,
       certificates([](std::vector<Bytes>& chain) { chain.insert(chain.begin(), chain[root]); }),
       broken, order},
      {"HasAnIssuerTwice", untrusted, certificates([](std::vector<Bytes>& chain) {
         chain.insert(chain.begin() + zonal, chain[zonal]);
       }),
       broken, order},
      {"HasAnIssuerOfAnotherDocument", untrusted, certificates([](std::vector<Bytes>& chain) {
         chain[zonal] = test::issue(Forgery(forged_at)).certificates[zonal];
       }),
       broken, "certificate signature failure"},
      {"HasAnIssuerWhoseSignatureHasABitFlipped", untrusted,
       certificates([](std::vector<Bytes>& chain) { chain[zonal].back() ^= 1; }), broken,
       "certificate signature failure"}};
  rows.insert(rows.end(), more.begin(), more.end());
}

void add_signatures(Rows& rows) {
  const std::string reason = "the attestation document's signature does not hold";
  const Bytes order =
      hex("FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
          "C7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973");
  const auto put = [](std::ptrdiff_t at, const Bytes& half) {
    return signature([=](Bytes& s) { std::ranges::copy(half, s.begin() + at); });
  };
  const Rows more = {
      {"IsSignedByAnotherKey", untrusted, [](Forgery& f) { f.another_signer = true; }, reason},
      {"HasASignatureOfZeros", untrusted, signature([](Bytes& s) { s.assign(96, 0); }), reason},
      {"HasASignatureWithRZero", untrusted, put(0, Bytes(48)), reason},
      {"HasASignatureWithSZero", untrusted, put(48, Bytes(48)), reason},
      {"HasASignatureWithRAtTheOrder", untrusted, put(0, order), reason},
      {"HasASignatureWithSAtTheOrder", untrusted, put(48, order), reason},
      {"HasASignatureWithRAndSSwapped", untrusted,
       signature([](Bytes& s) { std::rotate(s.begin(), s.begin() + 48, s.end()); }), reason},
      {"HasALittleEndianSignature", untrusted, signature([](Bytes& s) {
         std::reverse(s.begin(), s.begin() + 48);
         std::reverse(s.begin() + 48, s.end());
       }),
       reason},
      {"HasASignatureWithItsLastBitFlipped", untrusted, signature([](Bytes& s) { s.back() ^= 1; }),
       reason},
      {"HasAPayloadThatChangedAfterwards", untrusted,
       [](Forgery& f) { f.edit_document = [](Bytes& d) { d[40] ^= 1; }; }, reason}};
  rows.insert(rows.end(), more.begin(), more.end());
}

}  // namespace

std::vector<OneWrong> wrong_chains() {
  Rows rows;
  add_dates(rows);
  add_issuers(rows);
  add_leaf(rows);
  add_extensions(rows);
  add_encodings(rows);
  add_keys(rows);
  add_paths(rows);
  add_signatures(rows);
  return rows;
}

}  // namespace reproduce::attestation
