// Checklist items 1 to 7 of the attestation document, and every length.

#include <cstdint>
#include <functional>
#include <tuple>
#include <utility>

#include "attestation/one_wrong.hpp"
#include "support/forge.hpp"

#include "reproduce/base/hex.hpp"
#include "reproduce/cose/cbor_writer.hpp"

namespace reproduce::attestation {
namespace {

using test::Forgery;
using test::Payload;

Spoil document(std::function<void(Bytes&)> change) {
  return [change = std::move(change)](Forgery& forgery) { forgery.edit_document = change; };
}

Spoil prefix(const char* digits) {
  return document(
      [bytes = hex(digits)](Bytes& d) { d.insert(d.begin(), bytes.begin(), bytes.end()); });
}

Spoil suffix(const char* digits) {
  return document(
      [bytes = hex(digits)](Bytes& d) { d.insert(d.end(), bytes.begin(), bytes.end()); });
}

/// The first byte of the document replaced.
Spoil head(const char* digits, const char* back = "") {
  return document([front = hex(digits), tail = hex(back)](Bytes& d) {
    d.erase(d.begin());
    d.insert(d.begin(), front.begin(), front.end());
    d.insert(d.end(), tail.begin(), tail.end());
  });
}

Spoil header(const char* digits) {
  return [bytes = hex(digits)](Forgery& forgery) { forgery.protected_header = bytes; };
}

Spoil unprotected(const char* digits) {
  return [bytes = hex(digits)](Forgery& forgery) { forgery.unprotected_header = bytes; };
}

Spoil payload(std::function<void(Bytes&)> change) {
  return [change = std::move(change)](Forgery& forgery) { forgery.edit_encoded_payload = change; };
}

Spoil signature_of(std::size_t size) {
  return [=](Forgery& forgery) {
    forgery.edit_signature = [=](Bytes& signature) { signature.resize(size, 1); };
  };
}

Spoil erase(const char* key) {
  return edit([=](Payload& fields) { fields.erase(key); });
}

Spoil repeat(const char* key) {
  return edit([=](Payload& fields) {
    const auto entries = fields.entries;
    for (const auto& [name, value] : entries)
      if (name == test::cbor_text(key)) fields.entries.emplace_back(name, value);
  });
}

/// `pcrs` of one register with this key.
Spoil one_register(const char* key) {
  return set("pcrs", hex(("a1" + std::string(key) + "5830" + std::string(96, '1')).c_str()));
}

Spoil pcr0_of(std::size_t size) {
  return [=](Forgery& forgery) { forgery.pcrs[0] = Bytes(size, 1); };
}

Spoil certificate(std::size_t link, const std::function<void(Bytes&)>& change) {
  return [=](Forgery& forgery) {
    forgery.edit_certificates = [=](std::vector<Bytes>& chain) { change(chain[link]); };
  };
}

using Rows = std::vector<OneWrong>;

constexpr ErrorKind malformed = ErrorKind::malformed;

void add_framing(Rows& rows) {
  const std::string parts = "COSE_Sign1 has the wrong number of parts";
  const std::string form = "COSE_Sign1 is not in its shortest CBOR form";
  const std::string type = "COSE_Sign1 is not of the CBOR type it must be";
  const Rows more = {
      {"HasAByteBehindIt", malformed, suffix("00"), "bytes follow the CBOR item"},
      {"HasAWholeItemBehindIt", malformed, suffix("a0"), "bytes follow the CBOR item"},
      {"HasTheTagOfAMacInFront", malformed, prefix("d1"), "not a COSE_Sign1 message", "tag 17"},
      {"HasTheTagOfSeveralSignersInFront", malformed, prefix("d862"), "not a COSE_Sign1 message"},
      {"HasItsTagTwice", malformed, prefix("d2d2"), type, "tag"},
      {"HasItsTagInALongForm", malformed, prefix("d812"),
       "the tag of COSE_Sign1 is not in its shortest CBOR form"},
      {"IsAMap", malformed, head("a2"), type, "map"},
      {"HasThreeParts", malformed, head("83"), "bytes follow the CBOR item"},
      {"HasFiveParts", malformed, head("85", "f6"), parts, "5"},
      {"IsAnArrayInAnArray", malformed, prefix("81"), parts, "1"},
      {"HasItsArrayInALongForm", malformed, head("9804"), form},
      {"IsAnArrayOfIndefiniteLength", malformed, head("9f", "ff"), form, "indefinite"},
      {"IsEmpty", malformed, document([](Bytes& d) { d.clear(); }),
       "a CBOR item runs past the end"},
      {"EndsAByteEarly", malformed, document([](Bytes& d) { d.pop_back(); }),
       "a CBOR item runs past the end"},
      {"EndsInTheMiddle", malformed, document([](Bytes& d) { d.resize(d.size() / 2); }),
       "a CBOR item runs past the end"}};
  rows.insert(rows.end(), more.begin(), more.end());
}

void add_headers(Rows& rows) {
  const std::string only =
      "the protected header of COSE_Sign1 must hold the algorithm and nothing else";
  const std::string algorithm = "COSE_Sign1 names an algorithm that is not accepted";
  const std::string not_empty = "the unprotected header of COSE_Sign1 is not empty";
  const Rows more = {
      {"HasNoProtectedHeader", malformed, header(""), "a CBOR item runs past the end"},
      {"HasAnEmptyProtectedHeader", malformed, header("a0"), only},
      {"HasAKeyNameInItsProtectedHeader", malformed, header("a2013822044131"), only},
      {"HasACriticalLabelInItsProtectedHeader", malformed, header("a2013822028104"), only},
      {"HasItsAlgorithmUnderAnotherLabel", malformed, header("a1033822"), only},
      {"HasItsAlgorithmTwice", malformed, header("a20138220126"), "a CBOR map has the key 1 twice"},
      {"HasAnArrayForItsProtectedHeader", malformed, header("82013822"),
       "the protected header of COSE_Sign1 is not of the CBOR type it must be"},
      {"HasAProtectedHeaderOfIndefiniteLength", malformed, header("bf013822ff"),
       "the protected header of COSE_Sign1 is not in its shortest CBOR form"},
      {"HasItsAlgorithmInALongForm", malformed, header("a101390022"),
       "the algorithm is not in its shortest CBOR form"},
      {"HasAByteBehindItsProtectedHeader", malformed, header("a101382200"),
       "bytes follow the CBOR item"},
      {"NamesPs384", malformed, header("a1013825"), algorithm, "-38"},
      {"NamesEdDsa", malformed, header("a10127"), algorithm, "-8"},
      {"NamesAMac", malformed, header("a10106"), algorithm, "6"},
      {"NamesNoAlgorithm", malformed, header("a10100"), algorithm, "0"},
      {"NamesItsAlgorithmInWords", malformed, header("a101654553333834"), algorithm},
      {"NamesEs512ForASignatureOfEs384", malformed, header("a1013823"),
       "the signature of COSE_Sign1 has the wrong size"},
      {"HasAKeyNameInItsUnprotectedHeader", malformed, unprotected("a1044131"), not_empty},
      {"HasItsAlgorithmInItsUnprotectedHeader", malformed, unprotected("a1013822"), not_empty},
      {"HasNullForItsUnprotectedHeader", malformed, unprotected("f6"),
       "the unprotected header of COSE_Sign1 is not of the CBOR type it must be"},
      {"HasAnUnprotectedHeaderOfIndefiniteLength", malformed, unprotected("bfff"),
       "the unprotected header of COSE_Sign1 is not in its shortest CBOR form"}};
  rows.insert(rows.end(), more.begin(), more.end());
  for (const std::size_t size : {0U, 48U, 95U, 97U, 104U, 132U})
    rows.push_back({"HasASignatureOf" + std::to_string(size) + "Bytes", malformed,
                    signature_of(size), "the signature of COSE_Sign1 has the wrong size",
                    std::to_string(size)});
}

void add_payloads(Rows& rows) {
  const std::string size = "the attestation document's payload has the wrong size";
  const std::string accepted = "CBOR holds a form that is not accepted";
  const auto replaced = [](const char* digits) {
    return payload([bytes = hex(digits)](Bytes& encoded) { encoded = bytes; });
  };
  const Rows more = {
      {"HasAnEmptyPayload", malformed, replaced(""), size, "0 bytes"},
      {"HasAPayloadOf16385Bytes", malformed, payload([](Bytes& p) { p.resize(16385); }), size,
       "16385"},
      {"HasAnArrayForItsPayload", malformed, replaced("80"),
       "the attestation document's payload is not of the CBOR type it must be", "array"},
      {"HasATaggedPayload", malformed, replaced("c1a0"),
       "the attestation document's payload is not of the CBOR type it must be", "tag"},
      {"HasAByteBehindItsPayload", malformed, payload([](Bytes& p) { p.push_back(0xf6); }),
       "bytes follow the CBOR item"},
      {"HasAPayloadThatEndsEarly", malformed, payload([](Bytes& p) { p.pop_back(); }),
       "a CBOR item runs past the end"},
      {"AnnouncesAPairMoreThanThereIs", malformed, payload([](Bytes& p) { ++p[0]; }),
       "a CBOR item runs past the end"},
      {"AnnouncesAPairLessThanThereIs", malformed, payload([](Bytes& p) { --p[0]; }),
       "bytes follow the CBOR item"},
      {"AnnouncesPairsWithoutEnd", malformed, payload([](Bytes& p) {
         const Bytes huge = hex("bbffffffffffffffff");
         p.erase(p.begin());
         p.insert(p.begin(), huge.begin(), huge.end());
       }),
       "a CBOR map claims more items than there is room for"},
      {"HasAPayloadOfIndefiniteLengthWithoutAnEnd", malformed,
       [](Forgery& f) {
         f.edit_payload = [](Payload& fields) { fields.indefinite = true; };
         f.edit_encoded_payload = [](Bytes& p) { p.pop_back(); };
       },
       "a CBOR item runs past the end"},
      {"HasANumberForAKey", malformed,
       edit([](Payload& fields) { fields.entries.emplace_back(hex("01"), hex("f6")); }),
       "a key of the attestation document is not of the CBOR type it must be"},
      {"HasAFractionInIt", malformed, add("other", hex("fb3ff0000000000000")), accepted},
      {"HasAHalfPrecisionNumberInIt", malformed, add("other", hex("f93c00")), accepted},
      {"HasUndefinedInIt", malformed, set_hex("nonce", "f7"), accepted},
      {"HasASimpleValueInIt", malformed, set_hex("nonce", "f8ff"), "no CBOR item starts here"},
      {"HasAByteStringInChunks", malformed, set_hex("nonce", "5f41004100ff"), accepted},
      {"HasATextInChunks", malformed, set_hex("module_id", "7f6161ff"), accepted},
      {"HasAReservedLengthInIt", malformed, set_hex("nonce", "5c"), "no CBOR item starts here"},
      {"IsNestedTooDeeply", malformed, add("other", hex("818181818181818181818180")),
       "CBOR is nested too deeply"},
      {"HasTextThatIsNoUtf8", malformed, set_hex("module_id", "61fc"),
       "a CBOR text string is not UTF-8"}};
  rows.insert(rows.end(), more.begin(), more.end());
  for (const char* key : {"module_id", "digest", "timestamp", "pcrs", "certificate", "cabundle",
                          "public_key", "user_data", "nonce"})
    rows.push_back({"HasTheKey_" + std::string(key) + "_Twice", malformed, repeat(key),
                    "a CBOR map has the key '" + std::string(key) + "' twice"});
  for (const char* key : {"module_id", "digest", "timestamp", "pcrs", "certificate", "cabundle"}) {
    rows.push_back({"HasNo_" + std::string(key), malformed, erase(key),
                    "the attestation document has no '" + std::string(key) + "'"});
    rows.push_back({"HasNullFor_" + std::string(key), malformed, set_hex(key, "f6"),
                    "'" + std::string(key) + "' is not of the CBOR type it must be", "null"});
  }
}

void add_fields(Rows& rows) {
  const std::string digest = "'digest' names another digest than enclaves have";
  const std::string time = "'timestamp' is no time that a document can have";
  const Rows more = {
      {"HasAnEmptyModuleId", malformed, set_hex("module_id", "60"), "'module_id' is empty"},
      {"NamesSha256", malformed, set("digest", test::cbor_text("SHA256")), digest, "SHA256"},
      {"NamesSha384InSmallLetters", malformed, set("digest", test::cbor_text("sha384")), digest},
      {"HasNoTime", malformed, set("timestamp", test::cbor_unsigned(0)), time, "0"},
      {"IsOfTheYear10000", malformed, set("timestamp", test::cbor_unsigned(253402300800000)), time},
      {"IsOfATimeBefore1970", malformed, set_hex("timestamp", "3903e7"),
       "'timestamp' is not of the CBOR type it must be"},
      {"HasNoRegister", malformed, set_hex("pcrs", "a0"),
       "'pcrs' has the wrong number of registers", "0"},
      {"Has33Registers", malformed,
       [](Forgery& f) {
         for (std::uint32_t index = 0; index < 33; ++index) f.pcrs[index] = Bytes(48);
       },
       "'pcrs' has the wrong number of registers", "33"},
      {"HasPcr32", malformed, one_register("1820"), "'pcrs' has a register that does not exist",
       "32"},
      {"HasARegisterOf64Bits", malformed, one_register("1bffffffffffffffff"),
       "'pcrs' has a register that does not exist"},
      {"HasANegativeRegister", malformed, one_register("20"),
       "a register's index in 'pcrs' is not of the CBOR type it must be", "negative integer"},
      {"HasARegisterNamedInWords", malformed, one_register("6130"),
       "a register's index in 'pcrs' is not of the CBOR type it must be", "text string"},
      {"HasPcr0InTwoSpellings", malformed,
       set("pcrs",
           hex(("a2005830" + std::string(96, '1') + "18005830" + std::string(96, '2')).c_str())),
       "a CBOR map has the key 0 twice"},
      {"HasNullForPcr0", malformed, set_hex("pcrs", "a100f6"),
       "PCR0 is not of the CBOR type it must be", "null"},
      {"HasTheRegistersOfANitroTpm", malformed, edit([](Payload& fields) {
         for (auto& [name, value] : fields.entries)
           if (name == test::cbor_text("pcrs")) name = test::cbor_text("nitrotpm_pcrs");
       }),
       "this is a NitroTPM document of an EC2 instance, not an enclave's document"},
      {"HasAnEmptyBundle", malformed, set_hex("cabundle", "80"), "'cabundle' is empty"},
      {"HasAMapForItsBundle", malformed, set_hex("cabundle", "a0"),
       "'cabundle' is not of the CBOR type it must be", "map"},
      {"HasTextInItsBundle", malformed, set_hex("cabundle", "816161"),
       "'cabundle' entry 0 is not of the CBOR type it must be"}};
  rows.insert(rows.end(), more.begin(), more.end());
}

void add_lengths(Rows& rows) {
  for (const std::size_t size : {0U, 31U, 33U, 47U, 49U, 63U, 65U})
    rows.push_back({"HasPcr0Of" + std::to_string(size) + "Bytes", malformed, pcr0_of(size),
                    "PCR0 has the wrong size", std::to_string(size)});
  for (const char* key : {"public_key", "user_data", "nonce"}) {
    const std::string place = "'" + std::string(key) + "'";
    rows.push_back({"Has1025BytesOf_" + std::string(key), malformed,
                    set(key, test::cbor_bytes(Bytes(1025))), place + " has the wrong size",
                    "1025 bytes"});
    rows.push_back({"HasTextFor_" + std::string(key), malformed, set(key, test::cbor_text("words")),
                    place + " is not of the CBOR type it must be", "text string"});
  }
  constexpr std::size_t zonal = 2;
  constexpr std::size_t leaf = 4;
  for (const auto& [link, name, place] : {std::tuple(leaf, "Leaf", "'certificate'"),
                                          std::tuple(zonal, "Issuer", "'cabundle' entry 2")}) {
    const std::string who = name;
    const std::string where = place;
    rows.push_back({"HasAnEmpty" + who, malformed, certificate(link, [](Bytes& d) { d.clear(); }),
                    where + " has the wrong size", "0 bytes"});
    rows.push_back({"HasA" + who + "Of1025Bytes", malformed,
                    certificate(link, [](Bytes& d) { d.resize(1025); }),
                    where + " has the wrong size", "1025 bytes"});
    rows.push_back({"HasA" + who + "ThatEndsEarly", malformed,
                    certificate(link, [](Bytes& d) { d.pop_back(); }),
                    where + " is not an X.509 certificate"});
    rows.push_back({"HasA" + who + "WithAByteBehindIt", malformed,
                    certificate(link, [](Bytes& d) { d.push_back(0); }),
                    where + " is followed by other bytes"});
  }
}

}  // namespace

std::vector<OneWrong> wrong_forms() {
  Rows rows;
  add_framing(rows);
  add_headers(rows);
  add_payloads(rows);
  add_fields(rows);
  add_lengths(rows);
  return rows;
}

}  // namespace reproduce::attestation
