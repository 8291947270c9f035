#include "core/warehouse/session_process.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <thread>

#include "core/warehouse/session_wire.h"

namespace cvg {
namespace {

// A session whose other end the test plays.
struct Played {
  Played() {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    other.reset(ends[1]);
    session = std::make_unique<SessionProcess>(Fd(ends[0]), Fd(), testing::TempDir() + "/session_process_test_none");
  }
  Fd other;
  std::unique_ptr<SessionProcess> session;
};

TEST(SessionProcess, AnAnswerIsBodyThenMeta) {
  Played played;
  (void)send_frame(played.other.get(), FrameType::body, "{\"columns\":[]}");
  (void)send_frame(played.other.get(), FrameType::meta, "{\"row_count\":3,\"truncated\":true}");
  Result<SessionAnswer> answer = played.session->query({}, {}, 1000);
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->row_count, 3);
  EXPECT_TRUE(answer->truncated);
  EXPECT_TRUE(played.session->usable());
}

TEST(SessionProcess, AnErrorKeepsItUsableUnlessMemoryRanOut) {
  Played sql, memory;
  (void)send_frame(sql.other.get(), FrameType::error, "{\"code\":3,\"message\":\"no such column\"}");
  EXPECT_EQ(sql.session->query({}, {}, 1000).status().code(), Code::invalid);
  EXPECT_TRUE(sql.session->usable());
  (void)send_frame(memory.other.get(), FrameType::error, "{\"code\":11,\"message\":\"out of memory\"}");
  EXPECT_EQ(memory.session->query({}, {}, 1000).status().code(), Code::limit);
  EXPECT_FALSE(memory.session->usable());
}

TEST(SessionProcess, SilenceIsInterruptedAndGivenUp) {
  Played played;
  SessionLimits limits;
  limits.kill_grace_ms = 20;
  EXPECT_EQ(played.session->query({}, limits, 20).status().code(), Code::limit);
  EXPECT_FALSE(played.session->usable());
  EXPECT_EQ(receive_frame(played.other.get(), 100)->type, FrameType::query);
  EXPECT_EQ(receive_frame(played.other.get(), 100)->type, FrameType::interrupt);
}

TEST(SessionProcess, AnAnswerThatIsNoJsonIsALostSession) {
  Played played;
  (void)send_frame(played.other.get(), FrameType::error, "garbage");
  EXPECT_EQ(played.session->query({}, {}, 1000).status().code(), Code::limit);
  EXPECT_FALSE(played.session->usable());
}

}  // namespace
}  // namespace cvg
