#!/usr/bin/env python3
"""Webhooks of a tenant: signed, retried, given up, switched off by 410, alive after kill -9, never inside the network."""
import signal
import time
import unittest

from flow_server import FlowServer
from webhook_receiver import WebhookReceiver, signature_is_good

DRYRUN = "gcp/example/dryrun"
FAST = {"CONVERGENCE_WEBHOOKS_ALLOW_PRIVATE_ADDRESSES": "true", "CONVERGENCE_WEBHOOKS_BACKOFF_MS": "50",
        "CONVERGENCE_WEBHOOKS_BACKOFF_MS_MAX": "200", "CONVERGENCE_WEBHOOKS_ATTEMPTS_MAX": "4"}
SECRET = "a-secret-of-the-tenant-0123456789"


class Hooks:
    """The webhook routes of one tenant."""

    def __init__(self, server, tenant, key):
        self.server, self.base, self.key = server, f"/api/v1/tenants/{tenant}/webhooks", key

    def call(self, method, path="", body=None):
        return self.server.call(method, self.base + path, body, self.key)

    def add(self, url, events=("*",), **more):
        answer = self.call("POST", "", {"url": url, "events": list(events), **more})
        assert answer.status == 200, answer.body
        return answer.json

    def wait(self, webhook, status, count=1, seconds=30):
        end = time.monotonic() + seconds
        rows = []
        while time.monotonic() < end:
            rows = self.call("GET", f"/{webhook['webhook_id']}/deliveries?status={status}").json
            if len(rows) >= count:
                return rows
            time.sleep(0.02)
        raise AssertionError(f"no {count} deliveries {status}: {rows}")


class WebhookFlow(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = FlowServer(**FAST).start()
        cls.receiver = WebhookReceiver()

    @classmethod
    def tearDownClass(cls):
        cls.receiver.__exit__()
        cls.server.__exit__()

    def tenant(self, name, plan="SCALE"):
        key = self.server.onboard(name, plan)
        return key, Hooks(self.server, name, key)

    def test_1_an_ended_run_is_told_once_and_signed(self):
        key, hooks = self.tenant("hook_signed")
        hook = hooks.add(self.receiver.url("/signed"), secret=SECRET)
        self.assertEqual(hook["secret"], SECRET)
        generated = hooks.add(self.receiver.url("/generated"), ["run.complete"])
        hooks.add(self.receiver.url("/failures"), ["run.failed"])
        run = self.server.run("hook_signed", key, DRYRUN)
        headers, body = self.receiver.wait("/signed", 1)[0]
        self.receiver.wait("/generated", 1)
        self.assertEqual(body["event"], "run.complete")
        self.assertEqual(body["tenant_id"], "hook_signed")
        self.assertEqual(body["data"]["pipeline_logging_id"], run["pipeline_logging_id"])
        self.assertEqual(body["data"]["status"], "COMPLETE")
        for path, secret in (("/signed", SECRET), ("/generated", generated["secret"])):
            raw = [(h, b) for p, h, b in self.receiver.requests if p == path][0]
            self.assertTrue(signature_is_good(secret, raw[0]["x-convergence-signature"], raw[1]))
            self.assertFalse(signature_is_good("another secret", raw[0]["x-convergence-signature"], raw[1]))
        delivered = hooks.wait(hook, "DELIVERED")[0]
        self.assertEqual(delivered["delivery_id"], headers["x-convergence-delivery"])
        self.assertEqual(delivered["event_id"], body["id"])
        self.assertEqual((delivered["http_status"], delivered["attempts"]), (200, 1))
        time.sleep(1)
        self.assertEqual(len(self.receiver.of("/signed")), 1)
        self.assertEqual(self.receiver.of("/failures"), [])

    def test_2_a_secret_is_shown_once_and_kept_sealed(self):
        _, hooks = self.tenant("hook_secret")
        hook = hooks.add(self.receiver.url("/secret"))
        self.assertRegex(hook["secret"], r"^whsec_[0-9A-Za-z]{32}$")
        for answer in (hooks.call("GET", f"/{hook['webhook_id']}"), hooks.call("GET"),
                       hooks.call("PATCH", f"/{hook['webhook_id']}", {"description": "d"})):
            self.assertNotIn(b"whsec_", answer.body)
            self.assertNotIn(b'"secret"', answer.body)
        renewed = hooks.call("PATCH", f"/{hook['webhook_id']}", {"secret": None}).json["secret"]
        self.assertNotEqual(renewed, hook["secret"])
        kept = b"".join(path.read_bytes() for path in self.server.data.glob("state.db*"))
        for secret in (hook["secret"], renewed):
            self.assertNotIn(secret.encode(), kept)
            self.assertNotIn(secret, "".join(self.server.lines))

    def test_3_a_failing_receiver_is_tried_again_under_the_same_id_then_given_up(self):
        _, hooks = self.tenant("hook_retry")
        self.receiver.answer = lambda path, count: (503 if path == "/twice" and count < 2 or path == "/never" else 200, {})
        twice, never = hooks.add(self.receiver.url("/twice")), hooks.add(self.receiver.url("/never"))
        for hook in (twice, never):
            self.assertEqual(hooks.call("POST", f"/{hook['webhook_id']}/test").json["status"], "WAITING")
        self.assertEqual(hooks.wait(twice, "DELIVERED")[0]["attempts"], 3)
        seen = self.receiver.wait("/twice", 3)
        self.assertEqual(len({headers["x-convergence-delivery"] for headers, _ in seen}), 1)
        self.assertEqual(len({body["id"] for _, body in seen}), 1)
        dead = hooks.wait(never, "FAILED")[0]
        self.assertEqual((dead["attempts"], dead["http_status"], dead["error_message"]), (4, 503, "the receiver answered 503"))

    def test_4_retry_after_is_honoured(self):
        _, hooks = self.tenant("hook_later")
        self.receiver.answer = lambda path, count: (429, {"Retry-After": "2"}) if path == "/later" and count == 0 else (200, {})
        hook = hooks.add(self.receiver.url("/later"))
        hooks.call("POST", f"/{hook['webhook_id']}/test")
        self.receiver.wait("/later", 1)
        begun = time.monotonic()
        self.receiver.wait("/later", 2)
        self.assertGreater(time.monotonic() - begun, 1.5)

    def test_5_gone_switches_it_off(self):
        _, hooks = self.tenant("hook_gone")
        self.receiver.answer = lambda path, count: (410, {})
        hook = hooks.add(self.receiver.url("/gone"))
        hooks.call("POST", f"/{hook['webhook_id']}/test")
        hooks.wait(hook, "FAILED")
        row = hooks.call("GET", f"/{hook['webhook_id']}").json
        self.assertEqual((row["is_active"], row["disabled_reason"]), (False, "the receiver answered 410 Gone"))
        self.assertEqual(hooks.call("POST", f"/{hook['webhook_id']}/test").status, 409)
        again = hooks.call("PATCH", f"/{hook['webhook_id']}", {"is_active": True}).json
        self.assertEqual((again["is_active"], again["disabled_reason"]), (True, None))

    def test_6_a_slow_receiver_holds_nobody_up(self):
        _, slow = self.tenant("hook_slow")
        _, quick = self.tenant("hook_quick")
        self.receiver.answer = lambda path, count: (200, {})
        self.receiver.pause = lambda path: 3 if path.startswith("/slow") else 0
        hooks = [slow.add(self.receiver.url(f"/slow{i}")) for i in range(6)]
        for hook in hooks * 3:
            slow.call("POST", f"/{hook['webhook_id']}/test")
        fast = quick.add(self.receiver.url("/quick"))
        quick.call("POST", f"/{fast['webhook_id']}/test")
        quick.wait(fast, "DELIVERED")
        self.assertLess(sum(len(self.receiver.of(f"/slow{i}")) for i in range(6)), 18)
        self.receiver.pause = lambda path: 0

    def test_7_quota_and_failures_are_told_once_a_day(self):
        key, hooks = self.tenant("hook_notice", "STARTER")
        self.receiver.answer = lambda path, count: (200, {})
        hooks.add(self.receiver.url("/notice"), ["quota.warning", "failure_rate.warning"])
        for _ in range(6):
            self.server.run("hook_notice", key, DRYRUN)
        told = self.receiver.wait("/notice", 1)
        time.sleep(1)
        self.assertEqual([body["event"] for _, body in self.receiver.of("/notice")], ["quota.warning"])
        data = told[0][1]["data"]
        self.assertEqual((data["pipelines_run_today"], data["daily_limit"], data["threshold_percent"]), (5, 6, 80))

    def test_8_what_is_wrong_is_refused(self):
        _, hooks = self.tenant("hook_wrong")
        good = {"url": "https://example.com/", "events": ["*"]}
        for body, field in (({**good, "url": "ftp://example.com/"}, "url"), ({**good, "url": "https://a:b@example.com/"}, "url"),
                            ({**good, "url": 7}, "url"), ({**good, "events": []}, "events"), ({**good, "events": ["run.late"]}, "events"),
                            ({**good, "secret": "short"}, "secret"), ({**good, "is_active": "yes"}, "is_active"),
                            ({**good, "colour": "red"}, "colour"), ({"events": ["*"]}, "url")):
            answer = hooks.call("POST", "", body)
            self.assertEqual((answer.status, answer.json["details"]["field"]), (400, field), answer.body)
        self.assertEqual(hooks.call("GET", "/wh_unknown").status, 404)
        mine = hooks.add("https://example.com/")
        _, other = self.tenant("hook_other")
        for method, body in (("GET", None), ("PATCH", {"description": "x"}), ("DELETE", None)):
            self.assertEqual(other.call(method, f"/{mine['webhook_id']}", body).status, 404)
        self.assertEqual(hooks.call("DELETE", f"/{mine['webhook_id']}").status, 200)
        self.assertEqual(hooks.call("GET").json, [])


class WebhookLifeFlow(unittest.TestCase):
    def test_what_waits_survives_kill_9(self):
        with WebhookReceiver() as receiver, FlowServer(**{**FAST, "CONVERGENCE_WEBHOOKS_ATTEMPTS_MAX": "1000"}) as server:
            receiver.answer = lambda path, count: (500, {})
            key = server.onboard("hook_kill")
            hooks = Hooks(server, "hook_kill", key)
            hook = hooks.add(receiver.url("/kill"), ["run.complete"])
            run = server.run("hook_kill", key, DRYRUN)
            receiver.wait("/kill", 2)
            server.stop(signal.SIGKILL)
            receiver.answer = lambda path, count: (200, {})
            server.start()
            hooks.server = server
            row = hooks.wait(hook, "DELIVERED")[0]
            seen = receiver.of("/kill")
            self.assertEqual({body["data"]["pipeline_logging_id"] for _, body in seen}, {run["pipeline_logging_id"]})
            self.assertEqual({headers["x-convergence-delivery"] for headers, _ in seen}, {row["delivery_id"]})

    def test_no_address_inside_the_network_is_reached(self):
        with WebhookReceiver() as receiver, FlowServer() as server:
            hooks = Hooks(server, "hook_inside", server.onboard("hook_inside"))
            for url in (receiver.url("/inside"), "http://169.254.169.254/latest/meta-data/", "http://[::1]/", "http://10.1.2.3/",
                        "http://[::ffff:127.0.0.1]/", "http://2130706433/", "http://0x7f.1/", "http://localhost/", "http://100.64.0.1/"):
                answer = hooks.call("POST", "", {"url": url, "events": ["*"]})
                self.assertEqual((answer.status, answer.json["details"]["field"]), (400, "url"), url)
            self.assertEqual(receiver.requests, [])

    def test_an_address_that_was_allowed_once_is_judged_again_at_the_socket(self):
        with WebhookReceiver() as receiver, FlowServer(**FAST) as server:
            hooks = Hooks(server, "hook_then", server.onboard("hook_then"))
            hook = hooks.add(receiver.url("/then"))
            server.stop()
            server.env["CONVERGENCE_WEBHOOKS_ALLOW_PRIVATE_ADDRESSES"] = "false"
            server.start()
            hooks.call("POST", f"/{hook['webhook_id']}/test")
            dead = hooks.wait(hook, "FAILED")[0]
            self.assertEqual((dead["attempts"], dead["http_status"]), (1, None))
            self.assertIn("not a public address", dead["error_message"])
            self.assertEqual(receiver.requests, [])


if __name__ == "__main__":
    unittest.main()
