#include "support/golden.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "support/checkout.hpp"
#include <gtest/gtest.h>

namespace reproduce::test {
namespace {

bool accepts() {
  const char* const value = std::getenv("REPRODUCE_ACCEPT");  // NOLINT(concurrency-mt-unsafe)
  return value != nullptr && std::string_view(value) == "1";
}

}  // namespace

void expect_golden(const std::string& name, std::string_view text) {
  const std::filesystem::path path = checkout() / "tests" / "golden" / name;
  if (accepts()) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
    GTEST_SKIP() << "accepted " << path;
  }
  std::ifstream file(path, std::ios::binary);
  ASSERT_TRUE(file) << path << " is missing; REPRODUCE_ACCEPT=1 writes it";
  const std::string golden{std::istreambuf_iterator<char>(file), {}};
  EXPECT_EQ(text, golden) << name;
}

}  // namespace reproduce::test
