// What tenants may ask, and every hole that the engine leaves open by itself (limits.md 3 and 3b, lake.md "Sessions").
#include "session.h"

#include <fstream>

#include "session_lake.h"

namespace cvg {
namespace {

using Session = SessionLake;

TEST_F(Session, AnswersSelectsOverTheDataset) {
  EXPECT_EQ(rows("SELECT count(*) FROM bill"), "[[5000]]");
  EXPECT_EQ(rows("SELECT n FROM v;  -- the end"), "[[5000]]");
  EXPECT_EQ(rows("SELECT service, count(*) AS n FROM acme.bill WHERE id < 6 GROUP BY 1 ORDER BY 1"), "[[\"svc0\",2],[\"svc1\",2],[\"svc2\",2]]");
  EXPECT_EQ(rows("SELECT n FROM tenants.tenant_pipeline_runs WHERE tenant_id = 'acme'"), "[[1]]");
  EXPECT_EQ(rows("WITH x AS (SELECT 1 AS a) SELECT a FROM x"), "[[1]]");
  EXPECT_EQ(rows("WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r WHERE n < 3) SELECT max(n) FROM r"), "[[3]]");
}

TEST_F(Session, AnswersDescribeSummarizeAndShowTables) {
  EXPECT_NE(rows("DESCRIBE bill").find("\"DECIMAL(38,24)\""), std::string::npos);
  EXPECT_NE(rows("SUMMARIZE bill").find("usage_date"), std::string::npos);
  EXPECT_EQ(rows("SHOW TABLES"), "[[\"bill\"],[\"named\"],[\"v\"]]");
}

TEST_F(Session, AnEarlierStateAnswersUnderTheSameRules) {
  EXPECT_EQ(rows("SELECT count(*) FROM bill AT (TIMESTAMP => now())"), "[[5000]]");
  EXPECT_EQ(rows("SELECT count(*) FROM acme.bill b AT (TIMESTAMP => now() + INTERVAL 1 HOUR)"), "[[5000]]");
  EXPECT_NE(rows("SELECT count(*) FROM bill AT (TIMESTAMP => TIMESTAMP '2001-01-01')").find("error: "), std::string::npos);
  EXPECT_NE(rows("SELECT count(*) FROM bill AT (TIMESTAMP => getenv('HOME')::TIMESTAMP)").find("getenv is not offered"), std::string::npos);
  EXPECT_NE(rows("SELECT 1 FROM __cvg.markers AT (TIMESTAMP => now())").find("there is no table"), std::string::npos);
  EXPECT_NE(rows("SELECT 1 FROM bill AT (TIMESTAMP => (SELECT max(snapshot_time) FROM ducklake_snapshots('lake$')))").find("not offered"), std::string::npos);
}

TEST_F(Session, BackticksOfBigQueryAreNames) {
  EXPECT_EQ(rows("SELECT count(*) FROM `acme.bill`"), "[[5000]]");
  EXPECT_EQ(rows("SELECT '`', \"id\" FROM `acme`.`bill` WHERE id = 0"), "[[\"`\",0]]");
  EXPECT_EQ(rows("SELECT tenant_id FROM `tenants.tenant_pipeline_runs` WHERE CURRENT_DATE() > DATE '2020-01-01'"), "[[\"acme\"]]");
}

TEST_F(Session, ValuesKeepTheirDigits) {
  EXPECT_EQ(rows("SELECT cost FROM bill LIMIT 1"), "[[\"0.000000000000000000000001\"]]");
  EXPECT_EQ(rows("SELECT 9007199254740993, 42::BIGINT, 1.5::DOUBLE, 'nan'::DOUBLE, true, NULL"), "[[\"9007199254740993\",42,1.5,\"nan\",true,null]]");
  EXPECT_EQ(rows("SELECT TIMESTAMP '2025-11-15 10:00:00', DATE '2025-11-15', [1, 2], {'a': 'x'}"), "[[\"2025-11-15T10:00:00Z\",\"2025-11-15\",[1,2],{\"a\":\"x\"}]]");
}

TEST_F(Session, OrderAndDuplicateColumnNamesSurvive) {
  EXPECT_EQ(rows("SELECT id, id FROM bill ORDER BY id DESC LIMIT 2"), "[[4999,4999],[4998,4998]]");
}

TEST_F(Session, ColumnsWithoutAnAliasAreCalledAsTheyWereWritten) {
  const auto head = [&](const std::string& sql) { return run(sql + " LIMIT 0", "csv")->body; };
  EXPECT_EQ(head("SELECT sum(cost), service, count(*) FROM bill GROUP BY service"), "sum(cost),service,count_star()\r\n");
  EXPECT_EQ(head("SELECT max(cost) AS \"max(\"\"cost\"\")\" FROM bill"), "\"max(\"\"cost\"\")\"\r\n");
  EXPECT_EQ(head("SELECT * FROM (SELECT 1 AS \"a(\"\"b\"\")\") AS t"), "\"a(\"\"b\"\")\"\r\n");
  EXPECT_EQ(head("SELECT \"a(\"\"b\"\")\" FROM (SELECT 1 AS \"a(\"\"b\"\")\") AS t"), "\"a(\"\"b\"\")\"\r\n");
}

TEST_F(Session, CsvQuotesAndParquetIsAFile) {
  EXPECT_EQ(run("SELECT 'a,b' AS \"x\"\"y\", NULL AS n, '' AS e", "csv")->body, "\"x\"\"y\",n,e\r\n\"a,b\",,\"\"\r\n");
  Result<SessionAnswer> parquet = run("SELECT * FROM bill", "parquet");
  ASSERT_TRUE(parquet.ok()) << parquet.status().text();
  EXPECT_EQ(parquet->body.substr(0, 4), "PAR1");
  Result<SessionAnswer> arrow = run("SELECT sum(cost), count(*) AS n FROM bill", "arrow");
  ASSERT_TRUE(arrow.ok()) << arrow.status().text();
  EXPECT_NE(arrow->body.find("sum(cost)"), std::string::npos);
  EXPECT_EQ(arrow->row_count, 1);
  EXPECT_EQ(run("SELECT 1", "xml").status().code(), Code::unsupported);
}

TEST_F(Session, RowsBeyondTheCapAreToldAsTruncated) {
  SessionQuery query;
  query.tenant_id = "acme";
  query.sql = "SELECT id FROM bill";
  query.max_rows = 10;
  Result<SessionAnswer> answer = sessions_->query(query);
  ASSERT_TRUE(answer.ok());
  EXPECT_EQ(answer->row_count, 10);
  EXPECT_TRUE(answer->truncated);
  EXPECT_FALSE(run("SELECT 1")->truncated);
}

TEST_F(Session, WritingStatementsAreRefusedByName) {
  for (const char* sql : {"INSERT INTO bill SELECT * FROM bill", "DELETE FROM bill", "UPDATE bill SET id = 1", "DROP TABLE bill",
                          "CREATE TABLE t (i INT)", "ATTACH '/tmp/x.db'", "ATTACH 'ducklake:sqlite:/tmp/x' AS y", "DETACH memory", "USE memory",
                          "COPY bill TO '/tmp/cvg_leak.csv'", "COPY (SELECT 1) TO '/tmp/cvg_leak.csv'", "EXPORT DATABASE '/tmp/cvg_leak'",
                          "INSTALL httpfs", "LOAD httpfs", "SET memory_limit = '10GB'", "RESET memory_limit", "PRAGMA database_list",
                          "CALL pragma_version()", "CHECKPOINT", "BEGIN", "PIVOT bill ON service", "EXPLAIN SELECT 1", "VACUUM",
                          "SET VARIABLE x = 1", "PREPARE p AS SELECT 1", "MERGE INTO bill USING bill ON false WHEN MATCHED THEN DELETE"})
    expect_refused(sql);
  EXPECT_FALSE(std::filesystem::exists("/tmp/cvg_leak.csv"));
  EXPECT_EQ(rows("SELECT count(*) FROM bill"), "[[5000]]");
}

TEST_F(Session, PivotIsRefusedByItsName) {
  EXPECT_EQ(run("PIVOT bill ON service").status().text().substr(0, 6), "PIVOT ");
  EXPECT_EQ(run("SELECT * FROM (PIVOT bill ON service)").status().text().substr(0, 6), "PIVOT ");
}

TEST_F(Session, SeveralStatementsAreRefused) {
  expect_refused("SELECT 1; SELECT 2");
  expect_refused("SELECT 1; DROP TABLE bill");
  expect_refused("");
  expect_refused("-- nothing");
  EXPECT_EQ(rows("SELECT 1;;"), "[[1]]");
}

TEST_F(Session, EnableLoggingCannotBeReached) {
  expect_refused("SELECT * FROM enable_logging(storage='file', storage_config={'path':'/tmp/x'})");
  expect_refused("CALL enable_logging()");
  expect_refused("SELECT * FROM query('SELECT * FROM enable_logging()')");
  expect_refused("SELECT * FROM query_table('bill')");
}

TEST_F(Session, FilesCannotBeReadByAnyFunction) {
  const std::string other = lake_folder("other") + "/catalog.sqlite";
  for (const std::string& sql :
       {"SELECT * FROM sqlite_scan('" + other + "', 'ducklake_table')", std::string("SELECT * FROM read_csv('/etc/passwd')"),
        std::string("SELECT * FROM read_text('/etc/passwd')"), std::string("SELECT * FROM read_blob('/etc/passwd')"),
        std::string("SELECT * FROM '/etc/passwd'"), std::string("FROM 'x.parquet'"), std::string("SELECT * FROM glob('/*')"),
        "SELECT * FROM read_parquet('" + lake_folder("other") + "/data/**/*.parquet')", std::string("SELECT * FROM sniff_csv('/etc/passwd')"),
        std::string("SELECT * FROM parquet_metadata('x')"), std::string("SELECT (SELECT content FROM read_text('/etc/passwd'))"),
        std::string("SELECT * FROM ducklake_snapshots('lake$')"), std::string("SELECT * FROM ducklake_list_files('lake$', 'bill')")})
    expect_refused(sql);
}

TEST_F(Session, HiddenSchemasAndTheEnginesCatalogStayHidden) {
  for (const char* sql :
       {"SELECT * FROM __cvg.marker", "SELECT * FROM \"__cvg\".\"marker\"", "SELECT * FROM \"lake$\".__cvg.marker", "SELECT * FROM information_schema.tables",
        "SELECT * FROM duckdb_tables()", "SELECT * FROM duckdb_databases()", "SELECT * FROM duckdb_settings()", "SELECT * FROM duckdb_tables",
        "SELECT * FROM pg_catalog.pg_tables", "SELECT * FROM sqlite_master", "SELECT * FROM main.duckdb_views", "SHOW ALL TABLES", "SHOW DATABASES",
        "SELECT * FROM pragma_database_list", "SELECT * FROM \"__ducklake_metadata_lake$\".ducklake_data_file",
        "WITH duckdb_tables AS (SELECT 1) SELECT * FROM duckdb_tables", "SELECT current_setting('extension_directory')", "SELECT getenv('HOME')",
        "SELECT write_log('x')", "SELECT * FROM other.bill", "SELECT * FROM memory.main.t", "DESCRIBE __cvg.marker", "SUMMARIZE information_schema.tables"})
    expect_refused(sql);
}

TEST_F(Session, ColumnsOfTheEnginesOwnThatTellOfFilesAreRefused) {
  for (const char* column : {"filename", "FileName", "file_row_number", "file_index", "bill.filename", "acme.bill.filename", "b.filename"})
    expect_refused(std::string("SELECT ") + column + " FROM acme.bill" + (column[1] == '.' ? " AS b" : ""));
  for (const char* sql :
       {"SELECT DISTINCT \"filename\" FROM bill", "SELECT 1 FROM bill ORDER BY filename", "SELECT max(filename) FROM (SELECT * FROM bill)",
        "SELECT (SELECT max(filename) FROM bill)", "WITH a AS (SELECT filename AS f FROM bill) SELECT f FROM a",
        "SELECT 1 FROM bill JOIN (SELECT 'x' AS filename) USING (filename)", "SELECT * FROM bill WHERE filename LIKE '/%'",
        "SELECT filename FROM bill AT (TIMESTAMP => now())", "SELECT COLUMNS('filename') FROM bill", "SELECT (bill).filename FROM bill",
        "SELECT bill['filename'] FROM bill", "SELECT struct_extract(bill, 'filename') FROM bill", "SELECT x.filename FROM (SELECT bill AS x FROM bill)",
        "SELECT * REPLACE (filename AS id) FROM bill", "SELECT 1 FROM bill GROUP BY filename", "UNPIVOT bill ON filename INTO NAME a VALUE b",
        "FROM bill UNPIVOT (v FOR k IN (filename))", "FROM bill PIVOT (max(id) FOR filename IN ('a'))", "SELECT unnest([filename]) FROM bill",
        "SELECT count(*) OVER (PARTITION BY filename) FROM bill", "SELECT * FROM bill b, LATERAL (SELECT b.filename)"})
    expect_refused(sql);
  expect_refused("SELECT * FROM bill NATURAL JOIN (SELECT 'x' AS filename)");
  EXPECT_NE(rows("SELECT filename FROM bill").find("column filename is the engine's own"), std::string::npos);
  EXPECT_EQ(rows("SELECT filename FROM named"), "[[\"mine\"]]");
  EXPECT_EQ(rows("SELECT 'a' AS filename FROM bill LIMIT 1"), "[[\"a\"]]");
  EXPECT_EQ(rows("SELECT filename FROM (SELECT n AS filename FROM v)"), "[[5000]]");
  EXPECT_EQ(rows("SELECT filename FROM named, bill LIMIT 1").find("[["), std::string::npos);
}

TEST_F(Session, WhatTheEngineKnowsOfTheStatementAndItsCatalogIsNotTold) {
  for (const char* sql : {"SELECT current_query()", "SELECT current_database()", "SELECT current_catalog()", "SELECT current_catalog", "SELECT current_query_id()"})
    expect_refused(sql);
  for (const char* sql : {"IMPORT DATABASE 'x'", "/* a */ import database 'x'", "PRAGMA database_list", "EXPORT DATABASE 'x'"}) {
    const std::string said = rows(sql);
    EXPECT_NE(said.find("is not offered here"), std::string::npos) << said;
    EXPECT_EQ(said.find("schema.sql"), std::string::npos) << said;
  }
  EXPECT_EQ(rows("SELECT 1; IMPORT DATABASE 'x'"), "error: send one statement at a time");
  const std::string early = rows("SELECT count(*) FROM bill AT (VERSION => 0)");
  EXPECT_NE(early.find("does not exist at version 0"), std::string::npos) << early;
  EXPECT_EQ(early.find("Did you mean"), std::string::npos) << early;
}

TEST_F(Session, ACteIsNoTableOutsideOfItsScope) {
  const std::string files = "\"" + lake_folder("acme") + "/data/**/*.parquet\"";
  for (const std::string& sql :
       {"SELECT count(*) FROM (WITH " + files + " AS (SELECT 1) SELECT 1) a, " + files,
        "WITH " + files + " AS (SELECT 1) SELECT * FROM " + files, "SELECT * FROM " + files,
        "(WITH " + files + " AS (SELECT 1) SELECT 1) UNION ALL SELECT * FROM " + files,
        "WITH a AS (SELECT * FROM " + files + "), " + files + " AS (SELECT 1) SELECT 1",
        std::string("SELECT (WITH \"x.csv\" AS (SELECT 1) SELECT 1), * FROM \"x.csv\""),
        std::string("WITH \"a*\" AS (SELECT 1) SELECT * FROM \"a*\""),
        std::string("SELECT * FROM (WITH markers AS (SELECT 1) SELECT 1) a, markers"),
        std::string("SELECT * FROM (WITH marker AS (SELECT 1) SELECT 1) a, marker"),
        std::string("SELECT * FROM (WITH ducklake_snapshot AS (SELECT 1) SELECT 1) a, ducklake_snapshot"),
        std::string("WITH RECURSIVE r(n) AS (SELECT n FROM r UNION ALL SELECT 1) SELECT * FROM r"),
        std::string("WITH a AS (SELECT * FROM b), b AS (SELECT 1) SELECT * FROM a")}) {
    expect_refused(sql);
    const std::string text = run(sql).status().text();
    EXPECT_EQ(text.find("__cvg"), std::string::npos) << text;
    EXPECT_EQ(text.find("Did you mean"), std::string::npos) << text;
  }
}

TEST_F(Session, ACteIsSeenWhereTheEngineSeesIt) {
  EXPECT_EQ(rows("WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS x FROM a) SELECT b.x, (SELECT max(x) FROM A) FROM b"), "[[2,1]]");
  EXPECT_EQ(rows("WITH bill AS (SELECT id FROM bill WHERE id < 3) SELECT count(*) FROM bill"), "[[3]]");
  EXPECT_EQ(rows("WITH a AS (SELECT 1 AS x) SELECT x FROM a WHERE EXISTS (WITH c AS (SELECT x FROM a) SELECT 1 FROM c) "
                 "UNION ALL SELECT x FROM a"), "[[1],[1]]");
  EXPECT_EQ(rows("WITH RECURSIVE a AS (SELECT 3 AS n), r(n) AS (SELECT n FROM a UNION ALL SELECT r.n - 1 FROM r, a WHERE r.n > 1) "
                 "SELECT count(*) FROM r"), "[[3]]");
  EXPECT_EQ(rows("SELECT count(*) FROM (WITH bill AS (SELECT 1) SELECT * FROM bill) t, bill"), "[[5000]]");
  EXPECT_EQ(rows("SELECT * FROM (PIVOT (SELECT service, 1 AS n FROM bill WHERE id < 6) ON service IN ('svc0', 'svc1') USING sum(n))"),
            "[[2,2]]");
}

TEST_F(Session, TextsInDollarsAndEscapesKeepTheirMarks) {
  EXPECT_EQ(rows("SELECT $$a -- b$$, $q$a`b`$$c;$q$"), "[[\"a -- b\",\"a`b`$$c;\"]]");
  EXPECT_EQ(rows("SELECT E'it\\'s -- `x`;'"), "[[\"it's -- `x`;\"]]");
  EXPECT_EQ(rows("SELECT /* /* */ 1 -- */ 2"), "[[2]]");
}

TEST_F(Session, ErrorsQuoteTheStatementOfTheUserAlone) {
  const std::string text = run("SELECT\n  cast('x' AS INTEGER)").status().text();
  EXPECT_NE(text.find("LINE 2:"), std::string::npos) << text;
  EXPECT_EQ(text.find("VARCHAR"), std::string::npos) << text;
  for (const char* format : {"json", "csv", "arrow", "parquet"}) {
    const std::string one = run("SELECT cast('x' AS INTEGER)", format).status().text();
    EXPECT_NE(one.find("LINE 1: SELECT cast('x'"), std::string::npos) << one;
    EXPECT_EQ(one.find("FROM ("), std::string::npos) << one;
  }
}

TEST_F(Session, AnotherTenantsDataIsNotThere) {
  EXPECT_EQ(rows("SELECT tenant_id FROM tenants.tenant_pipeline_runs", "other"), "[[\"other\"]]");
  EXPECT_EQ(rows("SELECT tenant_id FROM tenants.tenant_pipeline_runs", "acme"), "[[\"acme\"]]");
  EXPECT_EQ(run("SELECT 1", "json", "nobody").status().code(), Code::not_found);
}

TEST_F(Session, ErrorTextsHelpAndHoldNoPath) {
  const Status missing = run("SELECT nothing FROM bill").status();
  EXPECT_EQ(missing.code(), Code::invalid);
  EXPECT_NE(missing.text().find("nothing"), std::string::npos);
  expect_refused("SELECT nothing FROM bill");
  expect_refused("SELEC 1");
  expect_refused("SELECT CAST('x' AS INTEGER)");
  EXPECT_NE(run("SELECT * FROM bil").status().text().find("SHOW TABLES"), std::string::npos);
}

TEST_F(Session, MemoryOfScalarFunctionsIsBounded) {
#ifdef CVG_SANITIZED
  GTEST_SKIP() << "RLIMIT_AS is not set under sanitizers";
#endif
  EXPECT_EQ(run("SELECT len(range(300000000))").status().code(), Code::limit);
  const Status large = run("SELECT length(repeat('x', 1000000000))").status();
  EXPECT_EQ(large.code(), Code::limit);
  EXPECT_EQ(large.text().find("SET "), std::string::npos) << large.text();
  const Status grown = run("SELECT length(regexp_replace(repeat('a', 100000000), 'a', 'bbbbbbbb', 'g'))").status();
  EXPECT_EQ(grown.code(), Code::limit);
  EXPECT_NE(grown.text().find("sessions.memory_mb"), std::string::npos) << grown.text();
  EXPECT_EQ(rows("SELECT count(*) FROM bill"), "[[5000]]");
}

TEST_F(Session, ALongQueryEndsInTime) {
  SystemClock clock;
  SessionLimits limits;
  limits.query_timeout_ms = 700;
  limits.kill_grace_ms = 300;
  const Json config = Json::object().set("lakes_dir", lakes()).set("extensions_dir", CVG_EXTENSIONS_DIR);
  auto sessions = start_sessions({"/proc/self/exe", "--session-parent", config.dump()}, folder_ + "/scratch2", limits, clock);
  ASSERT_TRUE(sessions.ok());
  SessionQuery query;
  query.tenant_id = "acme";
  for (const char* sql : {"SELECT count(*) FROM range(100000000000)",
                          "SELECT length(regexp_replace(repeat('ab', 20000000), '(a*)*b', 'x', 'g'))"}) {
    query.sql = sql;
    EXPECT_EQ((*sessions)->query(query).status().code(), Code::limit) << sql;
  }
}

}  // namespace
}  // namespace cvg
