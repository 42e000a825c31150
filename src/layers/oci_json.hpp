#pragma once

/// Values out of a JSON document of a container image. Such documents may have
/// keys that nobody here knows; those that are known must be what they should.

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

#include "reproduce/base/bytes.hpp"
#include "reproduce/crypto/digest.hpp"

namespace reproduce::layers {

class OciJson {
 public:
  /// Parses `bytes`. Error{malformed} for what is no JSON or no UTF-8, repeats a
  /// key (parsers do not agree which one counts), or is nested too deeply.
  static nlohmann::json parse(ByteView bytes, const std::string& what);

  /// Views both: `what` names the value in errors. The value must be an object.
  OciJson(const nlohmann::json& object, std::string what);

  [[nodiscard]] bool has(std::string_view key) const;
  [[nodiscard]] std::string string(std::string_view key) const;
  /// "" when it is absent or null.
  [[nodiscard]] std::string string_or_empty(std::string_view key) const;
  /// None when it is absent or null.
  [[nodiscard]] std::vector<std::string> strings_or_none(std::string_view key) const;
  [[nodiscard]] std::uint64_t number(std::string_view key) const;
  [[nodiscard]] Sha256Digest digest(std::string_view key) const;
  [[nodiscard]] OciJson object(std::string_view key) const;
  [[nodiscard]] std::vector<OciJson> objects(std::string_view key) const;

  [[noreturn]] void fail(std::string_view key, const std::string& expected) const;

 private:
  [[nodiscard]] const nlohmann::json* find(std::string_view key) const;
  [[nodiscard]] const nlohmann::json& at(std::string_view key) const;

  const nlohmann::json* object_;
  std::string what_;
};

/// The digest that "sha256:" and 64 lower-case digits say; Error{malformed}
/// otherwise, which tells other algorithms from nonsense.
[[nodiscard]] Sha256Digest parse_digest(std::string_view text, const std::string& what);

}  // namespace reproduce::layers
