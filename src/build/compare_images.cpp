#include "reproduce/build/compare_images.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/eif/payload.hpp"
#include "reproduce/eif/reader.hpp"
#include "reproduce/layers/archive.hpp"
#include "reproduce/layers/spool.hpp"

namespace reproduce::build {
namespace {

using tree::Entry;

/// A section, as content that can be read again.
struct Part {
  std::string name;
  bool is_ramdisk = false;
  tree::ContentPtr content;
};

struct Parts {
  eif::Header header;
  std::vector<Part> sections;
};

Parts parts_of(const std::filesystem::path& image, const std::filesystem::path& scratch_folder) {
  FileSource source(image);
  eif::ImageReader reader(source);
  Parts parts;
  parts.header = reader.header();
  while (const auto section = reader.next_section()) {
    eif::PayloadSource payload(reader);
    parts.sections.push_back({.name = eif::label_of(*section),
                              .is_ramdisk = section->type == eif::SectionType::ramdisk,
                              .content = layers::spool(payload, scratch_folder)});
  }
  reader.finish();
  return parts;
}

/// The offset of the first byte in which the two differ; nothing when they are the same.
std::optional<std::uint64_t> first_difference(const tree::Content& one,
                                              const tree::Content& other) {
  const std::unique_ptr<Source> first = one.open();
  const std::unique_ptr<Source> second = other.open();
  Bytes first_chunk(chunk_size);
  Bytes second_chunk(chunk_size);
  for (std::uint64_t offset = 0;;) {
    const std::size_t first_count = read_up_to(*first, first_chunk);
    const std::size_t second_count = read_up_to(*second, second_chunk);
    const std::size_t common = std::min(first_count, second_count);
    const auto begin = first_chunk.begin();
    const auto mismatch =
        std::mismatch(begin, begin + static_cast<std::ptrdiff_t>(common), second_chunk.begin());
    const auto same = static_cast<std::size_t>(mismatch.first - begin);
    if (same != common || first_count != second_count) return offset + same;
    if (common == 0) return std::nullopt;
    offset += common;
  }
}

std::string bytes_text(const Part& part, const Part& other) {
  if (part.content->size() != other.content->size())
    return counted(part.content->size(), "byte") + " in one, " +
           std::to_string(other.content->size()) + " in the other";
  const auto offset = first_difference(*part.content, *other.content);
  return "the first difference is at byte " + std::to_string(offset.value_or(0));
}

/// What differs between two entries of one path; empty when nothing does.
std::string entry_difference(const Entry& one, const Entry& other) {
  if (one.type != other.type)
    return "is a " + std::string(tree::name_of(one.type)) + " in one and a " +
           std::string(tree::name_of(other.type)) + " in the other";
  if (one.mode != other.mode) return "differs in mode";
  if (one.uid != other.uid || one.gid != other.gid) return "differs in owner";
  if (one.target != other.target) return "differs in what it links to";
  if (one.device_major != other.device_major || one.device_minor != other.device_minor)
    return "differs in device number";
  if (one.content && first_difference(*one.content, *other.content)) return "differs in content";
  return {};
}

/// The first path that differs, in words; empty when the trees are the same.
std::string tree_difference(const tree::Tree& one, const tree::Tree& other) {
  for (const auto& [path, entry] : one.entries()) {
    const Entry* const counterpart = other.find(path);
    if (counterpart == nullptr) return quote("/" + path) + " is only in one of them";
    const std::string difference = entry_difference(entry, *counterpart);
    if (difference.empty()) continue;
    std::string text = quote("/" + path);
    text += ' ';
    return text += difference;
  }
  for (const auto& [path, entry] : other.entries())
    if (one.find(path) == nullptr) return quote("/" + path) + " is only in one of them";
  return {};
}

std::optional<layers::Layer> unpack(const Part& part, const std::filesystem::path& scratch_folder) {
  try {
    return layers::read_archive(*part.content->open(), scratch_folder);
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::malformed) throw;
    return std::nullopt;  // a raw ramdisk may be anything
  }
}

std::string ramdisk_text(const Part& one, const Part& other,
                         const std::filesystem::path& scratch_folder) {
  const auto tree = unpack(one, scratch_folder);
  const auto other_tree = unpack(other, scratch_folder);
  if (!tree || !other_tree) return bytes_text(one, other);
  std::string difference = tree_difference(tree->tree, other_tree->tree);
  if (!difference.empty()) return difference;
  return "the same files, written in another way: " + bytes_text(one, other);
}

}  // namespace

std::vector<std::string> compare_images(const std::filesystem::path& one,
                                        const std::filesystem::path& other,
                                        const std::filesystem::path& scratch_folder) {
  const Parts parts = parts_of(one, scratch_folder);
  const Parts others = parts_of(other, scratch_folder);
  if (parts.sections.size() != others.sections.size())
    return {counted(parts.sections.size(), "section") + " in one, " +
            std::to_string(others.sections.size()) + " in the other"};
  std::vector<std::string> differences;
  for (std::size_t i = 0; i < parts.sections.size(); ++i) {
    const Part& part = parts.sections[i];
    const Part& counterpart = others.sections[i];
    if (part.name != counterpart.name) {
      differences.push_back("a " + part.name + " in one, a " + counterpart.name + " in the other");
    } else if (first_difference(*part.content, *counterpart.content)) {
      differences.push_back(part.name + ": " +
                            (part.is_ramdisk ? ramdisk_text(part, counterpart, scratch_folder)
                                             : bytes_text(part, counterpart)));
    }
  }
  if (differences.empty() && parts.header != others.header)
    differences.emplace_back("header: the fields beside offsets and sizes");
  return differences;
}

}  // namespace reproduce::build
