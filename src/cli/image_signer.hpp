#pragma once

/// Who signs for the verbs that build images: keeps the key, which no confined build sees.

#include <optional>
#include <string>
#include <vector>

#include "secret_option.hpp"
#include <CLI/CLI.hpp>

#include "reproduce/base/rfc3339.hpp"
#include "reproduce/build/plan.hpp"
#include "reproduce/manifest/manifest.hpp"
#include "reproduce/sign/certificate.hpp"
#include "reproduce/sign/key.hpp"

namespace reproduce::cli {

struct SignOptions {
  SecretOptions secret;
  std::string at = "now";  ///< when the certificate must be valid
};

/// --passphrase-env and --sign-at.
void add_sign_options(CLI::App& app, SignOptions& options);

/// What a certificate outside of its dates means.
enum class OutOfDate {
  refused,  ///< Error{untrusted}
  warned,   ///< a lock expects this very image, whatever the day is
  ignored
};

class ImageSigner {
 public:
  /// Of a manifest with [sign], which must outlive this.
  ImageSigner(const manifest::Manifest& manifest, const SignOptions& options, OutOfDate out_of_date)
      : manifest_(manifest), options_(options), out_of_date_(out_of_date) {}

  /// For Surroundings, of which this must outlive every use.
  [[nodiscard]] build::Signer signer();

  /// Sentences about what was signed.
  [[nodiscard]] const std::vector<std::string>& warnings() const noexcept { return warnings_; }

 private:
  void prepare();
  Bytes sign(const std::string& certificate, const Sha384Digest& pcr0);
  void judge_dates(const sign::SigningCertificate& certificate);

  const manifest::Manifest& manifest_;
  SignOptions options_;
  OutOfDate out_of_date_;
  std::optional<sign::SigningKey> key_;
  std::vector<std::string> warnings_;
};

}  // namespace reproduce::cli
