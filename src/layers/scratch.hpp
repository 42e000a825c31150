#pragma once

/// Where the contents of an archive lie until they are streamed: one scratch
/// file, so that the archive itself is read once.

#include <cstdint>
#include <filesystem>
#include <memory>

#include "reproduce/base/buffered_sink.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/tree/content.hpp"

namespace reproduce::layers {

/// Append contents one after the other; read them once close() was called.
class Scratch {
 public:
  /// Makes the file, which has no name, in `folder`.
  explicit Scratch(const std::filesystem::path& folder);

  /// Write one content's bytes here ...
  [[nodiscard]] BufferedSink& sink() noexcept { return buffered_; }

  /// ... or leave a hole of zeros, which takes no space ...
  void skip(std::uint64_t bytes);

  /// ... and take it: everything written since the last take().
  [[nodiscard]] tree::ContentPtr take();

  /// What was taken can be read from here on; more can be written all the same.
  void close();

 private:
  std::shared_ptr<const UniqueFd> file_;  // shared by the contents: the last one frees the space
  DescriptorSink writer_;
  BufferedSink buffered_;
  std::uint64_t skipped_ = 0;
  std::uint64_t taken_ = 0;
};

}  // namespace reproduce::layers
