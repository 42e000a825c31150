#include "../../src/fetch/image_manifest.hpp"

#include <string>
#include <variant>

#include "support/refusal.hpp"
#include "support/thrown.hpp"
#include <gtest/gtest.h>

namespace reproduce::fetch {
namespace {

using test::kind_of;

const std::string blob = R"({"digest":"sha256:)" + std::string(64, 'a') + R"(","size":7})";

std::string image(const std::string& config, const std::string& layers) {
  return R"({"schemaVersion":2,"config":)" + config + R"(,"layers":)" + layers + "}";
}

TEST(ImageManifest, ReadsAnImageAndAnIndex) {
  const auto parsed = parse_manifest(as_bytes(image(blob, "[" + blob + "," + blob + "]")));
  EXPECT_EQ(std::get<ImageManifest>(parsed).layers.size(), 2U);
  EXPECT_EQ(std::get<ImageManifest>(parsed).config.size, 7U);
  const std::string entry = blob.substr(0, blob.size() - 1) +
                            R"(,"platform":{"os":"linux","architecture":"arm","variant":"v7"}})";
  const auto index = std::get<ImageIndex>(
      parse_manifest(as_bytes(R"({"schemaVersion":2,"manifests":[)" + entry + "," + blob + "]}")));
  ASSERT_EQ(index.size(), 2U);
  EXPECT_EQ(text_of(index[0].platform), "linux/arm/v7");
  EXPECT_EQ(&choose(index, {"linux", "arm"}), &index[0]);
  EXPECT_EQ(kind_of([&] { (void)choose(index, {"linux", "arm", "v6"}); }), ErrorKind::usage);
  EXPECT_EQ(kind_of([&] {
              (void)choose({index[0], index[0]}, {"linux", "arm"});
            }),
            ErrorKind::usage);
}

TEST(ImageManifest, WithoutAPlatformTakesTheOnlyEntryAndNeverTheHosts) {
  const ImageIndex both{{.manifest = {}, .platform = {"linux", "amd64"}},
                        {.manifest = {}, .platform = {"linux", "arm64"}}};
  const Error error = test::refusal_of([&] { (void)choose(both, {}); });
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_EQ(error.context().got, "linux/amd64, linux/arm64");
  EXPECT_NE(error.context().expected.find("`platform`"), std::string::npos);
  const ImageIndex one{both[1]};
  EXPECT_EQ(&choose(one, {}), &one[0]);
  EXPECT_EQ(&choose(one, {"linux", "arm64", "v8"}), &one[0]) << "v8 is what arm64 means";
  EXPECT_EQ(kind_of([] { (void)choose({}, {}); }), ErrorKind::malformed);
}

TEST(ImageManifest, RefusesWhatBreaksTheFormat) {
  for (const std::string& text :
       {std::string(), std::string("[]"), std::string("null"), std::string("{}"),
        std::string(R"({"schemaVersion":1,"manifests":[]})"), std::string(R"({"schemaVersion":2})"),
        image("{}", "[]"), image("7", "[]"), image(blob, "{}"), image(blob, "[7]"),
        image(blob, R"([{"digest":"sha256:12","size":1}])"),
        image(blob, R"([{"digest":"sha512:)" + std::string(128, 'a') + R"(","size":1}])"),
        image(blob, R"([{"digest":"sha256:)" + std::string(64, 'a') + R"(","size":-1}])"),
        image(blob, R"([{"digest":"sha256:)" + std::string(64, 'a') + R"(","size":1.5}])"),
        image(blob, R"([{"digest":"sha256:)" + std::string(64, 'a') + R"("}])"),
        std::string(R"({"schemaVersion":2,"manifests":[],"layers":[]})"),
        std::string(largest_manifest + 1, ' '), std::string(100'000, '[')})
    EXPECT_EQ(kind_of([&] { (void)parse_manifest(as_bytes(text)); }), ErrorKind::malformed)
        << text.substr(0, 200);
}

TEST(ImageManifest, RefusesEveryTruncation) {
  const std::string whole = image(blob, "[" + blob + "]");
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(kind_of([&] { (void)parse_manifest(as_bytes(whole.substr(0, size))); }),
              ErrorKind::malformed)
        << size;
}

}  // namespace
}  // namespace reproduce::fetch
