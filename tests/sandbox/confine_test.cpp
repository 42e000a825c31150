#include "reproduce/sandbox/confine.hpp"

#include <cerrno>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <functional>
#include <new>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sandbox/kernel.hpp"
#include "support/temp_dir.hpp"
#include <gtest/gtest.h>
#include <seccomp.h>

#include "reproduce/base/error.hpp"

namespace reproduce::sandbox {
namespace {

using Work = std::function<Bytes(const Progress&)>;

/// The Error of confined work that does `work`.
Error error_of(const Work& work, const Confinement& confinement = {}) {
  try {
    (void)run_confined(confinement, work);
  } catch (const Error& error) {
    return error;
  }
  return {ErrorKind::usage, "nothing was thrown"};
}

/// What `action` gives in a child of its own, which may ruin itself.
int in_a_child(const std::function<int()>& action) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    int answer = 99;
    try {
      answer = action();
    } catch (...) {
      answer = 98;
    }
    ::_exit(answer);
  }
  int status = 0;
  EXPECT_EQ(::waitpid(pid, &status, 0), pid);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/// Makes the calling process believe that its kernel does not have `calls`.
void take_away(const std::vector<int>& calls) {
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  for (const int call : calls) (void)seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), call, 0);
  const scmp_arg_cmp set_filter{
      .arg = 0, .op = SCMP_CMP_EQ, .datum_a = PR_SET_SECCOMP, .datum_b = 0};
  if (calls == std::vector<int>{SYS_seccomp})
    (void)seccomp_rule_add_array(filter, SCMP_ACT_ERRNO(EINVAL), SYS_prctl, 1, &set_filter);
  if (seccomp_load(filter) != 0) ::_exit(97);
  seccomp_release(filter);
}

std::size_t open_descriptors() {
  std::size_t count = 0;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    (void)entry;
    ++count;
  }
  return count;
}

bool has_children() {
  return ::waitpid(-1, nullptr, WNOHANG) >= 0 || errno != ECHILD;
}

TEST(Confine, TheResultComesBack) {
  const Outcome outcome = run_confined({}, [](const Progress&) { return Bytes{1, 2, 3}; });
  EXPECT_EQ(outcome.result, (Bytes{1, 2, 3}));
}

TEST(Confine, AnEmptyResultIsAResult) {
  EXPECT_TRUE(run_confined({}, [](const Progress&) { return Bytes(); }).result.empty());
}

TEST(Confine, ALargeResultComesBackWhole) {
  Bytes expected(std::size_t{20} << 20);
  for (std::size_t i = 0; i < expected.size(); ++i)
    expected[i] = static_cast<std::uint8_t>((i * 2654435761U) >> 13);
  EXPECT_EQ(run_confined({}, [&](const Progress&) { return expected; }).result, expected);
}

TEST(Confine, AResultBeyondTheLimitIsRefused) {
  const Confinement confinement{.result_limit = 1000};
  EXPECT_EQ(run_confined(confinement, [](const Progress&) { return Bytes(1000); }).result.size(),
            1000u);
  EXPECT_EQ(error_of([](const Progress&) { return Bytes(1001); }, confinement).kind(),
            ErrorKind::bug);
}

TEST(Confine, TheWorkRunsInAnotherProcess) {
  int touched = 0;
  const Outcome outcome = run_confined({}, [&](const Progress&) {
    touched = 1;
    return Bytes{static_cast<std::uint8_t>(touched)};
  });
  EXPECT_EQ(outcome.result, Bytes{1});
  EXPECT_EQ(touched, 0);
}

TEST(Confine, OffRunsTheWorkHere) {
  int touched = 0;
  std::vector<std::uint64_t> seen;
  const Outcome outcome = run_confined(
      {.mode = Mode::off},
      [&](const Progress& progress) {
        progress(5);
        touched = 1;
        return Bytes{7};
      },
      [&](std::uint64_t done) { seen.push_back(done); });
  EXPECT_EQ(touched, 1);
  EXPECT_EQ(outcome.result, Bytes{7});
  EXPECT_EQ(outcome.report, Report());
  EXPECT_EQ(seen, std::vector<std::uint64_t>{5});
}

TEST(Confine, ProgressArrivesInOrder) {
  std::vector<std::uint64_t> seen;
  (void)run_confined(
      {},
      [](const Progress& progress) {
        for (std::uint64_t i = 0; i < 1000; ++i) progress(i << 40);
        return Bytes();
      },
      [&](std::uint64_t done) { seen.push_back(done); });
  ASSERT_EQ(seen.size(), 1000u);
  for (std::uint64_t i = 0; i < 1000; ++i) EXPECT_EQ(seen[i], i << 40);
}

TEST(Confine, ProgressThatNobodyWantsIsDropped) {
  EXPECT_EQ(run_confined({},
                         [](const Progress& progress) {
                           progress(1);
                           return Bytes{2};
                         })
                .result,
            Bytes{2});
}

TEST(Confine, AProgressThatThrowsEndsTheWork) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THROW((void)run_confined(
                   {},
                   [](const Progress& progress) {
                     progress(1);
                     ::sleep(60);
                     return Bytes();
                   },
                   [](std::uint64_t) { throw std::runtime_error("enough"); }),
               std::runtime_error);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
  EXPECT_FALSE(has_children());
}

TEST(Confine, QuestionsAreAnsweredInTheParent) {
  for (const Mode mode : {Mode::automatic, Mode::off}) {
    std::vector<Bytes> asked;
    bool is_prepared = false;
    const Help help{.prepare = [&] { is_prepared = true; },
                    .answer =
                        [&](ByteView question) {
                          EXPECT_TRUE(is_prepared);
                          asked.emplace_back(question.begin(), question.end());
                          return Bytes{static_cast<std::uint8_t>(question.size())};
                        }};
    const Outcome outcome = run_confined({.mode = mode}, help, [](const Progress&, const Ask& ask) {
      Bytes answers = ask(Bytes{1, 2, 3});
      const Bytes more = ask(Bytes(200));
      answers.insert(answers.end(), more.begin(), more.end());
      return answers;
    });
    EXPECT_EQ(outcome.result, (Bytes{3, 200}));
    EXPECT_EQ(asked, (std::vector<Bytes>{{1, 2, 3}, Bytes(200)}));
  }
}

// What signs an image is opened then: the child must not have it.
TEST(Confine, TheParentPreparesOnceTheChildIsACopyOfItsOwn) {
  int secret = 0;
  const Help help{.prepare = [&] { secret = 7; },
                  .answer = [&](ByteView) { return Bytes{static_cast<std::uint8_t>(secret)}; }};
  const Outcome outcome = run_confined({}, help, [&](const Progress&, const Ask& ask) {
    Bytes seen = ask({});
    seen.push_back(static_cast<std::uint8_t>(secret));
    return seen;
  });
  EXPECT_EQ(outcome.result, (Bytes{7, 0}));
}

TEST(Confine, AnAnswerThatIsAnErrorIsThrownAtTheWork) {
  const Help help{.prepare = {}, .answer = [](ByteView) -> Bytes {
                    throw Error(ErrorKind::untrusted, "no", {.file = "key", .hint = "ask again"});
                  }};
  try {
    (void)run_confined({}, help, [](const Progress&, const Ask& ask) { return ask({}); });
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::untrusted);
    EXPECT_EQ(error.context().file, "key");
    EXPECT_EQ(error.context().hint, "ask again");
  }
  const Outcome outcome = run_confined({}, help, [](const Progress&, const Ask& ask) {
    try {
      return ask({});
    } catch (const Error&) {
      return Bytes{1};
    }
  });
  EXPECT_EQ(outcome.result, Bytes{1});
}

TEST(Confine, AQuestionWithoutAnybodyToAnswerIsABug) {
  try {
    (void)run_confined({}, Help{}, [](const Progress&, const Ask& ask) { return ask({}); });
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bug);
  }
}

TEST(Confine, AnAnswerThatIsTooLargeIsABugAndNoDeadlock) {
  const Help help{.prepare = {}, .answer = [](ByteView) { return Bytes(1U << 20); }};
  try {
    (void)run_confined({}, help, [](const Progress&, const Ask& ask) { return ask({}); });
    FAIL() << "nothing was thrown";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::bug);
  }
}

TEST(Confine, AParentThatCannotPrepareEndsTheWork) {
  const Help help{.prepare = [] { throw Error(ErrorKind::usage, "no key"); }, .answer = {}};
  const auto start = std::chrono::steady_clock::now();
  EXPECT_THROW((void)run_confined({}, help,
                                  [](const Progress&, const Ask&) {
                                    ::sleep(60);
                                    return Bytes();
                                  }),
               Error);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
  EXPECT_FALSE(has_children());
}

TEST(Confine, AnErrorComesBackWithItsContext) {
  const Error error = error_of([](const Progress&) -> Bytes {
    throw Error(ErrorKind::untrusted, "the pin does not hold",
                {.file = "layer.tar", .offset = 77, .expected = "aa", .got = "bb"});
  });
  EXPECT_EQ(error.kind(), ErrorKind::untrusted);
  EXPECT_STREQ(error.what(), "the pin does not hold");
  EXPECT_EQ(error.context().file, "layer.tar");
  EXPECT_EQ(error.context().offset, 77u);
  EXPECT_EQ(error.context().expected, "aa");
  EXPECT_EQ(error.context().got, "bb");
}

TEST(Confine, OtherExceptionsBecomeErrors) {
  EXPECT_EQ(error_of([](const Progress&) -> Bytes { throw std::bad_alloc(); }).kind(),
            ErrorKind::environment);
  const Error error =
      error_of([](const Progress&) -> Bytes { throw std::runtime_error("surprise"); });
  EXPECT_EQ(error.kind(), ErrorKind::bug);
  EXPECT_STREQ(error.what(), "unexpected: surprise");
  EXPECT_EQ(error_of([](const Progress&) -> Bytes { throw 7; }).kind(), ErrorKind::bug);
}

TEST(Confine, ACrashIsABugThatNamesTheSignal) {
  const Error error = error_of([](const Progress&) -> Bytes {
    (void)std::signal(SIGABRT, SIG_DFL);
    std::abort();
  });
  EXPECT_EQ(error.kind(), ErrorKind::bug);
  EXPECT_NE(std::string(error.what()).find("SIGABRT"), std::string::npos) << error.what();
}

TEST(Confine, BeingKilledIsTheEnvironmentsDoing) {
  const Error error = error_of([](const Progress&) -> Bytes {
    ::kill(::getpid(), SIGKILL);
    return {};
  });
  EXPECT_EQ(error.kind(), ErrorKind::environment);
  EXPECT_NE(std::string(error.what()).find("SIGKILL"), std::string::npos) << error.what();
}

TEST(Confine, AnEndWithoutAnAnswerIsABug) {
  EXPECT_EQ(error_of([](const Progress&) -> Bytes { ::_exit(0); }).kind(), ErrorKind::bug);
  EXPECT_EQ(error_of([](const Progress&) -> Bytes { ::_exit(3); }).kind(), ErrorKind::bug);
}

/// The child's only descriptor above 2 is the pipe: hostile work finds it.
int pipe_of_the_child() {
  int found = -1;
  for (int fd = 3; fd < 1024; ++fd)
    if (::fcntl(fd, F_GETFD) >= 0) found = fd;
  return found;
}

TEST(Confine, HostileBytesOnThePipeAreABug) {
  const std::vector<Bytes> lies{{9, 0, 0, 0, 0},              // unknown kind
                                {3, 0xFF, 0xFF, 0xFF, 0xFF},  // 4 GiB of result
                                {1, 0, 0, 0, 2, 0, 0},        // a second report, with less in it
                                {5, 0, 0, 0, 0, 3, 0, 0, 0, 1, 1},  // more behind the end
                                {4, 0, 0, 0, 1, 9},                 // an error that is none
                                {2, 0, 0, 0, 1, 1},                 // progress of one byte
                                {3, 0, 0, 0, 9, 1}};                // cut short
  for (const Bytes& lie : lies) {
    const Error error = error_of([&](const Progress&) -> Bytes {
      if (::write(pipe_of_the_child(), lie.data(), lie.size()) < 0) return {};
      ::_exit(0);
    });
    EXPECT_EQ(error.kind(), ErrorKind::bug) << int{lie[0]};
    EXPECT_FALSE(has_children());
  }
}

TEST(Confine, AMissingInputIsNamedBeforeTheWorkStarts) {
  REPRODUCE_NEEDS("landlock");
  const Error error = error_of([](const Progress&) -> Bytes { throw std::runtime_error("ran"); },
                               {.inputs = {"/no/such/input"}});
  EXPECT_EQ(error.kind(), ErrorKind::environment);
  EXPECT_EQ(error.context().file, "/no/such/input");
}

TEST(Confine, ManyCallsLeaveNeitherProcessesNorDescriptors) {
  const std::size_t before = open_descriptors();
  for (int i = 0; i < 20; ++i) {
    (void)run_confined({}, [](const Progress&) { return Bytes{1}; });
    (void)error_of([](const Progress&) -> Bytes { throw Error(ErrorKind::usage, "no"); });
  }
  EXPECT_EQ(open_descriptors(), before);
  EXPECT_FALSE(has_children());
}

TEST(Confine, ItWorksWhenTheStandardStreamsAreClosed) {
  const int answer = in_a_child([] {
    for (int fd = 0; fd < 3; ++fd) ::close(fd);
    const Outcome outcome = run_confined({}, [](const Progress&) {
      for (int fd = 1; fd < 3; ++fd)
        if (::write(fd, "noise", 5) != 5) return Bytes{1};
      return Bytes{42};
    });
    return int{outcome.result.at(0)};
  });
  EXPECT_EQ(answer, 42);
}

TEST(Confine, TheWorkDiesWithTheParent) {
  int alive[2] = {-1, -1};
  ASSERT_EQ(::pipe2(alive, O_CLOEXEC), 0);
  const pid_t parent = ::fork();
  if (parent == 0) {
    ::close(alive[0]);
    (void)run_confined({.descriptors = {alive[1]}}, [&](const Progress&) {
      if (::write(alive[1], "x", 1) != 1) ::_exit(1);
      ::sleep(60);
      return Bytes();
    });
    ::_exit(0);
  }
  ::close(alive[1]);
  char byte = 0;
  ASSERT_EQ(::read(alive[0], &byte, 1), 1) << "the work has started";
  ::kill(parent, SIGKILL);
  ::waitpid(parent, nullptr, 0);
  // The end of the stream comes when its last holder, the work, is gone.
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(::read(alive[0], &byte, 1), 0);
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
  ::close(alive[0]);
}

TEST(Confine, TheReportSaysWhatIsInForce) {
  const Report& report = test::report_here();
  EXPECT_TRUE(test::holds(report, "no core files"));
  EXPECT_TRUE(test::holds(report, "no new privileges"));
  for (const char* part :
       {"landlock", "seccomp", "network name space", "closed descriptors", "dropped capabilities"})
    EXPECT_NE(test::holds(report, part), test::is_missing(report, part)) << part;
}

TEST(Confine, RequireRunsWhereTheEssentialsAreThere) {
  REPRODUCE_NEEDS("landlock");
  REPRODUCE_NEEDS("seccomp");
  EXPECT_EQ(run_confined({.mode = Mode::require}, [](const Progress&) { return Bytes{1}; }).result,
            Bytes{1});
}

/// 0 when require refuses, names `part`, and does not start the work; in a kernel without `calls`.
int require_without(const std::vector<int>& calls, const std::string& part) {
  take_away(calls);
  try {
    (void)run_confined({.mode = Mode::require}, [](const Progress&) -> Bytes { ::_exit(0); });
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::environment) return 2;
    return error.context().got.find(part) == std::string::npos ? 3 : 0;
  }
  return 1;
}

TEST(Confine, RequireNamesWhatIsMissingBeforeTheWorkStarts) {
  EXPECT_EQ(in_a_child([] { return require_without({SYS_landlock_create_ruleset}, "landlock"); }),
            0);
  EXPECT_EQ(in_a_child([] { return require_without({SYS_landlock_restrict_self}, "landlock"); }),
            0);
  EXPECT_EQ(in_a_child([] { return require_without({SYS_seccomp}, "seccomp"); }), 0);
}

TEST(Confine, AutomaticGoesOnWithoutAndSaysSo) {
  const int answer = in_a_child([] {
    take_away({SYS_landlock_create_ruleset, SYS_unshare, SYS_close_range, SYS_capset});
    const Outcome outcome = run_confined({}, [](const Progress&) { return Bytes{1}; });
    for (const char* part :
         {"landlock", "network name space", "closed descriptors", "dropped capabilities"})
      if (!test::is_missing(outcome.report, part)) return 1;
    return test::holds(outcome.report, "seccomp") ? 0 : 2;
  });
  EXPECT_EQ(answer, 0);
}

}  // namespace
}  // namespace reproduce::sandbox
