/// Images written by AWS's own builder, and hostile ones made from them.

#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "support/checkout.hpp"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/measure/image_pcrs.hpp"
#include "reproduce/report/measure.hpp"

namespace reproduce::measure {
namespace {

const std::filesystem::path vectors = test::vectors();

nlohmann::ordered_json read_json(const std::filesystem::path& path) {
  std::ifstream in(path);
  return nlohmann::ordered_json::parse(in);
}

ImageMeasurements measure_file(const std::filesystem::path& path) {
  FileSource source(path);
  return measure_image(source);
}

TEST(AwsImages, MeasureAsAwsMeasuresThem) {
  if (!std::filesystem::exists(vectors / "eif")) GTEST_SKIP() << "no vectors";
  int compared = 0;
  for (const auto& folder : std::filesystem::directory_iterator(vectors / "eif")) {
    const auto image = folder.path() / "image.eif";
    if (!std::filesystem::exists(image)) continue;
    SCOPED_TRACE(image.string());
    nlohmann::ordered_json measured;
    for (const auto& [index, value] : measure_file(image).registers)
      measured["PCR" + std::to_string(index)] = to_hex(value);
    EXPECT_EQ(measured, read_json(folder.path() / "expected.json")["pcrs"]);
    ++compared;
  }
  EXPECT_GT(compared, 0);
}

TEST(AwsImages, AreDescribedAsNitroCliDescribesThem) {
  if (!std::filesystem::exists(vectors / "eif")) GTEST_SKIP() << "no vectors";
  for (const auto& folder : std::filesystem::directory_iterator(vectors / "eif")) {
    const auto image = folder.path() / "image.eif";
    if (!std::filesystem::exists(image)) continue;
    SCOPED_TRACE(image.string());
    const auto described =
        nlohmann::ordered_json::parse(report::nitro_cli_json(measure_file(image)));
    // Order of keys included.
    EXPECT_EQ(described.dump(1), read_json(folder.path() / "expected.json")["describe"].dump(1));
  }
}

// What the kernel's, the hypervisor's and AWS's reader agree on is measured; the rest is refused.
const std::map<std::string, bool> accepted{{"m00_ok.eif", true},
                                           {"m02_v3_nometa.eif", true},
                                           {"m08_flags_arm.eif", true},
                                           {"m24_cmdline_first.eif", true},
                                           {"m26_meta_last.eif", true},
                                           {"m48_cmdline_nul_inside.eif", true},
                                           {"m50_sig_foreign_pcr0.eif", true},
                                           {"m58_sig_keys_swapped.eif", true},
                                           {"m62_sig_two_entries.eif", true},
                                           {"m68_sig_bad_bytes.eif", true}};

TEST(HostileImages, AreMeasuredOnlyWhenTheyHaveOneMeaning) {
  const auto folder = vectors / "eif-hostile";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no vectors";
  for (const auto& record : read_json(folder / "index.json")) {
    const std::string file = record["file"];
    SCOPED_TRACE(file);
    try {
      const ImageMeasurements measured = measure_file(folder / file);
      EXPECT_TRUE(accepted.contains(file)) << "accepted";
      const std::string pcr0 = "PCR0=" + to_hex(measured.registers.at(0)).substr(0, 8);
      EXPECT_THAT((std::vector<std::string>{record["aws_reader"], record["qemu_reader"]}),
                  testing::Contains(testing::EndsWith(pcr0)));
    } catch (const Error& error) {
      EXPECT_FALSE(accepted.contains(file)) << error.what();
      EXPECT_EQ(error.kind(), ErrorKind::malformed) << error.what();
    }
  }
}

TEST(HostileImages, SignaturesThatDoNotHoldAreNamed) {
  const auto folder = vectors / "eif-hostile";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no vectors";
  const std::map<std::string, std::string> faults{
      {"m50_sig_foreign_pcr0.eif", "it signs the PCR0 of another image"},
      {"m68_sig_bad_bytes.eif", "it is not by the certificate's key"}};
  for (const auto& [file, fault] : faults)
    EXPECT_EQ(measure_file(folder / file).signature_fault, fault) << file;
}

}  // namespace
}  // namespace reproduce::measure
