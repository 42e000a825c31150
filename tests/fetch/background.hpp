#pragma once

/// A server that a test starts and that ends with the test.

#include <cstdio>
#include <memory>
#include <stdexcept>
#include <string>

#include <sys/types.h>

namespace reproduce::test {

/// Runs a shell command with a pipe as its standard input: what ends with that input
/// ends with this object, however the test ends.
class Background {
 public:
  /// The command tells the first line it has to say to `announcement`.
  Background(const std::string& command, const std::string& announcement)
      : pipe_(::popen((command + " >" + announcement).c_str(), "we")) {  // NOLINT(cert-env33-c)
    if (pipe_ == nullptr) throw std::runtime_error("cannot run " + command);
  }
  Background(const Background&) = delete;
  Background& operator=(const Background&) = delete;
  Background(Background&&) = delete;
  Background& operator=(Background&&) = delete;
  ~Background() { (void)::pclose(pipe_); }

 private:
  std::FILE* pipe_;
};

/// Waits up to ten seconds for the first line of a file, without its newline.
[[nodiscard]] inline std::string wait_for_line(const std::string& file) {
  for (int i = 0; i < 200; ++i) {
    if (std::FILE* const stream = std::fopen(file.c_str(), "re"); stream != nullptr) {
      char line[256] = "";
      const bool read = std::fgets(line, sizeof line, stream) != nullptr;
      (void)std::fclose(stream);
      const std::string text = line;
      if (read && text.ends_with('\n')) return text.substr(0, text.size() - 1);
    }
    const timespec pause{0, 50'000'000};
    (void)::nanosleep(&pause, nullptr);
  }
  throw std::runtime_error("no server came up: " + file + " stayed empty");
}

}  // namespace reproduce::test
