#include "reproduce/build/users.hpp"

#include <string>

#include "support/refusal.hpp"
#include <gtest/gtest.h>

namespace reproduce::build {
namespace {

constexpr const char* passwd =
    "root:x:0:0:root:/root:/bin/sh\n"
    "broken line\n"
    "nonumbers:x:a:b::/:\n"
    "web:x:33:34:web:/var/www:/usr/sbin/nologin\n"
    "1000:x:7:8:a name of digits:/:\n"
    "dev:x:1000:1000::/home/dev:/bin/sh";
constexpr const char* group =
    "root:x:0:\n"
    "adm:x:4:web,dev\n"
    "short\n"
    "www:x:34:web\n"
    "video:x:44:dev,web\n";

UserIds ids(std::uint32_t uid, std::uint32_t gid, std::vector<std::uint32_t> groups = {}) {
  return {.uid = uid, .gid = gid, .groups = std::move(groups)};
}

TEST(ResolveUser, TakesAUserWithItsGroups) {
  EXPECT_EQ(resolve_user("web", passwd, group), ids(33, 34, {4, 44}));
  EXPECT_EQ(resolve_user("dev", passwd, group), ids(1000, 1000, {4, 44}));
  EXPECT_EQ(resolve_user("root", passwd, group), ids(0, 0));
}

TEST(ResolveUser, TakesNumbersWithAndWithoutALine) {
  EXPECT_EQ(resolve_user("33", passwd, group), ids(33, 34, {4, 44}));
  EXPECT_EQ(resolve_user("4242", passwd, group), ids(4242, 0));
  EXPECT_EQ(resolve_user("65534", "", ""), ids(65534, 0));
}

TEST(ResolveUser, ANameOfDigitsIsANameFirst) {
  EXPECT_EQ(resolve_user("1000", passwd, group), ids(7, 8));
}

TEST(ResolveUser, AGroupThatIsGivenIsTheOnlyOne) {
  EXPECT_EQ(resolve_user("web:video", passwd, group), ids(33, 44));
  EXPECT_EQ(resolve_user("web:99", passwd, group), ids(33, 99));
  EXPECT_EQ(resolve_user("5:6", "", ""), ids(5, 6));
}

TEST(ResolveUser, NamesThatAreNotThereAreRefused) {
  for (const char* user : {"nobody", "", "web:nogroup", "nonumbers", "4294967295", "-1", "0x1",
                           "99999999999999999999", ":34"}) {
    EXPECT_EQ(test::refusal_of([&] { (void)resolve_user(user, passwd, group); }).kind(),
              ErrorKind::usage)
        << user;
  }
}

TEST(UserLine, IsWhatInitReads) {
  EXPECT_EQ(user_line(ids(1, 2)), "1:2");
  EXPECT_EQ(user_line(ids(33, 34, {4, 44})), "33:34:4,44");
}

}  // namespace
}  // namespace reproduce::build
