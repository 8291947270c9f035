#!/usr/bin/env python3
"""The server's life: configuration and its errors, drain, kill -9; quota, duplicates, the list of runs; steps and their rules."""
import concurrent.futures
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from flow_server import ADMIN_KEY, BINARY, SOURCE, FlowServer

SLOW_PIPELINES = 12
WAIT = """
variables:
  pause: {type: integer, default: 3, min: 0, max: 60}
steps:
  - {step_id: pause, type: wait, seconds: "{pause}"}
"""
BAD_SQL = "SELECT CAST('no number' || '{tenant_id}' AS INTEGER) AS n"
TEMPLATES = {
    "parallel": """
steps:
  - {step_id: a, type: wait, seconds: 2, depends_on: []}
  - {step_id: b, type: wait, seconds: 2, depends_on: []}
  - {step_id: c, type: query, depends_on: [a, b], sql: "SELECT {steps.a.waited_seconds} + {steps.b.waited_seconds} AS together"}
""",
    "continues": f"""
steps:
  - {{step_id: bad, type: query, sql: "{BAD_SQL}", on_failure: continue, retry: {{max_attempts: 3, backoff_seconds: 0}}}}
  - {{step_id: next, type: wait, seconds: 0}}
""",
    "stops": f"""
steps:
  - {{step_id: bad, type: query, sql: "{BAD_SQL}"}}
  - {{step_id: next, type: wait, seconds: 0}}
  - {{step_id: alarm, type: wait, seconds: 0, trigger: on_failure, depends_on: []}}
  - {{step_id: tidy, type: wait, seconds: 0, trigger: always, depends_on: []}}
""",
    "succeeds": f"""
steps:
  - {{step_id: good, type: wait, seconds: 0}}
  - {{step_id: alarm, type: wait, seconds: 0, trigger: on_failure, depends_on: []}}
  - {{step_id: tidy, type: query, sql: "{BAD_SQL}", trigger: always, depends_on: []}}
""",
    "too_slow": """
steps:
  - {step_id: pause, type: wait, seconds: 600, timeout_seconds: 1}
""",
    "too_slow_query": """
steps:
  - {step_id: count, type: query, timeout_seconds: 1,
     sql: "SELECT count(*) AS n FROM range(100000000000) a, range(1000) b WHERE a.range % 7 = b.range"}
""",
    "tries_again": """
steps:
  - {step_id: pause, type: wait, seconds: 600, timeout_seconds: 0.3, retry: {max_attempts: 3, backoff_seconds: 0.1}}
""",
    "switched": """
variables:
  on: {type: boolean, default: true}
steps:
  - {step_id: never, type: query, sql: "SELECT nothing FROM nowhere", enabled: false}
  - {step_id: maybe, type: wait, seconds: 0, enabled: "{on}"}
""",
    **{f"slow_{number}": WAIT for number in range(SLOW_PIPELINES)},
}


def write_templates(folder):
    path = folder / "configs" / "test" / "step"
    path.mkdir(parents=True)
    for name, text in TEMPLATES.items():
        (path / f"{name}.yml").write_text(f'description: "A pipeline of the flow tests"\n{text}')
    return f"{SOURCE / 'configs'},{folder / 'configs'}"


class BareServer(FlowServer):
    """serve with the flags given and no others."""

    def command(self, *flags):
        return [BINARY, "serve", "--data", str(self.data), *self.flags, *flags]


class Folder(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="convergence-serve-"))
        self.addCleanup(shutil.rmtree, self.folder)
        (self.folder / "data").mkdir()

    def config(self, text):
        """A server.yml with the shipped plugins and text before them."""
        path = self.folder / "server.yml"
        shipped = (SOURCE / "configs" / "server.yml").read_text()
        path.write_text(text + shipped[shipped.index("\nplugins:"):])
        return str(path)

    def bare(self, *flags, **environment):
        if "--config" not in flags:
            flags = ("--config", str(SOURCE / "configs" / "server.yml"), *flags)
        return BareServer(data=self.folder / "data", flags=flags, **environment)


class ConfigurationFlow(Folder):
    def assert_refused(self, words, *flags, **environment):
        server = self.bare(*flags, **environment)
        done = subprocess.run(server.command(), env=server.env, cwd=self.folder, capture_output=True, text=True, timeout=60)
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(done.stdout, "")
        for word in words:
            self.assertIn(word, done.stderr)

    def test_bad_values_name_themselves(self):
        listen = ("--listen", "127.0.0.1:0")
        for name, value in [("PORT", "http"), ("PORT", "70000"), ("PORT", "-1"), ("CONVERGENCE_SESSIONS_MEMORY_MB", "1"),
                            ("CONVERGENCE_RUN_WORKERS", "0"), ("CONVERGENCE_RUN_WORKERS", "4x"),
                            ("CONVERGENCE_ONBOARDING_REQUIRE_ADMIN_KEY", "perhaps"), ("CONVERGENCE_SCHEDULER_MODE", "cron"),
                            ("CONVERGENCE_LOG_LEVEL", "loud")]:
            with self.subTest(f"{name}={value}"):
                self.assert_refused([name, value], *listen, **{name: value})
        self.assert_refused(["CONVERGENCE_RUN_WORKER", "CONVERGENCE_RUN_WORKERS"], *listen, CONVERGENCE_RUN_WORKER="4")
        self.assert_refused(["nowhere.yml"], *listen, CONVERGENCE_PLANS_FILE=str(self.folder / "nowhere.yml"))
        for value in ("[1]", '["https://a.example"', "{}", "a.example", "https://a.example/", '["https://a.example/x"]'):
            self.assert_refused(["CORS_ORIGINS"], *listen, CORS_ORIGINS=value)
        self.assert_refused(["listen", "nowhere"], "--listen", "nowhere")
        self.assert_refused(["--lisen"], "--lisen", "127.0.0.1:0")

    def test_a_root_that_holds_the_servers_own_data_is_refused(self):
        for root in (self.folder, self.folder / "data", self.folder / "data" / "lakes"):
            self.assert_refused([str(root)], "--listen", "127.0.0.1:0", CONVERGENCE_SOURCES_ALLOWED_ROOTS=f"file://{root}")

    def test_bad_files_are_refused_with_their_line(self):
        for text, words in [("\nrun:\n  worker: 4\n", ["server.yml:3", "'run.worker'", "'run.workers'"]),
                            ("\nlisten: a\nlisten: b\n", ["server.yml:3", "listen"]), ("runs: {workers: 4}\n", ["runs"]),
                            ("run: {workers: many}\n", ["run.workers", "many"]), ("run: [\n", ["server.yml"]),
                            ("http:\n  threads: 0\n", ["server.yml:2", "http.threads"])]:
            with self.subTest(text):
                self.assert_refused(words, "--config", self.config(text), "--listen", "127.0.0.1:0")
        self.assert_refused(["absent.yml"], "--config", str(self.folder / "absent.yml"))

    def test_port_and_environment_beat_the_file_and_flags_beat_both(self):
        config = self.config('listen: "127.0.0.1:1"\nenvironment: "of_the_file"\n')
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        with self.bare("--config", config, PORT=str(port)) as server:
            self.assertEqual(server.port, port)
            self.assertEqual(server.call("GET", "/health").json["environment"], "of_the_file")
        with self.bare("--config", config, "--listen", "127.0.0.1:0", PORT=str(port), CONVERGENCE_LISTEN="127.0.0.1:2",
                       ENVIRONMENT="of_the_seeds") as server:
            self.assertNotIn(server.port, (1, 2, port))
            self.assertEqual(server.call("GET", "/health").json["environment"], "of_the_seeds")
        with self.bare("--config", config, "--listen", "127.0.0.1:0", ENVIRONMENT="a", CONVERGENCE_ENVIRONMENT="b",
                       CONVERGENCE_DATA_DIR=str(self.folder / "elsewhere")) as server:
            self.assertEqual(server.call("GET", "/health").json["environment"], "b")
            self.assertTrue((self.folder / "data" / "state.db").exists())
            self.assertFalse((self.folder / "elsewhere").exists())

    def test_origins_as_an_array_and_as_a_list(self):
        for text in ('["https://a.example", "https://b.example"]', "https://a.example, https://b.example"):
            with self.subTest(text), self.bare("--listen", "127.0.0.1:0", CORS_ORIGINS=text) as server:
                for origin, allowed in (("https://a.example", True), ("https://b.example", True), ("https://c.example", False)):
                    reply = server.call("OPTIONS", "/health", headers={"Origin": origin, "Access-Control-Request-Method": "GET"})
                    self.assertEqual(reply.headers.get("access-control-allow-origin"), origin if allowed else None)

    def test_an_operators_key_that_is_not_set_is_said(self):
        with self.bare("--listen", "127.0.0.1:0", ADMIN_API_KEY="", CONVERGENCE_ONBOARDING_REQUIRE_ADMIN_KEY="true") as server:
            body = {"tenant_id": "unkeyed", "company_name": "x", "admin_email": "a@example.com"}
            answer = server.call("POST", "/api/v1/tenants/onboard", body, headers={"X-Admin-Key": ADMIN_KEY})
            self.assertEqual((answer.status, answer.json["error"]), (503, "Service unavailable"))


class LifeFlow(Folder):
    def start(self):
        server = FlowServer(data=self.folder / "data", CONVERGENCE_CONFIGS_DIRS=write_templates(self.folder)).start()
        self.addCleanup(server.stop)
        return server

    def begin(self, server, tenant, key, pipeline, **parameters):
        answer = server.call("POST", f"/api/v1/pipelines/run/{tenant}/{pipeline}", parameters, key)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json["pipeline_logging_id"]

    def test_a_second_server_on_the_same_data_is_refused(self):
        server = self.start()
        second = subprocess.run(server.command(), env=server.env, capture_output=True, text=True, timeout=60)
        self.assertNotEqual(second.returncode, 0)
        self.assertEqual(len(second.stderr.splitlines()), 1, second.stderr)
        self.assertIn(str(self.folder / "data"), second.stderr)
        self.assertEqual(server.call("GET", "/health/ready").status, 200)

    def test_a_run_goes_on_after_a_drain(self):
        server = self.start()
        key = server.onboard("drained")
        run_id = self.begin(server, "drained", key, "test/step/slow_0", pause=3)
        self.assertEqual(server.stop(signal.SIGTERM), 0)
        server.start()
        self.assertEqual(server.wait(run_id, key)["status"], "COMPLETE")

    def kill_and_compare(self, pipeline, table, column, delays):
        """Kills the server so long after each trigger; the restarted one ends the run with the rows of an undisturbed one."""
        server = self.start()
        sums = f"SELECT (SELECT count(*) FROM {table}), (SELECT sum({column}) FROM {table}), " \
               "(SELECT count(*) FROM cost_daily), (SELECT sum(cost) FROM cost_daily)"
        whole = server.onboard("whole")
        self.assertEqual(server.run("whole", whole, pipeline)["status"], "COMPLETE")
        expected = server.query("whole", whole, sums).json["rows"]
        for number, delay in enumerate(delays):
            with self.subTest(delay=delay):
                tenant = f"killed_{number}"
                key = server.onboard(tenant)
                run_id = self.begin(server, tenant, key, pipeline)
                time.sleep(delay)
                self.assertEqual(server.stop(signal.SIGKILL), -signal.SIGKILL)
                server.start()
                run = server.wait(run_id, key)
                self.assertEqual(run["status"], "COMPLETE", run["error_message"])
                left = [path for path in (server.data / "stage").rglob("*") if path.is_file()]
                self.assertEqual(left, [], "what the killed server staged is swept")
                self.assertEqual(server.query(tenant, key, sums).json["rows"], expected)
                rows = server.query(tenant, key, f"SELECT status FROM pipeline_runs WHERE pipeline_logging_id = '{run_id}'").json["rows"]
                self.assertEqual(rows, [["COMPLETE"]])
                quota = server.call("GET", f"/api/v1/tenants/{tenant}/quota", key=key).json
                self.assertEqual((quota["pipelines_run_today"], quota["concurrent_pipelines_running"]), (1, 0))

    def test_kill_in_the_middle_of_an_ingest_loses_and_doubles_nothing(self):
        self.kill_and_compare("aws/cost/cost_usage", "aws_cost_raw", "line_item_unblended_cost", (0.05, 0.2, 0.4, 0.7, 1.1))

    def test_kill_between_the_units_of_an_ingest_loses_and_doubles_nothing(self):
        self.kill_and_compare("gcp/cost/billing_cost", "gcp_cost_raw", "cost", (1.5,))


class RunsFlow(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="convergence-runs-"))
        cls.server = FlowServer(CONVERGENCE_CONFIGS_DIRS=write_templates(cls.folder), CONVERGENCE_RUN_WORKERS="12").start()

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()
        shutil.rmtree(cls.folder)

    def trigger(self, tenant, key, name, **parameters):
        return self.server.call("POST", f"/api/v1/pipelines/run/{tenant}/test/step/{name}", parameters, key)

    def quota(self, tenant, key):
        return self.server.call("GET", f"/api/v1/tenants/{tenant}/quota", key=key).json

    def ended(self, name, tenant="steps", **parameters):
        """The run and its steps by id."""
        if not hasattr(type(self), "key"):
            type(self).key = self.server.onboard("steps")
        run = self.server.run(tenant, self.key, f"test/step/{name}", **parameters)
        steps = self.server.call("GET", f"/api/v1/pipelines/runs/{run['pipeline_logging_id']}/steps", key=self.key).json
        return run, {step["step_id"]: step for step in steps}

    def parallel(self, tenant, key, **parameters):
        """Statuses and bodies of triggers of different pipelines at once."""
        with concurrent.futures.ThreadPoolExecutor(SLOW_PIPELINES) as pool:
            answers = list(pool.map(lambda n: self.trigger(tenant, key, f"slow_{n}", **parameters), range(SLOW_PIPELINES)))
        return [a for a in answers if a.status == 200], [a for a in answers if a.status != 200]

    def test_the_seventh_run_of_a_starter_is_refused(self):
        key = self.server.onboard("starter", plan="STARTER")
        for _ in range(6):
            self.assertEqual(self.server.run("starter", key, "test/step/slow_0", pause=0)["status"], "COMPLETE")
        answer = self.trigger("starter", key, "slow_0", pause=0)
        body = answer.json
        self.assertEqual((answer.status, body["error"], body["code"]), (429, "Rate limit exceeded", "DAILY_QUOTA_EXCEEDED"))
        self.assertEqual(body["message"], "Daily pipeline quota exceeded. You have run 6 pipelines today (limit: 6). "
                         "Upgrade or wait until tomorrow.")
        self.assertTrue(0 < body["retry_after"] <= 86400)
        self.assertEqual(answer.headers["retry-after"], str(body["retry_after"]))
        self.assertEqual((self.quota("starter", key)["pipelines_run_today"], self.quota("starter", key)["remaining_today"]), (6, 0))

    def test_parallel_triggers_get_the_free_slots_and_no_more(self):
        key = self.server.onboard("pro", plan="PROFESSIONAL")
        taken, refused = self.parallel("pro", key, pause=6)
        self.assertEqual((len(taken), {a.status for a in refused}), (5, {429}), [a.body for a in refused])
        for answer in refused:
            self.assertEqual((answer.json["code"], answer.json["message"]), ("CONCURRENT_LIMIT_EXCEEDED",
                             "Concurrent pipeline limit reached. Wait for running pipelines to complete."))
        now = self.quota("pro", key)
        self.assertEqual((now["pipelines_run_today"], now["max_concurrent_reached"]), (5, 5))
        for answer in taken:
            self.assertEqual(self.server.wait(answer.json["pipeline_logging_id"], key)["status"], "COMPLETE")
        self.assertEqual(self.quota("pro", key)["concurrent_pipelines_running"], 0)

    def test_parallel_triggers_get_what_the_day_has_left(self):
        key = self.server.onboard("daily", plan="STARTER")
        for _ in range(4):
            self.server.run("daily", key, "test/step/slow_0", pause=0)
        taken, refused = self.parallel("daily", key, pause=3)
        self.assertEqual(len(taken), 2)
        self.assertEqual({a.json["code"] for a in refused}, {"DAILY_QUOTA_EXCEEDED"})
        self.assertEqual(self.quota("daily", key)["pipelines_run_today"], 6)

    def test_a_duplicate_is_the_same_run_and_uses_no_quota(self):
        key = self.server.onboard("twofold", plan="STARTER")
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda n: self.trigger("twofold", key, "SLOW_1" if n % 2 else "slow_1", pause=5), range(8)))
        self.assertEqual({a.status for a in answers}, {200})
        self.assertEqual(len({a.json["pipeline_logging_id"] for a in answers}), 1)
        self.assertEqual(sorted(a.json.get("duplicate", False) for a in answers), [False] + [True] * 7)
        self.assertLessEqual({a.json["status"] for a in answers}, {"PENDING", "RUNNING"})
        self.assertEqual(self.quota("twofold", key)["pipelines_run_today"], 1)

    def test_the_list_of_runs(self):
        key = self.server.onboard("listed")
        ids = [self.server.run("listed", key, f"test/step/slow_{n % 2}", pause=0)["pipeline_logging_id"] for n in range(5)]

        def listed(query, status=200):
            answer = self.server.call("GET", f"/api/v1/pipelines/runs?{query}", key=key)
            self.assertEqual(answer.status, status, answer.body)
            return answer
        every = [row["pipeline_logging_id"] for row in listed("").json]
        self.assertEqual(every[:5], ids[::-1])
        seen, cursor = [], ""
        while cursor is not None:
            page = listed("limit=2" + (f"&cursor={cursor}" if cursor else ""))
            seen += [row["pipeline_logging_id"] for row in page.json]
            cursor = page.headers.get("x-next-cursor")
        self.assertEqual(seen, every)
        self.assertEqual([r["pipeline_logging_id"] for r in listed("pipeline_id=listed-test-step-slow_1").json], [ids[3], ids[1]])
        self.assertEqual(len(listed("status=complete").json), len(every))
        self.assertEqual(listed("status=FAILED").json, [])
        self.assertEqual(listed("from=2100-01-01T00:00:00Z").json + listed("to=2001-01-01T00:00:00Z").json, [])
        for wrong in ("limit=0", "limit=101", "limit=x", "status=DONE", "from=yesterday", "to=2025-02-30T00:00:00Z", "cursor=%00x"):
            self.assertEqual(listed(wrong, 400).json["details"]["field"], wrong.split("=")[0])
        other = self.server.onboard("unlisted")
        for path in (ids[0], ids[0] + "/steps", "f47ac10b-58cc-4372-a567-0e02b2c3d479"):
            self.assertEqual(self.server.call("GET", f"/api/v1/pipelines/runs/{path}", key=other).status, 404)

    def test_independent_steps_run_beside_each_other(self):
        run, steps = self.ended("parallel")
        self.assertEqual(run["status"], "COMPLETE", run["error_message"])
        self.assertLess(max(steps["a"]["start_time"], steps["b"]["start_time"]), min(steps["a"]["end_time"], steps["b"]["end_time"]))
        self.assertGreaterEqual(steps["c"]["start_time"], max(steps["a"]["end_time"], steps["b"]["end_time"]))
        self.assertEqual(str(steps["c"]["metadata"]["together"]), "4")

    def test_what_a_failed_step_does_to_the_others(self):
        run, steps = self.ended("continues")
        self.assertEqual((run["status"], steps["bad"]["status"], steps["next"]["status"]), ("COMPLETE", "FAILED", "COMPLETE"))
        self.assertEqual(steps["bad"]["attempt"], 1, "an error that no retry heals is not tried again")
        run, steps = self.ended("stops")
        self.assertEqual({i: s["status"] for i, s in steps.items()},
                         {"bad": "FAILED", "next": "SKIPPED", "alarm": "COMPLETE", "tidy": "COMPLETE"})
        self.assertEqual(run["status"], "FAILED")
        self.assertIn("bad", run["error_message"])
        run, steps = self.ended("succeeds")
        self.assertEqual({i: s["status"] for i, s in steps.items()}, {"good": "COMPLETE", "alarm": "SKIPPED", "tidy": "FAILED"})
        self.assertEqual(run["status"], "COMPLETE")

    def test_a_step_that_takes_too_long_is_stopped(self):
        for name, step_id in (("too_slow", "pause"), ("too_slow_query", "count")):
            with self.subTest(name):
                run, steps = self.ended(name)
                self.assertEqual((run["status"], steps[step_id]["status"]), ("FAILED", "FAILED"))
                self.assertIn("TIMEOUT", steps[step_id]["error_message"])
                self.assertEqual(self.quota("steps", self.key)["concurrent_pipelines_running"], 0)
                while b"convergence_runs_under_way 0\n" not in self.server.call("GET", "/metrics").body:
                    time.sleep(0.05)  # what was stopped really leaves its worker; else the test itself takes too long

    def test_a_step_is_tried_as_often_as_it_says(self):
        run, steps = self.ended("tries_again")
        self.assertEqual((run["status"], steps["pause"]["attempt"]), ("FAILED", 3))

    def test_a_step_may_be_switched_off(self):
        run, steps = self.ended("switched")
        self.assertEqual((run["status"], steps["never"]["status"], steps["maybe"]["status"]), ("COMPLETE", "SKIPPED", "COMPLETE"))
        run, steps = self.ended("switched", on=False)
        self.assertEqual((run["status"], steps["maybe"]["status"]), ("COMPLETE", "SKIPPED"))


if __name__ == "__main__":
    unittest.main(verbosity=2)
