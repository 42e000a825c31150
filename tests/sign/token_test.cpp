/// Keys in tokens, as far as that goes without one: tests/cli/sign_token.sh has one.

#include <string>

#include "support/refusal.hpp"
#include "support/signer.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"
#include "reproduce/sign/key.hpp"

namespace reproduce::sign {
namespace {

Error refusal(const std::string& location) {
  return test::refusal_of([&] { (void)SigningKey::load(location, test::ask_nobody); });
}

TEST(Token, TakesNoPinFromAUrl) {
  const Error error = refusal("pkcs11:token=signer;object=release?pin-value=1234");
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_STREQ(error.what(), "the key's PKCS#11 URI holds a PIN");
}

TEST(Token, RefusesAUrlThatIsNotWellFormed) {
  for (const char* url : {"pkcs11:token=a?module-path=%2", "pkcs11:token=a?module-path=%zz"})
    EXPECT_EQ(refusal(url).kind(), ErrorKind::usage) << url;
}

TEST(Token, SaysWhenItsLibraryCannotBeLoaded) {
  const Error error = refusal("pkcs11:token=signer;object=release?module-path=/absent%2f.so");
  EXPECT_EQ(error.kind(), ErrorKind::environment);
  EXPECT_EQ(error.context().file, "/absent/.so");
}

}  // namespace
}  // namespace reproduce::sign
