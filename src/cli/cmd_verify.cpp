#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "exit_code.hpp"
#include "operand.hpp"
#include "progress.hpp"
#include "subjects.hpp"
#include "verb.hpp"

#include "reproduce/attestation/encoding.hpp"
#include "reproduce/attestation/root.hpp"
#include "reproduce/attestation/verify.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/rfc3339.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/measure/image_pcrs.hpp"
#include "reproduce/report/diff.hpp"
#include "reproduce/report/document.hpp"
#include "reproduce/report/verdict.hpp"
#include "reproduce/verify/verdict.hpp"

namespace reproduce::cli {
namespace {

using attestation::EvaluationTime;
using attestation::UnknownKeys;
using attestation::VerifiedDocument;

struct Options {
  std::string image, document;
  std::string at = "now";
  std::optional<std::string> nonce, max_age, root, against;
  bool refuse_unknown_keys = false;
};

/// Runs `work` so that its errors name `file`.
template <typename Work>
auto about(const std::string& file, const Work& work) {
  try {
    return work();
  } catch (Error& error) {
    error.set_file_if_unknown(operand_name(file));
    throw;
  }
}

EvaluationTime parse_at(const std::string& text) {
  using Basis = EvaluationTime::Basis;
  if (text == "document") return {.basis = Basis::document};
  if (text == "now") {
    const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
    return {.basis = Basis::now,
            .time = std::chrono::duration_cast<std::chrono::seconds>(since_1970).count()};
  }
  if (const std::optional<UnixSeconds> time = parse_rfc3339(text))
    return {.basis = Basis::given, .time = *time};
  throw Error(ErrorKind::usage, "--at names no time",
              {.expected = "now, document, or RFC 3339 such as 2026-01-31T12:00:00Z", .got = text});
}

/// An empty nonce is refused: an unset variable must not pass for no question.
Bytes parse_nonce(const std::string& text) {
  const std::optional<Bytes> nonce = from_hex(text);
  if (nonce && !nonce->empty()) return *nonce;
  throw Error(ErrorKind::usage, "--nonce is not hexadecimal",
              {.expected = "two digits for every byte, one byte at the least", .got = text});
}

UnixSeconds parse_max_age(const std::string& text) {
  constexpr std::uint64_t longest = std::uint64_t{1} << 40;  // some 35,000 years
  const std::optional<std::uint64_t> seconds = parse_decimal(text);
  if (seconds && *seconds <= longest) return static_cast<UnixSeconds>(*seconds);
  throw Error(ErrorKind::usage, "--max-age is no number of seconds", {.got = text});
}

verify::Policy parse_policy(const Options& options) {
  verify::Policy policy;
  if (options.nonce) policy.nonce = parse_nonce(*options.nonce);
  if (options.max_age) policy.max_age = parse_max_age(*options.max_age);
  if (options.max_age && options.at == "document")
    throw Error(ErrorKind::usage, "--max-age has no meaning with --at document",
                {.hint = "a document judged at its own time is always new"});
  return policy;
}

Certificate read_root(const Options& options) {
  if (!options.root) return attestation::aws_root_g1();
  constexpr std::uint64_t largest_pem = std::uint64_t{1} << 16;
  const Bytes pem = read_file(*options.root, largest_pem, "the root certificate");
  return about(*options.root,
               [&] { return decode_pem_certificate(as_text(pem), "the root certificate"); });
}

VerifiedDocument read_document(const Options& options, const EvaluationTime& at) {
  const Certificate root = read_root(options);
  const UnknownKeys unknown_keys =
      options.refuse_unknown_keys ? UnknownKeys::refused : UnknownKeys::reported;
  return about(options.document, [&] {
    const std::unique_ptr<FileSource> source = open_operand(options.document);
    const Bytes input = read_all(*source, attestation::largest_input, "the attestation document");
    return attestation::verify(attestation::decode_input(input).document, root, at, unknown_keys);
  });
}

measure::ImageMeasurements read_image(const Options& options, const Terminal& terminal) {
  return about(options.image, [&] {
    const std::unique_ptr<FileSource> source = open_operand(options.image);
    Progress progress(terminal, "measuring", source->size().value_or(0));
    return measure::measure_image(*source, {.progress = progress.callback()});
  });
}

Colour colour_of(verify::Outcome outcome) {
  switch (outcome) {
    case verify::Outcome::pass:
      return Colour::green;
    case verify::Outcome::fail:
      return Colour::red;
    case verify::Outcome::warning:
      return Colour::yellow;
    case verify::Outcome::not_checked:
      return Colour::plain;
  }
  return Colour::plain;
}

/// The diagnosis of a mismatch, when something older is at hand.
std::optional<diff::Comparison> compare_with_older(const Options& options,
                                                   const verify::Verdict& verdict,
                                                   const Terminal& terminal) {
  const bool match = std::all_of(
      verdict.registers.begin(), verdict.registers.end(),
      [](const verify::RegisterComparison& comparison) { return comparison.matches(); });
  if (!options.against || match) return std::nullopt;
  return compare_subjects(*options.against, options.image, terminal);
}

void show_diagnosis(const diff::Comparison& comparison, const Terminal& terminal) {
  terminal.answer_to_people(
      "\ncompared with " + quote(comparison.before.name) + ":\n" +
      report::diagnosis_text(comparison, {.strong = [&](std::string_view text) {
                               return terminal.paint(text, Colour::bold);
                             }}));
}

ExitCode run(const Options& options, const Terminal& terminal) {
  if (options.image == "-" && options.document == "-")
    throw Error(ErrorKind::usage, "only one of the two can come from standard input");
  if (options.against && (options.image == "-" || *options.against == "-"))
    throw Error(ErrorKind::usage, "--against reads files, not standard input");
  const verify::Policy policy = parse_policy(options);
  // The document first: it is small, and one that is forged says nothing about the image.
  const VerifiedDocument document = read_document(options, parse_at(options.at));
  const measure::ImageMeasurements image = read_image(options, terminal);
  const verify::Verdict verdict = verify::judge(image, document, policy);

  const report::VerdictStyle style{.whole_digests = terminal.verbose(),
                                   .paint = [&](std::string_view word, verify::Outcome outcome) {
                                     return terminal.paint(word, colour_of(outcome));
                                   }};
  const std::optional<diff::Comparison> older = compare_with_older(options, verdict, terminal);
  if (terminal.json()) {
    terminal.answer(
        report::verdict_json(verdict, options.image, image, document, older ? &*older : nullptr));
  } else {
    if (terminal.verbose())
      terminal.answer_to_people(report::document_text(document.document(), true) + "\n");
    terminal.answer_to_people(report::verdict_text(verdict, image, style));
    if (older) show_diagnosis(*older, terminal);
    if (terminal.quiet() && !verdict.is_yes()) terminal.answer(report::answer_line(verdict, style));
  }
  return verdict.is_yes() ? ExitCode::yes : ExitCode::no;
}

}  // namespace

Verb add_verify(CLI::App& root) {
  CLI::App* const app = add_subcommand(
      root,
      {.name = "verify",
       .sentence = "Answers whether an attestation document attests an image",
       .examples = {"reproduce verify app.eif attestation.cbor",
                    "reproduce verify --nonce 00ff --max-age 300 app.eif attestation.b64",
                    "reproduce verify --at document --json app.eif - <archived.cbor",
                    "reproduce verify --against released.eif app.eif attestation.cbor"},
       .details =
           "The document is decoded strictly; its signature and certificate chain are checked\n"
           "up to AWS's root, which is built in. Then PCR0, PCR1 and PCR2 are compared with the\n"
           "image's, and PCR8 when either side has one. The document may be raw CBOR, base64 or\n"
           "hexadecimal. A forged document is not \"no\" but exit 4: it says nothing about the\n"
           "image. --at document shows that an old document is authentic, not that it is fresh.\n"
           "-v shows the document's fields as well. With --against, a mismatch of registers is\n"
           "followed by what `reproduce diff` finds between that file and the image.\n",
       .page = "docs/formats/attestation.md"});
  const auto options = std::make_shared<Options>();  // shared: the action outlives this call
  app->add_option("IMAGE", options->image, "an image, or - for standard input")->required();
  app->add_option("ATTESTATION", options->document, "a document, or - for standard input")
      ->required();
  app->add_option("--at", options->at, "when it must be valid: now, document, or RFC 3339");
  app->add_option("--nonce", options->nonce, "the nonce that the document must have, hexadecimal");
  app->add_option("--max-age", options->max_age, "how old the document may be, seconds");
  app->add_option("--root", options->root, "a root certificate to trust instead of AWS's, PEM");
  app->add_option("--against", options->against,
                  "an older image, or a lock: what differs is said when registers do not match");
  app->add_flag("--refuse-unknown-keys", options->refuse_unknown_keys,
                "refuse a document with keys that nobody has documented");
  return {app, [options](const Terminal& terminal) { return run(*options, terminal); }};
}

}  // namespace reproduce::cli
