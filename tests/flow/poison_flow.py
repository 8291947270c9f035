#!/usr/bin/env python3
"""A run that ends its server each time it is under way: it is given up after a bounded number of deaths, and no other run fails."""
import pathlib
import shutil
import signal
import tempfile
import time
import unittest

from flow_server import SOURCE, FlowServer

ATTEMPTS = 3
TEMPLATES = {
    "poison": 'steps:\n  - {step_id: first, type: query, sql: "SELECT 1 AS n", destination: {table: kept, write_mode: append}}\n'
              '  - {step_id: eat, type: wait, seconds: 50}\n  - {step_id: alarm, type: wait, seconds: 0, trigger: on_failure}\n',
    **{name: 'steps:\n  - {step_id: pause, type: wait, seconds: 1}\n  - {step_id: write, type: query, sql: "SELECT 1 AS n", '
             'destination: {table: %s, write_mode: append}}\n' % name for name in ("one", "two", "three", "four", "five", "six")},
}


class PoisonFlow(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="convergence-poison-"))
        (self.folder / "data").mkdir()
        for name, text in TEMPLATES.items():
            path = self.folder / "configs" / "test" / "death" / f"{name}.yml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.server = FlowServer(data=self.folder / "data", CONVERGENCE_CONFIGS_DIRS=f"{SOURCE / 'configs'},{self.folder / 'configs'}",
                                 CONVERGENCE_RUN_ATTEMPTS_MAX=str(ATTEMPTS)).start()
        self.key = self.server.onboard("poisoned")

    def tearDown(self):
        self.server.stop()
        shutil.rmtree(self.folder)

    def begin(self, name):
        return self.server.call("POST", f"/api/v1/pipelines/run/poisoned/test/death/{name}", {}, self.key).json["pipeline_logging_id"]

    def states(self, run_id):
        return {row["step_id"]: row["status"] for row in self.server.call("GET", f"/api/v1/pipelines/runs/{run_id}/steps", key=self.key).json}

    def kill_while_it_eats(self, run_id):
        """Deaths until the run has ended."""
        for deaths in range(50):
            while self.states(run_id).get("eat") != "RUNNING":
                if self.server.call("GET", f"/api/v1/pipelines/runs/{run_id}", key=self.key).json["status"] == "FAILED":
                    return deaths
                time.sleep(0.02)
            self.server.stop(signal.SIGKILL)
            self.server.start()
        self.fail("the run is never given up")

    def test_it_is_given_up_and_the_others_complete(self):
        poison = self.begin("poison")
        others = [self.begin(name) for name in TEMPLATES if name != "poison"]
        deaths = self.kill_while_it_eats(poison)
        # One until its first step has ended for good, two until it is suspected, the rest by itself.
        self.assertLessEqual(deaths, 1 + 2 + ATTEMPTS)
        self.assertGreaterEqual(deaths, ATTEMPTS)
        run = self.server.wait(poison, self.key)
        self.assertIn(f"Given up after {ATTEMPTS} attempts", run["error_message"])
        self.assertEqual(self.states(poison), {"first": "COMPLETE", "eat": "FAILED", "alarm": "COMPLETE"})
        for run_id in others:
            self.assertEqual(self.server.wait(run_id, self.key)["status"], "COMPLETE")
        for table in ("kept", "one", "two", "three", "four", "five", "six"):
            rows = self.server.query("poisoned", self.key, f"SELECT count(*) FROM {table}").json["rows"]
            self.assertEqual(rows, [[1]], table)


if __name__ == "__main__":
    unittest.main()
