#include "host/routes/query_routes.h"

#include "tests/host_routes/route_fixture.h"

namespace cvg {
namespace {

class QueryRoutesTest : public RouteFixture {
 protected:
  Response query(const std::string& body) { return post("/api/v1/tenants/acme/query", acme_key, body); }
};

TEST_F(QueryRoutesTest, AnswersWithColumnsRowsAndCounts) {
  EXPECT_EQ(query(R"({"sql":"SELECT 1 AS a"})").body,
            R"({"columns":[{"name":"a","type":"INTEGER"}],"rows":[[1]],"row_count":1,"truncated":false,"duration_ms":0})");
  EXPECT_EQ(sessions.last.tenant_id, "acme");
  EXPECT_EQ(sessions.last.display_id, "Acme");
  EXPECT_EQ(sessions.last.max_rows, 1000);
}

TEST_F(QueryRoutesTest, CsvIsHandedThrough) {
  const Response response = query(R"({"sql":"SELECT 1 AS a","format":"CSV","max_rows":5})");
  EXPECT_EQ(response.content_type, "text/csv; charset=utf-8");
  EXPECT_EQ(response.body, "a\r\n1\r\n");
  EXPECT_EQ(header(response, "X-Truncated"), "false");
  EXPECT_EQ(sessions.last.max_rows, 5);
}

TEST_F(QueryRoutesTest, RefusesWhatItCannotRun) {
  for (const char* body : {"{}", R"({"sql":""})", R"({"sql":5})", R"({"sql":"SELECT 1","format":"xml"})",
                           R"({"sql":"SELECT 1","max_rows":0})", R"({"sql":"SELECT 1","max_rows":"5"})",
                           R"({"sql":"SELECT 1","max_rows":1e9})", R"({"sql":"SELECT 1","max_rows":100001})"})
    EXPECT_EQ(query(body).status, 400) << body;
  EXPECT_EQ(query("{\"sql\":\"SELECT '" + std::string(16384, 'x') + "'\"}").status, 400);
}

TEST_F(QueryRoutesTest, EveryFieldThatIsWrongIsToldAtOnce) {
  const Json all = json(query(R"({"sql":5,"max_rows":"x","format":"pdf","bogus":1})"))["details"]["errors"];
  EXPECT_EQ(all.size(), 4u) << all.dump();
}

TEST_F(QueryRoutesTest, TellsTheSessionsRefusal) {
  sessions.next = Status(Code::denied, "The function read_csv is not allowed here");
  const Response response = query(R"q({"sql":"SELECT * FROM read_csv('/etc/passwd')"})q");
  EXPECT_EQ(response.status, 403);
  EXPECT_EQ(text(response, "message"), "The function read_csv is not allowed here");
}

}  // namespace
}  // namespace cvg
