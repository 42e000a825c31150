#include "support/temp_dir.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <stdexcept>

namespace reproduce::test {

TempDir::TempDir() {
  std::string name = (std::filesystem::temp_directory_path() / "reproduce-test.XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot create " + name);
  path_ = name;
}

TempDir::~TempDir() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path TempDir::write(const std::string& name, std::string_view content) const {
  std::filesystem::path path = path_ / name;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream stream(path, std::ios::binary);
  stream.write(content.data(), static_cast<std::streamsize>(content.size()));
  if (!stream.flush()) throw std::runtime_error("cannot write " + path.string());
  return path;
}

CommandResult run(const std::string& shell_command) {
  // NOLINTNEXTLINE(cert-env33-c): tests drive tools as people do, through the shell
  FILE* const pipe = ::popen(shell_command.c_str(), "re");
  if (pipe == nullptr) throw std::runtime_error("cannot run " + shell_command);
  CommandResult result;
  std::array<char, 4096> buffer{};
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe))
    result.output.append(buffer.data(), count);
  result.succeeded = ::pclose(pipe) == 0;
  return result;
}

bool has_tool(const std::string& tool) {
  return run("command -v " + tool + " 2>/dev/null").succeeded;
}

Bytes slurp(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

}  // namespace reproduce::test
