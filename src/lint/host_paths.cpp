#include <optional>
#include <string_view>

#include "elf.hpp"
#include "piece_reader.hpp"
#include "rules.hpp"

#include "reproduce/base/text.hpp"
#include "reproduce/tree/path.hpp"

namespace reproduce::lint {
namespace {

using tree::EntryType;

constexpr std::uint32_t any_execute_bit = 0111;

/// As much as the kernel reads of a script's first line (BINPRM_BUF_SIZE).
constexpr std::size_t script_head = 256;

/// The interpreter that a script's first line names, if the beginning is one.
std::optional<std::string_view> interpreter_of(std::string_view head) {
  constexpr std::string_view blanks = " \t";
  if (!head.starts_with("#!")) return std::nullopt;
  head = head.substr(2, head.find('\n') == head.npos ? head.npos : head.find('\n') - 2);
  const std::size_t begin = head.find_first_not_of(blanks);
  if (begin == head.npos) return std::nullopt;
  head.remove_prefix(begin);
  return head.substr(0, head.find_first_of(blanks));
}

/// Libraries need no execute bit.
bool may_be_program(const Place& place) {
  const std::string_view name =
      std::string_view(place.path).substr(tree::parent_of(place.path).size());
  return (place.entry.mode & any_execute_bit) != 0 || name.find(".so") != name.npos;
}

class HostPaths {
 public:
  HostPaths(const Place& place, const ImagePaths& paths, Findings& findings)
      : place_(place), paths_(paths), findings_(findings) {}

  void look_at_symlink() const {
    const std::string& target = place_.entry.target;
    // Others that lead nowhere are common, and no word of the host.
    if (target.starts_with('/') && is_host_place(target) && !paths_.has(target, place_.path))
      add("leads to " + shown(target) + ", a place of the machine that built it");
  }

  void look_at_content() const {
    PieceReader file(*place_.entry.content);
    const Bytes head = file.read(0, script_head);
    if (const auto interpreter = interpreter_of(as_text(head)); interpreter) {
      if (is_missing(*interpreter))
        add("is a script for " + shown(*interpreter) + ", " + why(*interpreter));
      return;
    }
    for (const std::string& folder : library_folders(file))
      if (is_missing(folder)) add("looks for libraries in " + shown(folder) + ", " + why(folder));
  }

 private:
  /// What a raw ramdisk holds is not known, so there only places of the host are reported.
  [[nodiscard]] bool is_missing(std::string_view path) const {
    if (!path.starts_with('/') || paths_.has(path, place_.path)) return false;
    return paths_.are_all() || is_host_place(path);
  }

  [[nodiscard]] static std::string shown(std::string_view path) {
    constexpr std::size_t longest_shown = 200;
    return quote(path.substr(0, longest_shown)) + (path.size() > longest_shown ? "..." : "");
  }

  [[nodiscard]] static std::string why(std::string_view path) {
    return is_host_place(path) ? "a place of the machine that built it"
                               : "which is not in the image";
  }

  void add(const std::string& says) const {
    findings_.add(place_.finding(
        Rule::host_path, says + "; build it for the place where it will be, or bring that too"));
  }

  const Place& place_;
  const ImagePaths& paths_;
  Findings& findings_;
};

}  // namespace

void lint_host_paths(const Place& place, const ImagePaths& paths, Findings& findings) {
  const HostPaths host_paths(place, paths, findings);
  if (place.entry.type == EntryType::symlink) host_paths.look_at_symlink();
  if (place.entry.type == EntryType::regular && may_be_program(place)) host_paths.look_at_content();
}

}  // namespace reproduce::lint
