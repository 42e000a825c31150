#include "reproduce/perturb/perturbation.hpp"

namespace reproduce::perturb {
namespace {

constexpr std::int64_t one_day = std::int64_t{24} * 60 * 60;

}  // namespace

std::vector<Condition> all_conditions() {
  return {Condition::clock,
          Condition::umask,
          Condition::locale,
          Condition::time_zone,
          Condition::home,
          Condition::working_directory,
          Condition::temporary_folder,
          Condition::environment,
          Condition::readdir_order,
          Condition::cpus,
          Condition::uid,
          Condition::host_name};
}

std::string_view name_of(Condition condition) noexcept {
  switch (condition) {
    case Condition::clock:
      return "clock";
    case Condition::umask:
      return "umask";
    case Condition::locale:
      return "locale";
    case Condition::time_zone:
      return "time zone";
    case Condition::home:
      return "home";
    case Condition::working_directory:
      return "working directory";
    case Condition::temporary_folder:
      return "temporary folder";
    case Condition::environment:
      return "environment";
    case Condition::readdir_order:
      return "readdir order";
    case Condition::cpus:
      return "cpus";
    case Condition::uid:
      return "uid";
    case Condition::host_name:
      return "host name";
  }
  return "";
}

std::array<Perturbation, 2> standard_perturbations() {
  Perturbation first{.name = "first"};
  first.clock_shift_seconds = -one_day;
  first.umask = 022;
  first.locales = {"C.UTF-8"};
  first.time_zone = "XXX-14";  // POSIX counts westwards: 14 hours before UTC's clock
  first.environment = {"USER=first", "LOGNAME=first", "SHELL=/bin/sh", "COLUMNS=80",
                       "REPRODUCE_NOISE=1"};
  first.readdir_order = ReaddirOrder::by_name;
  first.cpus = 1;
  first.uid = 1001;
  first.host_name = "first.invalid";

  Perturbation second{.name = "second"};
  second.clock_shift_seconds = one_day;
  second.umask = 077;
  // Languages that sort, fold or write numbers otherwise than C does.
  second.locales = {"tr_TR.UTF-8", "de_DE.UTF-8", "fr_FR.UTF-8",
                    "et_EE.UTF-8", "en_US.UTF-8", "POSIX"};
  second.time_zone = "YYY+12";
  second.environment = {"USER=second", "LOGNAME=second", "SHELL=/bin/false", "COLUMNS=132",
                        "REPRODUCE_NOISE=another value"};
  second.readdir_order = ReaddirOrder::by_name_backwards;
  second.cpus = 3;
  second.uid = 2002;
  second.host_name = "second.invalid";
  return {first, second};
}

}  // namespace reproduce::perturb
