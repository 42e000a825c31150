#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"
#include "reproduce/manifest/parse.hpp"

namespace reproduce::manifest {
namespace {

using ::testing::HasSubstr;

/// What a person is told about a wrong manifest.
struct Complaint {
  std::string what;
  std::uint32_t line = 0;  ///< 0: about the manifest as a whole
  std::uint32_t column = 0;
  std::string text{};      ///< of the line
  std::string expected{};  ///< part of it
  std::string got{};
  std::string hint{};
};

struct Case {
  std::string name;
  std::string manifest;
  Complaint complaint;
};

/// Lines 1 to 6 of a manifest that `rest` continues.
std::string with_ramdisk(const std::string& rest) {
  return "[image]\nname = \"n\"\narch = \"x86_64\"\n[kernel]\npath = \"k\"\n[[ramdisk]]\n" + rest;
}

/// Lines 1 to 7; the layer's keys begin at line 8.
std::string with_layer(const std::string& layer) {
  return with_ramdisk("[[ramdisk.layer]]\n" + layer);
}

/// A whole manifest, with [image] as given.
std::string with_image(const std::string& image) {
  return "[image]\n" + image + "\n[kernel]\npath = \"k\"\n[[ramdisk]]\nraw = \"r\"\n";
}

std::string with_metadata(const std::string& metadata) {
  return with_image("name = \"n\"\narch = \"x86_64\"\n[image.metadata]\n" + metadata);
}

void expect_complaint(const Case& c) {
  SCOPED_TRACE(c.name);
  try {
    (void)parse_manifest(c.manifest, "enclave.toml");
    ADD_FAILURE() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_EQ(std::string(error.what()), c.complaint.what);
    const ErrorContext& context = error.context();
    EXPECT_EQ(context.file, "enclave.toml");
    const SourceLine source = context.source.value_or(SourceLine{});
    EXPECT_EQ(source.line, c.complaint.line);
    EXPECT_EQ(source.column, c.complaint.column);
    EXPECT_EQ(source.text, c.complaint.text);
    EXPECT_THAT(context.expected, HasSubstr(c.complaint.expected));
    EXPECT_THAT(context.got, HasSubstr(c.complaint.got));
    EXPECT_THAT(context.hint, HasSubstr(c.complaint.hint));
  }
}

TEST(ParseManifestErrors, PointAtWhatIsNoToml) {
  const std::vector<Case> cases{
      {"garbage",
       "[image]\nname = 5x\n",
       {"the manifest is not valid TOML", 2, 9, "name = 5x", "", "saw 'x'"}},
      {"open string",
       "[image]\nname = \"n\n",
       {"the manifest is not valid TOML", 2, 10, "name = \"n", "", "string"}},
      {"column counted in characters",
       "a = \"éé\" x",
       {"the manifest is not valid TOML", 1, 10, "a = \"éé\" x", "", "saw 'x'"}},
      {"bad UTF-8", "a = \"\xff\"", {"the manifest is not valid TOML", 1, 5, "a = \"\xff\""}},
      {"duplicate key",
       "[image]\nname = \"n\"\nname = \"n\"\n",
       {"the manifest is not valid TOML", 3, 8, "name = \"n\"", "", "redefine"}},
  };
  for (const Case& c : cases) expect_complaint(c);
}

TEST(ParseManifestErrors, NameTheNearestKnownKey) {
  const std::vector<Case> cases{
      {"root",
       "[imag]\n",
       {"unknown key 'imag' in the manifest", 1, 2, "[imag]", "image, kernel, app, ramdisk", "",
        "did you mean `image`?"}},
      {"image",
       with_image("naem = \"n\""),
       {"unknown key 'naem' in [image]", 2, 1, "naem = \"n\"", "", "", "did you mean `name`?"}},
      {"metadata",
       with_metadata("operating_systm = \"x\""),
       {"unknown key 'operating_systm' in [image.metadata]", 5, 1, "operating_systm = \"x\"", "",
        "", "did you mean `operating_system`?"}},
      {"kernel",
       "[image]\nname = \"n\"\narch = \"x86_64\"\n[kernel]\npath = \"k\"\n  cmd_line = \"\"\n",
       {"unknown key 'cmd_line' in [kernel]", 6, 3, "  cmd_line = \"\"", "path, url, command", "",
        "did you mean `cmdline`?"}},
      {"ramdisk",
       with_ramdisk("compresion = \"none\"\nraw = \"r\""),
       {"unknown key 'compresion' in [[ramdisk]]", 7, 1, "compresion = \"none\"", "", "",
        "did you mean `compression`?"}},
      {"layer",
       with_layer("file = \"a\"\nto = \"/a\"\nmdoe = \"0755\""),
       {"unknown key 'mdoe' in a file layer", 10, 1, "mdoe = \"0755\"", "file, to, mode, uid, gid",
        "", "did you mean `mode`?"}},
      {"a key of other layers",
       with_layer("dir = \"a\"\nmode = \"0755\""),
       {"unknown key 'mode' in a dir layer", 9, 1, "mode = \"0755\"", "dir, to, owner"}},
      {"nothing is near",
       with_image("modules = 3"),
       {"unknown key 'modules' in [image]", 2, 1, "modules = 3"}},
      {"escape sequences are shown, not sent",
       "\"\\u001b[2J\" = 1",
       {"unknown key '\\x1b[2J' in the manifest", 1, 1, "\"\\u001b[2J\" = 1"}},
  };
  for (const Case& c : cases) expect_complaint(c);
}

TEST(ParseManifestErrors, NameWhatIsMissing) {
  const std::vector<Case> cases{
      {"empty file", "", {"the manifest has no [image]", 0, 0, "", "`name` and `arch`"}},
      {"name", with_image("arch = \"x86_64\""), {"[image] has no `name`", 1, 1, "[image]"}},
      {"empty name", with_image("name = \"\""), {"`name` is empty", 2, 8, "name = \"\""}},
      {"arch is never inferred",
       with_image("name = \"n\""),
       {"[image] has no `arch`", 1, 1, "[image]"}},
      {"kernel",
       "[image]\nname = \"n\"\narch = \"x86_64\"\n",
       {"the manifest has no [kernel]", 0, 0, "", "`path`"}},
      {"kernel path",
       "[image]\nname = \"n\"\narch = \"x86_64\"\n[kernel]\ncmdline = \"a\"\n",
       {"[kernel] does not say where the file lies", 4, 1, "[kernel]"}},
      {"ramdisk",
       "[image]\nname = \"n\"\narch = \"x86_64\"\n[kernel]\npath = \"k\"\n",
       {"the manifest has no ramdisk", 0, 0, "", "[[ramdisk]]", "", "/init"}},
      {"layers", with_ramdisk(""), {"a ramdisk has no layers", 6, 1, "[[ramdisk]]", "`raw`"}},
      {"kind",
       with_layer("to = \"/a\""),
       {"a layer says nothing about its kind", 7, 1, "[[ramdisk.layer]]", "file, url, dir, cpio"}},
      {"mistyped kind",
       with_layer("to = \"/a\"\nfiel = \"a\""),
       {"a layer says nothing about its kind", 9, 1, "fiel = \"a\"", "file, url, dir, cpio", "",
        "did you mean `file`?"}},
      {"to of a file",
       with_layer("file = \"a\""),
       {"a file layer has no `to`", 7, 1, "[[ramdisk.layer]]"}},
      {"to of a text",
       with_layer("text = \"a\""),
       {"a text layer has no `to`", 7, 1, "[[ramdisk.layer]]"}},
      {"to of a symlink",
       with_layer("symlink = \"a\""),
       {"a symlink layer has no `to`", 7, 1, "[[ramdisk.layer]]"}},
      {"target",
       with_layer("symlink = \"\"\nto = \"/a\""),
       {"`symlink` is empty", 8, 11, "symlink = \"\""}},
      {"file name",
       with_layer("file = \"\"\nto = \"/a\""),
       {"`file` is empty", 8, 8, "file = \"\""}},
  };
  for (const Case& c : cases) expect_complaint(c);
}

TEST(ParseManifestErrors, NameTheTypeThatIsWanted) {
  const std::vector<Case> cases{
      {"image",
       "image = 1",
       {"`image` has the wrong type", 1, 9, "image = 1", "a table", "a whole number"}},
      {"name",
       with_image("name = 1"),
       {"`name` has the wrong type", 2, 8, "name = 1", "a string in quotes", "a whole number"}},
      {"epoch",
       with_image("name = \"n\"\narch = \"x86_64\"\nsource_date_epoch = \"0\""),
       {"`source_date_epoch` has the wrong type", 4, 21, "source_date_epoch = \"0\"",
        "a whole number", "a string"}},
      {"epoch as a float",
       with_image("name = \"n\"\narch = \"x86_64\"\nsource_date_epoch = 0.0"),
       {"`source_date_epoch` has the wrong type", 4, 21, "source_date_epoch = 0.0", "",
        "a number with a fraction"}},
      {"mode as a number",
       with_layer("mkdir = \"/a\"\nmode = 0o755"),
       {"`mode` has the wrong type", 9, 8, "mode = 0o755", "a string in quotes"}},
      {"build time as a date",
       with_metadata("build_time = 2020-01-01T00:00:00Z"),
       {"`build_time` has the wrong type", 5, 14, "build_time = 2020-01-01T00:00:00Z",
        "a string in quotes", "a date or time"}},
      {"custom",
       with_metadata("custom = true"),
       {"`custom` has the wrong type", 5, 10, "custom = true", "a table", "true or false"}},
      {"ramdisk as a table",
       "[image]\nname = \"n\"\narch = \"x86_64\"\n[kernel]\npath = \"k\"\n[ramdisk]\nraw = \"r\"\n",
       {"`ramdisk` has the wrong type", 6, 1, "[ramdisk]", "[[ramdisk]]", "a table"}},
      {"ramdisk as a list of names",
       "ramdisk = [\"a\"]\n[image]\nname = \"n\"\narch = \"x86_64\"\n[kernel]\npath = \"k\"\n",
       {"`ramdisk` lists something other than tables", 1, 12, "ramdisk = [\"a\"]", "a table",
        "a string"}},
      {"layer as a table",
       with_ramdisk("[ramdisk.layer]\nfile = \"a\""),
       {"`layer` has the wrong type", 7, 1, "[ramdisk.layer]", "[[layer]]", "a table"}},
  };
  for (const Case& c : cases) expect_complaint(c);
}

TEST(ParseManifestErrors, RefuseValuesThatMeanNothing) {
  const std::vector<Case> cases{
      {"arch",
       with_image("name = \"n\"\narch = \"arm64\""),
       {"unknown architecture", 3, 8, "arch = \"arm64\"", "\"x86_64\" or \"aarch64\"", "'arm64'"}},
      {"negative epoch",
       with_image("name = \"n\"\narch = \"x86_64\"\nsource_date_epoch = -1"),
       {"`source_date_epoch` is out of range", 4, 21, "source_date_epoch = -1", "4294967295",
        "-1"}},
      {"epoch of more than 32 bits",
       with_image("name = \"n\"\narch = \"x86_64\"\nsource_date_epoch = 4294967296"),
       {"`source_date_epoch` is out of range", 4, 21, "source_date_epoch = 4294967296",
        "4294967295", "4294967296"}},
      {"build time",
       with_metadata("build_time = \"yesterday\""),
       {"`build_time` is not an RFC 3339 time", 5, 14, "build_time = \"yesterday\"", "2020",
        "'yesterday'"}},
      {"uid", with_layer("mkdir = \"/a\"\nuid = -1"), {"`uid` is out of range", 9, 7, "uid = -1"}},
      {"compression",
       with_ramdisk("compression = \"lzma\"\n[[ramdisk.layer]]\nmkdir = \"/a\""),
       {"this compression is not available", 7, 15, "compression = \"lzma\"",
        "none, gzip, zstd or xz", "'lzma'"}},
      {"NUL in the cmdline",
       "[image]\nname = \"n\"\narch = \"x86_64\"\n[kernel]\npath = \"k\"\ncmdline = "
       "\"a\\u0000b\"\n",
       {"`cmdline` contains a NUL character", 6, 11, "cmdline = \"a\\u0000b\""}},
      {"NUL in a text",
       with_layer("text = \"\\u0000\"\nto = \"/a\""),
       {"`text` contains a NUL character", 8, 8, "text = \"\\u0000\""}},
      {"date in custom",
       with_metadata("custom = { day = 2020-01-01 }"),
       {"a date or time has no JSON form", 5, 18, "custom = { day = 2020-01-01 }", "", "",
        "in quotes"}},
      {"infinity in custom",
       with_metadata("custom = { x = [inf] }"),
       {"an infinity or NaN has no JSON form", 5, 17, "custom = { x = [inf] }"}},
  };
  for (const Case& c : cases) expect_complaint(c);
}

TEST(ParseManifestErrors, RefuseModesThatAreNotOctal) {
  for (const std::string mode :
       {"", "7", "75", "0x1f", "0888", "rwx", "-755", " 755", "17777", "007777", "755 "}) {
    const std::string line = "mode = \"" + mode + "\"";
    expect_complaint({mode,
                      with_layer("mkdir = \"/a\"\n" + line),
                      {"`mode` is not a file mode", 9, 8, line, "octal", "'" + mode + "'"}});
  }
}

TEST(ParseManifestErrors, RefuseOwnersThatAreNotTwoNumbers) {
  for (const std::string owner :
       {"", "0", "0:", ":0", "root:root", "0:0:0", "-1:0", "4294967296:0", "0 :0"}) {
    const std::string line = "owner = \"" + owner + "\"";
    expect_complaint({owner,
                      with_layer("dir = \"a\"\n" + line),
                      {"`owner` is not an owner", 9, 9, line, "0:0", "'" + owner + "'"}});
  }
}

TEST(ParseManifestErrors, RefusePathsThatAreNotPlain) {
  struct {
    std::string path;
    std::string hint;
  } const paths[] = {{"init", "start with `/`"},
                     {"./init", "start with `/`"},
                     {"../init", "start with `/`"},
                     {"/a/../b", "`.` or `..`"},
                     {"/..", "`.` or `..`"},
                     {"/./a", "`.` or `..`"},
                     {"/a/.", "`.` or `..`"},
                     {"//a", "`//`"},
                     {"/a//b", "`//`"},
                     {"/a/", "must not end with `/`"},
                     {"/" + std::string(256, 'a'), "more than 255 bytes"},
                     {"/" + std::string(4095, 'a'), "longer than 4095 bytes"}};
  for (const auto& [path, hint] : paths) {
    const std::string line = "to = \"" + path + "\"";
    expect_complaint({path,
                      with_layer("file = \"a\"\n" + line),
                      {"`to` is not a plain path inside the ramdisk", 9, 6, line, "", path, hint}});
  }
}

TEST(ParseManifestErrors, OnlyTreesGoToTheRoot) {
  expect_complaint({"file",
                    with_layer("file = \"a\"\nto = \"/\""),
                    {"`to` is the root of the ramdisk", 9, 6, "to = \"/\"", "\"/init\""}});
  expect_complaint({"mkdir",
                    with_layer("mkdir = \"/\""),
                    {"`mkdir` is the root of the ramdisk", 8, 9, "mkdir = \"/\"", "\"/init\""}});
}

TEST(ParseManifestErrors, ALayerHasOneKind) {
  const std::vector<Case> cases{
      {"two kinds",
       with_layer("file = \"a\"\ndir = \"b\""),
       {"a layer has two kinds, `file` and `dir`", 9, 7, "dir = \"b\"", "", "",
        "its own [[ramdisk.layer]]"}},
      {"raw beside another layer",
       with_layer("raw = \"a\"\n[[ramdisk.layer]]\nmkdir = \"/a\""),
       {"a raw ramdisk has other layers beside it", 8, 7, "raw = \"a\"", "", "", "`cpio`"}},
      {"raw after another layer",
       with_layer("mkdir = \"/a\"\n[[ramdisk.layer]]\nraw = \"a\""),
       {"a raw ramdisk has other layers beside it", 10, 7, "raw = \"a\"", "", "", "`cpio`"}},
      {"raw ramdisk with layers",
       with_ramdisk("raw = \"a\"\n[[ramdisk.layer]]\nmkdir = \"/a\""),
       {"a raw ramdisk has layers beside it", 8, 1, "[[ramdisk.layer]]"}},
      {"raw ramdisk with compression",
       with_ramdisk("raw = \"a\"\ncompression = \"none\""),
       {"a raw ramdisk is taken as it is, so `compression` means nothing", 8, 15,
        "compression = \"none\""}},
      {"raw goes nowhere",
       with_layer("raw = \"a\"\nto = \"/a\""),
       {"unknown key 'to' in a raw layer", 9, 1, "to = \"/a\"", "raw"}},
  };
  for (const Case& c : cases) expect_complaint(c);
}

TEST(ParseManifestErrors, AnImageHasAtMost29Ramdisks) {
  std::string manifest = with_ramdisk("raw = \"a\"\n");
  for (int i = 0; i < 29; ++i) manifest += "[[ramdisk]]\nraw = \"b\"\n";
  expect_complaint(
      {"30", manifest, {"too many ramdisks", 64, 1, "[[ramdisk]]", "29", "30", "32 sections"}});
}

// Each part of a dotted key is a table in a table; freeing half a million of them one inside
// the other would exhaust the stack.
TEST(ParseManifestErrors, AKeyHasAtMost16Parts) {
  std::string manifest = "\na";
  for (int i = 0; i < 500000; ++i) manifest += ".a";
  const std::string line = manifest.substr(1) + "=1";
  expect_complaint({"deep", manifest + "=1\n", {"a key has more than 16 parts", 2, 1, line}});
  std::string quoted = "x = 1\n[\"a\"";
  for (int i = 0; i < 16; ++i) quoted += " . 'a'";
  expect_complaint(
      {"quoted", quoted + "]\n", {"a key has more than 16 parts", 2, 1, quoted.substr(6) + "]"}});
}

TEST(ParseManifestErrors, CustomMetadataHasLimits) {
  std::string deep = "1";
  for (int i = 0; i < 40; ++i) deep = "[" + deep + "]";
  const std::string deep_line = "custom = { a = " + deep + " }";
  expect_complaint({"deep",
                    with_metadata(deep_line),
                    {"`custom` is nested more than 32 levels deep", 5, 48, deep_line}});
  const std::string large_line = "custom = { a = \"" + std::string(4096, 'x') + "\" }";
  expect_complaint({"large",
                    with_metadata(large_line),
                    {"`custom` is too large", 5, 10, large_line, "4096", "4104"}});
}

TEST(ParseManifestErrors, EveryTruncationIsAnsweredWithoutACrash) {
  const std::string whole = with_metadata("custom = { a = [1, { b = \"é\" }] }") +
                            "[[ramdisk]]\n[[ramdisk.layer]]\ntext = '''\nx\n'''\nto = \"/x\"\n";
  for (std::size_t size = 0; size < whole.size(); ++size) {
    try {
      (void)parse_manifest(whole.substr(0, size), "enclave.toml");
    } catch (const Error& error) {
      EXPECT_EQ(error.kind(), ErrorKind::usage) << size;
    }
  }
}

TEST(LoadManifest, SaysThatAFileIsAbsent) {
  try {
    (void)load_manifest("no/such/enclave.toml");
    ADD_FAILURE() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::environment);
    EXPECT_EQ(error.context().file, "no/such/enclave.toml");
  }
}

TEST(LoadManifest, RefusesMoreThanOneMebibyte) {
  const std::string path = ::testing::TempDir() + "/large.toml";
  std::ofstream(path) << std::string(max_manifest_size + 1, '#');
  try {
    (void)load_manifest(path);
    ADD_FAILURE() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_EQ(error.context().expected, "at most 1 MiB");
  }
}

}  // namespace
}  // namespace reproduce::manifest
