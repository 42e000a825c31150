#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "exit_code.hpp"
#include "operand.hpp"
#include "progress.hpp"
#include "secret_option.hpp"
#include "signing_time.hpp"
#include "verb.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/random_access.hpp"
#include "reproduce/cose/sign1.hpp"
#include "reproduce/measure/image_pcrs.hpp"
#include "reproduce/report/sign.hpp"
#include "reproduce/sign/certificate.hpp"
#include "reproduce/sign/key.hpp"
#include "reproduce/sign/rewrite.hpp"
#include "reproduce/sign/signature.hpp"

namespace reproduce::cli {
namespace {

using report::SignDeed;
using sign::SigningCertificate;

struct Options {
  std::string image;
  std::optional<std::string> output, certificate, key, request, attach;
  bool remove = false;
  std::string at = "now";
  SecretOptions secret;
};

/// Runs `work` so that its errors name `file`.
template <typename Work>
auto about(const std::string& file, const Work& work) {
  try {
    return work();
  } catch (Error& error) {
    error.set_file_if_unknown(file);
    throw;
  }
}

[[noreturn]] void refuse(const std::string& what, std::string hint) {
  throw Error(ErrorKind::usage, what, {.hint = std::move(hint)});
}

/// Exactly one of the four deeds, with what it needs and nothing that it ignores.
SignDeed deed_of(const Options& options) {
  const int deeds = (options.key ? 1 : 0) + (options.request ? 1 : 0) + (options.attach ? 1 : 0) +
                    (options.remove ? 1 : 0);
  if (deeds != 1)
    refuse(deeds == 0 ? "it is not said what to do with the image"
                      : "more than one thing is to be done with the image",
           "say one of --key, --request, --attach and --remove");
  if (options.remove && options.certificate)
    refuse("--certificate means nothing with --remove", "leave it out");
  if (!options.remove && !options.certificate)
    refuse("--certificate is missing", "name the PEM file of the certificate to sign under");
  if (options.request && options.output)
    refuse("--output means nothing with --request, which writes no image", "leave it out");
  if (!options.request && !options.output)
    refuse("--output is missing",
           "say `-o FILE`; to replace the image, name it there again: that happens at once or "
           "not at all");
  if (options.key) return SignDeed::signed_with_key;
  if (options.request) return SignDeed::requested;
  return options.attach ? SignDeed::attached : SignDeed::removed;
}

SigningCertificate read_certificate(const Options& options) {
  const std::string& file = *options.certificate;
  return about(file, [&] {
    const Bytes pem = read_file(file, sign::max_certificate_file_size, "signing certificate");
    SigningCertificate certificate = sign::read_certificate(std::string(as_text(pem)));
    sign::require_valid_at(certificate, signing_time("--at", options.at));
    return certificate;
  });
}

/// Everything is checked before the image is read, and nothing is written before all is done.
ExitCode rewrite(const Options& options, SignDeed deed, const Terminal& terminal) {
  std::optional<SigningCertificate> certificate;
  if (deed != SignDeed::removed) certificate = read_certificate(options);
  std::optional<sign::SigningKey> key;
  if (options.key) {
    key = sign::SigningKey::load(*options.key, secret_from(options.secret));
    sign::require_match(*certificate, *key);
  }
  constexpr std::uint64_t largest_signature = 4096;
  const Bytes attached =
      options.attach ? read_file(*options.attach, largest_signature, "signature") : Bytes{};

  const std::string name = operand_name(options.image);
  const std::unique_ptr<RandomAccess> image = open_seekable_operand(options.image);
  AtomicFile file(*options.output);
  sign::MakeSection make;
  if (key)
    make = [&](const Sha384Digest& pcr0) { return sign::sign_section(*certificate, *key, pcr0); };
  else if (options.attach)
    make = [&](const Sha384Digest& pcr0) {
      return about(*options.attach,
                   [&] { return sign::attach_section(*certificate, attached, pcr0); });
    };
  const sign::RewrittenImage rewritten = about(name, [&] {
    Progress progress(terminal, "signing", image->size());
    return sign::rewrite_signature(*image, file, make, progress.callback());
  });
  file.publish();

  report::SignedImage told{.deed = deed,
                           .file = *options.output,
                           .size = eif::image_size(rewritten.header),
                           .registers = rewritten.registers,
                           .replaced = rewritten.had_signature,
                           .deterministic = key && key->is_deterministic()};
  if (certificate) told.certificate = certificate->certificate;
  if (terminal.json())
    terminal.answer(report::sign_json(told));
  else
    terminal.answer_to_people(report::sign_text(told));
  return ExitCode::yes;
}

ExitCode request(const Options& options, const Terminal& terminal) {
  const SigningCertificate certificate = read_certificate(options);
  const std::string name = operand_name(options.image);
  const measure::ImageMeasurements measured = about(name, [&] {
    const std::unique_ptr<FileSource> source = open_operand(options.image);
    Progress progress(terminal, "measuring", source->size().value_or(0));
    return measure::measure_image(*source, {.progress = progress.callback()});
  });
  const Bytes message = sign::to_be_signed(certificate, measured.registers.at(0));
  AtomicFile file(*options.request);
  file.write(message);
  file.publish();
  const Curve curve = certificate.key.curve();
  report::SignedImage told{.deed = SignDeed::requested,
                           .file = *options.request,
                           .size = message.size(),
                           .registers = measured.registers,
                           .certificate = certificate.certificate,
                           .algorithm = std::string(cose::words(cose::algorithm_for(curve))),
                           .digest = to_hex(message_digest(curve, message))};
  if (terminal.json())
    terminal.answer(report::sign_json(told));
  else
    terminal.answer_to_people(report::sign_text(told));
  return ExitCode::yes;
}

ExitCode run(const Options& options, const Terminal& terminal) {
  const SignDeed deed = deed_of(options);
  return deed == SignDeed::requested ? request(options, terminal)
                                     : rewrite(options, deed, terminal);
}

void add_options(CLI::App& app, Options& options) {
  app.add_option("IMAGE", options.image, "an image, or - for standard input")->required();
  app.add_option("-o,--output", options.output, "the image to write; may be IMAGE itself")
      ->type_name("FILE");
  app.add_option("--certificate,--signing-certificate", options.certificate,
                 "the certificate to sign under, PEM: PCR8 is made of the first in it")
      ->type_name("FILE");
  app.add_option("--key,--private-key", options.key,
                 "sign with this key: a PEM file, or a token's key as pkcs11:...")
      ->type_name("KEY");
  add_secret_option(app, options.secret, "Options");
  app.add_option("--request", options.request,
                 "write what must be signed, for a key that is elsewhere")
      ->type_name("FILE");
  app.add_option("--attach", options.attach,
                 "put in a signature that was made elsewhere: r and s, or DER")
      ->type_name("FILE");
  app.add_flag("--remove", options.remove, "take the signature out");
  app.add_option("--at", options.at,
                 "when the certificate must be valid: now (the default), or RFC 3339")
      ->type_name("TIME");
}

}  // namespace

Verb add_sign(CLI::App& root) {
  CLI::App* const app = add_subcommand(
      root,
      {.name = "sign",
       .sentence = "Signs an image, replaces its signature or takes it out",
       .examples = {"reproduce sign app.eif -o signed.eif --certificate cert.pem --key key.pem",
                    ("reproduce sign app.eif -o app.eif --certificate cert.pem "
                     "--key 'pkcs11:token=signer;object=release'"),
                    "reproduce sign app.eif --certificate cert.pem --request to-be-signed",
                    ("reproduce sign app.eif -o signed.eif --certificate cert.pem "
                     "--attach signature"),
                    "reproduce sign signed.eif -o app.eif --remove"},
       .details =
           "Signed is the image's PCR0; the certificate makes PCR8. No other register and no\n"
           "other byte of a section changes. A key in a file signs deterministically (RFC 6979):\n"
           "image, certificate and key give the same bytes each time. A token does not.\n"
           "Keys are on P-256, P-384 or P-521. What is signed is checked before the image\n"
           "appears, which it does whole or not at all; after a failure there is no output.\n",
       .page = "docs/formats/signing.md"});
  const auto options = std::make_shared<Options>();  // shared: the action outlives this call
  add_options(*app, *options);
  return {app, [options](const Terminal& terminal) { return run(*options, terminal); }};
}

}  // namespace reproduce::cli
