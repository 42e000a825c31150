#include "reproduce/manifest/lock.hpp"

#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/json_text.hpp"
#include "reproduce/manifest/parse.hpp"

namespace reproduce::manifest {
namespace {

using ::testing::HasSubstr;

template <class Digest>
Digest filled(std::uint8_t byte) {
  Digest digest;
  digest.fill(byte);
  return digest;
}

Lock example() {
  Lock lock;
  lock.manifest = filled<Sha256Digest>(0x01);
  lock.writers = {{"cpio", "newc/1"}, {"eif", "4"}};
  lock.inputs = {{.kind = InputKind::kernel,
                  .name = "inputs/bzImage",
                  .size = 40000,
                  .digest = filled<Sha256Digest>(0x02)},
                 {.kind = InputKind::dir,
                  .name = "root \"é\"",
                  .form = PinForm::tree,
                  .size = 12,
                  .digest = filled<Sha256Digest>(0x03),
                  .entries = 5}};
  lock.image = {.size = 41000,
                .sha256 = filled<Sha256Digest>(0x04),
                .crc32 = 0x00abcdef,
                .sections = {{"kernel", 40000}, {"ramdisk", 512}},
                .registers = {{0, filled<Sha384Digest>(0x05)}, {2, filled<Sha384Digest>(0x06)}}};
  return lock;
}

std::string repeat(const std::string& text, int count) {
  std::string all;
  for (int i = 0; i < count; ++i) all += text;
  return all;
}

const std::string& example_text() {
  static const std::string text = R"({
  "schema": "reproduce/lock/1",
  "manifest_sha256": ")" + repeat("01", 32) +
                                  R"(",
  "writers": {
    "cpio": "newc/1",
    "eif": "4"
  },
  "inputs": [
    {
      "kind": "kernel",
      "path": "inputs/bzImage",
      "size_bytes": 40000,
      "sha256": ")" + repeat("02", 32) +
                                  R"("
    },
    {
      "kind": "dir",
      "path": "root \"é\"",
      "entries": 5,
      "size_bytes": 12,
      "tree_sha256": ")" + repeat("03", 32) +
                                  R"("
    }
  ],
  "image": {
    "size_bytes": 41000,
    "sha256": ")" + repeat("04", 32) +
                                  R"(",
    "crc32": "00abcdef",
    "sections": [
      {
        "type": "kernel",
        "size_bytes": 40000
      },
      {
        "type": "ramdisk",
        "size_bytes": 512
      }
    ],
    "pcrs": {
      "PCR0": ")" + repeat("05", 48) +
                                  R"(",
      "PCR2": ")" + repeat("06", 48) +
                                  R"("
    }
  }
}
)";
  return text;
}

/// example_text() with the first `from` turned into `to`.
std::string with(const std::string& from, const std::string& to) {
  std::string text = example_text();
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return text.replace(at, from.size(), to);
}

Error refusal_of(const std::string& text) {
  try {
    (void)parse_lock(text, "enclave.lock");
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_EQ(error.context().file, "enclave.lock");
    EXPECT_THAT(error.context().hint, HasSubstr("reproduce lock"));
    return error;
  }
  ADD_FAILURE() << "accepted: " << text;
  return {ErrorKind::bug, "accepted"};
}

// The form that people keep in version control: a change of it is a change of the format.
TEST(Lock, IsWrittenOneValueALineInAFixedOrder) {
  EXPECT_EQ(write_lock(example()), example_text());
}

TEST(Lock, ReadsWhatItWrites) {
  EXPECT_EQ(parse_lock(example_text(), "enclave.lock"), example());
}

TEST(Lock, SaysWhereItExpectsTheImageWithoutItsSignature) {
  Lock lock = example();
  EXPECT_EQ(write_lock(lock).find("without_signature"), std::string::npos);
  lock.image.without_signature = true;
  lock.inputs[0].kind = InputKind::certificate;
  const std::string text = write_lock(lock);
  EXPECT_THAT(text, HasSubstr("\"without_signature\": true"));
  EXPECT_EQ(parse_lock(text, "enclave.lock"), lock);
  for (const std::string other : {"false", "1", "\"true\"", "null"}) {
    std::string wrong = text;
    wrong.replace(wrong.find("true"), 4, other);
    EXPECT_THROW((void)parse_lock(wrong, "enclave.lock"), Error) << other;
  }
}

TEST(Lock, StandsBesideTheManifest) {
  EXPECT_EQ(lock_path_for("enclave.toml"), "enclave.lock");
  EXPECT_EQ(lock_path_for("a/b.c/app.toml"), "a/b.c/app.lock");
  EXPECT_EQ(lock_path_for("a/manifest"), "a/manifest.lock");
}

TEST(Lock, RefusesEveryTruncation) {
  // The last byte is the newline, without which the JSON is whole.
  for (std::size_t size = 0; size + 1 < example_text().size(); ++size)
    EXPECT_EQ(std::string(refusal_of(example_text().substr(0, size)).what()), "the lock is no JSON")
        << size;
}

TEST(Lock, RefusesWhatFollows) {
  const Error error = refusal_of(example_text() + "x");
  EXPECT_EQ(error.context().offset, example_text().size());
}

TEST(Lock, RefusesKeysThatItDoesNotKnow) {
  struct {
    std::string from, to, where;
  } const cases[] = {
      {"\"schema\"", "\"comment\": 1, \"schema\"", ""},
      {"\"kind\"", "\"url\": \"x\", \"kind\"", "inputs[0]"},
      {"\"entries\": 5", "\"sha256\": \"\", \"entries\": 5", "inputs[1]"},
      {"\"crc32\"", "\"sha512\": \"\", \"crc32\"", "image"},
      {"\"type\"", "\"flags\": 0, \"type\"", "image.sections[0]"},
  };
  for (const auto& [from, to, where] : cases) {
    const Error error = refusal_of(with(from, to));
    EXPECT_THAT(error.what(), HasSubstr("unknown key"));
    EXPECT_EQ(error.context().where, where);
  }
}

TEST(Lock, RefusesKeysThatAreMissing) {
  for (const std::string key :
       {"schema", "manifest_sha256", "writers", "inputs", "image", "kind", "path", "size_bytes",
        "sha256", "entries", "tree_sha256", "crc32", "sections", "pcrs", "type"}) {
    // Renamed, the key is missing, and that is noticed before the new one is.
    const Error error = refusal_of(with("\"" + key + "\":", "\"renamed\":"));
    EXPECT_EQ(error.context().got, "nothing") << key;
    EXPECT_THAT(error.context().where, HasSubstr(key));
  }
}

TEST(Lock, RefusesKeysThatAreRepeated) {
  const Error error = refusal_of(with("\"crc32\"", "\"crc32\": \"00000000\", \"crc32\""));
  EXPECT_EQ(std::string(error.what()), "the lock has a key twice");
  EXPECT_EQ(error.context().got, "'crc32'");
  // In different objects the same key is fine, as the example shows.
}

TEST(Lock, RefusesValuesOfAnotherTypeOrRange) {
  struct {
    std::string from, to, where;
  } const cases[] = {
      {"\"reproduce/lock/1\"", "\"reproduce/lock/2\"", "schema"},
      {"\"" + repeat("01", 32) + "\"", "1", "manifest_sha256"},
      {repeat("01", 32), repeat("01", 31), "manifest_sha256"},
      {repeat("01", 32), repeat("01", 31) + "0g", "manifest_sha256"},
      {repeat("01", 32), repeat("01", 31) + "0A", "manifest_sha256"},
      {"\"4\"", "4", "writers.eif"},
      {"\"kernel\"", "\"url\"", "inputs[0].kind"},
      {"\"inputs/bzImage\"", "null", "inputs[0].path"},
      {"40000", "-1", "inputs[0].size_bytes"},
      {"40000", "4e4", "inputs[0].size_bytes"},
      {"40000", "18446744073709551616", "inputs[0].size_bytes"},
      {"40000", "\"40000\"", "inputs[0].size_bytes"},
      {"\"entries\": 5", "\"entries\": true", "inputs[1].entries"},
      {"00abcdef", "abcdef", "image.crc32"},
      {"00abcdef", "00ABCDEF", "image.crc32"},
      {"PCR2", "PCR02", "image.pcrs.PCR02"},
      {"PCR2", "PCR32", "image.pcrs.PCR32"},
      {"PCR2", "pcr2", "image.pcrs.pcr2"},
      {repeat("06", 48), repeat("06", 47), "image.pcrs.PCR2"},
  };
  for (const auto& [from, to, where] : cases)
    EXPECT_EQ(refusal_of(with(from, to)).context().where, where) << to;
}

TEST(Lock, RefusesOtherDocuments) {
  EXPECT_EQ(refusal_of("[]").context().expected, "an object");
  EXPECT_EQ(refusal_of("null").context().expected, "an object");
  (void)refusal_of("");
  (void)refusal_of("\xff");
  (void)refusal_of("{\"schema\": \"\xff\"}");
}

TEST(Lock, BoundsNestingAndValues) {
  EXPECT_EQ(std::string(refusal_of(repeat("[", 1000000)).what()), "the lock is nested too deeply");
  EXPECT_EQ(std::string(refusal_of(repeat("{\"a\":", 1000000)).what()),
            "the lock is nested too deeply");
  EXPECT_EQ(std::string(refusal_of("[" + repeat("1,", most_json_values) + "1]").what()),
            "the lock has too many values");
}

TEST(Lock, AbsenceHasAHint) {
  try {
    (void)load_lock("no/such/enclave.lock");
    ADD_FAILURE() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_EQ(std::string(error.what()), "there is no lock");
    EXPECT_THAT(error.context().hint, HasSubstr("reproduce lock"));
  }
}

TEST(Lock, IsStaleOnceTheManifestChanged) {
  const std::string text =
      "[image]\nname=\"n\"\narch=\"x86_64\"\n[kernel]\npath=\"k\"\n[[ramdisk]]\nraw=\"r\"\n";
  Lock lock = example();
  lock.manifest = parse_manifest(text, "enclave.toml").digest;
  EXPECT_NO_THROW(require_fresh(lock, parse_manifest(text, "enclave.toml"), "enclave.lock"));
  try {
    require_fresh(lock, parse_manifest(text + "\n", "enclave.toml"), "enclave.lock");
    ADD_FAILURE() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.kind(), ErrorKind::usage);
    EXPECT_THAT(error.what(), HasSubstr("stale"));
    EXPECT_THAT(error.context().hint, HasSubstr("reproduce lock"));
  }
}

}  // namespace
}  // namespace reproduce::manifest
