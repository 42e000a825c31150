#pragma once

/// A passphrase or a PIN: bytes that are gone from memory when nobody needs them any more.

#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace reproduce::sign {

/// Moves only. What it holds is overwritten before its memory is given back.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) noexcept : text_(std::move(text)) {}
  Secret(Secret&& other) noexcept : text_(std::move(other.text_)) { other.wipe(); }
  Secret& operator=(Secret&& other) noexcept {
    wipe();
    text_ = std::move(other.text_);
    other.wipe();
    return *this;
  }
  Secret(const Secret&) = delete;
  Secret& operator=(const Secret&) = delete;
  ~Secret() { wipe(); }

  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  void wipe() noexcept;

  std::string text_;
};

/// Gets the secret that opens `what` ("the key 'release.key'"), however that is done: from a
/// person or from somewhere else. Throws Error when there is none. Called only when one is needed.
using AskSecret = std::function<Secret(const std::string& what)>;

}  // namespace reproduce::sign
