#!/usr/bin/env python3
"""mode: isolated: the same sums as in the server's process, and plugins that crash, hang and eat without taking it along."""
import json
import os
import pathlib
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from flow_server import BINARY, SOURCE, FlowServer

BUILD = pathlib.Path(shutil.which(BINARY) or BINARY).resolve().parents[1]
ACME = BUILD / "examples" / "provider-c" / "acme.so"
UNRULY = BUILD / "tests" / "core_isolated" / "unruly.so"
AS_WORKERS = ["aws", "gcp", "azure", "query", "ingest", "dq_check", "wait"]
PIPELINES = ["aws/cost/cost_usage", "azure/cost/cost_export", "gcp/cost/billing_cost"]
SUMS = """SELECT cloud, cost_type, currency, CAST(sum(cost) AS VARCHAR) AS cost, count(*) AS n FROM cost_daily GROUP BY ALL ORDER BY ALL"""

STEP = 'steps:\n  - {{step_id: bad, type: unruly, how: {how}, table: numbers, batches: 3, crash_at: {crash_at}, timeout_seconds: {seconds}, retry: {{max_attempts: {attempts}, backoff_seconds: 0}}}}\n'
TEMPLATES = {
    "echo": STEP.format(how="echo", crash_at=-1, seconds=60, attempts=1),
    "stream": STEP.format(how="stream", crash_at=-1, seconds=60, attempts=1) +
              '  - {step_id: sum, type: unruly, how: sum, sql: "SELECT id, name FROM numbers ORDER BY id", depends_on: [bad]}\n',
    "crash": STEP.format(how="crash", crash_at=-1, seconds=60, attempts=3),
    "torn": STEP.format(how="stream", crash_at=1, seconds=60, attempts=2),
    "spin": STEP.format(how="spin", crash_at=-1, seconds=1, attempts=1),
    "doze": STEP.format(how="doze", crash_at=-1, seconds=1, attempts=1),
    "deaf": STEP.format(how="deaf", crash_at=-1, seconds=60, attempts=1),
    "eat": STEP.format(how="eat", crash_at=-1, seconds=60, attempts=1),
    "invoices": """variables:
  source: {type: uri, description: "Root of the delivery"}
steps:
  - {step_id: pause, type: wait, seconds: 0}
  - {step_id: invoices, type: ingest, source: {provider: acme, dataset: invoice, uri: "{source}"}, destination: {table: acme_invoice, write_mode: replace_unit}}
""",
}


def children(pid):
    """The server's processes that are workers, by their command."""
    found = []
    for process in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            parent = int((process / "stat").read_text().rsplit(")", 1)[1].split()[1])
            words = (process / "cmdline").read_bytes().split(b"\0")
        except (FileNotFoundError, ProcessLookupError):
            continue
        if parent == pid and b"plugin-worker" in words:
            found.append(int(process.name))
    return found


def is_alive(pid):
    try:
        state = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


class IsolatedCase(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="convergence-isolated-"))
        self.addCleanup(shutil.rmtree, self.folder)
        place = self.folder / "configs" / "test" / "step"
        place.mkdir(parents=True)
        for name, text in TEMPLATES.items():
            (place / f"{name}.yml").write_text('description: "A pipeline of the isolation tests"\n' + text)

    def server(self, mode, *rows, name="data"):
        data = self.folder / name
        data.mkdir(exist_ok=True)
        plugins = [{"name": "ducklake"}, {"name": "local"}] + [{"name": one, "mode": mode} for one in AS_WORKERS] + list(rows)
        config = self.folder / f"{name}.yml"
        config.write_text(json.dumps({"plugins": plugins}))
        return FlowServer(data=data, config=config, CONVERGENCE_CONFIGS_DIRS=f"{SOURCE / 'configs'},{self.folder / 'configs'}",
                          CONVERGENCE_SOURCES_ALLOWED_ROOTS=f"file://{self.folder}/exports/{{tenant_id}}",
                          CONVERGENCE_ISOLATION_KILL_GRACE_MS="100", CONVERGENCE_ISOLATION_MEMORY_MB="512")

    def rows(self, server, key, sql):
        answer = server.query("acme_corp", key, sql)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json["rows"]

    def until(self, condition, what):
        end = time.monotonic() + 60
        while not condition():
            self.assertLess(time.monotonic(), end, what)
            time.sleep(0.02)


class IsolatedFlow(IsolatedCase):
    def sums(self, mode):
        with self.server(mode, name=mode) as server:
            key = server.onboard("acme_corp")
            for pipeline in PIPELINES:
                began = time.monotonic()
                run = server.run("acme_corp", key, pipeline)
                self.assertEqual(run["status"], "COMPLETE", run["error_message"])
                print(f"{mode}: {pipeline} in {time.monotonic() - began:.2f} s")
            self.assertEqual(len(children(server.process.pid)) > 0, mode == "isolated")
            return self.rows(server, key, SUMS)

    def test_the_shipped_plugins_bring_the_same_sums_in_both_modes(self):
        isolated = self.sums("isolated")
        self.assertGreater(len(isolated), 0)
        self.assertEqual(isolated, self.sums("in_process"))

    @unittest.skipUnless(ACME.is_file(), f"the example provider is not built ({ACME})")
    def test_the_provider_in_c_runs_isolated_by_one_word(self):
        root = self.folder / "exports" / "acme_corp"
        root.mkdir(parents=True)
        (root / "november.csv").write_text("invoice_id,service,usage_date,amount,currency\ni1,compute,11/02/2025,1.000000000000000000000001,EUR\n")
        with self.server("isolated", {"name": "acme", "path": str(ACME), "mode": "isolated"}) as server:
            key = server.onboard("acme_corp")
            run = server.run("acme_corp", key, "test/step/invoices", source=f"file://{root}")
            self.assertEqual(run["status"], "COMPLETE", run["error_message"])
            self.assertEqual(self.rows(server, key, "SELECT invoice_id, CAST(amount AS VARCHAR) FROM acme_invoice"),
                             [["i1", "1.000000000000000000000001"]])

    def test_a_warehouse_and_a_key_manager_are_refused(self):
        for name, kind in (("ducklake", "warehouse"), ("local", "key manager")):
            server = self.server("in_process")
            rows = json.loads(server.config.read_text())["plugins"]
            for row in rows:
                row["mode"] = "isolated" if row["name"] == name else "in_process"
            server.config.write_text(json.dumps({"plugins": rows}))
            done = subprocess.run(server.command(), env=server.env, capture_output=True, text=True, timeout=60)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(f"the plugin {name} is refused: its {kind} {name} works in the server's process only: set mode to in_process", done.stderr)


@unittest.skipUnless(UNRULY.is_file(), f"the plugin that misbehaves is not built ({UNRULY})")
class UnrulyFlow(IsolatedCase):
    def setUp(self):
        super().setUp()
        self.server_ = self.server("in_process", {"name": "unruly", "path": str(UNRULY), "mode": "isolated"}).start()
        self.addCleanup(self.server_.stop)
        self.key = self.server_.onboard("acme_corp")

    def run_step(self, name):
        run = self.server_.run("acme_corp", self.key, f"test/step/{name}")
        steps = self.server_.call("GET", f"/api/v1/pipelines/runs/{run['pipeline_logging_id']}/steps", key=self.key).json
        return run, steps[0]

    def assert_sound(self):
        run, _ = self.run_step("echo")
        self.assertEqual(run["status"], "COMPLETE", run["error_message"])

    def test_rows_travel_both_ways(self):
        run, _ = self.run_step("stream")
        self.assertEqual(run["status"], "COMPLETE", run["error_message"])
        self.assertEqual(self.rows(self.server_, self.key, "SELECT id, name FROM numbers ORDER BY id")[6:], [[6, "row 6"], [7, "row 7"], [8, None]])

    def test_a_crash_fails_the_step_with_a_sentence_and_is_retried(self):
        for name, attempts in (("crash", 3), ("torn", 2)):
            run, step = self.run_step(name)
            self.assertEqual(run["status"], "FAILED")
            self.assertIn("the process of the plugin unruly was ended by signal 11 (Segmentation fault)", run["error_message"])
            self.assertEqual(step["attempts"] if "attempts" in step else step["attempt"], attempts, step)
            self.assert_sound()

    def test_what_never_looks_ends_with_its_time_limit(self):
        for name in ("spin", "doze"):
            run, _ = self.run_step(name)
            self.assertEqual(run["status"], "FAILED")
            self.assertIn("TIMEOUT: the step took longer than 1 seconds", run["error_message"])
            logged = self.server_.call("GET", f"/api/v1/pipelines/runs/{run['pipeline_logging_id']}/logs", key=self.key).body.decode()
            self.assertIn("its process was ended by signal 15 (Terminated)", logged)
            self.assert_sound()

    def test_a_cancel_ends_what_ignores_every_kind_word(self):
        answer = self.server_.call("POST", "/api/v1/pipelines/run/acme_corp/test/step/deaf", {}, self.key)
        run_id = answer.json["pipeline_logging_id"]
        self.until(lambda: "it hears nothing" in self.server_.call("GET", f"/api/v1/pipelines/runs/{run_id}/logs", key=self.key).body.decode(), "the step did not begin")
        self.assertEqual(self.server_.call("DELETE", f"/api/v1/pipelines/runs/{run_id}", key=self.key).status, 200)
        run = self.server_.wait(run_id, self.key, 60)
        self.assertEqual(run["status"], "FAILED")
        self.assertIn("Cancelled", run["error_message"])
        self.assert_sound()

    @unittest.skipIf("asan" in str(BUILD) or "tsan" in str(BUILD), "a sanitizer's address space has no bound")
    def test_memory_without_bound_is_a_named_limit(self):
        run, _ = self.run_step("eat")
        self.assertEqual(run["status"], "FAILED")
        self.assertIn("the plugin unruly needed more than 512 MiB of memory (isolation.memory_mb)", run["error_message"])
        self.assert_sound()

    def test_nothing_is_left_of_what_failed(self):
        pid = self.server_.process.pid
        self.assert_sound()
        self.run_step("crash")
        files = lambda: sorted(os.readlink(entry) for entry in pathlib.Path(f"/proc/{pid}/fd").iterdir() if os.path.islink(entry))
        sockets = lambda: sum("socket:" in name or "convergence-stop" in name for name in files())
        self.assert_sound()
        before = (len(children(pid)), sockets())
        for _ in range(5):
            self.run_step("crash")
            self.run_step("spin")
        self.assert_sound()
        self.until(lambda: (len(children(pid)), sockets()) == before, f"{before} before, now {(len(children(pid)), sockets())}")
        stage = self.server_.data / "stage"
        self.until(lambda: not [path for path in stage.rglob("*") if path.is_file()], "stage files are left")

    def test_kill_9_of_the_server_ends_its_workers(self):
        answer = self.server_.call("POST", "/api/v1/pipelines/run/acme_corp/test/step/deaf", {}, self.key)
        run_id = answer.json["pipeline_logging_id"]
        self.until(lambda: "it hears nothing" in self.server_.call("GET", f"/api/v1/pipelines/runs/{run_id}/logs", key=self.key).body.decode(), "the step did not begin")
        workers = children(self.server_.process.pid)
        self.assertGreater(len(workers), 0)
        self.server_.stop(signal.SIGKILL)
        self.until(lambda: not any(is_alive(worker) for worker in workers), "a worker outlived its server")


if __name__ == "__main__":
    unittest.main(verbosity=2)
