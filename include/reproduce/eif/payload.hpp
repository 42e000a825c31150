#pragma once

/// The sections of an image, one after the other, as streams with names.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "reproduce/base/stream.hpp"
#include "reproduce/eif/layout.hpp"
#include "reproduce/eif/reader.hpp"

namespace reproduce::eif {

/// "kernel", "cmdline", "ramdisk 0": what people call the section.
[[nodiscard]] std::string label_of(const Section& section);

/// The payload of the section in which `reader` stands, until it goes on. `reader` must
/// outlive this.
class PayloadSource final : public Source {
 public:
  explicit PayloadSource(ImageReader& reader) noexcept : reader_(reader) {}

  [[nodiscard]] std::size_t read(std::span<std::uint8_t> buffer) override {
    return buffer.empty() ? 0 : reader_.read_payload(buffer);
  }

 private:
  ImageReader& reader_;
};

}  // namespace reproduce::eif
