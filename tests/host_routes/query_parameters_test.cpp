#include "host/routes/query_parameters.h"

#include <gtest/gtest.h>

namespace cvg {
namespace {

Request request(std::string_view query) {
  Request request;
  request.query = query;
  return request;
}

TEST(QueryParameters, LimitsHaveBoundsAndADefault) {
  EXPECT_EQ(*read_limit_parameter(request(""), 20, 100), 20);
  EXPECT_EQ(*read_limit_parameter(request("limit=100"), 20, 100), 100);
  for (const char* query : {"limit=0", "limit=101", "limit=", "limit=x", "limit=1.5", "limit=99999999999999999999"})
    EXPECT_EQ(read_limit_parameter(request(query), 20, 100).status().code(), Code::invalid) << query;
}

TEST(QueryParameters, TimesAreRfc3339) {
  std::int64_t ms = 7;
  EXPECT_TRUE(read_time_parameter(request(""), "from", ms).ok());
  EXPECT_EQ(ms, 7);
  EXPECT_TRUE(read_time_parameter(request("from=1970-01-01T00:00:01Z"), "from", ms).ok());
  EXPECT_EQ(ms, 1000);
  const Status wrong = read_time_parameter(request("from=today"), "from", ms);
  EXPECT_EQ(wrong.detail_json(), R"({"field":"from","issue":"must be an RFC 3339 time"})");
}

}  // namespace
}  // namespace cvg
