// A sample in a temporary folder, and DuckDB to read its files independently.
#pragma once

#include <duckdb.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <string>

#include "core/base/files.h"
#include "host/sample/sample.h"

namespace cvg {

class SampleFolder : public testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/cvg_sample_XXXXXX";
    folder_ = mkdtemp(name);
    ASSERT_EQ(duckdb_open(nullptr, &database_), DuckDBSuccess);
    ASSERT_EQ(duckdb_connect(database_, &connection_), DuckDBSuccess);
  }
  void TearDown() override {
    duckdb_disconnect(&connection_);
    duckdb_close(&database_);
    std::filesystem::remove_all(folder_);
  }
  SampleOptions options(const std::string& format, std::int64_t rows = 900, std::int64_t days = 40) const {
    SampleOptions o;
    o.folder = folder_ + "/" + format;
    o.format = format;
    o.rows = rows;
    o.days = days;
    return o;
  }
  // The first value of a query as text; the error's text when it fails.
  std::string value(const std::string& sql) {
    duckdb_result result;
    if (duckdb_query(connection_, ("SELECT CAST(x AS VARCHAR) FROM (" + sql + ") t(x)").c_str(), &result) != DuckDBSuccess) {
      const std::string error = duckdb_result_error(&result);
      duckdb_destroy_result(&result);
      return error;
    }
    std::string text = "no row";
    if (duckdb_data_chunk chunk = duckdb_fetch_chunk(result); chunk) {
      auto* s = static_cast<duckdb_string_t*>(duckdb_vector_get_data(duckdb_data_chunk_get_vector(chunk, 0)));
      text = std::string(duckdb_string_t_data(s), duckdb_string_t_length(*s));
      duckdb_destroy_data_chunk(&chunk);
    }
    duckdb_destroy_result(&result);
    return text;
  }
  // The cost of a cloud and currency over all periods of a summary, as the engine adds decimals.
  std::string total(const Json& summary, const std::string& cloud, const std::string& currency) {
    std::string sum = "0";
    for (const Json& t : summary["totals"].items())
      if (t["cloud"].text() == cloud && t["currency"].text() == currency) sum += " + CAST('" + t["cost"].text() + "' AS DECIMAL(38,10))";
    return value("SELECT CAST(" + sum + " AS DECIMAL(38,10))");
  }

  std::string folder_;
  duckdb_database database_ = nullptr;
  duckdb_connection connection_ = nullptr;
};

}  // namespace cvg
