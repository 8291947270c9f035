#!/usr/bin/env python3
"""Quotas and rate limits from outside: exact counts over many connections, what a refusal costs, headers, the history."""
import concurrent.futures
import http.client
import json
import os
import pathlib
import shutil
import tempfile
import threading
import time
import unittest

from flow_server import ADMIN_KEY, SOURCE, FlowServer

WAIT = 'description: "A pipeline of the quota tests"\nvariables:\n  pause: {type: integer, default: 0, min: 0, max: 60}\n' \
       'steps:\n  - {step_id: pause, type: wait, seconds: "{pause}"}\n'
PIPELINES = 60


class QuotaFlow(unittest.TestCase):
    def setUp(self):
        left = 86400 - time.time() % 86400  # a day must not end within a test
        if left < 120:
            time.sleep(left + 1)
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="convergence-quota-"))
        self.addCleanup(shutil.rmtree, self.folder)
        place = self.folder / "configs" / "test" / "step"
        place.mkdir(parents=True)
        for number in range(PIPELINES):
            (place / f"p{number}.yml").write_text(WAIT)
        (self.folder / "data").mkdir()

    def server(self, **environment):
        return FlowServer(data=self.folder / "data", CONVERGENCE_CONFIGS_DIRS=f"{SOURCE / 'configs'},{self.folder / 'configs'}", **environment)

    def together(self, server, key, count, name, pause=20):
        """count triggers at the same moment, each on a connection of its own; (status, body) of all."""
        start = threading.Barrier(count)

        def ask(number):
            connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
            connection.connect()
            start.wait(60)
            connection.request("POST", f"/api/v1/pipelines/run/acme_corp/test/step/{name(number)}", json.dumps({"pause": pause}),
                               {"X-API-Key": key, "Content-Type": "application/json"})
            reply = connection.getresponse()
            body = json.loads(reply.read())
            connection.close()
            return reply.status, body

        with concurrent.futures.ThreadPoolExecutor(count) as pool:
            return list(pool.map(ask, range(count)))

    def quota(self, server, key):
        return server.call("GET", "/api/v1/tenants/acme_corp/quota", key=key).json

    def test_parallel_requests_get_exactly_the_slots(self):
        with self.server() as server:
            key = server.onboard("acme_corp")  # ten slots
            replies = self.together(server, key, 40, lambda number: f"p{number}")
            accepted = [body for status, body in replies if status == 200]
            self.assertEqual(len(accepted), 10)
            self.assertEqual(len({body["pipeline_logging_id"] for body in accepted}), 10)
            self.assertEqual({body["code"] for status, body in replies if status != 200}, {"CONCURRENT_LIMIT_EXCEEDED"})
            quota = self.quota(server, key)
            self.assertEqual((quota["pipelines_run_today"], quota["concurrent_pipelines_running"], quota["max_concurrent_reached"]), (10, 10, 10))
            for body in accepted:
                server.call("DELETE", f"/api/v1/pipelines/runs/{body['pipeline_logging_id']}", key=key)
            for body in accepted:
                self.assertEqual(server.wait(body["pipeline_logging_id"], key)["status"], "FAILED")
            quota = self.quota(server, key)
            self.assertEqual((quota["concurrent_pipelines_running"], quota["pipelines_failed_today"]), (0, 10))

    def test_parallel_requests_for_one_pipeline_are_one_run(self):
        with self.server() as server:
            key = server.onboard("acme_corp")
            replies = self.together(server, key, 30, lambda number: "p1" if number % 2 else "P1", pause=5)
            self.assertEqual({status for status, _ in replies}, {200})
            self.assertEqual(len({body["pipeline_logging_id"] for _, body in replies}), 1)
            self.assertEqual(sum(1 for _, body in replies if body.get("duplicate")), 29)
            self.assertEqual(self.quota(server, key)["pipelines_run_today"], 1)

    def test_the_daily_limit_is_exact_and_a_bad_request_costs_nothing(self):
        with self.server() as server:
            key = server.onboard("acme_corp", plan="STARTER")
            for body, path in (({"pause": "x"}, "p1"), ({"date": "2026-02-30"}, "p1"), ({}, "nothing")):
                self.assertIn(server.call("POST", f"/api/v1/pipelines/run/acme_corp/test/step/{path}", body, key).status, (400, 404))
            self.assertEqual(self.quota(server, key)["pipelines_run_today"], 0)
            accepted = []
            while len(accepted) < 6:
                for status, body in self.together(server, key, 3, lambda number: f"p{len(accepted) * 3 + number}", pause=0):
                    if status == 200:
                        accepted.append(body["pipeline_logging_id"])
                for run in accepted:
                    server.wait(run, key)
            self.assertEqual(len(accepted), 6)
            replies = self.together(server, key, 20, lambda number: f"p{30 + number}", pause=0)
            self.assertEqual({(status, body["code"]) for status, body in replies}, {(429, "DAILY_QUOTA_EXCEEDED")})
            quota = self.quota(server, key)
            self.assertEqual((quota["pipelines_run_today"], quota["remaining_today"]), (6, 0))
            self.assertTrue(0 < replies[0][1]["retry_after"] <= 86400)
            rows = server.query("acme_corp", key, "SELECT usage_date, pipelines_run_today, pipelines_succeeded_today FROM tenant_usage_quotas").json["rows"]
            self.assertEqual([row[1:] for row in rows], [[6, 6]])

    def test_usage_survives_kill_9_and_slots_do_not_leak(self):
        with self.server() as server:
            key = server.onboard("acme_corp")
            replies = self.together(server, key, 5, lambda number: f"p{number}", pause=1)
            runs = [body["pipeline_logging_id"] for status, body in replies if status == 200]
            server.stop(9)
        with self.server() as server:
            for run in runs:
                self.assertEqual(server.wait(run, key)["status"], "COMPLETE")
            quota = self.quota(server, key)
            self.assertEqual((quota["pipelines_run_today"], quota["pipelines_succeeded_today"], quota["concurrent_pipelines_running"]),
                             (len(runs), len(runs), 0))

    def test_rate_limits_of_tenants_and_of_the_run_route(self):
        with self.server(CONVERGENCE_RATE_LIMITS_TENANT_PER_MINUTE="20", CONVERGENCE_RATE_LIMITS_RUN_PER_MINUTE="4") as server:
            key, other = server.onboard("acme_corp"), server.onboard("globex")
            seen = [server.call("POST", "/api/v1/pipelines/run/acme_corp/test/step/nothing", {}, key) for _ in range(6)]
            self.assertEqual([reply.status for reply in seen], [404] * 4 + [429] * 2)
            self.assertEqual([reply.headers["x-ratelimit-tenant-remaining"] for reply in seen], ["3", "2", "1", "0", "0", "0"])
            self.assertEqual(seen[0].headers["x-ratelimit-tenant-limit"], "4")
            self.assertEqual(seen[-1].json["code"], "RATE_LIMIT_EXCEEDED")
            self.assertEqual(str(seen[-1].json["retry_after"]), seen[-1].headers["retry-after"])
            # The refused ones were charged nowhere: 16 of 20 are left.
            reply = server.call("GET", "/api/v1/pipelines/runs", key=key)
            self.assertEqual((reply.status, reply.headers["x-ratelimit-tenant-remaining"]), (200, "15"))
            statuses = [server.call("GET", "/api/v1/pipelines/runs", key=key).status for _ in range(20)]
            self.assertEqual(statuses, [200] * 15 + [429] * 5)
            refused = server.call("GET", "/api/v1/pipelines/runs", key=key)
            wait, reset = int(refused.headers["retry-after"]), int(refused.headers["x-ratelimit-tenant-reset"])
            time.sleep(1.1)
            again = server.call("GET", "/api/v1/pipelines/runs", key=key)
            self.assertEqual(int(again.headers["x-ratelimit-tenant-reset"]), reset)  # a refusal extends nothing
            self.assertLess(int(again.headers["retry-after"]), wait)
            self.assertEqual(server.call("GET", "/api/v1/tenants/acme_corp/quota", key=other).status, 403)
            self.assertEqual(server.call("GET", "/api/v1/pipelines/runs", key=other).status, 200)
            for path in ("/health", "/metrics", "/health/ready"):
                self.assertEqual(server.call("GET", path).status, 200)
            self.assertEqual(server.call("GET", "/api/v1/admin/tenants", headers={"X-Admin-Key": ADMIN_KEY}).status, 200)

    def test_public_routes_are_counted_by_address(self):
        with self.server(CONVERGENCE_RATE_LIMITS_ONBOARD_PER_MINUTE="2", CONVERGENCE_RATE_LIMITS_DRYRUN_PER_MINUTE="3") as server:
            body = {"tenant_id": "x", "company_name": "Flow", "admin_email": "a@example.com"}
            self.assertEqual([server.call("POST", "/api/v1/tenants/onboard", body).status for _ in range(4)], [400, 400, 429, 429])
            self.assertEqual(server.call("POST", "/api/v1/customers/onboard", body).status, 429)
            self.assertEqual([server.call("POST", "/api/v1/tenants/dryrun", body).status for _ in range(4)], [200] * 3 + [429])

    def test_the_limit_over_all(self):
        with self.server(CONVERGENCE_RATE_LIMITS_GLOBAL_PER_MINUTE="30") as server:
            keys = [server.onboard("acme_corp"), server.onboard("globex")]
            statuses = [server.call("GET", "/api/v1/pipelines/runs", key=keys[number % 2]).status for number in range(40)]
            self.assertEqual(statuses, [200] * 28 + [429] * 12)
            self.assertEqual(server.call("GET", "/health").status, 200)


if __name__ == "__main__":
    unittest.main(verbosity=int(os.environ.get("FLOW_VERBOSITY", "2")))
