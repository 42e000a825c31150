#include "reproduce/base/enumeration.hpp"

namespace reproduce {

std::string enumeration(const std::vector<std::string>& parts) {
  std::string words;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i != 0) words += i + 1 == parts.size() ? " and " : ", ";
    words += parts[i];
  }
  return words;
}

}  // namespace reproduce
