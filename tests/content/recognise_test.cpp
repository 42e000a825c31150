/// Times and folders of builds in lines of text, by way of two texts that differ in them.

#include "compared.hpp"

namespace reproduce::content {
namespace {

using test::compared;
using test::culprits;

std::string recognised(const std::string& before, const std::string& after) {
  return culprits(compared("a", before + "\n", after + "\n"));
}

// The forms that date(1), __DATE__, __TIME__, RFC 2822 and RFC 3339 have.
TEST(RecognisedTimes, HaveTheFormsThatProgramsWrite) {
  const std::vector<std::pair<std::string, std::string>> pairs{
      {"x 2024-05-06", "x 2023-12-31"},
      {"x 2024/05/06 07:08", "x 2023/12/31 10:11"},
      {"2024-05-06T07:08:09.123+02:00", "2025-01-01T00:00:00.456+02:00"},
      {"May  6 2024", "Dec 31 2023"},
      {"May  6 2024 07:08:09", "Dec 31 2023 10:11:12"},
      {"at 07:08:09", "at 10:11:12"},
      {"Mon May  6 07:08:09 UTC 2024", "Sun Dec 31 10:11:12 UTC 2023"},
      {"Mon, 06 May 2024 07:08:09 +0000", "Sun, 31 Dec 2023 10:11:12 +0000"},
      {"6 May 2024", "31 December 2023"},
      {"v=20240506", "v=20231231"},
      {"20240506T070809Z", "20231231T101112Z"},
      {"SOURCE=1714979289", "SOURCE=1704067200"},
      {"ms 1714979289123", "ms 1704067200000"},
  };
  for (const auto& [before, after] : pairs)
    EXPECT_EQ(recognised(before, after), "embedded-time") << before;
}

TEST(RecognisedTimes, AreNotSeenInOtherNumbersAndWords) {
  const std::vector<std::pair<std::string, std::string>> pairs{
      {"version 1.2.3", "version 1.2.4"},
      {"port 8080", "port 8081"},
      {"id 12345678", "id 87654321"},
      {"x:10:20:y", "x:10:21:y"},
      {"may 6", "may 7"},
      {"Maybe 6 2024", "Maybe 7 2024"},
      {"2024-13-01", "2024-13-02"},
      {"serial 123456789012", "serial 123456789013"},
      {"big 9999999999", "big 9999999998"},
      {"March", "May"},
  };
  for (const auto& [before, after] : pairs) EXPECT_EQ(recognised(before, after), "") << before;
}

TEST(RecognisedPaths, AreThoseBelowFoldersThatThingsAreBuiltIn) {
  const std::vector<std::pair<std::string, std::string>> pairs{
      {"/build/pkg-1/src/a.c:12", "/build/pkg-2/src/a.c:12"},
      {"-I/tmp/x.AbCd/include", "-I/tmp/x.EfGh/include"},
      {"prefix=/home/joe/out", "prefix=/home/ann/out"},
      {"dir \"/root/a\"", "dir \"/workspace/b\""},
  };
  for (const auto& [before, after] : pairs)
    EXPECT_EQ(recognised(before, after), "build-path") << before;
}

TEST(RecognisedPaths, AreNotThoseThatAreInstalledOrNameAnotherFile) {
  EXPECT_EQ(recognised("/usr/bin/a", "/usr/bin/b"), "");
  EXPECT_EQ(recognised("/tmp/x/a.c", "/tmp/x/b.c"), "");
  EXPECT_EQ(recognised("https://host/home/a", "https://host/home/b"), "");
}

TEST(RecognisedLines, MayHoldBoth) {
  EXPECT_EQ(recognised("/build/a/x.c 2024-05-06", "/build/b/x.c 2024-05-07"),
            "build-path embedded-time");
}

// One date among many other changes explains nothing.
TEST(RecognisedLines, AreAQuarterOfThoseThatDifferAtLeast) {
  const std::string rest = "\na\nb\nc\nd\ne";
  EXPECT_EQ(recognised("2024-05-06" + rest, "2024-05-07\nv\nw\nx\ny\nz"), "");
  EXPECT_EQ(recognised("2024-05-06\na\nb\nc", "2024-05-07\nx\ny\nz"), "embedded-time");
}

}  // namespace
}  // namespace reproduce::content
