#include "host/routes/event_stream.h"

#include <thread>

#include "tests/host_routes/route_fixture.h"

namespace cvg {
namespace {

class Sink final : public StreamWriter {
 public:
  bool write(std::string_view bytes) override {
    text += bytes;
    return !closed;
  }
  bool stopping() const override { return stops; }
  std::string text;
  bool closed = false, stops = false;
};

class EventStreamTest : public RouteFixture {
 protected:
  void SetUp() override {
    RouteFixture::SetUp();
    services->events = &events;
    lease = (*run_store->lease(60'000, "worker"))->second;
  }
  EventStream stream(std::int64_t after = 0) {
    return {*run_store, clock, std::shared_ptr<RunEvents::Watch>(std::move(*events.watch("acme", lease.run_id))), events.limits(),
            owner(), "Acme", lease.run_id, after};
  }
  std::string owner() { return run_store->get("acme", lease.run_id)->has_value() ? "acme" : "other"; }
  static RunLogLine line(std::int64_t seq, const std::string& message) {
    RunLogLine out;
    out.seq = seq;
    out.at_ms = 1;
    out.kind = "log";
    out.level = "info";
    out.message = message;
    return out;
  }
  RunEvents events{{4, 2, 1000, 60'000}};
  Lease lease;
};

TEST_F(EventStreamTest, LinesComeWithTheirNumbersAndTheEndComesLast) {
  ASSERT_TRUE(run_store->put_steps(lease, {}, {line(1, "one"), line(2, "two")}).ok());
  ASSERT_TRUE(run_store->finish(lease, RunState::complete, "", 0, {}, {}, {line(3, "three")}).ok());
  Sink sink;
  stream().send(sink);
  EXPECT_EQ(sink.text.find("id: 1\nevent: log\ndata: {"), 0u) << sink.text;
  EXPECT_NE(sink.text.find("event: progress\n"), std::string::npos);
  EXPECT_LT(sink.text.find("\"three\""), sink.text.find("id: end\nevent: end\n"));
  EXPECT_TRUE(sink.text.ends_with("\n\n"));
  Sink later;
  stream(2).send(later);
  EXPECT_EQ(later.text.find("id: 3\n"), 0u) << "a reader that comes back goes on where it was";
}

TEST_F(EventStreamTest, WhatIsWrittenMeanwhileIsSent) {
  Sink sink;
  std::thread writer([&] {
    EXPECT_TRUE(run_store->put_steps(lease, {}, {line(1, "late")}).ok());
    events.wrote(lease.run_id);
    EXPECT_TRUE(run_store->finish(lease, RunState::failed, "why", 0, {}).ok());
    events.wrote(lease.run_id);
  });
  stream().send(sink);
  writer.join();
  EXPECT_NE(sink.text.find("\"late\""), std::string::npos);
  EXPECT_NE(sink.text.find("event: end"), std::string::npos);
}

TEST_F(EventStreamTest, StreamEndsWithItsReaderAndWithTheServer) {
  Sink gone;
  gone.closed = true;
  stream().send(gone);
  Sink drained;
  drained.stops = true;
  stream().send(drained);
  EXPECT_NE(drained.text.find(": come back"), std::string::npos);
  EXPECT_EQ(events.watches(), 0);
}

}  // namespace
}  // namespace cvg
