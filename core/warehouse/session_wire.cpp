#include "core/warehouse/session_wire.h"

#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>

namespace cvg {
namespace {

using SteadyClock = std::chrono::steady_clock;

Status peer_gone() { return {Code::peer_died, "the session's process ended"}; }

class Deadline {
 public:
  explicit Deadline(std::int64_t wait_ms) : forever_(wait_ms < 0), at_(SteadyClock::now() + std::chrono::milliseconds(wait_ms)) {}
  int left_ms() const {
    if (forever_) return -1;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(at_ - SteadyClock::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, 1 << 30));
  }

 private:
  bool forever_;
  SteadyClock::time_point at_;
};

Status wait_readable(int fd, const Deadline& deadline) {
  pollfd p{fd, POLLIN, 0};
  for (;;) {
    const int n = poll(&p, 1, deadline.left_ms());
    if (n > 0) return {};
    if (n == 0) return {Code::deadline, "no answer in time"};
    if (errno != EINTR) return peer_gone();
  }
}

Status receive_exactly(int fd, char* p, std::size_t n, const Deadline& deadline) {
  while (n > 0) {
    CVG_RETURN_IF_ERROR(wait_readable(fd, deadline));
    const ssize_t got = recv(fd, p, n, 0);
    if (got == 0) return peer_gone();
    if (got < 0) {
      if (errno == EINTR || errno == EAGAIN) continue;
      return peer_gone();
    }
    p += got;
    n -= static_cast<std::size_t>(got);
  }
  return {};
}

Status send_exactly(int fd, const char* p, std::size_t n) {
  while (n > 0) {
    const ssize_t sent = send(fd, p, n, MSG_NOSIGNAL);
    if (sent < 0) {
      if (errno == EINTR) continue;
      return peer_gone();
    }
    p += sent;
    n -= static_cast<std::size_t>(sent);
  }
  return {};
}

}  // namespace

Status send_frame(int fd, FrameType type, std::string_view payload) {
  char head[5];
  const auto size = static_cast<std::uint32_t>(payload.size());
  head[0] = static_cast<char>(type);
  std::memcpy(head + 1, &size, sizeof size);
  CVG_RETURN_IF_ERROR(send_exactly(fd, head, sizeof head));
  return send_exactly(fd, payload.data(), payload.size());
}

Result<Frame> receive_frame(int fd, std::int64_t wait_ms) {
  const Deadline deadline(wait_ms);
  char head[5];
  CVG_RETURN_IF_ERROR(receive_exactly(fd, head, sizeof head, deadline));
  std::uint32_t size = 0;
  std::memcpy(&size, head + 1, sizeof size);
  if (size > frame_bytes_max) return Status(Code::peer_died, "a session sent a frame that is too large");
  Frame frame{static_cast<FrameType>(head[0]), std::string(size, '\0')};
  CVG_RETURN_IF_ERROR(receive_exactly(fd, frame.payload.data(), size, deadline));
  return frame;
}

Status send_descriptor(int fd, FrameType type, int passed) {
  char byte = static_cast<char>(type);
  iovec data{&byte, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  if (passed >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof control;
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &passed, sizeof passed);
  }
  for (;;) {
    if (sendmsg(fd, &message, MSG_NOSIGNAL) == 1) return {};
    if (errno != EINTR) return peer_gone();
  }
}

Result<std::pair<FrameType, Fd>> receive_descriptor(int fd, std::int64_t wait_ms) {
  CVG_RETURN_IF_ERROR(wait_readable(fd, Deadline(wait_ms)));
  char byte = 0;
  iovec data{&byte, 1};
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  message.msg_control = control;
  message.msg_controllen = sizeof control;
  ssize_t got = 0;
  do got = recvmsg(fd, &message, MSG_CMSG_CLOEXEC);
  while (got < 0 && errno == EINTR);
  if (got != 1) return peer_gone();
  Fd passed;
  for (cmsghdr* header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header))
    if (header->cmsg_level == SOL_SOCKET && header->cmsg_type == SCM_RIGHTS) {
      int raw = -1;
      std::memcpy(&raw, CMSG_DATA(header), sizeof raw);
      passed.reset(raw);
    }
  return std::make_pair(static_cast<FrameType>(byte), std::move(passed));
}

}  // namespace cvg
