#include "unpack.hpp"

#include <optional>
#include <span>
#include <utility>

#include "reproduce/base/error.hpp"
#include "reproduce/eif/reader.hpp"
#include "reproduce/inputs/file.hpp"
#include "reproduce/layers/archive.hpp"
#include "reproduce/layers/spool.hpp"

namespace reproduce::inputs {
namespace {

using manifest::InputId;
using manifest::InputKind;

void drain(Source& source) {
  Bytes buffer(chunk_size);
  while (source.read(buffer) != 0) {
  }
}

/// Runs `use` on the file and reads to its end what that left.
template <class Use>
auto use_file(Ledger& ledger, InputId id, Use use) {
  InputSource source(ledger, id);
  try {
    auto result = use(source);
    drain(source);
    return result;
  } catch (const Error& error) {
    if (error.kind() != ErrorKind::malformed) throw;
    drain(source);
    Error named = error;
    named.set_file_if_unknown(ledger.location(id).string());
    throw named;
  }
}

/// The payload of one section, as long as the reader stands in it.
class PayloadSource final : public Source {
 public:
  explicit PayloadSource(eif::ImageReader& reader) : reader_(reader) {}

  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override {
    return buffer.empty() ? 0 : reader_.read_payload(buffer);
  }

 private:
  eif::ImageReader& reader_;
};

std::string section_name(const eif::Section& section) {
  std::string name(eif::name_of(section.type));
  if (section.type == eif::SectionType::ramdisk)
    name += " " + std::to_string(section.ramdisk_index);
  return name;
}

UnpackedInput unpack_image(Source& source, const std::filesystem::path& scratch_folder) {
  UnpackedInput input;
  eif::ImageReader reader(source);
  while (const std::optional<eif::Section> section = reader.next_section()) {
    PayloadSource payload(reader);
    input.sections.emplace(section_name(*section), layers::spool(payload, scratch_folder));
  }
  reader.finish();
  return input;
}

}  // namespace

bool holds_tree(InputKind kind) noexcept {
  switch (kind) {
    case InputKind::kernel:
    case InputKind::kernel_config:
    case InputKind::init:
    case InputKind::nsm:
    case InputKind::raw:
    case InputKind::file:
    case InputKind::eif:
      return false;
    case InputKind::dir:
    case InputKind::cpio:
    case InputKind::tar:
    case InputKind::deb:
    case InputKind::debs:
    case InputKind::oci:
      return true;
  }
  return false;
}

UnpackedInput unpack(Ledger& ledger, InputId id, const std::filesystem::path& scratch_folder) {
  const auto tree_of = [&](auto read) {
    return UnpackedInput{.layer = use_file(ledger, id, read)};
  };
  switch (ledger.input(id).kind) {
    case InputKind::dir:  // one that a command made, which the store keeps as an archive
    case InputKind::cpio:
      return tree_of([&](Source& source) { return layers::read_archive(source, scratch_folder); });
    case InputKind::eif:
      return use_file(ledger, id,
                      [&](Source& source) { return unpack_image(source, scratch_folder); });
    case InputKind::tar:
    case InputKind::deb:
    case InputKind::debs:
    case InputKind::oci:
      throw ledger.at_input(id, Error(ErrorKind::usage, "inputs of this kind are not available"));
    case InputKind::kernel:
    case InputKind::kernel_config:
    case InputKind::init:
    case InputKind::nsm:
    case InputKind::raw:
    case InputKind::file:
      break;
  }
  throw Error(ErrorKind::bug, "an input that cannot be unpacked");
}

}  // namespace reproduce::inputs
