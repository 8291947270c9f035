#include "core/isolated/channel.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace cvg {
namespace {

constexpr int tick_ms = 20;
constexpr std::size_t small_bytes = 64 << 10;  // sent together with its head

// Stands before every frame.
struct Head {
  std::uint32_t size;
  std::uint16_t type;
  std::uint16_t more;  // 1: the next frame goes on with the same message
};
static_assert(sizeof(Head) == 8);

Status gone() { return Status(Code::peer_died, "the other side of the socket is gone"); }

}  // namespace

Channel::Channel(Fd socket) : socket_(std::move(socket)) {
  const int flags = ::fcntl(socket_.get(), F_GETFL);
  ::fcntl(socket_.get(), F_SETFL, flags | O_NONBLOCK);
}

Status Channel::wait(short events) {
  for (;;) {
    pollfd p{socket_.get(), events, 0};
    const int n = ::poll(&p, 1, tick_ ? tick_ms : -1);
    if (n < 0 && errno != EINTR) return gone();
    // What a worker sent before it ended is still read.
    const Status ticked = tick_ ? tick_() : Status();
    if (n > 0) return {};
    CVG_RETURN_IF_ERROR(ticked);
  }
}

Status Channel::send_bytes(const char* p, std::size_t n) {
  while (n > 0) {
    const ssize_t sent = ::send(socket_.get(), p, n, MSG_NOSIGNAL);
    if (sent < 0 && errno == EINTR) continue;
    if (sent < 0 && errno != EAGAIN) return gone();
    if (sent < 0) {
      CVG_RETURN_IF_ERROR(wait(POLLOUT));
      continue;
    }
    p += sent;
    n -= static_cast<std::size_t>(sent);
  }
  return {};
}

Status Channel::receive_bytes(char* p, std::size_t n) {
  while (n > 0) {
    const ssize_t got = ::recv(socket_.get(), p, n, 0);
    if (got == 0) return gone();
    if (got < 0 && errno == EINTR) continue;
    if (got < 0 && errno != EAGAIN) return gone();
    if (got < 0) {
      CVG_RETURN_IF_ERROR(wait(POLLIN));
      continue;
    }
    p += got;
    n -= static_cast<std::size_t>(got);
  }
  return {};
}

Status Channel::send(MessageType type, std::string_view body) {
  if (body.size() > message_bytes_max)
    return Status(Code::limit, "a message between server and worker is larger than 256 MiB (message_bytes_max)");
  do {
    const std::string_view part = body.substr(0, frame_bytes_most);
    body.remove_prefix(part.size());
    const Head head{static_cast<std::uint32_t>(part.size()), static_cast<std::uint16_t>(type), body.empty() ? std::uint16_t{0} : std::uint16_t{1}};
    std::string first(reinterpret_cast<const char*>(&head), sizeof head);
    const bool together = part.size() <= small_bytes;
    if (together) first.append(part);
    CVG_RETURN_IF_ERROR(send_bytes(first.data(), first.size()));
    if (!together) CVG_RETURN_IF_ERROR(send_bytes(part.data(), part.size()));
  } while (!body.empty());
  return {};
}

Result<Message> Channel::receive() {
  Message message;
  // A worker that sends without end never lets the socket run dry.
  if (tick_) static_cast<void>(tick_());
  for (bool begun = false;; begun = true) {
    Head head{};
    char bytes[sizeof head];
    CVG_RETURN_IF_ERROR(receive_bytes(bytes, sizeof bytes));
    std::memcpy(&head, bytes, sizeof head);
    const auto type = static_cast<MessageType>(head.type);
    const bool known = head.type >= 1 && type <= last_message_type && head.more <= 1 && (!begun || type == message.type);
    // A part that is followed by another one is a whole frame, so that a message cannot consist of endlessly many empty ones.
    const bool sized = head.more == 1 ? head.size == frame_bytes_most : head.size <= frame_bytes_most;
    if (!known || !sized || head.size > message_bytes_max - message.body.size())
      return Status(Code::peer_died, "sent something that is no message");
    message.type = type;
    const std::size_t before = message.body.size();
    message.body.resize(before + head.size);
    CVG_RETURN_IF_ERROR(receive_bytes(message.body.data() + before, head.size));
    if (head.more == 0) return message;
  }
}

}  // namespace cvg
