#include "reproduce/build/init_check.hpp"

#include <algorithm>
#include <string_view>
#include <variant>

namespace reproduce::build {
namespace {

using tree::Entry;
using tree::EntryType;

constexpr std::string_view init_path = "init";
constexpr std::uint32_t any_execute_bit = 0111;

/// Whether a word of the command line, which the kernel takes apart at white space, names the
/// first program. What follows ` -- ` is for that program.
bool names_init(std::string_view cmdline) {
  constexpr std::string_view separators = " \t\n";
  while (true) {
    const std::size_t begin = cmdline.find_first_not_of(separators);
    if (begin == std::string_view::npos) return false;
    cmdline.remove_prefix(begin);
    const std::string_view word = cmdline.substr(0, cmdline.find_first_of(separators));
    if (word == "--") return false;
    if (word.starts_with("rdinit=")) return true;
    cmdline.remove_prefix(word.size());
  }
}

/// What is wrong with `init`, in words; nothing when the kernel can start it.
std::optional<std::string> fault_of(const Entry* init) {
  if (init == nullptr) return "no ramdisk has a file /init";
  if (init->type == EntryType::symlink) return std::nullopt;
  if (init->type != EntryType::regular)
    return "/init is a " + std::string(tree::name_of(init->type)) + " and no program";
  if ((init->mode & any_execute_bit) == 0) return "the file /init is not executable";
  return std::nullopt;
}

}  // namespace

std::optional<std::string> missing_init(const Plan& plan) {
  if (plan.long_cmdline || names_init(plan.cmdline)) return std::nullopt;
  if (plan.ramdisks.empty()) return std::nullopt;  // that was asked for in as many words
  const Entry* init = nullptr;
  for (const Plan::PlannedRamdisk& ramdisk : plan.ramdisks) {
    const auto* const layered = std::get_if<LayeredRamdisk>(&ramdisk);
    if (layered == nullptr) return std::nullopt;
    if (const Entry* const found = layered->tree().find(init_path)) init = found;
  }
  const std::optional<std::string> fault = fault_of(init);
  if (!fault) return std::nullopt;
  return *fault +
         ", so the kernel will panic when it has booted; bring one with a layer that has `to = "
         "\"/init\"` and `mode = \"0755\"`, or name another program with `rdinit=` in `cmdline`";
}

}  // namespace reproduce::build
