#include "host/http/intake.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "core/base/clock.h"
#include "host/http/chunked.h"

namespace cvg {
namespace {

// The one head that CivetWeb sees: a message without a body, on a connection that stays.
constexpr std::string_view constant_head = "GET / HTTP/1.1\r\n\r\n";
constexpr std::size_t receive_bytes = 64 << 10;
constexpr std::int64_t write_bytes_per_ms_least = 64;  // a slower client than 64 KB/s has only write_ms_max

// The library calls recv, send and poll without a word about whose connection it is: a worker thread serves one at a time.
thread_local Intake* current = nullptr;

std::int64_t now_ms() { return SystemClock().monotonic_ms(); }

constexpr char tls_handshake_byte = 0x16;  // how every TLS connection begins, and no HTTP message

// Waits until the descriptor is ready or the deadline has passed; false: it has passed.
bool wait_for(int fd, short events, std::int64_t deadline_ms) {
  const std::int64_t left = deadline_ms - now_ms();
  if (left <= 0) return false;
  pollfd waiting{fd, events, 0};
  ::poll(&waiting, 1, static_cast<int>(std::min<std::int64_t>(left, 60'000)));
  return true;
}

std::size_t end_of_empty_lines(std::string_view text) {
  std::size_t end = 0;
  while (text.substr(end, 2) == "\r\n") end += 2;
  return end;
}

Status body_status(Code code, int http_status, std::string text) {
  return Status(code, std::move(text)).with_detail_json("{\"status\":" + std::to_string(http_status) + "}");
}

}  // namespace

Intake::~Intake() {
  if (current == this) current = nullptr;
}

void Intake::open() {
  MutexLock lock(mutex_);
  state_ = State::idle;
  idle_since_ms_ = now_ms();
  had_message_ = false;
  fd_ = -1;
  tls_.reset();
  head_ = Head{};
  buffer_.clear();
  overrun_.clear();
  message_end_ = 0;
  body_left_ = 0;
  body_done_ = true;
  messages_ = 0;
  write_deadline_ms_ = 0;
  counts_.connections.fetch_add(1);
  current = this;
}

void Intake::say_goodbye() {
  if (tls_) tls_->say_goodbye();
  tls_.reset();
}

void Intake::close() {
  say_goodbye();
  MutexLock lock(mutex_);
  if (state_ == State::closed) return;
  if (state_ == State::busy) counts_.in_flight.fetch_sub(1);
  state_ = State::closed;
  fd_ = -1;
  counts_.connections.fetch_sub(1);
  current = nullptr;
}

void Intake::learn_descriptor(int fd) {
  if (fd_ == fd) return;
  MutexLock lock(mutex_);
  fd_ = fd;
}

void Intake::interrupt_when_idle() {
  MutexLock lock(mutex_);
  if (state_ == State::idle && fd_ >= 0) ::shutdown(fd_, SHUT_RD);
}

bool Intake::interrupt_when_idle_for(std::int64_t idle_ms, std::int64_t first_ms) {
  MutexLock lock(mutex_);
  if (state_ != State::idle || fd_ < 0) return false;
  if (now_ms() - idle_since_ms_ < (had_message_ ? idle_ms : first_ms)) return false;
  ::shutdown(fd_, SHUT_RD);
  return true;
}

// Plain HTTP where TLS is spoken is answered plainly, so that its sender can read what is wrong.
Intake::Got Intake::begin_tls(int fd, std::int64_t deadline_ms) {
  char first = 0;
  ssize_t peeked = 0;
  while ((peeked = ::recv(fd, &first, 1, MSG_PEEK | MSG_DONTWAIT)) < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR))
    if (!wait_for(fd, POLLIN, deadline_ms)) return Got::timeout;
  if (peeked <= 0) return Got::end;
  if (first != tls_handshake_byte) {
    head_ = Head{};
    head_.refusal = {400, "This port speaks HTTPS only"};
    return Got::bytes;
  }
  tls_ = tls_accept_(fd);
  for (;;) {
    const auto outcome = tls_ ? tls_->handshake() : TlsSession::Outcome::end;
    if (outcome == TlsSession::Outcome::done) return Got::bytes;
    if (outcome == TlsSession::Outcome::end) return Got::end;
    if (!wait_for(fd, outcome == TlsSession::Outcome::want_read ? POLLIN : POLLOUT, deadline_ms)) return Got::timeout;
  }
}

TlsSession::Outcome Intake::take(int fd, char* buffer, std::size_t size, std::size_t& got) {
  if (tls_) return tls_->read(buffer, size, got);
  const ssize_t count = ::recv(fd, buffer, size, MSG_DONTWAIT);
  if (count > 0) {
    got = static_cast<std::size_t>(count);
    return TlsSession::Outcome::done;
  }
  const bool later = count < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR);
  return later ? TlsSession::Outcome::want_read : TlsSession::Outcome::end;
}

Intake::Got Intake::receive_more(int fd, std::int64_t deadline_ms, std::string& to, std::size_t bytes_max) {
  const std::size_t before = to.size();
  // Asked even while bytes come: a client that never stops sending must not outlive its deadline either.
  if (now_ms() > deadline_ms) return Got::timeout;
  for (;;) {
    std::size_t got = 0;
    to.resize(before + bytes_max);
    const TlsSession::Outcome outcome = take(fd, to.data() + before, bytes_max, got);
    to.resize(before + got);
    if (outcome == TlsSession::Outcome::done) return Got::bytes;
    if (outcome == TlsSession::Outcome::end) return Got::end;
    if (!wait_for(fd, outcome == TlsSession::Outcome::want_read ? POLLIN : POLLOUT, deadline_ms)) return Got::timeout;
  }
}

// The next message begins where the last one ended.
void Intake::drop_message() {
  buffer_.erase(0, message_end_);
  buffer_.append(overrun_);
  overrun_.clear();
  message_end_ = 0;
}

bool Intake::read_head(int fd, std::int64_t deadline_ms) {
  std::size_t scanned = 0;
  for (;;) {
    // An empty line before a request is a habit of old clients.
    if (scanned == 0) buffer_.erase(0, end_of_empty_lines(buffer_));
    const HeadSearch search = find_head_end(buffer_, scanned, limits_.framing);
    if (search.end > 0) {
      message_end_ = search.end;
      head_ = parse_head(std::string_view(buffer_).substr(0, search.end), limits_.framing);
      return true;
    }
    head_ = Head{};
    if (search.refusal) {
      head_.refusal = search.refusal;
      return true;
    }
    const Got got = receive_more(fd, deadline_ms, buffer_, receive_bytes / 4);
    if (got == Got::end || (got == Got::timeout && buffer_.empty())) return false;
    if (got == Got::timeout) {
      head_.refusal = {408, "The request's head came too slowly"};
      return true;
    }
  }
}

ssize_t Intake::receive(int fd, char* buffer, std::size_t size) {
  learn_descriptor(fd);
  if (size < constant_head.size()) return 0;
  drop_message();
  const std::int64_t deadline = now_ms() + limits_.head_ms_max;
  const bool begins = tls_accept_ && messages_ == 0;
  if (begins && begin_tls(fd, deadline) != Got::bytes) {
    counts_.handshakes_failed.fetch_add(1);
    return 0;
  }
  const bool refused = begins && !tls_;
  if (!refused && !read_head(fd, deadline)) return 0;
  body_left_ = head_.content_length;
  body_done_ = head_.body == BodyKind::none;
  ++messages_;
  {
    MutexLock lock(mutex_);
    state_ = State::busy;
    counts_.in_flight.fetch_add(1);
  }
  std::memcpy(buffer, constant_head.data(), constant_head.size());
  return static_cast<ssize_t>(constant_head.size());
}

bool Intake::has_waiting(int fd) {
  learn_descriptor(fd);
  // What was received already can still be read; a connection that has said nothing yet gets its answer, too.
  if (counts_.draining.load() && messages_ > 0) ::shutdown(fd, SHUT_RD);
  return buffer_.size() + overrun_.size() > message_end_ || (tls_ && tls_->has_waiting());
}

Result<std::string> Intake::read_body() {
  std::string body;
  if (body_done_) return body;
  const Status status = head_.body == BodyKind::chunked ? read_chunked_body(body) : read_length_body(body);
  if (!status.ok()) return status;
  body_done_ = true;
  return body;
}

Status Intake::read_length_body(std::string& body) {
  const auto buffered = std::min(static_cast<std::size_t>(body_left_), buffer_.size() - message_end_);
  body.assign(buffer_, message_end_, buffered);
  message_end_ += buffered;
  body_left_ -= static_cast<std::int64_t>(buffered);
  const std::int64_t deadline = now_ms() + limits_.body_ms_max;
  while (body_left_ > 0) {
    const std::size_t before = body.size();
    const Got got = receive_more(fd_, deadline, body, std::min(static_cast<std::size_t>(body_left_), receive_bytes));
    if (got == Got::end) return body_status(Code::unavailable, 400, "The connection ended within the body");
    if (got == Got::timeout || now_ms() > deadline) return body_status(Code::deadline, 408, "The body came too slowly");
    body_left_ -= static_cast<std::int64_t>(body.size() - before);
  }
  return {};
}

Status Intake::read_chunked_body(std::string& body) {
  ChunkedDecoder decoder(limits_.framing.body_bytes_max);
  const std::int64_t deadline = now_ms() + limits_.body_ms_max;
  std::size_t used = 0;
  auto state = decoder.feed(std::string_view(buffer_).substr(message_end_), body, used);
  message_end_ += used;
  std::string piece;
  while (state == ChunkedDecoder::State::more) {
    piece.clear();
    const Got got = receive_more(fd_, deadline, piece, receive_bytes);
    if (got == Got::end) return body_status(Code::unavailable, 400, "The connection ended within the body");
    if (got == Got::timeout || now_ms() > deadline) return body_status(Code::deadline, 408, "The body came too slowly");
    state = decoder.feed(piece, body, used);
    if (state == ChunkedDecoder::State::done) overrun_ = piece.substr(used);
  }
  if (state == ChunkedDecoder::State::malformed)
    return body_status(Code::invalid, 400, "The chunked body is malformed (extensions and trailers are not taken)");
  if (state == ChunkedDecoder::State::too_large)
    return body_status(Code::limit, 413, "The body may have " + std::to_string(limits_.framing.body_bytes_max) + " bytes at most");
  return {};
}

void Intake::begin_write(std::size_t bytes) {
  write_deadline_ms_ =
      now_ms() + limits_.write_ms_max + static_cast<std::int64_t>(bytes) / write_bytes_per_ms_least;
}

ssize_t Intake::send(int fd, const void* buffer, std::size_t size, int flags) {
  if (write_deadline_ms_ != 0 && now_ms() > write_deadline_ms_) {
    errno = ETIMEDOUT;
    return -1;
  }
  if (!tls_) return ::send(fd, buffer, size, flags);
  std::size_t sent = 0;
  switch (tls_->write(static_cast<const char*>(buffer), size, sent)) {
    case TlsSession::Outcome::done: return static_cast<ssize_t>(sent);
    case TlsSession::Outcome::end: errno = EPIPE; return -1;
    case TlsSession::Outcome::want_read:
    case TlsSession::Outcome::want_write: break;
  }
  errno = EAGAIN;
  return -1;
}

bool Intake::skip_body() {
  if (head_.refusal) return false;
  if (body_done_) return true;
  // A short body that nobody wanted and that is here already is skipped; for a longer one it is cheaper to end.
  if (head_.body != BodyKind::length || head_.content_length != body_left_) return false;
  if (buffer_.size() - message_end_ < static_cast<std::size_t>(body_left_)) return false;
  message_end_ += static_cast<std::size_t>(body_left_);
  body_done_ = true;
  return true;
}

void Intake::end_message() {
  MutexLock lock(mutex_);
  write_deadline_ms_ = 0;
  if (state_ != State::busy) return;
  state_ = State::idle;
  idle_since_ms_ = now_ms();
  had_message_ = true;
  counts_.in_flight.fetch_sub(1);
}

void Intake::linger() {
  say_goodbye();  // what still comes is thrown away as it is, without being decrypted
  ::shutdown(fd_, SHUT_WR);
  const std::int64_t deadline = now_ms() + limits_.linger_ms_max;
  std::int64_t taken = 0;
  std::string waste;
  while (taken < limits_.linger_bytes_max && now_ms() < deadline) {
    waste.clear();
    if (receive_more(fd_, deadline, waste, receive_bytes) != Got::bytes) return;
    taken += static_cast<std::int64_t>(waste.size());
  }
}

int poll_of_connection(pollfd* fds, nfds_t count, int timeout_ms) {
  if (current != nullptr && count == 1 && (fds[0].events & POLLIN) != 0 && current->has_waiting(fds[0].fd)) {
    fds[0].revents = POLLIN;
    return 1;
  }
  return ::poll(fds, count, timeout_ms);
}

}  // namespace cvg

ssize_t cvg_recv(int fd, void* buffer, size_t size, int flags) {
  if (cvg::current == nullptr) return ::recv(fd, buffer, size, flags);
  return cvg::current->receive(fd, static_cast<char*>(buffer), size);
}

ssize_t cvg_send(int fd, const void* buffer, size_t size, int flags) {
  if (cvg::current == nullptr) return ::send(fd, buffer, size, flags);
  return cvg::current->send(fd, buffer, size, flags);
}
