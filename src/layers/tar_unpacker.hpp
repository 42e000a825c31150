#pragma once

/// Members of tar archives, put into a stack of layers.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "layer_stack.hpp"
#include "scratch.hpp"
#include "tar_stream.hpp"

#include "reproduce/layers/archive.hpp"

namespace reproduce::layers {

class TarUnpacker {
 public:
  TarUnpacker(const std::filesystem::path& scratch_folder, const ArchiveLimits& limits)
      : scratch_(scratch_folder), limits_(limits), stack_(limits) {}

  /// Starts another archive, whose members are counted anew.
  void begin_archive();

  /// Call for each member before anything else is done with it.
  void count_member();

  /// Puts the latest member of `tar` at `path`. `link_to` is the path of what a
  /// hard link is to.
  void put(TarStream& tar, const TarMember& member, const std::string& path,
           const std::string& link_to);

  [[nodiscard]] LayerStack& stack() noexcept { return stack_; }

  [[nodiscard]] Layer finish() &&;

 private:
  Scratch scratch_;
  ArchiveLimits limits_;
  LayerStack stack_;
  std::uint64_t members_ = 0;
  std::uint64_t contents_ = 0;
  std::optional<NewestFile> newest_;
};

}  // namespace reproduce::layers
