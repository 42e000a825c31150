#include "verify_rebuilders.hpp"

#include <algorithm>
#include <array>
#include <filesystem>
#include <memory>
#include <system_error>
#include <utility>

#include "operand.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/dsse/envelope.hpp"
#include "reproduce/rebuilders/judge.hpp"
#include "reproduce/verify/witnesses.hpp"

namespace reproduce::cli {
namespace {

namespace fs = std::filesystem;
using rebuilders::Rebuilder;
using rebuilders::SignedStatement;

constexpr std::array<std::string_view, 2> key_ends{".pub", ".pem"};
constexpr std::array<std::string_view, 2> statement_ends{".dsse", ".json"};
constexpr std::size_t most_statements = 10'000;

/// The files of a folder that have one of these ends, by name.
std::vector<fs::path> files_with(const fs::path& folder, std::span<const std::string_view> ends) {
  std::error_code failed;
  std::vector<fs::path> files;
  for (fs::directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed))
    if (std::ranges::find(ends, at->path().extension().string()) != ends.end())
      files.push_back(at->path());
  if (failed)
    throw Error(ErrorKind::environment, "the folder cannot be read",
                {.file = folder.string(), .got = failed.message()});
  std::ranges::sort(files);
  return files;
}

/// Operands that name folders stand for the statements in them.
std::vector<std::string> statement_files(const VerifyOptions& options) {
  std::vector<std::string> names;
  for (std::size_t at = 2; at < options.operands.size(); ++at) {
    const std::string& operand = options.operands[at];
    std::error_code failed;
    if (!fs::is_directory(operand, failed)) {
      names.push_back(operand);
      continue;
    }
    const std::vector<fs::path> files = files_with(operand, statement_ends);
    if (files.empty())
      throw Error(ErrorKind::usage, "the folder holds no statement",
                  {.file = operand, .expected = "files that end in .dsse or .json"});
    for (const fs::path& file : files) names.push_back(file.string());
  }
  if (names.size() > most_statements)
    throw Error(ErrorKind::usage, "there are too many statements",
                {.expected = "at most " + std::to_string(most_statements),
                 .got = std::to_string(names.size())});
  return names;
}

SignedStatement read_statement(const std::string& operand, std::span<const Rebuilder> rebuilders) {
  const std::unique_ptr<FileSource> source = open_operand(operand);
  const Bytes text = read_all(*source, dsse::largest_envelope, "the statement");
  return rebuilders::read_signed_statement(operand_name(operand), as_text(text), rebuilders);
}

std::vector<Rebuilder> read_rebuilders(const std::string& folder) {
  std::vector<Rebuilder> rebuilders;
  for (const fs::path& file : files_with(folder, key_ends)) {
    const Bytes text = read_file(file, max_public_key_file_size, "public key");
    try {
      rebuilders.push_back({.name = file.stem().string(), .keys = read_public_keys(as_text(text))});
    } catch (Error& error) {
      error.set_file_if_unknown(file.string());
      throw;
    }
  }
  try {
    rebuilders::require_independent(rebuilders);
  } catch (Error& error) {
    error.set_file_if_unknown(folder);
    throw;
  }
  return rebuilders;
}

}  // namespace

Witnesses::Witnesses(const VerifyOptions& options) : options_(options) {
  if (!options.rebuilders.empty()) rebuilders_ = read_rebuilders(options.rebuilders);
}

const rebuilders::Statement& Witnesses::take_subject(const std::string& name,
                                                     std::string_view text) {
  if (options_.rebuilders.empty())
    throw Error(ErrorKind::usage, "a signed statement says nothing without those who may sign it",
                {.file = name,
                 .hint = "`reproduce verify --rebuilders FOLDER` names the folder of their public "
                         "keys"});
  SignedStatement statement = rebuilders::read_signed_statement(name, text, rebuilders_);
  if (statement.signers.empty())
    throw Error(ErrorKind::untrusted, "nobody known has signed this statement",
                {.file = name,
                 .expected = "a signature by one of the keys in '" + options_.rebuilders + "'",
                 .hint = "it was changed since, or its signer's public key is not there"});
  return statements_.emplace_back(std::move(statement)).statement;
}

std::vector<verify::Check> Witnesses::ask(const verify::Reference& reference) {
  if (options_.rebuilders.empty()) return {};
  for (const std::string& file : statement_files(options_))
    statements_.push_back(read_statement(file, rebuilders_));
  if (statements_.empty())
    throw Error(ErrorKind::usage, "there is no statement for --rebuilders to judge",
                {.hint = "name statements, or a folder of them, behind the document"});
  return verify::check_rebuilders(
      rebuilders::judge(verify::subject_of(reference), statements_, rebuilders_,
                        options_.threshold.value_or(rebuilders_.size())));
}

}  // namespace reproduce::cli
