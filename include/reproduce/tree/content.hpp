#pragma once

/// What a regular file holds, without holding it.

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/error.hpp"
#include "reproduce/base/stream.hpp"

namespace reproduce::tree {

/// Bytes of a known size that can be streamed. A build streams each content
/// once; whoever made it may hash it on that very stream, and then the source
/// throws Error{untrusted} at its end when the bytes are not the pinned ones.
class Content {
 public:
  Content() = default;
  Content(const Content&) = delete;
  Content& operator=(const Content&) = delete;
  Content(Content&&) = delete;
  Content& operator=(Content&&) = delete;
  virtual ~Content() = default;

  /// Bytes that open() will give. A source that gives fewer or more is an
  /// error of whoever reads it (the file changed meanwhile).
  [[nodiscard]] virtual std::uint64_t size() const noexcept = 0;

  /// A source from the first byte on. The content must outlive it. Readers go on
  /// to the end (a read that gives 0), because checks may happen there.
  [[nodiscard]] virtual std::unique_ptr<Source> open() const = 0;
};

/// Thrown when a content, or what lists it, is no longer what it was when it was listed:
/// Error{environment}, since somebody writes to it. Whoever holds a pin against it knows more
/// and says so.
class ContentChanged : public Error {
 public:
  explicit ContentChanged(const std::string& what_changed, ErrorContext context = {})
      : Error(ErrorKind::environment, what_changed, std::move(context)) {}
};

/// Shared, because hard links and merged trees name one content twice.
using ContentPtr = std::shared_ptr<const Content>;

/// Content that lies in memory.
[[nodiscard]] ContentPtr memory_content(Bytes bytes);

}  // namespace reproduce::tree
