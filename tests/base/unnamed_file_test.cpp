#include <cerrno>
#include <filesystem>
#include <iterator>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "support/bare_root.hpp"
#include "support/temp_dir.hpp"
#include <gtest/gtest.h>
#include <seccomp.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"

namespace reproduce {
namespace {

using test::BareRootResult;
using test::Rights;

std::ptrdiff_t count_files(const std::filesystem::path& folder) {
  return std::distance(std::filesystem::directory_iterator(folder), {});
}

/// Publishes "new" as /out, in place of what is there.
void publish_out() {
  AtomicFile out("/out");
  out.write(as_bytes("ne"));
  out.write(as_bytes("w"));
  out.publish();
}

/// Who names a file from its descriptor: everybody (of files of their own) since Linux 6.10, before
/// that those with CAP_DAC_READ_SEARCH. A filter plays the part of the older one.
enum class Who { root, nobody, nobody_on_older_linux };

void be_older_linux() {
  const scmp_arg_cmp empty_path{
      .arg = 4, .op = SCMP_CMP_MASKED_EQ, .datum_a = AT_EMPTY_PATH, .datum_b = AT_EMPTY_PATH};
  const scmp_filter_ctx filter = ::seccomp_init(SCMP_ACT_ALLOW);
  ASSERT_EQ(
      ::seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(ENOENT), SCMP_SYS(linkat), 1, &empty_path),
      0);
  ASSERT_EQ(::seccomp_load(filter), 0);
  ::seccomp_release(filter);
}

class WithoutProc : public testing::TestWithParam<Who> {
 protected:
  template <class Work>
  void run(Work work) {
    const Who who = GetParam();
    const Rights rights = who == Who::root ? Rights::all : Rights::of_nobody;
    const BareRootResult result = test::in_bare_root(dir.path(), rights, [who, &work] {
      if (who == Who::nobody_on_older_linux) be_older_linux();
      work();
    });
    if (result == BareRootResult::not_permitted) GTEST_SKIP() << "chroot needs root";
    EXPECT_EQ(result, BareRootResult::passed);
  }

  const test::TempDir dir;
};

std::string name_of(const testing::TestParamInfo<Who>& who) {
  switch (who.param) {
    case Who::root:
      return "AsRoot";
    case Who::nobody:
      return "AsNobody";
    case Who::nobody_on_older_linux:
      return "AsNobodyOnOlderLinux";
  }
  return {};
}

INSTANTIATE_TEST_SUITE_P(AtomicFile, WithoutProc,
                         testing::Values(Who::root, Who::nobody, Who::nobody_on_older_linux),
                         name_of);

TEST_P(WithoutProc, ReplacesAnOlderFileOnlyWhenPublished) {
  dir.write("out", "old");
  run([] {
    AtomicFile out("/out");
    out.write(as_bytes("new"));
    EXPECT_EQ(as_text(test::slurp("/out")), "old");
    out.publish();
  });
  EXPECT_EQ(as_text(test::slurp(dir.path() / "out")), IsSkipped() ? "old" : "new");
  EXPECT_EQ(count_files(dir.path()), 1);
}

TEST_P(WithoutProc, HasANameWhileUnfinishedOnlyWhereItMust) {
  const std::ptrdiff_t names = GetParam() == Who::nobody_on_older_linux ? 1 : 0;
  if (GetParam() == Who::nobody) GTEST_SKIP() << "depends on the version of Linux";
  run([names] {
    AtomicFile out("/out");
    out.write(as_bytes("unfinished"));
    out.flush();
    EXPECT_EQ(count_files("/"), names);
  });
}

TEST_P(WithoutProc, LeavesNothingWhenNotPublished) {
  run([] {
    AtomicFile out("/out");
    out.write(as_bytes("never seen"));
    out.flush();
  });
  EXPECT_EQ(count_files(dir.path()), 0);
}

TEST_P(WithoutProc, CannotPublishIntoAFolderThatIsGone) {
  run([] {
    std::filesystem::create_directory("/folder");
    AtomicFile out("/folder/out");
    out.write(as_bytes("content"));
    std::filesystem::rename("/folder", "/elsewhere");
    EXPECT_THROW(out.publish(), Error);
    EXPECT_FALSE(std::filesystem::exists("/elsewhere/out"));
  });
}

// Two processes may have the same number, each in its own pid name space.
TEST_P(WithoutProc, KeepsTwoUnfinishedFilesOfOneNameApart) {
  run([] {
    AtomicFile one("/out");
    AtomicFile other("/out");
    one.write(as_bytes("one"));
    other.write(as_bytes("other"));
    one.publish();
    EXPECT_EQ(as_text(test::slurp("/out")), "one");
    other.publish();
    EXPECT_EQ(as_text(test::slurp("/out")), "other");
    EXPECT_EQ(count_files("/"), 1);
  });
}

TEST_P(WithoutProc, NeitherUsesNorRemovesWhatAKilledRunLeft) {
  run([] {
    const std::string left = "/.out." + std::to_string(::getpid()) + ".0.partial";
    {
      AtomicFile file(left);
      file.write(as_bytes("left"));
      file.publish();
    }
    publish_out();
    EXPECT_EQ(as_text(test::slurp("/out")), "new");
    EXPECT_EQ(as_text(test::slurp(left)), "left");
    EXPECT_EQ(count_files("/"), 2);
  });
}

// A folder that only has the name of /proc must not be taken for it.
TEST_P(WithoutProc, IsNotMisledByAFolderOfThatName) {
  constexpr int most = 64;
  for (int fd = 0; fd < most; ++fd) dir.write("proc/self/fd/" + std::to_string(fd), "foreign");
  run([] {
    publish_out();
    EXPECT_EQ(as_text(test::slurp("/out")), "new");
    for (int fd = 0; fd < most; ++fd)
      EXPECT_EQ(as_text(test::slurp("/proc/self/fd/" + std::to_string(fd))), "foreign");
  });
}

TEST_P(WithoutProc, SaysWhatIsMissingWhenTheFolderIs) {
  run([] {
    try {
      AtomicFile out("/absent/out");
      ADD_FAILURE() << "no error";
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::environment);
      EXPECT_EQ(error.context().file, "/absent/out");
    }
  });
}

}  // namespace
}  // namespace reproduce
