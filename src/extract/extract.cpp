#include "reproduce/extract/extract.hpp"

#include <array>
#include <string_view>
#include <utility>

#include "folder_writer.hpp"
#include "manifest_text.hpp"
#include "repack.hpp"
#include "trees.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/stream.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/eif/payload.hpp"
#include "reproduce/initramfs/joined.hpp"
#include "reproduce/manifest/manifest.hpp"

namespace reproduce::extract {
namespace {

using compression::Compression;
using eif::Section;
using eif::SectionType;

measure::ImageMeasurements measure(const RandomAccess& image, const Options& options) {
  RangeSource source(image, 0, image.size());
  return measure::measure_image(source, {.file_digest = true, .progress = options.progress});
}

std::vector<initramfs::Range> ramdisk_ranges(const measure::ImageMeasurements& image) {
  std::vector<initramfs::Range> ranges;
  for (const Section& section : image.sections)
    if (section.type == SectionType::ramdisk)
      ranges.push_back({.offset = section.payload_offset(), .size = section.payload_size});
  return ranges;
}

/// What `reproduce` compresses with, by what the decompressor found.
std::optional<manifest::Compression> form_of(std::optional<Compression> compression) {
  if (!compression) return std::nullopt;
  switch (*compression) {
    case Compression::none:
      return manifest::Compression::none;
    case Compression::gzip:
      return manifest::Compression::gzip;
    case Compression::xz:
      return manifest::Compression::xz;
    case Compression::zstd:
      return manifest::Compression::zstd;
    case Compression::bzip2:
    case Compression::lzma:
    case Compression::lz4:
    case Compression::lz4_frame:
      return std::nullopt;
  }
  return std::nullopt;
}

class Extractor {
 public:
  Extractor(const RandomAccess& image, const std::filesystem::path& folder, const Options& options)
      : image_(image), folder_(folder), options_(options), out_(folder) {}

  Extraction run() && {
    result_.image = measure(image_, options_);
    ranges_ = ramdisk_ranges(result_.image);
    const UnpackedRamdisks unpacked = unpack_ramdisks();
    result_.stop = unpacked.stop;
    for (std::size_t i = 0; i < ranges_.size(); ++i) choose_source(i, unpacked.ramdisks);
    for (const Section& section : result_.image.sections) write_section(section);
    result_.manifest = manifest_text(result_.image, sources_, mtime_.value_or(0));
    write_text(manifest_name, result_.manifest);
    return std::move(result_);
  }

 private:
  UnpackedRamdisks unpack_ramdisks() {
    if (!options_.trees) return {};
    const initramfs::JoinedRamdisks joined(image_, ranges_);
    return unpack(joined, options_.tree_bytes, out_);
  }

  /// The folder, when packing it gives the ramdisk; else the file with its bytes.
  void choose_source(std::size_t number, const std::vector<UnpackedRamdisk>& unpacked) {
    ExtractedRamdisk& ramdisk = result_.ramdisks.emplace_back();
    sources_.emplace_back();
    if (unpacked.empty()) {
      ramdisk.why_file = "no files were asked for";
    } else if (!unpacked[number].has_entries) {
      ramdisk.why_file = "there are no files in it";
    } else {
      describe(number, unpacked[number], ramdisk);
      ramdisk.why_file = fault_of(number, unpacked[number]);
    }
    RamdiskSource& source = sources_.back();
    if (ramdisk.why_file.empty()) {
      source = {.folder = ramdisk.folder,
                .attributes = ramdisk.attributes,
                .compression = compression::name_of(*unpacked[number].compression)};
      return;
    }
    ramdisk.file = base_name(number) + ".img";
    source = {.file = ramdisk.file};
  }

  void describe(std::size_t number, const UnpackedRamdisk& unpacked, ExtractedRamdisk& ramdisk) {
    ramdisk.folder = unpacked.folder;
    ramdisk.attributes = base_name(number) + ".attributes";
    ramdisk.paths = unpacked.attributes.size();
    ramdisk.notes = unpacked.notes;
    ramdisk.unlisted_notes = unpacked.unlisted_notes;
    write_text(ramdisk.attributes, layers::write_attributes(unpacked.attributes));
  }

  /// Why the folder cannot stand for the ramdisk; empty when it can.
  std::string fault_of(std::size_t number, const UnpackedRamdisk& unpacked) {
    if (!unpacked.is_whole()) return "a folder cannot hold all that it does";
    const auto compression = form_of(unpacked.compression);
    if (!compression) return "it is compressed in a way that reproduce does not write";
    if (mtime_ && *mtime_ != unpacked.mtime)
      return "its files have another time than those of the ramdisks before it";
    const build::RamdiskForm form{
        .compression = *compression, .mtime = unpacked.mtime, .threads = options_.threads};
    const auto fault =
        repack_fault(folder_ / unpacked.folder, unpacked.attributes, form, image_, ranges_[number]);
    if (!fault) mtime_ = unpacked.mtime;
    return fault.value_or("");
  }

  void write_section(const Section& section) {
    std::string file;
    switch (section.type) {
      case SectionType::kernel:
        file = kernel_file;
        break;
      case SectionType::cmdline:
        file = cmdline_file;
        break;
      case SectionType::metadata:
        file = metadata_file;
        break;
      case SectionType::signature:
        file = signature_file;
        break;
      case SectionType::ramdisk:
        file = result_.ramdisks[section.ramdisk_index].file;
        break;
    }
    if (!file.empty()) {
      RangeSource payload(image_, section.payload_offset(), section.payload_size);
      write_file(file, payload);
    } else {
      file = result_.ramdisks[section.ramdisk_index].folder;
    }
    result_.sections.push_back(
        {.name = eif::label_of(section), .size = section.payload_size, .file = file});
  }

  void write_file(const std::string& name, Source& bytes) {
    const UniqueFd fd = out_.create_file(name, false);
    DescriptorSink file(fd.get(), out_.name_of(name));
    (void)copy(bytes, file);
  }

  void write_text(const std::string& name, std::string_view text) {
    MemorySource bytes(as_bytes(text));
    write_file(name, bytes);
  }

  const RandomAccess& image_;
  const std::filesystem::path& folder_;
  const Options& options_;
  FolderWriter out_;
  std::vector<initramfs::Range> ranges_;
  std::vector<RamdiskSource> sources_;
  std::optional<std::uint32_t> mtime_;
  Extraction result_;
};

}  // namespace

Extraction extract_image(const RandomAccess& image, const std::filesystem::path& folder,
                         const Options& options) {
  return Extractor(image, folder, options).run();
}

}  // namespace reproduce::extract
