#include "reproduce/build/build.hpp"

#include <string>

#include "build/workshop.hpp"
#include "support/refusal.hpp"
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reproduce/eif/reader.hpp"
#include "reproduce/layers/archive.hpp"
#include "reproduce/measure/image_pcrs.hpp"

namespace reproduce::build {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Payloads by section, as the strict reader sees them.
std::vector<std::string> payloads(const Bytes& image) {
  MemorySource source(image);
  eif::ImageReader reader(source);
  std::vector<std::string> all;
  Bytes buffer(chunk_size);
  while (reader.next_section()) {
    std::string& payload = all.emplace_back();
    while (const std::size_t count = reader.read_payload(buffer))
      payload += as_text(ByteView(buffer).first(count));
  }
  reader.finish();
  return all;
}

/// "path mode uid:gid content-or-target" of each entry of a cpio archive.
std::vector<std::string> listing(const std::string& archive, const std::filesystem::path& scratch) {
  MemorySource source(as_bytes(archive));
  const layers::Layer layer = layers::read_archive(source, scratch);
  std::vector<std::string> lines;
  for (const auto& [path, entry] : layer.tree.entries()) {
    MemorySink content;
    if (entry.content) copy(*entry.content->open(), content);
    std::string mode;
    for (int shift = 9; shift >= 0; shift -= 3)
      mode += static_cast<char>('0' + (entry.mode >> shift & 7U));
    lines.push_back(path + " " + mode + " " + std::to_string(entry.uid) + ":" +
                    std::to_string(entry.gid) + " " + std::string(as_text(content.bytes())) +
                    entry.target);
  }
  return lines;
}

TEST(Build, MakesEverySectionOfTheManifest) {
  const Workshop workshop;
  const std::vector<std::string> parts = payloads(workshop.build(workshop.lock().lock));
  ASSERT_EQ(parts.size(), 6u);
  EXPECT_EQ(parts[0], "a kernel");
  EXPECT_EQ(parts[1], "quiet");
  EXPECT_EQ(parts[2],
            R"({"ImageName":"test","ImageVersion":"1.0","BuildMetadata":{)"
            R"("BuildTime":"1970-01-01T00:00:00+00:00","BuildTool":"reproduce",)"
            R"("BuildToolVersion":"1.2.3","OperatingSystem":"Linux","KernelVersion":"6.12.1"},)"
            R"("DockerInfo":null,"CustomMetadata":null})");
  EXPECT_THAT(listing(parts[3], workshop.path("")),
              ElementsAre("dev 0755 0:0 ", "init 0755 0:0 #!/bin/sh\n"));
  EXPECT_EQ(parts[4], "ready");
  EXPECT_THAT(listing(parts[5], workshop.path("")),
              ElementsAre("extra 0755 0:0 ", "extra/x 0644 0:0 xyz", "greeting 0644 0:0 hello\n",
                          "rootfs 0755 0:0 ", "rootfs/app 0644 0:0 app", "rootfs/etc 0755 0:0 ",
                          "rootfs/etc/conf 0644 0:0 conf", "salute 0777 0:0 greeting"));
}

TEST(Build, TheLockExpectsWhatTheMeasurerFinds) {
  const Workshop workshop;
  const manifest::Lock lock = workshop.lock().lock;
  const Bytes image = workshop.build(lock);
  MemorySource source(image);
  const measure::ImageMeasurements found =
      measure::measure_image(source, {.file_digest = true, .progress = {}});
  EXPECT_EQ(lock.image.registers, found.registers);
  EXPECT_EQ(lock.image.sha256, found.file_sha256);
  EXPECT_EQ(lock.image.crc32, found.header.crc32);
  EXPECT_EQ(lock.image.size, image.size());
  EXPECT_EQ(lock.image.sha256, sha256(image));
}

TEST(Build, TheLockPinsInputsInTheOrderOfTheManifest) {
  const Workshop workshop;
  std::vector<std::string> names;
  for (const manifest::Pin& pin : workshop.lock().lock.inputs)
    names.push_back(std::string(manifest::name_of(pin.kind)) + " " + pin.name);
  EXPECT_THAT(names, ElementsAre("kernel kernel", "kernel_config config", "file init", "raw raw",
                                 "dir rootfs", "cpio archive"));
}

TEST(Build, SameInputsInAnotherFolderGiveTheSameBytes) {
  const Workshop here, there;
  const manifest::Lock lock = here.lock().lock;
  EXPECT_EQ(manifest::write_lock(lock), manifest::write_lock(there.lock().lock));
  EXPECT_EQ(here.build(lock), there.build(lock));
}

TEST(Build, WithoutALockTheBytesAreTheSame) {
  const Workshop workshop;
  test::MemoryImage out;
  const BuiltImage built = build_unpinned(workshop.manifest(), workshop.surroundings(), out);
  EXPECT_EQ(out.bytes(), workshop.build(workshop.lock().lock));
  EXPECT_FALSE(built.image.sha256);
}

TEST(Build, SourceDateEpochIsTheTimeOfAllFiles) {
  const Workshop workshop;
  const Bytes before = workshop.build(workshop.lock().lock);
  std::string text = workshop_manifest;
  text.insert(text.find("[kernel]"), "source_date_epoch = 1577836800\n");
  workshop.write("enclave.toml", text);
  const std::vector<std::string> parts = payloads(workshop.build(workshop.lock().lock));
  EXPECT_THAT(parts[2], HasSubstr(R"("BuildTime":"2020-01-01T00:00:00+00:00")"));
  constexpr std::size_t mtime_offset = 46;
  EXPECT_EQ(parts[3].substr(mtime_offset, 8), "5E0BE100");
  EXPECT_EQ(payloads(before)[3].substr(mtime_offset, 8), "00000000");
}

TEST(Build, MetadataOfTheManifestWins) {
  const Workshop workshop;
  std::string text = workshop_manifest;
  text.insert(text.find("[kernel]"), R"([image.metadata]
build_tool = "tool"
build_tool_version = "9"
build_time = "2001-01-01T00:00:00Z"
operating_system = "Other"
kernel_version = "1"
custom = { b = 1e3, a = [true] }
)");
  workshop.write("enclave.toml", text);
  const MadeLock made = workshop.lock();
  EXPECT_EQ(payloads(workshop.build(made.lock))[2],
            R"({"ImageName":"test","ImageVersion":"1.0","BuildMetadata":{)"
            R"("BuildTime":"2001-01-01T00:00:00Z","BuildTool":"tool","BuildToolVersion":"9",)"
            R"("OperatingSystem":"Other","KernelVersion":"1"},"DockerInfo":null,)"
            R"("CustomMetadata":{"a":[true],"b":1000.0}})");
  // The image no longer says our version, so the lock need not either.
  EXPECT_FALSE(made.lock.writers.contains("reproduce"));
}

TEST(Build, AnotherVersionOfAWriterIsRefusedBeforeBuilding) {
  const Workshop workshop;
  manifest::Lock lock = workshop.lock().lock;
  EXPECT_NO_THROW(require_same_writers(lock, workshop.manifest(), workshop.surroundings()));
  lock.writers["cpio"] = "newc/0";
  const Error error = test::refusal_of(
      [&] { require_same_writers(lock, workshop.manifest(), workshop.surroundings()); });
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_THAT(error.context().expected, HasSubstr("cpio newc/0"));
  EXPECT_THAT(error.context().got, HasSubstr("cpio newc/1"));
}

TEST(Build, FoldersMayComeFromTwoLayersAndTheLaterAttributesHold) {
  const Workshop workshop;
  workshop.write("enclave.toml", R"([image]
name = "n"
arch = "x86_64"
[kernel]
path = "kernel"
[[ramdisk]]
[[ramdisk.layer]]
dir = "rootfs"
[[ramdisk.layer]]
mkdir = "/etc"
mode = "1777"
uid = 5
[[ramdisk.layer]]
file = "init"
to = "/etc/init"
)");
  EXPECT_THAT(listing(payloads(workshop.build(workshop.lock().lock))[3], workshop.path("")),
              ElementsAre("app 0644 0:0 app", "etc 1777 5:0 ", "etc/conf 0644 0:0 conf",
                          "etc/init 0644 0:0 #!/bin/sh\n"));
}

/// What locking says of a manifest with these layers after a mkdir "/a" and a text "/b".
Error refusal_of_layers(const std::string& layers) {
  const Workshop workshop;
  workshop.write("enclave.toml",
                 "[image]\nname = \"n\"\narch = \"x86_64\"\n"
                 "[kernel]\npath = \"kernel\"\n[[ramdisk]]\n"
                 "[[ramdisk.layer]]\nmkdir = \"/a\"\n"
                 "[[ramdisk.layer]]\ntext = \"\"\nto = \"/b\"\n" +
                     layers);
  return test::refusal_of([&] { (void)workshop.lock(); });
}

TEST(Build, RefusesPathsThatTwoLayersBring) {
  const std::string file_twice = "[[ramdisk.layer]]\nfile = \"init\"\nto = \"/b\"\n";
  const Error error = refusal_of_layers(file_twice);
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_THAT(error.what(), HasSubstr("'b'"));
  EXPECT_EQ(error.context().source->line, 12u);
  for (const std::string& layers :
       {std::string("[[ramdisk.layer]]\nfile = \"init\"\nto = \"/a\"\n"),
        std::string("[[ramdisk.layer]]\nmkdir = \"/b\"\n"),
        std::string("[[ramdisk.layer]]\nmkdir = \"/b/c\"\n"),
        std::string("[[ramdisk.layer]]\ndir = \"rootfs\"\nto = \"/b\"\n"),
        std::string("[[ramdisk.layer]]\nsymlink = \"x\"\nto = \"/a\"\n")})
    EXPECT_EQ(refusal_of_layers(layers).kind(), ErrorKind::usage) << layers;
}

TEST(Build, RefusesAnEmptyKernel) {
  const Workshop workshop;
  workshop.write("kernel", "");
  const Error error = test::refusal_of([&] { (void)workshop.lock(); });
  EXPECT_EQ(error.kind(), ErrorKind::malformed);
  EXPECT_EQ(std::string(error.what()), "the kernel is empty");
  EXPECT_EQ(error.context().source->text, "path = \"kernel\"");
}

TEST(Build, RefusesAKernelConfigWithoutAThirdLine) {
  const Workshop workshop;
  workshop.write("config", "#\n#\n");
  const Error error = test::refusal_of([&] { (void)workshop.lock(); });
  EXPECT_EQ(error.kind(), ErrorKind::malformed);
  EXPECT_EQ(error.context().file, workshop.path("config").string());
}

TEST(Build, RefusesArchivesThatAreNone) {
  const Workshop workshop;
  workshop.write("archive", "no archive");
  const Error error = test::refusal_of([&] { (void)workshop.lock(); });
  EXPECT_EQ(error.kind(), ErrorKind::malformed);
  EXPECT_EQ(error.context().file, workshop.path("archive").string());
}

TEST(Build, NamesEachInputThatIsAbsent) {
  for (const std::string name : {"kernel", "config", "init", "raw", "rootfs", "archive"}) {
    const Workshop workshop;
    std::filesystem::remove_all(workshop.path(name));
    const Error error = test::refusal_of([&] { (void)workshop.lock(); });
    EXPECT_EQ(error.kind(), ErrorKind::environment) << name;
    EXPECT_THAT(error.what(), HasSubstr(workshop.path(name).string()));
    EXPECT_THAT(error.context().source->text, HasSubstr("\"" + name + "\""));
  }
}

TEST(Build, WarnsOfARamdiskThatTheKernelCannotReachBehindTheOneBefore) {
  const Workshop workshop;  // its raw ramdisk has five bytes, and a cpio archive follows
  EXPECT_THAT(workshop.lock().warnings,
              ElementsAre(HasSubstr("the kernel cannot unpack ramdisk 2")));
  workshop.write("raw", "padded\0\0");
  EXPECT_THAT(workshop.lock().warnings, ElementsAre(HasSubstr("ramdisk 2")));
  workshop.write("raw", std::string_view("padded\0\0", 8));
  EXPECT_THAT(workshop.lock().warnings, IsEmpty());
}

TEST(Build, WarnsOfEmptySections) {
  const Workshop workshop;
  workshop.write("raw", "");
  const MadeLock made = workshop.lock();
  EXPECT_THAT(made.warnings, ElementsAre(HasSubstr("ramdisk 1 is empty")));
  EXPECT_EQ(payloads(workshop.build(made.lock))[4], "");
}

TEST(Build, ProgressEndsAtTheSizeOfTheImage) {
  const Workshop workshop;
  const manifest::Lock lock = workshop.lock().lock;
  std::uint64_t done = 0;
  test::MemoryImage out;
  (void)build_locked(workshop.manifest(), lock, workshop.surroundings(), out,
                     [&](std::uint64_t bytes) { done = bytes; });
  EXPECT_EQ(done, lock.image.size);
}

}  // namespace
}  // namespace reproduce::build
