#include "core/isolated/worker_link.h"

#include <cstddef>

#include "tests/core_isolated/linked.h"

namespace cvg {
namespace {

class WorkerLinkTest : public Linked {};

TEST_F(WorkerLinkTest, ServiceIsAskedAndItsAnswerIsRead) {
  cvg_call* const call = link_->begin(1000);
  served(good(7, "text", "more"), [&] {
    const ServedAnswer answer = link_->ask(call, "question");
    EXPECT_EQ(answer.status, CVG_OK);
    EXPECT_EQ(answer.value, 7);
    EXPECT_EQ(answer.text, "text");
    EXPECT_EQ(answer.more, "more");
  });
  EXPECT_EQ(asked_, "question");
}

TEST_F(WorkerLinkTest, ErrorIsCopiedNoFurtherThanItsReceiverReaches) {
  cvg_call* const call = link_->begin(1000);
  served(bad(Status(Code::not_found, "nothing there")), [&] {
    cvg_error error = empty_abi_error();
    const ServedAnswer answer = link_->ask(call, "question");
    EXPECT_EQ(answer.tell(&error), CVG_E_NOT_FOUND);
    EXPECT_STREQ(error.message, "nothing there");
    cvg_error small{};
    small.struct_size = offsetof(cvg_error, message);
    EXPECT_EQ(answer.tell(&small), CVG_E_NOT_FOUND);
    EXPECT_EQ(small.struct_size, offsetof(cvg_error, message));
    EXPECT_EQ(small.message[0], 0);
    EXPECT_EQ(answer.tell(nullptr), CVG_E_NOT_FOUND);
  });
}

TEST_F(WorkerLinkTest, StaleCallsAndOtherThreadsAreRefused) {
  cvg_call* const call = link_->begin(1000);
  std::thread([&] { EXPECT_EQ(link_->ask(call, "question").status, CVG_E_STATE); }).join();
  link_->answer("done");
  EXPECT_EQ(server_->receive()->body, "done");
  EXPECT_EQ(link_->ask(call, "question").status, CVG_E_STATE);
  link_->note(call, "late");
  cvg_call* const next = link_->begin(1000);
  EXPECT_FALSE(link_->is_current(call));
  link_->note(next, "in time");
  EXPECT_EQ(server_->receive()->body, "in time");
}

TEST_F(WorkerLinkTest, StopIsTheServersWordOrTheTime) {
  link_->begin(60'000);
  EXPECT_EQ(link_->stop_reason(), CVG_OK);
  page_.set(CVG_E_CANCELLED);
  EXPECT_EQ(link_->stop_reason(), CVG_E_CANCELLED);
  page_.set(CVG_OK);
  link_->begin(0);
  EXPECT_EQ(link_->stop_reason(), CVG_E_DEADLINE);
  EXPECT_EQ(link_->remaining_ms(), 0);
}

}  // namespace
}  // namespace cvg
