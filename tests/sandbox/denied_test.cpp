/// What confined work cannot do, thing by thing, and what it can.

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "sandbox/kernel.hpp"
#include "support/temp_dir.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/file.hpp"
#include "reproduce/crypto/digest.hpp"
#include "reproduce/sandbox/confine.hpp"

namespace reproduce::sandbox {
namespace {

/// A thing to try: negative, with errno, when it fails.
using Deed = std::function<long()>;

/// The errno with which `deed` fails inside; 0 when it is done.
int attempt(const Confinement& confinement, const Deed& deed) {
  const Outcome outcome = run_confined(confinement, [&](const Progress&) {
    return deed() < 0 ? Bytes{static_cast<std::uint8_t>(errno)} : Bytes{0};
  });
  return outcome.result.at(0);
}

long open_to(int flags, const std::filesystem::path& path) {
  return ::open(path.c_str(), flags | O_CLOEXEC, 0600);
}

/// A declared input folder, a declared scratch folder, and an undeclared one between them.
class Denied : public ::testing::Test {
 protected:
  Denied() {
    inside_ = outer_.write("in/file", "declared").parent_path();
    outside_ = outer_.write("out/secret", "undeclared").parent_path();
    scratch_ = outer_.write("scratch/old", "old").parent_path();
    confinement_.inputs = {inside_};
    confinement_.scratch = {scratch_};
  }

  test::TempDir outer_;
  std::filesystem::path inside_;
  std::filesystem::path outside_;
  std::filesystem::path scratch_;
  Confinement confinement_;
};

TEST_F(Denied, DeclaredInputsAreRead) {
  EXPECT_EQ(attempt(confinement_, [&] { return open_to(O_RDONLY, inside_ / "file"); }), 0);
  EXPECT_EQ(attempt(confinement_, [&] { return open_to(O_RDONLY | O_DIRECTORY, inside_); }), 0);
  confinement_.inputs = {outside_ / "secret"};
  EXPECT_EQ(attempt(confinement_, [&] { return open_to(O_RDONLY, outside_ / "secret"); }), 0);
}

TEST_F(Denied, UndeclaredFilesAreNotRead) {
  REPRODUCE_NEEDS("landlock");
  EXPECT_EQ(attempt(confinement_, [&] { return open_to(O_RDONLY, outside_ / "secret"); }), EACCES);
  EXPECT_EQ(attempt(confinement_, [] { return open_to(O_RDONLY, "/etc/passwd"); }), EACCES);
  EXPECT_EQ(attempt(confinement_, [&] { return open_to(O_RDONLY | O_DIRECTORY, outer_.path()); }),
            EACCES);
}

TEST_F(Denied, NoWayAroundLeadsToAnUndeclaredFile) {
  REPRODUCE_NEEDS("landlock");
  std::filesystem::create_symlink(outside_ / "secret", inside_ / "link");
  std::filesystem::create_symlink("../out", inside_ / "folder");
  for (const std::filesystem::path& way :
       {inside_ / "link", inside_ / "folder" / "secret", inside_ / ".." / "out" / "secret"})
    EXPECT_EQ(attempt(confinement_, [&] { return open_to(O_RDONLY, way); }), EACCES) << way;
}

TEST_F(Denied, NoFileCanBeLinkedOrMovedIntoReach) {
  REPRODUCE_NEEDS("landlock");
  const std::string secret = outside_ / "secret";
  const std::string mine = scratch_ / "mine";
  EXPECT_NE(attempt(confinement_, [&] { return ::link(secret.c_str(), mine.c_str()); }), 0);
  EXPECT_NE(attempt(confinement_, [&] { return ::rename(secret.c_str(), mine.c_str()); }), 0);
  EXPECT_FALSE(std::filesystem::exists(mine));
}

TEST_F(Denied, ADeclaredFileDoesNotDeclareItsNeighbours) {
  REPRODUCE_NEEDS("landlock");
  outer_.write("in/other", "x");
  confinement_.inputs = {inside_ / "file"};
  EXPECT_EQ(attempt(confinement_, [&] { return open_to(O_RDONLY, inside_ / "other"); }), EACCES);
}

TEST_F(Denied, InputsAreNotChanged) {
  REPRODUCE_NEEDS("landlock");
  const std::string file = inside_ / "file";
  EXPECT_EQ(attempt(confinement_, [&] { return open_to(O_WRONLY, file); }), EACCES);
  EXPECT_EQ(attempt(confinement_, [&] { return open_to(O_WRONLY | O_CREAT, inside_ / "new"); }),
            EACCES);
  EXPECT_NE(attempt(confinement_, [&] { return ::truncate(file.c_str(), 0); }), 0);
  EXPECT_EQ(attempt(confinement_, [&] { return ::unlink(file.c_str()); }), EACCES);
  EXPECT_EQ(test::slurp(file).size(), 8u);
}

TEST_F(Denied, ScratchIsReadWrittenAndEmptied) {
  EXPECT_EQ(attempt(confinement_, [&] { return open_to(O_WRONLY | O_CREAT, scratch_ / "new"); }),
            0);
  EXPECT_EQ(attempt(confinement_, [&] { return open_to(O_RDONLY, scratch_ / "old"); }), 0);
  EXPECT_EQ(attempt(confinement_, [&] { return ::mkdir((scratch_ / "folder").c_str(), 0700); }), 0);
  EXPECT_EQ(attempt(confinement_, [&] { return ::rmdir((scratch_ / "folder").c_str()); }), 0);
  EXPECT_EQ(attempt(confinement_, [&] { return ::unlink((scratch_ / "old").c_str()); }), 0);
}

TEST_F(Denied, AnAtomicFileIsPublishedInScratch) {
  (void)run_confined(confinement_, [&](const Progress&) {
    AtomicFile file(scratch_ / "whole");
    file.write(as_bytes("all of it"));
    file.publish();
    return Bytes();
  });
  EXPECT_EQ(as_text(test::slurp(scratch_ / "whole")), "all of it");
}

TEST_F(Denied, NothingIsWrittenOutside) {
  REPRODUCE_NEEDS("landlock");
  const auto create = [&](const std::filesystem::path& path) {
    return attempt(confinement_, [&] { return open_to(O_WRONLY | O_CREAT, path); });
  };
  EXPECT_EQ(create(outside_ / "new"), EACCES);
  EXPECT_EQ(create(scratch_ / ".." / "new"), EACCES);
  EXPECT_EQ(attempt(confinement_, [&] { return open_to(O_RDWR | O_TMPFILE, outside_); }), EACCES);
}

TEST_F(Denied, AttributesOfUndeclaredFilesAreNotChanged) {
  REPRODUCE_NEEDS("seccomp");
  const std::string secret = outside_ / "secret";
  EXPECT_EQ(attempt(confinement_, [&] { return ::chmod(secret.c_str(), 0); }), EPERM);
  EXPECT_EQ(attempt(confinement_, [&] { return ::chown(secret.c_str(), 0, 0); }), EPERM);
  EXPECT_EQ(attempt(confinement_, [&] { return ::setxattr(secret.c_str(), "user.x", "", 0, 0); }),
            EPERM);
  EXPECT_EQ(
      attempt(confinement_, [&] { return ::utimensat(AT_FDCWD, secret.c_str(), nullptr, 0); }),
      EPERM);
}

TEST_F(Denied, ExtendedAttributesAreRead) {
  const std::string file = inside_ / "file";
  const auto list = [&] { return ::llistxattr(file.c_str(), nullptr, 0); };
  EXPECT_EQ(attempt(confinement_, list), list() < 0 ? errno : 0) << "as outside";
  const auto get = [&] { return ::lgetxattr(file.c_str(), "user.none", nullptr, 0); };
  EXPECT_EQ(attempt(confinement_, get), get() < 0 ? errno : 0);
}

TEST_F(Denied, NoSocketIsOpened) {
  REPRODUCE_NEEDS("seccomp");
  for (const int family : {AF_INET, AF_INET6, AF_UNIX, AF_NETLINK, AF_PACKET, AF_VSOCK})
    for (const int type : {SOCK_STREAM, SOCK_DGRAM, SOCK_RAW})
      EXPECT_EQ(attempt(confinement_, [&] { return ::socket(family, type, 0); }), EPERM) << family;
  std::array<int, 2> pair{};
  EXPECT_EQ(
      attempt(confinement_, [&] { return ::socketpair(AF_UNIX, SOCK_STREAM, 0, pair.data()); }),
      EPERM);
}

TEST_F(Denied, NoProgramIsExecuted) {
  REPRODUCE_NEEDS("seccomp");
  const std::array<const char*, 2> argv{"true", nullptr};
  confinement_.inputs = {"/"};  // not even where everything may be read
  EXPECT_EQ(attempt(confinement_,
                    [&] { return ::syscall(SYS_execve, "/bin/true", argv.data(), nullptr); }),
            EPERM);
  EXPECT_EQ(
      attempt(
          confinement_,
          [&] { return ::syscall(SYS_execveat, AT_FDCWD, "/bin/true", argv.data(), nullptr, 0); }),
      EPERM);
}

/// Ends a process that should not be there, so that it does not go on with this test program.
long end_if_child(long pid) {
  if (pid == 0) ::_exit(0);
  return pid;
}

TEST_F(Denied, NoProcessIsStarted) {
  REPRODUCE_NEEDS("seccomp");
  EXPECT_EQ(attempt(confinement_, [] { return end_if_child(::fork()); }), EPERM);
  EXPECT_EQ(
      attempt(confinement_, [] { return end_if_child(::syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0)); }),
      EPERM);
  struct clone_args args {};
  EXPECT_EQ(attempt(confinement_,
                    [&] { return end_if_child(::syscall(SYS_clone3, &args, sizeof args)); }),
            ENOSYS);
}

TEST_F(Denied, OtherProcessesAreLeftAlone) {
  REPRODUCE_NEEDS("seccomp");
  const pid_t parent = ::getpid();
  EXPECT_EQ(attempt(confinement_, [&] { return ::ptrace(PTRACE_ATTACH, parent, 0, 0); }), EPERM);
  EXPECT_EQ(attempt(confinement_, [&] { return ::kill(parent, 0); }), EPERM);
  EXPECT_EQ(attempt(confinement_, [&] { return ::syscall(SYS_tgkill, parent, parent, 0); }), EPERM);
  EXPECT_EQ(attempt(confinement_, [&] { return ::syscall(SYS_pidfd_open, parent, 0); }), EPERM);
  EXPECT_EQ(
      attempt(confinement_, [&] { return ::syscall(SYS_process_vm_readv, parent, 0, 0, 0, 0, 0); }),
      EPERM);
}

TEST_F(Denied, TheKernelIsLeftAlone) {
  REPRODUCE_NEEDS("seccomp");
  for (const long call : {SYS_mount,
                          SYS_umount2,
                          SYS_pivot_root,
                          SYS_chroot,
                          SYS_unshare,
                          SYS_setns,
                          SYS_bpf,
                          SYS_perf_event_open,
                          SYS_userfaultfd,
                          SYS_io_uring_setup,
                          SYS_io_uring_enter,
                          SYS_io_uring_register,
                          SYS_keyctl,
                          SYS_add_key,
                          SYS_request_key,
                          SYS_kexec_load,
                          SYS_init_module,
                          SYS_finit_module,
                          SYS_delete_module,
                          SYS_reboot,
                          SYS_personality,
                          SYS_open_by_handle_at,
                          SYS_setuid,
                          SYS_capset,
                          SYS_seccomp})
    EXPECT_EQ(attempt(confinement_, [&] { return ::syscall(call, 0, 0, 0, 0, 0); }), EPERM) << call;
}

TEST_F(Denied, UnknownSystemCallsLookAsIfTheKernelWereTooOld) {
  REPRODUCE_NEEDS("seccomp");
  EXPECT_EQ(attempt(confinement_, [] { return ::syscall(4000); }), ENOSYS);
}

TEST_F(Denied, NothingIsTypedOnTheTerminal) {
  REPRODUCE_NEEDS("seccomp");
  EXPECT_EQ(attempt(confinement_, [] { return ::ioctl(0, TIOCSTI, "x"); }), ENOSYS);
  // The kernel looks at 32 bits of the request.
  EXPECT_EQ(
      attempt(confinement_, [] { return ::ioctl(0, (1UL << 32) | std::uint32_t{TIOCSTI}, "x"); }),
      ENOSYS);
}

TEST_F(Denied, DeathWithTheParentCannotBeSwitchedOff) {
  REPRODUCE_NEEDS("seccomp");
  EXPECT_EQ(attempt(confinement_, [] { return ::prctl(PR_SET_PDEATHSIG, 0); }), ENOSYS);
}

TEST_F(Denied, UndeclaredDescriptorsAreClosedAndDeclaredOnesStay) {
  const UniqueFd kept(::open("/dev/null", O_RDONLY));
  const UniqueFd other(::open("/dev/null", O_RDONLY));
  confinement_.descriptors = {kept.get()};
  EXPECT_EQ(attempt(confinement_, [&] { return ::fcntl(kept.get(), F_GETFD); }), 0);
  EXPECT_EQ(attempt(confinement_, [&] { return ::fcntl(other.get(), F_GETFD); }), EBADF);
  EXPECT_GE(::fcntl(other.get(), F_GETFD), 0) << "it is the child's that is closed";
}

TEST_F(Denied, ThreadsHashInside) {
  const Outcome outcome = run_confined(confinement_, [](const Progress&) {
    std::array<std::uint8_t, 4> firsts{};
    std::vector<std::thread> threads;
    threads.reserve(firsts.size());
    for (std::uint8_t& first : firsts)
      threads.emplace_back([&first] {
        Sha256 hasher;
        hasher.update(as_bytes("abc"));
        first = std::move(hasher).finish()[0];
      });
    for (std::thread& thread : threads) thread.join();
    return Bytes(firsts.begin(), firsts.end());
  });
  EXPECT_EQ(outcome.result, Bytes(4, 0xba));  // FIPS 180-2, appendix B.1: ba7816bf...
}

TEST_F(Denied, FilesAreMappedInside) {
  EXPECT_EQ(attempt(confinement_,
                    [&]() -> long {
                      const UniqueFd fd(::open((inside_ / "file").c_str(), O_RDONLY));
                      void* const at = ::mmap(nullptr, 8, PROT_READ, MAP_PRIVATE, fd.get(), 0);
                      return at == MAP_FAILED || *static_cast<const char*>(at) != 'd' ? -1 : 0;
                    }),
            0);
}

}  // namespace
}  // namespace reproduce::sandbox
