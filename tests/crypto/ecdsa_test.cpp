#include "reproduce/crypto/ecdsa.hpp"

#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "reproduce/base/hex.hpp"

namespace reproduce {
namespace {

struct KnownAnswer {
  Curve curve;
  std::string_view key_prefix;  // SubjectPublicKeyInfo up to the uncompressed point
  std::string_view x, y, r, s;
};

// RFC 6979, appendices A.2.5 to A.2.7: the message "sample" with the digest that
// goes with the curve. The prefixes are those of RFC 5480 for the named curves.
constexpr KnownAnswer known_answers[] = {
    {Curve::p256,
     "3059301306072a8648ce3d020106082a8648ce3d030107034200"
     "04",
     "60FED4BA255A9D31C961EB74C6356D68C049B8923B61FA6CE669622E60F29FB6",
     "7903FE1008B8BC99A41AE9E95628BC64F2F1B20C2D7E9F5177A3C294D4462299",
     "EFD48B2AACB6A8FD1140DD9CD45E81D69D2C877B56AAF991C34D0EA84EAF3716",
     "F7CB1C942D657C41D436C7A1B6E29F65F3E900DBB9AFF4064DC4AB2F843ACDA8"},
    {Curve::p384,
     "3076301006072a8648ce3d020106052b81040022036200"
     "04",
     "EC3A4E415B4E19A4568618029F427FA5DA9A8BC4AE92E02E06AAE5286B300C64"
     "DEF8F0EA9055866064A254515480BC13",
     "8015D9B72D7D57244EA8EF9AC0C621896708A59367F9DFB9F54CA84B3F1C9DB1"
     "288B231C3AE0D4FE7344FD2533264720",
     "94EDBB92A5ECB8AAD4736E56C691916B3F88140666CE9FA73D64C4EA95AD133C"
     "81A648152E44ACF96E36DD1E80FABE46",
     "99EF4AEB15F178CEA1FE40DB2603138F130E740A19624526203B6351D0A3A94F"
     "A329C145786E679E7B82C71A38628AC8"},
    {Curve::p521,
     "30819b301006072a8648ce3d020106052b8104002303818600"
     "04",
     "01894550D0785932E00EAA23B694F213F8C3121F86DC97A04E5A7167DB4E5BCD3"
     "71123D46E45DB6B5D5370A7F20FB633155D38FFA16D2BD761DCAC474B9A2F5023A4",
     "00493101C962CD4D2FDDF782285E64584139C2F91B47F87FF82354D6630F746A28A"
     "0DB25741B5B34A828008B22ACC23F924FAAFBD4D33F81EA66956DFEAA2BFDFCF5",
     "00C328FAFCBD79DD77850370C46325D987CB525569FB63C5D3BC53950E6D4C5F17"
     "4E25A1EE9017B5D450606ADD152B534931D7D4E8455CC91F9B15BF05EC36E377FA",
     "00617CCE7CF5064806C467F678D3B4080D6F1CC50AF26CA209417308281B68AF28"
     "2623EAA63E5B5C0723D8B8C37FF0777B1A20F8CCB1DCCC43997F1EE0E44DA4A67A"}};

/// The bytes of all the hexadecimal `parts`, one after the other.
Bytes joined(std::initializer_list<std::string_view> parts) {
  std::string hex;
  for (const std::string_view part : parts) hex += part;
  return from_hex(hex).value();
}

EcPublicKey key_of(const KnownAnswer& known) {
  return EcPublicKey::decode(joined({known.key_prefix, known.x, known.y})).value();
}

TEST(EcPublicKey, VerifiesTheSignaturesOfTheRfc) {
  for (const KnownAnswer& known : known_answers) {
    const EcPublicKey key = key_of(known);
    EXPECT_EQ(key.curve(), known.curve);
    const Bytes signature = joined({known.r, known.s});
    EXPECT_EQ(signature.size(), signature_size(known.curve));
    EXPECT_TRUE(key.signed_this(as_bytes("sample"), signature)) << words(known.curve);
    EXPECT_FALSE(key.signed_this(as_bytes("simple"), signature)) << words(known.curve);
  }
}

TEST(EcPublicKey, RefusesEveryFlippedBitOfASignature) {
  const KnownAnswer& known = known_answers[1];
  const EcPublicKey key = key_of(known);
  const Bytes signature = joined({known.r, known.s});
  for (std::size_t bit = 0; bit < signature.size() * 8; ++bit) {
    Bytes flipped = signature;
    flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
    EXPECT_FALSE(key.signed_this(as_bytes("sample"), flipped)) << "bit " << bit;
  }
}

TEST(EcPublicKey, RefusesSignaturesOfOtherSizesAndRanges) {
  const KnownAnswer& known = known_answers[1];
  const EcPublicKey key = key_of(known);
  const std::string zero(96, '0');
  const std::string ones(192, 'f');
  // The order of P-384, which equals zero where signatures are computed.
  const std::string_view order =
      "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
      "C7634D81F4372DDF581A0DB248B0A77AECEC196ACCC52973";
  const Bytes signatures[] = {{},
                              joined({zero, zero}),
                              joined({zero, known.s}),
                              joined({known.r, zero}),
                              joined({order, known.s}),
                              joined({known.r, order}),
                              joined({ones}),
                              joined({known.r}),
                              joined({known.r, known.s, "00"}),
                              joined({"00", known.r, known.s})};
  for (const Bytes& signature : signatures)
    EXPECT_FALSE(key.signed_this(as_bytes("sample"), signature)) << to_hex(signature);
}

TEST(EcPublicKey, RefusesWhatIsNoKeyOnAnAcceptedCurve) {
  const KnownAnswer& known = known_answers[0];
  const Bytes whole = joined({known.key_prefix, known.x, known.y});
  const Bytes others[] = {
      joined({known.key_prefix, known.x, known.x}),  // a point beside the curve
      joined({"3056301006072a8648ce3d020106052b8104000a03420004", known.x, known.y}),  // secp256k1
      joined({"302a300506032b6570032100", known.x}),                                   // Ed25519
      joined({known.key_prefix, known.x, known.y, "00"}),
      joined({"3003020100"}),
      joined({"ff"})};
  for (const Bytes& info : others) EXPECT_FALSE(EcPublicKey::decode(info)) << to_hex(info);
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_FALSE(EcPublicKey::decode(ByteView(whole).first(size))) << size << " bytes";
}

TEST(EcPublicKey, IsEqualToTheSamePointAlone) {
  for (const KnownAnswer& known : known_answers)
    for (const KnownAnswer& other : known_answers)
      EXPECT_EQ(key_of(known) == key_of(other), known.curve == other.curve);
  // The generator of P-384 (FIPS 186-4, D.1.2.4), another point on the same curve.
  const KnownAnswer& p384 = known_answers[1];
  EXPECT_FALSE(key_of({Curve::p384, p384.key_prefix,
                       "AA87CA22BE8B05378EB1C71EF320AD746E1D3B628BA79B98"
                       "59F741E082542A385502F25DBF55296C3A545E3872760AB7",
                       "3617DE4A96262C6F5D9E98BF9292DC29F8F41DBD289A147C"
                       "E9DA3113B5F0B8C00A60B1CE1D7E819D7A431D7C90EA0E5F",
                       "", ""}) == key_of(p384));
}

TEST(RawSignature, IsTakenOutOfDerInItsOneSpelling) {
  // 30 06 02 01 05 02 01 07: r = 5, s = 7.
  EXPECT_EQ(raw_signature(Curve::p256, from_hex("3006020105020107").value()),
            joined({std::string(62, '0'), "05", std::string(62, '0'), "07"}));
  const char* const others[] = {"",
                                "3006020105020107ff",    // something behind it
                                "30080202000502020007",  // numbers with a zero too many
                                "3006020185020107",      // a negative number
                                "308106020105020107",    // a length that takes too many bytes
                                "30800201050201070000",  // an indefinite length
                                "3003020105",            // one number
                                "0203010203"};
  for (const char* const der : others)
    EXPECT_EQ(raw_signature(Curve::p256, from_hex(der).value_or(Bytes{})), std::nullopt) << der;
  // A number of 33 bytes fits no half of 32.
  EXPECT_EQ(raw_signature(Curve::p256, joined({"3026022101", std::string(64, '0'), "020107"})),
            std::nullopt);
}

TEST(MessageDigest, GoesWithTheCurve) {
  EXPECT_EQ(message_digest(Curve::p256, as_bytes("x")).size(), 32U);
  EXPECT_EQ(message_digest(Curve::p384, as_bytes("x")).size(), 48U);
  EXPECT_EQ(message_digest(Curve::p521, as_bytes("x")).size(), 64U);
}

}  // namespace
}  // namespace reproduce
