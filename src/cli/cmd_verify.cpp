#include <algorithm>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "exit_code.hpp"
#include "field_option.hpp"
#include "gate_files.hpp"
#include "operand.hpp"
#include "subjects.hpp"
#include "verb.hpp"
#include "verify_batch.hpp"
#include "verify_options.hpp"
#include "verify_policy.hpp"
#include "verify_rebuilders.hpp"
#include "verify_reference.hpp"

#include "reproduce/attestation/envelope.hpp"
#include "reproduce/attestation/verify.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/report/diff.hpp"
#include "reproduce/report/document.hpp"
#include "reproduce/report/gate_findings.hpp"
#include "reproduce/report/verdict.hpp"
#include "reproduce/verify/verdict.hpp"

namespace reproduce::cli {
namespace {

using attestation::VerifiedDocument;

struct Evidence {
  VerifiedDocument document;
  Sha256Digest sha256{};  ///< of its bytes, out of what they were wrapped in
};

Evidence read_document(const std::string& operand, const VerifyOptions& options,
                       const VerifyRules& rules) {
  try {
    const std::unique_ptr<FileSource> source = open_operand(operand);
    const Bytes bytes = attestation::unwrap(*source, options.field).document;
    return {attestation::verify(bytes, rules.trust(), rules.at), sha256(bytes)};
  } catch (Error& error) {
    error.set_file_if_unknown(operand_name(operand));
    throw;
  }
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

report::VerdictStyle style_for(const Terminal& terminal) {
  return {.whole_digests = terminal.verbose(),
          .paint = [&terminal](std::string_view word, verify::Outcome outcome) {
            return terminal.paint(word, colour_of(outcome));
          }};
}

/// The diagnosis of a mismatch, when something older is at hand.
std::optional<diff::Comparison> compare_with_older(
    const VerifyOptions& options, const std::vector<verify::RegisterComparison>& registers,
    const Terminal& terminal) {
  const bool match = std::all_of(
      registers.begin(), registers.end(),
      [](const verify::RegisterComparison& comparison) { return comparison.matches(); });
  if (!options.against || match) return std::nullopt;
  return compare_subjects(*options.against, options.operands.front(), terminal);
}

void show_diagnosis(const diff::Comparison& comparison, const Terminal& terminal) {
  terminal.answer_to_people(
      "\ncompared with " + quote(comparison.before.name) + ":\n" +
      report::diagnosis_text(comparison, {.strong = [&](std::string_view text) {
                               return terminal.paint(text, Colour::bold);
                             }}));
}

/// `reproduce verify SUBJECT --reference FILE`: no document at all.
ExitCode compare_published(const VerifyOptions& options, const Terminal& terminal,
                           GateFindings& findings) {
  if (options.operands.size() != 1)
    throw Error(ErrorKind::usage,
                "--reference compares one SUBJECT with published values, without a "
                "document",
                {.hint = "`reproduce verify REFERENCE ATTESTATION` holds a document to them"});
  constexpr auto kind = attestation::DocumentKind::enclave;
  Witnesses witnesses(options);
  std::vector<verify::Reference> references;
  for (const std::string& file : options.published)
    references.push_back(read_reference(file, options, kind, witnesses, terminal));
  const verify::Reference subject =
      read_reference(options.operands.front(), options, kind, witnesses, terminal);
  const verify::Agreement agreement = verify::compare_with(subject, references);
  report::tell_gate(findings.report, agreement);
  if (!answered_in_json(terminal, findings,
                        [&] { return report::agreement_json(agreement, subject, references); }))
    terminal.answer_to_people(report::agreement_text(agreement, style_for(terminal)));
  if (terminal.quiet() && !agreement.is_yes())
    terminal.answer("no: " + printable(agreement.reason) + "\n");
  return agreement.is_yes() ? ExitCode::yes : ExitCode::no;
}

void show(const verify::Verdict& verdict, const std::vector<verify::Reference>& references,
          const VerifiedDocument& document, const report::VerdictExtras& extras,
          const Terminal& terminal) {
  const report::VerdictStyle style = style_for(terminal);
  if (terminal.json()) {
    terminal.answer(report::verdict_json(verdict, references, document, extras));
    return;
  }
  if (terminal.verbose())
    terminal.answer_to_people(report::document_text(document.document(), true) + "\n");
  terminal.answer_to_people(report::verdict_text(verdict, references[verdict.reference], style));
  if (extras.explanation != nullptr)
    terminal.answer_to_people(report::explanation_text(*extras.explanation));
  if (extras.against != nullptr) show_diagnosis(*extras.against, terminal);
  if (terminal.quiet() && !verdict.is_yes()) terminal.answer(report::answer_line(verdict, style));
}

bool has_rules(const VerifyOptions& options) {
  const bool has_one = std::ranges::any_of(
      std::initializer_list<const std::optional<std::string>*>{
          &options.kind, &options.at, &options.max_age, &options.clock_skew, &options.nonce,
          &options.user_data, &options.public_key, &options.role, &options.instance,
          &options.signer, &options.deny_serial},
      [](const std::optional<std::string>* rule) { return rule->has_value(); });
  return has_one || !options.policy.empty() || !options.pcrs.empty() || !options.required.empty() ||
         !options.roots.empty() || options.strict || options.consistent;
}

void refuse(const std::string& what, const std::string& hint = {}) {
  throw Error(ErrorKind::usage, what, {.hint = hint});
}

/// What stands behind the document, and who may have signed it.
void refuse_nonsense_of_statements(const VerifyOptions& options) {
  if (options.rebuilders.empty()) {
    if (options.operands.size() > 2)
      refuse(
          "there are more than a subject and a document",
          "--accept names more references of which any will do, --batch verifies many documents, "
          "--rebuilders says whose statements count");
    if (options.threshold) refuse("--threshold has no meaning without --rebuilders");
    return;
  }
  if (options.operands.size() < 2)
    refuse("--rebuilders wants a SUBJECT, an ATTESTATION and statements",
           "the order is `reproduce verify SUBJECT ATTESTATION STATEMENT...`");
  if (options.batch || !options.accepted.empty())
    refuse("statements of rebuilders are held to one SUBJECT and one document",
           "leave --batch and --accept out");
}

void refuse_nonsense(const VerifyOptions& options) {
  refuse_nonsense_of_statements(options);
  std::vector<std::string> inputs = options.operands;
  inputs.insert(inputs.end(), options.accepted.begin(), options.accepted.end());
  if (std::count(inputs.begin(), inputs.end(), "-") > 1)
    refuse("only one of the operands can come from standard input");
  if (options.against && (options.operands.size() < 2 || options.batch))
    refuse("--against explains a mismatch of one SUBJECT and one document");
  if (options.against && (options.operands.front() == "-" || *options.against == "-"))
    refuse("--against reads files, not standard input");
  if (options.batch && options.explain) refuse("--explain explains one document, not a batch");
  if (options.batch && !options.reports.empty())
    refuse("--report is of one answer, not of a batch");
  const bool needs_document = has_rules(options) || !options.rebuilders.empty() ||
                              !options.accepted.empty() || options.batch || options.explain ||
                              options.field;
  if (!options.published.empty() && needs_document)
    refuse("--reference compares without a document, so there is nothing that rules could speak of",
           "`reproduce verify REFERENCE ATTESTATION` holds a document to published values");
}

ExitCode run(const VerifyOptions& options, const Terminal& terminal, GateFindings& findings) {
  refuse_nonsense(options);
  if (!options.published.empty()) return compare_published(options, terminal, findings);
  const VerifyRules rules = read_rules(options);
  // The evidence is the last operand but for statements: what comes before it, and what --accept
  // names, will do.
  const std::size_t before = std::min<std::size_t>(options.operands.size() - 1, 1);
  std::vector<std::string> subjects(options.operands.begin(),
                                    options.operands.begin() + static_cast<std::ptrdiff_t>(before));
  subjects.insert(subjects.end(), options.accepted.begin(), options.accepted.end());
  const std::string& evidence = options.operands[before];
  require_references(subjects, rules);
  if (options.batch) {
    Witnesses witnesses(options);
    const std::vector<verify::Reference> references =
        read_references(subjects, options, rules, witnesses, terminal);
    const report::VerdictStyle style = style_for(terminal);
    return verify_batch(evidence, {options, rules, references, style}, terminal);
  }
  // The document first: it is small, and one that is forged says nothing about the image.
  const Evidence read = read_document(evidence, options, rules);
  const VerifiedDocument& document = read.document;
  verify::refuse_denied(document, rules.policy);
  Witnesses witnesses(options);
  const std::vector<verify::Reference> references =
      read_references(subjects, options, rules, witnesses, terminal);
  const verify::Verdict verdict =
      verify::judge(references, document, rules.policy, witnesses.ask(references.front()));
  const std::optional<diff::Comparison> older =
      compare_with_older(options, verdict.registers, terminal);
  std::vector<std::string> explanation;
  if (options.explain) explanation = verify::explain(verdict, document, rules.policy);
  const report::VerdictExtras extras{.document_sha256 = read.sha256,
                                     .against = older ? &*older : nullptr,
                                     .explanation = options.explain ? &explanation : nullptr};
  show(verdict, references, document, extras, terminal);
  if (!options.reports.empty()) {
    report::tell_gate(findings.report, verdict, extras.against);
    if (findings.wants_json)
      findings.json = report::verdict_json(verdict, references, document, extras);
  }
  return verdict.is_yes() ? ExitCode::yes : ExitCode::no;
}

void add_rule_options(CLI::App& app, VerifyOptions& options) {
  const auto add = [&app](const char* names, auto& value, const char* type, const char* text) {
    app.add_option(names, value, text)->type_name(type)->group("Rules, as in a policy");
  };
  add("--policy", options.policy, "FILE", "rules in TOML (docs/formats/policy.md)");
  add("--kind", options.kind, "KIND", "enclave (the default) or nitrotpm");
  add("--at", options.at, "TIME", "when it must be valid: now, document, or RFC 3339");
  add("--max-age", options.max_age, "SECONDS", "how old the document may be");
  add("--clock-skew", options.clock_skew, "SECONDS",
      "how far its clock may be ahead; default: 300");
  add("--nonce", options.nonce, "HEX", "the nonce that the document must have");
  add("--user-data", options.user_data, "HEX", "its user_data: HEX, sha256:HEX or sha384:HEX");
  add("--public-key", options.public_key, "HEX", "its public_key, likewise");
  add("--pcr", options.pcrs, "N=HEX", "what a register must be; 0, 1 and 2 in place of SUBJECT");
  add("--require", options.required, "PCRn", "a register that must be pinned, and not zero");
  add("--role", options.role, "ARN", "the IAM role of the parent instance: PCR3");
  add("--instance", options.instance, "ID", "the parent instance: PCR4 and module_id");
  add("--signer", options.signer, "FILE", "the certificate that signed the image, PEM: PCR8");
  add("--root", options.roots, "FILE", "a root to trust instead of AWS's, PEM; or aws; repeatable");
  add("--deny-serial", options.deny_serial, "FILE", "serial numbers of revoked certificates");
  app.add_flag("--strict,--refuse-unknown-keys", options.strict,
               "refuse a document with keys that nobody has documented")
      ->group("Rules, as in a policy");
  app.add_flag("--consistent", options.consistent,
               "PCR4, the signer's name and module_id must fit together")
      ->group("Rules, as in a policy");
}

void add_options(CLI::App& app, VerifyOptions& options) {
  app.add_option(
         "OPERANDS", options.operands,
         "[SUBJECT] ATTESTATION [STATEMENT...]: an image, a lock, a manifest, registers or a "
         "statement, a document, and what rebuilders state; - for standard input")
      ->required()
      ->type_name("");
  app.add_option("--accept", options.accepted, "another SUBJECT, of which any will do; repeatable")
      ->type_name("FILE");
  app.add_option("--reference", options.published,
                 "compare SUBJECT with published values, without a document")
      ->type_name("FILE");
  app.add_flag("--batch", options.batch,
               "ATTESTATION is a folder of documents, or a list with a path a line");
  add_field_option(app, options.field);
  app.add_option("--rebuilders", options.rebuilders,
                 "a folder of public keys, NAME.pub or NAME.pem: whose statements count")
      ->type_name("FOLDER");
  app.add_option("--threshold", options.threshold,
                 "how many rebuilders must have made the image; default: all")
      ->type_name("K")
      ->check(CLI::PositiveNumber);
  app.add_flag("--explain", options.explain, "what the document shows, and what it does not");
  app.add_option("--against", options.against,
                 "an older image, or a lock: what differs is said when registers do not match")
      ->type_name("FILE");
  add_report_option(app, options.reports);
  add_store_option(app, options.store);
  add_sandbox_option(app, options.sandbox);
  add_rule_options(app, options);
  // Else a list of values would swallow the operands behind it.
  for (CLI::Option* option : app.get_options())
    if (option->get_items_expected_max() > 1 && !option->get_positional()) {
      option->expected(1)->allow_extra_args(false);
      option->take_all();
    }
}

}  // namespace

Verb add_verify(CLI::App& root) {
  CLI::App* const app = add_subcommand(
      root,
      {.name = "verify",
       .sentence =
           "Answers whether an attestation document attests an image, or what stands for one",
       .examples = {"reproduce verify app.eif attestation.cbor",
                    "reproduce verify enclave.toml attestation.cbor",
                    "reproduce verify --nonce 00ff --max-age 300 pcrs.json response.txt",
                    "reproduce verify --policy policy.toml attestation.cbor",
                    "reproduce verify --at document --json --batch app.eif documents/",
                    "reproduce verify app.eif --reference published.json",
                    ("reproduce verify --rebuilders keys/ --threshold 2 enclave.lock "
                     "attestation.cbor statements/*.dsse"),
                    "reproduce verify --against released.eif app.eif attestation.cbor"},
       .details =
           "The document is decoded strictly; its signature and certificate chain are checked\n"
           "up to AWS's root, which is built in. Then its registers are compared with what\n"
           "SUBJECT pins: PCR0, PCR1 and PCR2 always, and all others that it has. SUBJECT is an\n"
           "image, a lock, a manifest (its image is built first, from the lock), or a file of\n"
           "registers (the JSON of nitro-cli, or lines `HEX PCRn`), told apart by content, a\n"
           "manifest by the end of its name, .toml; --pcr or a policy may stand in its place. The\n"
           "document may be raw CBOR, base64 or hexadecimal, alone or in JSON, in armour, in an\n"
           "HTTP response. A forged document is not \"no\" but exit 4: it says nothing about the\n"
           "image. --at document shows that an old document is authentic, not that it is fresh.\n"
           "-v shows the document's fields as well. With --against, a mismatch of registers is\n"
           "followed by what `reproduce diff` finds between that file and the image. With\n"
           "--batch each document gets a line, and the exit code is the worst of all. With\n"
           "--rebuilders at least K of them must state that they have made the same image\n"
           "(`reproduce attest`), and none that the same inputs made another.\n",
       .page = "docs/verify.md, docs/formats/policy.md, docs/formats/attestation.md, "
               "docs/formats/statement.md",
       .operands = "[SUBJECT] ATTESTATION [STATEMENT...]"});
  const auto options = std::make_shared<VerifyOptions>();  // shared: the action outlives this call
  add_options(*app, *options);
  return {app, [options](const Terminal& terminal) {
            return gated(
                {.words = options->reports, .verb = "verify", .subject = options->operands.front()},
                terminal,
                [&](GateFindings& findings) { return run(*options, terminal, findings); });
          }};
}

}  // namespace reproduce::cli
