#pragma once

/// Keys in files, certificates for them and images to sign, for tests of signing.

#include <filesystem>
#include <string>

#include "support/pki.hpp"
#include "support/temp_dir.hpp"

#include "reproduce/base/rfc3339.hpp"
#include "reproduce/sign/certificate.hpp"
#include "reproduce/sign/key.hpp"

namespace reproduce::test {

/// The key as PEM: PKCS#8, encrypted where there is a passphrase.
[[nodiscard]] std::string private_key_pem(const PrivateKey& key,
                                          const std::string& passphrase = {});

/// For a key that nobody must open.
[[nodiscard]] sign::Secret ask_nobody(const std::string& what);

/// A key in a file, and a certificate that it has signed for itself.
class Signer {
 public:
  explicit Signer(KeyKind kind = KeyKind::p384, const std::string& name = "signer");

  [[nodiscard]] const PrivateKey& key() const noexcept { return key_; }
  [[nodiscard]] std::string key_file() const { return file_.string(); }
  [[nodiscard]] const std::string& certificate_pem() const noexcept { return certificate_; }

  [[nodiscard]] sign::SigningKey load() const;
  [[nodiscard]] sign::SigningCertificate certificate() const;

  static constexpr UnixSeconds not_before = 1577836800;  ///< 2020
  static constexpr UnixSeconds not_after = 1893456000;   ///< 2030

 private:
  TempDir folder_;
  PrivateKey key_;
  std::string certificate_;
  std::filesystem::path file_;
};

}  // namespace reproduce::test
