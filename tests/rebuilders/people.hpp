#pragma once

/// Rebuilders and what they sign, for tests.

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/pki.hpp"

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/dsse/envelope.hpp"
#include "reproduce/rebuilders/judge.hpp"

namespace reproduce::rebuilders::test {

using reproduce::test::KeyKind;
using reproduce::test::PrivateKey;

/// What a statement says, each part by one byte that fills it.
struct Said {
  std::optional<std::uint8_t> image = 0xaa;
  std::map<std::uint32_t, std::uint8_t> registers{{0, 1}, {1, 2}, {2, 3}};
  std::optional<std::uint8_t> recipe = 0x50;
  std::string builder = "urn:alice";
  std::string predicate_type = "https://slsa.dev/provenance/v1";
};

inline std::string filled(std::uint8_t byte, std::size_t size) {
  return to_hex(Bytes(size, byte));
}

inline std::string statement_of(const Said& said) {
  std::string subjects;
  const auto add = [&](const std::string& name, const char* kind, const std::string& digest) {
    subjects += (subjects.empty() ? "" : ", ") + (R"({"name": ")" + name) + R"(", "digest": {")" +
                kind + R"(": ")" + digest + R"("}})";
  };
  if (said.image) add("app.eif", "sha256", filled(*said.image, 32));
  for (const auto& [index, byte] : said.registers)
    add("PCR" + std::to_string(index), "sha384", filled(byte, 48));
  const std::string recipe = said.recipe ? R"("recipe": {"digest": {"reproduceRecipeV1": ")" +
                                               filled(*said.recipe, 32) + R"("}})"
                                         : std::string();
  return R"({"_type": "https://in-toto.io/Statement/v1", "subject": [)" + subjects +
         R"(], "predicateType": ")" + said.predicate_type +
         R"(", "predicate": {"buildDefinition": {"externalParameters": {)" + recipe +
         R"(}}, "runDetails": {"builder": {"id": ")" + said.builder + R"("}}}})";
}

/// Somebody with a key.
class Person {
 public:
  explicit Person(std::string name, KeyKind kind = KeyKind::p256)
      : name_(std::move(name)), key_(std::make_unique<PrivateKey>(kind)) {}

  [[nodiscard]] const std::string& name() const { return name_; }

  [[nodiscard]] Rebuilder as_rebuilder() const { return {.name = name_, .keys = keys()}; }

  [[nodiscard]] std::vector<PublicKey> keys() const {
    std::vector<PublicKey> keys;
    keys.push_back(PublicKey::decode(key_->public_key_info()).value());
    return keys;
  }

  [[nodiscard]] dsse::Envelope envelope(const std::string& statement) const {
    const Bytes payload(statement.begin(), statement.end());
    const Bytes message = dsse::pre_authentication(dsse::in_toto_type, payload);
    return {.payload_type = std::string(dsse::in_toto_type),
            .payload = payload,
            .signatures = {{"", key_->sign_der(message)}}};
  }

  [[nodiscard]] std::string signs(const Said& said) const {
    return dsse::write_envelope(envelope(statement_of(said)));
  }

 private:
  std::string name_;
  std::unique_ptr<PrivateKey> key_;
};

inline std::vector<Rebuilder> rebuilders_of(const std::vector<const Person*>& people) {
  std::vector<Rebuilder> rebuilders;
  for (const Person* person : people) rebuilders.push_back(person->as_rebuilder());
  return rebuilders;
}

/// What Said{} is of, with the recipe or without.
inline Subject subject_of(const Said& said, bool with_recipe = true) {
  Subject subject;
  for (const auto& [index, byte] : said.registers)
    subject.registers.emplace(index, Bytes(48, byte));
  const auto digest = [](std::uint8_t byte) {
    Sha256Digest value{};
    value.fill(byte);
    return value;
  };
  if (said.image) subject.sha256 = digest(*said.image);
  if (with_recipe && said.recipe) subject.recipe = digest(*said.recipe);
  return subject;
}

}  // namespace reproduce::rebuilders::test
