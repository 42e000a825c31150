#pragma once

/// What each input of a build was, and what it has to be.

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "reproduce/base/error.hpp"
#include "reproduce/manifest/lock.hpp"
#include "reproduce/manifest/manifest.hpp"

namespace reproduce::inputs {

/// What happens to the digest of an input once it has been read.
enum class Pinning {
  none,     ///< it is not even computed: nobody asked for it
  record,   ///< it becomes the pin (`reproduce lock`)
  recheck,  ///< it must be what this very run recorded before (`reproduce lock`, second look)
  compare   ///< it must be the lock's (`reproduce build`)
};

/// The list of a build's inputs. Each is admitted first, in the order of the manifest, and
/// settled once it has been read: locking and building are the same run over the same list,
/// and differ only in what is done with the result.
class Ledger {
 public:
  /// For Pinning::none and Pinning::record. `manifest` must outlive the ledger.
  Ledger(const manifest::Manifest& manifest, Pinning pinning);

  /// For Pinning::recheck and Pinning::compare.
  Ledger(const manifest::Manifest& manifest, Pinning pinning, std::vector<manifest::Pin> pins);

  /// Adds the next input and returns its number. Error{usage} when the pins name another
  /// one at this place.
  [[nodiscard]] std::size_t admit(manifest::InputKind kind, const manifest::InputPath& path);

  [[nodiscard]] Pinning pinning() const noexcept { return pinning_; }

  /// Whether inputs are held to pins, of a lock or of this very run.
  [[nodiscard]] bool compares() const noexcept;

  [[nodiscard]] manifest::InputKind kind(std::size_t input) const { return inputs_[input].kind; }

  /// Where the input lies, seen from the current folder.
  [[nodiscard]] std::filesystem::path location(std::size_t input) const;

  /// The size that the input must have; nothing when nothing is compared.
  [[nodiscard]] std::optional<std::uint64_t> pinned_size(std::size_t input) const;

  /// Says that the input is not what it has to be: Error{untrusted} when it was compared
  /// with a lock, else Error{environment}, since then it changed while it was read.
  [[noreturn]] void refuse(std::size_t input, const std::string& expected,
                           const std::string& got) const;

  /// refuse() unless `size`, known before the first byte is read, is the pinned one.
  void check_size(std::size_t input, std::uint64_t size) const;

  /// The same for how many entries a folder has, and their size together.
  void check_extent(std::size_t input, std::uint64_t entries, std::uint64_t size) const;

  /// What the input was, now that all of it has been read; refuse() if it is not the pin.
  void settle(std::size_t input, std::uint64_t size, const Sha256Digest& digest,
              std::uint64_t entries = 0);

  /// The pins that were recorded or held, in the order of admission. Error{bug} when an
  /// input was never settled, Error{usage} when a pin was never asked for.
  [[nodiscard]] std::vector<manifest::Pin> finish() &&;

  /// `error` with the line of the manifest that names `input`.
  [[nodiscard]] Error at_input(std::size_t input, const Error& error) const;

 private:
  struct Input {
    manifest::InputKind kind;
    manifest::InputPath path;
    bool settled = false;
  };

  [[nodiscard]] std::string describe(std::size_t input) const;

  const manifest::Manifest& manifest_;
  Pinning pinning_;
  std::vector<manifest::Pin> pins_;
  std::vector<Input> inputs_;
};

}  // namespace reproduce::inputs
