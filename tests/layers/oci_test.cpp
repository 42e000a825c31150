#include "reproduce/layers/oci.hpp"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "support/oci_layout.hpp"
#include "support/refusal.hpp"
#include "support/tar.hpp"
#include "support/temp_dir.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"

namespace reproduce::layers {
namespace {

using test::OciLayout;
using test::tar_end;
using test::tar_entry;
using test::TempDir;
using Strings = std::vector<std::string>;

const std::string lower = tar_entry({.name = "a", .content = "lower"}) + tar_end();
const std::string upper =
    tar_entry({.name = "b", .content = "upper"}) + tar_entry({.name = ".wh.a"}) + tar_end();

OciImage read_archive_of(const std::string& archive, const OciChoice& choice = {}) {
  const TempDir temp;
  MemorySource source(as_bytes(archive));
  OciImage image = read_oci_archive(source, temp.path(), choice);
  Bytes more(1);
  EXPECT_EQ(source.read(more), 0U) << "the archive was not read to its end";
  return image;
}

void write_to(const TempDir& temp, const OciLayout& layout) {
  for (const auto& [path, content] : layout.files) temp.write("layout/" + path, content);
}

OciImage read_folder_of(const OciLayout& layout, const OciChoice& choice = {}) {
  const TempDir temp;
  write_to(temp, layout);
  return read_oci(temp.path() / "layout", temp.path(), choice);
}

/// What folder and archive alike refuse with.
Error refusal(const OciLayout& layout, const OciChoice& choice = {}) {
  Error from_folder = test::refusal_of([&] { (void)read_folder_of(layout, choice); });
  const Error from_archive =
      test::refusal_of([&] { (void)read_archive_of(layout.archive(), choice); });
  EXPECT_EQ(from_folder.kind(), from_archive.kind());
  EXPECT_STREQ(from_folder.what(), from_archive.what());
  return from_folder;
}

void expect_refused(const OciLayout& layout, ErrorKind kind, const std::string& words) {
  const Error error = refusal(layout);
  EXPECT_EQ(error.kind(), kind) << error.what();
  EXPECT_NE(std::string(error.what()).find(words), std::string::npos) << error.what();
}

Sha256Digest digest_of(const std::string& bytes) {
  return sha256(as_bytes(bytes));
}

OciLayout two_layers() {
  OciLayout layout;
  layout.set_index(layout.add_image({lower, upper}));
  return layout;
}

TEST(Oci, ReadsALayoutAndItsArchiveAlike) {
  const OciLayout layout = two_layers();
  std::uint64_t size = 0;
  for (const auto& [path, content] : layout.files) size += content.size();
  const OciImage folder = read_folder_of(layout);
  const OciImage archive = read_archive_of(layout.archive());
  EXPECT_EQ(folder.bytes_read, size) << "each byte once";
  EXPECT_EQ(archive.bytes_read, layout.archive().size());
  for (const OciImage* image : {&folder, &archive}) {
    EXPECT_EQ(image->layer.tree.entries().size(), 1U);
    EXPECT_NE(image->layer.tree.find("b"), nullptr);
    EXPECT_EQ(image->manifest_digest, digest_of(layout.manifest));
    EXPECT_EQ(image->config.entrypoint, (Strings{"/a", "b"}));
    EXPECT_TRUE(image->config.command.empty());
    EXPECT_EQ(image->config.environment, (Strings{"X=1", "Y=2"}));
    EXPECT_EQ(image->config.working_folder, "/w");
    EXPECT_EQ(image->config.user, "5:6");
    EXPECT_EQ(image->config.os, "linux");
    EXPECT_EQ(image->config.architecture, "amd64");
  }
}

TEST(Oci, ReadsBlobsByDigestAlone) {
  const OciLayout layout = two_layers();
  const TempDir temp;
  const OpenBlob open = [&](const Sha256Digest& digest) {
    return std::make_unique<MemorySource>(
        as_bytes(layout.files.at("blobs/sha256/" + to_hex(digest))));
  };
  const OciImage image = read_oci_blobs(open, digest_of(layout.manifest), temp.path());
  EXPECT_NE(image.layer.tree.find("b"), nullptr);
  const Error error = test::refusal_of([&] {
    (void)read_oci_blobs([&](const Sha256Digest&) { return open(digest_of(lower)); },
                         digest_of(layout.manifest), temp.path());
  });
  EXPECT_EQ(error.kind(), ErrorKind::untrusted);
}

std::string platform(const std::string& architecture, const std::string& variant = "") {
  return R"(,"platform":{"os":"linux","architecture":")" + architecture + "\"" +
         (variant.empty() ? "" : R"(,"variant":")" + variant + "\"") + "}";
}

OciLayout many_platforms() {
  OciLayout layout;
  const std::string amd = layout.add_image({lower}, "amd64", platform("amd64"));
  const std::string arm = layout.add_image({upper}, "arm64", platform("arm64", "v8"));
  const std::string about =
      layout.add_image({}, "unknown", R"(,"platform":{"os":"unknown","architecture":"unknown"})");
  const std::string inner = OciLayout::index_of(amd + "," + arm + "," + about);
  layout.set_index(layout.add(inner, OciLayout::index_type));
  return layout;
}

TEST(Oci, AnIndexOfSeveralPlatformsNeedsAChoice) {
  const OciLayout layout = many_platforms();
  const Error error = refusal(layout);
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_NE(error.context().got.find("linux/amd64 sha256:"), std::string::npos)
      << error.context().got;
  EXPECT_NE(error.context().got.find("linux/arm64/v8 sha256:"), std::string::npos);
  EXPECT_EQ(error.context().got.find("unknown"), std::string::npos);
  EXPECT_NE(read_folder_of(layout, {.platform = "linux/amd64"}).layer.tree.find("a"), nullptr);
  for (const char* arm : {"linux/arm64", "linux/arm64/v8"})
    EXPECT_NE(read_archive_of(layout.archive(), {.platform = arm}).layer.tree.find("b"), nullptr);
  for (const char* other : {"linux/s390x", "linux/arm64/v7", "windows/amd64"})
    EXPECT_EQ(refusal(layout, {.platform = other}).kind(), ErrorKind::usage) << other;
  for (const char* none : {"", "linux", "linux/", "/amd64", "linux/arm/v7/x", "linux/arm64/"})
    EXPECT_EQ(refusal(layout, {.platform = none}).kind(), ErrorKind::usage) << none;
}

TEST(Oci, ADigestChoosesAManifestOrAnIndex) {
  OciLayout layout;
  const std::string first = layout.add_image({lower});
  const Sha256Digest wanted = digest_of(layout.manifest);
  const std::string second = layout.add_image({upper});
  layout.set_index(first + "," + second + "," + second);
  EXPECT_EQ(refusal(layout).kind(), ErrorKind::usage);
  EXPECT_EQ(read_folder_of(layout, {.digest = wanted}).manifest_digest, wanted);
  EXPECT_EQ(refusal(layout, {.digest = digest_of("nothing")}).kind(), ErrorKind::usage);
  EXPECT_EQ(refusal(layout, {.digest = wanted, .platform = "linux/arm64"}).kind(),
            ErrorKind::usage);
  const std::string inner = OciLayout::index_of(first);
  layout.set_index(second + "," + layout.add(inner, OciLayout::index_type));
  EXPECT_EQ(read_folder_of(layout, {.digest = digest_of(inner)}).manifest_digest, wanted);
}

TEST(Oci, EveryBlobIsHeldToItsDigest) {
  const OciLayout good = two_layers();
  for (const auto& [path, content] : good.files) {
    if (!path.starts_with("blobs/")) continue;
    for (const std::size_t at : {std::size_t{0}, content.size() / 2, content.size() - 1}) {
      OciLayout bad = good;
      bad.files[path][at] = static_cast<char>(bad.files[path][at] ^ 1);
      expect_refused(bad, ErrorKind::untrusted, path.substr(path.rfind('/') + 1));
    }
    for (const std::size_t size : {std::size_t{0}, content.size() - 1, content.size() + 1}) {
      OciLayout bad = good;
      bad.files[path].resize(size);
      expect_refused(bad, ErrorKind::untrusted, path.substr(path.rfind('/') + 1));
    }
  }
}

void replace(std::string& text, const std::string& what, const std::string& by) {
  const std::size_t at = text.find(what);
  ASSERT_NE(at, std::string::npos) << what;
  text.replace(at, what.size(), by);
}

/// The layout of an image whose manifest has `what` changed to `by`.
OciLayout with_manifest(const std::string& what, const std::string& by) {
  OciLayout layout = two_layers();
  std::string manifest = layout.manifest;
  replace(manifest, what, by);
  layout.set_index(layout.add(manifest, OciLayout::manifest_type));
  return layout;
}

TEST(Oci, SizesThatLieAreRefused) {
  expect_refused(with_manifest(R"("size":2048)", R"("size":2047)"), ErrorKind::untrusted,
                 "has another size");
  expect_refused(with_manifest(R"("size":2048)", R"("size":18446744073709551615)"),
                 ErrorKind::untrusted, "has another size");
  expect_refused(with_manifest(R"("size":2048)", R"("size":-1)"), ErrorKind::malformed, "'size'");
}

TEST(Oci, LayersAreHeldToTheConfiguration) {
  OciLayout layout = two_layers();
  std::string manifest = layout.manifest;
  replace(manifest, layout.add(lower, OciLayout::layer_type),
          layout.add(upper, OciLayout::layer_type));
  layout.set_index(layout.add(manifest, OciLayout::manifest_type));
  expect_refused(layout, ErrorKind::untrusted, "is not the one of the image's configuration");
  layout = two_layers();
  manifest = layout.manifest;
  replace(manifest, layout.add(lower, OciLayout::layer_type) + ",", "");
  layout.set_index(layout.add(manifest, OciLayout::manifest_type));
  expect_refused(layout, ErrorKind::malformed, "manifest and configuration disagree");
}

TEST(Oci, RefusesWhatItCannotRead) {
  const std::string layer = OciLayout::layer_type;
  const auto refused = [](const OciLayout& layout, const char* words) {
    expect_refused(layout, ErrorKind::malformed, words);
  };
  refused(with_manifest(layer, "application/vnd.oci.image.layer.nondistributable.v1.tar"),
          "may not be distributed");
  refused(with_manifest(layer, "application/vnd.docker.image.rootfs.foreign.diff.tar.gzip"),
          "may not be distributed");
  refused(with_manifest(layer, layer + "+encrypted"), "encrypted");
  refused(with_manifest(layer, "text/plain"), "unknown media type");
  refused(with_manifest(OciLayout::config_type, "application/vnd.cncf.helm.config.v1+json"),
          "artifact");
  refused(with_manifest("\"schemaVersion\":2", "\"schemaVersion\":1"), "schema 1");
  refused(with_manifest("\"schemaVersion\":2", "\"schemaVersion\":3"), "schemaVersion");
  refused(with_manifest("\"layers\"", "\"manifests\":[],\"layers\""),
          "neither an index nor a manifest, or both");
  refused(with_manifest("{\"schemaVersion\":2", "{\"schemaVersion\":2,\"schemaVersion\":2"),
          "has a key twice");
  refused(with_manifest("sha256:", "sha512:"), "SHA-512");
  refused(with_manifest("sha256:", "sha256:../"), "digest");
  refused(with_manifest("sha256:", "md5:"), "digest");
  refused(with_manifest("{", "["), "no JSON");
  refused(with_manifest("{", "{\"x\":" + std::string(100, '[') + std::string(100, ']') + ","),
          "nested too deeply");
  refused(with_manifest("{", "{\"mediaType\":\"text/plain\","), "another media type");
}

TEST(Oci, RefusesTooManyLayers) {
  OciLayout layout;
  layout.set_index(layout.add_image(Strings(500, lower)));
  EXPECT_EQ(read_folder_of(layout).layer.tree.entries().size(), 1U);
  layout.set_index(layout.add_image(Strings(501, lower)));
  expect_refused(layout, ErrorKind::malformed, "too many layers");
}

TEST(Oci, IndexesAreFollowedSoFarAndNoFurther) {
  OciLayout layout;
  std::string inner = layout.add_image({lower});
  for (int depth = 0; depth < 4; ++depth)
    inner = layout.add(OciLayout::index_of(inner + "," + inner), OciLayout::index_type);
  layout.set_index(inner);
  EXPECT_NE(read_folder_of(layout).layer.tree.find("a"), nullptr);
  layout.set_index(layout.add(OciLayout::index_of(inner), OciLayout::index_type));
  expect_refused(layout, ErrorKind::malformed, "nested too deeply");
  // An index can only hold itself when its digest is a lie.
  const std::string self = std::string(64, '0');
  OciLayout circle;
  const std::string descriptor = R"({"mediaType":")" + std::string(OciLayout::index_type) +
                                 R"(","digest":"sha256:)" + self + R"(","size":300})";
  circle.set_index(descriptor);
  circle.files["blobs/sha256/" + self] = OciLayout::index_of(descriptor);
  expect_refused(circle, ErrorKind::untrusted, self);
}

TEST(Oci, RefusesLayoutsOfUnknownVersions) {
  OciLayout layout = two_layers();
  layout.files["oci-layout"] = R"({"imageLayoutVersion":"2.0.0"})";
  expect_refused(layout, ErrorKind::malformed, "unknown version");
}

TEST(Oci, FollowsNoSymlinkInALayoutFolder) {
  const OciLayout layout = two_layers();
  for (const std::string path : {"blobs", "blobs/sha256", "index.json", "oci-layout"}) {
    const TempDir temp;
    write_to(temp, layout);
    const auto place = temp.path() / "layout" / path;
    std::filesystem::rename(place, temp.path() / "elsewhere");
    std::filesystem::create_symlink(temp.path() / "elsewhere", place);
    const Error error =
        test::refusal_of([&] { (void)read_oci(temp.path() / "layout", temp.path()); });
    EXPECT_EQ(error.kind(), ErrorKind::malformed) << path;
    EXPECT_NE(std::string(error.what()).find("symlink"), std::string::npos) << error.what();
  }
}

/// A `docker save` archive of old: the second image's only layer is a symlink to the first's.
std::string docker_archive(const std::string& more = "") {
  OciLayout layout;
  (void)layout.add_image({lower, upper});
  std::string config;
  for (const auto& [path, content] : layout.files)
    if (content.find("diff_ids") != std::string::npos) config = content;
  const std::string name = test::hex_digest(config) + ".json";
  return tar_entry({.name = name, .content = config}) +
         tar_entry({.name = "1/layer.tar", .content = lower}) +
         test::tar_symlink("2/layer.tar", "../3/layer.tar") +
         tar_entry({.name = "3/layer.tar", .content = upper}) +
         tar_entry({.name = "manifest.json",
                    .content = R"([{"Config":")" + name +
                               R"(","RepoTags":["x:y"],"Layers":["1/layer.tar","2/layer.tar"]})" +
                               more + "]"});
}

TEST(Oci, ReadsDockerArchivesAndNamesThemByTheirConfiguration) {
  const std::string archive = docker_archive() + tar_end();
  const OciImage image = read_archive_of(archive);
  EXPECT_EQ(image.layer.tree.entries().size(), 1U);
  EXPECT_NE(image.layer.tree.find("b"), nullptr);
  EXPECT_FALSE(image.manifest_digest);
  EXPECT_EQ(to_hex(image.config_digest), archive.substr(0, 64)) << "the name of the first file";
  EXPECT_EQ(image.config.working_folder, "/w");
  EXPECT_NE(read_archive_of(archive, {.digest = image.config_digest}).layer.tree.find("b"),
            nullptr);
  EXPECT_EQ(
      test::refusal_of([&] { (void)read_archive_of(archive, {.platform = "linux/arm64"}); }).kind(),
      ErrorKind::usage);
}

TEST(Oci, RefusesArchivesOfTooManyFiles) {
  std::string archive = docker_archive();
  for (int i = 0; i < 20'000; ++i) archive += tar_entry({.name = std::to_string(i)});
  const Error error = test::refusal_of([&] { (void)read_archive_of(archive + tar_end()); });
  EXPECT_STREQ(error.what(), "the archive has too many entries");
}

TEST(Oci, RefusesDamagedDockerArchives) {
  const auto kind = [](std::string archive, const std::string& what, const std::string& by) {
    replace(archive, what, by);
    return test::refusal_of([&] { (void)read_archive_of(archive + tar_end()); }).kind();
  };
  EXPECT_EQ(kind(docker_archive(), "\"/w\"", "\"/v\""), ErrorKind::untrusted);
  EXPECT_EQ(kind(docker_archive(), "upper", "UPPER"), ErrorKind::untrusted);
  EXPECT_EQ(kind(docker_archive(), "../3/layer.tar", "../4/layer.tar"), ErrorKind::malformed);
  EXPECT_EQ(kind(docker_archive(), "\"1/layer.tar\"", "\"9/layer.tar\""), ErrorKind::malformed);
  EXPECT_EQ(kind(docker_archive(), "\"Layers\"", "\"layers\""), ErrorKind::malformed);
  EXPECT_EQ(test::refusal_of([] { (void)read_archive_of(lower); }).kind(), ErrorKind::malformed);
}

}  // namespace
}  // namespace reproduce::layers
