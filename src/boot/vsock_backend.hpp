#pragma once

/// The other side of the vsock device: the least that QEMU is content with.
///
/// The machine has a vhost-user-vsock device and does not start without a backend. This one agrees
/// to everything, names the guest's context identifier, and never looks at a queue: what the
/// guest sends waits there for ever, so its connections time out.
///
///     message   4  request                      all in this machine's byte order
///               4  flags: 1 version, 4 reply, 8 reply wanted
///               4  size of what follows
///
/// Source: QEMU 10.0, docs/interop/vhost-user.rst; Virtio 1.2, section 5.10 (vsock).

#include <cstdint>

#include "reproduce/base/bytes.hpp"
#include "reproduce/base/file.hpp"

namespace reproduce::boot {

class VsockBackend {
 public:
  /// `connection`: a stream socket to QEMU.
  explicit VsockBackend(UniqueFd connection);

  /// To wait on; negative once QEMU has closed its end.
  [[nodiscard]] int descriptor() const noexcept { return connection_.get(); }

  /// Answers the messages that are there, without waiting for more. Error{environment} for what
  /// is no message.
  void answer();

 private:
  void answer_message(std::uint32_t request, std::uint32_t flags, ByteView payload);
  void reply(std::uint32_t request, ByteView payload);

  UniqueFd connection_;
  Bytes received_;
};

}  // namespace reproduce::boot
