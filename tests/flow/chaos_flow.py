#!/usr/bin/env python3
"""kill -9 at random instants, also of a start, under load, schedules and backfills; then an independent reader proves that nothing was lost, doubled or leaked.

CONVERGENCE_CHAOS_KILLS: how many kills (20); CONVERGENCE_CHAOS_SEED: repeats the choices of an earlier run (not its timing).
"""
import json
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
import urllib.error
import urllib.request

from flow_server import ADMIN_KEY, SOURCE, FlowServer

KILLS = int(os.environ.get("CONVERGENCE_CHAOS_KILLS", "20"))
SEED = int(os.environ.get("CONVERGENCE_CHAOS_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 31)
TENANTS = ("chaos_a", "chaos_b", "chaos_c")
ROWS = 10
MINUTES = 3  # instants of every tenant's schedule that become due in every second round
COPIES = 4  # of each template: one pipeline has one live run
PUBLISH = ('steps:\n  - {step_id: publish, type: query, sql: "SELECT range AS n FROM range(%d)", '
           'destination: {table: ledger, write_mode: append}}\n  - {step_id: after, type: wait, seconds: 0}\n' % ROWS)
GATED = ('gate: true\nsteps:\n  - {step_id: publish, type: query, sql: "SELECT range AS n FROM range(%d)", '
         'destination: {table: gated_ledger, write_mode: append}}\n'
         '  - {step_id: second, type: query, sql: "SELECT range AS n FROM range(%d)", '
         'destination: {table: gated_second, write_mode: append}}\n' % (ROWS, ROWS))
SLOW = 'steps:\n  - {step_id: pause, type: wait, seconds: 1}\n  - {step_id: notice, type: wait, seconds: 0, trigger: always}\n'
TEMPLATES = {"publish": PUBLISH, "gated": GATED, "slow": SLOW}


class Load:
    """Threads that trigger, cancel and ask for retries, and operators beside the server's own timer, whatever happens to it."""

    def __init__(self, server, keys):
        self.server, self.keys = server, keys
        self.lock = threading.Lock()
        self.accepted, self.cancelled, self.backfills = {}, set(), {}
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.work, args=(SEED + i,)) for i in range(6)]

    def start(self):
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def ask(self, method, path, key, body=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.server.port}{path}", method=method,
                                         headers={"X-Admin-Key": ADMIN_KEY} if path.startswith("/scheduler/") else {"X-API-Key": key, "X-User-ID": "chaos"})
        if body is not None:
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, None if body is None else json.dumps(body).encode(), timeout=30) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, {}
        except (OSError, ValueError):  # killed before or within its answer: nobody knows
            return 0, {}
        except Exception as error:  # http.client's own: the answer was cut
            if type(error).__module__ != "http.client":
                raise
            return 0, {}

    def work(self, seed):
        choose = random.Random(seed)
        while not self.stopping.is_set():
            tenant = choose.choice(TENANTS)
            kind = choose.random()
            if kind < 0.93:
                name = f"test/chaos/{choose.choice(list(TEMPLATES))}_{choose.randrange(COPIES)}"
                if kind < 0.05:
                    name = "aws/cost/cost_usage"
                self.keep(tenant, *self.ask("POST", f"/api/v1/pipelines/run/{tenant}/{name}", self.keys[tenant]))
            elif kind < 0.97:
                self.ask("POST", "/scheduler/" + choose.choice(("trigger", "process-queue?max=9", "cleanup-orphaned-pipelines")), self.keys[tenant])
            else:
                self.judge(choose)
            time.sleep(choose.random() * 0.02)

    def keep(self, tenant, status, body):
        if status == 200 and not body.get("duplicate"):
            with self.lock:
                self.accepted[body["pipeline_logging_id"]] = tenant

    def backfill(self, number):
        """One of a few days; every fourth is cancelled again."""
        tenant = TENANTS[number % len(TENANTS)]
        base = f"/api/v1/pipelines/backfill/{tenant}"
        status, body = self.ask("POST", f"{base}/test/chaos/publish_days", self.keys[tenant], {"from": f"{2000 + number}-12-30", "to": f"{2001 + number}-01-01"})
        if status == 200:
            self.backfills[body["backfill_id"]] = (tenant, number)
            if number % 4 == 3:
                self.ask("DELETE", f"{base}/{body['backfill_id']}", self.keys[tenant])

    def judge(self, choose):
        """Cancels one of the last runs, or asks for a retry of it."""
        with self.lock:
            recent = list(self.accepted.items())[-20:]
        if not recent:
            return
        run_id, tenant = choose.choice(recent)
        if choose.random() < 0.2:
            status, _ = self.ask("DELETE", f"/api/v1/pipelines/runs/{run_id}", self.keys[tenant])
            if status == 200:
                with self.lock:
                    self.cancelled.add(run_id)
        else:
            self.keep(tenant, *self.ask("POST", f"/api/v1/pipelines/runs/{run_id}/retry", self.keys[tenant]))


class ChaosFlow(unittest.TestCase):
    def setUp(self):
        print(f"chaos: {KILLS} kills, CONVERGENCE_CHAOS_SEED={SEED}", flush=True)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="convergence-chaos-"))
        self.addCleanup(shutil.rmtree, self.folder)
        place = self.folder / "configs" / "test" / "chaos"
        place.mkdir(parents=True)
        for name, text in TEMPLATES.items():
            for copy in range(COPIES):
                (place / f"{name}_{copy}.yml").write_text('description: "A pipeline of the chaos test"\n' + text)
        for name in ("publish_minutes", "publish_days"):
            (place / f"{name}.yml").write_text('description: "A pipeline of the chaos test"\nvariables:\n  date: {type: date, default: today}\n' + PUBLISH)
        plans = self.folder / "plans.yml"
        plans.write_text("SCALE: {daily: 10000000, monthly: 10000000, concurrent: 8, team: 1, providers: 1}\n")
        (self.folder / "data").mkdir()
        self.server = FlowServer(data=self.folder / "data", CONVERGENCE_PLANS_FILE=str(plans),
                                 CONVERGENCE_CONFIGS_DIRS=f"{SOURCE / 'configs'},{self.folder / 'configs'}",
                                 CONVERGENCE_SCHEDULER_WAITING_PER_SCHEDULE_MAX="1000",
                                 CONVERGENCE_RATE_LIMITS_TENANT_PER_MINUTE="10000000",
                                 CONVERGENCE_RATE_LIMITS_TENANT_PER_HOUR="10000000",
                                 CONVERGENCE_RATE_LIMITS_RUN_PER_MINUTE="10000000",
                                 CONVERGENCE_RATE_LIMITS_GLOBAL_PER_MINUTE="10000000")

    def rows(self, sql):
        """What the state store says, read by Python's own SQLite from a copy."""
        copy = self.folder / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        for path in (self.folder / "data").glob("state.db*"):
            if path.suffix != ".lock":
                shutil.copy(path, copy / path.name)
        connection = sqlite3.connect(copy / "state.db")
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def wait_for_the_end_of_all(self, keys):
        end = time.monotonic() + 300
        for tenant, key in keys.items():
            while True:
                quota = self.server.call("GET", f"/api/v1/tenants/{tenant}/quota", key=key).json
                if quota["concurrent_pipelines_running"] == 0:
                    break
                self.assertLess(time.monotonic(), end, f"runs of {tenant} do not end: {quota}")
                time.sleep(0.1)

    def wait_for_the_end_of_the_queue(self):
        end = time.monotonic() + 300
        while True:
            status = self.server.call("GET", "/scheduler/status", headers={"X-Admin-Key": ADMIN_KEY}).json
            if status["queue_length"] == 0:
                return
            self.assertLess(time.monotonic(), end, f"the queue does not end: {status}")
            time.sleep(0.1)

    def schedule(self, keys):
        for tenant, key in keys.items():
            answer = self.server.call("POST", f"/api/v1/scheduler/customer/{tenant}/pipelines",
                                      {"provider": "test", "domain": "chaos", "pipeline_template": "publish_minutes", "schedule_cron": "* * * * *",
                                       "misfire": "all", "max_catchup": 1000}, key)
            self.assertEqual(answer.status, 200, answer.body)

    def make_due(self, minutes):
        """Moves the schedules of a killed server back; instants that were queued before must not come again."""
        store = sqlite3.connect(self.folder / "data" / "state.db")
        try:
            with store:
                store.execute("UPDATE tenant_pipeline_configs SET next_run_ms = ?", (int(time.time() - minutes * 60) // 60 * 60000,))
        finally:
            store.close()

    def unschedule(self):
        """Nothing begins any more between the two readings of the end: a minute may pass there."""
        self.server.stop(signal.SIGKILL)
        store = sqlite3.connect(self.folder / "data" / "state.db")
        try:
            with store:
                store.execute("UPDATE tenant_pipeline_configs SET is_active = 0")
        finally:
            store.close()
        self.server.start()

    def test_kills_lose_nothing_double_nothing_and_leak_nothing(self):
        choose = random.Random(SEED)
        self.server.start()
        try:
            keys = {tenant: self.server.onboard(tenant) for tenant in TENANTS}
            self.schedule(keys)
            load = Load(self.server, keys)
            load.start()
            try:
                minutes = 0
                for number in range(KILLS):
                    load.backfill(number)
                    time.sleep(0.05 + choose.random())
                    self.server.stop(signal.SIGKILL)
                    if number % 2 == 0:  # in the other rounds nobody but the server opens what it left
                        minutes += MINUTES
                        self.make_due(minutes)
                    if number % 3 == 0:
                        self.server.kill_a_start(choose.random() * 0.4)
                    self.server.start()
                time.sleep(1)
            finally:
                load.stop()
            self.unschedule()
            self.wait_for_the_end_of_the_queue()
            self.wait_for_the_end_of_all(keys)
            published = {tenant: self.published(tenant, keys[tenant]) for tenant in TENANTS}
        finally:
            self.server.stop()
        self.check_runs(load)
        self.check_queue(load, minutes)
        self.check_quota()
        self.check_rows(published)
        print(f"chaos: {len(load.accepted)} runs accepted, {len(load.cancelled)} cancels granted, "
              f"{len(load.backfills)} backfills, {minutes} minutes of schedules", flush=True)
        self.assertGreater(len(load.accepted), KILLS)
        self.assertEqual(len(load.backfills), KILLS)

    def published(self, tenant, key):
        """{table: {run: rows}} as the query route sees them."""
        found = {}
        for table in ("ledger", "gated_ledger", "gated_second"):
            answer = self.server.query(tenant, key, f"SELECT x_run_id, count(*) FROM {table} GROUP BY 1", max_rows=100000)
            found[table] = {run: int(count) for run, count in answer.json["rows"]} if answer.status == 200 else {}
        return found

    def check_runs(self, load):
        runs = {row[0]: row for row in self.rows("SELECT pipeline_logging_id, tenant_id, status, error_message FROM tenant_pipeline_runs")}
        for run_id, tenant in load.accepted.items():
            self.assertIn(run_id, runs, "a run answered with 200 is gone")
            self.assertEqual(runs[run_id][1], tenant)
        self.assertEqual({row[2] for row in runs.values()} - {"COMPLETE", "FAILED"}, set(), "a run did not end")
        for run_id in load.cancelled:
            self.assertEqual((runs[run_id][2], runs[run_id][3]), ("FAILED", "Cancelled by chaos"))
        open_steps = self.rows("SELECT pipeline_logging_id, step_id, status FROM tenant_step_logs WHERE status IN ('PENDING', 'RUNNING')")
        self.assertEqual(open_steps, [])

    def check_queue(self, load, minutes):
        """Every item and every row of the history has ended, and has a run of its own unless it was cancelled."""
        self.assertEqual(self.rows("SELECT queue_id, hold FROM tenant_pipeline_execution_queue"), [])
        history = self.rows("SELECT h.config_id, h.tenant_id, h.status, h.error_message, h.pipeline_logging_id, r.status, r.tenant_id, r.trigger_type, "
                            "r.run_date, date(h.scheduled_ms / 1000, 'unixepoch') FROM tenant_scheduled_pipeline_runs h "
                            "LEFT JOIN tenant_pipeline_runs r USING (pipeline_logging_id)")
        for config, tenant, status, error, run_id, run_status, run_tenant, trigger, run_date, date in history:
            if status == "FAILED" and not run_id:
                self.assertEqual(error, "The backfill was cancelled")
                continue
            self.assertEqual((status, run_tenant), ({"COMPLETE": "COMPLETED", "FAILED": "FAILED"}.get(run_status), tenant), run_id)
            if trigger == "backfill":
                self.assertEqual(run_date, date)
        with_run = [row[4] for row in history if row[4]]
        begun = [run for run, in self.rows("SELECT pipeline_logging_id FROM tenant_pipeline_runs WHERE trigger_type IN ('scheduler', 'backfill')")]
        self.assertEqual(sorted(with_run), sorted(begun), "a run without its instant, or an instant with two runs")
        for backfill, (tenant, number) in load.backfills.items():
            days = [f"{2000 + number}-12-30", f"{2000 + number}-12-31", f"{2001 + number}-01-01"]
            self.assertEqual(sorted(row[9] for row in history if row[:2] == (backfill, tenant)), days)
        for tenant in TENANTS:
            instants = [row for row in history if row[1] == tenant and row[7] == "scheduler"]
            self.assertGreaterEqual(len(instants), minutes, "an instant of the schedule is missing")

    def check_quota(self):
        self.assertEqual(self.rows("SELECT count(*) FROM tenant_pipeline_runs WHERE domain IN ('chaos', 'cost') AND counts_quota = 0"), [(0,)])
        counted = dict(self.rows("SELECT tenant_id, count(*) FROM tenant_pipeline_runs WHERE counts_quota = 1 GROUP BY 1"))
        used = self.rows("SELECT tenant_id, sum(pipelines_run_today), sum(pipelines_succeeded_today + pipelines_failed_today) "
                         "FROM tenant_usage_quotas GROUP BY 1")
        for tenant, started, ended in used:
            self.assertEqual((started, ended), (counted[tenant], counted[tenant]), tenant)

    def record(self, run):
        """All that the state store says of a run, for the text of a failure."""
        return [self.rows(f"SELECT * FROM {table} WHERE pipeline_logging_id = '{run}'") for table in ("tenant_pipeline_runs", "tenant_step_logs")]

    def check_rows(self, published):
        steps = self.rows("SELECT l.pipeline_logging_id, l.tenant_id, l.step_id, l.status, r.template_name, r.retry_of, l.metadata_json, r.status "
                          "FROM tenant_step_logs l JOIN tenant_pipeline_runs r USING (pipeline_logging_id) WHERE r.domain = 'chaos'")
        mine = [step for step in steps if "reused_from" not in step[6]]
        for tenant in TENANTS:
            complete = {s[0] for s in mine if s[1] == tenant and s[2] == "publish" and s[3] == "COMPLETE" and s[4].startswith("publish")}
            expected = {run: ROWS for run in complete}
            wrong = [run for run in {**published[tenant]["ledger"], **expected} if published[tenant]["ledger"].get(run) != expected.get(run)]
            self.assertEqual([(run, published[tenant]["ledger"].get(run), self.record(run)) for run in wrong], [], "rows lost, doubled or not known")
            gated = published[tenant]["gated_ledger"]
            self.assertEqual(gated, published[tenant]["gated_second"], "a gated run published a part")
            whole = {s[0] for s in mine if s[1] == tenant and s[4].startswith("gated") and s[7] == "COMPLETE"}
            self.assertEqual(set(gated.values()) - {ROWS}, set())
            self.assertEqual(whole - set(gated), set(), "a gated run is COMPLETE and its rows are not there")


if __name__ == "__main__":
    unittest.main()
