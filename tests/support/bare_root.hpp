#pragma once

/// Work done where the file system is one folder and nothing else: no /proc, no /dev.

#include <cstdio>
#include <exception>
#include <filesystem>
#include <iostream>

#include <sched.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace reproduce::test {

enum class Rights { all, of_nobody };

/// How work in a bare root ended. What it said of failed expectations is on standard output.
enum class BareRootResult { passed, failed, not_permitted };

/// Runs `work` in a process of its own whose root folder is `folder`, as whoever runs the test or
/// as a user without any rights.
template <class Work>
BareRootResult in_bare_root(const std::filesystem::path& folder, Rights rights, Work work) {
  constexpr int not_permitted = 77;
  constexpr unsigned nobody = 65534;
  (void)::chmod(folder.c_str(), 0777);
  (void)std::fflush(nullptr);
  const pid_t child = ::fork();
  if (child == 0) {
    if (::chroot(folder.c_str()) != 0 || ::chdir("/") != 0) ::_exit(not_permitted);
    if (rights == Rights::of_nobody &&
        (::setresgid(nobody, nobody, nobody) != 0 || ::setresuid(nobody, nobody, nobody) != 0))
      ::_exit(not_permitted);
    try {
      work();
    } catch (const std::exception& error) {
      ADD_FAILURE() << error.what();
    }
    std::cout.flush();
    (void)std::fflush(nullptr);
    ::_exit(testing::Test::HasFailure() ? 1 : 0);
  }
  int status = 0;
  if (::waitpid(child, &status, 0) != child || !WIFEXITED(status)) return BareRootResult::failed;
  if (WEXITSTATUS(status) == not_permitted) return BareRootResult::not_permitted;
  return WEXITSTATUS(status) == 0 ? BareRootResult::passed : BareRootResult::failed;
}

}  // namespace reproduce::test
