#include "reproduce/perturb/perturbation.hpp"

#include <set>
#include <string_view>

#include <gtest/gtest.h>

namespace reproduce::perturb {
namespace {

TEST(Perturbation, NamesEveryConditionDifferently) {
  std::set<std::string_view> names;
  for (const Condition condition : all_conditions()) names.insert(name_of(condition));
  EXPECT_EQ(names.size(), all_conditions().size());
  EXPECT_FALSE(names.contains(""));
}

// So that a build at any time of any day sees two dates, also where only days are kept.
TEST(Perturbation, StandardOnesAreTwoDaysApart) {
  const auto [first, second] = standard_perturbations();
  EXPECT_EQ(second.clock_shift_seconds - first.clock_shift_seconds, 2 * 24 * 60 * 60);
}

TEST(Perturbation, StandardOnesShareNoValue) {
  const auto [first, second] = standard_perturbations();
  EXPECT_NE(first.name, second.name);
  EXPECT_NE(first.umask, second.umask);
  EXPECT_NE(first.time_zone, second.time_zone);
  EXPECT_NE(first.readdir_order, second.readdir_order);
  EXPECT_NE(first.cpus, second.cpus);
  EXPECT_NE(first.uid, second.uid);
  EXPECT_NE(first.host_name, second.host_name);
  for (const auto& locale : first.locales)
    for (const auto& other : second.locales) EXPECT_NE(locale, other);
  for (const auto& variable : first.environment)
    for (const auto& other : second.environment) EXPECT_NE(variable, other);
}

}  // namespace
}  // namespace reproduce::perturb
