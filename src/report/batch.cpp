#include "reproduce/report/batch.hpp"

#include "records.hpp"
#include "verdict_record.hpp"

#include "reproduce/base/text.hpp"

namespace reproduce::report {
namespace {

using nlohmann::ordered_json;
using verify::Outcome;

constexpr std::size_t word_width = 13;  // "environment", and two blanks

std::string line(std::string_view word, Outcome outcome, const std::string& file,
                 const std::string& words, const VerdictStyle& style) {
  const std::string blanks(word_width > word.size() ? word_width - word.size() : 1, ' ');
  return style.paint(word, outcome) + blanks + printable(file) + "  " + printable(words) + "\n";
}

std::uint64_t total(const BatchCounts& counts) {
  std::uint64_t sum = 0;
  for (const auto& [word, count] : counts) sum += count;
  return sum;
}

}  // namespace

std::string batch_line(const std::string& file, const verify::Verdict& verdict,
                       const VerdictStyle& style) {
  const bool yes = verdict.is_yes();
  return line(yes ? "yes" : "no", yes ? Outcome::pass : Outcome::fail, file, verdict.reason, style);
}

std::string batch_line(const std::string& file, std::string_view word, const Error& error,
                       const VerdictStyle& style) {
  std::string words = error.what();
  if (!error.context().got.empty()) words += ": " + error.context().got;
  return line(word, Outcome::fail, file, words, style);
}

std::string batch_json(const std::string& file, const verify::Verdict& verdict,
                       std::span<const verify::Reference> references,
                       const attestation::VerifiedDocument& document) {
  ordered_json root = verdict_record(verdict, references);
  root["file"] = printable(file);
  root["module_id"] = document.document().module_id;
  root["time"] = format_utc(document.document().time());
  return dump(root, -1) + "\n";
}

std::string batch_summary_text(const BatchCounts& counts) {
  std::string text = counted(total(counts), "document") + ":";
  const char* separator = " ";
  for (const auto& [word, count] : counts) {
    text += separator + std::to_string(count) + " " + word;
    separator = ", ";
  }
  return text + "\n";
}

std::string batch_summary_json(const BatchCounts& counts, int exit_code) {
  ordered_json root{{"schema", "reproduce/verify-batch/1"}, {"documents", total(counts)}};
  for (const char* word : {"yes", "no", "usage", "malformed", "untrusted", "environment", "bug"}) {
    const auto found = counts.find(word);
    root[word] = found == counts.end() ? 0 : found->second;
  }
  root["exit_code"] = exit_code;
  return dump(root, -1) + "\n";
}

}  // namespace reproduce::report
