#pragma once

/// An image -> a folder that builds it again: its sections as files, its ramdisks as folders
/// too, and the manifest that says how they become the image.
///
///     enclave.toml           the manifest
///     kernel, cmdline, metadata.json, signature.cbor       the sections' bytes
///     ramdisk-N.img          a ramdisk's bytes, unless its folder makes them
///     ramdisk-N/             the files in it
///     ramdisk-N.attributes   modes, owners and nodes (layers/attributes.hpp)
///
/// docs/formats/extract.md says what becomes of each kind of entry.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "reproduce/base/random_access.hpp"
#include "reproduce/measure/image_pcrs.hpp"

namespace reproduce::extract {

/// What all files of all ramdisks may have together, where nobody says another size.
inline constexpr std::uint64_t usual_tree_bytes = std::uint64_t{8} << 30;

/// How many entries all ramdisks may have together, folders that no entry brings included, and
/// how long their paths may be together. An archive's limits, for the same reasons.
inline constexpr std::uint64_t most_entries = 250'000;
inline constexpr std::uint64_t most_path_bytes = std::uint64_t{32} << 20;

/// Folders in folders beyond this are not made: every tool that walks them would suffer.
inline constexpr std::size_t most_path_parts = 128;

struct Options {
  bool trees = true;  ///< folders for the ramdisks, and not only their bytes
  std::uint64_t tree_bytes = usual_tree_bytes;
  unsigned threads = 1;                           ///< for compression; no byte depends on it
  std::function<void(std::uint64_t)> progress{};  ///< told how many bytes of the image are read
};

/// An entry that the folder has not, or not as it is; both any bytes: escape to show.
struct Note {
  std::string name;
  std::string what;
};
inline constexpr std::size_t most_listed_notes = 100;  ///< of a ramdisk

struct ExtractedRamdisk {
  std::string file;         ///< with its bytes; empty where the folder makes them
  std::string folder;       ///< empty where there is none
  std::string attributes;   ///< the file beside the folder
  std::uint64_t paths = 0;  ///< in the folder
  std::string why_file;     ///< why the folder does not make the bytes; may hold any bytes
  std::vector<Note> notes;
  std::uint64_t unlisted_notes = 0;
};

struct ExtractedSection {
  std::string name;  ///< "kernel", "ramdisk 0"
  std::uint64_t size = 0;
  std::string file;  ///< or the folder that makes it
};

struct Extraction {
  measure::ImageMeasurements image;        ///< with the file's SHA-256
  std::vector<ExtractedSection> sections;  ///< in the order of the image
  std::vector<ExtractedRamdisk> ramdisks;
  std::string stop;      ///< where the kernel stops unpacking; any bytes
  std::string manifest;  ///< the text of enclave.toml
};

/// The name of the manifest in the folder.
inline constexpr const char* manifest_name = "enclave.toml";

/// Writes everything but the lock into `folder`, which is there, empty and nobody else's, and
/// nothing outside of it. Entries are taken as the kernel takes them; no symlink is followed,
/// neither of the image nor of the disk.
///
/// A ramdisk's folder is in the manifest only when the very files on the disk have been packed
/// again and gave the ramdisk's bytes.
///
/// Error{malformed} with the offset for an image that is not well-formed; Error{environment}
/// where it is more than the limits or the disk hold. What lies in the folder is worthless then.
[[nodiscard]] Extraction extract_image(const RandomAccess& image,
                                       const std::filesystem::path& folder, const Options& options);

}  // namespace reproduce::extract
