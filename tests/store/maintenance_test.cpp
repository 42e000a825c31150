#include "reproduce/store/maintenance.hpp"

#include <filesystem>
#include <limits>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>

#include "support/temp_dir.hpp"
#include "support/thrown.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/hex.hpp"

namespace reproduce::store {
namespace {

namespace fs = std::filesystem;
using test::kind_of;
using test::TempDir;

constexpr std::int64_t end_of_time = std::numeric_limits<std::int64_t>::max();

Sha256Digest add(const Store& store, std::string_view text) {
  MemorySource source(as_bytes(text));
  return store.add(source).digest;
}

void set_time(const fs::path& path, time_t seconds) {
  const timespec times[] = {{seconds, 0}, {seconds, 0}};
  ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
}

std::string lines_of(const Verification& verification) {
  std::string lines;
  for (const Finding& finding : verification.findings)
    lines += std::string(name_of(finding.fault)) + " " + finding.path + " " +
             std::to_string(finding.bytes) + "\n";
  return lines;
}

TEST(StoreVerify, CountsWhatIsSound) {
  const TempDir temp;
  const Store store(temp.path(), Access::write);
  (void)add(store, "abc");
  (void)add(store, "");
  std::uint64_t told = 0;
  const Verification result = verify(store, [&](std::uint64_t bytes) { told += bytes; });
  EXPECT_EQ(result.intact, (Total{2, 3}));
  EXPECT_TRUE(result.findings.empty());
  EXPECT_EQ(told, 3U);
}

TEST(StoreVerify, ListsWhatIsCorruptForeignOrPartial) {
  const TempDir temp;
  const Store store(temp.path(), Access::write);
  const std::string abc = to_hex(add(store, "abc"));
  fs::remove(temp.path() / "sha256/ba" / abc);
  temp.write("sha256/ba/" + abc, "abd!");
  temp.write("sha256/bb/" + abc, "abc");
  temp.write("sha256/ba/" + abc.substr(1), "abc");
  temp.write("sha256/readme", "hi");
  fs::create_symlink("/etc/passwd", temp.path() / "sha256/link");
  temp.write("partial/add.a1B2c3", "ab");
  temp.write("partial/" + abc, "a");
  temp.write("partial/other", "12");
  temp.write("notes", "12345");
  fs::create_directory(temp.path() / "folder");
  const Verification result = verify(store);
  EXPECT_EQ(result.intact, Total{});
  EXPECT_EQ(lines_of(result),
            "foreign folder 0\nforeign notes 5\npartial partial/add.a1B2c3 2\n"
            "partial partial/" +
                abc +
                " 1\nforeign partial/other 2\n"
                "foreign sha256/ba/" +
                abc.substr(1) +
                " 3\n"
                "corrupt sha256/ba/" +
                abc +
                " 4\n"
                "foreign sha256/bb/" +
                abc +
                " 3\n"
                "foreign sha256/link 0\nforeign sha256/readme 2\n");
}

TEST(StoreVerify, FindsNothingWhereThereIsNoStore) {
  const TempDir temp;
  EXPECT_EQ(verify(Store(temp.path() / "none", Access::read)).intact, Total{});
}

TEST(StoreGc, RemovesWhatNoLockNames) {
  const TempDir temp;
  const Store store(temp.path(), Access::write);
  const Sha256Digest kept = add(store, "kept");
  const Sha256Digest gone = add(store, "not kept");
  const Collection result = gc(store, {.objects = {kept}, .since = end_of_time});
  EXPECT_EQ(result.kept, (Total{1, 4}));
  EXPECT_EQ(result.removed, (Total{1, 8}));
  EXPECT_EQ(store.examine(kept), State::intact);
  EXPECT_FALSE(store.find(gone));
}

TEST(StoreGc, KeepsWhatIsYoungAndWhatWasAddedAgain) {
  const TempDir temp;
  const Store store(temp.path(), Access::write);
  const Sha256Digest old = add(store, "old");
  const Sha256Digest again = add(store, "again");
  const Sha256Digest at_the_limit = add(store, "limit");
  set_time(store.path_of(old), 999);
  set_time(store.path_of(again), 999);
  set_time(store.path_of(at_the_limit), 1000);
  (void)add(store, "again");
  EXPECT_EQ(gc(store, {.objects = {}, .since = 1000}).removed, (Total{1, 3}));
  EXPECT_FALSE(store.find(old));
  EXPECT_TRUE(store.find(again));
  EXPECT_TRUE(store.find(at_the_limit));
}

TEST(StoreGc, RemovesWhatAKilledProcessLeft) {
  const TempDir temp;
  const Store store(temp.path(), Access::write);
  const std::string name = to_hex(sha256(as_bytes("abc")));
  temp.write("partial/add.a1B2c3", "12");
  temp.write("partial/" + name, "ab");
  temp.write("partial/foreign", "x");
  EXPECT_EQ(gc(store, {.objects = {}, .since = 0}).removed_partials, (Total{1, 2}))
      << "a young download can be resumed; a temporary cannot";
  EXPECT_EQ(gc(store, {.objects = {}, .since = end_of_time}).removed_partials, (Total{1, 2}));
  EXPECT_TRUE(fs::exists(temp.path() / "partial/foreign"));
}

TEST(StoreGc, RemovesNothingBehindASymlink) {
  const TempDir temp;
  const TempDir elsewhere;
  const Store store(temp.path(), Access::write);
  const std::string name = to_hex(sha256(as_bytes("abc")));
  elsewhere.write(name, "abc");
  fs::create_directory(temp.path() / "sha256");
  fs::create_directory_symlink(elsewhere.path(), temp.path() / "sha256" / name.substr(0, 2));
  fs::create_directory_symlink(elsewhere.path(), temp.path() / "partial");
  EXPECT_EQ(gc(store, {.objects = {}, .since = end_of_time}).removed, Total{});
  EXPECT_TRUE(fs::exists(elsewhere.path() / name));
}

TEST(StoreGc, DoesNotRunWhileSomebodyWrites) {
  const TempDir temp;
  const Store store(temp.path(), Access::write);
  {
    const auto writer = store.resume(sha256(as_bytes("abc")));
    writer->write(as_bytes("a"));
    EXPECT_EQ(kind_of([&] { (void)gc(store, {}); }), ErrorKind::environment);
  }
  (void)gc(store, {});
}

}  // namespace
}  // namespace reproduce::store
