#pragma once

/// Takes typed values out of a TOML table and says exactly where one is wrong.

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <toml++/toml.h>

#include "reproduce/base/error.hpp"
#include "reproduce/manifest/manifest.hpp"

namespace reproduce::manifest {

/// The manifest's text and name, for error messages. Both must outlive it.
class ErrorSite {
 public:
  ErrorSite(std::string_view text, const std::string& file) : text_(text), file_(file) {}

  /// Throws Error{usage} that points at `position`.
  [[noreturn]] void fail(Position position, const std::string& what,
                         ErrorContext context = {}) const;

 private:
  std::string_view text_;
  const std::string& file_;
};

/// Line `position.line` of `text`, with the column as it is.
[[nodiscard]] SourceLine find_line(std::string_view text, Position position);

[[nodiscard]] Position begin_of(const toml::node& node);

/// Text -> its root table. `what` names it in errors: "the manifest".
[[nodiscard]] toml::table parse_toml(const ErrorSite& site, std::string_view text,
                                     const std::string& what);

/// "a, b, c".
[[nodiscard]] std::string join(std::span<const std::string_view> words);

/// One table, of which every key must be one of `keys`. Views the table and the site.
class TableReader {
 public:
  /// `name`: what the table is, for messages: "[image]", "a file layer".
  TableReader(const ErrorSite& site, const toml::table& table, std::string name,
              std::span<const std::string_view> keys);

  [[nodiscard]] bool has(std::string_view key) const { return table_.contains(key); }
  [[nodiscard]] Position at() const { return begin_of(table_); }
  [[nodiscard]] Position at(std::string_view key) const;
  [[nodiscard]] std::string_view name() const noexcept { return name_; }
  [[nodiscard]] bool is_table(std::string_view key) const;
  [[nodiscard]] const ErrorSite& site() const noexcept { return site_; }

  /// A string without NUL, which neither C nor the kernel can hold.
  [[nodiscard]] std::optional<std::string> string(std::string_view key) const;
  [[nodiscard]] std::string string_or(std::string_view key, std::string_view fallback) const;
  /// Missing or empty is an error.
  [[nodiscard]] std::string required_string(std::string_view key) const;

  /// A list of strings as string() takes them, none of them empty; absent is nothing.
  [[nodiscard]] std::optional<std::vector<std::string>> strings(std::string_view key) const;

  /// A table of strings, in the order of their names; absent is empty.
  [[nodiscard]] std::vector<std::pair<std::string, std::string>> string_table(
      std::string_view key) const;

  /// 64 hexadecimal digits.
  [[nodiscard]] std::optional<Sha256Digest> sha256(std::string_view key) const;

  /// A whole number from 0 to 2^32-1.
  [[nodiscard]] std::uint32_t number_or(std::string_view key, std::uint32_t fallback) const;

  /// A whole number from 0 to 2^64-1: what TOML has no numbers for is a string, "0x" and up to
  /// 16 hexadecimal digits.
  [[nodiscard]] std::uint64_t large_number_or(std::string_view key, std::uint64_t fallback) const;

  [[nodiscard]] bool boolean_or(std::string_view key, bool fallback) const;

  [[nodiscard]] const toml::table* table(std::string_view key) const;
  /// A list of tables, as `[[key]]` makes them; never one of anything else.
  [[nodiscard]] const toml::array* tables(std::string_view key) const;

  /// Throws Error{usage} that points at the value of `key`, or at the table without one.
  [[noreturn]] void fail(std::string_view key, const std::string& what,
                         ErrorContext context = {}) const;
  [[noreturn]] void fail_missing(std::string_view key) const;

 private:
  void refuse_unknown_keys(std::span<const std::string_view> keys) const;
  [[noreturn]] void fail_type(std::string_view key, std::string_view wanted) const;

  const ErrorSite& site_;
  const toml::table& table_;
  std::string name_;
};

}  // namespace reproduce::manifest
