#pragma once

/// Test material made by others, where this machine has it.

#include <filesystem>
#include <string>

#include "support/checkout.hpp"

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/file.hpp"

namespace reproduce::test {

/// Whether the folder of vectors is there. Tests that need it: GTEST_SKIP otherwise.
inline bool has_vectors() {
  return std::filesystem::is_directory(vectors());
}

/// All of one vector, such as "attestation/aws-nitro-root-g1.pem".
inline Bytes read_vector(const std::string& name) {
  constexpr std::uint64_t largest = std::uint64_t{1} << 24;
  return read_file(vectors() / name, largest, "test vector");
}

}  // namespace reproduce::test
