#include "reproduce/layers/deb.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "support/refusal.hpp"
#include "support/temp_dir.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"

namespace reproduce::layers {
namespace {

using test::refusal_of;
using test::TempDir;

Deb read(std::string_view package) {
  const TempDir temp;
  MemorySource source(as_bytes(package));
  Deb deb = read_deb(source, temp.path());
  Bytes more(1);
  EXPECT_EQ(source.read(more), 0U) << "the package was not read to its end";
  EXPECT_TRUE(std::filesystem::is_empty(temp.path()));
  return deb;
}

Error refused(const std::string& package) {
  Error error = refusal_of([&] { (void)read(package); });
  EXPECT_EQ(error.kind(), ErrorKind::malformed) << error.what();
  return error;
}

/// An ar member as ar(5) has it: 16 bytes of name, 32 of what nobody reads, 10 of size, 2 of end.
std::string ar_member(std::string name, const std::string& content) {
  name.resize(16, ' ');
  std::string size = std::to_string(content.size());
  size.resize(10, ' ');
  return name + "0           0     0     100644  " + size + "`\n" + content +
         (content.size() % 2 == 0 ? "" : "\n");
}

/// What tar makes of a folder with these files.
std::string tar_of(const std::vector<std::pair<std::string, std::string>>& files,
                   const std::string& options = "") {
  const TempDir temp;
  std::filesystem::create_directory(temp.path() / "t");
  for (const auto& [name, content] : files) temp.write("t/" + name, content);
  return test::run("tar -C '" + (temp.path() / "t").string() + "' --owner=0 --group=0 -c " +
                   options + " .")
      .output;
}

const std::string& control_tar() {
  static const std::string tar =
      tar_of({{"control", "Package: toy\nVersion: 1:2-3\nArchitecture: all\n"}});
  return tar;
}

const std::string& data_tar() {
  static const std::string tar = tar_of({{"usr/toy", "content"}});
  return tar;
}

const std::string magic = "!<arch>\n";
const std::string version = ar_member("debian-binary", "2.0\n");

std::string package_of(const std::vector<std::string>& members) {
  std::string package = magic;
  for (const std::string& member : members) package += member;
  return package;
}

std::string with_control(const std::string& text) {
  return package_of({version, ar_member("control.tar", tar_of({{"control", text}})),
                     ar_member("data.tar", data_tar())});
}

TEST(Deb, ReadsPackagesOfDpkgInEveryCompression) {
  if (!test::has_tool("dpkg-deb")) GTEST_SKIP() << "dpkg-deb is not installed";
  const TempDir temp;
  temp.write("p/usr/bin/tool", "#!/bin/sh\n");
  temp.write("p/DEBIAN/postinst", "#!/bin/sh\nexit 1\n");
  temp.write("p/DEBIAN/control",
             "Package: tool\nVersion: 1:2.0-1\nArchitecture: amd64\nSource: tools (2.0)\n"
             "Maintainer: x <x@example.org>\nDescription: short\n long\n .\n more\n");
  const std::string in_folder = "cd '" + temp.path().string() + "' && ";
  ASSERT_TRUE(test::run(in_folder +
                        "chmod 4755 p/usr/bin/tool && chmod 755 p/DEBIAN/postinst && "
                        "ln -s tool p/usr/bin/alias && ln p/usr/bin/tool p/usr/bin/same")
                  .succeeded);
  for (const char* compression : {"none", "gzip", "xz", "zstd"}) {
    const auto built =
        test::run(in_folder + "dpkg-deb --root-owner-group -Z" + compression + " -b p p.deb 2>&1");
    ASSERT_TRUE(built.succeeded) << built.output;
    const Bytes bytes = test::slurp(temp.path() / "p.deb");
    const Deb deb = read(as_text(bytes));
    EXPECT_EQ(deb.name, "tool") << compression;
    EXPECT_EQ(deb.version, "1:2.0-1");
    EXPECT_EQ(deb.architecture, "amd64");
    EXPECT_EQ(deb.source, "tools (2.0)");
    EXPECT_EQ(deb.scripts, std::vector<std::string>{"postinst"});
    const tree::Tree& tree = deb.layer.tree;
    EXPECT_EQ(tree.find("usr/bin/tool")->mode, 04755U);
    EXPECT_EQ(tree.find("usr/bin/tool")->uid, 0U);
    EXPECT_EQ(tree.find("usr/bin/tool")->content, tree.find("usr/bin/same")->content);
    EXPECT_EQ(tree.find("usr/bin/alias")->target, "tool");
    EXPECT_EQ(tree.find("DEBIAN"), nullptr);
    EXPECT_TRUE(deb.layer.losses.empty());
  }
}

TEST(Deb, TakesWhatTheFormatLetsOthersAdd) {
  const Deb deb = read(package_of({ar_member("debian-binary", "2.1\nmore\n"),
                                   ar_member("_new", "x"), ar_member("control.tar", control_tar()),
                                   ar_member("_newer", "xy"), ar_member("data.tar/", data_tar()),
                                   ar_member("signature", "abc"), ar_member("_gpg", "")}));
  EXPECT_EQ(deb.version, "1:2-3");
  EXPECT_EQ(deb.source, "");
  EXPECT_NE(deb.layer.tree.find("usr/toy"), nullptr);
}

TEST(Deb, RefusesMembersThatAreMissingSwappedOrTwice) {
  const std::string control = ar_member("control.tar", control_tar());
  const std::string data = ar_member("data.tar", data_tar());
  for (const auto& members :
       std::vector<std::vector<std::string>>{{},
                                             {version},
                                             {version, control},
                                             {version, data},
                                             {control, data},
                                             {version, data, control},
                                             {version, control, control, data},
                                             {version, version, control, data},
                                             {version, control, data, data},
                                             {version, control, data, control},
                                             {ar_member("_x", ""), version, control, data},
                                             {version, ar_member("x", ""), control, data}})
    (void)refused(package_of(members));
}

TEST(Deb, RefusesVersionsThatItDoesNotKnow) {
  for (const char* text : {"", "2.0", "1.0\n", "3.0\n", "2\n", "2.\n", "2.x\n", "2.0 \n", " 2.0\n"})
    EXPECT_EQ(refused(package_of({ar_member("debian-binary", text),
                                  ar_member("control.tar", control_tar()),
                                  ar_member("data.tar", data_tar())}))
                  .context()
                  .where,
              "debian-binary")
        << text;
  (void)refused(package_of({ar_member("debian-binary", "2.0\n" + std::string(100, 'x'))}));
}

TEST(Deb, RefusesACompressionThatIsNotThatOfTheName) {
  const auto as_data = [](const std::string& name, const std::string& content) {
    return package_of({version, ar_member("control.tar", control_tar()), ar_member(name, content)});
  };
  const std::string gzip = tar_of({{"a", "b"}}, "-z");
  EXPECT_NE(read(as_data("data.tar.gz", gzip)).layer.tree.find("a"), nullptr);
  EXPECT_EQ(refused(as_data("data.tar.xz", gzip)).context().where, "data.tar.xz");
  for (const char* name :
       {"data.tar", "data.tar.bz2", "data.tar.lzma", "data.tarx", "data.tar.zstd"})
    (void)refused(as_data(name, gzip));
  (void)refused(as_data("data.tar.gz", data_tar()));
}

TEST(Deb, RefusesControlFilesThatSayTooLittleOrTooMuch) {
  const std::string good = "Package: toy\nVersion: 1\nArchitecture: all\n";
  EXPECT_EQ(read(with_control(good + "\n\n")).name, "toy");
  EXPECT_EQ(read(with_control("package: toy\nVERSION: 1\nArchitecture: all")).version, "1");
  for (const std::string& text :
       {std::string(), std::string("Package: toy\nVersion: 1\n"),
        std::string("Package: toy\nArchitecture: all\n"), good + "Package: other\n",
        good + "\nPackage: other\n", good + "no field\n", good + ": x\n",
        std::string("Package: a b\nVersion: 1\nArchitecture: all\n"),
        std::string("Package:\nVersion: 1\nArchitecture: all\n"),
        std::string("Package: t\x1b[1m\nVersion: 1\nArchitecture: all\n"), good + "Source: \xff\n"})
    (void)refused(with_control(text));
  (void)refused(package_of(
      {version, ar_member("control.tar", data_tar()), ar_member("data.tar", data_tar())}));
}

TEST(Deb, RefusesNamesThatOnlySomeReadersFind) {
  const std::string control = ar_member("control.tar", control_tar());
  // BSD's long name: it lies before the content, and dpkg would see "#1/8".
  (void)refused(package_of({version, control, ar_member("#1/8", "data.tar" + data_tar())}));
  // GNU's table of names.
  (void)refused(
      package_of({version, control, ar_member("//", "data.tar/\n"), ar_member("/0", data_tar())}));
}

TEST(Deb, RefusesEveryTruncationAndWhatFollowsTheEnd) {
  const std::string whole = package_of(
      {version, ar_member("control.tar", control_tar()), ar_member("data.tar", data_tar())});
  EXPECT_EQ(read(whole).name, "toy");
  for (std::size_t size = 0; size < whole.size(); size += size < 200 ? 1 : 97)
    (void)refused(whole.substr(0, size));
  (void)refused(whole.substr(0, whole.size() - 1));
  for (const char* tail : {"x", "\n", "garbage behind the end of the archive"})
    (void)refused(whole + tail);
}

TEST(Deb, RefusesSizesThatAreNotTrue) {
  std::string package = package_of({version, ar_member("control.tar", control_tar())});
  for (const char* size : {"9999999999", "-1        ", "x         ", "          "}) {
    std::string changed = package;
    changed.replace(magic.size() + 48, 10, size);
    (void)refused(changed);
  }
}

TEST(Deb, RefusesTreesThatLeaveTheirRoot) {
  const TempDir temp;
  temp.write("x", "1");
  const std::string tar =
      test::run("tar -C '" + temp.path().string() + "' -cP --transform 's,^,../,' x").output;
  EXPECT_EQ(refused(package_of({version, ar_member("control.tar", control_tar()),
                                ar_member("data.tar", tar)}))
                .context()
                .where.substr(0, 8),
            "data.tar");
}

}  // namespace
}  // namespace reproduce::layers
