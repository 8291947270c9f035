#include "core/warehouse/session_wire.h"

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <thread>

namespace cvg {
namespace {

struct Pair {
  Pair() {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    a.reset(ends[0]);
    b.reset(ends[1]);
  }
  Fd a, b;
};

TEST(SessionWire, FramesArriveWhole) {
  Pair pair;
  const std::string large(3 << 20, 'z');
  std::thread sender([&] {
    EXPECT_TRUE(send_frame(pair.a.get(), FrameType::query, "").ok());
    EXPECT_TRUE(send_frame(pair.a.get(), FrameType::body, large).ok());
  });
  Result<Frame> empty = receive_frame(pair.b.get(), 5000), full = receive_frame(pair.b.get(), 5000);
  sender.join();
  ASSERT_TRUE(empty.ok() && full.ok());
  EXPECT_EQ(empty->type, FrameType::query);
  EXPECT_EQ(full->payload, large);
}

TEST(SessionWire, SilenceIsADeadlineAndTheEndIsPeerDied) {
  Pair pair;
  EXPECT_EQ(receive_frame(pair.b.get(), 10).status().code(), Code::deadline);
  pair.a.reset();
  EXPECT_EQ(receive_frame(pair.b.get(), 1000).status().code(), Code::peer_died);
}

TEST(SessionWire, AFrameThatIsTooLargeIsNotAllocated) {
  Pair pair;
  const char head[5] = {'B', '\xff', '\xff', '\xff', '\xff'};
  ASSERT_EQ(write(pair.a.get(), head, 5), 5);
  EXPECT_EQ(receive_frame(pair.b.get(), 1000).status().code(), Code::peer_died);
}

TEST(SessionWire, ADescriptorTravelsBesideItsByte) {
  Pair pair, passed;
  ASSERT_TRUE(send_descriptor(pair.a.get(), FrameType::spawn, passed.a.get()).ok());
  Result<std::pair<FrameType, Fd>> got = receive_descriptor(pair.b.get(), 1000);
  ASSERT_TRUE(got.ok());
  ASSERT_TRUE(got->second);
  ASSERT_EQ(write(got->second.get(), "x", 1), 1);
  char c = 0;
  EXPECT_EQ(read(passed.b.get(), &c, 1), 1);
  EXPECT_EQ(c, 'x');
}

TEST(SessionWire, AByteWithoutADescriptorIsReceivedToo) {
  Pair pair;
  ASSERT_TRUE(send_descriptor(pair.a.get(), FrameType::process, -1).ok());
  Result<std::pair<FrameType, Fd>> got = receive_descriptor(pair.b.get(), 1000);
  ASSERT_TRUE(got.ok());
  EXPECT_FALSE(got->second);
}

}  // namespace
}  // namespace cvg
