#include "core/isolated/service_answers.h"

#include <random>

#include "tests/core_isolated/workbench.h"

namespace cvg {
namespace {

class ServiceAnswersTest : public testing::Test {
 protected:
  Call::Options options() {
    Call::Options options;
    options.info.tenant_id = "acme";
    options.clock = &clock_;
    options.services = &services_;
    return options;
  }
  static FlatWriter request(Service service) {
    FlatWriter out;
    out.number(static_cast<std::uint8_t>(service));
    return out;
  }
  SystemClock clock_;
  KeptServices services_;
  Call call_{options()};
  ServiceAnswers answers_{call_.raw(), nullptr, [](Pull) -> Result<std::string> { return Status(Code::peer_died, "gone"); }};
};

TEST_F(ServiceAnswersTest, AnswerIsTheHosts) {
  const Result<std::string> answer = answers_.answer(request(Service::run_units).text("cost").take());
  ASSERT_TRUE(answer.ok());
  FlatReader in(*answer);
  EXPECT_EQ(in.number<cvg_status>(), CVG_OK);
  static_cast<void>(read_error(in));
  EXPECT_EQ(in.number<std::int64_t>(), 0);
  EXPECT_EQ(in.text(), "[\"cost\"]");
}

TEST_F(ServiceAnswersTest, ErrorOfTheHostTravelsBack) {
  const Result<std::string> answer = answers_.answer(request(Service::stage_open).text("x").take());
  ASSERT_TRUE(answer.ok());
  FlatReader in(*answer);
  EXPECT_EQ(in.number<cvg_status>(), CVG_E_STATE);
  EXPECT_NE(std::string(read_error(in).message).find("stage"), std::string::npos);
}

TEST_F(ServiceAnswersTest, StreamThatTheWorkerDoesNotDeliverIsAnError) {
  cvg_ingest ingest{};
  ArrowArrayStream stream{};
  ingest.stream = &stream;
  FlatWriter out = request(Service::wh_ingest);
  write_ingest(ingest, out);
  const Result<std::string> answer = answers_.answer(out.take());
  ASSERT_TRUE(answer.ok());
  FlatReader in(*answer);
  EXPECT_EQ(in.number<cvg_status>(), CVG_E_DATA);
}

TEST_F(ServiceAnswersTest, UnknownStreamIsAnError) {
  const Result<std::string> answer = answers_.answer(request(Service::stream_pull).number<std::uint64_t>(5).number<std::uint8_t>(1).take());
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(FlatReader(*answer).number<cvg_status>(), CVG_E_STATE);
}

TEST_F(ServiceAnswersTest, NotesReachTheRun) {
  FlatWriter out;
  EXPECT_TRUE(answers_.note(out.number(static_cast<std::uint8_t>(Note::log)).number<std::int32_t>(1).text("hello").text("").take()).ok());
  EXPECT_EQ(services_.lines, std::vector<std::string>{"hello"});
  EXPECT_EQ(answers_.note("\x63").code(), Code::peer_died);
}

TEST_F(ServiceAnswersTest, HostileBytesAreNoRequests) {
  EXPECT_EQ(answers_.answer("").status().code(), Code::peer_died);
  EXPECT_EQ(answers_.answer("\x63").status().code(), Code::peer_died);
  std::mt19937 random(5);
  for (int turn = 0; turn < 20'000; ++turn) {
    std::string bytes(1 + random() % 80, '\0');
    for (char& byte : bytes) byte = random() % 3 == 0 ? static_cast<char>(random()) : '\0';
    bytes[0] = static_cast<char>(random() % 22);
    static_cast<void>(answers_.answer(bytes));
    static_cast<void>(answers_.note(bytes));
  }
}

}  // namespace
}  // namespace cvg
