#include <string>

#include "support/thrown.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"
#include "reproduce/fetch/url.hpp"

namespace reproduce::fetch {
namespace {

using test::kind_of;

TEST(CheckUrl, TakesHttpsAndHttpToLoopback) {
  for (const char* url :
       {"https://example.org", "https://example.org:8443/a?b=c", "HTTPS://example.org/%20",
        "https://example.org/a@b:c//d", "https://example.org?a@b", "http://127.0.0.1/",
        "http://127.1.2.3:80/x", "http://[::1]:8080/", "http://localhost/"})
    EXPECT_NO_THROW(check_url(url)) << url;
}

TEST(CheckUrl, RefusesEverythingElse) {
  for (const char* url : {"",
                          "example.org/file",
                          "file:///etc/passwd",
                          "ftp://example.org/",
                          "http://example.org/",
                          "http://128.0.0.1/",
                          "http://[::2]/",
                          "http://[::ffff:1.2.3.4]/",
                          "http://localhost.example.org/",
                          "http://127.0.0.1.example.org/",
                          "https://user@example.org/",
                          "https://user:word@example.org/",
                          "https://:word@example.org/",
                          "http://127.0.0.1@example.org/",
                          "https://example.org/#part",
                          "https://example.org/a b",
                          "https://example.org/\n",
                          "https://ex\xc3\xa4mple.org/",
                          "https://",
                          "https:///path",
                          "-oProxyCommand",
                          "dict://127.0.0.1:1/x",
                          "https://example.org:99999/",
                          "https://example.org:8x/",
                          "http://[::1",
                          "http://127.0.0.1\\@example.org/"})
    EXPECT_EQ(kind_of([&] { check_url(url); }), ErrorKind::usage) << url;
  EXPECT_EQ(kind_of([] { check_url("https://example.org/" + std::string(8192, 'x')); }),
            ErrorKind::usage);
}

}  // namespace
}  // namespace reproduce::fetch
