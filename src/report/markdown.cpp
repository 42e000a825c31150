#include "markdown.hpp"

#include <algorithm>

namespace reproduce::report {

std::string plain(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '<')
      out += "&lt;";
    else if (c == '&')
      out += "&amp;";
    else if (std::string_view("\\`*_{}[]()#+!|>~@").find(c) != std::string_view::npos)
      out += std::string("\\") + c;
    else
      out += c;
  }
  return out;
}

std::string block(const std::vector<std::string>& lines, std::string_view language) {
  std::size_t longest = 2;
  std::string body;
  for (const std::string& line : lines) {
    std::size_t run = 0;
    for (const char c : line) {
      run = c == '`' ? run + 1 : 0;
      longest = std::max(longest, run);
    }
    body += line + "\n";
  }
  const std::string fence(longest + 1, '`');
  return fence + std::string(language) + "\n" + body + fence + "\n";
}

}  // namespace reproduce::report
