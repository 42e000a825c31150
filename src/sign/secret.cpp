#include "reproduce/sign/secret.hpp"

#include <string.h>  // NOLINT(modernize-deprecated-headers): explicit_bzero() is no standard C++

namespace reproduce::sign {

void Secret::wipe() noexcept {
  // All that the string has room for: a longer text may have stood there.
  text_.resize(text_.capacity());
  ::explicit_bzero(text_.data(), text_.size());
  text_.clear();
}

}  // namespace reproduce::sign
