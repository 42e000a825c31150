#include <set>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "support/oci_layout.hpp"
#include "support/temp_dir.hpp"
#include <gtest/gtest.h>

#include "reproduce/resolve/resolve.hpp"

namespace reproduce::resolve {
namespace {

using Objects = std::set<Sha256Digest>;

Sha256Digest digest_of(const std::string& bytes) {
  return sha256(as_bytes(bytes));
}

manifest::PackagePin package(const std::string& bytes) {
  manifest::PackagePin pin;
  pin.digest = digest_of(bytes);
  return pin;
}

class ObjectsOf : public testing::Test {
 protected:
  void add(const std::string& bytes) const {
    MemorySource source(as_bytes(bytes));
    (void)store_.add(source);
  }

  /// What a lock keeps whose only input is an image with this manifest.
  [[nodiscard]] Objects objects_of_image(const std::string& manifest) const {
    manifest::Lock lock;
    lock.inputs = {{.kind = manifest::InputKind::oci,
                    .origin = manifest::Origin::registry,
                    .name = "docker://example.org/app:1",
                    .form = manifest::PinForm::manifest,
                    .digest = digest_of(manifest)}};
    return objects_of(lock, store_);
  }

  test::TempDir temp_;
  store::Store store_{temp_.path() / "store", store::Access::write};
  test::OciLayout image_;
};

TEST_F(ObjectsOf, NamesAllThatAnImagesManifestNames) {
  (void)image_.add_image({"layer one", "layer two"});
  add(image_.manifest);
  Objects expected{digest_of(image_.manifest)};
  for (const auto& [path, content] : image_.files)
    if (path.starts_with("blobs/")) expected.insert(digest_of(content));
  ASSERT_EQ(expected.size(), 4U);  // manifest, config, two layers
  EXPECT_EQ(objects_of_image(image_.manifest), expected);
}

TEST_F(ObjectsOf, NamesTheManifestThatIsNotThere) {
  (void)image_.add_image({"layer"});
  EXPECT_EQ(objects_of_image(image_.manifest), Objects{digest_of(image_.manifest)});
}

TEST_F(ObjectsOf, TakesNothingFromADamagedManifest) {
  (void)image_.add_image({"layer"});
  add(image_.manifest);
  const std::string path = store_.path_of(digest_of(image_.manifest)).string();
  ASSERT_EQ(::chmod(path.c_str(), 0644), 0);
  const int fd = ::open(path.c_str(), O_WRONLY);
  ASSERT_GE(fd, 0);
  ASSERT_EQ(::pwrite(fd, " ", 1, 0), 1);  // in place of the brace
  ::close(fd);
  EXPECT_EQ(objects_of_image(image_.manifest), Objects{digest_of(image_.manifest)});
}

TEST_F(ObjectsOf, PassesOverWhatIsNoDescriptor) {
  for (const std::string manifest :
       {"", "[]", "no JSON", "{\"layers\": 1}", "{\"config\": [[[]]]}",
        "{\"layers\": [1, null, {}, {\"digest\": 1}]}", "{\"config\": {\"digest\": \"sha512:00\"}}",
        "{\"config\": {\"digest\": \"sha256:00\"}}", "{\"config\": {\"digest\": \"sha256:zz\"}}"}) {
    add(manifest);
    EXPECT_EQ(objects_of_image(manifest), Objects{digest_of(manifest)}) << manifest;
  }
}

TEST_F(ObjectsOf, ReadsNoManifestLargerThanRegistriesTake) {
  (void)image_.add_image({"layer"});
  std::string manifest = image_.manifest;
  manifest.resize((std::size_t{4} << 20), ' ');
  add(manifest);
  EXPECT_EQ(objects_of_image(manifest).size(), 3U);
  manifest += ' ';
  add(manifest);
  EXPECT_EQ(objects_of_image(manifest), Objects{digest_of(manifest)});
}

TEST_F(ObjectsOf, NamesFilesAndPackagesButNothingOfThisMachine) {
  manifest::Lock lock;
  lock.inputs = {{.kind = manifest::InputKind::kernel, .digest = digest_of("path")},
                 {.kind = manifest::InputKind::file,
                  .origin = manifest::Origin::url,
                  .digest = digest_of("url")},
                 {.kind = manifest::InputKind::dir,
                  .origin = manifest::Origin::command,
                  .digest = digest_of("command")},
                 {.kind = manifest::InputKind::debs,
                  .origin = manifest::Origin::apt,
                  .form = manifest::PinForm::packages,
                  .packages = {package("one"), package("two")}}};
  EXPECT_EQ(objects_of(lock, store_),
            (Objects{digest_of("url"), digest_of("command"), digest_of("one"), digest_of("two")}));
}

}  // namespace
}  // namespace reproduce::resolve
