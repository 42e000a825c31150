#include "reproduce/base/text.hpp"
#include "reproduce/cose/cbor_writer.hpp"
#include "reproduce/exports/formats.hpp"

namespace reproduce::exports {
namespace {

// Numbers of the CDDL in draft-ietf-rats-corim.
constexpr std::uint64_t corim_tag = 501;
constexpr std::uint64_t comid_tag = 506;
namespace corim_key {
constexpr int id = 0;
constexpr int tags = 1;
}  // namespace corim_key
namespace comid_key {
constexpr int tag_identity = 1;
constexpr int triples = 4;
}  // namespace comid_key
constexpr int tag_id = 0;
constexpr int reference_triples = 0;
constexpr int environment_class = 0;
namespace class_key {
constexpr int vendor = 1;
constexpr int model = 2;
}  // namespace class_key
constexpr int measured_values = 1;
constexpr int integrity_registers = 14;
/// SHA-384 in the registry of named information.
constexpr int sha_384 = 7;

/// [ environment, [ measurement ] ]
void write_triple(cose::CborWriter& out, const Reference& reference) {
  out.array(2);
  out.map(1);
  out.integer(environment_class);
  out.map(2);
  out.integer(class_key::vendor);
  out.text_string("Amazon Web Services");
  out.integer(class_key::model);
  out.text_string("Nitro Enclave");

  out.array(1);
  out.map(1);
  out.integer(measured_values);
  out.map(1);
  out.integer(integrity_registers);
  out.map(reference.registers.size());
  for (const auto& [index, value] : reference.registers) {
    out.unsigned_integer(index);
    out.array(1);
    out.array(2);
    out.integer(sha_384);
    out.byte_string(value);
  }
}

Bytes comid(const std::string& id, const Reference& reference) {
  cose::CborWriter out;
  out.map(2);
  out.integer(comid_key::tag_identity);
  out.map(1);
  out.integer(tag_id);
  out.text_string(id);
  out.integer(comid_key::triples);
  out.map(1);
  out.integer(reference_triples);
  out.array(1);
  write_triple(out, reference);
  return std::move(out).bytes();
}

}  // namespace

Bytes corim(const Reference& reference) {
  // The same image has the same name, wherever it is published.
  const std::string id = "reproduce:" + printable(reference.name);
  cose::CborWriter out;
  out.tag(corim_tag);
  out.map(2);
  out.integer(corim_key::id);
  out.text_string(id);
  out.integer(corim_key::tags);
  out.array(1);
  out.tag(comid_tag);
  out.byte_string(comid(id, reference));
  return std::move(out).bytes();
}

}  // namespace reproduce::exports
