#include "compared.hpp"

namespace reproduce::content {
namespace {

using reproduce::test::has_tool;
using reproduce::test::slurp;
using reproduce::test::TempDir;
using test::compared;
using test::culprits;
using test::joined;

/// Makes "before" and "after" in a folder by a script, and compares them.
Difference made_by(const TempDir& folder, const std::string& path, const std::string& script) {
  test::shell(folder.path(), script);
  return compared(path, slurp(folder.path() / "before"), slurp(folder.path() / "after"));
}

TEST(CompressedDifference, NamesTheTimeInAGzipHeader) {
  const TempDir folder;
  folder.write("page", "text\n");
  const Difference difference =
      made_by(folder, "page.gz",
              "touch -d @1700000000 page; gzip -k page; mv page.gz before;"
              "touch -d @1700000060 page; gzip -k page; mv page.gz after");
  EXPECT_EQ(difference.form, Form::compressed);
  EXPECT_EQ(difference.summary, "gzip: the same content, only the header differs");
  EXPECT_EQ(culprits(difference), "gzip-header");
  EXPECT_EQ(joined(difference),
            "@ gzip header\n-time 1700000000 (2023-11-14T22:13:20Z)\n+time 1700000060 "
            "(2023-11-14T22:14:20Z)\n");
}

TEST(CompressedDifference, NamesAnotherNameInAGzipHeader) {
  const TempDir folder;
  folder.write("page", "text\n");
  const Difference difference = made_by(folder, "page.gz",
                                        "gzip -c -N page > before; mv page other;"
                                        "gzip -c -N other > after");
  EXPECT_EQ(culprits(difference), "gzip-header");
  EXPECT_NE(joined(difference).find("+name 'other'"), std::string::npos) << joined(difference);
}

TEST(CompressedDifference, NamesAnotherLevelOfTheSameContent) {
  const TempDir folder;
  for (const char* program : {"gzip -n", "xz", "zstd -q", "bzip2"}) {
    if (!has_tool(std::string(program).substr(0, std::string(program).find(' ')))) GTEST_SKIP();
    const Difference difference =
        made_by(folder, "a",
                "seq 1 200000 > text; " + std::string(program) + " -1 -c text > before; " +
                    std::string(program) + " -9 -c text > after");
    EXPECT_EQ(difference.form, Form::compressed) << program;
    EXPECT_NE(culprits(difference).find("compression-parameters"), std::string::npos) << program;
    EXPECT_TRUE(difference.parts.empty()) << program;
  }
}

TEST(CompressedDifference, ComparesTheContentOfEveryCompression) {
  const TempDir folder;
  for (const char* program : {"gzip", "xz", "zstd -q", "bzip2"}) {
    const Difference difference =
        made_by(folder, "a.txt.gz",
                "printf 'one\\ntwo\\n' | " + std::string(program) +
                    " -c > before; printf 'one\\n2\\n' | " + program + " -c > after");
    ASSERT_EQ(difference.parts.size(), 1u) << program;
    EXPECT_EQ(difference.parts[0].name, "(content)");
    EXPECT_EQ(joined(difference.parts[0].difference), "@@ -1,2 +1,2 @@\n one\n-two\n+2\n")
        << program;
  }
}

TEST(CompressedDifference, ComparesContentAcrossCompressions) {
  const TempDir folder;
  const Difference difference =
      made_by(folder, "a", "echo same | gzip -n > before; echo same | xz > after");
  EXPECT_EQ(difference.summary, "gzip -> xz: the same content, compressed otherwise");
}

TEST(CompressedDifference, ComparesFilesWithoutContentAsBytesAndSaysWhy) {
  const TempDir folder;
  const Difference difference =
      made_by(folder, "a", "echo one | gzip -n > before; echo two | gzip -n | head -c 10 > after");
  EXPECT_EQ(difference.form, Form::bytes);
  EXPECT_NE(difference.summary.find("not looked into: "), std::string::npos) << difference.summary;
}

TEST(CompressedDifference, ComparesWhatCameBeforeDamageAndSaysSo) {
  const TempDir folder;
  const Difference difference = made_by(
      folder, "a", "seq 1 90000 | gzip -n > before; seq 2 90000 | gzip -n | head -c 90000 > after");
  EXPECT_TRUE(difference.shortened);
  EXPECT_NE(difference.summary.find("damaged"), std::string::npos) << difference.summary;
  ASSERT_EQ(difference.parts.size(), 1u);
  EXPECT_EQ(difference.parts[0].difference.lines.at(1), "-1");
}

TEST(CompressedDifference, OpensNoMoreThanTheDepthAndSaysSo) {
  const TempDir folder;
  const Difference difference = made_by(
      folder, "a",
      "echo one > before; echo two > after; for i in 1 2 3 4 5 6; do for f in before after; do "
      "gzip -n $f; mv $f.gz $f; done; done");
  EXPECT_TRUE(difference.shortened);
  EXPECT_NE(test::told(difference).find("too many files within each other"), std::string::npos);
}

}  // namespace
}  // namespace reproduce::content
