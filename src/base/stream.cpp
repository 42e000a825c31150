#include "reproduce/base/stream.hpp"

#include <algorithm>
#include <string>

#include "reproduce/base/error.hpp"

namespace reproduce {

std::uint64_t copy(Source& source, Sink& sink) {
  Bytes buffer(chunk_size);
  std::uint64_t total = 0;
  while (const std::size_t count = source.read(buffer)) {
    sink.write(ByteView(buffer).first(count));
    total += count;
  }
  return total;
}

std::size_t read_up_to(Source& source, std::span<std::uint8_t> buffer) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const std::size_t count = source.read(buffer.subspan(filled));
    if (count == 0) break;
    filled += count;
  }
  return filled;
}

Bytes read_all(Source& source, std::uint64_t limit, std::string_view what) {
  Bytes bytes;
  Bytes buffer(chunk_size);
  while (const std::size_t count = source.read(buffer)) {
    if (count > limit - bytes.size())
      throw Error(ErrorKind::malformed, std::string(what) + " is too large",
                  {.expected = "at most " + std::to_string(limit) + " bytes", .got = "more"});
    bytes.insert(bytes.end(), buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(count));
  }
  return bytes;
}

std::size_t MemorySource::read(std::span<std::uint8_t> buffer) {
  const std::size_t count = std::min(buffer.size(), rest_.size());
  std::copy_n(rest_.begin(), count, buffer.begin());
  rest_ = rest_.subspan(count);
  return count;
}

}  // namespace reproduce
