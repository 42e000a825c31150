#include "reproduce/layers/flatten.hpp"

#include <string>
#include <utility>

#include "tar_stream.hpp"
#include "tar_unpacker.hpp"
#include "whiteout.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/compression/decompress.hpp"

namespace reproduce::layers {
namespace {

class HashingSource final : public Source {
 public:
  explicit HashingSource(Source& in) : in_(in) {}

  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override {
    const std::size_t count = in_.read(buffer);
    state_.update(buffer.first(count));
    return count;
  }
  [[nodiscard]] Sha256Digest digest() && { return std::move(state_).finish(); }

 private:
  Source& in_;
  Sha256 state_;
};

}  // namespace

class Flattener::State {
 public:
  State(const std::filesystem::path& scratch_folder, const ArchiveLimits& limits)
      : unpacker_(scratch_folder, limits) {}

  Sha256Digest apply(Source& layer) {
    compression::Decompressor decompressed(layer);
    HashingSource plain(decompressed);
    TarStream tar(plain);
    unpacker_.begin_archive();
    while (const TarMember* const member = tar.next()) {
      try {
        unpacker_.count_member();
        add(tar, *member);
      } catch (Error& error) {
        error.set_offset_if_unknown(member->offset);
        throw;
      }
    }
    tar.finish(MissingEnd::accepted);
    return std::move(plain).digest();
  }

  [[nodiscard]] Layer finish() && { return std::move(unpacker_).finish(); }

 private:
  void add(TarStream& tar, const TarMember& member) {
    const LayerName name = read_layer_name(member.name);
    switch (name.kind) {
      case LayerNameKind::entry:
        unpacker_.put(tar, member, name.path,
                      member.link_to ? clean_in_root(*member.link_to) : std::string());
        return;
      case LayerNameKind::hide:
        tar.skip_content();
        unpacker_.stack().hide(name.path);
        return;
      case LayerNameKind::hide_all:
        tar.skip_content();
        unpacker_.stack().hide_content(name.path);
        return;
      case LayerNameKind::aufs_entry:
        tar.skip_content();
        unpacker_.stack().lose(name.path, "book-keeping of AUFS");
        return;
    }
  }

  TarUnpacker unpacker_;
};

Flattener::Flattener(const std::filesystem::path& scratch_folder, const ArchiveLimits& limits)
    : state_(std::make_unique<State>(scratch_folder, limits)) {}

Flattener::~Flattener() = default;

Sha256Digest Flattener::apply(Source& layer) {
  return state_->apply(layer);
}

Layer Flattener::finish() && {
  return std::move(*state_).finish();
}

}  // namespace reproduce::layers
