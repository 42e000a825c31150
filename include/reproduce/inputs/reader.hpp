#pragma once

/// Inputs as the manifest refers to them: whole files, members of archives, sections of
/// images, trees. What holds a tree is read once, however many parts of it are used.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reproduce/base/stream.hpp"
#include "reproduce/inputs/ledger.hpp"
#include "reproduce/layers/layer.hpp"
#include "reproduce/layers/oci.hpp"
#include "reproduce/manifest/manifest.hpp"
#include "reproduce/tree/content.hpp"

namespace reproduce::inputs {

/// One file, not opened yet.
struct InputFile {
  tree::ContentPtr content;
  std::optional<std::uint32_t> mode{};  ///< what the archive records for it, if it is a member
};

/// One file, opened.
struct OpenInput {
  std::unique_ptr<Source> source;
  std::optional<std::uint64_t> size;  ///< nothing for pipes
};

class Reader {
 public:
  /// What is unpacked waits in scratch files in `scratch_folder`. `ledger` must outlive this
  /// and all that comes from it.
  Reader(Ledger& ledger, std::filesystem::path scratch_folder);
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;
  Reader(Reader&&) = delete;
  Reader& operator=(Reader&&) = delete;
  ~Reader();

  /// All that an archive, packages or an image hold; settled when this returns. It lives as
  /// long as this. Not for folders of the host (FolderInput). Error{malformed} for what
  /// breaks its format, with the manifest's line.
  [[nodiscard]] const layers::Layer& tree(const manifest::FileRef& ref);

  /// The same, given away. Where the manifest names the input once, this is the tree itself,
  /// which nobody can have again; otherwise a copy.
  [[nodiscard]] layers::Layer take_tree(const manifest::FileRef& ref);

  /// How a container image is to be run; nothing for other inputs. Reads it as tree() does.
  [[nodiscard]] std::optional<layers::OciConfig> image_config(const manifest::FileRef& ref);

  /// A file. Error{usage} when no path, or several, match the member that is asked for.
  [[nodiscard]] InputFile file(const manifest::FileRef& ref);

  /// The same, to be streamed once, from a pipe too when nothing is pinned.
  [[nodiscard]] OpenInput open(const manifest::FileRef& ref);

  /// All of a small file, at most `limit` bytes: Error{malformed} naming `what` beyond that.
  [[nodiscard]] Bytes read(const manifest::FileRef& ref, std::uint64_t limit,
                           std::string_view what);

 private:
  struct Unpacked;

  [[nodiscard]] Unpacked& unpacked(const manifest::FileRef& ref);
  [[nodiscard]] layers::Layer& layer(const manifest::FileRef& ref);
  [[nodiscard]] tree::ContentPtr section(const manifest::FileRef& ref);

  Ledger& ledger_;
  std::filesystem::path scratch_folder_;
  std::vector<std::unique_ptr<Unpacked>> unpacked_;  // by input
};

}  // namespace reproduce::inputs
