#!/usr/bin/env python3
"""Upkeep under load: passes beside writers and reading sessions, with sessions that never lose a file and rows that are
exact throughout; kill -9 in the middle of passes. CONVERGENCE_UPKEEP_PASSES and CONVERGENCE_UPKEEP_KILLS scale it."""
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import tempfile
import threading
import time
import unittest

from flow_server import ADMIN_KEY, SOURCE, FlowServer

PASSES = int(os.environ.get("CONVERGENCE_UPKEEP_PASSES", "0"))  # 0: as many as there are in the shortest time
KILLS = int(os.environ.get("CONVERGENCE_UPKEEP_KILLS", "4"))
GRACE_SECONDS = 60  # the shortest that there is

# One run writes a day's rows and their sum in one transaction, so that every state of the lake can be checked by itself.
DAY = """
gate: true
variables:
  day: {type: integer, default: 0}
  rows: {type: integer, default: 1500}
steps:
  - {step_id: rows, type: query, sql: "SELECT {day} AS day, i AS v FROM range({rows}) t(i)", destination: {table: days, write_mode: replace_partition, partition: {column: day, value: "{day}"}}}
  - {step_id: sums, type: query, sql: "SELECT {day} AS day, {rows} AS n", destination: {table: sums, write_mode: merge, keys: [day]}}
"""
EXACT = """SELECT (SELECT count(*) FROM days), (SELECT coalesce(sum(n), 0) FROM sums),
 (SELECT count(*) FROM (SELECT day, count(*) AS c, sum(v) AS s FROM days GROUP BY day) d FULL JOIN sums USING (day) WHERE coalesce(d.c, 0) IS DISTINCT FROM n OR d.s <> n * (n - 1) // 2)"""


class UpkeepFlow(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="convergence-upkeep-"))
        self.addCleanup(shutil.rmtree, self.folder, True)
        for writer in range(2):
            path = self.folder / "configs" / "test" / "upkeep" / f"day_{writer}.yml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(DAY)
        plans = self.folder / "plans.yml"
        plans.write_text((SOURCE / "configs" / "plans.yml").read_text() + "\nFLOW: {daily: 1000000, monthly: 10000000, concurrent: 20, team: 1, providers: 3}\n")
        (self.folder / "data").mkdir()
        self.server = FlowServer(self.folder / "data", CONVERGENCE_CONFIGS_DIRS=f"{SOURCE / 'configs'},{self.folder / 'configs'}",
                                 CONVERGENCE_PLANS_FILE=str(plans), CONVERGENCE_WAREHOUSE_FILE_GRACE_MINUTES="1",
                                 CONVERGENCE_WAREHOUSE_SNAPSHOT_KEEP_DAYS="0", CONVERGENCE_WAREHOUSE_FLUSH_ROWS_MIN="1",
                                 CONVERGENCE_WAREHOUSE_MERGE_FILES_MIN="2", CONVERGENCE_RUN_LEASE_SECONDS="2",
                                 CONVERGENCE_RATE_LIMITS_GLOBAL_PER_MINUTE="1000000").start()
        self.addCleanup(self.server.stop)
        self.key = self.server.onboard("acme", "FLOW")
        self.stop, self.faults = threading.Event(), []

    def upkeep(self, tenant="acme"):
        return self.server.call("POST", f"/api/v1/admin/tenants/{tenant}/upkeep", headers={"X-Admin-Key": ADMIN_KEY})

    def write(self, writer, day, rows):
        run = self.server.run("acme", self.key, f"test/upkeep/day_{writer}", day=day, rows=rows)
        if run["status"] != "COMPLETE":
            raise AssertionError(run["error_message"])

    def assert_exact(self):
        answer = self.server.query("acme", self.key, EXACT)
        if answer.status != 200:
            raise AssertionError(f"a session failed: {answer.status} {answer.body!r}")
        rows, promised, wrong = (int(value) for value in answer.json["rows"][0])
        if rows != promised or wrong != 0:
            raise AssertionError(f"{rows} rows, {promised} were written, {wrong} days are wrong")
        return rows

    def repeat(self, work):
        """A thread that works until the test stops; its first fault is kept."""
        def loop():
            try:
                while not self.stop.is_set() and not self.faults:
                    work()
            except Exception as fault:  # told by the test's thread
                self.faults.append(fault)
        thread = threading.Thread(target=loop)
        thread.start()
        return thread

    def writer(self, number, chance):
        return lambda: self.write(number, number * 100 + chance.randrange(6), chance.choice([0, 1, 700, 1500, 4000]))

    def files_on_disk(self):
        return {path.name for path in (self.folder / "data" / "lakes" / "acme" / "data").rglob("*.parquet")}

    def files_of_catalog(self):
        catalog = sqlite3.connect(self.folder / "data" / "lakes" / "acme" / "catalog.sqlite")
        names = set()
        for table in ("ducklake_data_file", "ducklake_delete_file", "ducklake_files_scheduled_for_deletion"):
            names |= {pathlib.PurePath(row[0]).name for row in catalog.execute(f"SELECT path FROM {table}")}
        catalog.close()
        return names

    def test_passes_beside_writers_and_readers(self):
        for day in (0, 100):
            self.write(day // 100, day, 1000)
        done = {"passes": 0, "merged_files": 0, "flushed_rows": 0, "deleted_files": 0, "expired_snapshots": 0}
        longest = 0

        def keep():
            nonlocal longest
            report = self.upkeep()
            if report.status != 200:
                raise AssertionError(f"upkeep: {report.status} {report.body!r}; " + "".join(line for line in self.server.lines if "Upkeep failed" in line))
            done["passes"] += 1
            longest = max(longest, report.json["locked_ms_max"])
            for name in set(done) - {"passes"}:
                done[name] += report.json[name]

        begun = time.monotonic()
        threads = [self.repeat(self.writer(n, random.Random(n))) for n in range(2)] + [self.repeat(self.assert_exact) for _ in range(2)] + [self.repeat(keep)]
        try:
            while not self.faults and (done["passes"] < max(PASSES, 2) or time.monotonic() - begun < GRACE_SECONDS + 20):
                time.sleep(0.1)
        finally:
            self.stop.set()
            for thread in threads:
                thread.join()
        print(f"{done}, longest lock {longest} ms, {time.monotonic() - begun:.0f} s")
        if self.faults:
            raise self.faults[0]
        for name, count in done.items():
            self.assertGreater(count, 0, name)
        self.assert_exact()
        self.sweep_leaves_what_the_catalog_names()

    def sweep_leaves_what_the_catalog_names(self):
        stray = self.folder / "data" / "lakes" / "acme" / "data" / "acme" / "days" / "0dead0_run-rows-1-00ff.parquet"
        stray.write_bytes(b"PAR1")
        for path in (self.folder / "data" / "lakes" / "acme" / "data").rglob("*.parquet"):
            os.utime(path, (time.time() - 86400,) * 2)
        self.assertGreaterEqual(self.upkeep().json["swept_files"], 1)
        rows = self.assert_exact()
        self.assertEqual(self.server.stop(), 0)
        self.assertEqual(self.files_on_disk() ^ self.files_of_catalog(), set())
        self.server.start()
        self.assertEqual(self.assert_exact(), rows)

    def test_a_server_killed_in_the_middle_of_passes(self):
        chance = random.Random(KILLS)
        for day in range(4):
            self.write(0, day, 2000)
        for _ in range(KILLS):
            self.stop.clear()
            self.faults = []
            threads = [self.repeat(self.upkeep), self.repeat(self.writer(1, chance))]
            time.sleep(chance.uniform(0.3, 1.5))
            self.server.stop(signal.SIGKILL)
            self.stop.set()
            for thread in threads:
                thread.join()
            self.server.start()
            self.assert_exact()
            self.assertEqual(self.upkeep().status, 200)
            self.assert_exact()
        while [r for r in self.server.call("GET", "/api/v1/pipelines/runs", key=self.key).json if r["status"] not in ("COMPLETE", "FAILED")]:
            time.sleep(0.1)
        self.sweep_leaves_what_the_catalog_names()

    def test_only_the_operator_asks_for_a_pass(self):
        self.assertEqual(self.server.call("POST", "/api/v1/admin/tenants/acme/upkeep", key=self.key).status, 401)
        self.assertEqual(self.upkeep("nobody").status, 404)


if __name__ == "__main__":
    unittest.main(verbosity=2)
