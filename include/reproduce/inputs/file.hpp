#pragma once

/// Inputs that are one file. Each is hashed on the very stream that is used, so what is
/// compared with a pin is what went into the image, whatever happens on the disk.

#include <cstdint>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

#include "reproduce/base/file.hpp"
#include "reproduce/base/stream.hpp"
#include "reproduce/crypto/digest.hpp"
#include "reproduce/inputs/ledger.hpp"
#include "reproduce/tree/content.hpp"

namespace reproduce::inputs {

/// One file, from its first to its last byte. Reading it to the end (a read that gives 0)
/// settles it in the ledger: that read throws when the pin does not hold, and so does the
/// first one that goes beyond the pinned size. All further reads throw the same, so that no
/// decoder that takes a failure for the end can hide it.
class InputSource final : public Source {
 public:
  /// Opens the file, which must have the `promised` size if there is one.
  /// Error{environment} when it cannot be opened, Error{usage} when it is not a regular file
  /// and pins are wanted, Error{untrusted} when its size is not the pinned one. `ledger`
  /// must outlive the source.
  InputSource(Ledger& ledger, manifest::InputId input,
              std::optional<std::uint64_t> promised = std::nullopt);

  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override;

  /// The size at the time of opening; nothing for pipes.
  [[nodiscard]] std::optional<std::uint64_t> size() const noexcept { return file_.size(); }

 private:
  std::size_t read_on(std::span<std::uint8_t> buffer);
  void settle();
  [[noreturn]] void refuse_size(std::uint64_t size) const;

  Ledger& ledger_;
  manifest::InputId input_;
  FileSource file_;
  std::optional<std::uint64_t> due_;  ///< the size that it must have
  std::optional<Sha256> hash_;
  std::uint64_t read_ = 0;
  bool settled_ = false;
  std::exception_ptr failure_;
};

/// All of a small input, at most `limit` bytes: Error{malformed} naming `what` beyond that.
[[nodiscard]] Bytes read_input(Ledger& ledger, manifest::InputId input, std::uint64_t limit,
                               std::string_view what);

/// The input as the content of a file in a tree. It is opened when it is streamed; its size
/// is looked up now. `ledger` must outlive it.
[[nodiscard]] tree::ContentPtr file_content(Ledger& ledger, manifest::InputId input);

}  // namespace reproduce::inputs
