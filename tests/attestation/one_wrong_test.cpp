#include "attestation/one_wrong.hpp"

#include <set>
#include <string>

#include <gtest/gtest.h>

namespace reproduce::attestation {
namespace {

class ADocument : public testing::TestWithParam<OneWrong> {};

TEST_P(ADocument, ThatIsWrongInOneWayIsRefusedForThatReason) {
  const OneWrong& row = GetParam();
  expect_refused({row.name, row.spoil, row.reason, row.detail}, row.kind);
}

std::string name_of_row(const testing::TestParamInfo<OneWrong>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Form, ADocument, testing::ValuesIn(wrong_forms()), name_of_row);
INSTANTIATE_TEST_SUITE_P(Chain, ADocument, testing::ValuesIn(wrong_chains()), name_of_row);

TEST(OneWrongDocuments, AreManyAndEachIsAnother) {
  std::set<std::string> names;
  std::size_t count = 0;
  for (const auto& rows : {wrong_forms(), wrong_chains()})
    for (const OneWrong& row : rows) {
      names.insert(row.name);
      ++count;
      EXPECT_FALSE(row.reason.empty()) << row.name;
    }
  EXPECT_EQ(names.size(), count);
  EXPECT_GE(count, 120U);
}

}  // namespace
}  // namespace reproduce::attestation
