#include "bench/http_load.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <cstring>

namespace cvg {
namespace {

using SteadyClock = std::chrono::steady_clock;

int connect_to(int port) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
    std::perror("connect");
    std::exit(1);
  }
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

// The length of the whole answer at the beginning of buffer; 0: more is needed.
std::size_t answer_size(const std::string& buffer) {
  const std::size_t head = buffer.find("\r\n\r\n");
  if (head == std::string::npos) return 0;
  const std::size_t at = buffer.find("Content-Length: ");
  const std::size_t length = at < head ? std::strtoul(buffer.c_str() + at + 16, nullptr, 10) : 0;
  return buffer.size() >= head + 4 + length ? head + 4 + length : 0;
}

int status_of(const std::string& buffer) { return buffer.size() > 12 ? std::atoi(buffer.c_str() + 9) : 0; }

class Load {
 public:
  explicit Load(const LoadPlan& plan) : plan_(plan), epoll_(::epoll_create1(0)) {
    connections_.resize(static_cast<std::size_t>(plan.connections));
    took_us_.reserve(static_cast<std::size_t>(plan.requests));
  }
  ~Load() {
    for (const Connection& connection : connections_) ::close(connection.fd);
    ::close(epoll_);
  }

  LoadResult run() {
    for (std::size_t i = 0; i < connections_.size(); ++i) {
      connections_[i].fd = connect_to(plan_.port);
      epoll_event event{EPOLLIN, {.u64 = i}};
      ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connections_[i].fd, &event);
    }
    const auto begun = SteadyClock::now();
    for (Connection& connection : connections_) send_next(connection);
    std::array<epoll_event, 256> events{};
    while (result_.answers + result_.failures < sent_) {
      const int ready = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()), 30'000);
      if (ready <= 0) break;
      for (int i = 0; i < ready; ++i) read_from(connections_[events[static_cast<std::size_t>(i)].data.u64]);
    }
    result_.seconds = std::chrono::duration<double>(SteadyClock::now() - begun).count();
    return summary();
  }

 private:
  struct Connection {
    int fd = -1;
    std::string buffer;
    SteadyClock::time_point sent_at;
  };

  void send_next(Connection& connection) {
    if (sent_ == plan_.requests) return;
    const std::string bytes = plan_.request(sent_++);
    connection.sent_at = SteadyClock::now();
    if (::send(connection.fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(bytes.size())) fail("not sent");
  }

  void fail(const std::string& why) {
    if (result_.failures++ == 0) result_.first_failure = why.substr(0, 600);
  }

  void read_from(Connection& connection) {
    std::array<char, 65536> piece;
    const ssize_t got = ::recv(connection.fd, piece.data(), piece.size(), MSG_DONTWAIT);
    if (got <= 0) {
      ::epoll_ctl(epoll_, EPOLL_CTL_DEL, connection.fd, nullptr);
      return fail("the connection ended");
    }
    connection.buffer.append(piece.data(), static_cast<std::size_t>(got));
    const std::size_t size = answer_size(connection.buffer);
    if (size == 0) return;
    const auto took = SteadyClock::now() - connection.sent_at;
    took_us_.push_back(std::chrono::duration_cast<std::chrono::microseconds>(took).count());
    if (status_of(connection.buffer) == plan_.status) ++result_.answers;
    else fail(connection.buffer);
    connection.buffer.erase(0, size);
    send_next(connection);
  }

  LoadResult summary() {
    std::sort(took_us_.begin(), took_us_.end());
    if (!took_us_.empty()) {
      result_.p50_us = took_us_[took_us_.size() / 2];
      result_.p99_us = took_us_[took_us_.size() * 99 / 100];
    }
    return result_;
  }

  const LoadPlan& plan_;
  int epoll_;
  std::vector<Connection> connections_;
  std::vector<std::int64_t> took_us_;
  std::int64_t sent_ = 0;
  LoadResult result_;
};

}  // namespace

LoadResult run_load(const LoadPlan& plan) { return Load(plan).run(); }

LoadClient::LoadClient(int port) : fd_(connect_to(port)) {}
LoadClient::~LoadClient() { ::close(fd_); }

LoadClient::Answer LoadClient::ask(const std::string& request) {
  if (::send(fd_, request.data(), request.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(request.size())) return {};
  std::string buffer;
  std::array<char, 65536> piece;
  while (answer_size(buffer) == 0) {
    const ssize_t got = ::recv(fd_, piece.data(), piece.size(), 0);
    if (got <= 0) return {};
    buffer.append(piece.data(), static_cast<std::size_t>(got));
  }
  return {status_of(buffer), buffer.substr(buffer.find("\r\n\r\n") + 4)};
}

std::string http_request(const std::string& method, const std::string& path, const std::string& key, const std::string& body) {
  std::string bytes = method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n";
  if (!key.empty()) bytes += "X-API-Key: " + key + "\r\n";
  if (!body.empty()) bytes += "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n";
  return bytes + "\r\n" + body;
}

}  // namespace cvg
