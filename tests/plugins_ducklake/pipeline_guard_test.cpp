#include "plugins/ducklake/pipeline_guard.h"

#include "tests/plugins_ducklake/fake_host.h"

namespace ducklake_tests {
namespace {

std::string refusal(const std::string &sql) {
  // Never destroyed: at the program's end the engine's library is gone before it.
  static ducklake::Engine &engine = *[] {
    ducklake::EngineConfig config;
    config.threads = 1;
    config.temp_limit_mb = 0;
    config.extensions_dir = CVG_EXTENSIONS_DIR;
    return ducklake::Engine::open(config).release();
  }();
  try {
    ducklake::check_pipeline_sql(engine, "acme", sql);
  } catch (const Error &error) {
    return error.what();
  }
  return "";
}

// Bug: FROM '/path/secret.csv', or a variable in its place, read any file of the server, another tenant's among them.
TEST(PipelineGuard, FilesAreNoTables) {
  for (const char *from : {"'/path/s.csv'", "\"/path/s.csv\"", "'s.parquet'", "t, '/lakes/other/data/**/*.parquet'", "t JOIN 's.json' USING (a)",
                           "(SELECT * FROM 's.csv')", "t WHERE EXISTS (FROM '/path/s.csv')"}) {
    EXPECT_NE(refusal(std::string("SELECT * FROM ") + from).find("would read a file"), std::string::npos) << from;
    EXPECT_EQ(refusal(std::string("SELECT * FROM ") + from).find("/path/"), std::string::npos) << from;
  }
  EXPECT_NE(refusal("WITH a AS (FROM '/x/s.csv') SELECT * FROM a").find("FROM 's.csv' would read a file"), std::string::npos);
}

TEST(PipelineGuard, InnerSchemasEngineViewsAndFunctionsThatReachOutsideAreRefused) {
  for (const char *sql : {"FROM __cvg.markers", "SELECT * FROM \"__CVG\".cursors", "FROM duckdb_databases()", "FROM duckdb_tables", "FROM PG_TABLES",
                          "FROM sqlite_master", "FROM information_schema.tables", "FROM other.main.t", "FROM bravo.cost", "FROM read_csv('x')",
                          "FROM glob('*')", "SELECT getenv('HOME')", "SELECT current_setting('temp_directory')", "SELECT max(getenv(a)) OVER () FROM t"})
    EXPECT_NE(refusal(sql), "") << sql;
  EXPECT_NE(refusal("EXPLAIN SELECT 1"), "");
}

TEST(PipelineGuard, TablesOfTheTenantAndWhatIsMadeOfArgumentsPass) {
  for (const char *sql : {"SELECT 1", "FROM cost", "SELECT * FROM Acme.cost JOIN tenants.x_meta_runs USING (a)", "SELECT * FROM range(3) t(i), unnest([1, 2]) u(v)",
                          "WITH a AS (FROM input) SELECT EXTRACT(year FROM DATE '2025-11-01'), trim('/' FROM 'a/b.csv') FROM a", "VALUES ('/path/s.csv')",
                          "SELECT '/path/s.csv' AS \"a/b.c\" FROM cost", "SELECT sum(v) OVER (ORDER BY d) FROM cost", "SELEC 1",
                          "SELECT typeof(COLUMNS(t.*)) AS '\\0' FROM (SELECT 1) LEFT JOIN (FROM cost LIMIT 0) AS t ON TRUE"})
    EXPECT_EQ(refusal(sql), "") << sql;
}

TEST(PipelineGuard, QueriesAndIngestsOfAStepAreChecked) {
  Lakes lakes;
  Caller acme;
  lakes->create_dataset(acme.call, Json::object());
  EXPECT_THROW(rows(*lakes, acme, "SELECT * FROM '/etc/passwd.csv'"), Error);
  const cvg_handle txn = lakes->begin(acme.call, "m");
  EXPECT_THROW(lakes->ingest(acme.call, Request(CVG_APPEND, "t").sql("SELECT marker FROM __cvg.markers").raw(txn)), Error);
  EXPECT_EQ(lakes->ingest(acme.call, Request(CVG_APPEND, "t").sql("SELECT 1 AS a").raw(txn)), 1);
}

}  // namespace
}  // namespace ducklake_tests
