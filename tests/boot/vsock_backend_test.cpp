#include "../../src/boot/vsock_backend.hpp"

#include <array>

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/thrown.hpp"
#include <gtest/gtest.h>

#include "reproduce/base/hex.hpp"

namespace reproduce::boot {
namespace {

/// QEMU's end of the socket.
class Backend : public testing::Test {
 protected:
  void SetUp() override {
    std::array<int, 2> ends{};
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    ours_ = UniqueFd(ends[0]);
    backend_.emplace(UniqueFd(ends[1]));
  }

  void send(const char* digits) {
    const Bytes bytes = from_hex(digits).value();
    ASSERT_EQ(::send(ours_.get(), bytes.data(), bytes.size(), 0),
              static_cast<ssize_t>(bytes.size()));
  }

  /// What the backend has sent by now, in hexadecimal.
  std::string received() {
    std::array<std::uint8_t, 4096> buffer{};
    const ssize_t count = ::recv(ours_.get(), buffer.data(), buffer.size(), MSG_DONTWAIT);
    return count < 0 ? "" : to_hex(ByteView(buffer).first(static_cast<std::size_t>(count)));
  }

  std::string answer_to(const char* digits) {
    send(digits);
    backend_->answer();
    return received();
  }

  UniqueFd ours_;
  std::optional<VsockBackend> backend_;
};

// Messages as QEMU 10.0.13 sent them, little-endian; numbers of requests from
// docs/interop/vhost-user.rst.

TEST_F(Backend, OffersWhatQemuNeeds) {
  EXPECT_EQ(answer_to("010000000100000000000000"),  // GET_FEATURES
            "0100000005000000080000000000004001000000");
  EXPECT_EQ(answer_to("0f0000000100000000000000"),  // GET_PROTOCOL_FEATURES
            "0f00000005000000080000000802000000000000");
}

TEST_F(Backend, NamesTheGuestsContextIdentifier) {
  // GET_CONFIG of 8 bytes at 0
  EXPECT_EQ(answer_to("180000000100000014000000"
                      "000000000800000000000000"
                      "0000000000000000"),
            "180000000500000014000000"
            "000000000800000000000000"
            "0400000000000000");
}

TEST_F(Backend, GivesZeroForConfigurationThatIsNotThere) {
  EXPECT_EQ(answer_to("180000000100000010000000"
                      "ffffffff0400000000000000"
                      "aaaaaaaa"),
            "180000000500000010000000"
            "ffffffff0400000000000000"
            "00000000");
}

TEST_F(Backend, AcknowledgesWhatWantsAReplyAndIsSilentOtherwise) {
  EXPECT_EQ(answer_to("0800000009000000080000000000000080000000"),  // SET_VRING_NUM
            "0800000005000000080000000000000000000000");
  EXPECT_EQ(answer_to("030000000100000000000000"), "");  // SET_OWNER
}

TEST_F(Backend, AnswersOnlyWholeMessages) {
  const std::string message = "010000000100000000000000";
  for (std::size_t at = 0; at + 2 < message.size(); at += 2)
    EXPECT_EQ(answer_to(message.substr(at, 2).c_str()), "");
  EXPECT_NE(answer_to(message.substr(message.size() - 2).c_str()), "");
  // Two at once.
  EXPECT_EQ(answer_to((message + message).c_str()).size(), 80U);
}

TEST_F(Backend, RefusesAMessageThatIsTooLong) {
  send("0100000001000000ffffffff");
  EXPECT_EQ(test::kind_of([&] { backend_->answer(); }), ErrorKind::environment);
}

TEST_F(Backend, RefusesAConfigurationRequestThatIsTooShort) {
  send(
      "180000000100000002000000"
      "0000");
  EXPECT_EQ(test::kind_of([&] { backend_->answer(); }), ErrorKind::environment);
}

TEST_F(Backend, ClosesTheDescriptorsThatCome) {
  const int next = ::dup(0);
  (void)::close(next);
  std::array<std::uint8_t, 12> header{13, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0};  // SET_VRING_CALL
  for (int round = 0; round < 3; ++round) {
    iovec part{header.data(), header.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(2 * sizeof(int))> control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* const rights = CMSG_FIRSTHDR(&message);
    rights->cmsg_level = SOL_SOCKET;
    rights->cmsg_type = SCM_RIGHTS;
    rights->cmsg_len = CMSG_LEN(2 * sizeof(int));
    ASSERT_EQ(::sendmsg(ours_.get(), &message, 0), 12);
    backend_->answer();
  }
  const int after = ::dup(0);
  EXPECT_EQ(after, next);
  (void)::close(after);
}

TEST_F(Backend, EndsWithTheConnection) {
  ours_ = UniqueFd();
  backend_->answer();
  EXPECT_LT(backend_->descriptor(), 0);
}

}  // namespace
}  // namespace reproduce::boot
