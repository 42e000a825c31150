#include "reproduce/build/ramdisk.hpp"

#include <string>
#include <utility>
#include <variant>

#include "reproduce/base/text.hpp"
#include "reproduce/cpio/writer.hpp"
#include "reproduce/layers/attributes.hpp"
#include "reproduce/tree/path.hpp"

namespace reproduce::build {
namespace {

using manifest::InputKind;
using manifest::Origin;
using manifest::Position;
using tree::Entry;
using tree::EntryType;

/// Each layer is sound by itself, so what the tree refuses is that they do not go together.
template <class Join>
void explained(const inputs::Ledger& ledger, std::vector<inputs::FolderInput>& folders, Position at,
               Join join) {
  try {
    join();
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::malformed) throw;
    // What was locked did go together, so an input has changed. Archives were held to their
    // pins when they were read; folders are only when they are written.
    if (ledger.compares())
      for (inputs::FolderInput& folder : folders) folder.settle_unused();
    ErrorContext context = error.context();
    context.file = ledger.manifest().file.string();
    context.source = ledger.manifest().line_at(at);
    context.hint = "only folders may come from two layers; leave one of them out";
    throw Error(ErrorKind::usage, error.what(), std::move(context));
  }
}

/// Passes everything on and counts it.
class CountedSink final : public Sink {
 public:
  explicit CountedSink(Sink& out) : out_(out) {}

  void write(ByteView bytes) override {
    out_.write(bytes);
    count_ += bytes.size();
  }

  [[nodiscard]] std::uint64_t count() const noexcept { return count_; }

 private:
  Sink& out_;
  std::uint64_t count_ = 0;
};

/// Joins a layer of each kind.
struct JoinLayer {
  TreeJoiner& joiner;
  Position at;

  void operator()(const manifest::FileLayer& layer) const {
    joiner.add_file(layer.source, layer.to, layer.mode, layer.owner, at);
  }

  void operator()(const manifest::TreeLayer& layer) const {
    joiner.merge(layer.source, layer.to, {layer.owner, layer.attributes}, at);
  }

  void operator()(const manifest::TextLayer& layer) const {
    const ByteView text = as_bytes(layer.text);
    joiner.add(layer.to,
               {.type = EntryType::regular,
                .mode = layer.mode,
                .uid = layer.owner.uid,
                .gid = layer.owner.gid,
                .content = tree::memory_content(Bytes(text.begin(), text.end()))},
               at);
  }

  void operator()(const manifest::SymlinkLayer& layer) const {
    joiner.add(layer.to,
               {.type = EntryType::symlink,
                .uid = layer.owner.uid,
                .gid = layer.owner.gid,
                .target = layer.target},
               at);
  }

  void operator()(const manifest::FolderLayer& layer) const {
    joiner.add(layer.to,
               {.type = EntryType::directory,
                .mode = layer.mode,
                .uid = layer.owner.uid,
                .gid = layer.owner.gid},
               at);
  }

  void operator()(const manifest::DeviceLayer& layer) const {
    joiner.add(layer.to,
               {.type = layer.is_block ? EntryType::block_device : EntryType::character_device,
                .mode = layer.mode,
                .uid = layer.owner.uid,
                .gid = layer.owner.gid,
                .device_major = layer.device_major,
                .device_minor = layer.device_minor},
               at);
  }
};

}  // namespace

void TreeJoiner::add(const std::string& to, Entry entry, Position at) {
  explained(ledger_, folders_, at, [&] { tree_.add(to, std::move(entry)); });
}

void TreeJoiner::add_file(const manifest::FileRef& source, const std::string& to,
                          std::optional<std::uint32_t> mode, const manifest::Owner& owner,
                          Position at) {
  constexpr std::uint32_t default_mode = 0644;
  inputs::InputFile file = reader_.file(source);
  add(to,
      {.type = EntryType::regular,
       .mode = mode.value_or(file.mode.value_or(default_mode)),
       .uid = owner.uid,
       .gid = owner.gid,
       .content = std::move(file.content)},
      at);
}

layers::Attributes TreeJoiner::read_attributes(const manifest::FileRef& file) {
  const Bytes text = reader_.read(file, layers::max_attributes_size, "list of attributes");
  try {
    return layers::parse_attributes(as_text(text));
  } catch (Error& error) {
    error.set_file_if_unknown(ledger_.location(file.input).string());
    throw;
  }
}

void TreeJoiner::merge(const manifest::FileRef& source, const std::string& to,
                       const Ownership& ownership, Position at) {
  const manifest::Input& input = ledger_.input(source.input);
  inputs::FolderAttributes attributes{.owner = ownership.owner.value_or(manifest::Owner{})};
  if (ownership.attributes) attributes.listed = read_attributes(*ownership.attributes);
  if (input.kind == InputKind::dir && input.origin == Origin::path) {
    folders_.emplace_back(ledger_, source.input, attributes);
    note_source(folders_.back().layer(), input.name, to);
    merge_tree(folders_.back().layer().tree, to, at);
    return;
  }
  layers::Layer layer = reader_.take_tree(source);
  note_source(layer, input.name, to);
  if (ownership.owner) layer.tree.set_owner(ownership.owner->uid, ownership.owner->gid);
  if (attributes.listed)
    layer.tree = layers::apply_attributes(*attributes.listed, std::move(layer.tree));
  merge_tree(std::move(layer.tree), to, at);
}

void TreeJoiner::merge_tree(tree::Tree tree, const std::string& to, Position at) {
  explained(ledger_, folders_, at, [&] { tree_.merge(to, std::move(tree)); });
}

void TreeJoiner::note_source(const layers::Layer& layer, const std::string& source,
                             const std::string& to) {
  if (layer.newest)
    notes_.newest.push_back({layer.newest->seconds, tree::join(to, layer.newest->path)});
  const layers::Loss* first = nullptr;
  const layers::Loss* first_linted = nullptr;
  std::size_t others = 0;
  std::size_t linted = 0;
  for (const layers::Loss& loss : layer.losses) {
    const bool is_linted = loss.kind != layers::LossKind::other;
    if (++(is_linted ? linted : others) == 1) (is_linted ? first_linted : first) = &loss;
    if (is_linted) notes_.losses.push_back({tree::join(to, loss.path), loss.what, loss.kind});
  }
  const auto warn = [&source](Warnings& warnings, const layers::Loss& loss, std::size_t count) {
    warnings.push_back(layers::describe_losses(source, "a ramdisk", loss, count));
  };
  if (first != nullptr) warn(notes_.warnings, *first, others);
  if (first_linted != nullptr) warn(notes_.unlinted, *first_linted, linted);
}

LayeredRamdisk::LayeredRamdisk(TreeJoiner&& joined, manifest::Compression compression)
    : tree_(std::move(joined.tree_)),
      compression_(compression),
      folders_(std::move(joined.folders_)),
      notes_(std::move(joined.notes_)) {}

std::uint64_t LayeredRamdisk::write(std::uint32_t mtime, unsigned threads, Sink& out) {
  const std::uint64_t size =
      write_ramdisk(tree_, {.compression = compression_, .mtime = mtime, .threads = threads}, out);
  for (inputs::FolderInput& folder : folders_) folder.settle();
  return size;
}

std::uint64_t write_ramdisk(const tree::Tree& tree, const RamdiskForm& form, Sink& out) {
  CountedSink counted(out);
  if (const auto format = encoder_of(form.compression)) {
    compression::Compressor compressor(*format, form.threads, counted);
    cpio::write_archive(tree, form.mtime, compressor);
    std::move(compressor).finish();
    // Kernels skip zeros between ramdisks, and take a plain archive only on a multiple of 4.
    const std::uint64_t beyond = counted.count() % cpio::archive_alignment;
    if (beyond != 0) counted.write(Bytes(cpio::archive_alignment - beyond));
  } else {
    cpio::write_archive(tree, form.mtime, counted);
  }
  return counted.count();
}

std::optional<compression::Format> encoder_of(manifest::Compression compression) noexcept {
  switch (compression) {
    case manifest::Compression::none:
      return std::nullopt;
    case manifest::Compression::gzip:
      return compression::Format::gzip;
    case manifest::Compression::zstd:
      return compression::Format::zstd;
    case manifest::Compression::xz:
      return compression::Format::xz;
  }
  return std::nullopt;
}

LayeredRamdisk plan_ramdisk(const manifest::Ramdisk& ramdisk, inputs::Ledger& ledger,
                            inputs::Reader& reader) {
  TreeJoiner joiner(ledger, reader);
  for (const manifest::Layer& layer : ramdisk.layers)
    std::visit(JoinLayer{joiner, layer.at}, layer.kind);
  return {std::move(joiner), ramdisk.compression};
}

}  // namespace reproduce::build
