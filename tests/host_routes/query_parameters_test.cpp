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

TEST(QueryParameters, OneThatCannotBeReadIsRefusedNotAbsent) {
  for (const char* query : {"", "a=1&b", "limit=%35", "x=caf%C3%A9", "a+b=c+d", "=", "&&"}) EXPECT_TRUE(check_query(query).ok()) << query;
  for (const char* query : {"export=%zz", "a=1&export=%", "export=%4", "export=%ff", "export=\xff"}) {
    const Status refused = check_query(query);
    EXPECT_EQ(refused.code(), Code::invalid) << query;
    EXPECT_EQ(refused.detail_json(), R"({"field":"export","issue":"is not properly percent-encoded UTF-8 text"})") << query;
  }
  EXPECT_EQ(check_query("%zz=1").code(), Code::invalid);
}

}  // namespace
}  // namespace cvg
