#include "reproduce/boot/machine.hpp"

#include <algorithm>
#include <string>

#include <sys/stat.h>

#include "support/refusal.hpp"
#include "support/temp_dir.hpp"
#include "support/toy_image.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/hex.hpp"
#include "reproduce/base/stream.hpp"

namespace reproduce::boot {
namespace {

constexpr const char* has_it =
    "#!/bin/sh\necho 'microvm   microvm (i386)'\n"
    "echo 'nitro-enclave        AWS Nitro Enclave'\n";
constexpr const char* has_it_not = "#!/bin/sh\necho 'microvm   not nitro-enclave '\n";

std::filesystem::path write_program(const test::TempDir& folder, const std::string& name,
                                    const std::string& script) {
  std::filesystem::path path = folder.write(name, script);
  EXPECT_EQ(::chmod(path.c_str(), 0755), 0);
  return path;
}

measure::ImageMeasurements measurements_of(const test::ToyImage& toy) {
  const Bytes image = toy.bytes();
  MemorySource source(image);
  return measure::measure_image(source);
}

void expect_refusal(const test::ToyImage& toy, const std::string& words) {
  const Error error = test::refusal_of([&] { require_bootable(measurements_of(toy)); });
  EXPECT_EQ(error.kind(), ErrorKind::environment);
  EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
}

/// The value behind `option`, or "".
std::string value_of(const std::vector<std::string>& words, const std::string& option) {
  const auto found = std::ranges::find(words, option);
  return found == words.end() ? "" : *(found + 1);
}

TEST(Qemu, IsTheFirstInThePathThatHasTheMachine) {
  const test::TempDir folder;
  (void)write_program(folder, "a/qemu-system-x86_64", has_it_not);
  const auto wanted = write_program(folder, "b/qemu-system-x86_64", has_it);
  (void)write_program(folder, "c/qemu-system-x86_64", has_it);
  QemuSearch search{.search_path = {folder.path() / "absent", folder.path() / "a",
                                    folder.path() / "b", folder.path() / "c"},
                    .folder = folder.path()};
  EXPECT_EQ(find_qemu(search).program, wanted);
  EXPECT_EQ(find_qemu(search).firmware, "");
  std::filesystem::create_directory(folder.path() / "b/firmware");
  EXPECT_EQ(find_qemu(search).firmware, folder.path() / "b/firmware");
}

TEST(Qemu, ComesFromTheCacheWhenThePathHasNone) {
  const test::TempDir folder;
  (void)write_program(folder, "a/qemu-system-x86_64", has_it_not);
  (void)folder.write("cache/lock", "");
  const auto wanted = write_program(folder, "cache/0123456789abcdef/qemu", has_it);
  (void)folder.write("cache/0123456789abcdef/firmware/bios-microvm.bin", "");
  const Qemu qemu = find_qemu({.search_path = {folder.path() / "a"},
                               .cache = folder.path() / "cache",
                               .folder = folder.path()});
  EXPECT_EQ(qemu.program, wanted);
  EXPECT_EQ(qemu.firmware, wanted.parent_path() / "firmware");
}

TEST(Qemu, ThatIsNowhereIsToldWithWhereToGetIt) {
  const test::TempDir folder;
  const auto without = write_program(folder, "a/qemu-system-x86_64", has_it_not);
  const Error error = test::refusal_of([&] {
    (void)find_qemu({.search_path = {folder.path() / "a"},
                     .cache = folder.path() / "absent",
                     .folder = folder.path()});
  });
  EXPECT_EQ(error.kind(), ErrorKind::environment);
  EXPECT_NE(error.context().got.find(without.string()), std::string::npos);
  EXPECT_NE(error.context().hint.find("tests/boot/setup.sh"), std::string::npos);
}

TEST(Qemu, ThatWasGivenIsTheOneOrNone) {
  const test::TempDir folder;
  const auto other = write_program(folder, "a/qemu-system-x86_64", has_it);
  const auto without = write_program(folder, "without", has_it_not);
  for (const auto& given : {without, folder.path() / "absent"}) {
    const Error error = test::refusal_of([&] {
      (void)find_qemu(
          {.given = given, .search_path = {other.parent_path()}, .folder = folder.path()});
    });
    EXPECT_EQ(error.kind(), ErrorKind::environment) << given;
  }
}

TEST(Machine, TakesImagesThatQemuReads) {
  require_bootable(measurements_of({}));
}

TEST(Machine, RefusesWhatQemuDoesNotRead) {
  expect_refusal({.flags = 1}, "aarch64");
  expect_refusal({.version = 3}, "old version");
  test::ToyImage toy;
  toy.sections.back().payload.clear();
  expect_refusal(toy, "empty section");
  toy.sections.resize(3);  // kernel, cmdline, metadata
  expect_refusal(toy, "without a ramdisk");
}

TEST(Machine, HasPcr3AndPcr4OfTheParent) {
  const measure::Registers registers =
      expected_registers({}, {.parent_role = "role", .parent_id = "i-0"});
  // { head -c 48 /dev/zero; printf role; } | sha384sum
  EXPECT_EQ(to_hex(registers.at(3)),
            "1b0ab31937e759992849173dcd345da7bb1878746dcacbd584ad69195fa4156adb5377e43f815cd7fb8bec"
            "3942039f2d");
  EXPECT_EQ(to_hex(registers.at(4)),
            "79c6e29c30d8cb2a0fbe9b3c8c2bed6fac4b939985d86d2992346f3e3131c5490e7ffebfc824d6675684fb"
            "08ff74722c");
  EXPECT_TRUE(expected_registers({}, {}).empty());
}

TEST(Machine, HasRoomForTheImageUnpacked) {
  EXPECT_EQ(usual_memory_mib(0), 516U);
  EXPECT_EQ(usual_memory_mib(std::uint64_t{100} << 20), 916U);
}

TEST(QemuArguments, NameDescriptorsAndNeverPaths) {
  const auto words = qemu_arguments({.program = "/q/qemu", .firmware = "/q/firmware"},
                                    {.memory_mib = 600, .cpus = 2},
                                    {.image = 3, .console = 1, .vsock = 4, .backend = {}});
  EXPECT_EQ(words[0], "/q/qemu");
  EXPECT_EQ(value_of(words, "-L"), "/q/firmware");
  EXPECT_EQ(value_of(words, "-kernel"), "/proc/self/fd/3");
  EXPECT_EQ(value_of(words, "-chardev"), "socket,id=vsock,fd=4");
  EXPECT_EQ(value_of(words, "-m"), "600M");
  EXPECT_EQ(value_of(words, "-smp"), "2");
  EXPECT_EQ(value_of(words, "-icount"), "shift=4,sleep=off");
  EXPECT_EQ(value_of(words, "-accel"), "tcg");
  EXPECT_EQ(std::ranges::count(words, "-append"), 0);
  EXPECT_TRUE(value_of(words, "-machine").starts_with("nitro-enclave,vsock=vsock,acpi=on,id="));
}

TEST(QemuArguments, LeaveAcpiOutForAKernelWithoutIt) {
  const auto words = qemu_arguments({.program = "/q/qemu", .firmware = {}}, {.acpi = false},
                                    {.image = 3, .console = 1, .vsock = 4, .backend = {}});
  EXPECT_TRUE(value_of(words, "-machine").starts_with("nitro-enclave,vsock=vsock,acpi=off,id="));
}

TEST(QemuArguments, LetNoTextAddAnOption) {
  const auto words = qemu_arguments(
      {.program = "/q", .firmware = {}},
      {.append = "-monitor stdio", .parent_role = "a,memory-backend=x", .parent_id = "i,0"},
      {.image = 3, .console = 1, .vsock = -1, .backend = "/a,b"});
  EXPECT_EQ(value_of(words, "-machine"),
            "nitro-enclave,vsock=vsock,acpi=on,id=i,,0-enc0000000000000000,"
            "parent-role=a,,memory-backend=x,parent-id=i,,0");
  EXPECT_EQ(value_of(words, "-chardev"), "socket,id=vsock,path=/a,,b");
  EXPECT_EQ(value_of(words, "-append"), "-monitor stdio");
  // Somebody is there to wait for.
  EXPECT_EQ(value_of(words, "-icount"), "shift=4,sleep=on");
  EXPECT_EQ(value_of(words, "-monitor"), "none");
}

}  // namespace
}  // namespace reproduce::boot
