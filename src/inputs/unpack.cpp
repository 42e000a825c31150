#include "unpack.hpp"

#include <exception>
#include <optional>
#include <span>
#include <utility>

#include "reproduce/base/error.hpp"
#include "reproduce/base/file.hpp"
#include "reproduce/base/hex.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/eif/payload.hpp"
#include "reproduce/eif/reader.hpp"
#include "reproduce/inputs/file.hpp"
#include "reproduce/layers/archive.hpp"
#include "reproduce/layers/deb.hpp"
#include "reproduce/layers/oci.hpp"
#include "reproduce/layers/spool.hpp"
#include "reproduce/layers/tar.hpp"

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
  } catch (Error& error) {
    if (error.kind() != ErrorKind::malformed) throw;
    drain(source);
    error.set_file_if_unknown(ledger.location(id).string());
    throw;
  }
}

UnpackedInput unpack_image(Source& source, const std::filesystem::path& scratch_folder) {
  UnpackedInput input;
  eif::ImageReader reader(source);
  while (const std::optional<eif::Section> section = reader.next_section()) {
    eif::PayloadSource payload(reader);
    input.sections.emplace(eif::label_of(*section), layers::spool(payload, scratch_folder));
  }
  reader.finish();
  return input;
}

/// What a ramdisk cannot do for a package: it has no moment in which to run anything.
layers::Layer read_deb(Source& source, const std::filesystem::path& scratch_folder) {
  layers::Deb deb = layers::read_deb(source, scratch_folder);
  if (!deb.scripts.empty()) {
    std::string names;
    for (const std::string& script : deb.scripts) names += (names.empty() ? "" : ", ") + script;
    deb.layer.losses.push_back(
        {"", "what the maintainer scripts of " + deb.name + " would do (" + names + ")"});
  }
  return std::move(deb.layer);
}

/// Reads a file of the store that has to be the pinned package.
class PackageSource final : public Source {
 public:
  PackageSource(const Ledger& ledger, InputId id, const manifest::PackagePin& package)
      : ledger_(ledger), id_(id), package_(package), file_(ledger.stored(id, package.digest)) {}

  /// Having thrown once, it throws always: a decoder may take a failure for the end.
  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override {
    if (failure_) std::rethrow_exception(failure_);
    if (!hash_ || buffer.empty()) return 0;
    try {
      return read_on(buffer);
    } catch (...) {
      failure_ = std::current_exception();
      throw;
    }
  }

 private:
  std::size_t read_on(std::span<std::uint8_t> buffer) {
    const std::size_t count = file_.read(buffer);
    size_ += count;
    hash_->update(buffer.first(count));
    if (count != 0 && size_ <= package_.size) return count;
    const Sha256Digest digest = std::move(*hash_).finish();
    hash_.reset();
    if (size_ != package_.size || digest != package_.digest)
      throw ledger_.at_input(
          id_, Error(ErrorKind::untrusted,
                     "the package " + quote(package_.name) + " is damaged in the store",
                     {.file = file_.name(),
                      .expected = "SHA-256 " + to_hex(package_.digest),
                      .got = counted(size_, "byte") + ", SHA-256 " + to_hex(digest),
                      .hint = "`reproduce fetch` brings it again"}));
    return count;
  }

  const Ledger& ledger_;
  InputId id_;
  const manifest::PackagePin& package_;
  FileSource file_;
  std::optional<Sha256> hash_{std::in_place};
  std::uint64_t size_ = 0;
  std::exception_ptr failure_;
};

/// One over the other, in the order of their names: packages that work together bring only
/// folders twice.
UnpackedInput unpack_packages(Ledger& ledger, InputId id,
                              const std::filesystem::path& scratch_folder) {
  UnpackedInput input;
  for (const manifest::PackagePin& package : ledger.pin(id).packages) {
    PackageSource source(ledger, id, package);
    try {
      layers::Layer layer = read_deb(source, scratch_folder);
      drain(source);
      input.layer.losses.insert(input.layer.losses.end(), layer.losses.begin(), layer.losses.end());
      input.layer.tree.merge("", std::move(layer.tree));
    } catch (const Error& error) {
      drain(source);
      ErrorContext context = error.context();
      if (context.where.empty()) context.where = "package " + quote(package.name);
      throw ledger.at_input(id, Error(error.kind(), error.what(), std::move(context)));
    }
  }
  ledger.settle_packages(id);
  return input;
}

/// A file of the store that belongs to an input without being all of it.
class StoredFile {
 public:
  StoredFile(const Ledger& ledger, InputId id) : ledger_(ledger), id_(id) {}

  std::unique_ptr<Source> operator()(const Sha256Digest& digest) const {
    return std::make_unique<FileSource>(ledger_.stored(id_, digest));
  }

 private:
  const Ledger& ledger_;
  InputId id_;
};

layers::OciChoice choice_of(const manifest::Input& input) {
  layers::OciChoice choice;
  if (input.origin == manifest::Origin::path) choice.digest = input.sha256;
  if (!input.platform.empty()) choice.platform = input.platform;
  return choice;
}

layers::OciImage read_oci(Ledger& ledger, InputId id, const std::filesystem::path& scratch_folder) {
  const manifest::Input& input = ledger.input(id);
  const layers::OciChoice choice = choice_of(input);
  switch (input.origin) {
    case manifest::Origin::path:
      return layers::read_oci(ledger.location(id), scratch_folder, choice);
    case manifest::Origin::registry:
      return layers::read_oci_blobs(StoredFile(ledger, id), ledger.pin(id).digest, scratch_folder,
                                    choice);
    case manifest::Origin::url:
    case manifest::Origin::command:
    case manifest::Origin::apt:
      break;
  }
  return use_file(ledger, id, [&](Source& source) {
    return layers::read_oci_archive(source, scratch_folder, choice);
  });
}

UnpackedInput unpack_oci(Ledger& ledger, InputId id, const std::filesystem::path& scratch_folder) {
  layers::OciImage image = [&] {
    try {
      return read_oci(ledger, id, scratch_folder);
    } catch (const Error& error) {
      throw ledger.at_input(id, error);
    }
  }();
  // An image that came as one file was settled as that.
  if (ledger.pin(id).form != manifest::PinForm::file)
    ledger.settle_image(
        id, image.bytes_read, image.manifest_digest.value_or(image.config_digest),
        image.manifest_digest ? manifest::PinForm::manifest : manifest::PinForm::config);
  return {.layer = std::move(image.layer), .config = std::move(image.config)};
}

}  // namespace

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
      return tree_of([&](Source& source) { return layers::read_tar(source, scratch_folder); });
    case InputKind::oci:
      return unpack_oci(ledger, id, scratch_folder);
    case InputKind::deb:
      return tree_of([&](Source& source) { return read_deb(source, scratch_folder); });
    case InputKind::debs:
      return unpack_packages(ledger, id, scratch_folder);
    case InputKind::kernel:
    case InputKind::kernel_config:
    case InputKind::cmdline:
    case InputKind::metadata:
    case InputKind::signature:
    case InputKind::certificate:
    case InputKind::init:
    case InputKind::nsm:
    case InputKind::raw:
    case InputKind::file:
    case InputKind::attributes:
      break;
  }
  throw Error(ErrorKind::bug, "an input that cannot be unpacked");
}

}  // namespace reproduce::inputs
