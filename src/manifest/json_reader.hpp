#pragma once

/// Takes typed values out of a JSON document that must be exactly what we would have written.

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace reproduce::manifest {

/// Parses `text`. Repeated keys, more than a few levels of nesting and everything that is no
/// JSON are Error{usage} in `file`.
[[nodiscard]] nlohmann::json parse_strict_json(std::string_view text, const std::string& file);

/// One object of the document. Every getter marks its key as known; finish() refuses the
/// rest. Views the JSON and the file name it is given.
class JsonReader {
 public:
  /// `where`: the object's place, such as "inputs[3]"; empty for the root.
  JsonReader(const nlohmann::json& object, const std::string& file, std::string where);

  [[nodiscard]] bool has(std::string_view key) const { return object_.contains(key); }
  [[nodiscard]] std::string string(std::string_view key);
  [[nodiscard]] std::uint64_t number(std::string_view key);
  [[nodiscard]] bool boolean(std::string_view key);
  /// Exactly `digits.size()` bytes as lower-case hexadecimal digits.
  void digest(std::string_view key, std::span<std::uint8_t> digits);
  [[nodiscard]] JsonReader object(std::string_view key);
  /// A list of objects.
  [[nodiscard]] std::vector<JsonReader> objects(std::string_view key);

  /// All keys in order, for objects whose keys are data.
  [[nodiscard]] std::vector<std::string> keys() const;

  /// Error{usage} when there is a key that nobody asked for.
  void finish() const;

  [[noreturn]] void fail(std::string_view key, const std::string& expected) const;

 private:
  const nlohmann::json& take(std::string_view key);
  [[nodiscard]] std::string place_of(std::string_view key) const;

  const nlohmann::json& object_;
  const std::string& file_;
  std::string where_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace reproduce::manifest
