#!/usr/bin/env python3
"""A gated pipeline: everything at once or nothing. Checks and later steps read what is staged, readers see old or new and
never a mix, a refused run leaves nothing behind, and kill -9 at any moment changes none of it."""
import os
import pathlib
import random
import shutil
import signal
import tempfile
import threading
import time
import unittest

from flow_server import SOURCE, FlowServer

KILLS = int(os.environ.get("CONVERGENCE_GATE_KILLS", "6"))

GATED = """
gate: true
variables:
  version: {type: integer, default: 1}
  rows: {type: integer, default: 3000}
  least: {type: integer, default: 0}
steps:
  - step_id: base
    type: query
    sql: "SELECT i AS id, {version} AS version FROM range({rows}) t(i)"
    destination: {table: base, write_mode: replace}
  - step_id: derived
    type: query
    sql: "SELECT count(*) AS n, max(version) AS version FROM base"
    destination: {table: derived, write_mode: replace}
  - step_id: seen
    type: query
    sql: "SELECT n, version FROM derived"
  - step_id: check
    type: dq_check
    table: base
    expectations:
      - {expectation_type: expect_column_values_to_be_between, kwargs: {column: version, min_value: "{version}", max_value: "{version}"}, meta: {severity: critical}}
      - {expectation_type: expect_table_row_count_to_be_between, kwargs: {min_value: "{least}"}, meta: {severity: critical}}
  - step_id: note
    type: query
    trigger: always
    sql: "SELECT {version} AS version"
    destination: {table: notes, write_mode: append}
"""

# Grows a published table by a column and reads it before anything is published.
GROWS = """
gate: true
steps:
  - {step_id: more, type: query, sql: "SELECT 100000 AS id, 7 AS version, 'new' AS extra", destination: {table: base, write_mode: append}}
  - {step_id: seen, type: query, sql: "SELECT count(*) AS n, count(extra) AS extra FROM base"}
  - {step_id: check, type: dq_check, table: base, expectations: [{expectation_type: expect_column_to_exist, kwargs: {column: "REQUIRED"}, meta: {severity: critical}}]}
"""


# The same with wider types for its columns.
WIDENS = """
gate: true
steps:
  - {step_id: more, type: query, sql: "SELECT CAST(9000000000 AS BIGINT) AS id, TIMESTAMP '2024-01-01 01:02:03' AS day", destination: {table: narrow, write_mode: append}}
  - {step_id: seen, type: query, sql: "SELECT count(*) AS n, max(id) AS top FROM narrow"}
  - {step_id: check, type: dq_check, table: narrow, expectations: [{expectation_type: expect_table_row_count_to_be_between, kwargs: {min_value: LEAST}, meta: {severity: critical}}]}
"""
NARROW = """
steps:
  - {step_id: base, type: query, sql: "SELECT CAST(range AS INTEGER) AS id, DATE '2024-01-01' AS day FROM range(5)", destination: {table: narrow, write_mode: replace}}
"""


class GateFlow(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="convergence-gate-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        self.templates = {"gated": GATED, **{f"beside_{v}": GATED for v in range(1, 5)}, "grows": GROWS.replace("REQUIRED", "extra"), "grows_refused": GROWS.replace("REQUIRED", "missing"),
                          "narrow": NARROW, "widens": WIDENS.replace("LEAST", "6"), "widens_refused": WIDENS.replace("LEAST", "7")}
        for name, text in self.templates.items():
            path = self.folder / "configs" / "test" / "gate" / f"{name}.yml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        (self.folder / "data").mkdir()
        self.server = FlowServer(self.folder / "data", CONVERGENCE_CONFIGS_DIRS=f"{SOURCE / 'configs'},{self.folder / 'configs'}",
                                 CONVERGENCE_RUN_LEASE_SECONDS="2").start()
        self.addCleanup(self.server.stop)
        self.key = self.server.onboard("acme")

    def run_gated(self, name="gated", **parameters):
        return self.server.run("acme", self.key, f"test/gate/{name}", **parameters)

    def steps(self, run):
        rows = self.server.call("GET", f"/api/v1/pipelines/runs/{run['pipeline_logging_id']}/steps", key=self.key).json
        return {row["step_id"]: row for row in rows}

    def rows(self, sql):
        answer = self.server.query("acme", self.key, sql)
        self.assertEqual(answer.status, 200, answer.body)
        return [[None if value is None else int(value) for value in row] for row in answer.json["rows"]]

    def table_exists(self, table):
        return self.server.query("acme", self.key, f"SELECT count(*) FROM {table}").status == 200

    def files(self, table):
        return sorted(path.name for path in (self.folder / "data" / "lakes" / "acme" / "data" / "acme" / table).glob("*.parquet"))

    def test_everything_is_published_at_once_and_later_steps_read_what_is_staged(self):
        run = self.run_gated(version=1)
        self.assertEqual(run["status"], "COMPLETE", run["error_message"])
        seen = self.steps(run)["seen"]["metadata"]
        self.assertEqual((int(seen["n"]), int(seen["version"])), (3000, 1))
        self.assertEqual(self.rows("SELECT (SELECT count(*) FROM base), (SELECT n FROM derived), (SELECT count(*) FROM notes)"), [[3000, 3000, 1]])
        self.assertEqual(self.rows("SELECT count(DISTINCT x_run_id) FROM (SELECT x_run_id FROM base UNION ALL SELECT x_run_id FROM derived)"), [[1]])

    def test_nothing_remains_of_a_refused_run(self):
        run = self.run_gated(version=1, least=5000)
        self.assertEqual(run["status"], "FAILED")
        self.assertEqual({name: row["status"] for name, row in self.steps(run).items()},
                         {"base": "COMPLETE", "derived": "COMPLETE", "seen": "COMPLETE", "check": "FAILED", "note": "COMPLETE"})
        self.assertFalse(self.table_exists("base") or self.table_exists("derived"))
        self.assertEqual(self.files("base") + self.files("derived"), [])
        self.assertEqual(self.rows("SELECT version FROM notes"), [[1]])
        self.assertEqual(self.run_gated(version=2)["status"], "COMPLETE")
        before = self.files("base") + self.files("derived")
        self.assertEqual(self.run_gated(version=3, least=5000)["status"], "FAILED")
        self.assertEqual(self.rows("SELECT max(version), (SELECT max(version) FROM derived) FROM base"), [[2, 2]])
        self.assertEqual(self.files("base") + self.files("derived"), before)

    def test_columns_grow_behind_the_gate(self):
        self.assertEqual(self.run_gated(version=1)["status"], "COMPLETE")
        refused = self.run_gated("grows_refused")
        self.assertEqual(refused["status"], "FAILED")
        self.assertEqual(int(self.steps(refused)["seen"]["metadata"]["extra"]), 1)
        self.assertEqual(self.server.query("acme", self.key, "SELECT extra FROM base LIMIT 1").status, 400)
        self.assertEqual(self.run_gated("grows")["status"], "COMPLETE")
        self.assertEqual(self.rows("SELECT count(*), count(extra) FROM base"), [[3001, 1]])

    def test_a_refused_run_leaves_the_types_of_its_table_alone(self):
        def types():
            answer = self.server.query("acme", self.key, "SELECT column_name, column_type FROM (DESCRIBE narrow) WHERE column_name IN ('id', 'day')")
            self.assertEqual(answer.status, 200, answer.body)
            return dict(answer.json["rows"])

        self.assertEqual(self.run_gated("narrow")["status"], "COMPLETE")
        refused = self.run_gated("widens_refused")
        self.assertEqual(refused["status"], "FAILED")
        self.assertEqual(int(self.steps(refused)["seen"]["metadata"]["top"]), 9000000000)
        self.assertEqual(types(), {"id": "INTEGER", "day": "DATE"})
        self.assertEqual(self.run_gated("widens")["status"], "COMPLETE")
        self.assertEqual(types(), {"id": "BIGINT", "day": "TIMESTAMP"})
        self.assertEqual(self.rows("SELECT count(*), max(id), count(*) FILTER (id > 5000000000) FROM narrow"), [[6, 9000000000, 1]])

    def test_two_gated_runs_beside_each_other_do_not_mix(self):
        starts = [self.server.call("POST", f"/api/v1/pipelines/run/acme/test/gate/beside_{v}", {"version": v, "rows": 1000 * v}, self.key)
                  for v in range(1, 5)]
        for start in starts:
            run = self.server.wait(start.json["pipeline_logging_id"], self.key)
            self.assertEqual(run["status"], "COMPLETE", run["error_message"])
        count, version, n, derived = self.rows("SELECT count(*), max(version), any_value((SELECT n FROM derived)), any_value((SELECT version FROM derived)) FROM base")[0]
        self.assertEqual((count, n), (1000 * version, 1000 * version))
        self.assertEqual(derived, version)
        self.assertEqual(self.rows("SELECT count(*) FROM notes"), [[4]])

    def test_readers_see_old_or_new_and_never_a_mix(self):
        self.assertEqual(self.run_gated(version=1, rows=1000)["status"], "COMPLETE")
        mixed, read, stop = [], [], threading.Event()

        def reader():
            while not stop.is_set():
                row = self.rows("SELECT min(version), max(version), count(*), (SELECT any_value(version) FROM derived), (SELECT any_value(n) FROM derived) FROM base")[0]
                read.append(row)
                if row != [row[0], row[0], 1000 * row[0], row[0], 1000 * row[0]]:
                    mixed.append(row)

        threads = [threading.Thread(target=reader) for _ in range(2)]
        for thread in threads:
            thread.start()
        try:
            for version in range(2, 8):
                self.assertEqual(self.run_gated(version=version, rows=1000 * version)["status"], "COMPLETE")
        finally:
            stop.set()
            for thread in threads:
                thread.join()
        self.assertEqual(mixed, [])
        self.assertGreater(len({row[0] for row in read}), 1, "the readers saw versions change")

    def test_a_killed_server_publishes_everything_once_or_nothing(self):
        self.assertEqual(self.run_gated(version=1, rows=1000)["status"], "COMPLETE")
        random.seed(KILLS)
        for version in range(2, 2 + KILLS):
            start = self.server.call("POST", "/api/v1/pipelines/run/acme/test/gate/gated", {"version": version, "rows": 1000 * version}, self.key)
            self.assertEqual(start.status, 200, start.body)
            time.sleep(random.uniform(0.0, 0.6))
            self.server.stop(signal.SIGKILL)
            self.server.start()
            row = self.rows("SELECT count(*), max(version), any_value((SELECT n FROM derived)), any_value((SELECT version FROM derived)) FROM base")[0]
            self.assertIn(row, [[1000 * v, v, 1000 * v, v] for v in (version - 1, version)])
            run = self.server.wait(start.json["pipeline_logging_id"], self.key)
            self.assertEqual(run["status"], "COMPLETE", run["error_message"])
            self.assertEqual({r["status"] for r in self.steps(run).values()}, {"COMPLETE"})
            self.assertEqual(self.rows("SELECT count(*), max(version), min(version), any_value((SELECT n FROM derived)) FROM base"),
                             [[1000 * version, version, version, 1000 * version]])
        notes = [row[0] for row in self.rows("SELECT version FROM notes ORDER BY version")]
        self.assertEqual(notes, list(range(1, 2 + KILLS)), "the final phase was published once a run")


if __name__ == "__main__":
    unittest.main(verbosity=2)
