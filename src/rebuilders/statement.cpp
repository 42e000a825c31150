#include "reproduce/rebuilders/statement.hpp"

#include <algorithm>
#include <utility>

#include <nlohmann/json.hpp>

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/json_text.hpp"
#include "reproduce/dsse/envelope.hpp"
#include "reproduce/published/registers.hpp"

namespace reproduce::rebuilders {
namespace {

using nlohmann::json;

constexpr std::size_t most_levels = 32;  // ours has eight; predicates of others may have more
constexpr std::string_view statement_type = "https://in-toto.io/Statement/v1";
constexpr std::string_view provenance_type = "https://slsa.dev/provenance/v1";

[[noreturn]] void fail(const std::string& what, std::string got = {}) {
  throw Error(
      ErrorKind::malformed, what,
      {.expected = "an in-toto Statement v1 with SLSA provenance v1", .got = std::move(got)});
}

/// What stands at a pointer; null where there is nothing.
const json* find(const json& root, const char* pointer) {
  const json::json_pointer place(pointer);
  return root.contains(place) ? &root.at(place) : nullptr;
}

/// The text at a pointer; empty where there is none.
std::string text_at(const json& root, const char* pointer) {
  const json* const found = find(root, pointer);
  return found != nullptr && found->is_string() ? found->get<std::string>() : std::string();
}

/// A digest in hexadecimal of `size` bytes; nothing where it is not there.
std::optional<Bytes> digest_of(const json& digests, const char* algorithm, std::size_t size) {
  const auto found = digests.find(algorithm);
  if (found == digests.end()) return std::nullopt;
  std::optional<Bytes> bytes;
  if (found->is_string()) bytes = from_hex(found->get_ref<const std::string&>());
  if (!bytes || bytes->size() != size)
    fail("a digest of the statement is none", algorithm + std::string(": ") + found->dump());
  return bytes;
}

Sha256Digest as_sha256(const Bytes& bytes) {
  Sha256Digest digest{};
  std::ranges::copy(bytes, digest.begin());
  return digest;
}

void add_subject(const json& subject, Statement& statement) {
  const json* const digests = subject.is_object() ? find(subject, "/digest") : nullptr;
  if (digests == nullptr || !digests->is_object()) fail("a subject of the statement has no digest");
  const std::string name = text_at(subject, "/name");
  if (const std::optional<std::uint32_t> index = published::find_index(name)) {
    const std::optional<Bytes> value =
        digest_of(*digests, "sha384", std::tuple_size_v<Sha384Digest>);
    if (!value) fail("the statement's " + name + " has no SHA-384");
    if (!statement.registers.emplace(*index, *value).second)
      fail("the statement has " + name + " twice");
    return;
  }
  if (const auto digest = digest_of(*digests, "sha256", std::tuple_size_v<Sha256Digest>))
    statement.images.push_back({name, as_sha256(*digest)});
}

/// All three or none: with PCR0 alone, bytes could move between the ramdisks unseen.
void require_whole(const Statement& statement) {
  std::size_t count = 0;
  for (const std::uint32_t index : {0U, 1U, 2U}) count += statement.registers.count(index);
  if (count != 0 && count != 3) fail("the statement has some of PCR0, PCR1 and PCR2, and not all");
  if (count == 0 && statement.images.empty()) fail("the statement names no image and no registers");
}

json parse_strictly(ByteView payload) {
  const std::string_view text = as_text(payload);
  if (const std::optional<JsonFault> fault = find_json_fault(text, most_levels))
    fail("the statement " + std::string(words_for(fault->kind)), fault->got);
  return json::parse(text);
}

bool has_signed(const Rebuilder& rebuilder, ByteView message,
                const std::vector<dsse::Signature>& signatures) {
  return std::ranges::any_of(rebuilder.keys, [&](const PublicKey& key) {
    return std::ranges::any_of(signatures, [&](const dsse::Signature& signature) {
      return key.signed_this(message, signature.value);
    });
  });
}

}  // namespace

bool is_statement(std::string_view text) {
  return has_outer_key(text, "_type", most_levels);
}

Statement parse_statement(ByteView payload) {
  const json root = parse_strictly(payload);
  const std::string type = text_at(root, "/_type");
  if (type != statement_type) fail("this is no statement that is known", type);
  const std::string predicate = text_at(root, "/predicateType");
  if (predicate != provenance_type) fail("the statement says nothing of a build", predicate);
  const json* const subjects = find(root, "/subject");
  if (subjects == nullptr || !subjects->is_array()) fail("the statement has no subjects");
  Statement statement;
  for (const json& subject : *subjects) add_subject(subject, statement);
  require_whole(statement);
  statement.builder = text_at(root, "/predicate/runDetails/builder/id");
  const json* const recipe =
      find(root, "/predicate/buildDefinition/externalParameters/recipe/digest");
  if (recipe != nullptr && recipe->is_object())
    if (const auto digest =
            digest_of(*recipe, "reproduceRecipeV1", std::tuple_size_v<Sha256Digest>))
      statement.recipe = as_sha256(*digest);
  return statement;
}

SignedStatement read_signed_statement(const std::string& file, std::string_view text,
                                      std::span<const Rebuilder> rebuilders) {
  try {
    const dsse::Envelope envelope = dsse::parse_envelope(text);
    if (envelope.payload_type != dsse::in_toto_type)
      fail("what the envelope holds is no statement", envelope.payload_type);
    SignedStatement result{
        .file = file, .statement = parse_statement(envelope.payload), .signers = {}};
    const Bytes message = dsse::pre_authentication(envelope.payload_type, envelope.payload);
    for (const Rebuilder& rebuilder : rebuilders)
      if (has_signed(rebuilder, message, envelope.signatures))
        result.signers.push_back(rebuilder.name);
    return result;
  } catch (Error& error) {
    error.set_file_if_unknown(file);
    throw;
  }
}

}  // namespace reproduce::rebuilders
