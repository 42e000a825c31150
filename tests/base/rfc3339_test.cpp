#include "reproduce/base/rfc3339.hpp"

#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"

namespace reproduce {
namespace {

// Expected values from `date -u -d @N`.
TEST(Rfc3339, FormatsBothWays) {
  EXPECT_EQ(format_utc(0), "1970-01-01T00:00:00Z");
  EXPECT_EQ(format_utc(1577836800), "2020-01-01T00:00:00Z");
  EXPECT_EQ(format_utc_with_offset(951782400), "2000-02-29T00:00:00+00:00");
  EXPECT_EQ(format_utc(-1), "1969-12-31T23:59:59Z");
  EXPECT_EQ(format_utc(253402300799), "9999-12-31T23:59:59Z");
}

TEST(Rfc3339, RefusesYearsOfMoreThanFourDigits) {
  EXPECT_THROW((void)format_utc(253402300800), Error);
  EXPECT_THROW((void)format_utc(INT64_MAX), Error);
  EXPECT_THROW((void)format_utc(INT64_MIN), Error);
}

TEST(Rfc3339, ParsesZonesAndFractions) {
  EXPECT_EQ(parse_rfc3339("2020-01-01T00:00:00Z"), 1577836800);
  EXPECT_EQ(parse_rfc3339("2020-01-01 00:00:00.999999Z"), 1577836800);
  EXPECT_EQ(parse_rfc3339("2020-01-01T01:30:00+01:30"), 1577836800);
  EXPECT_EQ(parse_rfc3339("2019-12-31T16:00:00-08:00"), 1577836800);
}

TEST(Rfc3339, RefusesDatesThatDoNotExistAndOtherForms) {
  for (const char* text :
       {"", "2020-01-01", "2020-02-30T00:00:00Z", "2019-02-29T00:00:00Z", "2020-13-01T00:00:00Z",
        "2020-01-01T24:00:00Z", "2020-01-01T00:60:00Z", "2020-01-01T00:00:00", "now",
        "2020-01-01T00:00:00.Z", "2020-01-01T00:00:00+24:00", "2020-01-01T00:00:00Zx",
        "20-01-01T00:00:00Z", "2020-1-1T00:00:00Z"})
    EXPECT_FALSE(parse_rfc3339(text)) << text;
}

}  // namespace
}  // namespace reproduce
