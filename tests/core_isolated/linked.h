// A WorkerLink in this process, and the server's end of its socket on another thread, which answers as it is told.
#pragma once

#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "core/isolated/worker_link.h"
#include "core/plugin/call.h"

namespace cvg {

class Linked : public testing::Test {
 protected:
  Linked() {
    int ends[2];
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
    ours_ = std::make_unique<Channel>(Fd(ends[0]));
    server_ = std::make_unique<Channel>(Fd(ends[1]));
    link_ = std::make_unique<WorkerLink>(*ours_, page_);
  }
  // The body of a good answer.
  static std::string good(std::int64_t value, std::string_view text, std::string_view more = {}) {
    FlatWriter out;
    out.number<cvg_status>(CVG_OK);
    write_error(empty_abi_error(), out);
    return out.number(value).text(text).text(more).take();
  }
  static std::string bad(const Status& status) {
    cvg_error error = empty_abi_error();
    FlatWriter out;
    out.number<cvg_status>(fill_abi_error(status, &error));
    write_error(error, out);
    return out.number<std::int64_t>(0).text("").text("").take();
  }
  // Answers one request; what was asked is in asked_ when work returns.
  void served(const std::string& answer, const std::function<void()>& work) {
    std::thread server([&] {
      Result<Message> request = server_->receive();
      ASSERT_TRUE(request.ok());
      asked_ = std::move(request->body);
      EXPECT_TRUE(server_->send(MessageType::served, answer).ok());
    });
    work();
    server.join();
  }
  StopPage page_ = std::move(*StopPage::create());
  std::unique_ptr<Channel> ours_, server_;
  std::unique_ptr<WorkerLink> link_;
  std::string asked_;
};

}  // namespace cvg
