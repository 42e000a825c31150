#pragma once

/// What each input of a build was, and what it has to be.

#include <cstdint>
#include <filesystem>
#include <functional>
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

/// Where the store keeps the file with a digest; nothing when it has none.
using StoreLookup = std::function<std::optional<std::filesystem::path>(const Sha256Digest& digest)>;

/// The inputs of a build, by their numbers in the manifest. Each is settled once it has been
/// read: locking and building are the same run over the same list, and differ only in what
/// is done with the result.
class Ledger {
 public:
  /// `pins`: for Pinning::recheck and Pinning::compare those of all inputs, else those of
  /// inputs that are not of this host, as `fetch` resolved them (or none, where there are
  /// no such inputs). Error{usage} when they are pins of other inputs. `manifest` must
  /// outlive the ledger.
  Ledger(const manifest::Manifest& manifest, Pinning pinning, std::vector<manifest::Pin> pins = {},
         StoreLookup store = {});

  [[nodiscard]] Pinning pinning() const noexcept { return pinning_; }

  /// Whether inputs are held to pins, of a lock or of this very run.
  [[nodiscard]] bool compares() const noexcept;

  [[nodiscard]] const manifest::Input& input(manifest::InputId id) const {
    return manifest_.inputs[id];
  }
  [[nodiscard]] const manifest::Manifest& manifest() const noexcept { return manifest_; }

  /// What is known of the input so far: its packages, and where it comes from the store its digest.
  [[nodiscard]] const manifest::Pin& pin(manifest::InputId id) const { return pins_[id]; }

  /// Where the input's file or folder lies, seen from the current folder.
  /// Error{environment} when it should be in the store and is not.
  [[nodiscard]] std::filesystem::path location(manifest::InputId id) const;

  /// The file with this digest, which the input needs. As location().
  [[nodiscard]] std::filesystem::path stored(manifest::InputId id,
                                             const Sha256Digest& digest) const;

  /// The size that the input must have; nothing when nothing is compared.
  [[nodiscard]] std::optional<std::uint64_t> pinned_size(manifest::InputId id) const;

  /// Says that the input is not what it has to be: Error{untrusted} when it was compared
  /// with a lock, else Error{environment}, since then it changed while it was read.
  [[noreturn]] void refuse(manifest::InputId id, const std::string& expected,
                           const std::string& got) const;

  /// refuse() unless `size`, known before the first byte is read, is the pinned one.
  void check_size(manifest::InputId id, std::uint64_t size) const;

  /// The same for how many entries a folder has, and their size together.
  void check_extent(manifest::InputId id, std::uint64_t entries, std::uint64_t size) const;

  /// What the input was, now that all of it has been read; refuse() if it is not the pin.
  /// Error{untrusted} if it is not what the manifest demands, or not what was fetched.
  void settle(manifest::InputId id, std::uint64_t size, const Sha256Digest& digest,
              std::uint64_t entries = 0);

  /// As settle(), for an image: `form` says what identifies it.
  void settle_image(manifest::InputId id, std::uint64_t size, const Sha256Digest& digest,
                    manifest::PinForm form);

  /// As settle(), for packages, each of which has been compared with its own pin.
  void settle_packages(manifest::InputId id);

  /// The pins that were recorded or held, in the order of the inputs. Error{bug} when an
  /// input was never settled.
  [[nodiscard]] std::vector<manifest::Pin> finish() &&;

  /// `error` with the line of the manifest that names `input`.
  [[nodiscard]] Error at_input(manifest::InputId id, const Error& error) const;

 private:
  void require_pins_of_manifest() const;
  void require_demanded(manifest::InputId id, const Sha256Digest& digest) const;
  [[nodiscard]] std::string describe(manifest::InputId id) const;

  const manifest::Manifest& manifest_;
  Pinning pinning_;
  std::vector<manifest::Pin> pins_;
  StoreLookup store_;
  std::vector<bool> settled_;
};

}  // namespace reproduce::inputs
