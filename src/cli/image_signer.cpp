#include "image_signer.hpp"

#include <filesystem>
#include <system_error>

#include "signing_time.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/sign/signature.hpp"

namespace reproduce::cli {

void add_sign_options(CLI::App& app, SignOptions& options) {
  constexpr const char* group = "Signing, for [sign] and --private-key";
  add_secret_option(app, options.secret, group);
  app.add_option("--sign-at", options.at,
                 "when the certificate must be valid: now (the default), or RFC 3339")
      ->type_name("TIME")
      ->group(group);
}

build::Signer ImageSigner::signer() {
  return {.prepare = [this] { prepare(); },
          .sign = [this](const std::string& certificate,
                         const Sha384Digest& pcr0) { return sign(certificate, pcr0); }};
}

/// Opens the key; looks at the certificate too where it is at hand, so that what does not fit
/// ends the build at its beginning. What is signed under is what the build has read.
void ImageSigner::prepare() {
  key_ = sign::SigningKey::load(manifest_.locate_key(), secret_from(options_.secret));
  const manifest::FileRef& ref = manifest_.sign->certificate;
  const manifest::Input& input = manifest_.inputs[ref.input];
  std::error_code unreadable;
  if (input.origin != manifest::Origin::path || !ref.part.empty()) return;
  const std::filesystem::path file = manifest_.locate(input);
  if (!std::filesystem::is_regular_file(file, unreadable)) return;  // which the build will tell
  try {
    const Bytes pem = read_file(file, sign::max_certificate_file_size, "signing certificate");
    const sign::SigningCertificate certificate = sign::read_certificate(std::string(as_text(pem)));
    judge_dates(certificate);
    sign::require_match(certificate, *key_);
    warnings_.clear();  // they come again when it is signed
  } catch (Error& error) {
    error.set_file_if_unknown(file.string());
    throw;
  }
}

void ImageSigner::judge_dates(const sign::SigningCertificate& certificate) {
  if (out_of_date_ == OutOfDate::ignored) return;
  try {
    sign::require_valid_at(certificate, signing_time("--sign-at", options_.at));
  } catch (const Error& error) {
    if (out_of_date_ == OutOfDate::refused || error.kind() != ErrorKind::untrusted) throw;
    warnings_.push_back(std::string(error.what()) + ": it is valid " + error.context().expected +
                        ", and an enclave of the image does not start at other times");
  }
}

Bytes ImageSigner::sign(const std::string& certificate, const Sha384Digest& pcr0) {
  if (!key_) throw Error(ErrorKind::bug, "the key was not opened before it was to sign");
  const sign::SigningCertificate read = sign::read_certificate(certificate);
  warnings_.clear();  // a lock signs twice
  judge_dates(read);
  Bytes section = sign::sign_section(read, *key_, pcr0);
  if (!key_->is_deterministic())
    warnings_.emplace_back(
        "the key is in a token, which makes another signature each time: the image's bytes do not "
        "reproduce, its registers do");
  return section;
}

}  // namespace reproduce::cli
