/// Images that the build signs: by a key that signs the same each time, and by one that does not.

#include <string>

#include "build/workshop.hpp"
#include "support/memory_image.hpp"
#include "support/refusal.hpp"
#include "support/signer.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/error.hpp"
#include "reproduce/base/stream.hpp"
#include "reproduce/build/confined.hpp"
#include "reproduce/measure/image_pcrs.hpp"
#include "reproduce/sign/signature.hpp"

namespace reproduce::build {
namespace {

/// A workshop whose manifest asks for a signature by `key`.
class SigningWorkshop : public Workshop {
 public:
  explicit SigningWorkshop(const std::string& key = "key.pem") {
    write("certificate", signer_.certificate_pem());
    write("enclave.toml", std::string(workshop_manifest) +
                              "[sign]\ncertificate = \"certificate\"\n" + "key = \"" + key +
                              "\"\n");
  }

  /// Signs as `reproduce` does with a key in a file.
  [[nodiscard]] Surroundings signing() const {
    Surroundings with = surroundings();
    with.signer.sign = [this](const std::string& certificate, const Sha384Digest& pcr0) {
      return sign::sign_section(sign::read_certificate(certificate), signer_.load(), pcr0);
    };
    return with;
  }

  /// Signs as a token does: another signature each time.
  [[nodiscard]] Surroundings drawing() const {
    Surroundings with = surroundings();
    with.signer.sign = [this](const std::string& certificate, const Sha384Digest& pcr0) {
      const sign::SigningCertificate read = sign::read_certificate(certificate);
      return sign::attach_section(read, signer_.key().sign(sign::to_be_signed(read, pcr0)), pcr0);
    };
    return with;
  }

 private:
  test::Signer signer_;
};

measure::ImageMeasurements measured(const Bytes& image) {
  MemorySource source(image);
  return measure::measure_image(source, {.file_digest = true});
}

TEST(SignedBuild, GivesTheImageThatTheLockExpectsToTheByte) {
  const SigningWorkshop workshop;
  const manifest::Lock lock = make_lock(workshop.manifest(), {}, workshop.signing()).lock;
  EXPECT_EQ(make_lock(workshop.manifest(), {}, workshop.signing()).lock, lock);
  EXPECT_FALSE(lock.image.without_signature);
  EXPECT_EQ(lock.image.sections.back().type, "signature");
  test::MemoryImage out;
  const BuiltImage built = build_locked(workshop.manifest(), lock, workshop.signing(), out);
  const measure::ImageMeasurements image = measured(out.bytes());
  EXPECT_EQ(image.signature_fault, std::nullopt);
  EXPECT_EQ(image.registers, lock.image.registers);
  EXPECT_EQ(image.file_sha256, lock.image.sha256);
  EXPECT_EQ(built.image.registers, lock.image.registers);
  EXPECT_TRUE(built.image.registers.contains(8));
}

TEST(SignedBuild, ThatATokenSignsIsExpectedWithoutItsSignature) {
  const SigningWorkshop workshop("pkcs11:token=t;object=o");
  const manifest::Lock lock = make_lock(workshop.manifest(), {}, workshop.drawing()).lock;
  EXPECT_EQ(make_lock(workshop.manifest(), {}, workshop.drawing()).lock, lock);
  EXPECT_TRUE(lock.image.without_signature);
  EXPECT_EQ(lock.image.sections.back().type, "ramdisk");
  EXPECT_TRUE(lock.image.registers.contains(8));
  test::MemoryImage first;
  test::MemoryImage second;
  (void)build_locked(workshop.manifest(), lock, workshop.drawing(), first);
  (void)build_locked(workshop.manifest(), lock, workshop.drawing(), second);
  EXPECT_NE(first.bytes(), second.bytes());
  for (const test::MemoryImage* image : {&first, &second}) {
    EXPECT_EQ(measured(image->bytes()).signature_fault, std::nullopt);
    EXPECT_EQ(measured(image->bytes()).registers, lock.image.registers);
  }
  Surroundings plain = workshop.surroundings();
  plain.leave_unsigned = true;
  test::MemoryImage bare;
  (void)build_pinned(workshop.manifest(), lock, plain, bare);
  EXPECT_EQ(measured(bare.bytes()).file_sha256, lock.image.sha256);
}

TEST(SignedBuild, OfATokenStillHoldsAllButTheSignature) {
  const SigningWorkshop workshop("pkcs11:token=t;object=o");
  const manifest::Lock lock = make_lock(workshop.manifest(), {}, workshop.drawing()).lock;
  const auto refused = [&](const manifest::Lock& edited) {
    test::MemoryImage out;
    return test::refusal_of(
               [&] { (void)build_locked(workshop.manifest(), edited, workshop.drawing(), out); })
        .kind();
  };
  manifest::Lock edited = lock;
  edited.image.sha256[0] ^= 1U;
  EXPECT_EQ(refused(edited), ErrorKind::untrusted);
  edited = lock;
  edited.image.crc32 ^= 1U;
  EXPECT_EQ(refused(edited), ErrorKind::untrusted);
  edited = lock;
  edited.image.registers[8][0] ^= 1U;
  EXPECT_EQ(refused(edited), ErrorKind::untrusted);
  edited = lock;
  edited.image.without_signature = false;
  EXPECT_EQ(refused(edited), ErrorKind::usage);
}

TEST(SignedBuild, WithoutASignatureIsTheImageOfAManifestWithoutSign) {
  const SigningWorkshop workshop;
  const manifest::Lock lock = make_lock(workshop.manifest(), {}, workshop.signing()).lock;
  Surroundings plain = workshop.surroundings();
  plain.leave_unsigned = true;
  test::MemoryImage bare;
  (void)build_pinned(workshop.manifest(), lock, plain, bare);
  const Workshop same;
  EXPECT_EQ(bare.bytes(), same.build(same.lock().lock));
}

TEST(SignedBuild, TakesNoSignatureThatDoesNotHold) {
  const SigningWorkshop workshop;
  Surroundings wrong = workshop.signing();
  const auto sign = wrong.signer.sign;
  wrong.signer.sign = [&](const std::string& certificate, const Sha384Digest&) {
    return sign(certificate, sha384(as_bytes("another image")));
  };
  test::MemoryImage out;
  EXPECT_EQ(test::refusal_of([&] { (void)build_unpinned(workshop.manifest(), wrong, out); }).kind(),
            ErrorKind::bug);
}

TEST(SignedBuild, HoldsTheCertificateToItsPin) {
  const SigningWorkshop workshop;
  const manifest::Lock lock = make_lock(workshop.manifest(), {}, workshop.signing()).lock;
  workshop.write("certificate", test::Signer().certificate_pem());
  test::MemoryImage out;
  EXPECT_EQ(test::refusal_of([&] {
              (void)build_locked(workshop.manifest(), lock, workshop.signing(), out);
            }).kind(),
            ErrorKind::untrusted);
}

// The child asks; what the parent keeps from the moment the child runs is not in the child.
TEST(SignedBuild, IsSignedByTheParentOfTheConfinedBuild) {
  const SigningWorkshop workshop;
  const manifest::Manifest manifest = workshop.manifest();
  Surroundings with = workshop.signing();
  int asked = 0;
  bool has_key = false;
  const auto sign = with.signer.sign;
  with.signer.prepare = [&] { has_key = true; };
  with.signer.sign = [&](const std::string& certificate, const Sha384Digest& pcr0) {
    ++asked;
    return has_key ? sign(certificate, pcr0) : Bytes{};
  };
  const manifest::Lock lock = lock_confined(manifest, {}, with, sandbox::Mode::automatic).made.lock;
  EXPECT_EQ(asked, 2);  // once to learn the header, once to hash the image behind it
  const std::optional<manifest::Lock> locked = lock;
  const std::filesystem::path path = workshop.path("out.eif");
  AtomicFile file(path);
  (void)build_confined({manifest, locked}, with, sandbox::Mode::automatic, file);
  file.publish();
  EXPECT_EQ(measured(test::slurp(path)).file_sha256, lock.image.sha256);
  EXPECT_EQ(asked, 3);
}

TEST(SignedBuild, ComesBackWithTheWordsOfWhoeverCannotSign) {
  const SigningWorkshop workshop;
  const manifest::Manifest manifest = workshop.manifest();
  Surroundings with = workshop.signing();
  with.signer.sign = [](const std::string&, const Sha384Digest&) -> Bytes {
    throw Error(ErrorKind::untrusted, "the signing certificate has expired");
  };
  const Error error =
      test::refusal_of([&] { (void)lock_confined(manifest, {}, with, sandbox::Mode::automatic); });
  EXPECT_EQ(error.kind(), ErrorKind::untrusted);
  EXPECT_STREQ(error.what(), "the signing certificate has expired");
}

}  // namespace
}  // namespace reproduce::build
