#include "reproduce/perturb/run.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <sstream>
#include <string>
#include <thread>

#include <sys/wait.h>
#include <unistd.h>

#include "support/refusal.hpp"
#include "support/temp_dir.hpp"
#include <gtest/gtest.h>

namespace reproduce::perturb {
namespace {

class RunPerturbed : public testing::Test {
 protected:
  [[nodiscard]] Outcome run(const Perturbation& perturbation, const Program& program) const {
    return run_perturbed(perturbation, program, temp_.path());
  }
  [[nodiscard]] Outcome run(const Program& program) const {
    return run(standard_perturbations()[0], program);
  }

  const test::TempDir temp_;
};

/// What the witness says, by name.
std::map<std::string, std::string> seen(const Outcome& outcome) {
  EXPECT_EQ(outcome.exit_status, 0) << outcome.standard_error;
  std::map<std::string, std::string> values;
  std::istringstream lines(outcome.standard_error);
  for (std::string line; std::getline(lines, line);)
    values[line.substr(0, line.find('='))] = line.substr(line.find('=') + 1);
  return values;
}

bool is_varied(const Outcome& outcome, Condition condition) {
  return std::none_of(outcome.not_varied.begin(), outcome.not_varied.end(),
                      [&](const NotVaried& left) { return left.condition == condition; });
}

/// Clocks differ when they are days apart; all else when it is not the same.
bool differs(std::map<std::string, std::string>& first, std::map<std::string, std::string>& second,
             Condition condition) {
  if (condition == Condition::clock)
    return std::stoll(second.at("clock.time")) - std::stoll(first.at("clock.time")) > 100000;
  const std::string name(name_of(condition));
  return first.at(name) != second.at(name);
}

class Witnesses : public RunPerturbed, public testing::WithParamInterface<const char*> {};

TEST_P(Witnesses, SeeADifferenceInWhateverIsVariedAndInNothingElse) {
  for (const char* name : {"folder/c", "folder/a", "folder/b"}) (void)temp_.write(name, "");
  const Program program{.path = GetParam(),
                        .arguments = {"see", (temp_.path() / "folder").string()}};
  const auto perturbations = standard_perturbations();
  const Outcome one = run(perturbations[0], program);
  const Outcome two = run(perturbations[1], program);
  auto first = seen(one);
  auto second = seen(two);
  for (const Condition condition : all_conditions())
    EXPECT_EQ(differs(first, second, condition),
              is_varied(one, condition) && is_varied(two, condition))
        << name_of(condition);
}

INSTANTIATE_TEST_SUITE_P(Linked, Witnesses,
                         testing::Values(REPRODUCE_WITNESS, REPRODUCE_WITNESS_STATIC));

TEST_F(RunPerturbed, VariesEverythingForADynamicProgram) {
  for (const Perturbation& perturbation : standard_perturbations())
    for (const NotVaried& left : run(perturbation, {.path = REPRODUCE_WITNESS}).not_varied)
      EXPECT_EQ(left.condition, Condition::locale) << left.reason;
}

TEST_F(RunPerturbed, SaysThatNothingCanBePreloadedIntoAStaticProgram) {
  const Outcome outcome = run({.path = REPRODUCE_WITNESS_STATIC});
  for (const Condition condition : {Condition::clock, Condition::readdir_order, Condition::uid})
    EXPECT_FALSE(is_varied(outcome, condition)) << name_of(condition);
  ASSERT_FALSE(outcome.not_varied.empty());
  EXPECT_NE(outcome.not_varied.back().reason.find("statically linked"), std::string::npos);
}

TEST_F(RunPerturbed, ShowsAllClocksTheSameShiftedTime) {
  Perturbation perturbation = standard_perturbations()[0];
  perturbation.clock_shift_seconds = -1000000;
  const auto before = std::time(nullptr);
  const auto values = seen(
      run(perturbation, {.path = REPRODUCE_WITNESS, .arguments = {"see", temp_.path().string()}}));
  const auto after = std::time(nullptr);
  for (const char* clock : {"system_clock", "time", "gettimeofday", "timespec_get"}) {
    const auto shown = std::stoll(values.at(std::string("clock.") + clock)) + 1000000;
    EXPECT_GE(shown, before - 1) << clock;  // a coarse clock lags behind by a tick
    EXPECT_LE(shown, after) << clock;
  }
}

TEST_F(RunPerturbed, SortsFoldersBothWays) {
  for (const char* name : {"folder/c", "folder/a", "folder/b", "folder/d"})
    (void)temp_.write(name, "");
  const Program program{.path = REPRODUCE_WITNESS,
                        .arguments = {"see", (temp_.path() / "folder").string()}};
  const auto perturbations = standard_perturbations();
  auto up = seen(run(perturbations[0], program));
  auto down = seen(run(perturbations[1], program));
  EXPECT_EQ(up["readdir order"], "a b c d ");
  EXPECT_EQ(up["scandir"], ". .. a b c d ");
  EXPECT_EQ(down["readdir order"], "d c b a ");
  EXPECT_EQ(down["scandir"], "d c b a .. . ");
  EXPECT_EQ(up["rewound"], "to the first");
}

TEST_F(RunPerturbed, GivesTheProgramItsEnvironmentExceptForWhatIsVaried) {
  const Outcome outcome =
      run({.path = "/usr/bin/env",
           .environment = {"HOME=/elsewhere", "LC_TIME=xx", "KEPT=value", "TZ=Nowhere"}});
  EXPECT_EQ(outcome.exit_status, 0);  // its output goes to /dev/null
  const Outcome shown =
      run({.path = "/bin/sh",
           .arguments = {"-c", "echo \"$KEPT,$TZ,$LC_TIME,${HOME##*/}\" >&2"},
           .environment = {"HOME=/elsewhere", "LC_TIME=xx", "KEPT=value", "TZ=Nowhere"}});
  EXPECT_EQ(shown.standard_error, "value,XXX-14,,home\n");
}

TEST_F(RunPerturbed, TellsHowTheProgramEnded) {
  EXPECT_EQ(run({.path = REPRODUCE_WITNESS, .arguments = {"exit", "42"}}).exit_status, 42);
  const Outcome aborted = run({.path = REPRODUCE_WITNESS, .arguments = {"abort"}});
  EXPECT_EQ(aborted.signal, SIGABRT);
  EXPECT_FALSE(aborted.exit_status.has_value());
}

TEST_F(RunPerturbed, KeepsTheBeginningOfStandardErrorOnly) {
  const Outcome outcome = run({.path = REPRODUCE_WITNESS, .arguments = {"flood"}});
  EXPECT_EQ(outcome.standard_error, std::string(standard_error_limit, 'x'));
  EXPECT_TRUE(outcome.standard_error_was_cut);
}

TEST_F(RunPerturbed, LeavesNothingInTheScratchFolder) {
  (void)run({.path = REPRODUCE_WITNESS, .arguments = {"see", "/"}});
  EXPECT_TRUE(std::filesystem::is_empty(temp_.path()));
}

TEST_F(RunPerturbed, RefusesWhatItCannotStart) {
  const auto kind = [&](const Program& program) {
    return test::refusal_of([&] { (void)run(program); }).kind();
  };
  EXPECT_EQ(kind({.path = "relative"}), ErrorKind::usage);
  EXPECT_EQ(kind({.path = "/no/such/program"}), ErrorKind::environment);
  EXPECT_EQ(kind({.path = temp_.write("not executable", "text")}), ErrorKind::environment);
  EXPECT_EQ(kind({.path = temp_.path()}), ErrorKind::environment);
}

/// The number of a process that is written to `file` sooner or later.
pid_t number_in(const std::filesystem::path& file) {
  pid_t number = 0;
  for (int i = 0; i < 1000 && number == 0; ++i) {
    std::ifstream(file) >> number;
    if (number == 0) std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return number;
}

bool ends_soon(pid_t process) {
  for (int i = 0; i < 1000; ++i) {
    if (::kill(process, 0) != 0 && errno == ESRCH) return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return false;
}

TEST_F(RunPerturbed, EndsWhatTheProgramLeavesBehind) {
  const std::filesystem::path file = temp_.path() / "number";
  (void)run({.path = REPRODUCE_WITNESS, .arguments = {"linger", file.string()}});
  const pid_t number = number_in(file);
  ASSERT_GT(number, 0);
  EXPECT_NE(::kill(number, 0), 0) << "it was still there when run_perturbed returned";
}

TEST_F(RunPerturbed, EndsEverythingWhenItsCallerIsKilled) {
  const std::filesystem::path file = temp_.path() / "number";
  const pid_t caller = ::fork();
  ASSERT_GE(caller, 0);
  if (caller == 0) {
    (void)run({.path = REPRODUCE_WITNESS, .arguments = {"linger and stay", file.string()}});
    ::_exit(1);
  }
  const pid_t number = number_in(file);
  EXPECT_GT(number, 0);
  (void)::kill(caller, SIGKILL);
  (void)::waitpid(caller, nullptr, 0);
  EXPECT_TRUE(number > 0 && ends_soon(number));
}

}  // namespace
}  // namespace reproduce::perturb
