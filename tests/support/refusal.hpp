#pragma once

/// What an operation that must fail says.

#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"

namespace reproduce::test {

/// Runs `work` and returns the Error that it throws; fails the test when it throws none.
template <class Work>
Error refusal_of(Work work) {
  try {
    work();
  } catch (const Error& error) {
    return error;
  }
  ADD_FAILURE() << "nothing was refused";
  return {ErrorKind::bug, "nothing was refused"};
}

}  // namespace reproduce::test
