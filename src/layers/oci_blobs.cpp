#include "oci_blobs.hpp"

#include <cerrno>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>

#include "layer_stack.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"

namespace reproduce::layers {
namespace {

/// Documents that choosing one image may read: decoded, they take several times as much.
constexpr std::uint64_t most_document_bytes = std::uint64_t{16} << 20;

/// Checks what passes at its end, and that it does not go on beyond its size.
class CheckedBlob final : public Source {
 public:
  CheckedBlob(Source& in, const OciDescriptor& descriptor, std::string what)
      : in_(in), descriptor_(descriptor), what_(std::move(what)) {}

  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override {
    if (buffer.empty() || ended_) return 0;
    const std::size_t count = in_.read(buffer);
    size_ += count;
    state_.update(buffer.first(count));
    if (descriptor_.size && size_ > *descriptor_.size) refuse_size("more");
    if (count == 0) check();
    return count;
  }

  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

  void drain() {
    Bytes buffer(chunk_size);
    while (read(buffer) != 0) continue;
  }

 private:
  void check() {
    ended_ = true;
    if (descriptor_.size && size_ != *descriptor_.size)
      refuse_size(std::to_string(size_) + " bytes");
    const Sha256Digest digest = std::move(state_).finish();
    if (digest != descriptor_.digest)
      throw Error(ErrorKind::untrusted, what_ + " is not what its digest says",
                  {.expected = digest_text(descriptor_.digest), .got = digest_text(digest)});
  }

  [[noreturn]] void refuse_size(const std::string& got) const {
    throw Error(ErrorKind::untrusted,
                what_ + ", blob " + digest_text(descriptor_.digest) + ", has another size",
                {.expected = std::to_string(*descriptor_.size) + " bytes", .got = got});
  }

  Source& in_;
  const OciDescriptor& descriptor_;
  std::string what_;
  Sha256 state_;
  std::uint64_t size_ = 0;
  bool ended_ = false;
};

UniqueFd open_below(int folder, const std::string& part, int flags, const std::string& name) {
  const int fd = ::openat(folder, part.c_str(), flags | O_NOFOLLOW | O_CLOEXEC);
  if (fd >= 0) return UniqueFd(fd);
  if (errno == ELOOP || errno == ENOTDIR)
    throw Error(ErrorKind::malformed, "a part of an image layout is a symlink or no folder",
                {.file = name, .expected = "files and folders only"});
  throw_io_error("open", name, errno);
}

}  // namespace

Bytes OciBlobs::document(const OciDescriptor& descriptor, const std::string& what) {
  if (descriptor.size)
    require_within(*descriptor.size, largest_document, "a document of the image is too large");
  Bytes bytes;
  stream(descriptor, what, [&](Source& blob) { bytes = read_all(blob, largest_document, what); });
  document_bytes_ += bytes.size();
  require_within(document_bytes_, most_document_bytes,
                 "the image's documents are too large together");
  return bytes;
}

void OciBlobs::stream(const OciDescriptor& descriptor, const std::string& what,
                      const std::function<void(Source&)>& use) {
  const auto opened = open_(descriptor.digest);
  CheckedBlob blob(*opened, descriptor, what);
  try {
    use(blob);
  } catch (const Error& error) {
    // Damage shows first where the bytes are used; that they are the wrong ones is the reason.
    if (error.kind() == ErrorKind::malformed) blob.drain();
    throw;
  }
  blob.drain();
  bytes_read_ += blob.size();
}

OciLayoutFolder::OciLayoutFolder(const std::filesystem::path& folder) : name_(folder.string()) {
  const int fd = ::open(name_.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) throw_io_error("open", name_, errno);
  fd_ = UniqueFd(fd);
}

std::unique_ptr<Source> OciLayoutFolder::open(const std::string& path) const {
  const std::string name = (std::filesystem::path(name_) / path).string();
  UniqueFd folder;
  std::string_view rest = path;
  for (std::size_t slash = rest.find('/'); slash != std::string_view::npos;
       slash = rest.find('/')) {
    const int at = folder.get() < 0 ? fd_.get() : folder.get();
    folder = open_below(at, std::string(rest.substr(0, slash)), O_PATH | O_DIRECTORY, name);
    rest.remove_prefix(slash + 1);
  }
  const int at = folder.get() < 0 ? fd_.get() : folder.get();
  // O_NONBLOCK: a fifo in this place must not make us wait for a writer.
  UniqueFd file = open_below(at, std::string(rest), O_RDONLY | O_NONBLOCK | O_NOCTTY, name);
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) throw_io_error("examine", name, errno);
  if (!S_ISREG(status.st_mode))
    throw Error(ErrorKind::malformed, "a part of an image layout is no regular file",
                {.file = name});
  return std::make_unique<FileSource>(std::move(file), name);
}

std::string blob_path(const Sha256Digest& digest) {
  return "blobs/sha256/" + to_hex(digest);
}

}  // namespace reproduce::layers
