#!/usr/bin/env python3
"""POST .../retry and dry runs, from outside."""
import pathlib
import shutil
import tempfile
import unittest

from flow_server import SOURCE, FlowServer

TEMPLATES = {
    "needs": 'steps:\n  - {step_id: first, type: query, sql: "SELECT 1 AS n", destination: {table: log_of_runs, write_mode: append}}\n'
             '  - {step_id: second, type: query, sql: "SELECT n FROM made_later", destination: {table: copied, write_mode: replace}}\n'
             '  - {step_id: third, type: query, sql: "SELECT {steps.first.rows} AS rows_of_first", destination: {table: told, write_mode: replace}}\n',
    "makes": 'steps:\n  - {step_id: make, type: query, sql: "SELECT 5 AS n", destination: {table: made_later, write_mode: replace}}\n',
}


class RetryFlow(unittest.TestCase):
    def setUp(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="convergence-retry-"))
        self.addCleanup(shutil.rmtree, folder)
        place = folder / "test" / "step"
        place.mkdir(parents=True)
        for name, text in TEMPLATES.items():
            (place / f"{name}.yml").write_text('description: "A pipeline of the retry tests"\n' + text)
        self.server = FlowServer(CONVERGENCE_CONFIGS_DIRS=f"{SOURCE / 'configs'},{folder}").start()
        self.addCleanup(self.server.__exit__)
        self.key = self.server.onboard("acme_corp")

    def retry(self, run_id, key=None):
        return self.server.call("POST", f"/api/v1/pipelines/runs/{run_id}/retry", key=key or self.key)

    def test_a_retry_begins_where_the_run_failed(self):
        failed = self.server.run("acme_corp", self.key, "test/step/needs")
        self.assertEqual(failed["status"], "FAILED")
        made = self.server.run("acme_corp", self.key, "test/step/makes")
        self.assertEqual(self.retry(made["pipeline_logging_id"]).status, 409)
        self.assertEqual(self.retry(failed["pipeline_logging_id"], self.server.onboard("other_corp")).status, 404)
        before = self.server.call("GET", "/api/v1/tenants/acme_corp/quota", key=self.key).json["pipelines_run_today"]
        accepted = self.retry(failed["pipeline_logging_id"])
        self.assertEqual(accepted.status, 200)
        row = self.server.wait(accepted.json["pipeline_logging_id"], self.key)
        self.assertEqual((row["status"], row["trigger_type"], row["retry_of"]), ("COMPLETE", "retry", failed["pipeline_logging_id"]))
        self.assertEqual(row["progress"], 1)
        after = self.server.call("GET", "/api/v1/tenants/acme_corp/quota", key=self.key).json["pipelines_run_today"]
        self.assertEqual(after, before + 1)
        for sql, rows in (("SELECT count(*) FROM log_of_runs", [[1]]), ("SELECT n FROM copied", [[5]]), ("SELECT rows_of_first FROM told", [[1]])):
            answer = self.server.query("acme_corp", self.key, sql)
            self.assertEqual([[int(v or -1) for v in r] for r in answer.json["rows"]], rows, f"{sql}: {answer.body}")

    def test_a_dry_run_stores_nothing(self):
        for path, body in (("?dry_run=true", {}), ("", {"dry_run": True})):
            answer = self.server.call("POST", f"/api/v1/pipelines/run/acme_corp/test/step/needs{path}", body, self.key)
            self.assertEqual((answer.status, answer.json["status"]), (200, "DRY_RUN"))
            self.assertEqual([s["wave"] for s in answer.json["plan"]["steps"]], [1, 2, 3])
        self.assertEqual(self.server.call("GET", "/api/v1/pipelines/runs?pipeline_id=acme_corp-test-step-needs", key=self.key).json, [])
        quota = self.server.call("GET", "/api/v1/tenants/acme_corp/quota", key=self.key).json
        self.assertEqual(quota["pipelines_run_today"], 0)


if __name__ == "__main__":
    unittest.main()
