#include "reproduce/base/temporary_folder.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/temp_dir.hpp"
#include "support/thrown.hpp"
#include <gtest/gtest.h>

namespace reproduce {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

TEST(TemporaryFolder, IsOursAloneAndGoneWithAllThatIsInIt) {
  const test::TempDir temp;
  {
    const TemporaryFolder folder(temp.path(), "work");
    EXPECT_EQ(folder.path().parent_path(), temp.path());
    EXPECT_TRUE(folder.path().filename().string().starts_with("work."));
    struct stat status {};
    ASSERT_EQ(::stat(folder.path().c_str(), &status), 0);
    EXPECT_EQ(status.st_mode & 07777U, 0700U);
    fs::create_directories(folder.path() / "a/b");
    temp.write(folder.path().filename().string() + "/a/b/file", "x");
    fs::create_symlink(temp.path(), folder.path() / "link");
  }
  EXPECT_TRUE(names_in(temp.path()).empty());
}

TEST(TemporaryFolder, RemovesWhatAKilledProcessLeft) {
  const test::TempDir temp;
  const pid_t child = ::fork();
  if (child == 0) {
    const TemporaryFolder folder(temp.path(), "work");
    temp.write(folder.path().filename().string() + "/left", "x");
    ::_exit(0);  // as one that is killed: no destructor
  }
  ASSERT_EQ(::waitpid(child, nullptr, 0), child);
  ASSERT_EQ(names_in(temp.path()).size(), 1U);
  const TemporaryFolder other(temp.path(), "other");
  EXPECT_EQ(names_in(temp.path()).size(), 2U) << "another name removes nothing";
  const TemporaryFolder folder(temp.path(), "work");
  EXPECT_EQ(names_in(temp.path()),
            (std::vector{other.path().filename().string(), folder.path().filename().string()}));
}

TEST(TemporaryFolder, LeavesOneInUse) {
  const test::TempDir temp;
  const TemporaryFolder first(temp.path(), "work");
  const TemporaryFolder second(temp.path(), "work");
  EXPECT_NE(first.path(), second.path());
  EXPECT_EQ(names_in(temp.path()).size(), 2U);
}

TEST(TemporaryFolder, LeavesWhatIsNotItsOwn) {
  const test::TempDir temp;
  fs::create_directories(temp.path() / "elsewhere");
  temp.write("elsewhere/file", "x");
  temp.write("work.abcdef", "a file");
  fs::create_directory_symlink(temp.path() / "elsewhere", temp.path() / "work.ABCDEF");
  for (const char* name : {"work.ABCDE", "work.ABCDEFG", "work.ABC-EF", "work", "work-ABCDEF"})
    fs::create_directory(temp.path() / name);
  const std::vector<std::string> before = names_in(temp.path());
  { const TemporaryFolder folder(temp.path(), "work"); }
  EXPECT_EQ(names_in(temp.path()), before);
  EXPECT_TRUE(fs::exists(temp.path() / "elsewhere/file"));
}

TEST(TemporaryFolder, SaysWhereNoneCanBeMade) {
  EXPECT_EQ(test::kind_of([] { const TemporaryFolder folder("/absent/folder", "work"); }),
            ErrorKind::environment);
}

}  // namespace
}  // namespace reproduce
