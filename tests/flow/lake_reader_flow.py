#!/usr/bin/env python3
"""lake_reader.py, which other tests take for the truth: it reads what the server reads, whatever was replaced, merged and kept up."""
import pathlib
import random
import shutil
import tempfile
import unittest

from flow_server import ADMIN_KEY, SOURCE, FlowServer
from lake_reader import LakeReader

ROUNDS = 3
TEMPLATE = """
variables:
  day: {type: integer, default: 0}
  rows: {type: integer, default: 5}
steps:
  - {step_id: a, type: query, sql: "SELECT {day} AS day, i AS v FROM range({rows}) t(i)", destination: {table: days, write_mode: replace_partition, partition: {column: day, value: "{day}"}}}
  - {step_id: b, type: query, sql: "SELECT {day} + i AS k, {rows} AS v FROM range({rows}) t(i)", destination: {table: merged, write_mode: merge, keys: [k]}}
  - {step_id: c, type: query, sql: "SELECT i AS v FROM range({rows}) t(i)", destination: {table: whole, write_mode: replace}}
  - {step_id: d, type: query, sql: "SELECT {rows} AS v", destination: {table: added, write_mode: append}}
"""
TABLES = {"days": ["day", "v"], "merged": ["k", "v"], "whole": ["v"], "added": ["v", "x_run_id"],
          "x_meta_step_logs": ["pipeline_logging_id", "step_id", "status"]}


class LakeReaderFlow(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="convergence-reader-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        (self.folder / "configs" / "test" / "reader").mkdir(parents=True)
        (self.folder / "configs" / "test" / "reader" / "all.yml").write_text(TEMPLATE)
        (self.folder / "data").mkdir()
        self.server = FlowServer(self.folder / "data", CONVERGENCE_CONFIGS_DIRS=f"{SOURCE / 'configs'},{self.folder / 'configs'}",
                                 CONVERGENCE_WAREHOUSE_SNAPSHOT_KEEP_DAYS="0", CONVERGENCE_WAREHOUSE_FLUSH_ROWS_MIN="1",
                                 CONVERGENCE_WAREHOUSE_MERGE_FILES_MIN="2").start()
        self.addCleanup(self.server.stop)
        self.key = self.server.onboard("acme")

    def write(self, choose):
        for _ in range(4):
            run = self.server.run("acme", self.key, "test/reader/all", day=choose.randrange(3), rows=choose.choice([0, 1, 3, 500, 2000]))
            self.assertEqual(run["status"], "COMPLETE", run["error_message"])

    def compare(self):
        wanted = {}
        for table, columns in TABLES.items():
            answer = self.server.query("acme", self.key, f"SELECT {', '.join(columns)} FROM {table}", max_rows=100000)
            self.assertEqual(answer.status, 200, answer.body)
            wanted[table] = sorted(tuple(str(value) for value in row) for row in answer.json["rows"])
        self.assertEqual(self.server.stop(), 0)
        with LakeReader(self.folder / "data", "acme") as lake:
            for table, columns in TABLES.items():
                self.assertEqual(sorted(lake.rows(table, columns)), wanted[table], table)
        self.server.start()

    def test_it_reads_what_the_server_reads(self):
        choose = random.Random(1)
        for _ in range(ROUNDS):
            self.write(choose)
            self.compare()
            report = self.server.call("POST", "/api/v1/admin/tenants/acme/upkeep", headers={"X-Admin-Key": ADMIN_KEY}).json
            self.assertGreater(report["flushed_rows"] + report["merged_files"], 0)
            self.write(choose)
            self.compare()


if __name__ == "__main__":
    unittest.main()
