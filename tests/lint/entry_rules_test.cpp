#include "planned.hpp"

namespace reproduce::lint {
namespace {

TEST(LintEntries, NothingIsFoundInAPlainTree) {
  Planned planned;
  planned.folder("rootfs/tmp", 01777)
      .file("rootfs/bin/sh",
            "\x7f"
            "ELF",
            0755);
  planned.symlink("rootfs/bin/bash", "sh").symlink("rootfs/etc/mtab", "/proc/mounts");
  planned.file("rootfs/etc/passwd", "root:x:0:0::/root:/bin/sh\n");
  planned.tree.add("rootfs/dev/null", {.type = tree::EntryType::character_device,
                                       .mode = 0666,
                                       .device_major = 1,
                                       .device_minor = 3});
  EXPECT_EQ(planned.all(), std::vector<std::string>{});
}

TEST(LintEntries, WorldWritableIsForFilesAndForFoldersThatAreNotSticky) {
  Planned planned;
  planned.file("file", "", 0602).folder("folder", 0777).folder("sticky", 01777);
  planned.file("closed", "", 0664).symlink("link", "file");
  planned.tree.add("fifo", {.type = tree::EntryType::fifo, .mode = 0666});
  EXPECT_EQ(planned.paths(Rule::world_writable), (Paths{"file", "folder"}));
}

TEST(LintEntries, SetuidIsForFilesThatRunAsTheirOwnerOrGroup) {
  Planned planned;
  planned.file("u", "", 04755).file("g", "", 02755).folder("d", 02775).file("n", "", 01755);
  const Findings findings = planned.look();
  ASSERT_EQ(findings.count(Rule::setuid), 2U);
  EXPECT_TRUE(findings.of(Rule::setuid)[0].says.starts_with("runs as its group"));
  EXPECT_TRUE(findings.of(Rule::setuid)[1].says.starts_with("runs as its owner"));
}

TEST(LintEntries, NamesAreKnownBelowAnyFolder) {
  for (const std::string prefix : {"", "rootfs/", "a/b c/"}) {
    Planned planned;
    planned.file(prefix + "var/lib/systemd/random-seed", "s");
    planned.file(prefix + "etc/ssh/ssh_host_ed25519_key", "s");
    planned.file(prefix + "var/cache/ldconfig/aux-cache", "s");
    EXPECT_EQ(planned.paths(Rule::random_seed), Paths{prefix + "var/lib/systemd/random-seed"});
    EXPECT_EQ(planned.paths(Rule::ssh_host_key), Paths{prefix + "etc/ssh/ssh_host_ed25519_key"});
    EXPECT_EQ(planned.paths(Rule::package_log), Paths{prefix + "var/cache/ldconfig/aux-cache"});
  }
}

TEST(LintEntries, NamesThatOnlyLookAlikeAreNotFound) {
  Planned planned;
  planned.file("xetc/ssh/ssh_host_rsa_key", "s").file("etc/ssh/ssh_host_rsa_key.pub", "s");
  planned.file("etc/ssh/sshd_config", "s").file("etc/ssh/_key", "s");
  planned.file("var/lib/systemd/random-seed.txt", "s").file("random-seed", "s");
  planned.file("var/log/dpkg.log.txt", "s").file("var/log/app.log", "s");
  planned.file("etc/machine-id.d/x", "s").file("etc/shadows", "a:b:1:");
  planned.folder("var/log/alternatives.log", 0755).symlink("etc/machine-id", "/run/machine-id");
  EXPECT_EQ(planned.all(), std::vector<std::string>{});
}

TEST(LintEntries, EveryPackageLogThatIsKnownIsFoundUnlessItIsEmpty) {
  const std::vector<std::string> paths{
      "var/log/dpkg.log",           "var/log/alternatives.log",
      "var/log/bootstrap.log",      "var/log/apt/history.log",
      "var/log/apt/eipp.log.xz",    "var/cache/ldconfig/aux-cache",
      "var/cache/apt/pkgcache.bin", "var/cache/debconf/config.dat-old",
      "var/lib/dpkg/status-old"};
  for (const std::string& path : paths) {
    EXPECT_EQ(Planned().file("rootfs/" + path, "x").look().count(Rule::package_log), 1U) << path;
    EXPECT_EQ(Planned().file("rootfs/" + path, "").look().count(Rule::package_log), 0U) << path;
  }
}

TEST(LintEntries, LossesAreFoundByTheirKind) {
  Planned planned;
  planned.losses = {{"a", "extended attribute user.x", layers::LossKind::attribute},
                    {"b", "hard link to a fifo", layers::LossKind::hard_link},
                    {"c", "book-keeping of AUFS", layers::LossKind::other}};
  EXPECT_EQ(planned.paths(Rule::xattr_lost), Paths{"a"});
  EXPECT_EQ(planned.paths(Rule::hardlink_lost), Paths{"b"});
  EXPECT_EQ(planned.all().size(), 2U);
}

TEST(LintEntries, FilesNewerThanTheEpochAreFoundOnlyWhereOneIsSet) {
  Planned planned;
  planned.newest = {{1000, "old"}, {1001, "new"}, {INT64_MAX, "never"}, {-5, "before"}};
  const auto count = [&](const std::string& image) {
    return planned.look("", image).count(Rule::newer_than_epoch);
  };
  EXPECT_EQ(count(""), 0U);
  EXPECT_EQ(count("source_date_epoch = 0"), 0U);
  EXPECT_EQ(count("source_date_epoch = 999"), 3U);
  EXPECT_EQ(count("source_date_epoch = 1000"), 2U);
  EXPECT_EQ(count("source_date_epoch = 1001"), 1U);
  const Findings findings = planned.look("", "source_date_epoch = 1000");
  EXPECT_EQ(findings.of(Rule::newer_than_epoch)[0].path, "new");
  EXPECT_NE(findings.of(Rule::newer_than_epoch)[0].says.find("1970-01-01T00:16:41Z"),
            std::string::npos);
}

TEST(LintEntries, TagsOfRegistriesAreFoundAndDigestsAreNot) {
  const auto manifest = [](const std::string& reference) {
    return "[[ramdisk]]\n[[ramdisk.layer]]\noci = 'docker://" + reference + "'\n";
  };
  const std::string digest = "@sha256:" + std::string(64, 'a');
  EXPECT_EQ(Planned().paths(Rule::mutable_tag, manifest("h:5000/n:1")), Paths{"h:5000/n:1"});
  EXPECT_EQ(Planned().paths(Rule::mutable_tag, manifest("h/n")), Paths{"h/n"});
  EXPECT_EQ(Planned().paths(Rule::mutable_tag, manifest("h/n" + digest)), Paths{});
  EXPECT_EQ(Planned().paths(Rule::mutable_tag, "[[ramdisk]]\n[[ramdisk.layer]]\noci = 'n:1'\n"),
            Paths{});
  EXPECT_EQ(Planned().paths(Rule::mutable_tag,
                            manifest("h/n:1") + "[lint.allow]\nmutable-tag = ['h/*']\n"),
            Paths{});
}

}  // namespace
}  // namespace reproduce::lint
