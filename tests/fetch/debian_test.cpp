#include "reproduce/fetch/debian.hpp"

#include <filesystem>
#include <memory>
#include <string>

#include "support/refusal.hpp"
#include "support/temp_dir.hpp"
#include "support/thrown.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/hex.hpp"

namespace reproduce::fetch {
namespace {

namespace fs = std::filesystem;
using test::kind_of;
using test::refusal_of;
using test::TempDir;

/// An archive of a few packages in a folder, and an apt that knows no other.
class FetchDebian : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* tool : {"apt-get", "dpkg-deb", "dpkg-scanpackages"})
      if (!test::has_tool(tool)) GTEST_SKIP() << tool << " is not installed";
    for (const char* folder :
         {"repo/pool", "repo/dists/stable/main/binary-amd64", "lists/partial", "scratch", "etc"})
      fs::create_directories(root() / folder);
    temp_.write("sources.list", "deb [trusted=yes arch=amd64] file:" + (root() / "repo").string() +
                                    " stable main\n");
    settings_.scratch_folder = root() / "scratch";
    settings_.options = {"Dir::Etc::sourcelist=" + (root() / "sources.list").string(),
                         "Dir::Etc::sourceparts=" + (root() / "etc").string(),
                         "Dir::State::lists=" + (root() / "lists").string()};
    store_ = std::make_unique<store::Store>(root() / "store", store::Access::write);
    add_package("app", "1:1.0-1", "amd64",
                "Depends: lib (>= 2)\nRecommends: manual\n"
                "Source: apps (1.0-1)\n");
    add_package("lib", "2.0", "amd64", "Depends: data\n");
    add_package("lib", "1.0", "amd64", "");
    add_package("data", "3", "all", "");
    add_package("manual", "1", "all", "");
    update();
  }

  void add_package(const std::string& name, const std::string& version,
                   const std::string& architecture, const std::string& fields) {
    const std::string folder = "build/" + name + version;
    temp_.write(folder + "/usr/share/" + name, version);
    temp_.write(folder + "/DEBIAN/control", "Package: " + name + "\nVersion: " + version +
                                                "\nArchitecture: " + architecture +
                                                "\nMaintainer: nobody <nobody@example.org>\n" +
                                                fields + "Description: x\n y\n");
    run("dpkg-deb --root-owner-group -b " + folder + " repo/pool >/dev/null");
  }

  void update(const std::string& filter = "cat") {
    run("cd repo && dpkg-scanpackages --multiversion pool 2>/dev/null | " + filter +
        " >dists/stable/main/binary-amd64/Packages");
    std::string options;
    for (const std::string& option : settings_.options) options += " -o '" + option + "'";
    run("apt-get -qq -o Debug::NoLocking=true -o Dir::Cache=cache -o Dir::State::status=none" +
        options + " update 2>/dev/null");
  }

  void run(const std::string& command) {
    const auto result = test::run("cd '" + root().string() + "' && " + command);
    ASSERT_TRUE(result.succeeded) << command << ": " << result.output;
  }

  [[nodiscard]] std::vector<Package> resolve(const std::vector<std::string>& names,
                                             bool dependencies = true) const {
    return resolve_packages({names, "amd64", dependencies}, settings_);
  }

  [[nodiscard]] const fs::path& root() const { return temp_.path(); }

  TempDir temp_;
  AptSettings settings_;
  std::unique_ptr<store::Store> store_;
};

std::string names_of(const std::vector<Package>& packages) {
  std::string names;
  for (const Package& package : packages)
    names += package.name + "=" + package.version + ":" + package.architecture + " ";
  return names;
}

TEST_F(FetchDebian, FindsAllThatPackagesDependOn) {
  EXPECT_EQ(names_of(resolve({"app"})), "app=1:1.0-1:amd64 data=3:all lib=2.0:amd64 ");
  EXPECT_EQ(names_of(resolve({"lib", "app"}, false)), "app=1:1.0-1:amd64 lib=2.0:amd64 ");
  EXPECT_EQ(names_of(resolve({"lib=1.0"})), "lib=1.0:amd64 ");
  EXPECT_TRUE(resolve({}).empty());
  EXPECT_TRUE(fs::is_empty(root() / "scratch"));
}

TEST_F(FetchDebian, RecordsWhatBringsTheSameBytesAgain) {
  const Package app = resolve({"app"}, false).at(0);
  const fs::path file = root() / "repo" / app.file;
  EXPECT_EQ(app.file, "pool/app_1.0-1_amd64.deb");
  EXPECT_EQ(app.size, fs::file_size(file));
  EXPECT_EQ(to_hex(app.sha256) + "  -\n", test::run("sha256sum <'" + file.string() + "'").output);
  EXPECT_EQ(app.source, "apps");
  EXPECT_EQ(app.source_version, "1.0-1");
  const Package data = resolve({"data"}).at(0);
  EXPECT_EQ(data.source, "data");
  EXPECT_EQ(data.source_version, "3");
}

TEST_F(FetchDebian, NeedsNoMd5InTheLists) {
  update("sed /^MD5sum/d");
  const std::vector<Package> packages = resolve({"app"});
  EXPECT_EQ(names_of(packages), "app=1:1.0-1:amd64 data=3:all lib=2.0:amd64 ");
  fetch_packages(*store_, packages, "amd64", settings_);
  EXPECT_EQ(store_->examine(packages.at(0).sha256), store::State::intact);
}

TEST_F(FetchDebian, BringsPackagesIntoTheStore) {
  const std::vector<Package> packages = resolve({"app"});
  std::uint64_t done = 0;
  fetch_packages(*store_, packages, "amd64", settings_,
                 [&](const Progress& progress) { done = progress.done_bytes; });
  std::uint64_t total = 0;
  for (const Package& package : packages) {
    EXPECT_EQ(store_->examine(package.sha256), store::State::intact) << package.name;
    total += package.size;
  }
  EXPECT_EQ(done, total);
  EXPECT_TRUE(fs::is_empty(root() / "scratch"));
  // What is there needs no apt.
  settings_.programs.search_path = {};
  fetch_packages(*store_, packages, "amd64", settings_);
}

TEST_F(FetchDebian, SaysWhenTheArchiveHasMovedOn) {
  const std::vector<Package> packages = resolve({"app"});
  run("rm repo/pool/lib_2.0_amd64.deb");
  add_package("lib", "2.1", "amd64", "Depends: data\n");
  update();
  const Error error = refusal_of([&] { fetch_packages(*store_, packages, "amd64", settings_); });
  EXPECT_EQ(error.kind(), ErrorKind::environment);
  EXPECT_NE(std::string(error.what()).find("'lib=2.0'"), std::string::npos) << error.what();
  EXPECT_NE(error.context().hint.find("snapshot"), std::string::npos);
}

TEST_F(FetchDebian, TakesNoOtherBytesUnderTheSameVersion) {
  const std::vector<Package> packages = resolve({"data"});
  temp_.write("build/data3/usr/share/data", "4");  // another content of the same size
  run("dpkg-deb --root-owner-group -b build/data3 repo/pool >/dev/null");
  update();
  EXPECT_EQ(kind_of([&] { fetch_packages(*store_, packages, "amd64", settings_); }),
            ErrorKind::untrusted);
  EXPECT_EQ(store_->examine(packages[0].sha256), store::State::absent);
}

TEST_F(FetchDebian, SaysWhatAptCannotFind) {
  for (const auto& names : {std::vector<std::string>{"absent"}, {"lib=9"}}) {
    const Error error = refusal_of([&] { (void)resolve(names); });
    EXPECT_EQ(error.kind(), ErrorKind::environment);
    EXPECT_STREQ(error.what(), "apt cannot get these packages");
    EXPECT_NE(error.context().got.find(names[0].substr(0, 3)), std::string::npos);
  }
}

TEST_F(FetchDebian, SaysWhenThereAreNoListsForTheArchitecture) {
  const Error error = refusal_of([&] {
    (void)resolve_packages({{"app"}, "arm64", true}, settings_);
  });
  EXPECT_STREQ(error.what(), "apt has no package lists for arm64");
  EXPECT_NE(error.context().hint.find("dpkg --add-architecture arm64"), std::string::npos);
}

TEST_F(FetchDebian, LeavesTheSystemsAptAlone) {
  // A system of the test's own: at the real one somebody may be installing packages.
  for (const char* folder : {"system/var/cache/apt/archives/partial", "system/var/lib/apt/lists"})
    fs::create_directories(root() / folder);
  temp_.write("system/var/lib/dpkg/status", "");
  temp_.write("system/var/lib/apt/extended_states", "");
  settings_.options.push_back("Dir=" + (root() / "system").string());
  // Where a machine's configuration switches the caches off, nothing could be seen.
  settings_.options.insert(settings_.options.end(), {"Dir::Cache::pkgcache=pkgcache.bin",
                                                     "Dir::Cache::srcpkgcache=srcpkgcache.bin"});
  const auto state = [this] {
    return test::run("ls -lR --time-style=full-iso '" + root().string() + "/system' 2>&1").output;
  };
  const std::string before = state();
  fetch_packages(*store_, resolve({"app"}), "amd64", settings_);
  EXPECT_EQ(state(), before);
}

TEST_F(FetchDebian, PlansWithTheSystemsOwnLists) {
  settings_.options.clear();
  std::vector<Package> packages;
  try {
    packages = resolve_packages({{"libc6"}, "amd64", true}, settings_);
  } catch (const Error& error) {
    GTEST_SKIP() << "apt has no lists here: " << error.what();
  }
  EXPECT_EQ(packages.size(), 3U) << names_of(packages);  // gcc-12-base, libc6, libgcc-s1
  for (const Package& package : packages) EXPECT_TRUE(package.file.starts_with("pool/"));
}

TEST(FetchDebianAlone, SaysWhenAptIsMissing) {
  const TempDir temp;
  AptSettings settings;
  settings.scratch_folder = temp.path();
  settings.programs.search_path = {temp.path()};
  const Error error = refusal_of([&] {
    (void)resolve_packages({{"hello"}, "amd64", true}, settings);
  });
  EXPECT_EQ(error.kind(), ErrorKind::environment);
  EXPECT_FALSE(error.context().hint.empty());
}

TEST(FetchDebianAlone, RefusesWordsThatAptWouldTakeForSomethingElse) {
  for (const char* name :
       {"", "a", "-y", "--yes", "app-", "App", "app/stable", "app:arm64", "a*", "./file.deb",
        "app=", "app=-1", "app=1 2", "app=1=2", "~nhello", "a b", "?essential", "app=1;x"})
    EXPECT_EQ(kind_of([&] { check_package_name(name); }), ErrorKind::usage) << name;
  for (const char* name : {"g++", "libc6", "libstdc++6=12.2.0-14+deb12u1", "xz=1:2.0~rc1-1"})
    EXPECT_NO_THROW(check_package_name(name)) << name;
  const TempDir temp;
  EXPECT_EQ(kind_of([&] {
              (void)resolve_packages({{"app"}, "amd64 -y", true}, {.scratch_folder = temp.path()});
            }),
            ErrorKind::usage);
}

}  // namespace
}  // namespace reproduce::fetch
