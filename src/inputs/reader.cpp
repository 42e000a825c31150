#include "reproduce/inputs/reader.hpp"

#include <map>
#include <span>
#include <utility>

#include "unpack.hpp"

#include "reproduce/base/error.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/inputs/file.hpp"
#include "reproduce/layers/archive.hpp"
#include "reproduce/layers/member.hpp"

namespace reproduce::inputs {
namespace {

using manifest::FileRef;
using manifest::InputKind;

bool is_whole_file(const Ledger& ledger, const FileRef& ref) {
  return ref.part.empty() && manifest::is_one_file(ledger.input(ref.input).kind);
}

/// Reads a content, which lives as long as this: the reader and all that it has unpacked may be
/// gone by then.
class ContentSource final : public Source {
 public:
  explicit ContentSource(tree::ContentPtr content)
      : content_(std::move(content)), source_(content_->open()) {}

  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override {
    return source_->read(buffer);
  }

 private:
  tree::ContentPtr content_;
  std::unique_ptr<Source> source_;
};

}  // namespace

struct Reader::Unpacked {
  UnpackedInput all;
  std::map<std::string, layers::Layer> trees_of_sections{};  // of an image's ramdisks
};

Reader::Reader(Ledger& ledger, std::filesystem::path scratch_folder)
    : ledger_(ledger),
      scratch_folder_(std::move(scratch_folder)),
      unpacked_(ledger.manifest().inputs.size()) {}

Reader::~Reader() = default;

Reader::Unpacked& Reader::unpacked(const FileRef& ref) {
  std::unique_ptr<Unpacked>& place = unpacked_[ref.input];
  if (!place)
    place = std::make_unique<Unpacked>(Unpacked{unpack(ledger_, ref.input, scratch_folder_)});
  return *place;
}

tree::ContentPtr Reader::section(const FileRef& ref) {
  const auto& sections = unpacked(ref).all.sections;
  const auto found = sections.find(ref.part);
  if (found != sections.end()) return found->second;
  std::string names;
  for (const auto& [name, content] : sections) names += (names.empty() ? "" : ", ") + name;
  throw ledger_.at_input(ref.input,
                         Error(ErrorKind::usage, "the image has no section " + quote(ref.part),
                               {.expected = "one of " + names}));
}

const layers::Layer& Reader::tree(const FileRef& ref) {
  return layer(ref);
}

layers::Layer Reader::take_tree(const FileRef& ref) {
  layers::Layer& tree = layer(ref);
  return ledger_.input(ref.input).uses == 1 ? std::move(tree) : tree;
}

layers::Layer& Reader::layer(const FileRef& ref) {
  Unpacked& input = unpacked(ref);
  if (ledger_.input(ref.input).kind != InputKind::eif) return input.all.layer;
  const auto known = input.trees_of_sections.find(ref.part);
  if (known != input.trees_of_sections.end()) return known->second;
  const std::unique_ptr<Source> ramdisk = section(ref)->open();
  try {
    return input.trees_of_sections
        .emplace(ref.part, layers::read_archive(*ramdisk, scratch_folder_))
        .first->second;
  } catch (const Error& error) {
    throw ledger_.at_input(ref.input, error);
  }
}

std::optional<layers::OciConfig> Reader::image_config(const FileRef& ref) {
  if (ledger_.input(ref.input).kind != InputKind::oci) return std::nullopt;
  return unpacked(ref).all.config;
}

InputFile Reader::file(const FileRef& ref) {
  if (is_whole_file(ledger_, ref)) return {.content = file_content(ledger_, ref.input)};
  if (ledger_.input(ref.input).kind == InputKind::eif) return {.content = section(ref)};
  try {
    const layers::Member member = layers::choose_member(tree(ref).tree, ref.part);
    return {.content = member.entry.content, .mode = member.entry.mode};
  } catch (const Error& error) {
    throw ledger_.at_input(ref.input, error);
  }
}

OpenInput Reader::open(const FileRef& ref) {
  if (is_whole_file(ledger_, ref)) {
    auto source = std::make_unique<InputSource>(ledger_, ref.input);
    const std::optional<std::uint64_t> size = source->size();
    return {.source = std::move(source), .size = size};
  }
  tree::ContentPtr content = file(ref).content;
  const std::uint64_t size = content->size();
  return {.source = std::make_unique<ContentSource>(std::move(content)), .size = size};
}

Bytes Reader::read(const FileRef& ref, std::uint64_t limit, std::string_view what) {
  if (is_whole_file(ledger_, ref)) return read_input(ledger_, ref.input, limit, what);
  const OpenInput input = open(ref);
  try {
    return read_all(*input.source, limit, what);
  } catch (const Error& error) {
    throw ledger_.at_input(ref.input, error);
  }
}

}  // namespace reproduce::inputs
