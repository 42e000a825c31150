#include "reproduce/inputs/folder.hpp"

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <system_error>
#include <unordered_map>
#include <utility>

#include "reproduce/base/checked.hpp"
#include "reproduce/base/stream.hpp"
#include "reproduce/base/text.hpp"
#include "reproduce/base/trace.hpp"
#include "reproduce/layers/directory.hpp"
#include "reproduce/tree/digest.hpp"

namespace reproduce::inputs {
namespace {

/// What all contents of one folder share: they may outlive the FolderInput.
struct Folder {
  const Ledger& ledger;
  manifest::InputId input;
  std::unordered_map<const tree::Content*, Sha256Digest> digests{};
};

/// Content that notes what it held once it has been streamed.
class FolderContent final : public tree::Content {
 public:
  FolderContent(std::shared_ptr<Folder> folder, std::string path, tree::ContentPtr content)
      : folder_(std::move(folder)), path_(std::move(path)), content_(std::move(content)) {}

  [[nodiscard]] std::uint64_t size() const noexcept override { return content_->size(); }
  [[nodiscard]] std::unique_ptr<Source> open() const override;

 private:
  class Stream;

  void settle(std::uint64_t read, Sha256 hash) const {
    if (read != size()) refuse(read);
    folder_->digests[this] = std::move(hash).finish();
  }

  [[noreturn]] void refuse(std::uint64_t read) const {
    folder_->ledger.refuse(folder_->input, "'" + path_ + "'" + " with " + counted(size(), "byte"),
                           (read > size() ? "at least " : "") + counted(read, "byte"));
  }

  std::shared_ptr<Folder> folder_;
  std::string path_;
  tree::ContentPtr content_;
};

class FolderContent::Stream final : public Source {
 public:
  Stream(const FolderContent& content, std::unique_ptr<Source> source)
      : content_(content), source_(std::move(source)) {}

  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override {
    if (!hash_ || buffer.empty()) return 0;
    const std::size_t count = source_->read(buffer);
    read_ += count;
    if (read_ > content_.size()) content_.refuse(read_);
    if (count == 0)
      content_.settle(read_, *std::exchange(hash_, std::nullopt));
    else
      hash_->update(buffer.first(count));
    return count;
  }

 private:
  const FolderContent& content_;
  std::unique_ptr<Source> source_;
  std::optional<Sha256> hash_{std::in_place};  // until the end has been seen
  std::uint64_t read_ = 0;
};

std::unique_ptr<Source> FolderContent::open() const {
  try {
    return std::make_unique<Stream>(*this, content_->open());
  } catch (const tree::ContentChanged&) {
    folder_->ledger.refuse(folder_->input, "'" + path_ + "' as it was when the folder was listed",
                           "another file, or one of another size");
  }
}

/// Whether something is at `path` that is no folder.
bool is_something_else(const std::filesystem::path& path) {
  std::error_code unreadable;  // whoever reads it will tell why
  const std::filesystem::file_status status = std::filesystem::status(path, unreadable);
  return std::filesystem::exists(status) && !std::filesystem::is_directory(status);
}

layers::Layer list(const Ledger& ledger, manifest::InputId input,
                   const FolderAttributes& attributes) {
  const std::string folder = ledger.location(input).string();
  if (ledger.compares() && is_something_else(folder)) ledger.refuse(input, "a folder", "no folder");
  try {
    layers::Layer layer = layers::read_directory(
        folder, layers::Owner{.uid = attributes.owner.uid, .gid = attributes.owner.gid});
    if (attributes.listed)
      layer.tree = layers::apply_attributes(*attributes.listed, std::move(layer.tree));
    return layer;
  } catch (const tree::ContentChanged& error) {
    ledger.refuse(input, "a folder that nobody writes to", error.what());
  } catch (const Error& error) {
    // What was pinned could be read, so what cannot be a tree is something else.
    if (error.kind() == ErrorKind::malformed && ledger.pinning() == Pinning::compare)
      ledger.refuse(input, "the folder that was locked", error.what());
    if (!error.context().file.empty() && error.context().file != folder) throw;
    throw ledger.at_input(input, error);
  }
}

}  // namespace

struct FolderInput::State {
  Ledger& ledger;
  manifest::InputId input;
  layers::Layer layer;
  std::shared_ptr<Folder> folder;
  std::uint64_t size = 0;
};

FolderInput::FolderInput(Ledger& ledger, manifest::InputId input,
                         const FolderAttributes& attributes)
    : state_(std::make_unique<State>(
          State{.ledger = ledger,
                .input = input,
                .layer = list(ledger, input, attributes),
                .folder = std::make_shared<Folder>(Folder{ledger, input})})) {
  State& state = *state_;
  state.layer.tree.replace_contents([&](const std::string& path, tree::ContentPtr content) {
    state.size = checked_add(state.size, content->size(), "size of the folder");
    return std::make_shared<const FolderContent>(state.folder, path, std::move(content));
  });
  trace("inputs", [&] {
    return "listed '" + ledger.location(input).string() +
           "': " + std::to_string(state.layer.tree.entries().size()) + " entries, " +
           counted(state.size, "byte");
  });
  ledger.check_extent(input, state.layer.tree.entries().size(), state.size);
}

FolderInput::FolderInput(FolderInput&&) noexcept = default;
FolderInput& FolderInput::operator=(FolderInput&&) noexcept = default;
FolderInput::~FolderInput() = default;

const layers::Layer& FolderInput::layer() const noexcept {
  return state_->layer;
}

void FolderInput::settle() {
  const tree::Tree& tree = state_->layer.tree;
  const auto digest_of = [this](const tree::Content& content) {
    const auto found = state_->folder->digests.find(&content);
    if (found == state_->folder->digests.end())
      throw Error(ErrorKind::bug, "a file of a folder was never read");
    return found->second;
  };
  state_->ledger.settle(state_->input, state_->size, tree::digest(tree, digest_of),
                        tree.entries().size());
}

void FolderInput::settle_unused() {
  NullSink nowhere;
  for (const auto& [path, entry] : state_->layer.tree.entries()) {
    if (!entry.content) continue;
    const std::unique_ptr<Source> source = entry.content->open();
    copy(*source, nowhere);
  }
  settle();
}

}  // namespace reproduce::inputs
