#include "verify_policy.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <utility>

#include "reproduce/attestation/root.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/register_name.hpp"
#include "reproduce/base/rfc3339.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/measure/boot_pcrs.hpp"
#include "reproduce/measure/parent_pcrs.hpp"
#include "reproduce/published/registers.hpp"

namespace reproduce::cli {
namespace {

using attestation::DocumentKind;
using attestation::EvaluationTime;
using verify::Rule;

/// One rule, wherever it stands.
struct Statement {
  std::string key;     ///< as in a policy file
  std::string value;   ///< as text
  std::string shown;   ///< "--nonce", "`nonce`"
  std::string source;  ///< "--nonce", "policy.toml:7"
  const manifest::PolicyFile* file = nullptr;
  manifest::Position at{};

  [[noreturn]] void fail(const std::string& words, ErrorContext context = {}) const {
    add_place(context);
    throw Error(ErrorKind::usage, shown + " " + words, std::move(context));
  }

  void add_place(ErrorContext& context) const {
    if (file == nullptr) return;
    context.file = file->file.string();
    context.source = file->line_at(at);
  }

  /// A path in a policy starts at the policy's folder.
  [[nodiscard]] std::filesystem::path path() const {
    return file == nullptr ? std::filesystem::path(value) : file->locate(value);
  }
};

Bytes register_value(const Sha384Digest& digest) {
  return {digest.begin(), digest.end()};
}

/// Puts statements into the rules, one at a time.
class RuleReader {
 public:
  explicit RuleReader(VerifyRules& rules) : rules_(rules) {}

  void state(const Statement& statement) {
    if (statement.key.starts_with("PCR")) {
      add_register(statement, published::parse_index(statement.key), value_of(statement), "");
      return;
    }
    using Handler = void (RuleReader::*)(const Statement&);
    static constexpr std::array<std::pair<std::string_view, Handler>, 15> handlers{{
        {"require", &RuleReader::require},
        {"role", &RuleReader::role},
        {"instance", &RuleReader::instance},
        {"signer", &RuleReader::signer},
        {"kind", &RuleReader::kind},
        {"nonce", &RuleReader::nonce},
        {"user_data", &RuleReader::user_data},
        {"public_key", &RuleReader::public_key},
        {"strict", &RuleReader::strict},
        {"consistent", &RuleReader::consistent},
        {"at", &RuleReader::at},
        {"max_age", &RuleReader::max_age},
        {"clock_skew", &RuleReader::clock_skew},
        {"roots", &RuleReader::root},
        {"deny_serials", &RuleReader::deny_serials},
    }};
    const auto handler = std::find_if(handlers.begin(), handlers.end(), [&](const auto& pair) {
      return pair.first == statement.key;
    });
    if (handler == handlers.end())
      throw Error(ErrorKind::bug, "a rule of which nobody knows the meaning",
                  {.got = statement.key});
    (this->*handler->second)(statement);
  }

 private:
  /// Fills what may be said once only.
  template <typename Value>
  void once(std::optional<Rule<Value>>& slot, Value value, const Statement& statement) {
    if (slot) statement.fail("says again what is said elsewhere", {.got = "also " + slot->source});
    slot = Rule<Value>{std::move(value), statement.source};
  }

  void once(std::string& source, const Statement& statement) {
    if (!source.empty())
      statement.fail("says again what is said elsewhere", {.got = "also " + source});
    source = statement.source;
  }

  [[nodiscard]] static Bytes value_of(const Statement& statement) {
    const std::optional<Bytes> value = from_hex(statement.value);
    if (value && value->size() == std::tuple_size_v<Sha384Digest>) return *value;
    statement.fail("is no SHA-384", {.expected = "96 hexadecimal digits", .got = statement.value});
  }

  void add_register(const Statement& statement, std::uint32_t index, Bytes value, std::string of) {
    for (const auto& other : rules_.policy.registers)
      if (other.value.index == index && other.value.of.empty() == of.empty())
        statement.fail("says again what " + name_of_register(index) + " must be",
                       {.got = "also " + other.source});
    rules_.policy.registers.push_back(
        {.value = {.index = index, .value = std::move(value), .of = std::move(of)},
         .source = statement.source});
  }

  void require(const Statement& statement) {
    try {
      rules_.policy.required.push_back({published::parse_index(statement.value), statement.source});
    } catch (const Error& error) {
      statement.fail("names no register", error.context());
    }
  }

  void role(const Statement& statement) {
    if (!statement.value.starts_with("arn:"))
      statement.fail("is no ARN of an IAM role",
                     {.expected = "arn:aws:iam::123456789012:role/NAME", .got = statement.value});
    add_register(statement, 3, register_value(measure::parent_register(statement.value)),
                 "the role " + statement.value);
  }

  void instance(const Statement& statement) {
    const std::string& id = statement.value;
    if (!id.starts_with("i-") || id.find("-enc") != std::string::npos)
      statement.fail("is no instance's id",
                     {.expected = "i-0123456789abcdef0", .got = statement.value});
    once(rules_.policy.instance, id, statement);
  }

  void signer(const Statement& statement) {
    const Certificate certificate = read_certificate(statement, "the signing certificate");
    add_register(statement, 8, register_value(measure::extend_from_zero(sha384(certificate.der))),
                 "the certificate '" + statement.value + "' (" + words(certificate.subject) + ")");
  }

  void kind(const Statement& statement) {
    once(kind_source_, statement);
    if (statement.value == "nitrotpm")
      rules_.policy.kind = DocumentKind::nitrotpm;
    else if (statement.value != "enclave")
      statement.fail("is no kind of document",
                     {.expected = "enclave or nitrotpm", .got = statement.value});
  }

  /// An empty nonce is refused: an unset variable must not pass for no question.
  void nonce(const Statement& statement) {
    std::optional<Bytes> value = from_hex(statement.value);
    if (!value || value->empty())
      statement.fail(
          "is not hexadecimal",
          {.expected = "two digits for every byte, one byte at the least", .got = statement.value});
    once(rules_.policy.nonce, std::move(*value), statement);
  }

  static verify::ExpectedContent content_of(const Statement& statement) {
    if (std::optional<verify::ExpectedContent> content = verify::parse_content(statement.value))
      return *std::move(content);
    statement.fail("is neither hexadecimal nor a digest",
                   {.expected = "HEX, sha256:HEX or sha384:HEX", .got = statement.value});
  }

  void user_data(const Statement& statement) {
    once(rules_.policy.user_data, content_of(statement), statement);
  }

  void public_key(const Statement& statement) {
    once(rules_.policy.public_key, content_of(statement), statement);
  }

  void strict(const Statement& statement) {
    once(rules_.policy.strict_source, statement);
    if (statement.value == "true") rules_.unknown_keys = attestation::UnknownKeys::refused;
  }

  void consistent(const Statement& statement) {
    if (statement.value == "true") once(rules_.policy.consistent, true, statement);
  }

  void at(const Statement& statement) {
    using Basis = EvaluationTime::Basis;
    once(rules_.policy.time_source, statement);
    if (statement.value == "now") return;
    if (statement.value == "document") {
      rules_.at.basis = Basis::document;
      return;
    }
    const std::optional<UnixSeconds> time = parse_rfc3339(statement.value);
    if (!time)
      statement.fail("names no time",
                     {.expected = "now, document, or RFC 3339 such as 2026-01-31T12:00:00Z",
                      .got = statement.value});
    rules_.at.basis = Basis::given;
    rules_.at.time = *time;
  }

  static UnixSeconds seconds_of(const Statement& statement) {
    constexpr std::uint64_t longest = std::uint64_t{1} << 40;  // some 35,000 years
    const std::optional<std::uint64_t> seconds = parse_decimal(statement.value);
    if (seconds && *seconds <= longest) return static_cast<UnixSeconds>(*seconds);
    statement.fail("is no number of seconds", {.got = statement.value});
  }

  void max_age(const Statement& statement) {
    once(rules_.policy.max_age, seconds_of(statement), statement);
  }

  void clock_skew(const Statement& statement) {
    constexpr UnixSeconds hour = 3600;
    rules_.at.clock_skew = seconds_of(statement);
    once(rules_.policy.clock_skew, rules_.at.clock_skew, statement);
    // Leaves live three hours: a skew beyond that would let any of them be judged at its own time.
    if (rules_.at.clock_skew > hour)
      statement.fail("is more than clocks differ by",
                     {.expected = "at most 3600 seconds", .got = statement.value});
  }

  /// Roots of the policy and of the command line are not joined: that would trust more than the
  /// policy does.
  void root(const Statement& statement) {
    std::string& source = rules_.policy.roots_source;
    const bool same_list = source.empty() || root_file_ == statement.file;
    if (!same_list) once(source, statement);
    root_file_ = statement.file;
    if (source.empty()) source = statement.source;
    rules_.roots.push_back(statement.value == "aws"
                               ? attestation::aws_root_g1()
                               : read_certificate(statement, "the root certificate"));
  }

  void deny_serials(const Statement& statement) {
    constexpr std::uint64_t largest = std::uint64_t{16} << 20;
    const std::filesystem::path path = statement.path();
    const Bytes text = read_file(path, largest, "the list of serial numbers");
    try {
      once(rules_.policy.denied_serials, verify::parse_serials(as_text(text)), statement);
    } catch (Error& error) {
      error.set_file_if_unknown(path.string());
      throw;
    }
  }

  static Certificate read_certificate(const Statement& statement, std::string_view what) {
    constexpr std::uint64_t largest_pem = std::uint64_t{1} << 16;
    const std::filesystem::path path = statement.path();
    const Bytes pem = read_file(path, largest_pem, what);
    try {
      return decode_pem_certificate(as_text(pem), what);
    } catch (Error& error) {
      error.set_file_if_unknown(path.string());
      throw;
    }
  }

  VerifyRules& rules_;
  std::string kind_source_;
  const manifest::PolicyFile* root_file_ = nullptr;
};

void state_options(RuleReader& reader, const VerifyOptions& options) {
  const auto state = [&](const char* key, const char* flag, const std::string& value) {
    reader.state({.key = key, .value = value, .shown = flag, .source = flag});
  };
  const auto state_if = [&](const char* key, const char* flag,
                            const std::optional<std::string>& value) {
    if (value) state(key, flag, *value);
  };
  state_if("kind", "--kind", options.kind);
  state_if("at", "--at", options.at);
  state_if("max_age", "--max-age", options.max_age);
  state_if("clock_skew", "--clock-skew", options.clock_skew);
  state_if("nonce", "--nonce", options.nonce);
  state_if("user_data", "--user-data", options.user_data);
  state_if("public_key", "--public-key", options.public_key);
  for (const std::string& pcr : options.pcrs) {
    const auto [index, value] = published::parse_assignment(pcr);
    state(name_of_register(index).c_str(), "--pcr", to_hex(value));
  }
  for (const std::string& name : options.required) state("require", "--require", name);
  state_if("role", "--role", options.role);
  state_if("instance", "--instance", options.instance);
  state_if("signer", "--signer", options.signer);
  for (const std::string& root : options.roots) state("roots", "--root", root);
  state_if("deny_serials", "--deny-serial", options.deny_serial);
  if (options.strict) state("strict", "--strict", "true");
  if (options.consistent) state("consistent", "--consistent", "true");
}

}  // namespace

VerifyRules read_rules(const VerifyOptions& options) {
  VerifyRules rules;
  RuleReader reader(rules);
  if (!options.policy.empty()) {
    rules.file = manifest::load_policy(options.policy);
    for (const manifest::PolicyStatement& statement : rules.file.statements)
      reader.state({.key = statement.key,
                    .value = statement.value,
                    .shown = "`" + statement.key + "`",
                    .source = rules.file.place_of(statement.at),
                    .file = &rules.file,
                    .at = statement.at});
    rules.references = rules.file.references;
  }
  state_options(reader, options);
  if (rules.roots.empty()) rules.roots.push_back(attestation::aws_root_g1());
  if (rules.at.basis == EvaluationTime::Basis::now) {
    const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
    rules.at.time = std::chrono::duration_cast<std::chrono::seconds>(since_1970).count();
  }
  if (rules.policy.max_age && rules.at.basis == EvaluationTime::Basis::document)
    throw Error(ErrorKind::usage, "--max-age has no meaning with --at document",
                {.where = rules.policy.max_age->source + ", " + rules.policy.time_source,
                 .hint = "a document judged at its own time is always new"});
  return rules;
}

std::optional<verify::Reference> reference_of_rules(const VerifyRules& rules) {
  verify::Reference reference{.name = {}, .kind = verify::ReferenceKind::rules};
  for (const auto& rule : rules.policy.registers) {
    if (!rule.value.of.empty()) continue;
    reference.registers.emplace(rule.value.index, rule.value.value);
    if (!reference.source.empty()) continue;
    reference.source = rule.source;
    reference.name = rule.source == "--pcr" ? rule.source : rules.file.file.string();
  }
  if (reference.registers.empty()) return std::nullopt;
  return reference;
}

}  // namespace reproduce::cli
