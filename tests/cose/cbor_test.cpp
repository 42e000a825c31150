#include "reproduce/cose/cbor.hpp"

#include <limits>
#include <string>

#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/cose/cbor_writer.hpp"

namespace reproduce::cose {
namespace {

/// The tree in CBOR's diagnostic notation (RFC 8949, section 8), `_` for indefinite length.
std::string diagnostic(const CborItem& item) {
  std::string text;
  switch (item.kind) {
    case CborKind::unsigned_integer:
      return std::to_string(item.number);
    case CborKind::negative_integer:
      return item.integer() ? std::to_string(*item.integer()) : "-1-" + std::to_string(item.number);
    case CborKind::byte_string:
      return "h'" + to_hex(item.content) + "'";
    case CborKind::text_string:
      return '"' + std::string(as_text(item.content)) + '"';
    case CborKind::boolean:
      return item.number != 0 ? "true" : "false";
    case CborKind::null:
      return "null";
    case CborKind::tag:
      return std::to_string(item.number) + "(" + diagnostic(item.items[0]) + ")";
    case CborKind::array:
    case CborKind::map:
      break;
  }
  const bool is_map = item.kind == CborKind::map;
  for (std::size_t at = 0; at < item.items.size(); ++at) {
    if (at != 0) text += is_map && at % 2 != 0 ? ": " : ", ";
    text += diagnostic(item.items[at]);
  }
  const std::string mark = item.definite ? "" : "_ ";
  return is_map ? "{" + mark + text + "}" : "[" + mark + text + "]";
}

std::string decode_hex(const std::string& hex, const CborLimits& limits = {}) {
  const Bytes bytes = from_hex(hex).value();
  return diagnostic(decode_cbor(bytes, limits));
}

std::string failure(const std::string& hex, const CborLimits& limits = {}) {
  const Bytes bytes = from_hex(hex).value();
  try {
    return "accepted: " + diagnostic(decode_cbor(bytes, limits));
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::malformed) << hex;
    return error.what();
  }
}

// RFC 8949, appendix A.
TEST(Cbor, AgreesWithTheExamplesOfTheRfc) {
  const std::pair<const char*, const char*> examples[] = {
      {"00", "0"},
      {"01", "1"},
      {"0a", "10"},
      {"17", "23"},
      {"1818", "24"},
      {"1819", "25"},
      {"1864", "100"},
      {"1903e8", "1000"},
      {"1a000f4240", "1000000"},
      {"1b000000e8d4a51000", "1000000000000"},
      {"1bffffffffffffffff", "18446744073709551615"},
      {"3bffffffffffffffff", "-1-18446744073709551615"},
      {"20", "-1"},
      {"29", "-10"},
      {"3863", "-100"},
      {"3903e7", "-1000"},
      {"f4", "false"},
      {"f5", "true"},
      {"f6", "null"},
      {"c11a514b67b0", "1(1363896240)"},
      {"d74401020304", "23(h'01020304')"},
      {"d818456449455446", "24(h'6449455446')"},
      {"40", "h''"},
      {"4401020304", "h'01020304'"},
      {"60", "\"\""},
      {"6161", "\"a\""},
      {"6449455446", "\"IETF\""},
      {"62c3bc", "\"\u00fc\""},
      {"80", "[]"},
      {"83010203", "[1, 2, 3]"},
      {"8301820203820405", "[1, [2, 3], [4, 5]]"},
      {"98190102030405060708090a0b0c0d0e0f101112131415161718181819",
       "[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, "
       "25]"},
      {"a0", "{}"},
      {"a201020304", "{1: 2, 3: 4}"},
      {"a26161016162820203", "{\"a\": 1, \"b\": [2, 3]}"},
      {"826161a161626163", "[\"a\", {\"b\": \"c\"}]"},
      {"9fff", "[_ ]"},
      {"9f018202039f0405ffff", "[_ 1, [2, 3], [_ 4, 5]]"},
      {"9f01820203820405ff", "[_ 1, [2, 3], [4, 5]]"},
      {"83018202039f0405ff", "[1, [2, 3], [_ 4, 5]]"},
      {"bf61610161629f0203ffff", "{_ \"a\": 1, \"b\": [_ 2, 3]}"},
      {"826161bf61626163ff", "[\"a\", {_ \"b\": \"c\"}]"},
      {"bf6346756ef563416d7421ff", "{_ \"Fun\": true, \"Amt\": -2}"},
  };
  for (const auto& [encoded, expected] : examples) EXPECT_EQ(decode_hex(encoded), expected);
}

TEST(Cbor, ReadsTheTagOfCoseSign1) {
  EXPECT_EQ(decode_hex("d280"), "18([])");
}

TEST(Cbor, RefusesEveryTruncation) {
  const Bytes whole =
      from_hex("d2bf61610161629f0203ff6163a20102038061644301020361651903e8ff").value();
  EXPECT_NO_THROW((void)decode_cbor(whole));
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_THROW((void)decode_cbor(ByteView(whole).first(size)), Error) << size << " bytes";
}

TEST(Cbor, RefusesBytesAfterTheItem) {
  EXPECT_EQ(failure("0000"), "bytes follow the CBOR item");
  EXPECT_EQ(failure("9fffff"), "bytes follow the CBOR item");
}

TEST(Cbor, RefusesFormsThatNobodyNeeds) {
  const std::string refused = "CBOR holds a form that is not accepted";
  for (const char* form : {"f7", "f93c00", "fa47c35000", "fb3ff199999999999a", "5f42010243030405ff",
                           "7f657374726561646d696e67ff"})
    EXPECT_EQ(failure(form), refused) << form;
  // Reserved lengths and simple values have no callback at all.
  for (const char* form : {"1c", "3d", "5e", "7c", "9d", "be", "dc", "e0", "f0", "f3", "f800",
                           "f818", "f8ff", "fc", "1f", "3f", "df"})
    EXPECT_EQ(failure(form), "no CBOR item starts here") << form;
}

TEST(Cbor, RefusesTextThatIsNotUtf8) {
  for (const char* form : {"6180", "62c080", "63eda080", "61ff"})
    EXPECT_EQ(failure(form), "a CBOR text string is not UTF-8") << form;
}

TEST(Cbor, RefusesDuplicateKeysInAnySpelling) {
  EXPECT_EQ(failure("a201000102"), "a CBOR map has the key 1 twice");
  EXPECT_EQ(failure("a20100180102"), "a CBOR map has the key 1 twice");
  EXPECT_EQ(failure("a2616100616101"), "a CBOR map has the key 'a' twice");
  EXPECT_EQ(failure("a261610078016101"), "a CBOR map has the key 'a' twice");
  EXPECT_EQ(failure("bf200020f6ff"), "a CBOR map has the key -1 - 0 twice");
  EXPECT_EQ(failure("a241610041610a"), "a CBOR map has the key a byte string twice");
  // The same number, string and byte string are three keys.
  EXPECT_EQ(decode_hex("a4010020006161004161f5"), "{1: 0, -1: 0, \"a\": 0, h'61': true}");
}

TEST(Cbor, RefusesKeysThatCannotBeCompared) {
  for (const char* form : {"a1f600", "a18000", "a1a000", "a1f500", "a1c10000", "bf9fff00ff"})
    EXPECT_EQ(failure(form), "a CBOR map key is neither an integer nor a string") << form;
}

TEST(Cbor, RefusesBreakCodesOutOfPlace) {
  for (const char* form : {"ff", "81ff", "8100ff", "a1ff", "a101ff", "c1ff", "9fc1ff"})
    EXPECT_THROW((void)decode_hex(form), Error) << form;
  EXPECT_EQ(failure("bf01ff"), "a CBOR map ends after a key");
}

TEST(Cbor, NeverBelievesALength) {
  for (const char* form :
       {"9bffffffffffffffff", "9b8000000000000000", "9b7fffffffffffffff", "9affffffff00", "8300"})
    EXPECT_EQ(failure(form), "a CBOR array claims more items than there is room for") << form;
  for (const char* form :
       {"bbffffffffffffffff", "bb8000000000000000", "bb8000000000000001", "a20000", "a2000000"})
    EXPECT_EQ(failure(form), "a CBOR map claims more items than there is room for") << form;
  for (const char* form : {"5bffffffffffffffff", "7b7fffffffffffffff", "5affffffff00", "4200"})
    EXPECT_EQ(failure(form), "a CBOR item runs past the end") << form;
}

TEST(Cbor, HoldsItsLimits) {
  EXPECT_EQ(failure("83010203", {.max_items = 3}), "CBOR has more items than it may have");
  EXPECT_EQ(decode_hex("83010203", {.max_items = 4}), "[1, 2, 3]");
  EXPECT_EQ(failure("81818100", {.max_depth = 2}), "CBOR is nested too deeply");
  EXPECT_EQ(decode_hex("81818100", {.max_depth = 3}), "[[[0]]]");
  EXPECT_EQ(failure("c1c1c100", {.max_depth = 2}), "CBOR is nested too deeply");
  EXPECT_EQ(failure("9f9f9f", {.max_depth = 2}), "CBOR is nested too deeply");
  EXPECT_EQ(failure("430102", {.max_bytes = 2}), "CBOR is longer than it may be");
}

TEST(Cbor, SurvivesAMillionNestedArrays) {
  const Bytes deep(1'000'000, 0x81);
  EXPECT_THROW((void)decode_cbor(deep, {.max_bytes = deep.size(), .max_items = deep.size()}),
               Error);
}

// Every first byte with every second byte: accepted whole or refused, never more.
TEST(Cbor, AcceptsOrRefusesEveryPairOfBytes) {
  std::size_t accepted = 0;
  for (unsigned pair = 0; pair < 65536; ++pair) {
    const Bytes bytes = {static_cast<std::uint8_t>(pair >> 8), static_cast<std::uint8_t>(pair)};
    try {
      EXPECT_EQ(decode_cbor(bytes).encoded.size(), 2U);
      ++accepted;
    } catch (const Error& error) {
      ASSERT_EQ(error.kind(), ErrorKind::malformed) << pair;
    }
  }
  // Integers in the long form, strings of one byte (text: ASCII), an array or one of
  // 24 tags around a short item, and the four empty strings and containers in the long
  // form and the two of indefinite length.
  constexpr std::size_t short_items = 48 + 4 + 3;  // integers, empty ones, false, true, null
  EXPECT_EQ(accepted, 2U * 256 + 256 + 128 + 25 * short_items + 4 + 2);
}

TEST(Cbor, KnowsTheShortestForm) {
  const auto item_of = [](const Bytes& bytes) { return decode_cbor(bytes); };
  for (const char* shortest : {"17", "1818", "18ff", "190100", "1a00010000", "1b0000000100000000",
                               "37", "3818", "4100", "6161", "80", "a0", "d200", "d81800", "f4"})
    EXPECT_TRUE(item_of(from_hex(shortest).value()).shortest) << shortest;
  for (const char* longer : {"1817", "1900ff", "1a0000ffff", "1b00000000ffffffff", "3817", "580100",
                             "780161", "9800", "b90000", "d81200", "da0000001200"})
    EXPECT_FALSE(item_of(from_hex(longer).value()).shortest) << longer;
  EXPECT_THROW(expect_shortest_form(item_of(from_hex("9fff").value()), "list"), Error);
  EXPECT_THROW(expect_shortest_form(item_of(from_hex("9800").value()), "list"), Error);
  EXPECT_NO_THROW(expect_shortest_form(item_of(from_hex("80").value()), "list"));
}

TEST(Cbor, TellsWhereEachItemLies) {
  const Bytes bytes = from_hex("a26161820102616242ffff").value();
  const CborItem map = decode_cbor(bytes, {}, 1000);
  EXPECT_EQ(map.offset, 1000U);
  EXPECT_EQ(to_hex(map.encoded), to_hex(bytes));
  const CborItem& list = *find(map, "a");
  EXPECT_EQ(list.offset, 1003U);
  EXPECT_EQ(to_hex(list.encoded), "820102");
  EXPECT_EQ(list.items[1].offset, 1005U);
  EXPECT_EQ(to_hex(find(map, "b")->encoded), "42ffff");
  EXPECT_EQ(find(map, "c"), nullptr);
}

TEST(Cbor, NamesTheFieldOfAWrongType) {
  const Bytes bytes = from_hex("f6").value();
  try {
    expect_kind(decode_cbor(bytes), CborKind::byte_string, "the nonce");
    FAIL();
  } catch (const Error& error) {
    EXPECT_STREQ(error.what(), "the nonce is not of the CBOR type it must be");
    EXPECT_EQ(error.context().expected, "byte string");
    EXPECT_EQ(error.context().got, "null");
  }
}

TEST(CborWriter, WritesTheShortestForms) {
  CborWriter out;
  out.array(9);
  out.integer(-35);
  out.integer(std::numeric_limits<std::int64_t>::min());
  out.unsigned_integer(std::numeric_limits<std::uint64_t>::max());
  out.byte_string(Bytes(24, 0xaa));
  out.text_string("\u00fc");
  out.map(1);
  out.integer(1);
  out.boolean(true);
  out.tag(18);
  out.array(0);
  out.null();
  out.encoded(Bytes{0x18, 0x2a});
  const Bytes bytes = std::move(out).bytes();
  EXPECT_EQ(diagnostic(decode_cbor(bytes)),
            "[-35, -9223372036854775808, 18446744073709551615, "
            "h'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa', \"\u00fc\", {1: true}, 18([]), "
            "null, 42]");
  EXPECT_EQ(to_hex(ByteView(bytes).first(3)), "893822");
}

}  // namespace
}  // namespace reproduce::cose
