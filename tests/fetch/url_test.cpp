#include "reproduce/fetch/url.hpp"

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>

#include "fetch/background.hpp"
#include "support/checkout.hpp"
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

std::string quoted(const fs::path& path) {
  return "'" + path.string() + "'";
}

/// A store, and a web server on loopback that has one file of 300,000 bytes.
class FetchUrl : public testing::Test {
 protected:
  void SetUp() override {
    if (!test::has_tool("python3")) GTEST_SKIP() << "python3 is not installed";
    for (int i = 0; content_.size() < 300'000; ++i) content_ += std::to_string(i) + "\n";
    content_.resize(300'000);
    digest_ = sha256(as_bytes(content_));
    file_ = temp_.write("file", content_);
    store_ = std::make_unique<store::Store>(temp_.path() / "store", store::Access::write);
  }

  /// Starts the server and gives the beginning of its URLs.
  std::string serve(const std::string& more = "") {
    const fs::path port = temp_.path() / "port";
    fs::remove(port);
    server_.reset();
    server_ = std::make_unique<test::Background>(
        "exec python3 " + quoted(test::checkout() / "tests/fetch/web_server.py") + " " +
            quoted(file_) + " " + quoted(log_path()) + more,
        quoted(port));
    return "127.0.0.1:" + test::wait_for_line(port.string());
  }

  /// Starts it with TLS: a certificate for 127.0.0.1 by an authority in `ca.pem`, changed by
  /// `how` (words for `openssl x509 -req`).
  std::string serve_tls(const std::string& how = "-days 2", const std::string& name = "127.0.0.1") {
    const auto made = test::run(
        "cd " + quoted(temp_.path()) +
        " && openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2"
        " -subj /CN=testers 2>/dev/null"
        " && openssl req -newkey rsa:2048 -nodes -keyout key.pem -out request -subj /CN=server"
        " 2>/dev/null && printf 'subjectAltName=" +
        std::string(name == "127.0.0.1" ? "IP:" : "DNS:") + name +
        "\\n' >names && openssl x509 -req -in request -CA ca.pem -CAkey ca.key -CAcreateserial"
        " -out cert.pem -extfile names " +
        how + " 2>/dev/null");
    if (!made.succeeded) throw std::runtime_error("openssl made no certificate");
    return serve(" " + quoted(temp_.path() / "cert.pem") + " " + quoted(temp_.path() / "key.pem"));
  }

  [[nodiscard]] UrlSettings with_authority() const {
    UrlSettings settings;
    settings.ca_file = temp_.path() / "ca.pem";
    return settings;
  }

  store::Object get(const std::string& url, const UrlSettings& settings = {}) {
    return fetch_url(*store_, {url, digest_}, settings);
  }

  [[nodiscard]] fs::path log_path() const { return temp_.path() / "log"; }
  [[nodiscard]] std::string log() const { return std::string(as_text(test::slurp(log_path()))); }
  [[nodiscard]] fs::path partial() const {
    return temp_.path() / "store/partial" / to_hex(digest_);
  }

  /// As if an earlier attempt had brought the first `size` bytes of `text`.
  void begin(std::string_view text, std::size_t size) {
    store_->resume(digest_)->write(as_bytes(text.substr(0, size)));
  }

  TempDir temp_;
  fs::path file_;
  std::string content_;
  Sha256Digest digest_{};
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<test::Background> server_;
};

TEST_F(FetchUrl, BringsAFileIntoTheStoreOnce) {
  const std::string url = "http://" + serve() + "/file";
  std::uint64_t last = 0;
  const auto progress = [&](const Progress& now) {
    EXPECT_EQ(now.total_bytes, 300'000U);
    EXPECT_GT(now.done_bytes, last);
    last = now.done_bytes;
  };
  const UrlRequest request{url, digest_, 300'000};
  EXPECT_EQ(fetch_url(*store_, request, {}, progress), (store::Object{digest_, 300'000}));
  EXPECT_EQ(last, 300'000U);
  EXPECT_EQ(store_->examine(digest_), store::State::intact);
  server_.reset();
  EXPECT_EQ(get(url).size, 300'000U) << "what is there needs no server";
  EXPECT_EQ(log(), "/file -\n");
}

TEST_F(FetchUrl, ReplacesACorruptObject) {
  const std::string url = "http://" + serve() + "/file";
  (void)get(url);
  fs::remove(store_->path_of(digest_));
  fs::copy_file(temp_.write("bad", "corrupt"), store_->path_of(digest_));
  (void)get(url);
  EXPECT_EQ(store_->examine(digest_), store::State::intact);
}

TEST_F(FetchUrl, GoesOnWhereTheConnectionBroke) {
  const std::string host = "http://" + serve();
  const Error error = refusal_of([&] { (void)get(host + "/truncated"); });
  EXPECT_EQ(error.kind(), ErrorKind::environment);
  EXPECT_STREQ(error.what(), "the download broke off");
  EXPECT_EQ(fs::file_size(partial()), 150'000U);
  EXPECT_EQ(get(host + "/file").size, 300'000U);
  EXPECT_EQ(log(), "/truncated -\n/file bytes=150000-\n");
}

TEST_F(FetchUrl, StartsAgainWhenTheServerCannotGoOn) {
  const std::string host = "http://" + serve();
  begin(content_, 1000);
  EXPECT_EQ(get(host + "/norange").size, 300'000U);
  EXPECT_EQ(log(), "/norange bytes=1000-\n");
}

TEST_F(FetchUrl, StartsAgainWhenWhatItHasIsOfAnotherFile) {
  const std::string host = "http://" + serve();
  begin("another beginning", 10);
  EXPECT_EQ(get(host + "/file").size, 300'000U);
  EXPECT_EQ(log(), "/file bytes=10-\n/file -\n");
}

TEST_F(FetchUrl, StartsAgainWhenItHasMoreThanThereIs) {
  const std::string host = "http://" + serve();
  begin(std::string(400'000, 'x'), 400'000);
  EXPECT_EQ(get(host + "/file").size, 300'000U);
  EXPECT_EQ(log(), "/file bytes=400000-\n/file -\n");
}

TEST_F(FetchUrl, AsksForNothingWhenAllIsThere) {
  const std::string host = "http://" + serve();
  begin(content_, content_.size());
  EXPECT_EQ(get(host + "/file").size, 300'000U);
  EXPECT_FALSE(fs::file_size(log_path()));
}

TEST_F(FetchUrl, RefusesAnAnswerThatGoesOnElsewhere) {
  const std::string host = "http://" + serve();
  begin(content_, 1000);
  EXPECT_EQ(kind_of([&] { (void)get(host + "/wrongrange"); }), ErrorKind::environment);
  EXPECT_EQ(store_->examine(digest_), store::State::absent);
}

TEST_F(FetchUrl, KeepsNothingOfAnotherDigest) {
  const std::string host = "http://" + serve();
  for (const char* path : {"/other", "/empty"}) {
    const Error error = refusal_of([&, url = host + path] { (void)get(url); });
    EXPECT_EQ(error.kind(), ErrorKind::untrusted);
    EXPECT_EQ(error.context().file, host + path);
    EXPECT_EQ(error.context().expected, "sha256 " + to_hex(digest_));
    EXPECT_FALSE(fs::exists(partial()));
  }
}

TEST_F(FetchUrl, HoldsToTheSizeAndToTheLimit) {
  const std::string host = "http://" + serve();
  EXPECT_EQ(kind_of([&] {
              (void)fetch_url(*store_, {host + "/file", digest_, 299'999}, {});
            }),
            ErrorKind::untrusted);
  EXPECT_EQ(kind_of([&] {
              (void)fetch_url(*store_, {host + "/file", digest_, 300'001}, {});
            }),
            ErrorKind::untrusted);
  UrlSettings limited;
  limited.size_limit = 1'000'000;
  const Error error = refusal_of([&] { (void)get(host + "/endless", limited); });
  EXPECT_STREQ(error.what(), "the server sends too much");
  EXPECT_FALSE(fs::exists(partial()));
  EXPECT_FALSE(store_->find(digest_));
}

TEST_F(FetchUrl, SaysWhatTheServerAnswered) {
  const std::string host = "http://" + serve();
  for (const auto& [path, status] :
       {std::pair{"/gone", "404"}, {"/private", "401"}, {"/busy", "503"}}) {
    const Error error = refusal_of([&, url = host + path] { (void)get(url); });
    EXPECT_EQ(error.kind(), ErrorKind::environment);
    EXPECT_EQ(error.what(), std::string("the server answers with status ") + status);
    EXPECT_FALSE(error.context().hint.empty());
  }
}

TEST_F(FetchUrl, WaitsForNoSilentServer) {
  const std::string host = "http://" + serve();
  UrlSettings impatient;
  impatient.stall_timeout = std::chrono::seconds(1);
  const Error error = refusal_of([&] { (void)get(host + "/silent", impatient); });
  EXPECT_EQ(error.kind(), ErrorKind::environment);
  EXPECT_STREQ(error.what(), "the server has become silent");
  EXPECT_EQ(fs::file_size(partial()), 150'000U);
}

TEST_F(FetchUrl, SaysThatNobodyIsThere) {
  // A port that was given to a server that is gone.
  const std::string host = "http://" + serve();
  server_.reset();
  EXPECT_STREQ(refusal_of([&] { (void)get(host + "/file"); }).what(),
               "the server cannot be reached");
}

TEST_F(FetchUrl, FollowsRedirectsUpToTen) {
  const std::string host = "http://" + serve();
  EXPECT_EQ(get(host + "/down?10").size, 300'000U);
  (void)store_->remove(digest_);
  EXPECT_EQ(kind_of([&] { (void)get(host + "/down?11"); }), ErrorKind::environment);
  EXPECT_STREQ(refusal_of([&] { (void)get(host + "/loop"); }).what(),
               "the server redirects without end");
}

TEST_F(FetchUrl, FollowsNoRedirectToWhereItWouldNotGoItself) {
  const std::string host = "http://" + serve();
  for (const char* to : {"http://192.0.2.1/file", "file:///etc/passwd", "ftp://127.0.0.1/file",
                         "https://user:word@127.0.0.1/file", "gopher://127.0.0.1:1/x"}) {
    const Error error = refusal_of([&] { (void)get(host + "/redirect?" + to); });
    EXPECT_EQ(error.kind(), ErrorKind::untrusted) << to;
    EXPECT_STREQ(error.what(), "the server redirects to where we do not go") << to;
  }
}

TEST_F(FetchUrl, TakesTlsOfAKnownAuthority) {
  const std::string host = serve_tls();
  EXPECT_EQ(get("https://" + host + "/file", with_authority()).size, 300'000U);
}

TEST_F(FetchUrl, WithoutAuthoritiesNobodyIsTrusted) {
  const std::string host = serve_tls();
  const Error error =
      refusal_of([&] { (void)get("https://" + host + "/file", {.ca_file = "/absent.pem"}); });
  EXPECT_EQ(error.kind(), ErrorKind::environment);
  EXPECT_STREQ(error.what(), "there are no certificate authorities to trust");
}

TEST_F(FetchUrl, RefusesCertificatesThatDoNotHold) {
  const auto refused = [this](const std::string& host, const UrlSettings& settings) {
    const Error error = refusal_of([&] { (void)get("https://" + host + "/file", settings); });
    EXPECT_EQ(error.kind(), ErrorKind::untrusted);
    EXPECT_STREQ(error.what(), "the server's certificate does not hold");
  };
  refused(serve_tls(), {});  // an authority that this machine does not know
  refused(serve_tls("-days -1"), with_authority());
  refused(serve_tls("-days 2", "example.org"), with_authority());
}

TEST_F(FetchUrl, NeverGoesFromHttpsToHttp) {
  const std::string host = serve_tls();
  const Error error = refusal_of(
      [&] { (void)get("https://" + host + "/redirect?http://127.0.0.1/file", with_authority()); });
  EXPECT_EQ(error.kind(), ErrorKind::untrusted);
  EXPECT_NE(error.context().got.find("http, after https"), std::string::npos);
}

TEST_F(FetchUrl, TakesNoProxyFromTheEnvironment) {
  const std::string host = serve();
  for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"})
    ASSERT_EQ(::setenv(name, "http://127.0.0.1:1", 1), 0);
  EXPECT_EQ(get("http://" + host + "/file").size, 300'000U);
  const std::string tls = serve_tls();
  (void)store_->remove(digest_);
  EXPECT_EQ(get("https://" + tls + "/file", with_authority()).size, 300'000U);
  for (const char* name : {"http_proxy", "https_proxy", "all_proxy", "ALL_PROXY"})
    ASSERT_EQ(::unsetenv(name), 0);
}

TEST_F(FetchUrl, UsesTheProxyThatItIsGiven) {
  UrlSettings settings;
  settings.proxy = "http://127.0.0.1:1";
  settings.connect_timeout = std::chrono::seconds(5);
  EXPECT_STREQ(refusal_of([&] { (void)get("https://host.invalid/file", settings); }).what(),
               "the server cannot be reached");
  settings.no_proxy = "host.invalid";
  EXPECT_STREQ(refusal_of([&] { (void)get("https://host.invalid/file", settings); }).what(),
               "the server's name cannot be found");
}

TEST_F(FetchUrl, EndsWhenTheCallerThrows) {
  const std::string url = "http://" + serve() + "/file";
  const auto stop = [](const Progress&) { throw Error(ErrorKind::bug, "stop"); };
  EXPECT_STREQ(refusal_of([&] {
                 (void)fetch_url(*store_, {url, digest_}, {}, stop);
               }).what(),
               "stop");
}

TEST(CheckUrl, KnowsLoopbackInUnusualSpellings) {
  for (const char* url : {"http://127.1/", "http://0x7f.1/"})
    EXPECT_NO_THROW(check_url(url)) << url;
}

}  // namespace
}  // namespace reproduce::fetch
