#pragma once

/// Files kept by the SHA-256 of what they hold, so that what was fetched once is there.
///
///     FOLDER/format              the layout's version, one line
///     FOLDER/sha256/ab/abcd...   objects: mode 0444, named by all 64 digits
///     FOLDER/partial/            what is on its way: downloads (named by the digest that they
///                                shall have) and temporaries (`add.` and six letters)
///
/// Nothing is believed: not that an object still holds what its name says, not that a
/// name is a file. A symlink below FOLDER is never followed (FOLDER itself may be one).
///
/// Processes share a store without lock files: an object appears by rename(2), whole;
/// whoever writes holds a shared flock(2) on FOLDER, and gc() an exclusive one.
/// The layout is described in docs/formats/store.md.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "reproduce/base/file.hpp"
#include "reproduce/base/stream.hpp"
#include "reproduce/crypto/digest.hpp"

namespace reproduce::store {

/// What a store has.
struct Object {
  Sha256Digest digest{};
  std::uint64_t size = 0;  ///< bytes

  bool operator==(const Object&) const = default;
};

enum class Access {
  read,  ///< changes nothing; a folder that is not there is an empty store
  write  ///< makes the folder and what is in it where they are absent
};

/// What stands under an object's name.
enum class State { absent, intact, corrupt };

/// One object on its way into the store: write its bytes, then publish(). Until then
/// nobody can see it.
class Writer final : public Sink {
  struct Place;

 public:
  explicit Writer(std::unique_ptr<Place> place);  // for Store alone
  Writer(const Writer&) = delete;
  Writer& operator=(const Writer&) = delete;
  Writer(Writer&&) = delete;
  Writer& operator=(Writer&&) = delete;
  ~Writer() override;

  /// Appends. Error{environment} when there is no space.
  void write(ByteView bytes) override;

  /// Bytes so far, those of an earlier attempt included.
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }

  /// Whether these are the bytes that were expected, so that publish() will take them.
  [[nodiscard]] bool is_complete() const;

  /// Forgets all bytes so far.
  void restart();

  /// Flushes the object to the disk and gives it its name, in place of whatever
  /// stands there. Where a digest was expected and the bytes have another, they
  /// are thrown away and it is Error{untrusted}.
  Object publish();

 private:
  friend class Store;

  std::unique_ptr<Place> place_;
  Sha256 hash_;
  std::uint64_t size_ = 0;
};

/// A handle: it keeps descriptors of folders, and nothing of what is in them.
class Store {
 public:
  /// Error{usage} when the folder is not empty and no store, or a store of another
  /// version; Error{environment} when it cannot be opened or made.
  Store(std::filesystem::path folder, Access access);

  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

  /// Where the object lies or would lie; for messages.
  [[nodiscard]] std::filesystem::path path_of(const Sha256Digest& digest) const;

  /// The object as it is listed, not read. Error{untrusted} when something that is
  /// no regular file stands under its name.
  [[nodiscard]] std::optional<Object> find(const Sha256Digest& digest) const;

  /// Reads the object and hashes it on the way: the read that finds the end throws
  /// Error{untrusted} naming the entry when these are not the bytes of that digest.
  /// Error{environment} when there is no such object.
  [[nodiscard]] std::unique_ptr<Source> open(const Sha256Digest& digest) const;

  /// Reads the whole object to see whether it is still what its name says; what is
  /// no regular file is corrupt.
  [[nodiscard]] State examine(const Sha256Digest& digest) const;

  /// Reads `source` to its end and keeps what it gave.
  Object add(Source& source) const;

  /// The same for bytes that must have this digest: Error{untrusted}, and nothing is
  /// kept, when they have not.
  Object add_expected(Source& source, const Sha256Digest& digest) const;

  /// An object that may come in several attempts, by several processes: what earlier
  /// ones wrote is there and hashed. Waits while another process writes the same
  /// one. A writer that is destroyed without publish() keeps its bytes for the next.
  [[nodiscard]] std::unique_ptr<Writer> resume(const Sha256Digest& digest) const;

  /// Whether there was such an object to remove.
  [[nodiscard]] bool remove(const Sha256Digest& digest) const;

 private:
  [[nodiscard]] UniqueFd open_object(const Sha256Digest& digest) const;
  [[nodiscard]] std::unique_ptr<Writer::Place> make_place() const;
  [[nodiscard]] Object add_bytes(Source& source, const Sha256Digest* expected) const;

  std::filesystem::path folder_;
  UniqueFd root_;  // none for an absent store that is only read
};

}  // namespace reproduce::store
