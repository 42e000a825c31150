#include <sstream>

#include "compared.hpp"

namespace reproduce::content {
namespace {

using reproduce::test::slurp;
using reproduce::test::TempDir;
using test::compared;
using test::culprits;
using test::joined;

/// Compiles two programs by the commands that follow "gcc -o before" and "gcc -o after".
Difference compiled(const TempDir& folder, const std::string& before, const std::string& after) {
  test::shell(folder.path(), "gcc -o before " + before + "; gcc -o after " + after);
  return compared("app/server", slurp(folder.path() / "before"), slurp(folder.path() / "after"));
}

TEST(ElfDifference, NamesTheSectionsThatReadelfFindsDifferent) {
  const TempDir folder;
  folder.write("one/a.c", "int f(void) { return 1; } int main(void) { return f(); }\n");
  folder.write("two/a.c", "int f(void) { return 2; } int main(void) { return f(); }\n");
  const Difference difference =
      compiled(folder, "-Wl,--build-id=none one/a.c", "-Wl,--build-id=none two/a.c");
  EXPECT_EQ(difference.form, Form::elf);
  const auto theirs = reproduce::test::run(
      "cd '" + folder.path().string() +
      "'; for s in $(readelf -SW before | sed -n 's/^ *\\[ *[0-9]*\\] \\([^ ]*\\) .*/\\1/p'); do "
      "for f in before after; do objcopy -O binary --dump-section $s=$f.$s $f /dev/null "
      "2>/dev/null; done; [ ! -e before.$s ] || cmp -s before.$s after.$s || echo $s; done");
  ASSERT_TRUE(theirs.output.find(".text\n") != std::string::npos) << theirs.output;
  std::istringstream sections(theirs.output);
  for (std::string name; std::getline(sections, name);)
    EXPECT_NE(joined(difference).find(" section " + name + ": "), std::string::npos)
        << name << "\n"
        << joined(difference);
  const auto count = std::count_if(difference.lines.begin(), difference.lines.end(),
                                   [](const std::string& l) { return l.starts_with(" section "); });
  EXPECT_EQ(count, std::count(theirs.output.begin(), theirs.output.end(), '\n'))
      << joined(difference) << theirs.output;
}

TEST(ElfDifference, ShowsTheBuildIdsThatReadelfShows) {
  const TempDir folder;
  folder.write("a.c", "int main(void) { return 1; }\n");
  folder.write("b.c", "int main(void) { return 2; }\n");
  const Difference difference = compiled(folder, "-Wl,--build-id a.c", "-Wl,--build-id b.c");
  for (const char* file : {"before", "after"}) {
    const auto id = reproduce::test::run("readelf -n '" + (folder.path() / file).string() +
                                         "' | sed -n 's/.*Build ID: //p' | tr -d '\\n'");
    ASSERT_EQ(id.output.size(), 40u);
    EXPECT_NE(difference.summary.find(id.output), std::string::npos) << difference.summary;
  }
}

TEST(ElfDifference, KnowsWhenOnlyTheBuildIdDiffers) {
  const TempDir folder;
  folder.write("a.c", "int main(void) { return 1; }\n");
  const Difference difference =
      compiled(folder, "-Wl,--build-id=0x1234 a.c", "-Wl,--build-id=0x5678 a.c");
  EXPECT_EQ(difference.summary, "ELF: build-id 1234 -> 5678; only the build-id differs");
  EXPECT_EQ(culprits(difference), "build-id");
}

TEST(ElfDifference, KnowsWhenOnlyDebugInformationDiffersAndFromWhichFolder) {
  const TempDir folder;
  folder.write("one/a.c", "int main(void) { return 1; }\n");
  folder.write("two/a.c", "int main(void) { return 1; }\n");
  test::shell(folder.path(),
              "for d in one two; do (cd $d; gcc -g -ffile-prefix-map=$PWD=/build/$d -o "
              "../$d.out a.c); done; mv one.out before; mv two.out after");
  const Difference difference =
      compared("app/server", slurp(folder.path() / "before"), slurp(folder.path() / "after"));
  EXPECT_EQ(culprits(difference), "debug-information build-path") << joined(difference);
  EXPECT_NE(difference.summary.find("only debug information differs"), std::string::npos);
  EXPECT_NE(joined(difference).find("+/build/two"), std::string::npos) << joined(difference);
}

TEST(ElfDifference, FindsDatesAndPathsThatWereCompiledIn) {
  const TempDir folder;
  folder.write("a.c", "#include <stdio.h>\nint main(void) { puts(\"built \" WHEN); }\n");
  EXPECT_EQ(culprits(compiled(folder, "'-DWHEN=\"May  6 2024 07:08:09\"' a.c",
                              "'-DWHEN=\"Dec 31 2023 01:02:03\"' a.c")),
            "embedded-time");
  EXPECT_EQ(culprits(compiled(folder, "'-DWHEN=\"/build/a1/x.c\"' a.c",
                              "'-DWHEN=\"/build/b2/x.c\"' a.c")),
            "build-path");
}

TEST(ElfDifference, FindsSecondsSince1970AsANumber) {
  const TempDir folder;
  folder.write("a.c", "const long when = WHEN; int main(void) { return 0; }\n");
  const std::string rest = " -Wl,--build-id=none a.c";
  EXPECT_EQ(culprits(compiled(folder, "-DWHEN=1714979289" + rest, "-DWHEN=1704067200" + rest)),
            "embedded-time");
  EXPECT_EQ(culprits(compiled(folder, "-DWHEN=17" + rest, "-DWHEN=18" + rest)), "");
}

TEST(ElfDifference, ShowsTheLibrariesAndFoldersOfTheLoader) {
  const TempDir folder;
  folder.write("a.c", "int main(void) { return 0; }\n");
  const Difference difference =
      compiled(folder, "-Wl,-rpath,/opt/one/lib a.c", "-Wl,-rpath,/opt/two/lib a.c");
  EXPECT_NE(joined(difference).find("-RUNPATH /opt/one/lib\n+RUNPATH /opt/two/lib\n"),
            std::string::npos)
      << joined(difference);
}

TEST(ElfDifference, NamesSectionsThatOnlyOneFileHas) {
  const TempDir folder;
  folder.write("a.c", "int main(void) { return 0; }\n");
  const Difference difference = compiled(folder, "-g a.c", "-s a.c");
  EXPECT_NE(joined(difference).find("-section .debug_info, "), std::string::npos)
      << joined(difference);
}

TEST(ElfDifference, LooksBehindTheSections) {
  const TempDir folder;
  folder.write("a.c", "int main(void) { return 0; }\n");
  test::shell(folder.path(),
              "gcc -o before a.c; cp before after; printf one >> before; printf two >> after");
  const Difference difference =
      compared("m.ko", slurp(folder.path() / "before"), slurp(folder.path() / "after"));
  EXPECT_EQ(difference.form, Form::elf);
  EXPECT_NE(difference.summary.find("the sections are the same"), std::string::npos)
      << difference.summary;
}

}  // namespace
}  // namespace reproduce::content
