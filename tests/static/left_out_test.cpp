/// What the static variant does not do, it says.

#include <string>

#include "support/refusal.hpp"
#include "support/signer.hpp"
#include "support/temp_dir.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"
#include "reproduce/crypto/digest.hpp"
#include "reproduce/fetch/url.hpp"
#include "reproduce/sign/key.hpp"
#include "reproduce/store/store.hpp"

namespace reproduce {
namespace {

TEST(StaticVariant, SaysThatItUsesNoKeysInTokens) {
  const Error error = test::refusal_of(
      [] { (void)sign::SigningKey::load("pkcs11:token=signer;object=release", test::ask_nobody); });
  EXPECT_EQ(error.kind(), ErrorKind::usage);
  EXPECT_STREQ(error.what(), "the static variant of reproduce uses no keys in tokens");
  EXPECT_NE(error.context().hint.find("--request"), std::string::npos);
}

TEST(StaticVariant, RepeatsNoPinThatStandsInAUrl) {
  const Error error = test::refusal_of([] {
    (void)sign::SigningKey::load("pkcs11:object=release?pin-value=4321", test::ask_nobody);
  });
  for (const std::string& said :
       {std::string(error.what()), error.context().file, error.context().got, error.context().hint})
    EXPECT_EQ(said.find("4321"), std::string::npos) << said;
}

TEST(StaticVariant, SaysThatItDownloadsNothingAndTakesWhatIsInTheStore) {
  const test::TempDir folder;
  const store::Store store(folder.path(), store::Access::write);
  const fetch::UrlRequest request{.url = "https://example.org/file",
                                  .sha256 = sha256(as_bytes("content"))};
  const Error error =
      test::refusal_of([&] { (void)fetch::fetch_url(store, request, fetch::UrlSettings{}); });
  EXPECT_EQ(error.kind(), ErrorKind::environment);
  EXPECT_STREQ(error.what(), "the static variant of reproduce downloads nothing");
  EXPECT_EQ(error.context().file, request.url);

  const auto writer = store.resume(request.sha256);
  writer->write(as_bytes("content"));
  (void)writer->publish();
  EXPECT_EQ(fetch::fetch_url(store, request, fetch::UrlSettings{}).size, 7U);
}

}  // namespace
}  // namespace reproduce
