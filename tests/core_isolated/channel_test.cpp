#include "core/isolated/channel.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstring>
#include <random>
#include <thread>

namespace cvg {
namespace {

struct Pair {
  Pair() {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    here = ends[0];
    there = ends[1];
  }
  int here, there;
};

// What a channel makes of these bytes and the end behind them.
Status reading(const std::string& bytes) {
  Pair pair;
  Channel channel{Fd(pair.here)};
  std::thread writer([&] {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
      const ssize_t n = ::send(pair.there, bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (n <= 0) break;
      sent += static_cast<std::size_t>(n);
    }
    ::close(pair.there);
  });
  Status last;
  while (last.ok()) last = channel.receive().status();
  channel.close();
  writer.join();
  return last;
}

std::string head(std::uint32_t size, std::uint16_t type, std::uint16_t more) {
  std::string bytes(8, '\0');
  std::memcpy(bytes.data(), &size, 4);
  std::memcpy(bytes.data() + 4, &type, 2);
  std::memcpy(bytes.data() + 6, &more, 2);
  return bytes;
}

TEST(Channel, MessagesOfEverySizeArriveWhole) {
  Pair pair;
  Channel here{Fd(pair.here)}, there{Fd(pair.there)};
  for (const std::size_t size : {std::size_t{0}, std::size_t{1}, std::size_t{70'000}, frame_bytes_most, frame_bytes_most + 1, 3 * frame_bytes_most}) {
    const std::string body(size, 'b');
    std::thread sender([&] { EXPECT_TRUE(here.send(MessageType::service, body).ok()); });
    const Result<Message> message = there.receive();
    sender.join();
    ASSERT_TRUE(message.ok());
    EXPECT_EQ(message->type, MessageType::service);
    EXPECT_EQ(message->body, body);
  }
}

TEST(Channel, MessageThatIsTooLargeIsNotSent) {
  Pair pair;
  Channel here{Fd(pair.here)};
  EXPECT_EQ(here.send(MessageType::note, std::string(message_bytes_max + 1, 'x')).code(), Code::limit);
  ::close(pair.there);
}

TEST(Channel, WhatIsNoMessageIsRefused) {
  for (const std::string& bytes : {head(4, 0, 0), head(4, 99, 0), head(5 << 20, 1, 0), head(10, 1, 1) + "0123456789", head(4, 1, 7), std::string(64, '\xff')})
    EXPECT_EQ(reading(bytes).text(), "sent something that is no message");
  EXPECT_EQ(reading(head(static_cast<std::uint32_t>(frame_bytes_most), 1, 1) + std::string(frame_bytes_most, 'x') + head(0, 2, 0)).text(),
            "sent something that is no message");
}

TEST(Channel, EndIsToldWhereverItComes) {
  for (const std::string& bytes : {std::string(), std::string("abc"), head(10, 1, 0) + "short"}) EXPECT_EQ(reading(bytes).code(), Code::peer_died);
}

TEST(Channel, RandomBytesNeverDoMoreThanEndIt) {
  std::mt19937 random(7);
  for (int i = 0; i < 300; ++i) {
    std::string bytes = head(random() % 64, static_cast<std::uint16_t>(random() % 14), static_cast<std::uint16_t>(random() % 3));
    for (std::size_t n = random() % 100; n > 0; --n) bytes += static_cast<char>(random());
    EXPECT_EQ(reading(bytes).code(), Code::peer_died);
  }
}

TEST(Channel, TickEndsAWait) {
  Pair pair;
  Channel here{Fd(pair.here)};
  int ticks = 0;
  here.set_tick([&] { return ++ticks < 3 ? Status() : Status(Code::cancelled, "enough"); });
  EXPECT_EQ(here.receive().status().text(), "enough");
  ::close(pair.there);
}

}  // namespace
}  // namespace cvg
