#pragma once

/// Layers -> one tree -> one cpio archive, plain or compressed.

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "reproduce/base/stream.hpp"
#include "reproduce/build/warning.hpp"
#include "reproduce/compression/compress.hpp"
#include "reproduce/inputs/folder.hpp"
#include "reproduce/inputs/ledger.hpp"
#include "reproduce/inputs/reader.hpp"
#include "reproduce/layers/attributes.hpp"
#include "reproduce/layers/layer.hpp"
#include "reproduce/manifest/manifest.hpp"
#include "reproduce/tree/tree.hpp"

namespace reproduce::build {

/// What there is to say of the sources of a ramdisk. Paths are in the ramdisk.
struct SourceNotes {
  /// What they held and the ramdisk does not, and what nobody but this tells.
  Warnings warnings{};
  /// The same, for those who do not lint: lint tells of each loss of these kinds by name.
  Warnings unlinted{};
  std::vector<layers::Loss> losses{};        ///< those of `unlinted`, one by one
  std::vector<layers::NewestFile> newest{};  ///< of each source that says times
};

/// Whose the entries of a tree are; by default root's for folders, and as recorded.
struct Ownership {
  std::optional<manifest::Owner> owner{};         ///< everybody's
  std::optional<manifest::FileRef> attributes{};  ///< a file that says it, and modes (layers)
};

/// Puts one thing after the other into a tree, and explains what does not go together with
/// the manifest's line. Views what it is given.
class TreeJoiner {
 public:
  TreeJoiner(inputs::Ledger& ledger, inputs::Reader& reader) : ledger_(ledger), reader_(reader) {}

  /// Error{usage} when another layer brought the path, unless both bring a folder: the later
  /// one's attributes hold then. `at`: the line to blame.
  void add(const std::string& to, tree::Entry entry, manifest::Position at);

  /// All that `source` holds, below `to`.
  void merge(const manifest::FileRef& source, const std::string& to, const Ownership& ownership,
             manifest::Position at);

  /// One file.
  void add_file(const manifest::FileRef& source, const std::string& to,
                std::optional<std::uint32_t> mode, const manifest::Owner& owner,
                manifest::Position at);

  [[nodiscard]] const tree::Tree& tree() const noexcept { return tree_; }

 private:
  friend class LayeredRamdisk;

  [[nodiscard]] layers::Attributes read_attributes(const manifest::FileRef& file);
  void merge_tree(tree::Tree tree, const std::string& to, manifest::Position at);
  void note_source(const layers::Layer& layer, const std::string& source, const std::string& to);

  inputs::Ledger& ledger_;
  inputs::Reader& reader_;
  tree::Tree tree_;
  std::vector<inputs::FolderInput> folders_;
  SourceNotes notes_;
};

/// A ramdisk that is made of layers: its tree is known, its files are not read yet.
class LayeredRamdisk {
 public:
  /// What the joiner has put together.
  LayeredRamdisk(TreeJoiner&& joined, manifest::Compression compression);

  [[nodiscard]] const tree::Tree& tree() const noexcept { return tree_; }
  [[nodiscard]] manifest::Compression compression() const noexcept { return compression_; }

  [[nodiscard]] const SourceNotes& notes() const noexcept { return notes_; }

  /// Streams the archive to `out`, every file with the time `mtime`, compressed by up to
  /// `threads` threads, and settles all folders. Either form is padded to 512 bytes. Returns
  /// how many bytes that was.
  std::uint64_t write(std::uint32_t mtime, unsigned threads, Sink& out);

 private:
  tree::Tree tree_;
  manifest::Compression compression_;
  std::vector<inputs::FolderInput> folders_;
  SourceNotes notes_;
};

/// How a tree becomes a ramdisk.
struct RamdiskForm {
  manifest::Compression compression = manifest::Compression::none;
  std::uint32_t mtime = 0;  ///< of every file
  unsigned threads = 1;     ///< for compression; no byte depends on it
};

/// Streams `tree` as an archive to `out`, padded to 512 bytes. Returns how many bytes that was.
std::uint64_t write_ramdisk(const tree::Tree& tree, const RamdiskForm& form, Sink& out);

/// Who compresses; nothing for plain archives.
[[nodiscard]] std::optional<compression::Format> encoder_of(
    manifest::Compression compression) noexcept;

/// The ramdisk that the manifest describes with layers: lists folders, unpacks archives and
/// joins them. `reader` and what it reads from must outlive the ramdisk's reading.
[[nodiscard]] LayeredRamdisk plan_ramdisk(const manifest::Ramdisk& ramdisk, inputs::Ledger& ledger,
                                          inputs::Reader& reader);

}  // namespace reproduce::build
