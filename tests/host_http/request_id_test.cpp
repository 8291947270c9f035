#include "host/http/request_id.h"

#include <gtest/gtest.h>

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

}  // namespace
}  // namespace cvg
