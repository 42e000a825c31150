#include "reproduce/kernel/cmdline.hpp"

#include <algorithm>

namespace reproduce::kernel {
namespace {

/// isspace() of the kernel: ASCII, and 0xa0 of its Latin-1 table.
constexpr std::string_view white_space = " \t\n\v\f\r\xa0";

bool is_space(char c) {
  return white_space.find(c) != std::string_view::npos;
}

/// One word, as next_arg() takes it: quotes toggle, and are stripped from the value or the
/// whole word only where they begin it.
Parameter take_word(std::string_view& rest) {
  const bool starts_quoted = rest.front() == '"';
  if (starts_quoted) rest.remove_prefix(1);
  bool is_quoted = starts_quoted;
  std::size_t equals = 0;
  std::size_t end = 0;
  for (; end < rest.size(); ++end) {
    if (is_space(rest[end]) && !is_quoted) break;
    if (equals == 0 && rest[end] == '=') equals = end;
    if (rest[end] == '"') is_quoted = !is_quoted;
  }
  std::string_view word = rest.substr(0, end);
  rest.remove_prefix(end);
  const auto drop_last_quote = [](std::string_view text) {
    return !text.empty() && text.back() == '"' ? text.substr(0, text.size() - 1) : text;
  };
  if (equals == 0) return {.name = std::string(starts_quoted ? drop_last_quote(word) : word)};
  std::string_view value = word.substr(equals + 1);
  const bool value_quoted = value.starts_with('"');
  if (value_quoted) value.remove_prefix(1);
  if (value_quoted || starts_quoted) value = drop_last_quote(value);
  return {.name = std::string(word.substr(0, equals)), .value = std::string(value)};
}

/// What a rule looks at; an empty `value` means any, or none.
struct Rule {
  std::string_view name;
  std::string_view value;
  std::string_view reason;
};

constexpr Rule rules[] = {
    {"init", "", "it names another first program, which runs when there is no initramfs init"},
    {"rdinit", "", "it names another first program than /init"},
    {"root", "", "it names a disk to boot from; an enclave has none"},
    {"console", "",
     "what the guest prints goes there; nobody outside reads it unless in debug mode"},
    {"earlyprintk", "", "the kernel prints early, to a console"},
    {"earlycon", "", "the kernel prints early, to a console"},
    {"kgdboc", "", "a debugger may attach to the kernel"},
    {"kgdbwait", "", "the kernel waits for a debugger"},
    {"debug", "", "the kernel prints everything that it can"},
    {"single", "", "it asks the first program for a shell of rescue"},
    {"1", "", "it asks the first program for a shell of rescue"},
    {"emergency", "", "it asks the first program for a shell of rescue"},
    {"rescue", "", "it asks the first program for a shell of rescue"},
    {"break", "", "an initramfs of Debian's kind opens a shell there"},
    {"rd.break", "", "an initramfs of dracut's kind opens a shell there"},
    {"rd.shell", "", "an initramfs of dracut's kind opens a shell when it fails"},
    {"systemd.debug-shell", "", "systemd opens a shell of root without a password"},
    {"systemd.debug_shell", "", "systemd opens a shell of root without a password"},
    {"systemd.unit", "", "systemd starts another unit than the image's default"},
    {"systemd.run", "", "systemd runs this command"},
    {"systemd.mask", "", "systemd leaves this unit out"},
    {"systemd.wants", "", "systemd starts this unit too"},
    {"panic", "", "it says what follows a crash: 0 hangs, a number restarts after as many seconds"},
    {"oops", "", "it says whether the kernel goes on after a fault"},
    {"random.trust_cpu", "", "it says whether the processor's random numbers count as entropy"},
    {"random.trust_bootloader", "", "it says whether the loader's seed counts as entropy"},
    {"nordrand", "", "the processor's random numbers are not used"},
    {"nokaslr", "", "the kernel lies at a known address"},
    {"mitigations", "", "it changes the defences against faults of processors"},
    {"nopti", "", "a defence against a fault of processors is off"},
    {"pti", "off", "a defence against a fault of processors is off"},
    {"nospectre_v1", "", "a defence against a fault of processors is off"},
    {"nospectre_v2", "", "a defence against a fault of processors is off"},
    {"spectre_v2", "off", "a defence against a fault of processors is off"},
    {"spec_store_bypass_disable", "off", "a defence against a fault of processors is off"},
    {"l1tf", "off", "a defence against a fault of processors is off"},
    {"mds", "off", "a defence against a fault of processors is off"},
    {"tsx", "on", "a part of processors that leaks is on"},
    {"nosmep", "", "the kernel may run code of programs"},
    {"nosmap", "", "the kernel may read memory of programs unawares"},
    {"noexec", "off", "data may be run as code"},
    {"rodata", "off", "the kernel's code and constants can be written to"},
    {"selinux", "0", "a security module is off"},
    {"apparmor", "0", "a security module is off"},
    {"security", "", "it chooses the security module"},
    {"lsm", "", "it chooses the security modules"},
    {"lockdown", "none", "root may change the running kernel"},
    {"module.sig_enforce", "0", "modules need no signature"},
    {"module_blacklist", "", "modules are kept from loading; without nsm nothing can be attested"},
    {"initcall_blacklist", "",
     "parts of the kernel do not start; without nsm nothing can be attested"},
    {"modprobe.blacklist", "",
     "modules are kept from loading; without nsm nothing can be attested"},
    {"nsm.debug", "", "it is for the driver of the security module"},
    {"iomem", "relaxed", "programs may reach the memory of devices"},
    {"slub_debug", "-", "checks of the kernel's memory are off"},
    {"init_on_alloc", "0", "memory is not cleared when it is given out"},
    {"init_on_free", "0", "memory is not cleared when it is given back"},
    {"ima_appraise", "off", "files are not held to their signatures"},
    {"memmap", "", "it changes what memory the kernel believes there is"},
    {"mem", "", "it changes what memory the kernel believes there is"},
    {"bootconfig", "", "more parameters come from the end of the initramfs"},
};

bool applies(const Rule& rule, const Parameter& parameter) {
  // The kernel takes `-` and `_` in names for the same (kernel/params.c, parameq).
  const auto same = [](char a, char b) { return (a == '-' ? '_' : a) == (b == '-' ? '_' : b); };
  return std::equal(rule.name.begin(), rule.name.end(), parameter.name.begin(),
                    parameter.name.end(), same) &&
         (rule.value.empty() || parameter.value == rule.value);
}

}  // namespace

std::vector<Parameter> parse_cmdline(std::string_view cmdline) {
  std::vector<Parameter> parameters;
  std::string_view rest = cmdline.substr(0, cmdline.find('\0'));
  bool is_for_init = false;
  for (;;) {
    while (!rest.empty() && is_space(rest.front())) rest.remove_prefix(1);
    if (rest.empty()) return parameters;
    Parameter parameter = take_word(rest);
    if (!is_for_init && parameter.name == "--" && !parameter.value) {
      is_for_init = true;
      continue;
    }
    parameter.is_for_init = is_for_init;
    parameters.push_back(std::move(parameter));
  }
}

std::vector<Risk> find_risks(const std::vector<Parameter>& parameters) {
  std::vector<Risk> risks;
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    if (parameters[i].is_for_init) {
      risks.push_back({i, "it is an argument of the first program"});
      continue;
    }
    for (const Rule& rule : rules)
      if (applies(rule, parameters[i])) {
        risks.push_back({i, rule.reason});
        break;
      }
  }
  return risks;
}

}  // namespace reproduce::kernel
