#include "reproduce/build/ramdisk.hpp"

#include <string>
#include <utility>
#include <variant>

#include "reproduce/base/text.hpp"
#include "reproduce/cpio/writer.hpp"
#include "reproduce/inputs/file.hpp"

namespace reproduce::build {
namespace {

using manifest::InputKind;
using tree::Entry;
using tree::EntryType;

/// The input that a layer of each kind reads, if any.
struct Admit {
  inputs::Ledger& ledger;

  std::optional<std::size_t> operator()(const manifest::FileLayer& layer) const {
    return ledger.admit(InputKind::file, layer.source);
  }
  std::optional<std::size_t> operator()(const manifest::DirectoryLayer& layer) const {
    return ledger.admit(InputKind::dir, layer.source);
  }
  std::optional<std::size_t> operator()(const manifest::ArchiveLayer& layer) const {
    return ledger.admit(InputKind::cpio, layer.source);
  }
  std::optional<std::size_t> operator()(const manifest::TextLayer& /*layer*/) const { return {}; }
  std::optional<std::size_t> operator()(const manifest::SymlinkLayer& /*layer*/) const {
    return {};
  }
  std::optional<std::size_t> operator()(const manifest::FolderLayer& /*layer*/) const { return {}; }
};

/// Joins layers of each kind to a tree, one after the other.
struct Joiner {
  const manifest::Manifest& manifest;
  inputs::Ledger& ledger;
  const std::filesystem::path& scratch_folder;
  tree::Tree& tree;
  std::vector<inputs::FolderInput>& folders;
  Warnings& warnings;
  manifest::Position at{};  ///< of the layer that is being joined
  std::size_t input = 0;    ///< of that layer, if it has one

  void operator()(const manifest::FileLayer& layer) {
    add(layer.to, {.type = EntryType::regular,
                   .mode = layer.mode,
                   .uid = layer.owner.uid,
                   .gid = layer.owner.gid,
                   .content = inputs::file_content(ledger, input)});
  }

  void operator()(const manifest::DirectoryLayer& layer) {
    folders.emplace_back(ledger, input, layer.owner);
    merge(layer.to, folders.back().layer(), layer.source.path);
  }

  void operator()(const manifest::ArchiveLayer& layer) {
    merge(layer.to, inputs::read_archive_input(ledger, input, scratch_folder), layer.source.path);
  }

  void operator()(const manifest::TextLayer& layer) {
    const ByteView text = as_bytes(layer.text);
    add(layer.to, {.type = EntryType::regular,
                   .mode = layer.mode,
                   .uid = layer.owner.uid,
                   .gid = layer.owner.gid,
                   .content = tree::memory_content(Bytes(text.begin(), text.end()))});
  }

  void operator()(const manifest::SymlinkLayer& layer) {
    add(layer.to, {.type = EntryType::symlink,
                   .uid = layer.owner.uid,
                   .gid = layer.owner.gid,
                   .target = layer.target});
  }

  void operator()(const manifest::FolderLayer& layer) {
    add(layer.to, {.type = EntryType::directory,
                   .mode = layer.mode,
                   .uid = layer.owner.uid,
                   .gid = layer.owner.gid});
  }

  void add(const std::string& to, Entry entry) {
    explained([&] { tree.add(to, std::move(entry)); });
  }

  void merge(const std::string& to, layers::Layer layer, const std::string& source) {
    warn_of_losses(layer.losses, source);
    explained([&] { tree.merge(to, std::move(layer.tree)); });
  }

  /// Each layer is sound by itself, so what the tree refuses is that they do not go together.
  template <class Join>
  void explained(Join join) const {
    try {
      join();
    } catch (const Error& error) {
      if (error.kind() != ErrorKind::malformed) throw;
      // What was locked did go together, so an input has changed. Archives were held to their
      // pins when they were read; folders are only when they are written.
      if (ledger.compares())
        for (inputs::FolderInput& folder : folders) folder.settle_unused();
      ErrorContext context = error.context();
      context.file = manifest.file.string();
      context.source = manifest.line_at(at);
      context.hint = "only folders may come from two layers; leave one of them out";
      throw Error(ErrorKind::usage, error.what(), std::move(context));
    }
  }

  void warn_of_losses(const std::vector<layers::Loss>& losses, const std::string& source) {
    if (losses.empty()) return;
    const layers::Loss& first = losses.front();
    std::string warning = quote(source) + " has what a ramdisk cannot hold, and it is lost: " +
                          printable(first.what) + " of " + quote("/" + first.path);
    if (losses.size() > 1) warning += ", and " + std::to_string(losses.size() - 1) + " more";
    warnings.push_back(std::move(warning));
  }
};

}  // namespace

LayerInputs LayeredRamdisk::admit(const manifest::Ramdisk& ramdisk, inputs::Ledger& ledger) {
  LayerInputs inputs;
  for (const manifest::Layer& layer : ramdisk.layers)
    inputs.push_back(std::visit(Admit{ledger}, layer.kind));
  return inputs;
}

LayeredRamdisk::LayeredRamdisk(const manifest::Manifest& manifest, const manifest::Ramdisk& ramdisk,
                               const LayerInputs& layer_inputs, inputs::Ledger& ledger,
                               const std::filesystem::path& scratch_folder) {
  Joiner joiner{.manifest = manifest,
                .ledger = ledger,
                .scratch_folder = scratch_folder,
                .tree = tree_,
                .folders = folders_,
                .warnings = warnings_};
  for (std::size_t i = 0; i < ramdisk.layers.size(); ++i) {
    joiner.at = ramdisk.layers[i].at;
    joiner.input = layer_inputs[i].value_or(0);
    std::visit(joiner, ramdisk.layers[i].kind);
  }
}

void LayeredRamdisk::write(std::uint32_t mtime, Sink& out) {
  cpio::write_archive(tree_, mtime, out);
  for (inputs::FolderInput& folder : folders_) folder.settle();
}

}  // namespace reproduce::build
