#pragma once

/// What this machine lets a test see, and how a test says that it cannot see it.

#include <string>

#include <gtest/gtest.h>

#include "reproduce/sandbox/confine.hpp"

namespace reproduce::test {

/// What is in force here with Mode::automatic.
inline const sandbox::Report& report_here() {
  static const sandbox::Report report =
      sandbox::run_confined({}, [](const sandbox::Progress&) { return Bytes(); }).report;
  return report;
}

/// Whether a part whose name starts with `name` is in force.
inline bool holds(const sandbox::Report& report, const std::string& name) {
  for (const std::string& part : report.in_force)
    if (part.starts_with(name)) return true;
  return false;
}

inline bool is_missing(const sandbox::Report& report, const std::string& name) {
  for (const std::string& part : report.missing)
    if (part.starts_with(name + ":")) return true;
  return false;
}

}  // namespace reproduce::test

// A macro, because only a macro can end the test.
#define REPRODUCE_NEEDS(part)                                            \
  if (!::reproduce::test::holds(::reproduce::test::report_here(), part)) \
  GTEST_SKIP() << "this kernel has no " << part << "; NOTHING IS CHECKED HERE"
