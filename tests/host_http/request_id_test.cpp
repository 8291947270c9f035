#include "host/http/request_id.h"

#include <gtest/gtest.h>

#include <set>
#include <string>
#include <thread>
#include <vector>

namespace cvg {
namespace {

TEST(RequestId, EchoesWhatMatchesAndReplacesTheRest) {
  EXPECT_EQ(request_id_from("a.B-9_z"), "a.B-9_z");
  EXPECT_EQ(request_id_from(std::string(128, 'a')), std::string(128, 'a'));
  for (const std::string& bad : {std::string(), std::string(129, 'a'), std::string("a b"), std::string("<x>"), std::string("ä")}) {
    const std::string id = request_id_from(bad);
    EXPECT_TRUE(id.starts_with("req_")) << bad;
    EXPECT_NE(id, request_id_from(bad));
  }
}

TEST(RequestId, NoTwoAreAlikeOnAnyThread) {
  std::vector<std::vector<std::string>> made(4);
  std::vector<std::thread> threads;
  for (std::vector<std::string>& ids : made)
    threads.emplace_back([&ids] {
      for (int i = 0; i < 5000; ++i) ids.push_back(request_id_from(""));
    });
  for (std::thread& thread : threads) thread.join();
  std::set<std::string> all;
  for (const std::vector<std::string>& ids : made) all.insert(ids.begin(), ids.end());
  EXPECT_EQ(all.size(), 20'000u);
  EXPECT_EQ(all.begin()->size(), 24u);
}

}  // namespace
}  // namespace cvg
