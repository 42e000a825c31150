#include "check.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <iterator>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include <unistd.h>

#include "subjects.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/temporary_folder.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/perturb/run.hpp"
#include "reproduce/report/check.hpp"
#include "reproduce/report/gate_findings.hpp"

namespace reproduce::cli {
namespace {

namespace fs = std::filesystem;

ErrorKind kind_of(int exit_status) {
  switch (exit_status) {
    case static_cast<int>(ExitCode::usage):
      return ErrorKind::usage;
    case static_cast<int>(ExitCode::malformed):
      return ErrorKind::malformed;
    case static_cast<int>(ExitCode::untrusted):
      return ErrorKind::untrusted;
    case static_cast<int>(ExitCode::environment):
      return ErrorKind::environment;
    default:
      return ErrorKind::bug;
  }
}

/// The child's own error, without the word that it begins with.
[[noreturn]] void refuse_build(const perturb::Outcome& outcome, const std::string& name) {
  if (!outcome.exit_status)
    throw Error(ErrorKind::environment, "the " + name + " build was killed",
                {.got = "signal " + std::to_string(outcome.signal.value_or(0))});
  throw Error(kind_of(*outcome.exit_status), "the " + name + " build of the check failed",
              {.got = outcome.standard_error});
}

std::vector<std::string> whole_environment() {
  std::vector<std::string> variables;
  for (char** variable = environ; *variable != nullptr; ++variable)
    variables.emplace_back(*variable);
  return variables;
}

fs::path this_program() {
  std::error_code failed;
  fs::path path = fs::read_symlink("/proc/self/exe", failed);
  if (failed)
    throw Error(ErrorKind::environment, "cannot tell which file this program is",
                {.hint = "mount /proc"});
  return path;
}

report::CheckResult run_both(const std::vector<std::string>& arguments, const fs::path& folder,
                             const Terminal& terminal) {
  report::CheckResult result;
  std::map<perturb::Condition, std::string> not_varied;
  std::array<fs::path, 2> images;
  const auto perturbations = perturb::standard_perturbations();
  for (std::size_t i = 0; i < perturbations.size(); ++i) {
    images[i] = folder / (perturbations[i].name + ".eif");
    perturb::Program program{
        .path = this_program(), .arguments = arguments, .environment = whole_environment()};
    program.arguments.insert(program.arguments.end(), {"-o", images[i].string()});
    const perturb::Outcome outcome = perturb::run_perturbed(perturbations[i], program, folder);
    if (outcome.exit_status != 0) refuse_build(outcome, perturbations[i].name);
    for (const perturb::NotVaried& condition : outcome.not_varied)
      not_varied.emplace(condition.condition, condition.reason);
  }
  for (const perturb::Condition condition : perturb::all_conditions()) {
    const std::string name(perturb::name_of(condition));
    const auto missed = not_varied.find(condition);
    if (missed == not_varied.end())
      result.varied.push_back(name);
    else
      result.not_varied.emplace_back(name, missed->second);
  }
  result.images = compare_subjects(images[0].string(), images[1].string(), terminal);
  return result;
}

}  // namespace

ExitCode check_reproducible(const std::vector<std::string>& arguments,
                            const fs::path& scratch_folder, const Terminal& terminal,
                            GateFindings& findings) {
  const TemporaryFolder workplace(fs::absolute(scratch_folder), ".reproduce.check");
  const report::CheckResult result = [&] {
    terminal.note("building twice under different circumstances");
    return run_both(arguments, workplace.path(), terminal);
  }();
  report::tell_gate(findings.report, result);
  if (!answered_in_json(terminal, findings, [&] { return report::check_json(result); }))
    terminal.answer_to_people(report::check_text(result));
  return result.images.same ? ExitCode::yes : ExitCode::no;
}

}  // namespace reproduce::cli
