// Checklist items 1 to 3: documents whose framing is wrong in one way each. All of
// them are signed properly, so that nothing but the form can refuse them.

#include <cstdint>
#include <limits>
#include <utility>

#include "attestation/refusals.hpp"
#include "support/forge.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/hex.hpp"
#include "reproduce/cose/cbor_writer.hpp"

namespace reproduce::attestation {
namespace {

using test::Forgery;
using test::Payload;

/// Puts bytes in front of the whole document.
Spoil prefix(const char* digits) {
  return [bytes = hex(digits)](Forgery& forgery) {
    forgery.edit_document = [bytes](Bytes& document) {
      document.insert(document.begin(), bytes.begin(), bytes.end());
    };
  };
}

/// Replaces the first `count` bytes of the document and appends others.
Spoil reframe(std::size_t count, const char* front, const char* back = "") {
  return [=, head = hex(front), tail = hex(back)](Forgery& forgery) {
    forgery.edit_document = [=](Bytes& document) {
      document.erase(document.begin(), document.begin() + static_cast<std::ptrdiff_t>(count));
      document.insert(document.begin(), head.begin(), head.end());
      document.insert(document.end(), tail.begin(), tail.end());
    };
  };
}

Spoil header(const char* digits) {
  return [bytes = hex(digits)](Forgery& forgery) { forgery.protected_header = bytes; };
}

Spoil unprotected(const char* digits) {
  return [bytes = hex(digits)](Forgery& forgery) { forgery.unprotected_header = bytes; };
}

Spoil payload(const char* digits) {
  return [bytes = hex(digits)](Forgery& forgery) {
    forgery.edit_encoded_payload = [bytes](Bytes& encoded) { encoded = bytes; };
  };
}

Spoil signature_of(std::size_t size) {
  return [=](Forgery& forgery) {
    forgery.edit_signature = [=](Bytes& signature) { signature.resize(size, 1); };
  };
}

TEST(FramingRefusals, AGoodDocumentIsAccepted) {
  const test::Forged forged = test::forge(Forgery(forged_at));
  EXPECT_NO_THROW(
      (void)verify(forged.document, decode_certificate(forged.root), {.time = forged_at}));
}

TEST(FramingRefusals, Framing) {
  const std::string not_shortest = "COSE_Sign1 is not in its shortest CBOR form";
  const std::string parts = "COSE_Sign1 has the wrong number of parts";
  expect_refused(
      {{"a byte too many", reframe(0, "", "00"), "bytes follow the CBOR item"},
       {"the document twice",
        [](Forgery& forgery) {
          forgery.edit_document = [](Bytes& document) {
            const Bytes copy = document;
            document.insert(document.end(), copy.begin(), copy.end());
          };
        },
        "bytes follow the CBOR item"},
       {"tag 17", prefix("d1"), "not a COSE_Sign1 message", "tag 17"},
       {"tag 98", prefix("d862"), "not a COSE_Sign1 message", "tag 98"},
       {"tag 61, a CWT", prefix("d83d"), "not a COSE_Sign1 message", "tag 61"},
       {"two tags", prefix("d2d2"), "COSE_Sign1 is not of the CBOR type it must be", "tag"},
       {"a long tag", prefix("d812"), "the tag of COSE_Sign1 is not in its shortest CBOR form"},
       {"wrapped in a byte string", prefix("5a00010000"), "a CBOR item runs past the end"},
       {"wrapped in an array", prefix("81"), parts, "1"},
       {"a map", reframe(1, "a2"), "COSE_Sign1 is not of the CBOR type it must be", "map"},
       {"three parts", reframe(1, "83"), "bytes follow the CBOR item"},
       {"five parts", reframe(1, "85", "f6"), parts, "5"},
       {"a long head", reframe(1, "9804"), not_shortest},
       {"an indefinite array", reframe(1, "9f", "ff"), not_shortest, "an indefinite length"},
       {"nothing", [](Forgery& f) { f.edit_document = [](Bytes& d) { d.clear(); }; },
        "a CBOR item runs past the end"}},
      ErrorKind::malformed);
}

TEST(FramingRefusals, Headers) {
  const std::string only =
      "the protected header of COSE_Sign1 must hold the algorithm and nothing else";
  const std::string algorithm = "COSE_Sign1 names an algorithm that is not accepted";
  const std::string not_empty = "the unprotected header of COSE_Sign1 is not empty";
  expect_refused(
      {{"no header", header(""), "a CBOR item runs past the end"},
       {"an empty map", header("a0"), only},
       {"a second label", header("a2013822044131"), only},
       {"a critical label", header("a2013822028104"), only},
       {"another label", header("a1033822"), only},
       {"the algorithm twice", header("a20138220126"), "a CBOR map has the key 1 twice"},
       {"not a map", header("3822"),
        "the protected header of COSE_Sign1 is not of the CBOR type it must be"},
       {"an indefinite map", header("bf013822ff"),
        "the protected header of COSE_Sign1 is not in its shortest CBOR form"},
       {"a long number", header("a101390022"), "the algorithm is not in its shortest CBOR form"},
       {"a byte behind", header("a101382200"), "bytes follow the CBOR item"},
       {"PS384", header("a1013825"), algorithm, "-38"},
       {"EdDSA", header("a10127"), algorithm, "-8"},
       {"HMAC 384", header("a10106"), algorithm, "6"},
       {"none at all", header("a10100"), algorithm, "0"},
       {"plus 35", header("a1011823"), algorithm, "35"},
       {"ES384 in words", header("a101654553333834"), algorithm, "text string"},
       {"null", header("a101f6"), algorithm, "null"},
       {"ES256 with a signature for it",
        [](Forgery& f) {
          header("a10126")(f);
          signature_of(64)(f);
        },
        "attestation documents are signed with ES384", "ES256"},
       {"ES512 with a signature for it",
        [](Forgery& f) {
          header("a1013823")(f);
          signature_of(132)(f);
        },
        "attestation documents are signed with ES384", "ES512"},
       {"ES256 with a signature for ES384", header("a10126"),
        "the signature of COSE_Sign1 has the wrong size", "96 bytes"},
       {"an unprotected key name", unprotected("a1044131"), not_empty},
       {"an unprotected algorithm", unprotected("a1013822"), not_empty},
       {"an unprotected array", unprotected("80"),
        "the unprotected header of COSE_Sign1 is not of the CBOR type it must be"},
       {"an unprotected null", unprotected("f6"),
        "the unprotected header of COSE_Sign1 is not of the CBOR type it must be"},
       {"an indefinite empty map", unprotected("bfff"),
        "the unprotected header of COSE_Sign1 is not in its shortest CBOR form"},
       {"a long empty map", unprotected("b800"),
        "the unprotected header of COSE_Sign1 is not in its shortest CBOR form"}},
      ErrorKind::malformed);
}

TEST(FramingRefusals, SignatureSizes) {
  const std::string wrong = "the signature of COSE_Sign1 has the wrong size";
  for (const std::size_t size : {0U, 1U, 48U, 64U, 95U, 97U, 102U, 104U, 132U, 192U})
    expect_refused({std::to_string(size), signature_of(size), wrong, std::to_string(size)},
                   ErrorKind::malformed);
}

TEST(FramingRefusals, Payloads) {
  const std::string wrong_size = "the attestation document's payload has the wrong size";
  const std::string not_a_map =
      "the attestation document's payload is not of the CBOR type it must be";
  expect_refused(
      {{"empty", payload(""), wrong_size, "0 bytes"},
       {"over 16384 bytes",
        [](Forgery& f) { f.edit_encoded_payload = [](Bytes& encoded) { encoded.resize(16385); }; },
        wrong_size, "16385 bytes"},
       {"an array", payload("80"), not_a_map, "array"},
       {"text", payload("6161"), not_a_map, "text string"},
       {"null", payload("f6"), not_a_map, "null"},
       {"a tagged map", payload("c1a0"), not_a_map, "tag"},
       {"an empty map", payload("a0"), "the attestation document has no 'pcrs'"},
       {"a byte behind",
        [](Forgery& f) {
          f.edit_encoded_payload = [](Bytes& encoded) { encoded.push_back(0xf6); };
        },
        "bytes follow the CBOR item"},
       {"a byte short",
        [](Forgery& f) { f.edit_encoded_payload = [](Bytes& encoded) { encoded.pop_back(); }; },
        "a CBOR item runs past the end"},
       {"no break code",
        [](Forgery& f) {
          f.edit_payload = [](Payload& fields) { fields.indefinite = true; };
          f.edit_encoded_payload = [](Bytes& encoded) { encoded.pop_back(); };
        },
        "a CBOR item runs past the end"},
       {"a pair more than announced",
        [](Forgery& f) { f.edit_encoded_payload = [](Bytes& encoded) { ++encoded[0]; }; },
        "a CBOR item runs past the end"},
       {"a pair less than announced",
        [](Forgery& f) { f.edit_encoded_payload = [](Bytes& encoded) { --encoded[0]; }; },
        "bytes follow the CBOR item"},
       {"2^63 pairs",
        [](Forgery& f) {
          f.edit_encoded_payload = [](Bytes& encoded) {
            const Bytes huge = hex("bb8000000000000000");
            encoded.erase(encoded.begin());
            encoded.insert(encoded.begin(), huge.begin(), huge.end());
          };
        },
        "a CBOR map claims more items than there is room for", "9223372036854775808"},
       {"a number for a key",
        edit([](Payload& fields) { fields.entries.emplace_back(hex("01"), hex("f6")); }),
        "a key of the attestation document is not of the CBOR type it must be"},
       {"an array for a key",
        edit([](Payload& fields) { fields.entries.emplace_back(hex("80"), hex("f6")); }),
        "a CBOR map key is neither an integer nor a string"},
       {"a float", add("other", hex("fb3ff0000000000000")),
        "CBOR holds a form that is not accepted", "a floating-point number"},
       {"undefined", set_hex("nonce", "f7"), "CBOR holds a form that is not accepted",
        "the value 'undefined'"},
       {"a string in chunks", set_hex("nonce", "5f41004100ff"),
        "CBOR holds a form that is not accepted", "a byte string of indefinite length"},
       {"nested too deeply", add("other", hex("818181818181818181818180")),
        "CBOR is nested too deeply"},
       {"5000 items", edit([](Payload& fields) {
          Bytes many(5003, 0xf6);
          many[0] = 0x99;
          many[1] = 0x13;
          many[2] = 0x88;
          fields.add("other", many);
        }),
        "CBOR has more items than it may have"}},
      ErrorKind::malformed);
}

TEST(FramingRefusals, DuplicateKeys) {
  for (const char* key : {"module_id", "digest", "timestamp", "pcrs", "certificate", "cabundle",
                          "public_key", "user_data", "nonce"})
    expect_refused({key, edit([=](Payload& fields) {
                      const auto entries = fields.entries;
                      for (const auto& [name, value] : entries)
                        if (name == test::cbor_text(key)) fields.entries.emplace_back(name, value);
                    }),
                    "a CBOR map has the key '" + std::string(key) + "' twice"},
                   ErrorKind::malformed);
  expect_refused({{"in two spellings", edit([](Payload& fields) {
                     fields.entries.emplace_back(hex("78056e6f6e6365"), hex("f6"));
                   }),
                   "a CBOR map has the key 'nonce' twice"},
                  {"an unknown key", edit([](Payload& fields) {
                     fields.add("other", hex("f6"));
                     fields.add("other", hex("f6"));
                   }),
                   "a CBOR map has the key 'other' twice"},
                  {"inside an unknown value", add("other", hex("a200f600f6")),
                   "a CBOR map has the key 0 twice"},
                  {"with an indefinite payload", edit([](Payload& fields) {
                     fields.indefinite = true;
                     fields.add("nonce", hex("f6"));
                   }),
                   "a CBOR map has the key 'nonce' twice"}},
                 ErrorKind::malformed);
}

}  // namespace
}  // namespace reproduce::attestation
