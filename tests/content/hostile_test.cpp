/// Whatever the bytes are, a comparison ends with an answer, in little memory.

#include <fstream>
#include <random>
#include <sstream>

#include "compared.hpp"

namespace reproduce::content {
namespace {

using reproduce::test::slurp;
using reproduce::test::TempDir;
using test::compared;

/// Files of all forms, by the tools that make them.
std::vector<Bytes> samples(const TempDir& folder) {
  test::shell(
      folder.path(),
      "echo 'int main(void){return 0;}' > a.c; gcc -g -o elf a.c; strip elf; mkdir d; seq 1 "
      "300 > d/a; echo b > d/b; tar -cf tar d; (cd d; echo a | cpio -o -H newc > ../cpio); "
      "gcc -c a.c; ar cq ar a.o; gzip -c tar > gz; xz -c tar > xz; zstd -q -c tar > zst; "
      "bzip2 -c tar > bz2; python3 -c 'import py_compile as p; open(\"m.py\",\"w\")."
      "write(\"x=1\"); p.compile(\"m.py\", \"pyc\"); import zipfile; "
      "zipfile.ZipFile(\"zip\",\"w\").write(\"d/a\")'");
  std::vector<Bytes> files;
  for (const char* name : {"elf", "tar", "cpio", "ar", "gz", "xz", "zst", "bz2", "pyc", "zip"})
    files.push_back(slurp(folder.path() / name));
  return files;
}

void expect_answer(const Difference& difference) {
  EXPECT_FALSE(difference.summary.empty());
  EXPECT_EQ(difference.summary.find('\n'), std::string::npos) << difference.summary;
  for (const std::string& line : difference.lines) {
    ASSERT_FALSE(line.empty());
    EXPECT_NE(std::string_view("@ -+\\").find(line[0]), std::string_view::npos) << line;
    EXPECT_EQ(line.find('\n'), std::string::npos) << line;
  }
  for (const Part& part : difference.parts) expect_answer(part.difference);
}

Limits small() {
  Limits limits;
  limits.lines = 20;
  return limits;
}

TEST(HostileContent, HasAnAnswerForEveryTruncation) {
  const TempDir folder;
  for (const Bytes& file : samples(folder)) {
    const std::size_t step = std::max<std::size_t>(file.size() / 60, 1);
    for (std::size_t size = 0; size < file.size(); size += size < 130 ? 3 : step)
      expect_answer(compared("a.pyc", file, ByteView(file).first(size), small()));
  }
}

TEST(HostileContent, HasAnAnswerForBytesThatAreChangedAnywhere) {
  const TempDir folder;
  std::mt19937 random(11);
  for (const Bytes& file : samples(folder)) {
    for (int round = 0; round < 150; ++round) {
      Bytes changed = file;
      // Headers stand at the beginning and, in ELF and zip, at the end.
      const std::size_t span =
          round % 3 == 0 ? changed.size() : std::min<std::size_t>(600, changed.size());
      const std::size_t base = round % 3 == 1 ? changed.size() - span : 0;
      for (int i = 0; i < 3; ++i)
        changed[base + random() % span] =
            round % 2 == 0 ? std::uint8_t{0xff} : static_cast<std::uint8_t>(random());
      expect_answer(compared("a.pyc", file, changed, small()));
    }
  }
}

/// The peak of this process' memory in KiB, counted anew from the last reset on.
void reset_peak() {
  std::ofstream("/proc/self/clear_refs") << "5";
}
std::size_t status_of(const std::string& field) {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);)
    if (line.starts_with(field))
      return static_cast<std::size_t>(std::stoul(line.substr(field.size() + 1)));
  return 0;
}

/// What a comparison takes beyond what there was before.
std::size_t memory_of(const std::filesystem::path& folder, const std::string& path) {
  const RandomAccessFile before(folder / "before");
  const RandomAccessFile after(folder / "after");
  reset_peak();
  const std::size_t rest = status_of("VmRSS:");
  expect_answer(compare(path, before, after));
  return (status_of("VmHWM:") - rest) / 1024;
}

TEST(HostileContent, TakesLessThan64MiBForWhatIsMadeToTakeMore) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "AddressSanitizer keeps what is freed, so its own memory would be measured";
#endif
  const TempDir folder;
  const std::vector<std::string> scripts{
      // A bomb of each compression, and one in another.
      "for f in before after; do { echo $f; head -c 200000000 /dev/zero; } | gzip > $f; done",
      ("for f in before after; do { head -c 9000000 /dev/urandom; head -c 90000000 /dev/zero; } | "
       "zstd -q --long=27 > $f; done"),
      "for f in before after; do { echo $f; head -c 90000000 /dev/zero; } | xz -9 > $f; done",
      ("for f in before after; do { echo $f; head -c 40000000 /dev/zero; } | gzip | gzip | gzip > "
       "$f; done"),
      // Two texts of the most lines and the most bytes that differ everywhere.
      "seq 1 99000 > before; seq 200001 299000 > after",
      ("python3 -c \"import random; r=random.Random(1)\nfor f in 'before','after':\n "
       "open(f,'w').write(''.join('%040d\\n'%r.getrandbits(60) for i in range(99000)))\""),
      // Many members, with long names.
      ("python3 -c \"import tarfile,io\nfor f in 'before','after':\n t=tarfile.open(f,'w',"
       "format=tarfile.GNU_FORMAT)\n for i in range(20000):\n  t.addfile(tarfile.TarInfo(f+'%d'%i+"
       "'x'*300))\""),
  };
  for (const std::string& script : scripts) {
    test::shell(folder.path(), script);
    EXPECT_LT(memory_of(folder.path(), "a"), 64u) << script;
  }
}

TEST(HostileContent, LooksAtSparseFilesOnlyAsFarAsTheWorkGoes) {
  const TempDir folder;
  test::shell(folder.path(),
              "echo a > before; echo b > after; truncate -s 20G before; truncate -s 20G after");
  const RandomAccessFile before(folder.path() / "before");
  const RandomAccessFile after(folder.path() / "after");
  Limits limits;
  limits.work_bytes = std::uint64_t{16} << 20;
  const Difference difference = compare("a", before, after, limits);
  EXPECT_TRUE(difference.shortened);
  EXPECT_NE(difference.summary.find("were looked at: 1 differs"), std::string::npos)
      << difference.summary;
}

}  // namespace
}  // namespace reproduce::content
