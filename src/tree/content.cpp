#include "reproduce/tree/content.hpp"

#include <utility>

namespace reproduce::tree {
namespace {

class MemoryContent final : public Content {
 public:
  explicit MemoryContent(Bytes bytes) noexcept : bytes_(std::move(bytes)) {}

  [[nodiscard]] std::uint64_t size() const noexcept override { return bytes_.size(); }
  [[nodiscard]] std::unique_ptr<Source> open() const override {
    return std::make_unique<MemorySource>(bytes_);
  }

 private:
  Bytes bytes_;
};

}  // namespace

ContentPtr memory_content(Bytes bytes) {
  return std::make_shared<const MemoryContent>(std::move(bytes));
}

}  // namespace reproduce::tree
