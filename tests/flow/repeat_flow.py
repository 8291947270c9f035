#!/usr/bin/env python3
"""What happens when a request comes again: Idempotency-Key, ETag, cursors; and how replies travel: gzip, traces, log lines."""
import gzip
import json
import signal
import subprocess
import threading
import unittest
import urllib.error

from flow_server import ADMIN_KEY, FlowServer

RUN = "/api/v1/pipelines/run/{}/gcp/example/dryrun"
RUNS = "/api/v1/pipelines/runs"
TRACE = "0af7651916cd43dd8448eb211c80319c"


class RepeatFlow(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = FlowServer(CONVERGENCE_HTTP_GZIP_BYTES_MIN="2000").start()
        cls.key = cls.server.onboard("Repeat_Flow")

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def trigger(self, idempotency_key, tenant="repeat_flow", key=None, **body):
        return self.server.call("POST", RUN.format(tenant), body, key or self.key, headers={"Idempotency-Key": idempotency_key})

    def test_the_same_key_and_body_start_one_run(self):
        first = self.trigger("one", trigger_by="flow")
        self.assertEqual(first.status, 200, first.body)
        self.server.wait(first.json["pipeline_logging_id"], self.key)
        again = self.trigger("one", trigger_by="flow")
        self.assertEqual((again.status, again.body), (200, first.body))
        self.assertEqual(again.headers["idempotent-replayed"], "true")
        other = self.trigger("one", trigger_by="somebody else")
        self.assertEqual((other.status, other.json["code"]), (409, "IDEMPOTENCY_KEY_REUSED"))
        self.assertEqual(self.trigger("a b").status, 400)

    def test_a_webhook_and_credentials_are_made_once(self):
        key = self.server.onboard("repeat_secret")
        make = lambda path, body: self.server.call("POST", f"/api/v1/tenants/repeat_secret/{path}", body, key, headers={"Idempotency-Key": path})
        hook = {"url": "https://hooks.example.com/x", "events": ["*"]}
        first, again = make("webhooks", hook), make("webhooks", hook)
        self.assertEqual((first.status, again.status, again.headers["idempotent-replayed"]), (200, 200, "true"), again.body)
        shown = first.json
        self.assertTrue(shown.pop("secret").startswith("whsec_"))
        self.assertEqual(again.json, shown)
        self.assertEqual(len(self.server.call("GET", "/api/v1/tenants/repeat_secret/webhooks", key=key).json), 1)
        self.assertEqual(make("webhooks", {**hook, "description": "another"}).status, 409)
        document = {"provider": "aws", "credentials": {"access_key_id": "AKIAABCDEFGHIJKLMN23", "secret_access_key": "k" * 40}}
        first, again = make("credentials", document), make("credentials", document)
        self.assertEqual((first.status, again.status, first.json["action"]), (200, 200, "CREATED"), again.body)
        self.assertEqual(again.body, first.body)
        audit = self.server.call("GET", "/api/v1/admin/audit?tenant_id=repeat_secret", headers={"X-Admin-Key": ADMIN_KEY}).json
        actions = [row["action"] for row in audit]
        self.assertEqual((actions.count("webhook.create"), actions.count("credential.create")), (1, 1), actions)

    def test_a_run_tells_the_trace_that_it_was_asked_for_in(self):
        key = self.server.onboard("repeat_trace")
        started = self.server.call("POST", RUN.format("repeat_trace"), {}, key, headers={"traceparent": f"00-{TRACE}-b7ad6b7169203331-01"})
        run = self.server.wait(started.json["pipeline_logging_id"], key)
        self.assertEqual(run["trace_id"], TRACE)
        onboarding = self.server.call("GET", RUNS, key=key).json[-1]
        self.assertEqual((onboarding["trigger_type"], onboarding["trace_id"]), ("onboarding", None))

    def test_many_at_once_start_one_run(self):
        key = self.server.onboard("repeat_many")
        replies, barrier = [], threading.Barrier(20)

        def send():
            barrier.wait()
            replies.append(self.trigger("at-once", "repeat_many", key))
        threads = [threading.Thread(target=send) for _ in range(20)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertLessEqual({reply.status for reply in replies}, {200, 409})
        self.assertTrue(all("retry-after" in reply.headers for reply in replies if reply.status == 409))
        ids = {reply.json["pipeline_logging_id"] for reply in replies if reply.status == 200}
        self.assertEqual(len(ids), 1)
        self.server.wait(ids.pop(), key)
        self.assertEqual(len(self.server.call("GET", RUNS + "?pipeline_id=repeat_many-gcp-example-dryrun", key=key).json), 2)  # and onboarding's own

    def test_a_run_that_did_not_change_is_not_sent_again(self):
        run = self.server.run("repeat_flow", self.key, "gcp/example/dryrun")
        path = f"{RUNS}/{run['pipeline_logging_id']}"
        for suffix in ("", "/steps", "/dq"):
            first = self.server.call("GET", path + suffix, key=self.key)
            self.assertRegex(first.headers["etag"], '^"[0-9a-f]{32}"$')
            again = self.server.call("GET", path + suffix, key=self.key, headers={"If-None-Match": first.headers["etag"]})
            self.assertEqual((again.status, again.body, again.headers["etag"]), (304, b"", first.headers["etag"]))
            self.assertEqual(self.server.call("GET", path + suffix, key=self.key, headers={"If-None-Match": '"other"'}).body, first.body)
        self.assertEqual(self.server.call("GET", path, headers={"If-None-Match": "*"}).status, 401)

    def test_large_answers_are_compressed_for_those_who_take_it(self):
        plain = self.server.call("GET", "/openapi.json")
        self.assertNotIn("content-encoding", plain.headers)
        self.assertIn("Accept-Encoding", plain.headers["vary"])
        packed = self.server.call("GET", "/openapi.json", headers={"Accept-Encoding": "br, gzip;q=0.5"})
        self.assertEqual(packed.headers["content-encoding"], "gzip")
        self.assertEqual(gzip.decompress(packed.body), plain.body)
        self.assertNotEqual(packed.headers["etag"], plain.headers["etag"])
        self.assertEqual(self.server.call("GET", "/openapi.json", headers={"Accept-Encoding": "gzip;q=0"}).body, plain.body)
        self.assertEqual(self.server.call("GET", "/openapi.json", headers={"Accept-Encoding": "gzip", "If-None-Match": plain.headers["etag"]}).status, 304)
        head = self.server.call("HEAD", "/openapi.json", headers={"Accept-Encoding": "gzip"})
        self.assertEqual((head.headers["content-length"], head.body), (str(len(packed.body)), b""))
        self.assertNotIn("content-encoding", self.server.call("GET", "/health", headers={"Accept-Encoding": "gzip"}).headers)

    def test_cursors_tell_nothing_and_cannot_be_forged(self):
        for _ in range(3):
            self.server.run("repeat_flow", self.key, "gcp/example/dryrun")
        page = self.server.call("GET", RUNS + "?limit=1", key=self.key)
        cursor = page.headers["x-next-cursor"]
        self.assertFalse(cursor.isdigit())
        self.assertEqual(self.server.call("GET", f"{RUNS}?limit=1&cursor={cursor}", key=self.key).status, 200)
        foreign = self.server.onboard("repeat_foreign")
        for key, forged in ((foreign, cursor), (self.key, "1"), (self.key, "99999"), (self.key, cursor[:-1] + "x")):
            reply = self.server.call("GET", f"{RUNS}?limit=1&cursor={forged}", key=key)
            self.assertEqual((reply.status, reply.json["details"]["field"]), (400, "cursor"))

    def test_every_request_has_a_line_with_its_trace(self):
        self.server.call("GET", RUNS + "?secret=hidden", key=self.key,
                         headers={"traceparent": f"00-{TRACE}-b7ad6b7169203331-01", "X-Request-ID": "traced-request"})
        lines = [json.loads(line) for line in self.server.lines if '"traced-request"' in line]
        self.assertEqual(len(lines), 1)
        line = lines[0]
        self.assertEqual((line["severity"], line["message"], line["tenant_id"], line["trace_id"], line["method"], line["route"], line["status"]),
                         ("INFO", "request", "repeat_flow", TRACE, "GET", "list_runs", "200"))
        self.assertGreaterEqual(float(line["duration_ms"]), 0)
        self.assertNotIn("hidden", json.dumps(line))
        self.assertFalse(any('"get_health"' in line for line in self.server.lines))
        started = [json.loads(line) for line in self.server.lines if '"started"' in line]
        self.assertIn("ducklake", started[0]["plugins"])


class CrashFlow(unittest.TestCase):
    def test_a_killed_server_has_started_the_run_once_or_not_at_all(self):
        with FlowServer() as server:
            key = server.onboard("crash_flow")
            kept = {}
            for attempt in range(6):
                name = f"crash-{attempt}"

                def send(name=name):
                    try:
                        server.exchange("POST", RUN.format("crash_flow"), {"trigger_by": name}, key, headers={"Idempotency-Key": name})
                    except (OSError, urllib.error.URLError):
                        pass  # the server died while it answered
                threads = [threading.Thread(target=send) for _ in range(4)]
                for thread in threads:
                    thread.start()
                threads[attempt % 4].join(0.002 * attempt)
                server.stop(signal.SIGKILL)
                for thread in threads:
                    thread.join()
                server.start()
                first = self.until_answered(server, name, key)
                server.wait(first["pipeline_logging_id"], key)
                self.assertEqual(self.until_answered(server, name, key), first)
                kept[name] = first["pipeline_logging_id"]
            runs = server.call("GET", RUNS + "?limit=100", key=key).json
            for name, run_id in kept.items():
                self.assertEqual([run["pipeline_logging_id"] for run in runs if run["trigger_by"] == name], [run_id])

    def until_answered(self, server, name, key):
        for _ in range(200):
            reply = server.call("POST", RUN.format("crash_flow"), {"trigger_by": name}, key, headers={"Idempotency-Key": name})
            if reply.status == 200:
                return reply.json
            self.assertEqual(reply.status, 409, reply.body)
        raise AssertionError("never answered")


class DiskFlow(unittest.TestCase):
    def test_a_full_disk_is_not_ready(self):
        with FlowServer(CONVERGENCE_STATE_FREE_DISK_MB_MIN="1048576") as server:
            reply = server.call("GET", "/health/ready")
            self.assertEqual((reply.status, reply.json["status"], reply.json["checks"]["state_store"]), (503, "not_ready", "failed"))
            self.assertEqual(server.call("GET", "/health/live").status, 200)

    def test_a_taken_port_is_told_as_that(self):
        with FlowServer() as first, FlowServer() as unstarted:
            unstarted.stop()
            command = [f"127.0.0.1:{first.port}" if word == "127.0.0.1:0" else word for word in unstarted.command()]
            done = subprocess.run(command, env=unstarted.env, capture_output=True, text=True, timeout=60)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(f"listen: 127.0.0.1:{first.port} is in use by another program", done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
