#include "verify_batch.hpp"

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <filesystem>
#include <new>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

#include "operand.hpp"

#include "reproduce/attestation/chain_cache.hpp"
#include "reproduce/attestation/envelope.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/processors.hpp"
#include "reproduce/base/trace.hpp"
#include "reproduce/report/batch.hpp"
#include "reproduce/verify/verdict.hpp"

namespace reproduce::cli {
namespace {

namespace fs = std::filesystem;

std::vector<std::string> files_of_folder(const std::string& folder) {
  std::vector<std::string> files;
  std::error_code failed;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    const bool is_hidden = at->path().filename().string().starts_with('.');
    std::error_code unknown;
    const fs::file_type type = at->status(unknown).type();
    // A link to nowhere is a document that is missing; a pipe is none, and would never end.
    const bool is_file = type == fs::file_type::regular || type == fs::file_type::not_found;
    if (!is_hidden && is_file) files.push_back(at->path().string());
  }
  if (failed) throw_io_error("list", folder, failed.value());
  std::sort(files.begin(), files.end());
  return files;
}

std::vector<std::string> files_of_list(const std::string& operand) {
  constexpr std::uint64_t largest_list = std::uint64_t{256} << 20;  // millions of paths
  const Bytes bytes = read_all(*open_operand(operand), largest_list, "the list of documents");
  std::vector<std::string> files;
  std::string_view text = as_text(bytes);
  while (!text.empty()) {
    const std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(std::min(text.size(), line.size() + 1));
    if (!line.empty()) files.emplace_back(line);
  }
  return files;
}

std::vector<std::string> documents_of(const std::string& operand) {
  std::error_code unknown;
  const bool is_folder = operand != "-" && fs::is_directory(operand, unknown);
  std::vector<std::string> files = is_folder ? files_of_folder(operand) : files_of_list(operand);
  if (files.empty())
    throw Error(ErrorKind::usage, "there is no document to verify",
                {.file = operand_name(operand),
                 .hint = "a batch of nothing would be a success that says nothing"});
  return files;
}

/// What is said of one document.
struct Line {
  std::string text;
  std::string word;  ///< "yes", "no", or the kind of trouble
  ExitCode code = ExitCode::yes;
};

struct Batch {
  const BatchQuestion& question;
  const Terminal& terminal;
  attestation::ChainCache cache{};
};

Line line_of(const std::string& file, const Error& error, const Batch& batch) {
  const std::string_view word = name_of(error.kind());
  return {.text = batch.terminal.json()
                      ? error_json(error, -1)
                      : report::batch_line(file, word, error, batch.question.style),
          .word = std::string(word),
          .code = exit_code_of(error.kind())};
}

Line judge_one(const std::string& file, Batch& batch) {
  try {
    FileSource source{fs::path(file)};
    const Bytes bytes = attestation::unwrap(source, batch.question.options.field).document;
    const attestation::VerifiedDocument document = attestation::verify(
        bytes, batch.question.rules.trust(&batch.cache), batch.question.rules.at);
    const verify::Verdict verdict =
        verify::judge(batch.question.references, document, batch.question.rules.policy);
    const bool yes = verdict.is_yes();
    return {.text = batch.terminal.json()
                        ? report::batch_json(file, verdict, batch.question.references, document)
                        : report::batch_line(file, verdict, batch.question.style),
            .word = yes ? "yes" : "no",
            .code = yes ? ExitCode::yes : ExitCode::no};
  } catch (Error& error) {
    error.set_file_if_unknown(file);
    return line_of(file, error, batch);
  } catch (const std::bad_alloc&) {
    return line_of(file, {ErrorKind::environment, "out of memory", {.file = file}}, batch);
  }
}

/// The lines of `files`, in their order, however many threads work on them.
std::vector<Line> judge_all(std::span<const std::string> files, Batch& batch) {
  std::vector<Line> lines(files.size());
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t at = next++; at < files.size(); at = next++)
      lines[at] = judge_one(files[at], batch);
  };
  const std::size_t threads = std::min<std::size_t>(files.size(), usable_processors());
  std::vector<std::jthread> workers;
  for (std::size_t i = 1; i < threads; ++i) workers.emplace_back(work);
  work();
  return lines;
}

}  // namespace

ExitCode verify_batch(const std::string& operand, const BatchQuestion& question,
                      const Terminal& terminal) {
  // Enough for all cores to be busy nearly always, and a few MiB of lines.
  constexpr std::size_t block = 512;
  const std::vector<std::string> files = documents_of(operand);
  Batch batch{question, terminal};
  report::BatchCounts counts;
  ExitCode worst = ExitCode::yes;
  for (std::size_t begin = 0; begin < files.size(); begin += block) {
    const std::span<const std::string> some =
        std::span(files).subspan(begin, std::min(block, files.size() - begin));
    std::string said;
    for (const Line& line : judge_all(some, batch)) {
      ++counts[line.word];
      worst = std::max(worst, line.code);
      if (!terminal.quiet() || terminal.json() || line.code != ExitCode::yes) said += line.text;
    }
    terminal.answer(said);
  }
  trace("verify", [&] {
    return std::to_string(batch.cache.verified_chains()) + " chains were verified for " +
           std::to_string(files.size()) + " documents";
  });
  if (terminal.json())
    terminal.answer(report::batch_summary_json(counts, static_cast<int>(worst)));
  else
    terminal.answer_to_people(report::batch_summary_text(counts));
  return worst;
}

}  // namespace reproduce::cli
