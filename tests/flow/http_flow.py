#!/usr/bin/env python3
"""HTTP from outside: framing, limits, errors, keys and drain of the real server."""
import json
import signal
import subprocess
import unittest

from flow_server import ADMIN_KEY, FlowServer

LIMIT = 10 << 20


def message(line, headers="", body=b""):
    return f"{line} HTTP/1.1\r\nHost: a\r\n{headers}\r\n".encode() + body


class HttpFlow(unittest.TestCase):
    environment = dict(CONVERGENCE_HTTP_BODY_SECONDS_MAX="2", CONVERGENCE_HTTP_REQUEST_TIMEOUT_MS="2000",
                       CORS_ORIGINS="https://app.example.com", ENVIRONMENT="flow")

    @classmethod
    def make_server(cls):
        return FlowServer(**cls.environment)

    @classmethod
    def setUpClass(cls):
        cls.server = cls.make_server().start()
        cls.key = cls.server.onboard("Http_Flow")

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def assert_error(self, reply, status, error):
        self.assertEqual(reply.status, status, reply.body)
        body = reply.json
        self.assertEqual(body["error"], error)
        self.assertEqual(body["message"], body["detail"])
        self.assertRegex(body["code"], r"^[A-Z_]+$")
        self.assertEqual(body["request_id"], reply.headers["x-request-id"])

    def assert_refused(self, data, status):
        with self.server.connect() as client:
            client.send(data + message("GET /health"))
            got, head, body = client.answer()
            self.assertEqual(got, status, (data[:80], head, body))
            self.assertEqual(json.loads(body)["request_id"].encode() in head, True)
            self.assertTrue(client.ended(), data[:80])

    def test_health_tells_the_environment(self):
        body = self.server.call("GET", "/health").json
        self.assertEqual(body["status"], "healthy")
        self.assertEqual(body["service"], "convergence-data-pipeline")
        self.assertEqual(body["environment"], "flow")
        self.assertEqual(self.server.call("GET", "/health/live").json, {"status": "alive"})
        ready = self.server.call("GET", "/health/ready")
        self.assertEqual(ready.status, 200, ready.body)
        self.assertEqual(set(ready.json["checks"]), {"state_store", "warehouse", "key_manager", "plugins"})

    def test_ambiguous_framing_is_refused(self):
        post = "POST /api/v1/tenants/dryrun"
        self.assert_refused(message(post, "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", b"0\r\n\r\n"), 400)
        self.assert_refused(message(post, "Content-Length: 3\r\nContent-Length: 4\r\n", b"abcd"), 400)
        for length in ("5abc", "+5", "-1", "0x5", ""):
            self.assert_refused(message(post, f"Content-Length: {length}\r\n", b"abcde"), 400)
        self.assert_refused(message(post, "Content-Length : 5\r\n", b"abcde"), 400)
        self.assert_refused(b"GET /health HTTP/1.1\r\n\r\n", 400)
        self.assert_refused(b"GET /health HTTP/1.1\nHost: a\n\n", 400)
        self.assert_refused(message(post, "Transfer-Encoding: gzip\r\n"), 501)
        self.assert_refused(message(post, "X: a\r\n folded: b\r\n"), 400)
        self.assert_refused(message("GET /health", "X: " + "y" * 8300 + "\r\n"), 431)
        self.assert_refused(message("GET /health", "".join(f"X-{i}: 1\r\n" for i in range(64))), 431)

    def test_chunked_bodies(self):
        chunked = "Transfer-Encoding: chunked\r\n"
        body = b'{"tenant_id":"abc"}'
        good = b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
        with self.server.connect() as client:
            client.send(message("POST /api/v1/tenants/dryrun", chunked, good) + message("GET /health"))
            status, _, answer = client.answer()
            self.assertEqual((status, json.loads(answer)["status"]), (200, "FAILED"))
            self.assertEqual(client.answer()[0], 200)
        self.assert_refused(message("POST /api/v1/tenants/dryrun", chunked, b"3;x=1\r\n{} \r\n0\r\n\r\n"), 400)

    def test_the_largest_body_and_one_byte_more(self):
        def body(size):
            return b'{"tenant_id":"' + b"a" * (size - 16) + b'"}'
        path, headers = "/api/v1/tenants/dryrun", {"Content-Type": "application/json"}
        self.assertEqual(self.server.call("POST", path, data=body(LIMIT), headers=headers).status, 200)
        self.assert_error(self.server.call("POST", path, data=body(LIMIT + 1), headers=headers), 413, "Payload too large")
        with self.server.connect() as client:
            client.send(message("POST " + path, "Transfer-Encoding: chunked\r\n", b"%x\r\n" % (LIMIT + 1)))
            self.assertEqual(client.answer()[0], 413)

    def assert_drip_is_cut(self, begin, drop):
        """A message that begins so and then comes drop by drop is answered 408."""
        with self.server.connect() as client:
            client.send(begin)
            # In one thread: a TLS connection of Python's is not to be read and written at the same time.
            client.socket.settimeout(0.05)
            for _ in range(600):
                try:
                    status = client.answer()[0]
                    break
                except TimeoutError:
                    client.send(drop)
            self.assertEqual(status, 408)

    def test_a_dripped_body_is_cut(self):
        self.assert_drip_is_cut(message("POST /api/v1/tenants/dryrun", "Content-Length: 100000\r\n"), b" ")

    def test_a_dripped_head_is_cut(self):
        self.assert_drip_is_cut(b"GET /health HTTP/1.1\r\nHost: a\r\nX: ", b"y")

    def test_messages_in_one_piece_are_answered_in_order(self):
        with self.server.connect() as client:
            client.send(b"".join(message(f"GET /health{'' if i % 2 else '/live'}") for i in range(20)))
            for i in range(20):
                self.assertEqual(b"alive" in client.answer()[2], i % 2 == 0)

    def test_continue_is_sent(self):
        with self.server.connect() as client:
            client.send(message("POST /api/v1/tenants/dryrun", "Content-Length: 2\r\nExpect: 100-continue\r\n"))
            self.assertEqual(client.answer()[0], 100)
            client.send(b"{}")
            self.assertEqual(client.answer()[0], 200)

    def test_head_mirrors_get_without_a_body(self):
        with self.server.connect() as client:
            client.send(message("HEAD /health"))
            status, head, body = client.answer(to_head=True)
            self.assertEqual((status, body), (200, b""))
            client.send(message("GET /health"))
            self.assertEqual(client.answer()[0], 200)

    def test_unknown_paths_and_wrong_methods(self):
        self.assert_error(self.server.call("GET", "/nowhere"), 404, "Not found")
        wrong = self.server.call("DELETE", "/health")
        self.assert_error(wrong, 405, "Method not allowed")
        self.assertEqual(wrong.headers["allow"], "GET, HEAD, OPTIONS")
        self.assert_error(self.server.call("GET", "/health%zz"), 400, "Validation error")
        self.assertEqual(self.server.call("GET", "/docs/..%2f..%2fetc%2fpasswd").status, 404)

    def test_preflight_answers_configured_origins_only(self):
        def allowed(origin):
            reply = self.server.call("OPTIONS", "/api/v1/pipelines/runs",
                                     headers={"Origin": origin, "Access-Control-Request-Method": "GET"})
            self.assertEqual(reply.status, 204)
            return reply.headers.get("access-control-allow-origin")
        self.assertEqual(allowed("https://app.example.com"), "https://app.example.com")
        self.assertIsNone(allowed("https://evil.example.com"))

    def test_request_ids_are_echoed_or_replaced(self):
        self.assertEqual(self.server.call("GET", "/health", headers={"X-Request-ID": "abc-1.2_3"}).headers["x-request-id"], "abc-1.2_3")
        self.assertRegex(self.server.call("GET", "/health", headers={"X-Request-ID": "a b"}).headers["x-request-id"], "^req_")

    def test_keys_and_tenants(self):
        self.assert_error(self.server.call("GET", "/api/v1/pipelines/runs"), 401, "Authentication failed")
        self.assert_error(self.server.call("GET", "/api/v1/pipelines/runs", key="http_flow_api_0123456789abcdef"), 401,
                          "Authentication failed")
        foreign = self.server.call("GET", "/api/v1/tenants/other/quota", key=self.key)
        self.assert_error(foreign, 403, "Authorization failed")
        self.assertEqual(foreign.json["message"], "Tenant ID mismatch: authenticated as 'Http_Flow' but requested 'other'")
        self.assertEqual(self.server.call("GET", "/api/v1/tenants/HTTP_FLOW/quota", key=self.key).status, 200)

    def test_documents(self):
        document = self.server.call("GET", "/openapi.json").json
        self.assertEqual(document["openapi"], "3.1.0")
        self.assertIn("/api/v1/tenants/onboard", document["paths"])
        page = self.server.call("GET", "/docs")
        self.assertIn(b"swagger-ui-bundle.js", page.body)
        self.assertNotIn(b"http", page.body.replace(b"http-equiv", b""))
        self.assertEqual(self.server.call("GET", "/docs/swagger-ui-bundle.js").status, 200)
        self.assertIn("text/html", self.server.call("GET", "/").headers["content-type"])
        self.assertEqual(set(self.server.call("GET", "/", headers={"Accept": "application/json"}).json),
                         {"message", "version", "docs"})
        self.assertIn(b"convergence_http_requests_total", self.server.call("GET", "/metrics").body)

    def test_bodies_that_are_no_json_objects(self):
        for data in (b"", b"[]", b"{", b'{"a":' + b"[" * 100000):
            reply = self.server.call("POST", "/api/v1/tenants/onboard", data=data, headers={"Content-Type": "application/json"})
            self.assert_error(reply, 400, "Validation error")
        reply = self.server.call("POST", "/api/v1/tenants/onboard", data=b"<a/>", headers={"Content-Type": "text/xml"})
        self.assert_error(reply, 415, "Unsupported media type")


class ServeFlow(unittest.TestCase):
    def test_a_second_server_on_the_same_data_is_refused_in_a_sentence(self):
        with FlowServer() as server:
            second = subprocess.run(server.command(), env=server.env, capture_output=True, text=True, timeout=60)
            self.assertNotEqual(second.returncode, 0)
            self.assertEqual(len(second.stderr.strip().splitlines()), 1, second.stderr)
            self.assertEqual(server.call("GET", "/health").status, 200)

    def test_a_bad_value_names_itself(self):
        server = FlowServer(CONVERGENCE_HTTP_THREADS="many")
        done = subprocess.run(server.command(), env=server.env, capture_output=True, text=True, timeout=60)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("CONVERGENCE_HTTP_THREADS", done.stderr)

    def test_silent_connections_keep_nobody_waiting(self):
        with FlowServer(CONVERGENCE_HTTP_REQUEST_TIMEOUT_MS="60000") as server:
            silent = [server.connect() for _ in range(100)]
            slow = [server.connect() for _ in range(100)]
            try:
                for client in slow:
                    client.send(b"GET /health HTTP/1.1\r\nHost: a\r\n")
                self.assertEqual(server.call("GET", "/health").status, 200)
                slow[0].send(b"\r\n")  # had they been in the way, they would have been cut meanwhile
                self.assertEqual(slow[0].answer()[0], 200)
            finally:
                for client in silent + slow:
                    client.socket.close()

    def test_one_address_has_so_many_connections(self):
        with FlowServer(CONVERGENCE_HTTP_CONNECTIONS_PER_ADDRESS_MAX="10") as server:
            silent = [server.connect() for _ in range(10)]
            with server.connect() as refused:
                refused.send(message("GET /health"))
                status, head, body = refused.answer()
                self.assertEqual((status, json.loads(body)["error"]), (429, "Rate limit exceeded"))
                self.assertIn(b"Retry-After", head)
            for client in silent:
                client.socket.close()

    def test_sigterm_drains_and_the_data_stay(self):
        with FlowServer() as server:
            key = server.onboard("drain_flow")
            with server.connect() as idle:
                idle.send(message("GET /health"))
                self.assertEqual(idle.answer()[0], 200)
                self.assertEqual(server.stop(signal.SIGTERM), 0)
            server.start()
            self.assertEqual(server.call("GET", "/api/v1/tenants/drain_flow/quota", key=key).status, 200)

    def test_onboarding_can_need_the_operators_key(self):
        with FlowServer(CONVERGENCE_ONBOARDING_REQUIRE_ADMIN_KEY="true") as server:
            body = {"tenant_id": "guarded", "company_name": "x", "admin_email": "a@example.com"}
            path = "/api/v1/tenants/onboard"
            self.assertEqual(server.call("POST", path, body).status, 401)
            self.assertEqual(server.call("POST", path, body, headers={"X-Admin-Key": "wrong"}).status, 403)
            self.assertEqual(server.call("POST", path, body, headers={"X-Admin-Key": ADMIN_KEY}).status, 200)


if __name__ == "__main__":
    unittest.main(verbosity=2)
