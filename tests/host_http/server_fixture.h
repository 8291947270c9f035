// A server over real sockets with a controller that echoes, and clients that send bytes as they are.
#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <condition_variable>
#include <stdexcept>
#include <thread>

#include "core/base/text.h"
#include "host/http/error_body.h"
#include "host/http/server.h"

namespace cvg {

// Echoes what it understood; /slow waits until the test lets it go.
class Echo final : public FrontController {
 public:
  Response handle(const Request& request, BodySource& body) override {
    if (request.path == "/slow") wait_for_release();
    if (request.path == "/throw") throw std::runtime_error("internal text");
    if (request.path == "/deep") return deep();
    if (request.path == "/ignore") return text("ignored");
    const Result<std::string> read = body.read();
    if (!read.ok()) return error_response(read.status(), "r");
    return text(fmt::format("{} {} {} {}", request.method_text, request.path, read->size(), request.header("x-last")));
  }
  Response refuse(const Request&, const Refusal& refusal) override {
    return error_response(refusal.status, {refusal.text, "", Json(), {}}, "r");
  }
  bool answers_while_draining(const Request& request) override { return request.path == "/health/live"; }

  void release() {
    std::lock_guard lock(mutex_);
    released_ = true;
    changed_.notify_all();
  }
  void wait_until_slow() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ > 0; });
  }

 private:
  static Response text(std::string body) {
    Response response;
    response.content_type = "text/plain";
    response.body = std::move(body);
    return response;
  }
  // More stack than the 100 KiB that the library's packaged build gives its workers.
  static Response deep() {
    std::array<volatile char, 2 << 20> local;
    for (std::size_t i = 0; i < local.size(); i += 4096) local[i] = 1;
    return text(std::to_string(static_cast<int>(local[4096])));
  }
  void wait_for_release() {
    std::unique_lock lock(mutex_);
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return released_; });
  }
  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
  bool released_ = false;
};

// A client that sends bytes as they are and reads what comes.
class Client {
 public:
  explicit Client(int port) : fd_(::socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    connected_ = ::connect(fd_, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
  }
  virtual ~Client() { ::close(fd_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  bool connected() const { return connected_; }
  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t sent = put(bytes);
      if (sent <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }
  // One answer's head and body; empty at the connection's end.
  std::string answer(bool to_head = false) {
    while (buffer_.find("\r\n\r\n") == std::string::npos)
      if (!more()) return std::exchange(buffer_, "");
    const std::size_t head = buffer_.find("\r\n\r\n") + 4;
    const std::size_t length_at = buffer_.find("Content-Length: ");
    const std::size_t length = length_at < head && !to_head ? std::stoul(buffer_.substr(length_at + 16)) : 0;
    while (buffer_.size() < head + length)
      if (!more()) break;
    const std::string whole = buffer_.substr(0, head + length);
    buffer_.erase(0, whole.size());
    return whole;
  }
  std::string ask(std::string_view bytes) { return send(bytes) ? answer() : std::string("not sent"); }
  bool ended() { return buffer_.empty() && !more(); }

 protected:
  virtual ssize_t put(std::string_view bytes) { return ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL); }
  virtual ssize_t take(char* buffer, std::size_t size) {
    pollfd waiting{fd_, POLLIN, 0};
    return ::poll(&waiting, 1, 20'000) <= 0 ? -1 : ::recv(fd_, buffer, size, 0);
  }
  int fd_;

 private:
  bool more() {
    std::array<char, 65536> piece;
    const ssize_t got = take(piece.data(), piece.size());
    if (got <= 0) return false;
    buffer_.append(piece.data(), static_cast<std::size_t>(got));
    return true;
  }
  bool connected_ = false;
  std::string buffer_;
};

inline int status_of(const std::string& answer) { return answer.size() > 12 ? std::atoi(answer.c_str() + 9) : 0; }
inline std::string body_of(const std::string& answer) { return answer.substr(std::min(answer.size(), answer.find("\r\n\r\n") + 4)); }

inline std::string message(std::string_view line, std::string_view headers = "", std::string_view body = "") {
  return fmt::format("{} HTTP/1.1\r\nHost: a\r\n{}\r\n{}", line, headers, body);
}

class ServerTest : public testing::Test {
 protected:
  void SetUp() override {
    ServerOptions options;
    options.threads = 8;
    options.intake.head_ms_max = 10'000;
    options.intake.body_ms_max = 30'000;
    options.keep_alive_ms = 10'000;
    adjust(options);
    Result<std::unique_ptr<Server>> started = Server::start(options, echo);
    ASSERT_TRUE(started.ok()) << started.status().text();
    server = std::move(*started);
  }
  void TearDown() override { echo.release(); }
  virtual void adjust(ServerOptions&) {}

  // The message is refused with this status and nothing behind it is read as a message of its own.
  void expect_refused(const std::string& bytes, int status) {
    Client client(server->port());
    client.send(bytes + message("GET /smuggled"));
    const std::string answer = client.answer();
    EXPECT_EQ(status_of(answer), status) << bytes << "\n" << answer;
    EXPECT_NE(answer.find("Connection: close\r\n"), std::string::npos) << answer;
    EXPECT_TRUE(client.ended()) << bytes;
  }

  Echo echo;
  std::unique_ptr<Server> server;
};

}  // namespace cvg
