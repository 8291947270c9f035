#!/usr/bin/env python3
"""Schedules from outside: their life, the operator's routes, the timer, and kill -9 between trigger and run."""
import pathlib
import shutil
import signal
import sqlite3
import tempfile
import time
import unittest

from flow_server import ADMIN_KEY, SOURCE, FlowServer

TEMPLATE = """
description: "One row for the day of the run"
variables:
  date: {type: date, default: today}
  label: {type: string, default: none, max_length: 20}
steps:
  - step_id: pause
    type: wait
    seconds: 0
  - step_id: write
    type: query
    sql: SELECT '{run_date}' AS day, '{label}' AS label
    destination: {table: days, write_mode: append}
"""
ADMIN = {"X-Admin-Key": ADMIN_KEY}
HOUR_MS = 3600_000


def wait_for(what, seconds=60):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = what()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError("it did not happen in time")


class ScheduleFlow(unittest.TestCase):
    mode = "external"

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="convergence-schedule-"))
        path = self.folder / "configs" / "test" / "sql" / "day.yml"
        path.parent.mkdir(parents=True)
        path.write_text(TEMPLATE)
        self.server = self.make_server(self.mode)
        self.server.start()
        self.key = self.server.onboard("Acme_Flow")

    def tearDown(self):
        self.server.stop()
        shutil.rmtree(self.folder)

    def make_server(self, mode):
        (self.folder / "data").mkdir(exist_ok=True)
        return FlowServer(data=self.folder / "data", CONVERGENCE_SCHEDULER_MODE=mode,
                          CONVERGENCE_CONFIGS_DIRS=f"{SOURCE / 'configs'},{self.folder / 'configs'}")

    def restart(self, how=signal.SIGTERM, mode=None):
        self.server.stop(how)
        self.server = self.make_server(mode or self.mode)

    def put(self, key=None, tenant="acme_flow", **body):
        body = {"provider": "TEST", "domain": "SQL", "pipeline_template": "day", "schedule_cron": "0 2 * * *", **body}
        return self.server.call("POST", f"/api/v1/scheduler/customer/{tenant}/pipelines", body, key or self.key)

    def operate(self, method, path, **headers):
        answer = self.server.call(method, path, headers=headers or ADMIN)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json

    def sql(self, text, *values):
        """On the store of a server that is stopped."""
        with sqlite3.connect(self.folder / "data" / "state.db") as store:
            return store.execute(text, values).fetchall()

    def make_due(self, hours=0.01):
        """Stops the server and moves the schedules back, as if it had been down for so long."""
        self.restart()
        self.sql("UPDATE tenant_pipeline_configs SET next_run_ms = ?", int(time.time() * 1000 - hours * HOUR_MS) // 60000 * 60000)

    def runs(self):
        return [run for run in self.server.call("GET", "/api/v1/pipelines/runs", key=self.key).json if run["trigger_type"] == "scheduler"]

    def test_a_schedule_lives_and_ends(self):
        stored = self.put(timezone="America/New_York", parameters={"label": "x"}, priority=7, misfire="all", max_catchup=3)
        self.assertEqual(stored.status, 200, stored.body)
        row = stored.json
        self.assertEqual((row["provider"], row["domain"], row["pipeline_template"]), ("test", "sql", "day"))
        self.assertEqual((row["tenant_id"], row["priority"], row["misfire"], row["max_catchup"]), ("Acme_Flow", 7, "all", 3))
        self.assertRegex(row["next_run_time"], r"T0[67]:00:00Z$")
        again = self.put(schedule_cron="30 3 * * MON", is_active=False).json
        self.assertEqual(again["config_id"], row["config_id"])
        self.assertIsNone(again["next_run_time"])
        base = "/api/v1/scheduler/customer/acme_flow/pipelines"
        for path in (base, "/scheduler/customer/acme_flow/pipelines", "/scheduler/tenant/acme_flow/pipelines", "/api/v1/scheduler/tenant/Acme_Flow/pipelines"):
            self.assertEqual(self.server.call("GET", path, key=self.key).json, [again], path)
        self.assertEqual(self.server.call("GET", base + "?is_active=true", key=self.key).json, [])
        foreign = self.server.onboard("other_flow")
        self.assertEqual(self.server.call("GET", base, key=foreign).status, 403)
        self.assertEqual(self.server.call("DELETE", f"/scheduler/tenant/other_flow/pipelines/{row['config_id']}", key=foreign).status, 404)
        self.assertEqual(self.server.call("DELETE", f"{base}/{row['config_id']}", key=self.key).status, 200)
        self.assertEqual(self.server.call("DELETE", f"{base}/{row['config_id']}", key=self.key).status, 404)
        self.assertEqual(self.server.call("GET", base, key=self.key).json, [])
        self.assertEqual(self.put().status, 200)

    def test_what_is_wrong_is_told_with_its_field(self):
        for field, body in [("schedule_cron", {"schedule_cron": "0 24 * * *"}), ("schedule_cron", {"schedule_cron": "0 0 30 2 *"}),
                            ("timezone", {"timezone": "Mars/Olympus"}), ("priority", {"priority": 11}), ("misfire", {"misfire": "never"}),
                            ("max_catchup", {"max_catchup": 0}), ("is_active", {"is_active": "yes"}), ("parameters", {"parameters": []}),
                            ("labl", {"parameters": {"labl": "x"}}), ("parameters.db_password", {"parameters": {"db_password": "x"}}),
                            ("pipeline_template", {"pipeline_template": "../day"}), ("provider", {"provider": None})]:
            with self.subTest(body):
                answer = self.put(**body)
                self.assertEqual(answer.status, 400, answer.body)
                self.assertEqual(answer.json["details"]["field"], field, answer.body)
        self.assertEqual(self.put(pipeline_template="unknown").status, 404)
        self.assertIn("hour: 24 is above 23", self.put(schedule_cron="0 24 * * *").json["message"])

    def test_the_operators_routes_need_the_operators_key(self):
        for method, name in [("POST", "trigger"), ("POST", "process-queue"), ("GET", "status"), ("POST", "reset-daily-quotas"), ("POST", "cleanup-orphaned-pipelines")]:
            for base in ("/api/v1/scheduler/", "/scheduler/"):
                with self.subTest(base + name):
                    self.assertEqual(self.server.call(method, base + name).status, 401)
                    self.assertEqual(self.server.call(method, base + name, headers={"X-Admin-Key": "wrong"}).status, 403)
                    self.assertEqual(self.server.call(method, base + name, headers=ADMIN).status, 200)
        self.assertEqual(self.server.call("POST", "/scheduler/process-queue", key=self.key).status, 401)
        self.assertEqual(self.server.call("POST", "/scheduler/trigger", key=self.key).status, 200)
        for bad in ("/scheduler/trigger?limit=0", "/scheduler/process-queue?max=x"):
            self.assertEqual(self.server.call("POST", bad, headers=ADMIN).status, 400)

    def test_a_due_schedule_runs_once(self):
        self.put(parameters={"label": "due"})
        self.make_due(hours=24)
        self.server.start()
        self.assertEqual(self.operate("GET", "/scheduler/status")["pipelines_due_now"], 1)
        first = self.operate("POST", "/scheduler/trigger")
        self.assertEqual((first["triggered_count"], first["queued_count"]), (1, 1))
        self.assertRegex(first["next_trigger_time"], r"T02:00:00Z$")
        again = self.operate("POST", "/api/v1/scheduler/trigger?limit=10")
        self.assertEqual((again["triggered_count"], again["queued_count"]), (0, 0))
        self.assertEqual(self.operate("GET", "/scheduler/status")["queue_length"], 1)
        begun = self.operate("POST", "/scheduler/process-queue?max=5")
        self.assertEqual((begun["processed"], begun["status"], begun["pipeline_id"]), (1, "PROCESSING", "acme_flow-test-sql-day"))
        self.assertEqual(self.operate("POST", "/scheduler/process-queue")["status"], "IDLE")
        run = self.server.wait(begun["pipeline_logging_id"], self.key)
        self.assertEqual((run["status"], run["trigger_type"], run["trigger_by"]), ("COMPLETE", "scheduler", "scheduler"), run)
        row = self.server.call("GET", "/scheduler/tenant/acme_flow/pipelines", key=self.key).json[0]
        self.assertEqual(row["last_run_status"], "COMPLETE")
        self.assertEqual(run["run_date"], row["last_run_time"][:10])
        self.assertEqual(self.server.query("acme_flow", self.key, "SELECT day, label FROM days").json["rows"], [[run["run_date"], "due"]])
        status = self.operate("GET", "/scheduler/status")
        self.assertEqual((status["pipelines_completed_today"], status["pipelines_failed_today"], status["queue_length"]), (1, 0, 0))

    def test_kill_between_trigger_and_run(self):
        self.put()
        self.make_due(hours=24)
        self.server.start()
        self.assertEqual(self.operate("POST", "/scheduler/trigger")["queued_count"], 1)
        self.restart(signal.SIGKILL)
        self.server.start()
        self.assertEqual(self.operate("POST", "/scheduler/trigger")["queued_count"], 0)
        begun = self.operate("POST", "/scheduler/process-queue?max=5")
        self.assertEqual(begun["processed"], 1)
        self.restart(signal.SIGKILL)
        self.server.start()
        self.assertEqual(self.server.wait(begun["pipeline_logging_id"], self.key)["status"], "COMPLETE")
        self.assertEqual(self.operate("POST", "/scheduler/process-queue")["processed"], 0)
        wait_for(lambda: self.operate("GET", "/scheduler/status")["queue_length"] == 0)
        self.operate("POST", "/scheduler/cleanup-orphaned-pipelines")
        status = self.operate("GET", "/scheduler/status")
        self.assertEqual((status["pipelines_completed_today"], status["pipelines_failed_today"]), (1, 0))
        self.assertEqual(len(self.runs()), 1)

    def test_missed_runs_are_caught_up_as_the_schedule_says(self):
        for minute, (misfire, expected) in enumerate([("all", 3), ("last", 1), ("skip", 0)]):
            with self.subTest(misfire):
                self.put(schedule_cron=f"{minute} */6 * * *", misfire=misfire, max_catchup=3)
                self.make_due(hours=48)
                # The last instant may have been a moment ago: a minute's grace would make it no missed one.
                self.server.env["CONVERGENCE_SCHEDULER_MISFIRE_GRACE_SECONDS"] = "0"
                self.server.start()
                self.assertEqual(self.operate("POST", "/scheduler/trigger")["queued_count"], expected)
                for _ in range(expected):
                    begun = self.operate("POST", "/scheduler/process-queue")
                    self.assertEqual(begun["processed"], 1)
                    self.assertEqual(self.operate("POST", "/scheduler/process-queue?max=9")["processed"], 0, "one run of a pipeline at a time")
                    self.server.wait(begun["pipeline_logging_id"], self.key)
                self.assertEqual(self.operate("GET", "/scheduler/status")["queue_length"], 0)

    def test_the_timer_runs_what_is_due(self):
        self.put()
        self.make_due(hours=24)
        self.server = self.make_server("internal")
        self.server.start()
        runs = wait_for(lambda: [run for run in self.runs() if run["status"] == "COMPLETE"])
        self.assertEqual(len(runs), 1)
        wait_for(lambda: self.operate("GET", "/scheduler/status")["pipelines_completed_today"] == 1)

    def test_todays_counters_are_reset_and_old_days_stay_readable(self):
        self.server.run("acme_flow", self.key, "test/sql/day")
        self.restart()
        self.sql("INSERT INTO tenant_usage_quotas (tenant_id, usage_date, pipelines_run_today, pipelines_run_month) VALUES ('acme_flow', '2020-01-05', 7, 70)")
        self.server.start()
        first = self.operate("POST", "/scheduler/reset-daily-quotas")
        self.assertEqual((first["status"], first["records_updated"]), ("SUCCESS", 1))
        quota = self.server.call("GET", "/api/v1/tenants/acme_flow/quota", key=self.key).json
        self.assertEqual((quota["pipelines_run_today"], quota["pipelines_run_month"], quota["concurrent_pipelines_running"]), (0, 1, 0))
        self.assertEqual(self.operate("POST", "/scheduler/reset-daily-quotas")["records_archived"], 0)
        self.restart()
        self.assertEqual(self.sql("SELECT pipelines_run_today FROM tenant_usage_history WHERE usage_date = '2020-01-05'"), [(7,)])
        self.assertEqual(self.sql("SELECT count(*) FROM tenant_usage_quotas WHERE usage_date = '2020-01-05'"), [(0,)])
        self.server.start()


if __name__ == "__main__":
    unittest.main(verbosity=2)
