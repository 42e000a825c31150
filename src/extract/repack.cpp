#include "repack.hpp"

#include <algorithm>
#include <utility>

#include "reproduce/base/error.hpp"
#include "reproduce/base/stream.hpp"
#include "reproduce/layers/directory.hpp"

namespace reproduce::extract {
namespace {

/// Ends the packing at the first byte that differs.
class Differs : public Error {
 public:
  Differs() : Error(ErrorKind::malformed, "packing the folder gives other bytes") {}
};

/// Compares what it is given with a part of the image.
class ComparingSink final : public Sink {
 public:
  ComparingSink(const RandomAccess& image, const initramfs::Range& range)
      : image_(image), offset_(range.offset), left_(range.size) {}

  void write(ByteView bytes) override {
    if (bytes.size() > left_) throw Differs();
    while (!bytes.empty()) {
      buffer_.resize(std::min(bytes.size(), chunk_size));
      if (image_.read_at(offset_, buffer_) != buffer_.size()) throw Differs();
      if (!std::equal(buffer_.begin(), buffer_.end(), bytes.begin())) throw Differs();
      offset_ += buffer_.size();
      left_ -= buffer_.size();
      bytes = bytes.subspan(buffer_.size());
    }
  }

  void finish() const {
    if (left_ != 0) throw Differs();
  }

 private:
  const RandomAccess& image_;
  std::uint64_t offset_;
  std::uint64_t left_;
  Bytes buffer_;
};

}  // namespace

std::optional<std::string> repack_fault(const std::filesystem::path& folder,
                                        const layers::Attributes& attributes,
                                        const build::RamdiskForm& form, const RandomAccess& image,
                                        const initramfs::Range& range) {
  try {
    layers::Layer layer = layers::read_directory(folder);
    const tree::Tree tree = layers::apply_attributes(attributes, std::move(layer.tree));
    ComparingSink same(image, range);
    (void)build::write_ramdisk(tree, form, same);
    same.finish();
    return std::nullopt;
  } catch (const Error& error) {
    // The tree cannot have what the ramdisk does, or has it in another form.
    if (error.kind() != ErrorKind::malformed && error.kind() != ErrorKind::usage) throw;
    return error.what();
  }
}

}  // namespace reproduce::extract
