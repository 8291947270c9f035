#!/usr/bin/env python3
"""The query route: formats, limits, errors that help, what a tenant must not reach, and the seeds' own statements."""
import csv
import io
import json
import unittest

from flow_server import ADMIN_KEY, FlowServer

TENANT, OTHER = "acme_corp", "acmeinc_23xv2"
ROWS_MAX = 5000

# The seeds' statements that name no function of BigQuery alone, without the project's prefix.
SEEDS_ACME = [
    "SELECT * FROM `tenants.tenant_pipeline_runs` WHERE tenant_id = 'acme_corp' ORDER BY start_time DESC LIMIT 10;",
    "SELECT * FROM `tenants.tenant_step_logs` WHERE tenant_id = 'acme_corp' "
    "AND pipeline_logging_id = 'f47ac10b-58cc-4372-a567-0e02b2c3d479' ORDER BY step_start_time;",
    "SELECT * FROM `tenants.tenant_dq_results` WHERE tenant_id = 'acme_corp' ORDER BY ingestion_date DESC;",
    "-- Comprehensive view\nSELECT *\nFROM `acme_corp.tenant_comprehensive_view`\nWHERE status = 'FAILED'\nORDER BY start_time DESC;",
    "SELECT tenant_id, usage_date, pipelines_run_today, daily_limit, (pipelines_run_today / daily_limit * 100) as usage_percent, "
    "concurrent_pipelines_running, concurrent_limit FROM `tenants.tenant_usage_quotas` "
    "WHERE tenant_id = 'acme_corp' AND usage_date = CURRENT_DATE();",
    "SELECT pipeline_logging_id, pipeline_id, tenant_id, user_id, status, start_time, duration_ms\n"
    "FROM `acme_corp.x_meta_pipeline_runs`\nORDER BY start_time DESC LIMIT 10",
    "SELECT pipeline_logging_id, step_name, status, rows_processed, duration_ms\nFROM `acme_corp.x_meta_step_logs`\n"
    "WHERE pipeline_logging_id = 'f47ac10b...'\nORDER BY start_time",
    "SELECT tenant_id, pipelines_run_today, daily_limit,\n       (daily_limit - pipelines_run_today) as remaining\n"
    "FROM `tenants.tenant_usage_quotas`\nWHERE tenant_id = 'acme_corp' AND usage_date = CURRENT_DATE()",
    "SELECT tenant_id, is_active FROM tenants.tenant_api_keys WHERE tenant_id='acme_corp'",
    "SELECT pipelines_run_today, daily_limit FROM tenants.tenant_usage_quotas\n"
    "          WHERE tenant_id='acme_corp' AND usage_date=CURRENT_DATE()",
]
SEEDS_ACMEINC = [
    "SELECT\n  tenant_id,\n  created_at,\n  is_active\nFROM `acmeinc_23xv2.api_keys`\nLIMIT 1;",
    "SELECT tenant_id, is_active\nFROM `acmeinc_23xv2.api_keys`\nWHERE api_key_hash = SHA256('acmeinc_23xv2_api_xK9mPqWz7LnR4vYt')\n"
    "  AND is_active = TRUE",
    "SELECT\n  step_name,\n  step_type,\n  status,\n  start_time,\n  end_time,\n  duration_ms,\n  rows_processed,\n  error_message\n"
    "FROM `acmeinc_23xv2.step_logs`\nWHERE pipeline_logging_id = '550e8400-e29b-41d4-a716-446655440000'\nORDER BY step_index;",
    "SELECT\n  pipeline_logging_id,\n  pipeline_id,\n  error_message,\n  parameters\nFROM `acmeinc_23xv2.pipeline_runs`\n"
    "WHERE status = 'FAILED'\n  AND start_time >= CURRENT_DATE()\nORDER BY start_time DESC;",
    "SELECT\n  sl.step_name,\n  sl.step_type,\n  sl.status,\n  sl.duration_ms,\n  sl.rows_processed,\n  sl.error_message\n"
    "FROM `acmeinc_23xv2.step_logs` sl\nJOIN `acmeinc_23xv2.pipeline_runs` pr\n  ON sl.pipeline_logging_id = pr.pipeline_logging_id\n"
    "WHERE pr.pipeline_id = 'acmeinc_23xv2-gcp-cost-bill-sample-export-template'\n  AND pr.start_time >= CURRENT_DATE()\n"
    "ORDER BY sl.step_index;",
]
# A statement and the status of its refusal: 400 for what is no sound SELECT, 403 for what is not offered, 404 for what is not there.
REFUSED = [
    ("", {400}), ("   ", {400}), ("-- nothing", {400}), ("SELEC 1", {400}), ("SELECT nothing_of_this FROM x_meta_pipeline_runs", {400}),
    ("SELECT 1; SELECT 2", {400}), ("SELECT 1; DROP TABLE x_meta_pipeline_runs", {400}),
    ("SELECT * FROM nowhere", {400, 404}), ("SELECT 'abc", {400}), ("SELECT `abc", {400}), ("SELECT 'x'::INTEGER", {400}),
    ("CREATE TABLE t AS SELECT 1", {400, 403}), ("INSERT INTO onboarding_validation_test SELECT 1", {400, 403}),
    ("DELETE FROM onboarding_validation_test", {400, 403}), ("DROP TABLE onboarding_validation_test", {400, 403}),
    ("SET memory_limit = '99GB'", {400, 403}), ("PRAGMA database_list", {400, 403}), ("INSTALL httpfs", {400, 403}),
    ("LOAD sqlite", {400, 403}), ("CALL enable_logging(storage='file', storage_path='/tmp/x')", {400, 403}),
    ("SELECT * FROM enable_logging()", {400, 403}), ("SELECT * FROM sqlite_scan('state.db', 'tenant_api_keys')", {400, 403}),
    ("ATTACH 'other.db'", {400, 403}), ("COPY (SELECT 1) TO '/tmp/x.csv'", {400, 403}), ("EXPORT DATABASE '/tmp/x'", {400, 403}),
    ("SELECT * FROM read_csv('/etc/passwd')", {400, 403}), ("SELECT * FROM '/etc/passwd'", {400, 403, 404}),
    ("SELECT * FROM read_text('/proc/self/environ')", {400, 403}), ("SELECT * FROM glob('/*')", {400, 403}),
    ("SELECT getenv('ADMIN_API_KEY')", {400, 403}), ("SELECT * FROM duckdb_settings()", {400, 403}),
    ("SELECT * FROM duckdb_secrets()", {400, 403}), ("SELECT * FROM information_schema.tables", {400, 403, 404}),
    ("SELECT * FROM sqlite_master", {400, 403, 404}), ("SELECT * FROM pg_catalog.pg_class", {400, 403, 404}),
    ("SELECT * FROM query('SELECT 1')", {400, 403}), ("SELECT * FROM query_table('x_meta_pipeline_runs')", {400, 403}),
    ("SELECT current_setting('temp_directory')", {400, 403}), ("SELECT txid_current()", {400, 403}), ("SELECT current_schemas(true)", {400, 403}),
    ("SELECT sleep_ms(1)", {400, 403}), ("SELECT stats(1)", {400, 403}),
]


class QueryFlow(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = FlowServer(CONVERGENCE_SESSIONS_ROWS_MAX=str(ROWS_MAX), CONVERGENCE_SESSIONS_QUERY_TIMEOUT_MS="20000").start()
        cls.key = cls.server.onboard(TENANT)
        cls.other_key = cls.server.onboard(OTHER)
        run = cls.server.run(TENANT, cls.key, "aws/cost/cost_usage", date="2025-11-15")
        assert run["status"] == "COMPLETE", run
        cls.run_id = run["pipeline_logging_id"]

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def ask(self, sql, **options):
        return self.server.query(TENANT, self.key, sql, **options)

    def good(self, sql, **options):
        answer = self.ask(sql, **options)
        self.assertEqual(answer.status, 200, (sql, answer.body))
        return answer

    def assert_helps(self, answer, statuses, sql=""):
        """A refusal in the error shape that tells no path, key or inner name of the installation."""
        self.assertIn(answer.status, statuses, answer.body)
        body = answer.json
        self.assertEqual(body["message"], body["detail"])
        self.assertGreater(len(body["message"]), 10, body)
        for inner in (str(self.server.data), "/tmp/", "catalog.sqlite", ".parquet", "sessions/", "__ducklake", ADMIN_KEY):
            if inner not in sql:  # the caller's own words may come back
                self.assertNotIn(inner, answer.body.decode())
        return body

    def test_json(self):
        body = self.good("SELECT 1 AS a, 'x' AS b, NULL AS c, CAST(0.1 AS DECIMAL(38,24)) AS d, 9007199254740993 AS e, true AS f, "
                         "DATE '2025-11-15' AS g, [1, 2] AS h").json
        self.assertEqual([c["name"] for c in body["columns"]], list("abcdefgh"))
        self.assertEqual(body["columns"][3]["type"], "DECIMAL(38,24)")
        self.assertEqual(body["rows"][0][:7], [1, "x", None, "0.100000000000000000000000", "9007199254740993", True, "2025-11-15"])
        self.assertEqual((body["row_count"], body["truncated"]), (1, False))
        self.assertIsInstance(body["duration_ms"], int)

    def test_csv(self):
        answer = self.good("SELECT 1 AS a, 'x,\"y\nz' AS b, NULL AS c UNION ALL SELECT 2, '=1+1', 'n' ORDER BY 1", format="csv")
        self.assertIn("text/csv", answer.headers["content-type"])
        rows = list(csv.reader(io.StringIO(answer.body.decode(), newline="")))
        self.assertEqual(rows[0], ["a", "b", "c"])
        self.assertEqual(rows[1], ["1", 'x,"y\nz', ""])
        self.assertEqual((rows[2][0], rows[2][2]), ("2", "n"))
        self.assertEqual((answer.headers["x-row-count"], answer.headers["x-truncated"]), ("2", "false"))

    def test_a_format_that_is_not_offered_is_named(self):
        for form in ("xml", "", 5):
            body = self.assert_helps(self.ask("SELECT 1", format=form), {400})
            self.assertEqual(body["details"]["field"], "format")

    def test_parquet_and_arrow_are_files_with_their_counts_in_headers(self):
        parquet = self.good("SELECT 1 AS a", format="parquet")
        self.assertTrue(parquet.body.startswith(b"PAR1") and parquet.body.endswith(b"PAR1"))
        arrow = self.good("SELECT 1 AS a UNION ALL SELECT 2", format="Arrow")
        self.assertEqual(arrow.headers["content-type"], "application/vnd.apache.arrow.stream")
        self.assertTrue(arrow.body.startswith(b"\xff" * 4) and arrow.body.endswith(b"\xff" * 4 + b"\0" * 4))
        for answer, rows in ((parquet, "1"), (arrow, "2")):
            self.assertEqual((answer.headers["x-row-count"], answer.headers["x-truncated"]), (rows, "false"))

    def test_rows_are_bounded_and_the_cut_is_told(self):
        body = self.good("SELECT * FROM range(10)", max_rows=3).json
        self.assertEqual((body["rows"], body["row_count"], body["truncated"]), ([[0], [1], [2]], 3, True))
        self.assertFalse(self.good("SELECT * FROM range(3)", max_rows=3).json["truncated"])
        self.assertEqual(self.good("SELECT * FROM range(10)", max_rows=3, format="csv").headers["x-truncated"], "true")
        self.assertEqual(self.good("SELECT * FROM range(1500)").json["row_count"], 1000)
        self.assertEqual(self.good("SELECT * FROM range(9000)", max_rows=ROWS_MAX).json["row_count"], ROWS_MAX)
        for wrong in (0, -1, ROWS_MAX + 1, "ten", 1.5, True):
            self.assertEqual(self.assert_helps(self.ask("SELECT 1", max_rows=wrong), {400})["details"]["field"], "max_rows")

    def test_what_is_not_offered_is_refused_with_a_sentence(self):
        for sql, statuses in REFUSED:
            with self.subTest(sql):
                self.assert_helps(self.ask(sql), statuses, sql)
        self.assertEqual(self.good("SELECT count(*) FROM onboarding_validation_test").json["rows"], [[1]])

    def test_bodies_that_are_no_query(self):
        path = f"/api/v1/tenants/{TENANT}/query"
        for body in ({}, {"sql": 5}, {"sql": None}, {"sql": ["SELECT 1"]}, {"query": "SELECT 1"}):
            self.assert_helps(self.server.call("POST", path, body, self.key), {400})
        self.assert_helps(self.ask("SELECT '" + "x" * 20000 + "'"), {400})
        self.assertEqual(self.server.call("GET", path, key=self.key).status, 405)

    def test_memory_time_and_output_are_bounded_and_the_server_lives(self):
        for sql in ("SELECT len(range(300000000))", "SELECT count(*) FROM range(100000000000) a, range(1000) b WHERE a.range % 7 = b.range",
                    "SELECT sum(length(x)) FROM (SELECT repeat('x', 1000000000) AS x FROM range(50))"):
            with self.subTest(sql):
                answer = self.ask(sql)
                if answer.status != 200:
                    self.assert_helps(answer, {400, 408, 413, 422, 503, 504})
                self.assertEqual(self.server.call("GET", "/health").status, 200)
                self.assertEqual(self.good("SELECT 42").json["rows"], [[42]])
        big = self.ask("SELECT repeat('x', 1000000) FROM range(100)")
        self.assertTrue(big.status == 200 and big.json["truncated"] or big.status in (400, 413), big.body[:300])

    def test_another_tenants_data_are_out_of_reach(self):
        for sql in (f"SELECT * FROM {OTHER}.x_meta_pipeline_runs", f"SELECT * FROM `{OTHER}.api_keys`",
                    f"SELECT * FROM lake_{OTHER}.main.x_meta_pipeline_runs", f"SELECT * FROM `project.{OTHER}.pipeline_runs`",
                    f"SELECT * FROM read_parquet('../{OTHER}/data/*.parquet')", f"SELECT * FROM '../{OTHER}/catalog.sqlite'"):
            with self.subTest(sql):
                self.assert_helps(self.ask(sql), {400, 403, 404}, sql)
        for view in ("tenants.tenant_api_keys", "tenants.tenant_pipeline_runs", "tenants.tenant_usage_quotas"):
            self.assertEqual(self.good(f"SELECT DISTINCT tenant_id FROM {view}").json["rows"], [[TENANT]])

    def test_hidden_schemas_stay_hidden(self):
        names = [row[0] for row in self.good("SHOW TABLES").json["rows"]]
        self.assertIn("x_meta_pipeline_runs", names)
        self.assertFalse([n for n in names if n.startswith(("__", "ducklake_", "sqlite_"))], names)
        for table in ("ducklake_snapshot", "__cvg.markers", "__ducklake_metadata_lake.ducklake_table", "temp.x", "system.main.duckdb_tables"):
            self.assert_helps(self.ask(f"SELECT * FROM {table}"), {400, 403, 404}, table)

    def test_columns_of_the_engines_own_tell_no_path(self):
        for table in ("aws_cost_raw", "x_meta_pipeline_runs"):
            for column in ("filename", "file_row_number", "file_index", f"{table}.FILENAME"):
                message = self.assert_helps(self.ask(f"SELECT {column} FROM {table}"), {403}, column)["message"]
                self.assertNotIn("lakes", message)
                self.assertNotIn("inlined", message)
        self.assert_helps(self.ask("SELECT current_query()"), {403})
        self.assert_helps(self.ask("IMPORT DATABASE 'x'"), {403})
        self.assertEqual(self.good("SELECT filename FROM (SELECT 1 AS filename)").json["rows"], [[1]])

    def test_a_name_of_a_with_clause_opens_nothing_outside_of_it(self):
        files = f"lakes/{TENANT}/data/*/*/*.parquet"
        for name in (files, "x.csv", "markers", "ducklake_snapshot", "sqlite_master"):
            for sql in (f'SELECT count(*) FROM (WITH "{name}" AS (SELECT 1) SELECT 1) a, "{name}"',
                        f'(WITH "{name}" AS (SELECT 1) SELECT 1) UNION ALL SELECT 1 FROM "{name}"'):
                with self.subTest(sql):
                    body = self.assert_helps(self.ask(sql), {400, 403, 404}, sql)
                    self.assertNotIn("__cvg", body["message"])
                    self.assertNotIn("Did you mean", body["message"])
        self.assertEqual(self.good("WITH a AS (SELECT 1 AS x), b AS (SELECT x + 1 AS x FROM a) SELECT * FROM b").json["rows"], [[2]])

    def test_an_unknown_column_and_table_are_answered_with_what_there_is(self):
        self.assertIn("SHOW TABLES", self.assert_helps(self.ask("SELECT * FROM aws_cost_rw"), {400, 404})["message"])
        message = self.assert_helps(self.ask("SELECT pipeline_ID, stauts FROM pipeline_runs"), {400})["message"]
        self.assertIn("stauts", message)
        self.assertIn("status", message)

    def test_backticks_are_names(self):
        count = self.good("SELECT count(*) FROM aws_cost_raw").json["rows"]
        for name in ("`aws_cost_raw`", f"`{TENANT}.aws_cost_raw`", f"`{TENANT}`.`aws_cost_raw`", f"{TENANT}.aws_cost_raw", f"`{TENANT.upper()}.aws_cost_raw`"):
            self.assertEqual(self.good(f"SELECT count(*) FROM {name}").json["rows"], count, name)
        body = self.good("SELECT '`x.y`' AS `a b` -- `not a name").json
        self.assertEqual(([c["name"] for c in body["columns"]], body["rows"]), (["a b"], [["`x.y`"]]))
        self.assertEqual(self.good("SELECT $$a -- `b`;$$, E'it\\'s -- `x`'").json["rows"], [["a -- `b`;", "it's -- `x`"]])

    def test_an_error_quotes_the_statement_as_it_was_sent(self):
        message = self.assert_helps(self.ask("SELECT\n  cast('x' AS INTEGER)"), {400, 422})["message"]
        self.assertIn("LINE 2:", message)
        self.assertNotIn("VARCHAR", message)
        self.assertTrue(self.assert_helps(self.ask("SELECT * FROM (PIVOT pipeline_runs ON status)"), {400, 403})["message"].startswith("PIVOT"))

    def test_the_seeds_statements_run(self):
        for tenant, key, statements in ((TENANT, self.key, SEEDS_ACME), (OTHER, self.other_key, SEEDS_ACMEINC)):
            for sql in statements:
                with self.subTest(sql):
                    answer = self.server.query(tenant, key, sql)
                    self.assertEqual(answer.status, 200, answer.body)

    def test_the_views_tell_what_the_api_tells(self):
        row = self.good(f"SELECT pipeline_id, status FROM `{TENANT}.x_meta_pipeline_runs` WHERE pipeline_logging_id = '{self.run_id}'").json
        self.assertEqual(row["rows"], [[f"{TENANT}-aws-cost-cost_usage", "COMPLETE"]])
        quota = self.server.call("GET", f"/api/v1/tenants/{TENANT}/quota", key=self.key).json
        self.assertEqual(self.good("SELECT daily_limit FROM tenants.tenant_usage_quotas WHERE usage_date = CURRENT_DATE()").json["rows"],
                         [[quota["daily_limit"]]])
        text = json.dumps(self.good("SELECT * FROM tenants.tenant_api_keys").json)
        self.assertNotIn(self.key, text)

    def test_a_tenant_reads_its_writes_right_after_complete(self):
        for _ in range(5):
            run = self.server.run(TENANT, self.key, "gcp/example/dryrun")
            self.assertEqual(run["status"], "COMPLETE", run)
            self.assertEqual(self.good("SELECT test_id FROM onboarding_validation_test").json["rows"], [[run["pipeline_logging_id"]]])
            found = self.good(f"SELECT status FROM pipeline_runs WHERE pipeline_logging_id = '{run['pipeline_logging_id']}'").json["rows"]
            self.assertEqual(found, [["COMPLETE"]])

    def test_keys(self):
        for path in (TENANT, TENANT.upper(), "nobody"):
            self.assertEqual(self.server.call("POST", f"/api/v1/tenants/{path}/query", {"sql": "SELECT 1"}).status, 401)
        self.assertEqual(self.server.query(TENANT, "acme_corp_api_0123456789abcdef", "SELECT 1").status, 401)
        foreign = self.server.query(TENANT, self.other_key, "SELECT 1")
        self.assertEqual(foreign.status, 403)
        self.assertEqual(foreign.json["message"], f"Tenant ID mismatch: authenticated as '{OTHER}' but requested '{TENANT}'")


if __name__ == "__main__":
    unittest.main(verbosity=2)
