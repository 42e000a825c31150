#include "reproduce/sbom/packages.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include "support/temp_dir.hpp"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace reproduce::sbom {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A paragraph as dpkg of Debian 12 writes it.
constexpr const char* bash = R"(Package: bash
Essential: yes
Status: install ok installed
Priority: required
Section: shells
Installed-Size: 7164
Maintainer: Matthias Klose <doko@debian.org>
Architecture: amd64
Multi-Arch: foreign
Version: 5.2.15-2+b13
Source: bash (5.2.15-2)
Depends: base-files (>= 2.1.12), debianutils (>= 5.6-0.1)
Conffiles:
 /etc/bash.bashrc 89269e1298235f1b12b4c16e4065ad0d
Description: GNU Bourne Again SHell
 Bash is an sh-compatible command language interpreter.
Homepage: http://tiswww.case.edu/php/chet/bash/bashtop.html
)";

TEST(Dpkg, ReadsAParagraphOfTheStatus) {
  const Package expected{.manager = Manager::dpkg,
                         .name = "bash",
                         .version = "5.2.15-2+b13",
                         .architecture = "amd64",
                         .source = "bash",
                         .supplier = "Matthias Klose <doko@debian.org>"};
  EXPECT_THAT(parse_dpkg_status(bash), ElementsAre(expected));
  EXPECT_THAT(parse_dpkg_status(std::string(bash) + "\n\n" + bash),
              ElementsAre(expected, expected));
}

TEST(Dpkg, LeavesOutWhatIsNotInstalled) {
  for (const std::string status : {"deinstall ok config-files", "purge ok not-installed",
                                   "install ok half-installed", "install ok unpacked"})
    EXPECT_THAT(parse_dpkg_status("Package: a\nVersion: 1\nStatus: " + status + "\n"), IsEmpty());
  EXPECT_EQ(parse_dpkg_status("Package: a\nVersion: 1\n").size(), 1u);  // status.d says none
}

TEST(Dpkg, TakesAnyTextWithoutHarm) {
  const std::string text = std::string(bash) + "\n" + bash;
  for (std::size_t size = 0; size <= text.size(); ++size)
    EXPECT_LE(parse_dpkg_status(text.substr(0, size)).size(), 2u);
  EXPECT_THAT(parse_dpkg_status("\n\n:\n: x\n \nPackage:\nVersion: 1\n\0x"), IsEmpty());
  EXPECT_EQ(parse_dpkg_status("Package: a\r\nVersion: 1\r\n")[0].version, "1");
}

TEST(Apk, ReadsTheInstalledPackages) {
  const std::string text =
      "C:Q1qKcZ+j23xssAXmgQhkOO8dHnbWw=\nP:alpine-baselayout\nV:3.4.3-r1\nA:x86_64\nS:8911\n"
      "T:Alpine base dir structure\nL:GPL-2.0-only\no:alpine-baselayout\nm:Someone <a@b.org>\n"
      "F:dev\nF:etc\nR:motd\nZ:Q1SLkS9hBidUbPwwrw+XR0Whv3ww8=\n\nP:busybox\nV:1.36.1-r5\n\n";
  EXPECT_THAT(
      parse_apk_installed(text),
      ElementsAre(Package{.manager = Manager::apk,
                          .name = "alpine-baselayout",
                          .version = "3.4.3-r1",
                          .architecture = "x86_64",
                          .source = "alpine-baselayout",
                          .supplier = "Someone <a@b.org>",
                          .license = "GPL-2.0-only"},
                  Package{.manager = Manager::apk, .name = "busybox", .version = "1.36.1-r5"}));
  for (std::size_t size = 0; size <= text.size(); ++size)
    EXPECT_LE(parse_apk_installed(text.substr(0, size)).size(), 2u);
}

// Examples of the package URL specification, types deb and apk.
TEST(PackageUrl, IsWrittenAsTheSpecificationHasIt) {
  EXPECT_EQ(package_url({.name = "curl", .version = "7.50.3-1", .architecture = "i386"}, "debian"),
            "pkg:deb/debian/curl@7.50.3-1?arch=i386");
  EXPECT_EQ(package_url({.name = "dpkg", .version = "1.19.0.4", .architecture = "amd64"}, ""),
            "pkg:deb/debian/dpkg@1.19.0.4?arch=amd64");
  EXPECT_EQ(
      package_url(
          {.manager = Manager::apk, .name = "curl", .version = "7.83.0-r0", .architecture = "x86"},
          ""),
      "pkg:apk/alpine/curl@7.83.0-r0?arch=x86");
  EXPECT_EQ(package_url({.name = "libstdc++6", .version = "1:2+b1"}, "a b/\xff"),
            "pkg:deb/a%20b%2F%FF/libstdc%2B%2B6@1:2%2Bb1");
}

TEST(Dpkg, AgreesWithDpkgQueryAboutThisMachine) {
  if (!test::has_tool("dpkg-query") || !std::filesystem::exists("/var/lib/dpkg/status"))
    GTEST_SKIP() << "there is no dpkg";
  const Bytes status = test::slurp("/var/lib/dpkg/status");
  std::string ours;
  for (const Package& package : parse_dpkg_status(as_text(status)))
    ours += package.name + " " + package.version + " " + package.architecture + " " +
            (package.source.empty() ? package.name : package.source) + "\n";
  const std::string command =
      "dpkg-query -W -f '${db:Status-Status} ${Package} ${Version} ${Architecture} "
      "${source:Package}\\n' | sed -n 's/^installed //p'";
  const auto sorted = [](const std::string& text) {
    return test::run("printf %s '" + text + "' | LC_ALL=C sort").output;
  };
  EXPECT_EQ(sorted(ours), sorted(test::run(command).output));
}

}  // namespace
}  // namespace reproduce::sbom
