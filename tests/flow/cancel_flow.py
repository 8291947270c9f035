#!/usr/bin/env python3
"""DELETE on a run: waiting, running, twice, too late, foreign; and a wish that outlives kill -9."""
import pathlib
import shutil
import signal
import tempfile
import threading
import time
import unittest

from flow_server import SOURCE, FlowServer

TEMPLATES = {
    "slow": 'steps:\n  - {step_id: pause, type: wait, seconds: 60}\n  - {step_id: after, type: wait, seconds: 0}\n'
            '  - {step_id: notice, type: wait, seconds: 0, trigger: on_failure}\n',
    "engine": 'steps:\n  - {step_id: count, type: query, '
              'sql: "SELECT count(*) AS n FROM range(100000000000) a, range(1000) b WHERE a.range % 7 = b.range"}\n',
    "publishes": 'steps:\n  - {step_id: first, type: query, sql: "SELECT 1 AS n", destination: {table: kept, write_mode: replace}}\n'
                 '  - {step_id: pause, type: wait, seconds: 60}\n',
    "quick": 'steps:\n  - {step_id: pause, type: wait, seconds: 0}\n',
}


class CancelFlow(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="convergence-cancel-"))
        self.addCleanup(shutil.rmtree, self.folder)
        place = self.folder / "configs" / "test" / "step"
        place.mkdir(parents=True)
        for name, text in TEMPLATES.items():
            (place / f"{name}.yml").write_text('description: "A pipeline of the cancel tests"\n' + text)
        (self.folder / "data").mkdir()

    def server(self, workers=2):
        return FlowServer(data=self.folder / "data", CONVERGENCE_RUN_WORKERS=str(workers),
                          CONVERGENCE_CONFIGS_DIRS=f"{SOURCE / 'configs'},{self.folder / 'configs'}")

    @staticmethod
    def trigger(server, key, name):
        answer = server.call("POST", f"/api/v1/pipelines/run/acme_corp/test/step/{name}", {}, key)
        assert answer.status == 200, answer.body
        return answer.json["pipeline_logging_id"]

    @staticmethod
    def cancel(server, key, run_id, user="jane"):
        return server.call("DELETE", f"/api/v1/pipelines/runs/{run_id}", key=key, headers={"X-User-ID": user})

    @staticmethod
    def steps(server, key, run_id):
        rows = server.call("GET", f"/api/v1/pipelines/runs/{run_id}/steps", key=key).json
        return {row["step_id"]: row["status"] for row in rows}

    def wait_for_step(self, server, key, run_id, step, status):
        end = time.monotonic() + 60
        while self.steps(server, key, run_id).get(step) != status:
            self.assertLess(time.monotonic(), end, f"{step} did not become {status}")
            time.sleep(0.02)

    def test_a_running_run_stops_and_says_who_wanted_it(self):
        with self.server() as server:
            key = server.onboard("acme_corp")
            for name, step in (("slow", "pause"), ("engine", "count")):
                run_id = self.trigger(server, key, name)
                self.wait_for_step(server, key, run_id, step, "RUNNING")
                self.assertTrue(self.cancel(server, key, run_id).json["cancel_requested"])
                self.assertIn(self.cancel(server, key, run_id, "joe").status, (200, 409))
                row = server.wait(run_id, key, 30)
                self.assertEqual((row["status"], row["error_message"]), ("FAILED", "Cancelled by jane"))
                self.assertEqual(self.cancel(server, key, run_id).status, 409)
            self.assertEqual(self.steps(server, key, run_id)["count"], "FAILED")
            quota = server.call("GET", "/api/v1/tenants/acme_corp/quota", key=key).json
            self.assertEqual(quota["concurrent_pipelines_running"], 0)

    def test_a_waiting_run_ends_at_once(self):
        with self.server(workers=1) as server:
            key = server.onboard("acme_corp")
            busy = self.trigger(server, key, "slow")
            self.wait_for_step(server, key, busy, "pause", "RUNNING")
            waiting = self.trigger(server, key, "quick")
            answer = self.cancel(server, key, waiting)
            self.assertEqual((answer.status, answer.json["status"], answer.json["error_message"]), (200, "FAILED", "Cancelled by jane"))
            self.assertEqual(self.cancel(server, key, waiting).status, 409)
            self.assertEqual(self.cancel(server, key, busy).status, 200)
            server.wait(busy, key, 30)
            self.assertEqual(self.steps(server, key, busy), {"pause": "FAILED", "after": "SKIPPED", "notice": "COMPLETE"})

    def test_unknown_and_foreign_runs_are_not_found_alike(self):
        with self.server() as server:
            key, other = server.onboard("acme_corp"), server.onboard("other_corp")
            run_id = self.trigger(server, key, "slow")
            foreign = self.cancel(server, other, run_id)
            unknown = self.cancel(server, other, "11111111-2222-4333-8444-555555555555")
            self.assertEqual((foreign.status, unknown.status), (404, 404))
            self.assertEqual(foreign.json["message"].replace(run_id, ""), unknown.json["message"].replace("11111111-2222-4333-8444-555555555555", ""))
            self.assertEqual(self.cancel(server, key, run_id).status, 200)

    def test_a_wish_outlives_kill_9_and_what_was_published_stays_complete(self):
        server = self.server().start()
        try:
            key = server.onboard("acme_corp")
            run_id = self.trigger(server, key, "publishes")
            self.wait_for_step(server, key, run_id, "pause", "RUNNING")
            answers = []
            asking = threading.Thread(target=lambda: answers.append(self.cancel(server, key, run_id)))
            asking.start()
            asking.join(30)
            server.stop(signal.SIGKILL)
            self.assertEqual(answers[0].status, 200)
            server.start()
            row = server.wait(run_id, key, 60)
            self.assertEqual((row["status"], row["error_message"]), ("FAILED", "Cancelled by jane"))
            self.assertEqual(self.steps(server, key, run_id), {"first": "COMPLETE", "pause": "FAILED"})
            self.assertEqual(server.query("acme_corp", key, "SELECT n FROM kept").json["row_count"], 1)
        finally:
            server.stop()

    def test_races_with_the_end_have_one_winner(self):
        with self.server() as server:
            key = server.onboard("acme_corp")
            for attempt in range(30):
                run_id = self.trigger(server, key, "quick")
                time.sleep(attempt * 0.0005)
                answer = self.cancel(server, key, run_id)
                row = server.wait(run_id, key, 30)
                self.assertEqual(row["status"], {200: "FAILED", 409: "COMPLETE"}[answer.status])


if __name__ == "__main__":
    unittest.main()
