#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "layout.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/store/store.hpp"

namespace reproduce::store {

/// Where the bytes wait, and where they shall go.
struct Writer::Place {
  std::filesystem::path store;
  UniqueFd root;  // with the shared lock
  Folder folder;  // "partial"
  std::string name;
  UniqueFd fd;
  std::optional<Sha256Digest> expected;
  bool resumable = false;

  [[nodiscard]] std::string path() const { return folder.path + "/" + name; }
  void remove() const { (void)::unlinkat(folder.fd.get(), name.c_str(), 0); }
};

namespace {

/// Whether `fd` is still what stands under `name`: whoever had the lock before may have
/// published the file, or removed it.
bool still_there(const Folder& folder, const std::string& name, int fd) {
  struct stat opened {};
  if (::fstat(fd, &opened) != 0) throw_io_error("examine", folder.path + "/" + name, errno);
  const auto named = status_of(folder, name);
  return named && named->st_dev == opened.st_dev && named->st_ino == opened.st_ino;
}

UniqueFd open_partial(const Folder& folder, const std::string& name) {
  constexpr mode_t partial_mode = 0600;
  for (;;) {
    const int made = ::openat(folder.fd.get(), name.c_str(), O_CREAT | O_EXCL | O_RDWR | O_CLOEXEC,
                              partial_mode);
    if (made < 0 && errno != EEXIST) throw_io_error("create", folder.path + "/" + name, errno);
    const UniqueFd created(made);
    auto fd = find_file(folder, name, O_RDWR);
    if (!fd) continue;
    while (::flock(fd->get(), LOCK_EX) != 0)
      if (errno != EINTR) throw_io_error("lock", folder.path + "/" + name, errno);
    if (still_there(folder, name, fd->get())) return std::move(*fd);
  }
}

}  // namespace

Writer::Writer(std::unique_ptr<Place> place) : place_(std::move(place)) {
  if (!place_->resumable) return;
  Bytes buffer(chunk_size);
  for (;;) {
    const ssize_t count = ::read(place_->fd.get(), buffer.data(), buffer.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw_io_error("read", place_->path(), errno);
    if (count == 0) break;
    hash_.update(ByteView(buffer).first(static_cast<std::size_t>(count)));
    size_ += static_cast<std::uint64_t>(count);
  }
}

Writer::~Writer() {
  if (place_ && (!place_->resumable || size_ == 0)) place_->remove();
}

void Writer::write(ByteView bytes) {
  DescriptorSink(place_->fd.get(), place_->path()).write(bytes);
  hash_.update(bytes);
  size_ += bytes.size();
}

bool Writer::is_complete() const {
  return place_->expected && hash_.clone().finish() == *place_->expected;
}

void Writer::restart() {
  if (::ftruncate(place_->fd.get(), 0) != 0 || ::lseek(place_->fd.get(), 0, SEEK_SET) != 0)
    throw_io_error("write", place_->path(), errno);
  hash_ = Sha256();
  size_ = 0;
}

Object Writer::publish() {
  const Sha256Digest digest = hash_.clone().finish();
  if (place_->expected && digest != *place_->expected) {
    place_->resumable = false;  // wrong bytes are no beginning of anything
    throw Error(ErrorKind::untrusted, "the bytes are not those that were expected",
                {.expected = "sha256 " + to_hex(*place_->expected),
                 .got = "sha256 " + to_hex(digest) + " (" + std::to_string(size_) + " bytes)"});
  }
  constexpr mode_t object_mode = 0444;
  const Folder objects = make_folder(place_->root.get(), place_->store.string(), objects_name);
  const Folder shard = make_folder(objects.fd.get(), objects.path, shard_of(digest));
  const std::string name = to_hex(digest);
  if (::fchmod(place_->fd.get(), object_mode) != 0 || ::fsync(place_->fd.get()) != 0)
    throw_io_error("write", place_->path(), errno);
  if (!still_there(place_->folder, place_->name, place_->fd.get()))
    throw Error(ErrorKind::environment, "an unfinished file of the store was replaced",
                {.file = place_->path(), .hint = "somebody else writes to the store's folder"});
  if (::renameat(place_->folder.fd.get(), place_->name.c_str(), shard.fd.get(), name.c_str()) != 0)
    throw_io_error("create", shard.path + "/" + name, errno);
  // The rename itself must survive a power cut too.
  (void)::fsync(shard.fd.get());
  place_.reset();
  return {digest, size_};
}

std::unique_ptr<Writer::Place> Store::make_place() const {
  if (root_.get() < 0) throw Error(ErrorKind::bug, "a store that is only read was to be written");
  auto place = std::make_unique<Writer::Place>();
  place->store = folder_;
  place->root = lock_shared(root_.get(), folder_.string());
  place->folder = make_folder(root_.get(), folder_.string(), partial_name);
  return place;
}

std::unique_ptr<Writer> Store::resume(const Sha256Digest& digest) const {
  auto place = make_place();
  place->name = to_hex(digest);
  place->fd = open_partial(place->folder, place->name);
  place->expected = digest;
  place->resumable = true;
  return std::make_unique<Writer>(std::move(place));
}

Object Store::add_bytes(Source& source, const Sha256Digest* expected) const {
  auto place = make_place();
  NamedFile temporary = make_temporary(place->folder, temporary_prefix);
  place->fd = std::move(temporary.fd);
  place->name = std::move(temporary.name);
  if (expected != nullptr) place->expected = *expected;
  Writer writer(std::move(place));
  copy(source, writer);
  return writer.publish();
}

}  // namespace reproduce::store
