#!/usr/bin/env python3
"""Backfills from outside: a run for every day in the order of the days, through kill -9, within the quota, cancelled."""
import pathlib
import shutil
import signal
import tempfile
import time
import unittest

from flow_server import ADMIN_KEY, SOURCE, FlowServer

TEMPLATE = """
description: "One row for the day of the run"
variables:
  date: {type: date, default: yesterday}
  label: {type: string, default: none, max_length: 20}
steps:
  - step_id: write
    type: query
    sql: SELECT '{date}' AS day, '{label}' AS label
    destination: {table: days, write_mode: append}
"""


class BackfillFlow(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="convergence-backfill-"))
        (self.folder / "data").mkdir()
        path = self.folder / "configs" / "test" / "sql" / "day.yml"
        path.parent.mkdir(parents=True)
        path.write_text(TEMPLATE)
        self.start()
        self.key = self.server.onboard("acme_flow")

    def tearDown(self):
        self.server.stop()
        shutil.rmtree(self.folder)

    def start(self):
        self.server = FlowServer(data=self.folder / "data",
                                 CONVERGENCE_CONFIGS_DIRS=f"{SOURCE / 'configs'},{self.folder / 'configs'}").start()

    def add(self, start, end, key=None, tenant="acme_flow", **body):
        return self.server.call("POST", f"/api/v1/pipelines/backfill/{tenant}/TEST/SQL/day", {"from": start, "to": end, **body}, key or self.key)

    def progress(self, backfill_id, key=None, tenant="acme_flow"):
        return self.server.call("GET", f"/api/v1/pipelines/backfill/{tenant}/{backfill_id}", key=key or self.key).json

    def wait(self, backfill_id, is_so, seconds=90, **who):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            row = self.progress(backfill_id, **who)
            if is_so(row):
                return row
            time.sleep(0.05)
        raise AssertionError(f"it did not happen in time: {row}")

    def days(self):
        """The days of the runs, in the order in which they began."""
        runs = [run for run in self.server.call("GET", "/api/v1/pipelines/runs?limit=100", key=self.key).json if run["trigger_type"] == "backfill"]
        return [run["run_date"] for run in reversed(runs)]

    def test_every_day_has_its_run_in_the_order_of_the_days(self):
        added = self.add("2024-02-27", "2024-03-02", label="x")
        self.assertEqual(added.status, 200, added.body)
        self.assertEqual(added.json["total"], 5)
        ended = self.wait(added.json["backfill_id"], lambda row: row["status"] == "COMPLETE")
        self.assertEqual((ended["complete"], ended["failed"], ended["queued"], ended["running"]), (5, 0, 0, 0))
        expected = ["2024-02-27", "2024-02-28", "2024-02-29", "2024-03-01", "2024-03-02"]
        self.assertEqual(self.days(), expected)
        rows = self.server.query("acme_flow", self.key, "SELECT day, label FROM days ORDER BY day").json["rows"]
        self.assertEqual(rows, [[day, "x"] for day in expected])

    def test_kill_in_the_middle_loses_and_doubles_no_day(self):
        added = self.add("2024-01-01", "2024-01-12").json
        for done in (2, 5):
            self.wait(added["backfill_id"], lambda row: row["complete"] >= done)
            self.server.stop(signal.SIGKILL)
            self.start()
        self.wait(added["backfill_id"], lambda row: row["status"] == "COMPLETE")
        rows = self.server.query("acme_flow", self.key, "SELECT day, count(*) FROM days GROUP BY day ORDER BY day").json["rows"]
        self.assertEqual([(day, int(count)) for day, count in rows], [(f"2024-01-{day:02}", 1) for day in range(1, 13)])
        self.assertEqual(len(self.days()), 12)

    def test_a_quota_stops_it_and_nothing_fails(self):
        key = self.server.onboard("small_flow", plan="STARTER")
        added = self.add("2024-01-01", "2024-01-20", key=key, tenant="small_flow").json
        self.wait(added["backfill_id"], lambda row: row["complete"] == 6, key=key, tenant="small_flow")
        time.sleep(0.5)
        row = self.progress(added["backfill_id"], key=key, tenant="small_flow")
        self.assertEqual((row["complete"], row["failed"], row["queued"], row["running"]), (6, 0, 14, 0))
        quota = self.server.call("GET", "/api/v1/tenants/small_flow/quota", key=key).json
        self.assertEqual(quota["pipelines_run_today"], 6)
        path = f"/api/v1/pipelines/backfill/small_flow/{added['backfill_id']}"
        cancelled = self.server.call("DELETE", path, key=key).json
        self.assertEqual((cancelled["status"], cancelled["cancelled"], cancelled["queued"]), ("CANCELLED", 14, 0))
        self.assertEqual(self.server.call("DELETE", path, key=key).json, cancelled)
        self.assertEqual(self.server.call("GET", path, key=self.key).status, 403)
        self.assertEqual(self.server.call("GET", path.replace("small_flow", "acme_flow"), key=self.key).status, 404)

    def operate(self, method, path, body=None):
        answer = self.server.call(method, path, body, headers={"X-Admin-Key": ADMIN_KEY})
        self.assertEqual(answer.status, 200, answer.body)

    def test_what_waits_for_quota_goes_on_when_there_is_some(self):
        key = self.server.onboard("small_flow", plan="STARTER")
        who = {"key": key, "tenant": "small_flow"}
        first = self.add("2024-01-01", "2024-01-15", **who).json["backfill_id"]
        self.wait(first, lambda row: row["complete"] == 6, **who)
        self.operate("POST", "/scheduler/reset-daily-quotas")
        self.wait(first, lambda row: row["complete"] == 12, **who)
        self.operate("PATCH", "/api/v1/admin/tenants/small_flow", {"plan": "SCALE"})
        row = self.wait(first, lambda row: row["status"] == "COMPLETE", **who)
        self.assertEqual((row["complete"], row["failed"]), (15, 0))

    def test_a_cancelled_backfill_lets_the_one_behind_it_go_on(self):
        key = self.server.onboard("small_flow", plan="STARTER")
        who = {"key": key, "tenant": "small_flow"}
        first = self.add("2024-01-01", "2024-01-20", **who).json["backfill_id"]
        second = self.add("2024-03-01", "2024-03-02", **who).json["backfill_id"]
        self.wait(first, lambda row: row["complete"] == 6, **who)
        self.assertEqual(self.server.call("DELETE", f"/api/v1/pipelines/backfill/small_flow/{first}", key=key).status, 200)
        self.operate("POST", "/scheduler/reset-daily-quotas")
        self.wait(second, lambda row: row["status"] == "COMPLETE", **who)

    def test_what_is_wrong_is_told(self):
        for status, field, answer in [(400, "to", self.add("2024-01-02", "2024-01-01")), (400, "from", self.add("2024-02-30", "2024-03-01")),
                                      (400, "to", self.add("2001-01-01", "2024-01-01")), (400, "date", self.add("2024-01-01", "2024-01-02", date="2024-01-01")),
                                      (400, "labl", self.add("2024-01-01", "2024-01-02", labl="x"))]:
            self.assertEqual(answer.status, status, answer.body)
            self.assertEqual(answer.json["details"]["field"], field, answer.body)
        first = self.add("2024-01-01", "2024-02-20").json["backfill_id"]
        again = self.add("2024-01-01", "2024-02-20")
        self.assertEqual(again.status, 409, again.body)
        self.assertIn(first, again.json["message"])
        path = "/api/v1/pipelines/backfill/acme_flow/test/sql/unknown"
        self.assertEqual(self.server.call("POST", path, {"from": "2024-01-01", "to": "2024-01-02"}, self.key).status, 404)


if __name__ == "__main__":
    unittest.main(verbosity=2)
