#pragma once

/// A pattern for paths, taken apart; see layers/member.hpp for what it means.

#include <bitset>
#include <string>
#include <string_view>
#include <vector>

namespace reproduce::layers {

class Pattern {
 public:
  /// Error{usage} when it ends within a `[` or after a `\`, or has an empty part.
  explicit Pattern(std::string_view text);

  [[nodiscard]] bool matches(std::string_view path) const;

  /// The path that the pattern is when nothing in it is special.
  [[nodiscard]] const std::string* literal() const noexcept {
    return is_literal_ ? &text_ : nullptr;
  }

  /// Its last part, alone.
  [[nodiscard]] bool matches_name(std::string_view name) const;

  /// The folder that lies before the first special character; "" for the root.
  [[nodiscard]] const std::string& folder() const noexcept { return folder_; }

 private:
  /// One byte of a set, or any run of bytes.
  struct Token {
    bool is_run = false;
    std::bitset<256> bytes{};
  };
  using Part = std::vector<Token>;  // empty for `**`

  void add_part(std::string_view text);
  [[nodiscard]] static bool part_matches(const Part& part, std::string_view name);

  std::vector<Part> parts_;
  std::string text_;
  std::string folder_;
  bool is_literal_ = true;
};

}  // namespace reproduce::layers
