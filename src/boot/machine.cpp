#include "reproduce/boot/machine.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <system_error>

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/base/trace.hpp"
#include "reproduce/eif/layout.hpp"
#include "reproduce/fetch/program.hpp"
#include "reproduce/measure/parent_pcrs.hpp"

namespace reproduce::boot {
namespace {

constexpr const char* where_to_get_one =
    "`sh tests/boot/setup.sh` builds one from Debian's sources; --qemu PATH names another";

/// Whether the output of `-machine help` has a line that starts with the machine's name.
bool names_the_machine(std::string_view output) {
  constexpr std::string_view name = "nitro-enclave ";
  return output.starts_with(name) || output.find("\n" + std::string(name)) != output.npos;
}

bool has_the_machine(const std::filesystem::path& program, const QemuSearch& search) {
  const fetch::Output output = fetch::run_program(
      {.program = program.string(), .arguments = {"-machine", "help"}, .folder = search.folder},
      {.search_path = {"/"},
       .environment = search.environment,
       .time_limit = std::chrono::seconds(60)});
  const bool has = output.exit_status == 0 && names_the_machine(as_text(output.out));
  trace("boot", [&] {
    return "'" + program.string() + "' has " + (has ? "the machine" : "no machine nitro-enclave");
  });
  return has;
}

Qemu with_firmware(const std::filesystem::path& program) {
  std::filesystem::path firmware = program.parent_path() / "firmware";
  std::error_code ignored;
  if (!std::filesystem::is_directory(firmware, ignored)) firmware.clear();
  return {.program = program, .firmware = std::move(firmware)};
}

bool is_file(const std::filesystem::path& path) {
  std::error_code ignored;
  return std::filesystem::is_regular_file(path, ignored);
}

/// The programs in the folders of the cache, the newest first.
std::vector<std::filesystem::path> cached_programs(const std::filesystem::path& cache) {
  std::vector<std::pair<std::filesystem::file_time_type, std::filesystem::path>> found;
  std::error_code ignored;
  for (const auto& folder : std::filesystem::directory_iterator(cache, ignored)) {
    const std::filesystem::path program = folder.path() / "qemu";
    if (is_file(program))
      found.emplace_back(std::filesystem::last_write_time(program, ignored), program);
  }
  std::sort(found.rbegin(), found.rend());
  std::vector<std::filesystem::path> programs;
  programs.reserve(found.size());
  for (auto& [time, program] : found) programs.push_back(std::move(program));
  return programs;
}

/// A comma ends a value in QEMU's option lists; two are one in it.
std::string option_value(std::string_view text) {
  std::string value;
  for (const char c : text) value += c == ',' ? std::string(",,") : std::string(1, c);
  return value;
}

std::string machine_option(const Machine& machine) {
  std::string option = "nitro-enclave,vsock=vsock,acpi=";
  option += machine.acpi ? "on" : "off";
  // As AWS names enclaves: the instance, and a number of its own.
  option += ",id=" + option_value(machine.parent_id.value_or("i-00000000000000000")) +
            "-enc0000000000000000";
  if (machine.parent_role) option += ",parent-role=" + option_value(*machine.parent_role);
  if (machine.parent_id) option += ",parent-id=" + option_value(*machine.parent_id);
  return option;
}

std::string descriptor_path(int descriptor) {
  return "/proc/self/fd/" + std::to_string(descriptor);
}

[[noreturn]] void refuse(const std::string& what, ErrorContext context) {
  context.hint = "QEMU's machine nitro-enclave does not take it; AWS's hypervisor may";
  throw Error(ErrorKind::environment, what, std::move(context));
}

}  // namespace

Qemu find_qemu(const QemuSearch& search) {
  if (search.given) {
    if (!has_the_machine(*search.given, search))
      throw Error(ErrorKind::environment, "this QEMU has no machine 'nitro-enclave'",
                  {.file = search.given->string(),
                   .hint = "it came with QEMU 9.2, and few builds have it; "
                           "`sh tests/boot/setup.sh` makes one"});
    return with_firmware(*search.given);
  }
  std::string seen;
  for (const auto& folder : search.search_path) {
    const std::filesystem::path program = folder / "qemu-system-x86_64";
    if (!is_file(program)) continue;
    if (has_the_machine(program, search)) return with_firmware(program);
    seen += (seen.empty() ? "" : ", ") + program.string();
  }
  if (search.cache)
    for (const auto& program : cached_programs(*search.cache))
      if (has_the_machine(program, search)) return with_firmware(program);
  throw Error(ErrorKind::environment, "there is no QEMU with the machine 'nitro-enclave'",
              {.expected = "qemu-system-x86_64 9.2 or newer in a folder of PATH, or the cache of "
                           "tests/boot/setup.sh",
               .got = seen.empty() ? "" : seen + " without this machine",
               .hint = where_to_get_one});
}

std::uint64_t usual_memory_mib(std::uint64_t image_size) noexcept {
  constexpr std::uint64_t base = 512;
  return base + 4 * ((image_size >> 20) + 1);
}

void require_bootable(const measure::ImageMeasurements& image) {
  if (eif::arch_of(image.header) != eif::Arch::x86_64)
    refuse("an aarch64 image does not boot here",
           {.expected = "flags 0 in the image's header, which stand for x86_64",
            .got = "the flag of aarch64"});
  if (image.header.version != eif::current_version)
    refuse("an image of an old version does not boot here",
           {.expected = "version 4", .got = "version " + std::to_string(image.header.version)});
  bool has_ramdisk = false;
  for (const eif::Section& section : image.sections) {
    has_ramdisk = has_ramdisk || section.type == eif::SectionType::ramdisk;
    if (section.payload_size == 0 && section.type != eif::SectionType::cmdline)
      refuse("an image with an empty section does not boot here",
             {.offset = section.header_offset,
              .where = "section " + std::to_string(section.index) + ", " +
                       std::string(eif::name_of(section.type))});
  }
  if (!has_ramdisk) refuse("an image without a ramdisk does not boot here", {});
}

measure::Registers expected_registers(const measure::Registers& image, const Machine& machine) {
  measure::Registers expected = image;
  if (machine.parent_role) expected[3] = measure::parent_register(*machine.parent_role);
  if (machine.parent_id) expected[4] = measure::parent_register(*machine.parent_id);
  return expected;
}

std::vector<std::string> qemu_arguments(const Qemu& qemu, const Machine& machine,
                                        const MachineFiles& files) {
  std::vector<std::string> words{qemu.program.string(), "-nodefaults", "-no-user-config",
                                 "-no-reboot"};
  const auto add = [&](const char* option, std::string value) {
    words.emplace_back(option);
    words.push_back(std::move(value));
  };
  if (!qemu.firmware.empty()) add("-L", qemu.firmware.string());
  add("-display", "none");
  add("-monitor", "none");
  add("-machine", machine_option(machine));
  add("-accel", "tcg");
  add("-cpu", "max");
  add("-smp", std::to_string(machine.cpus));
  add("-m", std::to_string(machine.memory_mib) + "M");
  // An instruction takes 16 ns of the guest's time: without it, boots hang on a busy host, where
  // the kernel's calibrations of its timers fail. An idle guest skips to its next timer, unless
  // there is somebody to speak to: then it waits as long as it says, or every answer would come too
  // late.
  add("-icount", files.backend ? "shift=4,sleep=on" : "shift=4,sleep=off");
  add("-chardev",
      "socket,id=vsock," + (files.backend ? "path=" + option_value(files.backend->string())
                                          : "fd=" + std::to_string(files.vsock)));
  add("-chardev", "file,id=console,path=" + descriptor_path(files.console));
  add("-serial", "chardev:console");
  add("-kernel", descriptor_path(files.image));
  if (!machine.append.empty()) add("-append", machine.append);
  return words;
}

}  // namespace reproduce::boot
