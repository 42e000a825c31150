/// Builds that try for more than their manifest declares. What stands for an attacker inside
/// the build is the lookup in the store, which runs where the build runs.

#include "reproduce/build/confined.hpp"

#include <filesystem>
#include <string>

#include <sys/socket.h>
#include <unistd.h>

#include "support/refusal.hpp"
#include "support/temp_dir.hpp"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reproduce/base/hex.hpp"
#include "reproduce/manifest/parse.hpp"

namespace reproduce::build {
namespace {

using ::testing::HasSubstr;

class ConfinedBuild : public ::testing::Test {
 protected:
  ConfinedBuild() {
    (void)folder_.write("store/kernel", content_);
    (void)folder_.write("outside/kernel", content_);
  }

  /// A manifest whose kernel is a URL, which is read from the store.
  [[nodiscard]] manifest::Manifest manifest() const {
    return manifest::parse_manifest(
        "[image]\nname = \"n\"\narch = \"x86_64\"\n[kernel]\nurl = \"https://host/kernel\"\n"
        "sha256 = \"" +
            to_hex(sha256(as_bytes(content_))) +
            "\"\n[[ramdisk]]\n[[ramdisk.layer]]\ntext = \"x\"\nto = \"/init\"\nmode = \"0755\"\n",
        path("enclave.toml"));
  }

  [[nodiscard]] std::filesystem::path path(const std::string& name) const {
    return folder_.path() / name;
  }

  [[nodiscard]] Surroundings surroundings(inputs::StoreLookup lookup) const {
    return {.tool_version = "1",
            .scratch_folder = folder_.path(),
            .store_folder = path("store"),
            .store = std::move(lookup)};
  }

  /// Locks, which reads all inputs as a build does.
  [[nodiscard]] ConfinedLock lock(const inputs::StoreLookup& lookup, sandbox::Mode mode) const {
    const manifest::Manifest declared = manifest();
    manifest::Pin pin = manifest::blank_pin(declared.inputs.front());
    pin.digest = *declared.inputs.front().sha256;
    pin.size = content_.size();
    return lock_confined(declared, {pin}, surroundings(lookup), mode);
  }

  [[nodiscard]] inputs::StoreLookup always(const std::string& name) const {
    return [file = path(name)](const Sha256Digest&) { return file; };
  }

  /// Whether this kernel has the walls that are tested.
  [[nodiscard]] bool has_walls() const {
    try {
      (void)lock(always("store/kernel"), sandbox::Mode::require);
      return true;
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::environment);
      return false;
    }
  }

 private:
  std::string content_ = "a kernel";
  test::TempDir folder_;
};

TEST_F(ConfinedBuild, ReadsWhatIsDeclaredAndSaysWhatIsInForce) {
  if (!has_walls()) GTEST_SKIP() << "this kernel cannot confine";
  const ConfinedLock confined = lock(always("store/kernel"), sandbox::Mode::require);
  EXPECT_FALSE(confined.report.in_force.empty());
  EXPECT_EQ(confined.made.lock, lock(always("store/kernel"), sandbox::Mode::off).made.lock);
}

TEST_F(ConfinedBuild, CannotOpenAFileThatIsNotDeclared) {
  if (!has_walls()) GTEST_SKIP() << "this kernel cannot confine";
  EXPECT_NO_THROW((void)lock(always("outside/kernel"), sandbox::Mode::off));
  std::filesystem::create_symlink("../outside/kernel", path("store/link"));
  for (const char* name : {"outside/kernel", "store/link"}) {
    const Error error = test::refusal_of([&] { (void)lock(always(name), sandbox::Mode::require); });
    EXPECT_EQ(error.kind(), ErrorKind::environment) << name;
    EXPECT_THAT(std::string(error.what()) + error.context().got, HasSubstr("ermission denied"))
        << name;
  }
}

TEST_F(ConfinedBuild, HasNoSocketAndNoProgram) {
  if (!has_walls()) GTEST_SKIP() << "this kernel cannot confine";
  const auto kernel = path("store/kernel");
  const inputs::StoreLookup calls_home = [&](const Sha256Digest&) {
    for (const int family : {AF_INET, AF_INET6, AF_UNIX, AF_VSOCK}) {
      const int socket = ::socket(family, SOCK_STREAM, 0);
      if (socket < 0) continue;
      ::close(socket);
      throw Error(ErrorKind::untrusted, "a socket was to be had");
    }
    return kernel;
  };
  EXPECT_NO_THROW((void)lock(calls_home, sandbox::Mode::require));
  EXPECT_EQ(test::refusal_of([&] { (void)lock(calls_home, sandbox::Mode::off); }).kind(),
            ErrorKind::untrusted);
  const inputs::StoreLookup runs = [&](const Sha256Digest&) {
    char name[] = "/bin/true";
    char* const arguments[] = {name, nullptr};
    (void)::execv(name, arguments);  // returns only when it is refused
    return kernel;
  };
  EXPECT_NO_THROW((void)lock(runs, sandbox::Mode::require));
}

}  // namespace
}  // namespace reproduce::build
