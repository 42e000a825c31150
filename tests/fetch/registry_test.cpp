#include "reproduce/fetch/registry.hpp"

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "fetch/background.hpp"
#include "support/refusal.hpp"
#include "support/temp_dir.hpp"
#include "support/thrown.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/hex.hpp"

namespace reproduce::fetch {
namespace {

namespace fs = std::filesystem;
using test::kind_of;
using test::refusal_of;
using test::TempDir;

/// Debian's docker-registry on loopback, with images for two architectures made by umoci and
/// pushed by skopeo.
class FetchRegistry : public testing::Test {
 protected:
  void SetUp() override {
    for (const char* tool :
         {"skopeo", "umoci", "docker-registry", "python3", "openssl", "htpasswd"})
      if (!test::has_tool(tool)) GTEST_SKIP() << tool << " is not installed";
    fs::create_directory(root() / "scratch");
    settings_.scratch_folder = root() / "scratch";
    settings_.programs.environment = {"HOME=" + root().string(), "PATH=/usr/bin:/bin"};
    store_ = std::make_unique<store::Store>(root() / "store", store::Access::write);
  }

  /// Starts the registry; `more` is appended to its configuration, and `http` goes into its
  /// http section.
  void serve(const std::string& http = "", const std::string& more = "") {
    temp_.write("config.yml",
                "version: 0.1\nlog:\n  formatter: text\nstorage:\n  filesystem:\n"
                "    rootdirectory: " +
                    (root() / "registry").string() + "\nhttp:\n  addr: 127.0.0.1:0\n" + http +
                    more);
    server_.reset();
    // The shell ends it when its own input ends. The registry says its port on standard error.
    server_ = std::make_unique<test::Background>(
        "cd '" + root().string() +
            "' && { docker-registry serve config.yml 2>log >&2 </dev/null & pid=$!; "
            "for i in $(seq 200); do port=$(sed -n "
            "'s/.*listening on 127.0.0.1:\\([0-9]*\\).*/\\1/p' log); "
            "[ -z \"$port\" ] || break; sleep 0.05; done; echo \"$port\"; cat >/dev/null; "
            "kill $pid; wait $pid; } 2>/dev/null",
        "'" + (root() / "port").string() + "'");
    host_ = "127.0.0.1:" + test::wait_for_line((root() / "port").string());
  }

  void run(const std::string& command) {
    const auto result = test::run("cd '" + root().string() + "' && { " + command + "; } 2>&1");
    ASSERT_TRUE(result.succeeded) << command << ": " << result.output;
  }

  /// An OCI layout `img` with one image for `architecture`, of two layers.
  void make_image(const std::string& architecture) {
    temp_.write("hello", "hello from " + architecture);
    run("rm -rf img && umoci init --layout img && umoci new --image img:latest && "
        "umoci config --image img:latest --os linux --architecture " +
        architecture +
        " && "
        "umoci insert --rootless --image img:latest hello /hello && "
        "umoci insert --rootless --image img:latest hello /again");
  }

  void push(const std::string& name, const std::string& options = "--dest-tls-verify=false") {
    run("skopeo --insecure-policy copy --quiet " + options + " oci:img:latest docker://" + host_ +
        "/" + name);
  }

  [[nodiscard]] RegistryImage get(const std::string& name,
                                  const Platform& platform = {"linux", "amd64"}) const {
    return fetch_image(*store_, parse_image_reference("docker://" + host_ + "/" + name), platform,
                       settings_);
  }

  /// Every blob is there and what its name says.
  void expect_complete(const RegistryImage& image) const {
    std::vector<store::Object> all{image.top, image.manifest, image.config};
    all.insert(all.end(), image.layers.begin(), image.layers.end());
    for (const store::Object& blob : all) {
      EXPECT_EQ(store_->examine(blob.digest), store::State::intact);
      EXPECT_EQ(store_->find(blob.digest), blob);
    }
    EXPECT_TRUE(fs::is_empty(root() / "scratch"));
  }

  /// What the registry itself says is the digest of a tag.
  [[nodiscard]] std::string digest_of(const std::string& name) const {
    const std::string digest =
        test::run("skopeo --insecure-policy inspect --tls-verify=false --raw docker://" + host_ +
                  "/" + name + " | sha256sum")
            .output;
    return digest.substr(0, 64);
  }

  [[nodiscard]] const fs::path& root() const { return temp_.path(); }

  TempDir temp_;
  std::string host_;
  RegistrySettings settings_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<test::Background> server_;
};

TEST_F(FetchRegistry, BringsAnImageAsTheRegistryHasIt) {
  serve();
  make_image("amd64");
  push("team/app:1");
  const RegistryImage image = get("team/app:1");
  EXPECT_EQ(to_hex(image.top.digest), digest_of("team/app:1"));
  EXPECT_EQ(image.manifest, image.top);
  EXPECT_EQ(image.layers.size(), 2U);
  expect_complete(image);
  const std::string pinned = "team/app@sha256:" + to_hex(image.top.digest);
  server_.reset();
  settings_.programs.search_path = {};
  EXPECT_EQ(get(pinned), image) << "what is there needs no registry and no skopeo";
}

TEST_F(FetchRegistry, ConvertsNoDockerImage) {
  serve();
  make_image("amd64");
  push("app:docker", "--dest-tls-verify=false --format v2s2");
  const RegistryImage image = get("app:docker");
  EXPECT_EQ(to_hex(image.top.digest), digest_of("app:docker"));
  const auto source = store_->open(image.manifest.digest);
  EXPECT_NE(as_text(read_all(*source, 1 << 20, "manifest")).find("docker.distribution.manifest.v2"),
            std::string::npos);
  expect_complete(image);
}

TEST_F(FetchRegistry, ChoosesThePlatformInAnIndex) {
  serve();
  std::string entries;
  for (const std::string architecture : {"amd64", "arm64"}) {
    make_image(architecture);
    push("app:" + architecture);
    const RegistryImage image = get("app:" + architecture, {"linux", architecture});
    entries += std::string(entries.empty() ? "" : ",") +
               R"({"mediaType":"application/vnd.oci.image.manifest.v1+json","digest":"sha256:)" +
               to_hex(image.top.digest) + R"(","size":)" + std::to_string(image.top.size) +
               R"(,"platform":{"os":"linux","architecture":")" + architecture + R"("}})";
  }
  const std::string type = "application/vnd.oci.image.index.v1+json";
  temp_.write("index",
              R"({"schemaVersion":2,"mediaType":")" + type + R"(","manifests":[)" + entries + "]}");
  temp_.write("put.py",
              "import sys, urllib.request\n"
              "request = urllib.request.Request(sys.argv[1], open('index', 'rb').read(),\n"
              "    {'Content-Type': sys.argv[2]}, method='PUT')\n"
              "urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request)\n");
  run("python3 put.py http://" + host_ + "/v2/app/manifests/both " + type);
  store_ = std::make_unique<store::Store>(root() / "store2", store::Access::write);
  const RegistryImage arm = get("app:both", {"linux", "arm64"});
  const RegistryImage amd = get("app:both", {"linux", "amd64"});
  EXPECT_EQ(to_hex(arm.top.digest), digest_of("app:both"));
  EXPECT_EQ(arm.top, amd.top);
  EXPECT_EQ(to_hex(arm.manifest.digest), digest_of("app:arm64"));
  EXPECT_EQ(to_hex(amd.manifest.digest), digest_of("app:amd64"));
  expect_complete(arm);
  expect_complete(amd);
  const Error error = refusal_of([&] { (void)get("app:both", {"linux", "riscv64"}); });
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_EQ(error.context().got, "linux/amd64, linux/arm64");
  EXPECT_EQ(get("app:arm64", {}).manifest, arm.manifest) << "one image needs no platform";
  EXPECT_EQ(refusal_of([&] { (void)get("app:both", {}); }).context().got,
            "linux/amd64, linux/arm64");
  EXPECT_EQ(kind_of([&] {
              (void)get("app:arm64", {"linux", "amd64"});
            }),
            ErrorKind::usage)
      << "an image alone has a platform too";
}

TEST_F(FetchRegistry, ReplacesWhatIsCorrupt) {
  serve();
  make_image("amd64");
  push("app:1");
  const RegistryImage image = get("app:1");
  for (const store::Object& blob : {image.top, image.config, image.layers[0]}) {
    fs::remove(store_->path_of(blob.digest));
    fs::copy_file(temp_.write("bad", "{}"), store_->path_of(blob.digest));
  }
  EXPECT_EQ(get("app@sha256:" + to_hex(image.top.digest)), image);
  expect_complete(image);
}

TEST_F(FetchRegistry, SaysWhatTheRegistryDoesNotHave) {
  serve();
  make_image("amd64");
  push("app:1");
  const std::string zeros(64, '0');
  for (const std::string& name :
       {std::string("app:2"), std::string("other:1"), "app@sha256:" + zeros}) {
    const Error error = refusal_of([&] { (void)get(name); });
    EXPECT_EQ(error.kind(), ErrorKind::environment) << name;
    EXPECT_STREQ(error.what(), "skopeo cannot get the image");
    EXPECT_NE(error.context().got.find("unknown"), std::string::npos) << error.context().got;
  }
}

TEST_F(FetchRegistry, HoldsToTheLimit) {
  serve();
  make_image("amd64");
  push("app:1");
  settings_.size_limit = 100;
  EXPECT_STREQ(refusal_of([&] { (void)get("app:1"); }).what(), "the image is too large");
}

TEST_F(FetchRegistry, AsksForTlsAndForAPassword) {
  run("openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out cert.pem -days 2"
      " -subj /CN=testers -addext subjectAltName=IP:127.0.0.1 && mkdir certs &&"
      " cp cert.pem certs/ca.crt && htpasswd -Bbc passwords anna secret");
  serve("  tls:\n    certificate: cert.pem\n    key: key.pem\n",
        "auth:\n  htpasswd:\n    realm: test\n    path: passwords\n");
  make_image("amd64");
  push("app:1", "--dest-cert-dir=certs --dest-creds=anna:secret");
  settings_.certificates = root() / "certs";
  const auto with_password = [&](const std::string& base64) {
    settings_.auth_file =
        temp_.write("auth.json", R"({"auths":{")" + host_ + R"(":{"auth":")" + base64 + R"("}}})");
  };
  with_password("YW5uYTpzZWNyZXQ=");  // anna:secret
  expect_complete(get("app:1"));
  store_ = std::make_unique<store::Store>(root() / "store2", store::Access::write);
  with_password("YW5uYTp3cm9uZw==");  // anna:wrong
  EXPECT_EQ(kind_of([&] { (void)get("app:1"); }), ErrorKind::environment);
  settings_.auth_file.clear();
  EXPECT_EQ(kind_of([&] { (void)get("app:1"); }), ErrorKind::environment);
  with_password("YW5uYTpzZWNyZXQ=");
  fs::create_directory(root() / "none");
  settings_.certificates = root() / "none";
  const Error error = refusal_of([&] { (void)get("app:1"); });
  EXPECT_NE(error.context().got.find("certificate"), std::string::npos) << error.context().got;
}

TEST(FetchRegistryAlone, SaysWhenSkopeoIsMissing) {
  const TempDir temp;
  const store::Store store(temp.path() / "store", store::Access::write);
  RegistrySettings settings;
  settings.programs.search_path = {};
  settings.scratch_folder = temp.path();
  const Error error = refusal_of([&] {
    (void)fetch_image(store, parse_image_reference("docker://localhost/a"), {"linux", "amd64"},
                      settings);
  });
  EXPECT_EQ(error.kind(), ErrorKind::environment);
  EXPECT_NE(error.context().hint.find("skopeo"), std::string::npos);
}

TEST(ImageReference, IsTakenApart) {
  const std::string hex(64, 'a');
  const ImageReference both =
      parse_image_reference("docker://example.org:5000/a/b-c_d:v1.0@sha256:" + hex);
  EXPECT_EQ(both.host, "example.org:5000");
  EXPECT_EQ(both.name, "a/b-c_d");
  EXPECT_EQ(both.tag, "v1.0");
  EXPECT_EQ(to_hex(both.digest.value()), hex);
  EXPECT_EQ(parse_image_reference("docker://localhost/a").tag, "latest");
  EXPECT_EQ(parse_image_reference("docker://[::1]:5000/a:B").tag, "B");
  EXPECT_EQ(parse_image_reference("docker://localhost/a@sha256:" + hex).tag, "");
}

TEST(ImageReference, RefusesEverythingElse) {
  for (const char* text :
       {"", "busybox", "docker://busybox", "docker://team/app", "docker://example.org/",
        "docker://example.org/A", "docker://example.org/a//b", "docker://example.org//a",
        "docker://example.org/a/../b", "docker://example.org/a:", "docker://example.org/a:b c",
        "docker://example.org/a@sha256:12", "docker://example.org/a@md5:12",
        "docker://user:word@example.org/a", "docker://-x.org/a", "docker:///a", "oci:img:latest",
        "docker://example.org/a --help"})
    EXPECT_EQ(kind_of([&] { (void)parse_image_reference(text); }), ErrorKind::usage) << text;
}

}  // namespace
}  // namespace reproduce::fetch
