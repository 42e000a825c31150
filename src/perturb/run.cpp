#include "reproduce/perturb/run.hpp"

#include <algorithm>
#include <cstdlib>
#include <string_view>
#include <utility>

#include <sys/wait.h>

#include "child.hpp"
#include "program.hpp"
#include "shim.hpp"
#include <locale.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/temporary_folder.hpp"

namespace reproduce::perturb {
namespace {

/// The folder of one run, gone when the run is over.
class RunFolder {
 public:
  RunFolder(const std::filesystem::path& scratch, const std::string& name)
      : folder_(scratch, name),
        home_(folder_.make("home")),
        temporary_(folder_.make("tmp")),
        working_(folder_.make("work")) {
    AtomicFile file(shim());
    file.write(shim_bytes());
    file.publish();
  }

  [[nodiscard]] const std::filesystem::path& home() const { return home_; }
  [[nodiscard]] const std::filesystem::path& temporary() const { return temporary_; }
  [[nodiscard]] const std::filesystem::path& working() const { return working_; }
  [[nodiscard]] std::filesystem::path shim() const { return folder_.path() / "shim.so"; }
  [[nodiscard]] std::filesystem::path mark() const { return folder_.path() / "mark"; }

 private:
  TemporaryFolder folder_;
  std::filesystem::path home_;
  std::filesystem::path temporary_;
  std::filesystem::path working_;
};

std::string_view name_part(std::string_view variable) {
  return variable.substr(0, variable.find('='));
}

/// Sets `variable` ("NAME=value") in place of what had its name.
void set(std::vector<std::string>& environment, std::string variable) {
  std::erase_if(environment,
                [&](const std::string& other) { return name_part(other) == name_part(variable); });
  environment.push_back(std::move(variable));
}

/// What the dynamic loader preloads already, such as faketime, stays behind ours.
std::string preload(const std::vector<std::string>& environment, const std::string& shim) {
  constexpr std::string_view name = "LD_PRELOAD";
  for (const std::string& variable : environment)
    if (name_part(variable) == name && variable.size() > name.size() + 1)
      return "LD_PRELOAD=" + shim + ":" + variable.substr(name.size() + 1);
  return "LD_PRELOAD=" + shim;
}

std::optional<std::string> first_that_exists(const std::vector<std::string>& locales) {
  for (const std::string& name : locales) {
    const locale_t locale = ::newlocale(LC_ALL_MASK, name.c_str(), nullptr);
    if (locale == nullptr) continue;
    ::freelocale(locale);
    return name;
  }
  return std::nullopt;
}

std::vector<std::string> environment_for(const Perturbation& perturbation, const Program& program,
                                         const RunFolder& folder,
                                         const std::optional<std::string>& locale) {
  std::vector<std::string> environment = program.environment;
  for (const std::string& variable : perturbation.environment) set(environment, variable);
  if (locale) {
    std::erase_if(environment, [](const std::string& variable) {
      return name_part(variable).starts_with("LC_") || name_part(variable) == "LANGUAGE";
    });
    set(environment, "LC_ALL=" + *locale);
    set(environment, "LANG=" + *locale);
  }
  set(environment, "TZ=" + perturbation.time_zone);
  set(environment, "HOME=" + folder.home().string());
  set(environment, "TMPDIR=" + folder.temporary().string());
  set(environment, preload(environment, folder.shim().string()));
  set(environment, "REPRODUCE_PERTURB_MARK=" + folder.mark().string());
  set(environment, "REPRODUCE_PERTURB_CLOCK=" + std::to_string(perturbation.clock_shift_seconds));
  set(environment,
      std::string("REPRODUCE_PERTURB_READDIR=") +
          (perturbation.readdir_order == ReaddirOrder::by_name ? "ascending" : "descending"));
  set(environment, "REPRODUCE_PERTURB_CPUS=" + std::to_string(perturbation.cpus));
  set(environment, "REPRODUCE_PERTURB_UID=" + std::to_string(perturbation.uid));
  set(environment, "REPRODUCE_PERTURB_HOST=" + perturbation.host_name);
  return environment;
}

/// What only the shim varies, and why it did not.
std::vector<NotVaried> left_alone_without_shim(const std::string& reason, bool host_name_is_set) {
  std::vector<NotVaried> left{
      {Condition::clock, reason}, {Condition::readdir_order, reason}, {Condition::uid, reason}};
  if (usable_cpus() < 2) left.push_back({Condition::cpus, reason + ", and there is one processor"});
  if (!host_name_is_set)
    left.push_back({Condition::host_name, reason + ", and it needs rights to rename its host"});
  return left;
}

void require_absolute(const std::filesystem::path& path) {
  if (!path.is_absolute())
    throw Error(ErrorKind::usage, "a path for a run elsewhere is not absolute",
                {.file = path.string()});
}

}  // namespace

Outcome run_perturbed(const Perturbation& perturbation, const Program& program,
                      const std::filesystem::path& scratch) {
  require_absolute(program.path);
  require_absolute(scratch);
  const auto against = reason_against_preloading(program.path);
  const auto locale = first_that_exists(perturbation.locales);
  const RunFolder folder(scratch, perturbation.name);

  ChildSetup setup;
  setup.program = program.path.string();
  setup.arguments = program.arguments;
  setup.arguments.insert(setup.arguments.begin(), setup.program);
  setup.environment = environment_for(perturbation, program, folder, locale);
  setup.working_directory = folder.working().string();
  setup.host_name = perturbation.host_name;
  setup.umask = perturbation.umask;
  setup.cpus = std::max(perturbation.cpus, 1U);
  ChildResult child = run_child(setup);

  Outcome outcome;
  if (WIFEXITED(child.wait_status)) outcome.exit_status = WEXITSTATUS(child.wait_status);
  if (WIFSIGNALED(child.wait_status)) outcome.signal = WTERMSIG(child.wait_status);
  outcome.standard_error = std::move(child.standard_error);
  outcome.standard_error_was_cut = child.standard_error_was_cut;
  if (!locale)
    outcome.not_varied.push_back({Condition::locale, "this system has none that was asked for"});
  if (against || !std::filesystem::exists(folder.mark())) {
    const std::string reason = against.value_or("the program did not load what was preloaded");
    for (NotVaried& left : left_alone_without_shim(reason, child.host_name_is_set))
      outcome.not_varied.push_back(std::move(left));
  }
  return outcome;
}

}  // namespace reproduce::perturb
