#pragma once

/// Comparisons of bytes that a test has in memory, and what they must say.

#include <algorithm>
#include <string>
#include <string_view>

#include "support/temp_dir.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/random_access.hpp"
#include "reproduce/content/difference.hpp"

namespace reproduce::content::test {

inline Difference compared(std::string_view path, ByteView before, ByteView after,
                           const Limits& limits = {}) {
  return compare(path, RandomAccessBytes(before), RandomAccessBytes(after), limits);
}

inline Difference compared(std::string_view path, std::string_view before, std::string_view after,
                           const Limits& limits = {}) {
  return compared(path, as_bytes(before), as_bytes(after), limits);
}

inline std::string joined(const Difference& difference) {
  std::string all;
  for (const std::string& line : difference.lines) all += line + "\n";
  return all;
}

inline std::string culprits(const Difference& difference) {
  std::string names;
  for (const Culprit culprit : difference.culprits)
    names += (names.empty() ? "" : " ") + std::string(name_of(culprit));
  return names;
}

/// Everything that is said, parts included.
inline std::string told(const Difference& difference) {
  std::string all = difference.summary + "\n" + joined(difference);
  for (const Part& part : difference.parts) all += part.name + "\n" + told(part.difference);
  return all;
}

/// Runs a script in a folder; the test fails when it does.
inline void shell(const std::filesystem::path& folder, const std::string& script) {
  const auto result =
      reproduce::test::run("cd '" + folder.string() + "' && ( set -e; " + script + " ) 2>&1");
  ASSERT_TRUE(result.succeeded) << result.output;
}

}  // namespace reproduce::content::test
