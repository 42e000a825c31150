#include "reproduce/store/store.hpp"

#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include <sys/stat.h>

#include "support/refusal.hpp"
#include "support/temp_dir.hpp"
#include "support/thrown.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/hex.hpp"

namespace reproduce::store {
namespace {

namespace fs = std::filesystem;
using test::kind_of;
using test::refusal_of;
using test::TempDir;

// FIPS 180-2, appendix B.1: the SHA-256 of "abc".
constexpr const char* abc_hex = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
constexpr const char* abc_place =
    "sha256/ba/ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

Object add(const Store& store, std::string_view text) {
  MemorySource source(as_bytes(text));
  return store.add(source);
}

std::string read(const Store& store, const Sha256Digest& digest) {
  const auto source = store.open(digest);
  return std::string(as_text(read_all(*source, 1 << 24, "object")));
}

/// Writes over a file whatever its mode is.
void overwrite(const fs::path& path, const std::string& text) {
  fs::permissions(path, fs::perms::owner_all);
  const TempDir temp;
  fs::copy_file(temp.write("x", text), path, fs::copy_options::overwrite_existing);
}

TEST(Store, KeepsAnObjectUnderItsSha256) {
  const TempDir temp;
  const Store store(temp.path() / "s", Access::write);
  const Object object = add(store, "abc");
  EXPECT_EQ(to_hex(object.digest), abc_hex);
  EXPECT_EQ(object.size, 3U);
  EXPECT_EQ(as_text(test::slurp(temp.path() / "s" / abc_place)), "abc");
  EXPECT_EQ(store.path_of(object.digest), temp.path() / "s" / abc_place);
  EXPECT_EQ(store.find(object.digest), object);
  EXPECT_EQ(read(store, object.digest), "abc");
  struct stat status {};
  ASSERT_EQ(::stat(store.path_of(object.digest).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777U, 0444U);
  EXPECT_TRUE(fs::is_empty(temp.path() / "s/partial"));
}

TEST(Store, KeepsObjectsOfEverySize) {
  const TempDir temp;
  const Store store(temp.path(), Access::write);
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, chunk_size, 3 * chunk_size + 1}) {
    const std::string text(size, 'x');
    EXPECT_EQ(read(store, add(store, text).digest), text);
  }
}

TEST(Store, TakesTheSameObjectTwice) {
  const TempDir temp;
  const Store store(temp.path(), Access::write);
  EXPECT_EQ(add(store, "abc"), add(store, "abc"));
  EXPECT_EQ(read(store, sha256(as_bytes("abc"))), "abc");
}

TEST(Store, KeepsNothingThatHasAnotherDigestThanExpected) {
  const TempDir temp;
  const Store store(temp.path(), Access::write);
  const Sha256Digest abc = sha256(as_bytes("abc"));
  MemorySource wrong(as_bytes("abd"));
  const Error error = refusal_of([&] { (void)store.add_expected(wrong, abc); });
  EXPECT_EQ(error.kind(), ErrorKind::untrusted);
  EXPECT_EQ(error.context().expected, std::string("sha256 ") + abc_hex);
  EXPECT_FALSE(store.find(abc));
  EXPECT_FALSE(store.find(sha256(as_bytes("abd"))));
  EXPECT_TRUE(fs::is_empty(temp.path() / "partial"));
  MemorySource right(as_bytes("abc"));
  EXPECT_EQ(store.add_expected(right, abc).digest, abc);
}

TEST(Store, KeepsNothingOfASourceThatFails) {
  class Failing final : public Source {
   public:
    std::size_t read(std::span<std::uint8_t> buffer) override {
      if (given_) throw Error(ErrorKind::environment, "the cable was cut");
      given_ = true;
      return buffer.size();
    }

   private:
    bool given_ = false;
  };
  const TempDir temp;
  const Store store(temp.path(), Access::write);
  Failing source;
  EXPECT_STREQ(refusal_of([&] { (void)store.add(source); }).what(), "the cable was cut");
  EXPECT_TRUE(fs::is_empty(temp.path() / "partial"));
}

TEST(Store, NamesACorruptObjectWhenItsEndIsRead) {
  const TempDir temp;
  const Store store(temp.path(), Access::write);
  const Sha256Digest abc = add(store, "abc").digest;
  for (const char* bytes : {"abd", "ab", "", "abcd"}) {
    overwrite(temp.path() / abc_place, bytes);
    const Error error = refusal_of([&] { (void)read(store, abc); });
    EXPECT_EQ(error.kind(), ErrorKind::untrusted);
    EXPECT_EQ(error.context().file, (temp.path() / abc_place).string());
    EXPECT_EQ(store.examine(abc), State::corrupt);
  }
  EXPECT_EQ(add(store, "abc").digest, abc);
  EXPECT_EQ(store.examine(abc), State::intact) << "adding replaces a corrupt object";
}

TEST(Store, SaysWhatIsMissing) {
  const TempDir temp;
  const Store store(temp.path(), Access::write);
  const Sha256Digest abc = sha256(as_bytes("abc"));
  const Error error = refusal_of([&] { (void)store.open(abc); });
  EXPECT_EQ(error.kind(), ErrorKind::environment);
  EXPECT_NE(std::string(error.what()).find(abc_hex), std::string::npos);
  EXPECT_EQ(store.examine(abc), State::absent);
  EXPECT_FALSE(store.remove(abc));
}

TEST(Store, RemovesAnObject) {
  const TempDir temp;
  const Store store(temp.path(), Access::write);
  const Sha256Digest abc = add(store, "abc").digest;
  EXPECT_TRUE(store.remove(abc));
  EXPECT_FALSE(store.find(abc));
}

TEST(Store, IsEmptyWhereThereIsNoFolderToRead) {
  const TempDir temp;
  const Store store(temp.path() / "none", Access::read);
  EXPECT_FALSE(store.find(sha256(as_bytes("abc"))));
  EXPECT_FALSE(store.remove(sha256(as_bytes("abc"))));
  EXPECT_FALSE(fs::exists(temp.path() / "none"));
  EXPECT_EQ(kind_of([&] { (void)add(store, "abc"); }), ErrorKind::bug);
}

TEST(Store, TakesNoFolderThatHoldsOtherThings) {
  const TempDir temp;
  temp.write("thesis.txt", "chapter 1");
  for (const Access access : {Access::read, Access::write})
    EXPECT_EQ(kind_of([&] { (void)Store(temp.path(), access); }), ErrorKind::usage);
  EXPECT_EQ(std::distance(fs::directory_iterator(temp.path()), {}), 1);
}

TEST(Store, RefusesALayoutOfTheFuture) {
  const TempDir temp;
  temp.write("format", "reproduce store 2\n");
  const Error error = refusal_of([&] { (void)Store(temp.path(), Access::write); });
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_EQ(error.context().got, "'reproduce store 2\\x0a'");
}

TEST(Store, FollowsNoSymlinkThatWasPlantedInIt) {
  const TempDir temp;
  const TempDir elsewhere;
  elsewhere.write("abc", "abc");
  const Sha256Digest abc = sha256(as_bytes("abc"));
  for (const char* planted : {"format", "sha256", "sha256/ba", "partial"}) {
    const fs::path folder = temp.path() / fs::path(planted).filename();
    {
      const Store store(folder, Access::write);
      (void)add(store, "abc");
    }
    fs::remove_all(folder / planted);
    fs::create_symlink(elsewhere.path(), folder / planted);
    EXPECT_EQ(kind_of([&] { (void)add(Store(folder, Access::write), "abc"); }),
              ErrorKind::untrusted)
        << planted;
  }
  const Store store(temp.path() / "last", Access::write);
  fs::create_directories(temp.path() / "last/sha256/ba");
  fs::create_symlink(elsewhere.path() / "abc", temp.path() / "last" / abc_place);
  EXPECT_EQ(kind_of([&] { (void)store.find(abc); }), ErrorKind::untrusted);
  EXPECT_EQ(kind_of([&] { (void)store.open(abc); }), ErrorKind::untrusted);
  EXPECT_EQ(store.examine(abc), State::corrupt);
  // Adding puts the file in the symlink's place and leaves alone what it led to.
  (void)add(store, "abc");
  EXPECT_EQ(store.examine(abc), State::intact);
  EXPECT_EQ(std::distance(fs::directory_iterator(elsewhere.path()), {}), 1);
}

TEST(Store, WaitsForNoFifoThatWasPlantedInIt) {
  const TempDir temp;
  const Store store(temp.path(), Access::write);
  fs::create_directories(temp.path() / "sha256/ba");
  ASSERT_EQ(::mkfifo((temp.path() / abc_place).c_str(), 0600), 0);
  EXPECT_EQ(kind_of([&] { (void)store.open(sha256(as_bytes("abc"))); }), ErrorKind::untrusted);
}

TEST(Store, IsSharedByManyWhoAddTheSame) {
  const TempDir temp;
  std::vector<std::thread> writers;
  writers.reserve(8);
  for (int i = 0; i < 8; ++i)
    writers.emplace_back([&temp] {
      // A handle each, as in processes of their own; the folder is made by one of them.
      const Store store(temp.path() / "s", Access::write);
      for (int j = 0; j < 20; ++j) (void)add(store, "object " + std::to_string(j));
    });
  for (std::thread& writer : writers) writer.join();
  const Store store(temp.path() / "s", Access::read);
  for (int j = 0; j < 20; ++j)
    EXPECT_EQ(store.examine(sha256(as_bytes("object " + std::to_string(j)))), State::intact);
  EXPECT_TRUE(fs::is_empty(temp.path() / "s/partial"));
}

TEST(Store, NamesFilesAsSha256sumDoes) {
  const TempDir temp;
  const Store store(temp.path(), Access::write);
  for (const char* text : {"", "abc", "some longer text"}) (void)add(store, text);
  const auto result = test::run("cd " + temp.path().string() +
                                "/sha256 && for f in */*; do "
                                "echo \"${f#*/}  $f\"; done | sha256sum --check --quiet");
  EXPECT_TRUE(result.succeeded) << result.output;
}

}  // namespace
}  // namespace reproduce::store
