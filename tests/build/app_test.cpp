#include "reproduce/build/app.hpp"

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "support/memory_image.hpp"
#include "support/refusal.hpp"
#include "support/temp_dir.hpp"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reproduce/base/text.hpp"
#include "reproduce/build/build.hpp"
#include "reproduce/manifest/parse.hpp"

namespace reproduce::build {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;

/// A folder with a tree to run, and the manifests that run it.
class AppFolder {
 public:
  AppFolder() {
    write("kernel", "a kernel");
    write("tree/bin/app", "an app");
    write("tree/etc/passwd", "root:x:0:0::/:/bin/sh\nweb:x:33:34::/:/bin/sh\n");
    write("tree/etc/group", "video:x:44:web\n");
  }

  void write(const std::string& name, const std::string& content) const {
    namespace fs = std::filesystem;
    fs::path path = folder_.write(name, content);
    fs::permissions(path, fs::perms(0644));
    while ((path = path.parent_path()) != folder_.path()) fs::permissions(path, fs::perms(0755));
  }

  [[nodiscard]] std::filesystem::path path(const std::string& name) const {
    return folder_.path() / name;
  }

  [[nodiscard]] manifest::Manifest manifest(const std::string& app) const {
    return manifest::parse_manifest(
        "[image]\nname = \"n\"\narch = \"x86_64\"\n[kernel]\npath = \"kernel\"\n[app]\n" + app,
        path("enclave.toml"));
  }

  /// What planning complains about.
  [[nodiscard]] Error refusal(const std::string& app) const {
    return test::refusal_of([&] { (void)texts(app); });
  }

  /// Both ramdisks, an entry a line: path, mode in octal, and what a small file holds.
  [[nodiscard]] std::vector<std::vector<std::string>> texts(const std::string& app) const {
    const manifest::Manifest parsed = manifest(app);
    inputs::Ledger ledger(parsed, inputs::Pinning::record);
    inputs::Reader reader(ledger, folder_.path());
    std::vector<std::vector<std::string>> all;
    for (const LayeredRamdisk& ramdisk : plan_app(*parsed.app, parsed.image.arch, ledger, reader)) {
      std::vector<std::string>& lines = all.emplace_back();
      for (const auto& [name, entry] : ramdisk.tree().entries())
        lines.push_back(describe(name, entry));
    }
    return all;
  }

  /// The content of a file of the second ramdisk; "absent" when it is not there.
  [[nodiscard]] std::string file(const std::string& app, const std::string& name) const {
    const auto ramdisks = texts(app);
    for (const std::string& line : ramdisks.at(1))
      if (line.starts_with(name + " ")) return line.substr(line.find('[') + 1);
    return "absent";
  }

 private:
  static std::string describe(const std::string& name, const tree::Entry& entry) {
    constexpr std::uint64_t small = 100;
    std::string text = name + " ";
    for (const int shift : {9, 6, 3, 0})
      text += static_cast<char>('0' + ((entry.mode >> static_cast<unsigned>(shift)) & 7U));
    if (entry.type == tree::EntryType::symlink) return text + " -> " + entry.target;
    if (entry.type == tree::EntryType::directory) return text + " /";
    if (!entry.content || entry.content->size() > small) return text + " large";
    const auto source = entry.content->open();
    const Bytes bytes = read_all(*source, small, "small file");
    return text + " [" + std::string(as_text(bytes));
  }

  test::TempDir folder_;
};

const std::string run_app = "dir = \"tree\"\ncommand = [\"/bin/app\", \"a b\"]\n";

// nitro-cli's layout: docs/formats/init.md.
TEST(App, BecomesTheTwoRamdisksOfNitroCli) {
  const AppFolder folder;
  const auto ramdisks = folder.texts(run_app + "env = { A = \"1\", B = \"x y\" }\n");
  EXPECT_THAT(ramdisks.at(0), ElementsAre("dev 0755 /", "init 0755 large"));
  EXPECT_THAT(ramdisks.at(1),
              ElementsAre("cmd 0644 [/bin/app\na b\n", "env 0644 [A=1\nB=x y\n", "rootfs 0755 /",
                          "rootfs/bin 0755 /", "rootfs/bin/app 0644 [an app", "rootfs/dev 0755 /",
                          "rootfs/etc 0755 /", "rootfs/etc/group 0644 [video:x:44:web\n",
                          "rootfs/etc/passwd 0644 "
                          "[root:x:0:0::/:/bin/sh\nweb:x:33:34::/:/bin/sh\n",
                          "rootfs/proc 0755 /", "rootfs/run 0755 /", "rootfs/sys 0755 /",
                          "rootfs/tmp 0755 /", "rootfs/var 0755 /"));
}

TEST(App, TakesAnotherInitAndTheDriver) {
  const AppFolder folder;
  folder.write("other", "another init");
  folder.write("nsm.ko", "a driver");
  EXPECT_THAT(folder.texts(run_app + "init = \"other\"\nnsm = \"nsm.ko\"\n").at(0),
              ElementsAre("dev 0755 /", "init 0755 [another init", "nsm.ko 0755 [a driver"));
  EXPECT_EQ(folder.texts(run_app + "init = \"builtin\"\n"), folder.texts(run_app));
}

TEST(App, TellsInitAboutUserFolderAndHeartbeatOnlyWhereThereIsSomethingToSay) {
  const AppFolder folder;
  EXPECT_EQ(folder.file(run_app, "user"), "absent");
  EXPECT_EQ(folder.file(run_app + "user = \"root\"\n", "user"), "absent");
  EXPECT_EQ(folder.file(run_app + "user = \"web\"\n", "user"), "33:34:44\n");
  EXPECT_EQ(folder.file(run_app + "user = \"7:8\"\n", "user"), "7:8\n");
  EXPECT_EQ(folder.file(run_app, "workdir"), "absent");
  EXPECT_EQ(folder.file(run_app + "workdir = \"/\"\n", "workdir"), "absent");
  EXPECT_EQ(folder.file(run_app + "workdir = \"/srv\"\n", "workdir"), "/srv\n");
  EXPECT_EQ(folder.file(run_app, "no-heartbeat"), "absent");
  EXPECT_EQ(folder.file(run_app + "heartbeat = false\n", "no-heartbeat"), "");
}

TEST(App, LeavesMountPointsThatTheTreeHasAsTheyAre) {
  const AppFolder folder;
  std::filesystem::create_symlink("elsewhere", folder.path("tree/dev"));
  folder.write("tree/proc", "a file");
  const auto lines = folder.texts(run_app).at(1);
  EXPECT_THAT(lines, ::testing::Contains("rootfs/dev 0777 -> elsewhere"));
  EXPECT_THAT(lines, ::testing::Contains("rootfs/proc 0644 [a file"));
}

TEST(App, RefusesWhatCannotRunAndPointsAtTheManifest) {
  const AppFolder folder;
  struct {
    std::string app, words;
  } const cases[] = {
      {"dir = \"tree\"\n", "there is nothing to run"},
      {run_app + "user = \"nobody\"\n", "there is no user 'nobody'"},
      {run_app + "user = \"web:nogroup\"\n", "there is no group 'nogroup'"},
  };
  for (const auto& [app, words] : cases) {
    const Error error = folder.refusal(app);
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_EQ(std::string(error.what()), words);
    ASSERT_TRUE(error.context().source) << words;
    EXPECT_EQ(error.context().source->text, "[app]");
  }
  std::filesystem::remove(folder.path("tree/etc/passwd"));
  std::filesystem::create_symlink("/etc/passwd", folder.path("tree/etc/passwd"));
  EXPECT_THAT(folder.refusal(run_app + "user = \"root\"\n").what(), HasSubstr("no user 'root'"));
}

// The user's file is read for its number, and once more into the image: pins hold for both.
TEST(App, BuildsFromItsLockAndNoticesAChange) {
  const AppFolder folder;
  const manifest::Manifest manifest = folder.manifest(run_app + "user = \"web\"\n");
  const Surroundings surroundings{.tool_version = "1", .scratch_folder = folder.path(".")};
  const manifest::Lock lock = make_lock(manifest, {}, surroundings).lock;
  EXPECT_TRUE(lock.writers.contains("init"));
  test::MemoryImage out;
  EXPECT_NO_THROW((void)build_locked(manifest, lock, surroundings, out));
  EXPECT_EQ(sha256(out.bytes()), lock.image.sha256);
  folder.write("tree/etc/passwd", "root:x:0:0::/:/bin/sh\nweb:x:34:34::/:/bin/sh\n");
  test::MemoryImage other;
  const Error error =
      test::refusal_of([&] { (void)build_locked(manifest, lock, surroundings, other); });
  EXPECT_EQ(error.kind(), ErrorKind::untrusted);
  EXPECT_THAT(error.what(), HasSubstr("folder 'tree'"));
}

TEST(App, AnotherBuiltinInitIsToldBeforeBuilding) {
  const AppFolder folder;
  const manifest::Manifest manifest = folder.manifest(run_app);
  const Surroundings surroundings{.tool_version = "1", .scratch_folder = folder.path(".")};
  manifest::Lock lock = make_lock(manifest, {}, surroundings).lock;
  EXPECT_NO_THROW(require_same_writers(lock, manifest, surroundings));
  lock.writers["init"] = "sha256 " + std::string(64, '0');
  const Error error = test::refusal_of([&] { require_same_writers(lock, manifest, surroundings); });
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  // What does not differ is not mentioned.
  EXPECT_EQ(error.context().expected, "init sha256 " + std::string(64, '0'));
  EXPECT_THAT(error.context().got, StartsWith("init "));
  EXPECT_THAT(error.context().hint, HasSubstr("reproduce lock"));
}

TEST(App, AWriterThatOnlyOneSideHasIsNamedAsSuch) {
  const AppFolder folder;
  const manifest::Manifest manifest = folder.manifest(run_app);
  const Surroundings surroundings{.tool_version = "1", .scratch_folder = folder.path(".")};
  manifest::Lock lock = make_lock(manifest, {}, surroundings).lock;
  lock.writers["zstd"] = "1.5.4";
  const Error error = test::refusal_of([&] { require_same_writers(lock, manifest, surroundings); });
  EXPECT_EQ(error.context().expected, "zstd 1.5.4");
  EXPECT_EQ(error.context().got, "no zstd");
}

}  // namespace
}  // namespace reproduce::build
