#include "reproduce/inputs/file.hpp"

#include <string>
#include <utility>

#include "reproduce/base/text.hpp"
#include "reproduce/base/trace.hpp"

namespace reproduce::inputs {
namespace {

/// Refuses what is no regular file before it is opened, since opening a fifo would wait for
/// somebody to write into it. Where a file was pinned, it is no longer the pinned one.
void require_regular(const Ledger& ledger, manifest::InputId input,
                     const std::filesystem::path& path) {
  using std::filesystem::file_type;
  std::error_code unreadable;  // opening it will tell why
  const file_type type = std::filesystem::status(path, unreadable).type();
  const bool special = type == file_type::fifo || type == file_type::socket ||
                       type == file_type::character || type == file_type::block;
  if (ledger.compares() && (special || type == file_type::directory))
    ledger.refuse(input, "a regular file", special ? "a pipe, socket or device" : "a folder");
  if (type == file_type::directory)
    throw Error(ErrorKind::usage, "an input is a folder and not a file",
                {.file = path.string(), .hint = "folders are layers of kind `dir`"});
  if (special)
    throw Error(ErrorKind::usage, "an input is not a regular file",
                {.file = path.string(), .hint = "only what can be read again can be pinned"});
}

FileSource open_input(const Ledger& ledger, manifest::InputId input) {
  const std::filesystem::path path = ledger.location(input);
  try {
    if (ledger.pinning() != Pinning::none) require_regular(ledger, input, path);
    return FileSource(path);
  } catch (const Error& error) {
    throw ledger.at_input(input, error);
  }
}

class FileContent final : public tree::Content {
 public:
  FileContent(Ledger& ledger, manifest::InputId input) : ledger_(ledger), input_(input) {
    // Opening it also finds out now, and not in the middle of the build, that it cannot be read.
    const FileSource file = open_input(ledger, input);
    size_ = file.size().value_or(0);
    ledger.check_size(input, size_);
  }

  [[nodiscard]] std::uint64_t size() const noexcept override { return size_; }

  [[nodiscard]] std::unique_ptr<Source> open() const override {
    return std::make_unique<InputSource>(ledger_, input_, size_);
  }

 private:
  Ledger& ledger_;
  manifest::InputId input_;
  std::uint64_t size_ = 0;
};

}  // namespace

InputSource::InputSource(Ledger& ledger, manifest::InputId input,
                         std::optional<std::uint64_t> promised)
    : ledger_(ledger),
      input_(input),
      file_(open_input(ledger, input)),
      due_(promised ? promised : ledger.pinned_size(input)) {
  trace("inputs", [&] {
    return "opened '" + ledger.location(input).string() + "' for reading, " +
           (file_.size() ? counted(*file_.size(), "byte") : "of unknown size");
  });
  if (ledger.pinning() != Pinning::none) hash_.emplace();
  if (due_ && file_.size() && *file_.size() != *due_) refuse_size(*file_.size());
}

void InputSource::refuse_size(std::uint64_t size) const {
  ledger_.refuse(input_, counted(*due_, "byte"), counted(size, "byte"));
}

std::size_t InputSource::read(std::span<std::uint8_t> buffer) {
  if (failure_) std::rethrow_exception(failure_);
  if (settled_ || buffer.empty()) return 0;
  try {
    return read_on(buffer);
  } catch (...) {
    failure_ = std::current_exception();
    throw;
  }
}

std::size_t InputSource::read_on(std::span<std::uint8_t> buffer) {
  const std::size_t count = file_.read(buffer);
  read_ += count;
  if (due_ && read_ > *due_) refuse_size(read_);
  if (count == 0)
    settle();
  else if (hash_)
    hash_->update(buffer.first(count));
  return count;
}

void InputSource::settle() {
  if (due_ && read_ != *due_) refuse_size(read_);
  if (hash_) ledger_.settle(input_, read_, std::move(*hash_).finish());
  settled_ = true;
}

Bytes read_input(Ledger& ledger, manifest::InputId input, std::uint64_t limit,
                 std::string_view what) {
  InputSource source(ledger, input);
  try {
    return read_all(source, limit, what);
  } catch (Error& error) {
    error.set_file_if_unknown(ledger.location(input).string());
    throw;
  }
}

tree::ContentPtr file_content(Ledger& ledger, manifest::InputId input) {
  return std::make_shared<const FileContent>(ledger, input);
}

}  // namespace reproduce::inputs
