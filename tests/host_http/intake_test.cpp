#include "host/http/intake.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <thread>

namespace cvg {
namespace {

// An intake on one end of a socket pair; the test is the client on the other.
class IntakeTest : public testing::Test {
 protected:
  IntakeTest() {
    limits.head_ms_max = 300;
    limits.body_ms_max = 300;
    limits.linger_ms_max = 100;
    limits.framing.body_bytes_max = 100;
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    intake.open();
  }
  ~IntakeTest() override {
    intake.close();
    ::close(ends[0]);
    if (ends[1] >= 0) ::close(ends[1]);
  }
  void send(std::string_view bytes) { EXPECT_EQ(::write(ends[1], bytes.data(), bytes.size()), static_cast<ssize_t>(bytes.size())); }
  void hang_up() { ::close(std::exchange(ends[1], -1)); }
  // What CivetWeb would see.
  std::string receive() {
    std::array<char, 1024> buffer{};
    const ssize_t got = cvg_recv(ends[0], buffer.data(), buffer.size(), 0);
    return got > 0 ? std::string(buffer.data(), static_cast<std::size_t>(got)) : std::string();
  }
  std::string body() {
    const Result<std::string> read = intake.read_body();
    return read.ok() ? *read : "!" + read.status().detail_json();
  }
  bool next() {
    const bool clean = intake.skip_body();
    intake.end_message();
    return clean;
  }

  IntakeLimits limits;
  IntakeCounts counts;
  Intake intake{limits, counts};
  int ends[2]{-1, -1};
};

const std::string get = "GET /a HTTP/1.1\r\nHost: x\r\n\r\n";

TEST_F(IntakeTest, HandsTheLibraryOneConstantHeadPerMessage) {
  send(get + "POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc" + get);
  EXPECT_EQ(receive(), "GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(intake.head().request.path, "/a");
  EXPECT_TRUE(next());
  EXPECT_TRUE(intake.has_waiting(ends[0]));
  EXPECT_EQ(receive(), "GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(intake.head().request.path, "/b");
  EXPECT_EQ(body(), "abc");
  EXPECT_TRUE(next());
  receive();
  EXPECT_EQ(intake.head().request.path, "/a");
  EXPECT_TRUE(next());
  EXPECT_FALSE(intake.has_waiting(ends[0]));
  EXPECT_EQ(intake.messages(), 3);
}

TEST_F(IntakeTest, EmptyLinesWithoutEndAreCutByTheDeadline) {
  std::atomic<bool> ended{false};
  bool gave_up = false;
  std::thread client([&] {
    std::string lines;
    for (int i = 0; i < 1000; ++i) lines += "\r\n";
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(30);
    while (!ended.load() && !gave_up) {
      if (::send(ends[1], lines.data(), lines.size(), MSG_NOSIGNAL | MSG_DONTWAIT) < 0) std::this_thread::yield();
      gave_up = std::chrono::steady_clock::now() > end;
    }
    if (gave_up) ::shutdown(ends[1], SHUT_RDWR);
  });
  EXPECT_EQ(receive(), "");
  ended = true;
  client.join();
  EXPECT_FALSE(gave_up);
}

TEST_F(IntakeTest, FindsThePipelinedMessageBehindAChunkedBody) {
  send("POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n");
  receive();
  send("3\r\nabc\r\n0\r\n\r\n" + get);
  EXPECT_EQ(body(), "abc");
  EXPECT_TRUE(next());
  EXPECT_TRUE(intake.has_waiting(ends[0]));
  receive();
  EXPECT_EQ(intake.head().request.path, "/a");
}

TEST_F(IntakeTest, AnUnreadBodyIsSkippedOnlyWhenItIsHere) {
  send("POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nabc");
  receive();
  EXPECT_TRUE(next());
  send("POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\nab");
  receive();
  EXPECT_FALSE(next());
}

TEST_F(IntakeTest, ADrippedBodyEndsAtItsDeadline) {
  send("POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 90\r\n\r\n");
  receive();
  std::atomic<bool> stop{false};
  std::thread drip([&] {
    while (!stop.load()) {
      send("x");
      ::usleep(5'000);
    }
  });
  EXPECT_EQ(body(), "!{\"status\":408}");
  stop.store(true);
  drip.join();
  EXPECT_FALSE(next());
}

TEST_F(IntakeTest, ADrippedHeadEndsAtItsDeadline) {
  send("GET / HT");
  EXPECT_FALSE(receive().empty());
  EXPECT_EQ(intake.head().refusal.status, 408);
}

TEST_F(IntakeTest, ChunksAreCountedAsTheyCome) {
  send("POST /b HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n65\r\n");
  receive();
  EXPECT_EQ(body(), "!{\"status\":413}");
  EXPECT_FALSE(next());
}

TEST_F(IntakeTest, AClientThatLeavesInTheMiddleEndsTheMessage) {
  send("POST /b HTTP/1.1\r\nHost: x\r\nContent-Length: 90\r\n\r\nabc");
  receive();
  hang_up();
  EXPECT_EQ(body(), "!{\"status\":400}");
}

TEST_F(IntakeTest, AClosedConnectionIsNoMessage) {
  hang_up();
  EXPECT_EQ(receive(), "");
  EXPECT_EQ(counts.in_flight.load(), 0);
}

TEST_F(IntakeTest, AnInterruptEndsAWaitingConnectionAndSparesABusyOne) {
  send(get);
  receive();
  intake.interrupt_when_idle();
  send("x");  // still open
  EXPECT_EQ(counts.in_flight.load(), 1);
  EXPECT_TRUE(next());
  intake.interrupt_when_idle();
  receive();  // takes the x, then sees the end
  EXPECT_EQ(receive(), "");
}

TEST_F(IntakeTest, AnAnswerThatNobodyTakesEndsAtItsDeadline) {
  limits.write_ms_max = -1;
  send(get);
  receive();
  intake.begin_write(10);
  EXPECT_EQ(cvg_send(ends[0], "x", 1, 0), -1);
  intake.end_message();
  EXPECT_EQ(cvg_send(ends[0], "x", 1, 0), 1);
}

TEST_F(IntakeTest, LingeringTakesWhatStillComesAndEnds) {
  send("NONSENSE\n");
  receive();
  EXPECT_EQ(intake.head().refusal.status, 400);
  EXPECT_FALSE(next());
  send("more");
  intake.linger();
  char c = 0;
  EXPECT_EQ(::read(ends[1], &c, 1), 0);  // our side is ended
}

}  // namespace
}  // namespace cvg
