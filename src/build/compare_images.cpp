#include "reproduce/build/compare_images.hpp"

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <utility>

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/eif/metadata.hpp"
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
  eif::SectionType type{};
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
                              .type = section->type,
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

/// A field and whether it differs.
using Field = std::pair<const char*, bool>;

/// "A and B differ"; empty when none does.
std::string fields_text(std::initializer_list<Field> fields) {
  std::string names;
  bool several = false;
  for (const auto& [name, differs] : fields) {
    if (!differs) continue;
    several = !names.empty();
    names += (several ? ", " : "") + std::string(name);
  }
  return names.empty() ? names : names + (several ? " differ" : " differs");
}

std::string metadata_text(const Part& one, const Part& other) {
  try {
    const auto metadata_of = [](const Part& part) {
      return eif::decode_metadata(
          read_all(*part.content->open(), eif::max_metadata_size, "metadata"));
    };
    const eif::Metadata first = metadata_of(one);
    const eif::Metadata second = metadata_of(other);
    std::string text =
        fields_text({{"ImageName", first.image_name != second.image_name},
                     {"ImageVersion", first.image_version != second.image_version},
                     {"BuildTime", first.build_time != second.build_time},
                     {"BuildTool", first.build_tool != second.build_tool},
                     {"BuildToolVersion", first.build_tool_version != second.build_tool_version},
                     {"OperatingSystem", first.operating_system != second.operating_system},
                     {"KernelVersion", first.kernel_version != second.kernel_version},
                     {"DockerInfo", first.docker_info != second.docker_info},
                     {"CustomMetadata", first.custom_metadata != second.custom_metadata}});
    if (!text.empty()) return text;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::malformed) throw;
  }
  return bytes_text(one, other);
}

/// Offsets, sizes and checksum follow from the sections.
std::string header_text(const eif::Header& one, const eif::Header& other) {
  return fields_text({{"version", one.version != other.version},
                      {"flags", one.flags != other.flags},
                      {"default memory", one.default_mem != other.default_mem},
                      {"default CPUs", one.default_cpus != other.default_cpus}});
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

std::string part_text(const Part& one, const Part& other,
                      const std::filesystem::path& scratch_folder) {
  switch (one.type) {
    case eif::SectionType::ramdisk:
      return ramdisk_text(one, other, scratch_folder);
    case eif::SectionType::metadata:
      return metadata_text(one, other);
    case eif::SectionType::kernel:
    case eif::SectionType::cmdline:
    case eif::SectionType::signature:
      break;
  }
  return bytes_text(one, other);
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
      differences.push_back(part.name + ": " + part_text(part, counterpart, scratch_folder));
    }
  }
  if (const std::string header = header_text(parts.header, others.header); !header.empty())
    differences.push_back("header: " + header);
  return differences;
}

}  // namespace reproduce::build
