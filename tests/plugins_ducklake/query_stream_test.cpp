#include "plugins/ducklake/query_stream.h"

#include <cstring>
#include <thread>

#include "tests/plugins_ducklake/fake_host.h"

namespace ducklake_tests {
namespace {

class QueryStream : public ::testing::Test {
 protected:
  QueryStream() { lakes->create_dataset(acme.call, Json::object()); }
  void open(const std::string &sql, ArrowArrayStream *stream, uint64_t max_rows = 0) {
    const cvg_sql request = {sizeof(cvg_sql), 0, {sql.data(), sql.size()}, 0, max_rows};
    lakes->query(acme.call, request, stream);
  }
  // Pulls everything; the number of rows.
  static int64_t drain(ArrowArrayStream &stream) {
    int64_t rows = 0;
    for (;;) {
      ArrowArray batch = {};
      EXPECT_EQ(stream.get_next(&stream, &batch), 0) << stream.get_last_error(&stream);
      if (!batch.release) return rows;
      rows += batch.length;
      batch.release(&batch);
    }
  }
  Lakes lakes;
  Caller acme;
};

TEST_F(QueryStream, GivesEveryTypeThatALakeHolds) {
  ArrowArrayStream stream = {};
  open("SELECT true AS b, 1::TINYINT AS i1, 2::SMALLINT AS i2, 3::INTEGER AS i4, 4::BIGINT AS i8, 1.5::DOUBLE AS f8, "
       "1.5::DECIMAL(38,24) AS m, DATE '2025-11-01' AS d, TIME '10:00:00' AS t, TIMESTAMP '2025-11-01 10:00:00' AS ts, "
       "TIMESTAMPTZ '2025-11-01 10:00:00+00' AS tz, 'x' AS s, 'x'::BLOB AS bl, [1, 2] AS l, {'a': 1} AS st, MAP{'k': 'v'} AS mp, "
       "uuid() AS u, '{}'::JSON AS j, 5::HUGEINT AS h, NULL AS n, INTERVAL 1 DAY AS iv",
       &stream);
  ArrowSchema schema = {};
  ASSERT_EQ(stream.get_schema(&stream, &schema), 0);
  std::string formats;
  for (int64_t i = 0; i < schema.n_children; ++i) formats += std::string(schema.children[i]->format) + " ";
  EXPECT_EQ(formats, "b c s i l g d:38,24,128 tdD ttu tsu: tsu:UTC u z +l +s +m u u d:38,0 i tin ");
  schema.release(&schema);
  EXPECT_EQ(drain(stream), 1);
  stream.release(&stream);
}

TEST_F(QueryStream, GivesASmallResultsEngineBackAtOnce) {
  lakes.extra.set("pool_engines_max", 1).set("pool_wait_ms_max", 0);
  lakes.restart();
  ArrowArrayStream small = {};
  open("SELECT 1 AS a", &small);
  EXPECT_EQ(rows(*lakes, acme, "SELECT 2"), std::vector<std::string>{"2"});
  EXPECT_EQ(drain(small), 1);
  small.release(&small);
}

TEST_F(QueryStream, KeepsALargeResultsEngineUntilItIsReleased) {
  lakes.extra.set("pool_engines_max", 1).set("pool_wait_ms_max", 0);
  lakes.restart();
  ArrowArrayStream large = {};
  open("SELECT i FROM range(1000000) t(i)", &large);
  EXPECT_EQ(error_of([&] { rows(*lakes, acme, "SELECT 2"); }).first, CVG_E_UNAVAILABLE);
  EXPECT_EQ(drain(large), 1000000);
  EXPECT_EQ(rows(*lakes, acme, "SELECT 2"), std::vector<std::string>{"2"});
  large.release(&large);
}

TEST_F(QueryStream, EndsEarlyWithoutHarm) {
  ArrowArrayStream large = {};
  open("SELECT i FROM range(100000000) t(i)", &large);
  ArrowArray batch = {};
  ASSERT_EQ(large.get_next(&large, &batch), 0);
  batch.release(&batch);
  large.release(&large);
  EXPECT_EQ(large.release, nullptr);
  EXPECT_EQ(rows(*lakes, acme, "SELECT 2"), std::vector<std::string>{"2"});
}

TEST_F(QueryStream, CutsAtMaxRows) {
  for (const uint64_t cap : {1u, 2047u, 5000u}) {
    ArrowArrayStream stream = {};
    open("SELECT i FROM range(100000) t(i)", &stream, cap);
    EXPECT_EQ(drain(stream), static_cast<int64_t>(cap));
    stream.release(&stream);
  }
}

TEST_F(QueryStream, IsCancelledAndTimedOutWhileItWorks) {
  const std::string endless = "SELECT count(*) FROM range(100000000000) t(i) WHERE hash(i) % 1000 = 999";
  ArrowArrayStream stream = {};
  std::thread canceller([&] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    acme.fake.cancelled = true;
    lakes->interrupt();
  });
  EXPECT_EQ(error_of([&] { open(endless, &stream); }).first, CVG_E_CANCELLED);
  canceller.join();
  acme.fake.cancelled = false;
  acme.fake.remaining_ms = 0;
  EXPECT_EQ(error_of([&] { open(endless, &stream); }).first, CVG_E_DEADLINE);
  EXPECT_EQ(stream.release, nullptr);
}

TEST_F(QueryStream, MapsTheEnginesErrors) {
  EXPECT_EQ(error_of([&] { rows(*lakes, acme, "SELECT nothing FROM nowhere"); }).first, CVG_E_CONFIG);
  EXPECT_EQ(error_of([&] { rows(*lakes, acme, "SELEC 1"); }).first, CVG_E_CONFIG);
  EXPECT_EQ(error_of([&] { rows(*lakes, acme, "SELECT CAST(s AS INTEGER) FROM (VALUES ('x')) v(s)"); }).first, CVG_E_DATA);
  const auto [code, message] = error_of([&] { rows(*lakes, acme, "SELECT * FROM read_csv('/no/such/file.csv')"); });
  EXPECT_EQ(message.find("/no/such"), std::string::npos) << message;
  EXPECT_NE(code, CVG_OK);
}

}  // namespace
}  // namespace ducklake_tests
