#include "core/isolated/worker_services.h"

#include <cstddef>
#include <cstring>

#include <convergence/plugin.hpp>

#include "core/plugin/abi_view.h"
#include "tests/core_isolated/linked.h"

namespace cvg {
namespace {

class WorkerServicesTest : public Linked {
 protected:
  const cvg_host& host_ = worker_services(*link_);
  cvg_call* call_ = link_->begin(60'000);
};

TEST_F(WorkerServicesTest, EveryFunctionIsThereAndSaysThatItIsAWorker) {
  EXPECT_EQ(host_.run_mode, 1u);
  EXPECT_EQ(host_.struct_size, sizeof(cvg_host));
  for (std::size_t at = offsetof(cvg_host, log); at < sizeof(cvg_host); at += sizeof(void*)) {
    void* function = nullptr;
    std::memcpy(&function, reinterpret_cast<const char*>(&host_) + at, sizeof function);
    EXPECT_NE(function, nullptr) << at;
  }
  EXPECT_NE(host_.get_ext(CVG_EXT_OBJECTS), nullptr);
  EXPECT_EQ(host_.get_ext("cvg.stage_path/1"), nullptr);
}

TEST_F(WorkerServicesTest, AnswersComeThroughTheWriter) {
  served(good(0, "{\"tenant\":\"acme\"}"), [&] {
    convergence::StringOut out;
    cvg_error error = empty_abi_error();
    EXPECT_EQ(host_.call_info(call_, out.out(), &error), CVG_OK);
    EXPECT_EQ(out.text(), "{\"tenant\":\"acme\"}");
  });
  EXPECT_EQ(asked_, std::string(1, static_cast<char>(Service::call_info)));
}

TEST_F(WorkerServicesTest, ReaderThatIsTooSmallIsALimit) {
  served(good(0, "a long text"), [&] {
    convergence::StringOut out(3);
    cvg_error error = empty_abi_error();
    EXPECT_EQ(host_.call_info(call_, out.out(), &error), CVG_E_LIMIT);
  });
}

TEST_F(WorkerServicesTest, HttpFillsItsResponse) {
  served(good(204, "{}", "body"), [&] {
    convergence::StringOut headers, body;
    cvg_http_req request{};
    request.struct_size = sizeof request;
    request.url = abi_text("https://example.com");
    cvg_http_res response{};
    response.struct_size = sizeof response;
    response.headers_json = headers.out();
    response.body = body.out();
    EXPECT_EQ(host_.http(call_, &request, &response, nullptr), CVG_OK);
    EXPECT_EQ(response.status, 204);
    EXPECT_EQ(headers.text(), "{}");
    EXPECT_EQ(body.text(), "body");
  });
}

TEST_F(WorkerServicesTest, WhatIsSmallerThanItsFirstVersionIsRefusedHere) {
  cvg_error error = empty_abi_error();
  cvg_sql sql{};
  ArrowArrayStream stream{};
  EXPECT_EQ(host_.wh_query(call_, &sql, &stream, &error), CVG_E_PLUGIN);
  cvg_ingest ingest{};
  EXPECT_EQ(host_.wh_ingest(call_, &ingest, nullptr, &error), CVG_E_PLUGIN);
  EXPECT_EQ(host_.sink_unit(call_, nullptr, nullptr, nullptr, &error), CVG_E_PLUGIN);
  EXPECT_NE(std::string(error.message).find("cvg_unit"), std::string::npos);
}

TEST_F(WorkerServicesTest, SleepAndCancelledAskNobody) {
  EXPECT_EQ(host_.cancelled(call_), 0);
  EXPECT_EQ(host_.sleep(call_, 1), CVG_OK);
  page_.set(CVG_E_CANCELLED);
  EXPECT_EQ(host_.cancelled(call_), 1);
  EXPECT_EQ(host_.sleep(call_, 100'000), CVG_E_CANCELLED);
  EXPECT_EQ(host_.cancelled(nullptr), 1);
  EXPECT_GT(host_.remaining_ms(call_), 0);
}

}  // namespace
}  // namespace cvg
