#include "vsock_backend.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <utility>

#include <sys/socket.h>
#include <unistd.h>

#include "reproduce/base/error.hpp"

namespace reproduce::boot {
namespace {

// Requests that want an answer of their own; the others get 0 when they ask for one.
constexpr std::uint32_t get_features = 1;
constexpr std::uint32_t get_vring_base = 11;
constexpr std::uint32_t get_protocol_features = 15;
constexpr std::uint32_t get_queue_num = 17;
constexpr std::uint32_t get_config = 24;

constexpr std::uint32_t protocol_version = 1;
constexpr std::uint32_t is_reply = 4;
constexpr std::uint32_t wants_reply = 8;

constexpr std::uint64_t offered_features = 1ULL << 32     // VIRTIO_F_VERSION_1
                                           | 1ULL << 30;  // VHOST_USER_F_PROTOCOL_FEATURES
constexpr std::uint64_t offered_protocol = 1U << 9        // CONFIG
                                           | 1U << 3;     // REPLY_ACK
constexpr std::uint64_t queues = 2;                       // receive, transmit
constexpr std::uint64_t guest_cid = 4;                    // 0 to 3 are taken on Nitro

constexpr std::size_t header_size = 12;
constexpr std::size_t largest_payload = 4096;  // a memory table of 8 regions has 264 bytes
constexpr std::size_t most_descriptors = 32;   // QEMU sends 8 at most

template <typename Number>
Number number_at(ByteView bytes, std::size_t offset) {
  if (offset > bytes.size() || bytes.size() - offset < sizeof(Number))
    throw Error(ErrorKind::environment, "QEMU's message about the vsock device is too short");
  Number number{};
  std::memcpy(&number, bytes.data() + offset, sizeof number);
  return number;
}

template <typename Number>
void put(Bytes& bytes, Number number) {
  const auto raw = std::bit_cast<std::array<std::uint8_t, sizeof number>>(number);
  bytes.insert(bytes.end(), raw.begin(), raw.end());
}

Bytes encoded(std::uint64_t number) {
  Bytes bytes;
  put(bytes, number);
  return bytes;
}

/// Memory and event descriptors come along; nothing here has a use for them.
void close_descriptors(msghdr& message) {
  for (cmsghdr* part = CMSG_FIRSTHDR(&message); part != nullptr;
       part = CMSG_NXTHDR(&message, part)) {
    if (part->cmsg_level != SOL_SOCKET || part->cmsg_type != SCM_RIGHTS) continue;
    const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
    for (std::size_t i = 0; i < count; ++i) {
      int descriptor = -1;
      std::memcpy(&descriptor, CMSG_DATA(part) + i * sizeof descriptor, sizeof descriptor);
      (void)::close(descriptor);
    }
  }
}

/// The config space of a vsock device is the guest's context identifier, 8 bytes.
Bytes config_reply(ByteView payload) {
  constexpr std::size_t prefix = 12;  // offset, size, flags; then the bytes
  const auto offset = number_at<std::uint32_t>(payload, 0);
  const Bytes config = encoded(guest_cid);
  Bytes answer(payload.begin(), payload.end());
  for (std::size_t i = prefix; i < answer.size(); ++i) {
    const std::size_t at = std::size_t{offset} + i - prefix;
    answer[i] = at < config.size() ? config[at] : 0;
  }
  return answer;
}

}  // namespace

VsockBackend::VsockBackend(UniqueFd connection) : connection_(std::move(connection)) {}

void VsockBackend::answer() {
  std::array<std::uint8_t, header_size + largest_payload> buffer{};
  alignas(cmsghdr) std::array<std::uint8_t, CMSG_SPACE(most_descriptors * sizeof(int))> control{};
  iovec part{.iov_base = buffer.data(), .iov_len = buffer.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t count = ::recvmsg(connection_.get(), &message, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (count <= 0) {
    connection_ = UniqueFd();  // QEMU ends; how, its exit status tells
    return;
  }
  close_descriptors(message);
  received_.insert(received_.end(), buffer.begin(), buffer.begin() + count);
  while (received_.size() >= header_size) {
    const auto size = number_at<std::uint32_t>(received_, 8);
    if (size > largest_payload)
      throw Error(ErrorKind::environment, "QEMU's message about the vsock device is too long",
                  {.got = std::to_string(size) + " bytes"});
    if (received_.size() - header_size < size) return;
    answer_message(number_at<std::uint32_t>(received_, 0), number_at<std::uint32_t>(received_, 4),
                   ByteView(received_).subspan(header_size, size));
    received_.erase(received_.begin(),
                    received_.begin() + static_cast<std::ptrdiff_t>(header_size + size));
  }
}

void VsockBackend::answer_message(std::uint32_t request, std::uint32_t flags, ByteView payload) {
  switch (request) {
    case get_features:
      return reply(request, encoded(offered_features));
    case get_protocol_features:
      return reply(request, encoded(offered_protocol));
    case get_queue_num:
      return reply(request, encoded(queues));
    case get_vring_base:  // the queue, and how far it was used: not at all
      return reply(request, encoded(number_at<std::uint32_t>(payload, 0)));
    case get_config:
      return reply(request, config_reply(payload));
    default:
      if ((flags & wants_reply) != 0) reply(request, encoded(0));
  }
}

void VsockBackend::reply(std::uint32_t request, ByteView payload) {
  Bytes message;
  put(message, request);
  put(message, protocol_version | is_reply);
  put(message, static_cast<std::uint32_t>(payload.size()));
  message.insert(message.end(), payload.begin(), payload.end());
  // A few bytes to a peer that waits for them: they go in one piece, or QEMU has died.
  (void)::send(connection_.get(), message.data(), message.size(), MSG_NOSIGNAL);
}

}  // namespace reproduce::boot
