#include <chrono>
#include <filesystem>
#include <fstream>
#include <future>
#include <string>

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <unistd.h>

#include "support/refusal.hpp"
#include "support/temp_dir.hpp"
#include "support/thrown.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/hex.hpp"
#include "reproduce/store/store.hpp"

namespace reproduce::store {
namespace {

namespace fs = std::filesystem;
using test::kind_of;
using test::refusal_of;
using test::TempDir;

const Sha256Digest& abc() {
  static const Sha256Digest digest = sha256(as_bytes("abc"));
  return digest;
}

TEST(StoreWriter, GoesOnWhereAnEarlierOneStopped) {
  const TempDir temp;
  const Store store(temp.path(), Access::write);
  store.resume(abc())->write(as_bytes("a"));
  EXPECT_FALSE(store.find(abc()));
  EXPECT_EQ(as_text(test::slurp(temp.path() / "partial" / to_hex(abc()))), "a");
  const auto writer = store.resume(abc());
  EXPECT_EQ(writer->size(), 1U);
  EXPECT_FALSE(writer->is_complete());
  writer->write(as_bytes("bc"));
  EXPECT_TRUE(writer->is_complete());
  EXPECT_EQ(writer->publish(), (Object{abc(), 3}));
  EXPECT_EQ(store.examine(abc()), State::intact);
  EXPECT_TRUE(fs::is_empty(temp.path() / "partial"));
}

TEST(StoreWriter, CanStartAgain) {
  const TempDir temp;
  const Store store(temp.path(), Access::write);
  store.resume(abc())->write(as_bytes("longer rubbish"));
  const auto writer = store.resume(abc());
  writer->restart();
  EXPECT_EQ(writer->size(), 0U);
  writer->write(as_bytes("abc"));
  EXPECT_EQ(writer->publish().size, 3U);
}

TEST(StoreWriter, ThrowsWrongBytesAway) {
  const TempDir temp;
  const Store store(temp.path(), Access::write);
  {
    const auto writer = store.resume(abc());
    writer->write(as_bytes("abd"));
    EXPECT_EQ(kind_of([&] { (void)writer->publish(); }), ErrorKind::untrusted);
  }
  EXPECT_FALSE(store.find(abc()));
  EXPECT_EQ(store.resume(abc())->size(), 0U);
}

TEST(StoreWriter, LeavesNothingWhenNothingWasWritten) {
  const TempDir temp;
  const Store store(temp.path(), Access::write);
  (void)store.resume(abc());
  EXPECT_TRUE(fs::is_empty(temp.path() / "partial"));
}

TEST(StoreWriter, WaitsForWhoeverWritesTheSameObject) {
  const TempDir temp;
  const Store store(temp.path(), Access::write);
  auto first = store.resume(abc());
  first->write(as_bytes("abc"));
  auto second = std::async(std::launch::async, [&] {
    const auto writer = store.resume(abc());
    return std::pair(writer->size(), store.find(abc()).has_value());
  });
  EXPECT_EQ(second.wait_for(std::chrono::milliseconds(50)), std::future_status::timeout);
  (void)first->publish();
  // Nothing of the published file is the second one's to go on with.
  EXPECT_EQ(second.get(), std::pair(std::uint64_t{0}, true));
}

TEST(StoreWriter, NeverWritesToAFileThatHasAnotherNameToo) {
  const TempDir temp;
  const TempDir elsewhere;
  const Store store(temp.path(), Access::write);
  const fs::path victim = elsewhere.write("victim", "precious");
  fs::create_directory(temp.path() / "partial");
  fs::create_hard_link(victim, temp.path() / "partial" / to_hex(abc()));
  EXPECT_EQ(kind_of([&] { (void)store.resume(abc()); }), ErrorKind::untrusted);
  fs::remove(temp.path() / "partial" / to_hex(abc()));
  fs::create_symlink(victim, temp.path() / "partial" / to_hex(abc()));
  EXPECT_EQ(kind_of([&] { (void)store.resume(abc()); }), ErrorKind::untrusted);
  EXPECT_EQ(as_text(test::slurp(victim)), "precious");
}

TEST(StoreWriter, DoesNotPublishAFileThatReplacedItsOwn) {
  const TempDir temp;
  const Store store(temp.path(), Access::write);
  const auto writer = store.resume(abc());
  writer->write(as_bytes("abc"));
  fs::remove(temp.path() / "partial" / to_hex(abc()));
  temp.write("partial/" + to_hex(abc()), "evil");
  EXPECT_EQ(kind_of([&] { (void)writer->publish(); }), ErrorKind::environment);
  EXPECT_FALSE(store.find(abc()));
}

/// A name space of mounts of our own, as root or as an ordinary user who may make one.
bool may_mount() {
  if (::unshare(CLONE_NEWNS) == 0) return true;
  const std::string user = "0 " + std::to_string(::geteuid()) + " 1";
  const std::string group = "0 " + std::to_string(::getegid()) + " 1";
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) return false;
  std::ofstream("/proc/self/uid_map") << user;
  std::ofstream("/proc/self/setgroups") << "deny";
  std::ofstream("/proc/self/gid_map") << group;
  return true;
}

/// Runs `work` in a process of its own, in which `folder` is a file system of 1 MiB.
/// 0: it returned true; 1: it did not; 77: this machine does not let us mount.
template <typename Work>
int on_small_file_system(const fs::path& folder, const char* options, Work work) {
  const pid_t child = ::fork();
  if (child == 0) {
    const bool mounted = may_mount() &&
                         ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                         ::mount("tmpfs", folder.c_str(), "tmpfs", 0, options) == 0;
    if (!mounted) ::_exit(77);
    bool held = false;
    try {
      held = work();
    } catch (...) {
      held = false;
    }
    ::_exit(held ? 0 : 1);
  }
  int status = 0;
  (void)::waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 2;
}

TEST(StoreWriter, SaysWhenTheDiskIsFullAndLeavesNothing) {
  const TempDir temp;
  const int status = on_small_file_system(temp.path(), "size=1m", [&] {
    const Store store(temp.path(), Access::write);
    const std::string large(std::size_t{2} << 20, 'x');
    try {
      MemorySource source(as_bytes(large));
      (void)store.add(source);
    } catch (const Error& error) {
      return error.kind() == ErrorKind::environment && !error.context().hint.empty() &&
             fs::is_empty(temp.path() / "partial");
    }
    return false;
  });
  if (status == 77) GTEST_SKIP() << "a file system cannot be mounted here";
  EXPECT_EQ(status, 0);
}

TEST(StoreWriter, SaysWhenTheStoreCannotBeWritten) {
  const TempDir temp;
  const int status = on_small_file_system(temp.path(), "size=1m", [&] {
    {
      const Store store(temp.path(), Access::write);
      MemorySource source(as_bytes("abc"));
      (void)store.add(source);
    }
    if (::mount("none", temp.path().c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) != 0)
      return false;
    const Store store(temp.path(), Access::read);
    MemorySource source(as_bytes("abd"));
    const Error error = refusal_of([&] { (void)store.add(source); });
    return store.examine(abc()) == State::intact && error.kind() == ErrorKind::environment &&
           std::string(error.what()).find("Read-only file system") != std::string::npos;
  });
  if (status == 77) GTEST_SKIP() << "a file system cannot be mounted here";
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace reproduce::store
