#include "reproduce/report/sbom.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include "support/newc.hpp"
#include "support/temp_dir.hpp"
#include "support/toy_image.hpp"
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "reproduce/base/hex.hpp"
#include "reproduce/inspect/ramdisks.hpp"

namespace reproduce::report {
namespace {

using testing::HasSubstr;

/// An image with a package, a file of any bytes, and a database that is not read.
Bytes image_with_software() {
  test::ToyImage toy;
  toy.sections[3].payload =
      test::newc_entry({.name = "var/lib/dpkg/status",
                        .content = "Package: bash\nStatus: install ok installed\n"
                                   "Version: 5.2+b1\nArchitecture: amd64\n"
                                   "Maintainer: Some\x1b One <a@b>\nSource: sh (1)\n"}) +
      test::newc_entry({.name = "\xff\"", .content = "abc"}) +
      test::newc_entry({.name = "var/lib/rpm/Packages"}) + test::newc_trailer();
  toy.sections.pop_back();
  return toy.bytes();
}

template <class Write>
std::string written(const Bytes& bytes, Write write) {
  const RandomAccessBytes file(bytes);
  MemorySource source(bytes);
  const auto image = measure::measure_image(source, {.file_digest = true, .progress = {}});
  const initramfs::JoinedRamdisks ramdisks(file, *inspect::stated_ramdisk_ranges(file));
  const sbom::Inventory inventory = sbom::take_inventory(ramdisks);
  return write(SbomSubject{
      .name = "toy.eif", .image = image, .inventory = inventory, .tool_version = "1.2.3"});
}

// The fields that the schema of SPDX 2.3 requires, and no others of the names it has not.
TEST(Spdx, HasEveryFieldThatItsSchemaRequires) {
  const Bytes image = image_with_software();
  const auto json = nlohmann::json::parse(written(image, spdx_json));
  const std::string digest = to_hex(sha256(image));
  EXPECT_EQ(json["spdxVersion"], "SPDX-2.3");
  EXPECT_EQ(json["dataLicense"], "CC0-1.0");
  EXPECT_EQ(json["SPDXID"], "SPDXRef-DOCUMENT");
  EXPECT_THAT(json["documentNamespace"].get<std::string>(), HasSubstr(digest));
  EXPECT_EQ(json["creationInfo"]["created"], "1970-01-01T00:00:00Z");
  EXPECT_EQ(json["creationInfo"]["creators"], nlohmann::json::array({"Tool: reproduce-1.2.3"}));
  EXPECT_THAT(json["comment"].get<std::string>(), HasSubstr("rpm"));
  ASSERT_EQ(json["packages"].size(), 2u);
  EXPECT_EQ(json["packages"][0]["checksums"][0]["checksumValue"], digest);
  const auto& bash = json["packages"][1];
  EXPECT_EQ(bash["name"], "bash");
  EXPECT_EQ(bash["versionInfo"], "5.2+b1");
  EXPECT_EQ(bash["downloadLocation"], "NOASSERTION");
  EXPECT_EQ(bash["supplier"], "Organization: Some\\x1b One (a@b)");
  EXPECT_EQ(bash["externalRefs"][0]["referenceLocator"], "pkg:deb/debian/bash@5.2%2Bb1?arch=amd64");
  ASSERT_EQ(json["files"].size(), 3u);
  const auto& file = json["files"][2];
  EXPECT_EQ(file["fileName"], "./\\xff\"");
  EXPECT_EQ(file["checksums"][0],
            (nlohmann::json{{"algorithm", "SHA1"},
                            {"checksumValue", "a9993e364706816aba3e25717850c26c9cd0d89d"}}));
  EXPECT_EQ(file["checksums"][1]["algorithm"], "SHA256");
  ASSERT_EQ(json["relationships"].size(), 5u);
  EXPECT_EQ(json["relationships"][0]["relationshipType"], "DESCRIBES");
  EXPECT_EQ(json["relationships"][4]["relatedSpdxElement"], "SPDXRef-File-2");
}

// Sections 7.8 and 7.9 of SPDX 2.3: an image that contains files has analysed them, and says what
// sha1sum makes of their digests, sorted and joined. An image without files has done neither.
TEST(Spdx, AnImageThatContainsFilesHasTheirVerificationCode) {
  const auto json = nlohmann::json::parse(written(image_with_software(), spdx_json));
  const auto& image = json["packages"][0];
  EXPECT_EQ(image["filesAnalyzed"], true);
  std::vector<std::string> digests;
  for (const auto& file : json["files"]) digests.push_back(file["checksums"][0]["checksumValue"]);
  std::sort(digests.begin(), digests.end());
  std::string joined;
  for (const std::string& digest : digests) joined += digest;
  const std::string code = test::run("printf " + joined + " | sha1sum | cut -c 1-40").output;
  EXPECT_EQ(
      image["packageVerificationCode"]["packageVerificationCodeValue"].get<std::string>() + "\n",
      code);
  EXPECT_FALSE(json["packages"][1].contains("packageVerificationCode"));

  test::ToyImage empty;
  empty.sections[3].payload = test::newc_trailer();
  empty.sections.pop_back();
  const auto none = nlohmann::json::parse(written(empty.bytes(), spdx_json));
  EXPECT_EQ(none["packages"][0]["filesAnalyzed"], false);
  EXPECT_FALSE(none["packages"][0].contains("packageVerificationCode"));
}

TEST(CycloneDx, HasEveryFieldThatItsSchemaRequires) {
  const Bytes image = image_with_software();
  const auto json = nlohmann::json::parse(written(image, cyclonedx_json));
  EXPECT_EQ(json["bomFormat"], "CycloneDX");
  EXPECT_EQ(json["specVersion"], "1.5");
  EXPECT_EQ(json["metadata"]["tools"]["components"][0]["version"], "1.2.3");
  EXPECT_EQ(json["metadata"]["component"]["hashes"][0]["content"], to_hex(sha256(image)));
  EXPECT_THAT(json["metadata"]["properties"][0]["value"].get<std::string>(), HasSubstr("rpm"));
  ASSERT_EQ(json["components"].size(), 4u);
  EXPECT_EQ(json["components"][0]["purl"], "pkg:deb/debian/bash@5.2%2Bb1?arch=amd64");
  EXPECT_EQ(json["components"][0]["properties"][0]["value"], "var/lib/dpkg/status");
  EXPECT_EQ(json["components"][3]["type"], "file");
  EXPECT_EQ(json["components"][3]["hashes"][0]["alg"], "SHA-256");
  EXPECT_FALSE(json.contains("serialNumber"));
  EXPECT_FALSE(json["metadata"].contains("timestamp"));
}

TEST(Spdx, TheSameImageGivesTheSameText) {
  const Bytes image = image_with_software();
  EXPECT_EQ(written(image, spdx_json), written(image, spdx_json));
  EXPECT_EQ(written(image, cyclonedx_json), written(image, cyclonedx_json));
}

}  // namespace
}  // namespace reproduce::report
