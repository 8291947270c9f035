// HttpSink: an HTTP/1.1 receiver on loopback, a thread per connection, that answers what a test gives it.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <atomic>
#include <functional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "core/base/mutex.h"

namespace cvg {

class HttpSink {
 public:
  HttpSink() {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* plain = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_, plain, size) != 0 || ::listen(listener_, 16) != 0 || ::getsockname(listener_, plain, &size) != 0)
      throw std::runtime_error("no port on loopback");
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this] { loop(); });
  }
  ~HttpSink() {
    stopping_ = true;
    thread_.join();
    ::close(listener_);
  }
  HttpSink(const HttpSink&) = delete;
  HttpSink& operator=(const HttpSink&) = delete;

  std::string url(const std::string& path = "/") const { return "http://127.0.0.1:" + std::to_string(port_) + path; }
  // Head and body of every request so far.
  std::vector<std::string> requests() {
    MutexLock lock(mutex_);
    return requests_;
  }
  // The whole answer to a request; empty: the connection is held open without one until the sink ends.  Set before the first
  // request.
  std::function<std::string(const std::string& request)> answer = [](const std::string&) {
    return "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
  };

 private:
  static std::size_t length_of(const std::string& head) {
    const std::size_t at = head.find("Content-Length: ");
    return at == std::string::npos ? 0 : static_cast<std::size_t>(std::stoul(head.substr(at + 16)));
  }
  bool wait_for(int fd) {
    while (!stopping_) {
      pollfd p{fd, POLLIN, 0};
      if (::poll(&p, 1, 20) > 0) return true;
    }
    return false;
  }
  bool read_request(int fd, std::string& request) {
    std::size_t end = std::string::npos;
    while (end == std::string::npos || request.size() < end + 4 + length_of(request.substr(0, end))) {
      char buffer[4096];
      if (!wait_for(fd)) return false;
      const ssize_t n = ::recv(fd, buffer, sizeof buffer, 0);
      if (n <= 0) return false;
      request.append(buffer, static_cast<std::size_t>(n));
      end = request.find("\r\n\r\n");
    }
    return true;
  }
  void serve(int fd) {
    std::string request;
    while (read_request(fd, request)) {
      {
        MutexLock lock(mutex_);
        requests_.push_back(request);
      }
      const std::string text = answer(request);
      while (text.empty() && !stopping_) std::this_thread::sleep_for(std::chrono::milliseconds(5));
      if (::send(fd, text.data(), text.size(), MSG_NOSIGNAL) < 0) break;
      request.clear();
    }
    ::close(fd);
  }
  void loop() {
    std::vector<std::thread> connections;
    while (wait_for(listener_)) {
      const int fd = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (fd >= 0) connections.emplace_back([this, fd] { serve(fd); });
    }
    for (std::thread& connection : connections) connection.join();
  }

  int listener_ = -1, port_ = 0;
  std::atomic<bool> stopping_{false};
  Mutex mutex_;
  std::vector<std::string> requests_ CVG_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace cvg
