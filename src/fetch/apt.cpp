#include "apt.hpp"

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>
#include <utility>

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/text.hpp"

namespace reproduce::fetch {
namespace {

constexpr const char* missing_apt =
    "packages by name need Debian's apt; elsewhere, name the .deb files by their paths";

[[noreturn]] void throw_not_understood(const std::string& what, std::string_view got) {
  throw Error(ErrorKind::malformed, "apt says what we do not understand",
              {.where = what, .got = quote(got.substr(0, 200))});
}

/// `text` with %XX put back (apt writes ':' as %3a).
std::string unescape(std::string_view text) {
  std::string plain;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto byte = text[i] == '%' ? from_hex(text.substr(i + 1, 2)) : std::nullopt;
    if (byte && byte->size() == 1) {
      plain += static_cast<char>(byte->front());
      i += 2;
    } else {
      plain += text[i];
    }
  }
  return plain;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  std::istringstream stream{std::string(text)};
  for (std::string part; std::getline(stream, part, separator);) parts.push_back(part);
  return parts;
}

using Fields = std::map<std::string, std::string>;

const std::string& require(const Fields& fields, const std::string& name) {
  const auto field = fields.find(name);
  if (field == fields.end() || field->second.empty())
    throw_not_understood("apt-cache show", "no field " + name);
  return field->second;
}

Package package_of(const Fields& fields) {
  Package package{.name = require(fields, "Package"),
                  .version = require(fields, "Version"),
                  .architecture = require(fields, "Architecture"),
                  .file = require(fields, "Filename")};
  const auto size = parse_decimal(require(fields, "Size"));
  const auto digest = from_hex(require(fields, "SHA256"));
  if (!size) throw_not_understood("Size", require(fields, "Size"));
  if (!digest || digest->size() != package.sha256.size())
    throw_not_understood("SHA256", require(fields, "SHA256"));
  package.size = *size;
  std::copy(digest->begin(), digest->end(), package.sha256.begin());
  // "Source: gcc-12" or, where the versions differ, "Source: gcc-12 (12.2.0-14)".
  package.source = package.name;
  package.source_version = package.version;
  if (const auto source = fields.find("Source"); source != fields.end()) {
    const std::string& text = source->second;
    const auto open = text.find(" (");
    package.source = text.substr(0, open);
    if (open != std::string::npos) {
      if (!text.ends_with(')')) throw_not_understood("Source", text);
      package.source_version = text.substr(open + 2, text.size() - open - 3);
    }
  }
  return package;
}

}  // namespace

Apt::Apt(const AptSettings& settings, std::string architecture)
    : settings_(settings),
      architecture_(std::move(architecture)),
      scratch_(settings.scratch_folder, scratch_name),
      downloads_(scratch_.make("downloads")) {
  const std::filesystem::path status = scratch_.path() / "status";
  AtomicFile(status).publish();  // empty: nothing is installed
  const std::string archives = scratch_.make("archives").string();
  (void)scratch_.make("archives/partial");
  const std::vector<std::string> isolation{
      "APT::Architecture=" + architecture_,
      "APT::Architectures=" + architecture_,
      "APT::Install-Recommends=false",
      "APT::Install-Suggests=false",
      "APT::Get::AllowUnauthenticated=false",
      "Dir::State::status=" + status.string(),
      "Dir::State::extended_states=" + (scratch_.path() / "extended_states").string(),
      "Dir::Cache=" + scratch_.make("cache").string(),
      "Dir::Cache::archives=" + archives,
      "Debug::NoLocking=true",
      "Acquire::Languages=none",
  };
  for (const auto* list : {&isolation, &settings_.options})
    for (const std::string& option : *list) {
      options_.emplace_back("-o");
      options_.push_back(option);
    }
}

Output Apt::run(const std::string& program, const std::vector<std::string>& words) const {
  Command command{.program = program,
                  .arguments = options_,
                  .folder = downloads_,
                  .hint_when_missing = missing_apt};
  command.arguments.insert(command.arguments.end(), words.begin(), words.end());
  return run_program(command, settings_.programs);
}

bool Apt::has_lists() const {
  const Output output =
      run("apt-get", {"indextargets", "--format", "$(ARCHITECTURE)", "Created-By: Packages"});
  const auto lines = split(as_text(output.out), '\n');
  return std::find(lines.begin(), lines.end(), architecture_) != lines.end();
}

std::vector<PlannedFile> parse_uris(std::string_view text) {
  std::vector<PlannedFile> files;
  for (const std::string& line : split(text, '\n')) {
    const std::vector<std::string> words = split(line, ' ');
    // The hash is MD5 or nothing: debian-security's lists have no MD5. What counts is apt-cache's.
    if ((words.size() != 3 && words.size() != 4) || !words[0].starts_with('\'') ||
        !words[0].ends_with('\'') || !words[1].ends_with(".deb") || !parse_decimal(words[2]))
      throw_not_understood("apt-get --print-uris", line);
    const std::vector<std::string> parts =
        split(std::string_view(words[1]).substr(0, words[1].size() - 4), '_');
    if (parts.size() != 3) throw_not_understood("apt-get --print-uris", line);
    files.push_back({unescape(parts[0]), unescape(parts[1]), unescape(parts[2])});
  }
  return files;
}

std::vector<Package> parse_stanzas(std::string_view text) {
  std::vector<Package> packages;
  Fields fields;
  const auto end_stanza = [&] {
    if (!fields.empty()) packages.push_back(package_of(fields));
    fields.clear();
  };
  for (const std::string& line : split(text, '\n')) {
    if (line.empty()) {
      end_stanza();
      continue;
    }
    if (line.starts_with(' ') || line.starts_with('\t')) continue;  // goes on with the field before
    const auto colon = line.find(':');
    if (colon == std::string::npos) throw_not_understood("apt-cache show", line);
    const auto value = line.find_first_not_of(' ', colon + 1);
    if (!fields.emplace(line.substr(0, colon), value == std::string::npos ? "" : line.substr(value))
             .second)
      throw_not_understood("apt-cache show", line);
  }
  end_stanza();
  return packages;
}

std::string download_name(const Package& package) {
  std::string version = package.version;
  for (auto colon = version.find(':'); colon != std::string::npos; colon = version.find(':'))
    version.replace(colon, 1, "%3a");
  return package.name + "_" + version + "_" + package.architecture + ".deb";
}

}  // namespace reproduce::fetch
