#include "arrow_stream.h"

#include <gtest/gtest.h>

#include "tests/plugins_ducklake_sessions/flat_view.h"

namespace ducklake {
namespace {

FormattedResult arrow(const std::string& sql, FormatLimits limits = {}) {
  EngineConfig config;
  config.threads = 1;
  config.temp_limit_mb = 0;
  config.extensions_dir = CVG_EXTENSIONS_DIR;
  const auto engine = Engine::open(config);
  const std::vector<ResultColumn> columns = prepared_columns(*engine, sql);
  const std::string typed = as_arrow_types(sql, columns);
  std::vector<ResultColumn> stream = prepared_columns(*engine, typed);
  for (std::size_t c = 0; c < stream.size(); ++c) stream[c].name = columns[c].name;
  Result result = engine->stream(typed);
  return as_arrow(*engine, result, stream, limits);
}

struct Message {
  std::string metadata, body;
};
// The messages of a stream up to the mark of its end, which must be its last bytes.
std::vector<Message> messages(const std::string& stream) {
  std::vector<Message> all;
  std::size_t at = 0;
  while (at + 8 <= stream.size()) {
    EXPECT_EQ(FlatView::number<uint32_t>(stream, at), 0xffffffffu);
    const uint32_t bytes = FlatView::number<uint32_t>(stream, at + 4);
    at += 8;
    if (bytes == 0) break;
    Message message;
    message.metadata = stream.substr(at, bytes);
    EXPECT_EQ(bytes % 8, 0u);
    at += bytes;
    const auto body = static_cast<std::size_t>(FlatView::root(message.metadata).value<int64_t>(3));
    EXPECT_EQ(body % 8, 0u);
    message.body = stream.substr(at, body);
    at += body;
    all.push_back(message);
  }
  EXPECT_EQ(at, stream.size());
  return all;
}
// A buffer of the only batch.
std::string buffer(const Message& message, uint32_t index) {
  const FlatView batch = FlatView::root(message.metadata).table(2);
  return message.body.substr(static_cast<std::size_t>(batch.number_of(2, 2 * index)), static_cast<std::size_t>(batch.number_of(2, 2 * index + 1)));
}

TEST(ArrowStream, TheSchemaNamesColumnsAndTypes) {
  const auto all = messages(arrow("SELECT 1::BIGINT AS a, 1.5::DECIMAL(38,24) AS b, 'x' AS c, DATE '2025-01-01' AS d, now() AS e, [1] AS f LIMIT 0").body);
  ASSERT_EQ(all.size(), 1u);
  const FlatView schema = FlatView::root(all[0].metadata).table(2);
  ASSERT_EQ(schema.count(1), 6u);
  const int kinds[] = {2, 7, 5, 8, 10, 5};
  for (uint32_t i = 0; i < 6; ++i) {
    EXPECT_EQ(schema.item(1, i).text(0), std::string(1, static_cast<char>('a' + i)));
    EXPECT_EQ(schema.item(1, i).value<uint8_t>(2), kinds[i]) << i;
  }
  const FlatView decimal = schema.item(1, 1).table(3);
  EXPECT_EQ(decimal.value<int32_t>(0), 38);
  EXPECT_EQ(decimal.value<int32_t>(1), 24);
  EXPECT_EQ(decimal.value<int32_t>(2), 128);
  EXPECT_EQ(schema.item(1, 3).table(3).value<int16_t>(0, 9), 0);
  EXPECT_EQ(schema.item(1, 4).table(3).text(1), "UTC");
}

TEST(ArrowStream, ValuesAndNullsLieWhereTheFormatPutsThem) {
  const auto all = messages(arrow("SELECT * FROM (VALUES (1::INTEGER, 'ab', -1.25::DECIMAL(9,2), true), (NULL, NULL, NULL, NULL), (3, 'c', 2.5, false)) AS t(a, b, c, d)").body);
  ASSERT_EQ(all.size(), 2u);
  const FlatView batch = FlatView::root(all[1].metadata).table(2);
  EXPECT_EQ(batch.value<int64_t>(0), 3);
  ASSERT_EQ(batch.count(1), 4u);
  for (uint32_t i = 0; i < 4; ++i) EXPECT_EQ(batch.number_of(1, 2 * i + 1), 1) << "one is NULL";
  EXPECT_EQ(buffer(all[1], 0), std::string("\x05", 1));
  EXPECT_EQ(FlatView::number<int32_t>(buffer(all[1], 1), 8), 3);
  const std::string offsets = buffer(all[1], 3);
  for (const auto& [index, offset] : {std::pair{0, 0}, {1, 2}, {2, 2}, {3, 3}})
    EXPECT_EQ(FlatView::number<int32_t>(offsets, static_cast<std::size_t>(index) * 4), offset);
  EXPECT_EQ(buffer(all[1], 4), "abc");
  const std::string decimals = buffer(all[1], 6);
  EXPECT_EQ(decimals.size(), 48u);
  EXPECT_EQ(FlatView::number<int64_t>(decimals, 0), -125);
  EXPECT_EQ(FlatView::number<int64_t>(decimals, 8), -1);
  EXPECT_EQ(FlatView::number<int64_t>(decimals, 32), 250);
  EXPECT_EQ(buffer(all[1], 8)[0] & 5, 1);
}

TEST(ArrowStream, EveryTypeOfTheEngineHasAPlace) {
  const FormattedResult all = arrow("SELECT * FROM test_all_types()");
  EXPECT_EQ(all.rows, 3u);
  EXPECT_EQ(messages(all.body).size(), 2u);
}

TEST(ArrowStream, LimitsEndItBetweenBatchesAndAreTold) {
  FormatLimits limits;
  limits.max_rows = 3000;
  const FormattedResult rows = arrow("SELECT range AS n FROM range(10000)", limits);
  EXPECT_EQ(rows.rows, 3000u);
  EXPECT_TRUE(rows.truncated);
  EXPECT_FALSE(arrow("SELECT range AS n FROM range(3000)", limits).truncated);
  limits.max_rows = 100000;
  limits.max_bytes = 40000;
  const FormattedResult bytes = arrow("SELECT range AS n FROM range(10000)", limits);
  EXPECT_TRUE(bytes.truncated);
  EXPECT_LE(bytes.body.size(), 40000u + 8);
  EXPECT_GT(messages(bytes.body).size(), 1u);
  limits.max_bytes = 100;
  EXPECT_THROW(arrow("SELECT range AS n FROM range(10000)", limits), convergence::Error);
}

}  // namespace
}  // namespace ducklake
