#!/usr/bin/env python3
"""kill -9 at random instants, also of a start, under load: triggers, ingests, gated and refused runs, cancels, retries, schedules,
backfills, upkeep. Then an independent reader (chaos_proof.py) proves that nothing was lost, doubled or leaked.

CONVERGENCE_CHAOS_KILLS: how many kills (20); CONVERGENCE_CHAOS_SEED: repeats the choices of an earlier run (not its timing).
CONVERGENCE_CHAOS_KEEP: a folder that must not exist yet; what the server left stays there.
"""
import os
import pathlib
import random
import shutil
import signal
import sqlite3
import tempfile
import time
import unittest

from chaos_load import COST, Load, write_templates
from chaos_proof import Proof
from flow_server import ADMIN_KEY, SOURCE, FlowServer
from webhook_receiver import WebhookReceiver

KILLS = int(os.environ.get("CONVERGENCE_CHAOS_KILLS", "20"))
SEED = int(os.environ.get("CONVERGENCE_CHAOS_SEED", "0")) or random.SystemRandom().randrange(1, 1 << 31)
KEEP = os.environ.get("CONVERGENCE_CHAOS_KEEP")
TENANTS = ("chaos_a", "chaos_b", "chaos_c")
MINUTES = 3  # instants of every tenant's schedule that become due in every second round
ACCEPTED_PER_KILL_MIN = 3
END_SECONDS_MAX = 300
OPTIONS = {"SCHEDULER_WAITING_PER_SCHEDULE_MAX": "1000", "RATE_LIMITS_GLOBAL_PER_MINUTE": "10000000",
           "WEBHOOKS_ALLOW_PRIVATE_ADDRESSES": "true", "WEBHOOKS_BACKOFF_MS": "50", "WEBHOOKS_BACKOFF_MS_MAX": "500", "WEBHOOKS_ATTEMPTS_MAX": "1000",
           "WAREHOUSE_FLUSH_ROWS_MIN": "1", "WAREHOUSE_MERGE_FILES_MIN": "4",
           "RUN_LEASE_SECONDS": "5"}


class ChaosFlow(unittest.TestCase):
    def setUp(self):
        print(f"chaos: {KILLS} kills, CONVERGENCE_CHAOS_SEED={SEED}", flush=True)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="convergence-chaos-"))
        self.addCleanup(shutil.rmtree, self.folder)
        write_templates(self.folder / "configs" / "test" / "chaos")
        plans = self.folder / "plans.yml"
        plans.write_text("SCALE: {daily: 10000000, monthly: 10000000, concurrent: 40, team: 1, providers: 1}\n")
        self.data = self.folder / "data"
        self.data.mkdir()
        self.server = FlowServer(data=self.data, CONVERGENCE_PLANS_FILE=str(plans),
                                 CONVERGENCE_CONFIGS_DIRS=f"{SOURCE / 'configs'},{self.folder / 'configs'}",
                                 **{f"CONVERGENCE_{name}": value for name, value in OPTIONS.items()})
        self.receiver = WebhookReceiver()
        self.receiver.server.handle_error = lambda *_: None  # senders that are killed cut their connections
        self.addCleanup(self.receiver.__exit__)

    def test_kills_lose_nothing_double_nothing_and_leak_nothing(self):
        choose = random.Random(SEED)
        self.server.start()
        try:
            keys = {tenant: self.server.onboard(tenant) for tenant in TENANTS}
            load = Load(self.server, keys, SEED)
            refusal = self.prepare(keys, load)
            load.start()
            try:
                minutes = self.kill(choose, load)
                time.sleep(1)
            finally:
                load.stop()
            self.unschedule()
            self.wait_for_the_end_of_all(keys)
        finally:
            self.server.stop()
            if KEEP:
                shutil.copytree(self.data, KEEP)
        print(f"chaos: {len(load.accepted)} runs accepted, {load.unanswered} not answered, {len(load.cancelled)} cancels granted, "
              f"{len(load.backfills)} backfills, {minutes} minutes of schedules", flush=True)
        proof = Proof(self, self.data, load, self.receiver, refusal)
        proof.check_all(TENANTS)
        self.check_queue(proof, load, minutes)
        self.assertGreater(len(load.accepted), KILLS * ACCEPTED_PER_KILL_MIN)
        self.assertEqual(len(load.backfills), KILLS)

    def prepare(self, keys, load):
        """Schedules and webhooks of every tenant; the text with which a check refuses a run."""
        for tenant, key in keys.items():
            for path, body in ((f"/api/v1/tenants/{tenant}/webhooks", {"url": self.receiver.url("/ends"), "events": ["run.complete", "run.failed"]}),
                               (f"/api/v1/scheduler/customer/{tenant}/pipelines",
                                {"provider": "test", "domain": "chaos", "pipeline_template": "publish_minutes", "schedule_cron": "* * * * *",
                                 "misfire": "all", "max_catchup": 1000})):
                answer = self.server.call("POST", path, body, key)
                self.assertEqual(answer.status, 200, answer.body)
        refused = self.server.run(TENANTS[0], keys[TENANTS[0]], "test/chaos/refused_0")
        load.accepted[refused["pipeline_logging_id"]] = TENANTS[0]
        self.assertIn("check", refused["error_message"])
        for tenant, key in keys.items():  # from here on the bill is there, and every ingest must leave it as it is
            run = self.server.run(tenant, key, COST)
            load.accepted[run["pipeline_logging_id"]] = tenant
            self.assertEqual(run["status"], "COMPLETE", run["error_message"])
        return refused["error_message"]

    def kill(self, choose, load):
        """KILLS of them; the minutes that the schedules were moved back by."""
        minutes = 0
        for number in range(KILLS):
            load.backfill(number)
            time.sleep(0.2 + choose.random() * 2.6)
            self.server.stop(signal.SIGKILL)
            if number % 2 == 0:  # in the other rounds nobody but the server opens what it left
                minutes += MINUTES
                self.make_due(minutes)
            if number % 3 == 0:
                self.server.kill_a_start(choose.random() * 0.4)
            self.server.start()
        return minutes

    def make_due(self, minutes):
        """Moves the schedules of a killed server back; instants that were queued before must not come again."""
        self.write("UPDATE tenant_pipeline_configs SET next_run_ms = ?", (int(time.time() - minutes * 60) // 60 * 60000,))

    def unschedule(self):
        """Nothing begins any more between two readings of the end: a minute may pass there."""
        self.server.stop(signal.SIGKILL)
        self.write("UPDATE tenant_pipeline_configs SET is_active = 0")
        self.server.start()

    def write(self, sql, values=()):
        store = sqlite3.connect(self.data / "state.db")
        try:
            with store:
                store.execute(sql, values)
        finally:
            store.close()

    def wait_for_the_end_of_all(self, keys):
        """No run waits or uses a slot, and everything that was to be told and copied is."""
        store = sqlite3.connect(f"file:{self.data / 'state.db'}?mode=ro", uri=True)

        def left():
            status = self.server.call("GET", "/scheduler/status", headers={"X-Admin-Key": ADMIN_KEY}).json
            slots = {tenant: self.server.call("GET", f"/api/v1/tenants/{tenant}/quota", key=key).json["concurrent_pipelines_running"]
                     for tenant, key in keys.items()}
            told = store.execute("SELECT (SELECT count(*) FROM outbox), (SELECT count(*) FROM webhook_deliveries WHERE status = 'WAITING')").fetchone()
            return {"queue": status["queue_length"], "slots": sum(slots.values()), "outbox": told[0], "deliveries": told[1]}

        try:
            end = time.monotonic() + END_SECONDS_MAX
            while any(found := left().values()):
                self.assertLess(time.monotonic(), end, f"runs, the queue or deliveries do not end: {found}")
                time.sleep(0.1)
        finally:
            store.close()

    def check_queue(self, proof, load, minutes):
        """Every item and every row of the history has ended, and has a run of its own unless it was cancelled."""
        self.assertEqual(proof.rows("SELECT queue_id, hold FROM tenant_pipeline_execution_queue"), [])
        history = proof.rows("SELECT h.config_id, h.tenant_id, h.status, h.error_message, h.pipeline_logging_id, r.status, r.tenant_id, r.trigger_type, "
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
        begun = [run.id for run in proof.runs.values() if run.trigger in ("scheduler", "backfill")]
        self.assertEqual(sorted(with_run), sorted(begun), "a run without its instant, or an instant with two runs")
        for backfill, (tenant, days) in load.backfills.items():
            self.assertEqual(sorted(row[9] for row in history if row[:2] == (backfill, tenant)), days)
        for tenant in TENANTS:
            instants = [row for row in history if row[1] == tenant and row[7] == "scheduler"]
            self.assertGreaterEqual(len(instants), minutes, "an instant of the schedule is missing")


if __name__ == "__main__":
    unittest.main()
