#pragma once

/// What an action throws, for tests of refusals.

#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"

namespace reproduce::test {

/// The kind of the Error that `action` throws; the test fails when there is none.
template <typename Action>
ErrorKind kind_of(const Action& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.kind();
  }
  ADD_FAILURE() << "nothing was thrown";
  return ErrorKind::bug;
}

}  // namespace reproduce::test
