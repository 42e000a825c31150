// Checklist items 4 to 7: documents whose fields are wrong in one way each. All of
// them are signed properly, so that nothing but the field can refuse them.

#include <cstdint>
#include <limits>

#include "attestation/refusals.hpp"
#include "support/forge.hpp"
#include <gtest/gtest.h>

#include "reproduce/cose/cbor_writer.hpp"

namespace reproduce::attestation {
namespace {

using test::Forgery;
using test::Payload;

Spoil erase(const char* key) {
  return edit([=](Payload& fields) { fields.erase(key); });
}

/// pcrs with one more entry, or the key of PCR0 replaced.
Spoil registers(const std::function<void(cose::CborWriter&)>& write, std::size_t pairs) {
  cose::CborWriter out;
  out.map(pairs);
  write(out);
  return set("pcrs", std::move(out).bytes());
}

Spoil pcr0_of(std::size_t size) {
  return [=](Forgery& forgery) { forgery.pcrs[0] = Bytes(size, 1); };
}

Spoil register_at(std::uint64_t index) {
  return registers(
      [=](cose::CborWriter& out) {
        out.unsigned_integer(index);
        out.byte_string(Bytes(48));
      },
      1);
}

TEST(FieldRefusals, MissingAndMistypedFields) {
  for (const char* key : {"module_id", "digest", "timestamp", "pcrs", "certificate", "cabundle"}) {
    const std::string name = "'" + std::string(key) + "'";
    expect_refused({"no " + name, erase(key), "the attestation document has no " + name},
                   ErrorKind::malformed);
    for (const char* wrong : {"f6", "f5", "20", "c100"})
      expect_refused({name + " is " + wrong, set_hex(key, wrong),
                      name + " is not of the CBOR type it must be"},
                     ErrorKind::malformed);
  }
}

TEST(FieldRefusals, ModuleIdDigestAndTimestamp) {
  const std::string digest = "'digest' names another digest than enclaves have";
  const std::string time = "'timestamp' is no time that a document can have";
  const std::string type = " is not of the CBOR type it must be";
  expect_refused(
      {{"an empty module_id", set_hex("module_id", "60"), "'module_id' is empty"},
       {"module_id in bytes", set_hex("module_id", "4161"), "'module_id'" + type},
       {"module_id in Latin-1", set_hex("module_id", "61fc"), "a CBOR text string is not UTF-8"},
       {"SHA256", set("digest", test::cbor_text("SHA256")), digest, "SHA256"},
       {"SHA512", set("digest", test::cbor_text("SHA512")), digest, "SHA512"},
       {"sha384", set("digest", test::cbor_text("sha384")), digest, "sha384"},
       {"SHA-384", set("digest", test::cbor_text("SHA-384")), digest, "SHA-384"},
       {"no digest", set("digest", test::cbor_text("")), digest},
       {"SHA384 in bytes", set("digest", test::cbor_bytes(as_bytes("SHA384"))), "'digest'" + type},
       {"SHA384 and NUL", set("digest", test::cbor_text({"SHA384\0", 7})), digest},
       {"time 0", set("timestamp", test::cbor_unsigned(0)), time, "0"},
       {"the year 10000", set("timestamp", test::cbor_unsigned(253402300800000)), time},
       {"the end of 64 bits",
        set("timestamp", test::cbor_unsigned(std::numeric_limits<std::uint64_t>::max())), time},
       {"a negative time", set_hex("timestamp", "3903e7"), "'timestamp'" + type},
       {"a time in words", set("timestamp", test::cbor_text("2026-01-01T00:00:00Z")),
        "'timestamp'" + type},
       {"a tagged time", set_hex("timestamp", "c11a514b67b0"), "'timestamp'" + type}},
      ErrorKind::malformed);
}

TEST(FieldRefusals, Registers) {
  const std::string exists = "'pcrs' has a register that does not exist";
  const std::string index_type = "a register's index in 'pcrs' is not of the CBOR type it must be";
  expect_refused(
      {{"none", set_hex("pcrs", "a0"), "'pcrs' has the wrong number of registers", "0"},
       {"an array", set_hex("pcrs", "80"), "'pcrs' is not of the CBOR type it must be"},
       {"33 of them",
        [](Forgery& f) {
          for (std::uint32_t index = 0; index < 33; ++index) f.pcrs[index] = Bytes(48);
        },
        "'pcrs' has the wrong number of registers", "33"},
       {"PCR32", register_at(32), exists, "32"},
       {"PCR2^32", register_at(std::uint64_t{1} << 32), exists, "4294967296"},
       {"PCR2^64-1", register_at(std::numeric_limits<std::uint64_t>::max()), exists},
       {"PCR-1",
        set("pcrs", hex("a1205820"
                        "0000000000000000000000000000000000000000000000000000000000000000")),
        index_type, "negative integer"},
       {"PCR '0'",
        set("pcrs", hex("a161305820"
                        "0000000000000000000000000000000000000000000000000000000000000000")),
        index_type, "text string"},
       {"PCR0 twice",
        registers(
            [](cose::CborWriter& out) {
              for (int twice = 0; twice < 2; ++twice) {
                out.unsigned_integer(0);
                out.byte_string(Bytes(48));
              }
            },
            2),
        "a CBOR map has the key 0 twice"},
       {"PCR0 in two spellings",
        registers(
            [](cose::CborWriter& out) {
              out.unsigned_integer(0);
              out.byte_string(Bytes(48));
              out.encoded(hex("1800"));
              out.byte_string(Bytes(48, 1));
            },
            2),
        "a CBOR map has the key 0 twice"},
       {"null", set_hex("pcrs", "a100f6"), "PCR0 is not of the CBOR type it must be", "null"},
       {"text", set_hex("pcrs", "a1006161"), "PCR0 is not of the CBOR type it must be"},
       {"a list of numbers", set_hex("pcrs", "a1008100"),
        "PCR0 is not of the CBOR type it must be"}},
      ErrorKind::malformed);
  for (const std::size_t size : {0U, 1U, 31U, 33U, 47U, 49U, 63U, 65U, 96U})
    expect_refused({std::to_string(size) + " bytes", pcr0_of(size), "PCR0 has the wrong size",
                    std::to_string(size)},
                   ErrorKind::malformed);
}

TEST(FieldRefusals, OptionalFields) {
  for (const char* key : {"public_key", "user_data", "nonce"}) {
    const std::string name = "'" + std::string(key) + "'";
    expect_refused(
        {{name + " of 1025 bytes", set(key, test::cbor_bytes(Bytes(1025))),
          name + " has the wrong size", "1025 bytes"},
         {name + " as text", set(key, test::cbor_text("words")),
          name + " is not of the CBOR type it must be", "text string"},
         {name + " as a number", set_hex(key, "00"), name + " is not of the CBOR type it must be"},
         {name + " as false", set_hex(key, "f4"), name + " is not of the CBOR type it must be"},
         {name + " as a list", set_hex(key, "80"), name + " is not of the CBOR type it must be"}},
        ErrorKind::malformed);
  }
}

TEST(FieldRefusals, CertificateFields) {
  const auto leaf = [](const std::function<void(Bytes&)>& change) -> Spoil {
    return [=](Forgery& forgery) {
      forgery.edit_certificates = [=](std::vector<Bytes>& chain) { change(chain.back()); };
    };
  };
  const auto zonal = [](const std::function<void(Bytes&)>& change) -> Spoil {
    return [=](Forgery& forgery) {
      forgery.edit_certificates = [=](std::vector<Bytes>& chain) { change(chain[2]); };
    };
  };
  const auto push = [](Bytes& der) { der.push_back(0); };
  const auto pop = [](Bytes& der) { der.pop_back(); };
  const auto clear = [](Bytes& der) { der.clear(); };
  const auto grow = [](Bytes& der) { der.resize(1025); };
  const auto pem = [](Bytes& der) {
    const std::string text = test::to_pem(der);
    der.assign(text.begin(), text.end());
  };
  const std::string no_leaf = "'certificate' is not an X.509 certificate";
  const std::string no_zonal = "'cabundle' entry 2 is not an X.509 certificate";
  expect_refused(
      {{"an empty leaf", leaf(clear), "'certificate' has the wrong size", "0 bytes"},
       {"a leaf of 1025 bytes", leaf(grow), "'certificate' has the wrong size", "1025 bytes"},
       {"a leaf cut short", leaf(pop), no_leaf},
       {"a leaf and a byte", leaf(push), "'certificate' is followed by other bytes"},
       {"a leaf in PEM", leaf(pem), no_leaf},
       {"an empty issuer", zonal(clear), "'cabundle' entry 2 has the wrong size", "0 bytes"},
       {"an issuer of 1025 bytes", zonal(grow), "'cabundle' entry 2 has the wrong size"},
       {"an issuer cut short", zonal(pop), no_zonal},
       {"an issuer and a byte", zonal(push), "'cabundle' entry 2 is followed by other bytes"},
       {"an issuer in PEM", zonal(pem), no_zonal},
       {"no issuers", set_hex("cabundle", "80"), "'cabundle' is empty"},
       {"issuers in a map", set_hex("cabundle", "a0"),
        "'cabundle' is not of the CBOR type it must be"},
       {"an issuer as text", set_hex("cabundle", "816161"),
        "'cabundle' entry 0 is not of the CBOR type it must be"},
       {"a null issuer", set_hex("cabundle", "81f6"),
        "'cabundle' entry 0 is not of the CBOR type it must be"}},
      ErrorKind::malformed);
}

TEST(FieldRefusals, NitroTpmDocuments) {
  const std::string reason =
      "this is a NitroTPM document of an EC2 instance, not an enclave's document";
  expect_refused({{"in place of pcrs", edit([](Payload& fields) {
                     for (auto& [name, value] : fields.entries)
                       if (name == test::cbor_text("pcrs")) name = test::cbor_text("nitrotpm_pcrs");
                   }),
                   reason, "nitrotpm_pcrs"},
                  {"beside pcrs", add("nitrotpm_pcrs", hex("a0")), reason}},
                 ErrorKind::malformed);
}

}  // namespace
}  // namespace reproduce::attestation
