#include "compared.hpp"

namespace reproduce::content {
namespace {

using reproduce::test::slurp;
using reproduce::test::TempDir;
using test::compared;
using test::culprits;
using test::joined;

Difference made_by(const TempDir& folder, const std::string& path, const std::string& script) {
  test::shell(folder.path(), script);
  return compared(path, slurp(folder.path() / "before"), slurp(folder.path() / "after"));
}

constexpr const char* steady =
    "TAR='tar --sort=name --mtime=@1700000000 --owner=0 --group=0 --numeric-owner'; mkdir -p d; "
    "echo one > d/a; echo two > d/b; $TAR -cf before d; ";

TEST(ArchiveDifference, ComparesTheMembersThatHaveOtherContent) {
  const TempDir folder;
  const Difference difference =
      made_by(folder, "a.tar", std::string(steady) + "echo 2 > d/b; $TAR -cf after d");
  EXPECT_EQ(difference.form, Form::archive);
  EXPECT_EQ(difference.summary, "tar: of 3 members: 1 with other content");
  ASSERT_EQ(difference.parts.size(), 1u);
  EXPECT_EQ(difference.parts[0].name, "d/b");
  EXPECT_EQ(joined(difference.parts[0].difference), "@@ -1 +1 @@\n-two\n+2\n");
  EXPECT_EQ(culprits(difference), "");
}

TEST(ArchiveDifference, NamesMembersThatOnlyOneArchiveHas) {
  const TempDir folder;
  const Difference difference =
      made_by(folder, "a.tar", std::string(steady) + "mv d/b d/c; $TAR -cf after d");
  EXPECT_EQ(joined(difference), "-d/b\n+d/c\n");
}

TEST(ArchiveDifference, NamesTimesModesAndOwners) {
  const TempDir folder;
  Difference difference =
      made_by(folder, "a.tar", std::string(steady) + "$TAR --mtime=@1700000001 -cf after d");
  EXPECT_EQ(culprits(difference), "member-time");
  EXPECT_EQ(difference.summary, "tar: of 3 members: 3 with another time");
  difference =
      made_by(folder, "a.tar", std::string(steady) + "$TAR --owner=1000 --group=5 -cf after d");
  EXPECT_EQ(culprits(difference), "builder-owner");
  EXPECT_NE(joined(difference).find(" d/a: owner 0:0 -> 1000:5\n"), std::string::npos)
      << joined(difference);
  difference = made_by(folder, "a.tar", std::string(steady) + "chmod 755 d/a; $TAR -cf after d");
  EXPECT_EQ(joined(difference), " d/a: mode 0100644 -> 0100755\n");
}

TEST(ArchiveDifference, NamesTheOrderOfMembers) {
  const TempDir folder;
  const Difference difference = made_by(
      folder, "a.tar",
      std::string(steady) + "$TAR --no-recursion -cf before d/a d/b; $TAR -cf after d/b d/a");
  EXPECT_EQ(culprits(difference), "member-order");
  EXPECT_EQ(difference.summary, "tar: of 2 members: another order");
}

TEST(ArchiveDifference, KnowsOneContentInTwoForms) {
  const TempDir folder;
  const Difference difference = made_by(
      folder, "a.tar",
      std::string(steady) + "$TAR --format=ustar -cf before d; $TAR --format=gnu -cf after d");
  EXPECT_EQ(difference.summary, "tar: the same 3 members, written otherwise");
  EXPECT_FALSE(difference.lines.empty());
}

TEST(ArchiveDifference, ReadsCpioAndZip) {
  const TempDir folder;
  Difference difference = made_by(folder, "a.cpio",
                                  "echo 1 > f; echo f | cpio -o --reproducible -H newc > before; "
                                  "echo 2 > f; echo f | cpio -o --reproducible -H newc > after");
  EXPECT_NE(difference.summary.find("cpio: of 1 member: 1 with other content"), std::string::npos)
      << difference.summary;
  difference = made_by(folder, "a.jar",
                       "python3 -c \"import zipfile as z; z.ZipFile('before','w').writestr('x', "
                       "'1'); z.ZipFile('after','w').writestr('x', '2')\"");
  ASSERT_EQ(difference.parts.size(), 1u) << difference.summary;
  EXPECT_EQ(difference.parts[0].name, "x");
}

TEST(ArchiveDifference, NamesTimesAndOwnersInAStaticLibrary) {
  const TempDir folder;
  const Difference difference =
      made_by(folder, "usr/lib/libx.a",
              "echo 'int f;' > f.c; gcc -c f.c; touch -d @1700000000 f.o; ar cqU before f.o; touch "
              "-d @1700000060 f.o; ar cqU after f.o");
  EXPECT_EQ(culprits(difference), "library-time");
  EXPECT_TRUE(difference.parts.empty());
}

TEST(ArchiveDifference, LooksIntoAPackageDownToAFileThatIsCompressedInIt) {
  const TempDir folder;
  const Difference difference = made_by(
      folder, "a.deb",
      "build() { mkdir -p $1/DEBIAN $1/doc; printf 'Package: x\\nVersion: 1\\nArchitecture: all\\n"
      "Maintainer: A <a@b>\\nDescription: x\\n' > $1/DEBIAN/control; echo $2 | gzip -n > "
      "$1/doc/page.gz; touch -d @1700000000 $1/doc/page.gz $1/doc $1 $1/DEBIAN/*; "
      "SOURCE_DATE_EPOCH=1700000000 dpkg-deb --root-owner-group -Zxz -b $1 $3; }; build b one "
      "before; build a two after");
  const std::string all = test::told(difference);
  EXPECT_NE(all.find("data.tar.xz"), std::string::npos) << all;
  EXPECT_NE(all.find("doc/page.gz"), std::string::npos) << all;
  EXPECT_NE(all.find("-one\n+two\n"), std::string::npos) << all;
}

TEST(ArchiveDifference, KeepsWhatCameBeforeDamage) {
  const TempDir folder;
  const Difference difference =
      made_by(folder, "a.tar",
              std::string(steady) +
                  "seq 1 5000 > d/z; $TAR -cf before d; echo 1 > d/a; $TAR -cf all d; "
                  "head -c 9000 all > after");
  EXPECT_TRUE(difference.shortened);
  EXPECT_NE(test::told(difference).find("-one\n+1\n"), std::string::npos) << test::told(difference);
}

}  // namespace
}  // namespace reproduce::content
