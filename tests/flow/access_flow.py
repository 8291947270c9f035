#!/usr/bin/env python3
"""Keys, scopes, rotation, suspension, plan changes, the audit log; and no secret anywhere that the server writes to."""
import concurrent.futures
import datetime
import json
import os
import pathlib
import shutil
import sqlite3
import tempfile
import time
import unittest
import unittest.mock

from flow_server import ADMIN_KEY, BINARY, SOURCE, FlowServer
from secret_search import SecretSearch

ADMIN = {"X-Admin-Key": ADMIN_KEY, "X-User-ID": "jane"}
TENANTS = "/api/v1/admin/tenants"
TEMPLATES = {
    "slow": "variables:\n  pause: {type: integer, default: 20, min: 0, max: 60}\n"
            'steps:\n  - {step_id: pause, type: wait, seconds: "{pause}"}\n',
    "other": "steps:\n  - {step_id: pause, type: wait, seconds: 0}\n",
    "third": "steps:\n  - {step_id: pause, type: wait, seconds: 0}\n",
    "fails": "steps:\n  - {step_id: bad, type: query, sql: \"SELECT CAST('no number' || '{tenant_id}' AS INTEGER) AS n\"}\n",
}


class AccessFlow(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="convergence-access-"))
        self.addCleanup(shutil.rmtree, self.folder)
        place = self.folder / "configs" / "test" / "step"
        place.mkdir(parents=True)
        for name, text in TEMPLATES.items():
            (place / f"{name}.yml").write_text('description: "A pipeline of the access tests"\n' + text)
        (self.folder / "data").mkdir()

    def server(self, **environment):
        return FlowServer(data=self.folder / "data", CONVERGENCE_CONFIGS_DIRS=f"{SOURCE / 'configs'},{self.folder / 'configs'}", **environment)

    @staticmethod
    def admin(server, method, path, body=None):
        return server.call(method, path, body, headers=ADMIN)

    def good(self, reply):
        self.assertEqual(reply.status, 200, reply.body)
        return reply.json

    @staticmethod
    def trigger(server, key, name, **body):
        return server.call("POST", f"/api/v1/pipelines/run/acme_corp/test/step/{name}", body, key)

    def test_a_tenant_has_several_keys_with_scopes_and_an_end(self):
        with self.server(CONVERGENCE_ACCESS_KEY_USE_SECONDS="1") as server:
            first = server.onboard("acme_corp")
            end = datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(seconds=3)
            made = self.good(self.admin(server, "POST", f"{TENANTS}/acme_corp/api-keys", {
                "name": "dashboard", "scopes": ["data:query"], "expires_at": end.strftime("%Y-%m-%dT%H:%M:%SZ")}))
            reader = self.good(self.admin(server, "POST", f"{TENANTS}/ACME_CORP/api-keys", {"scopes": ["pipelines:read"]}))["api_key"]
            self.assertRegex(made["api_key"], r"^acme_corp_api_[0-9A-Za-z]{16}$")
            self.assertEqual(server.query("acme_corp", made["api_key"], "SELECT 1 AS n").json["rows"], [[1]])
            refused = self.trigger(server, made["api_key"], "other")
            self.assertEqual((refused.status, refused.json["code"]), (403, "MISSING_SCOPE"))
            self.assertEqual(server.call("GET", "/api/v1/pipelines/runs", key=reader).status, 200)
            self.assertEqual(server.query("acme_corp", reader, "SELECT 1 AS n").status, 403)
            self.assertEqual(server.call("GET", "/api/v1/tenants/acme_corp/quota", key=first).status, 200)
            while server.query("acme_corp", made["api_key"], "SELECT 1 AS n").status == 200:
                time.sleep(0.1)
            self.assertGreaterEqual(datetime.datetime.now(datetime.timezone.utc), end.replace(microsecond=0))
            self.wait_for(lambda: all(key["last_used_at"] for key in self.keys(server)))
            self.assertEqual({key["name"]: key["status"] for key in self.keys(server)}["dashboard"], "EXPIRED")

    def keys(self, server):
        return self.good(self.admin(server, "GET", f"{TENANTS}/acme_corp/api-keys"))

    def wait_for(self, fact, seconds=60):
        end = time.monotonic() + seconds
        while not fact():
            self.assertLess(time.monotonic(), end)
            time.sleep(0.05)

    def test_a_revoked_key_is_refused_at_once_also_under_load(self):
        with self.server() as server:
            server.onboard("acme_corp")
            for _ in range(5):
                made = self.good(self.admin(server, "POST", f"{TENANTS}/acme_corp/api-keys"))
                with concurrent.futures.ThreadPoolExecutor(8) as pool:
                    asked = [pool.submit(server.call, "GET", "/api/v1/pipelines/runs", key=made["api_key"]) for _ in range(40)]
                    self.good(self.admin(server, "DELETE", f"{TENANTS}/acme_corp/api-keys/{made['key_id']}"))
                    self.assertEqual(server.call("GET", "/api/v1/pipelines/runs", key=made["api_key"]).status, 401)
                    self.assertLessEqual({reply.result().status for reply in asked}, {200, 401})
            self.assertEqual(self.admin(server, "DELETE", f"{TENANTS}/acme_corp/api-keys/unknown").status, 404)
            self.assertEqual(self.admin(server, "DELETE", f"{TENANTS}/nobody/api-keys/{made['key_id']}").status, 404)
            server.onboard("globex")
            self.assertEqual(self.admin(server, "DELETE", f"{TENANTS}/globex/api-keys/{made['key_id']}").status, 404)

    def test_rotation_with_and_without_a_grace_and_the_tenants_own_view(self):
        with self.server() as server:
            first = server.onboard("acme_corp")
            second = self.good(self.admin(server, "POST", f"{TENANTS}/acme_corp/rotate-key", {"grace_seconds": 2}))
            self.assertEqual(len(second["replaced"]), 1)
            self.assertEqual(server.call("GET", "/api/v1/pipelines/runs", key=first).status, 200)
            self.assertEqual(server.call("GET", "/api/v1/pipelines/runs", key=second["api_key"]).status, 200)
            self.wait_for(lambda: server.call("GET", "/api/v1/pipelines/runs", key=first).status == 401)
            third = self.good(self.admin(server, "POST", f"{TENANTS}/acme_corp/rotate-key"))
            self.assertEqual(server.call("GET", "/api/v1/pipelines/runs", key=second["api_key"]).status, 401)
            rows = self.good(server.query("acme_corp", third["api_key"], "SELECT is_active, count(*) AS n FROM x_meta_api_keys GROUP BY 1 ORDER BY 1"))
            self.assertEqual(rows["rows"], [[False, 1], [True, 2]])  # the first one ended by its expiry
            for view in ("api_keys", "tenants.tenant_api_keys", "customers.customer_api_keys"):
                rows = self.good(server.query("acme_corp", third["api_key"], f"SELECT is_active, revoked_at IS NOT NULL AS revoked, count(*) AS n FROM {view} GROUP BY ALL ORDER BY 1, 2"))
                self.assertEqual(rows["rows"], [[False, False, 1], [False, True, 1], [True, False, 1]], view)
            self.good(self.admin(server, "PATCH", f"{TENANTS}/acme_corp", {"plan": "STARTER"}))
            rows = self.good(server.query("acme_corp", third["api_key"], "SELECT plan_name, daily_limit FROM x_meta_subscriptions"))
            self.assertEqual(rows["rows"], [["STARTER", 6]])
            rows = self.good(server.query("acme_corp", third["api_key"], "SELECT daily_limit FROM x_meta_usage_quotas"))
            self.assertEqual(rows["rows"], [[6]])

    def test_a_change_reaches_the_dataset_although_the_server_died(self):
        with self.server() as server:
            server.onboard("acme_corp")
            self.good(self.admin(server, "PATCH", f"{TENANTS}/acme_corp", {"plan": "PROFESSIONAL"}))
            key = self.good(self.admin(server, "POST", f"{TENANTS}/acme_corp/rotate-key"))["api_key"]
            server.stop(9)
        with self.server() as server:
            rows = self.good(server.query("acme_corp", key, "SELECT plan_name FROM x_meta_subscriptions"))
            self.assertEqual(rows["rows"], [["PROFESSIONAL"]])

    def test_suspension_holds_what_waits_and_ends_nothing(self):
        with self.server(CONVERGENCE_RUN_WORKERS="1") as server:
            key, other = server.onboard("acme_corp"), server.onboard("globex")
            running = self.good(self.trigger(server, key, "slow", pause=4))["pipeline_logging_id"]
            self.wait_for(lambda: server.call("GET", f"/api/v1/pipelines/runs/{running}", key=key).json["status"] == "RUNNING")
            waiting = self.good(self.trigger(server, key, "other"))["pipeline_logging_id"]
            self.good(self.admin(server, "PATCH", f"{TENANTS}/acme_corp", {"status": "SUSPENDED"}))
            for reply in (self.trigger(server, key, "third"), server.call("GET", "/api/v1/pipelines/runs", key=key),
                          server.query("acme_corp", key, "SELECT 1")):
                self.assertEqual((reply.status, reply.json["code"]), (403, "TENANT_SUSPENDED"))
            foreign = server.call("POST", "/api/v1/pipelines/run/globex/test/step/other", {}, other)
            self.assertEqual(server.wait(foreign.json["pipeline_logging_id"], other)["status"], "COMPLETE")
            detail = self.good(self.admin(server, "GET", f"{TENANTS}/acme_corp"))
            self.assertEqual(detail["quota"]["concurrent_pipelines_running"], 1)  # the waiting one keeps its slot
            self.good(self.admin(server, "PATCH", f"{TENANTS}/acme_corp", {"status": "ACTIVE"}))
            self.assertEqual(server.wait(running, key)["status"], "COMPLETE")
            self.assertEqual(server.wait(waiting, key)["status"], "COMPLETE")

    def test_a_plan_holds_for_the_next_run(self):
        with self.server() as server:
            key = server.onboard("acme_corp", plan="SCALE")
            runs = [self.good(self.trigger(server, key, name))["pipeline_logging_id"] for name in ("slow", "other", "third", "fails")]
            self.good(self.admin(server, "PATCH", f"{TENANTS}/acme_corp", {"plan": "starter"}))
            for run in runs[1:]:
                server.wait(run, key)
            quota = self.good(server.call("GET", "/api/v1/tenants/acme_corp/quota", key=key))
            self.assertEqual((quota["daily_limit"], quota["pipelines_run_today"]), (6, 4))
            for _ in range(2):
                server.wait(self.good(self.trigger(server, key, "other"))["pipeline_logging_id"], key)
            self.assertEqual(self.trigger(server, key, "other").json["code"], "DAILY_QUOTA_EXCEEDED")
            self.good(self.admin(server, "PATCH", f"{TENANTS}/acme_corp", {"plan": "SCALE"}))
            self.good(self.trigger(server, key, "other"))

    def test_a_user_in_bytes_that_are_no_text_leaves_every_reply_readable(self):
        with self.server() as server:
            key = server.onboard("acme_corp")
            head = f"POST /api/v1/pipelines/run/acme_corp/test/step/other HTTP/1.1\r\nHost: x\r\nX-API-Key: {key}\r\n"
            status, _, body = server.raw(head.encode() + b"X-User-ID: \xff\xfe\r\nContent-Length: 0\r\n\r\n")
            self.assertEqual(status, 200, body)
            server.wait(json.loads(body)["pipeline_logging_id"], key)
            runs = self.good(server.call("GET", "/api/v1/pipelines/runs", key=key))
            rows = self.good(self.admin(server, "GET", "/api/v1/admin/audit?tenant_id=acme_corp"))
            self.assertEqual((runs[0]["user_id"], rows[0]["user_id"]), ("\ufffd\ufffd", "\ufffd\ufffd"))

    def test_the_audit_log_tells_the_whole_story(self):
        with self.server() as server:
            key = server.onboard("acme_corp")
            made = self.good(self.admin(server, "POST", f"{TENANTS}/acme_corp/api-keys"))
            self.good(self.admin(server, "PATCH", f"{TENANTS}/acme_corp", {"plan": "STARTER"}))
            run = server.call("POST", "/api/v1/pipelines/run/acme_corp/test/step/other", {}, key, headers={"X-User-ID": "joe", "X-Request-ID": "my-run"})
            self.good(run)
            self.good(self.admin(server, "DELETE", f"{TENANTS}/acme_corp/api-keys/{made['key_id']}"))
            rows = self.good(self.admin(server, "GET", "/api/v1/admin/audit?tenant_id=Acme_Corp"))
            actions = [row["action"] for row in reversed(rows)]
            self.assertEqual(actions, ["tenant.onboard", "pipeline.run", "key.create", "tenant.change", "pipeline.run", "key.revoke"])
            by_action = {row["action"]: row for row in rows}
            self.assertEqual([by_action["key.revoke"][name] for name in ("actor", "user_id", "target", "client_address")],
                             ["admin", "jane", made["key_id"], "127.0.0.1"])
            asked = rows[1]
            self.assertEqual((asked["request_id"], asked["user_id"]), ("my-run", "joe"))
            self.assertRegex(asked["actor"], "^key:")
            page = self.admin(server, "GET", "/api/v1/admin/audit?limit=2&tenant_id=acme_corp")
            rest = self.admin(server, "GET", f"/api/v1/admin/audit?limit=100&tenant_id=acme_corp&cursor={page.headers['x-next-cursor']}")
            self.assertEqual([row["audit_id"] for row in page.json + rest.json], [row["audit_id"] for row in rows])
            chain = self.good(self.admin(server, "GET", "/api/v1/admin/audit/verify"))
            self.assertTrue(chain["valid"])
            self.assertEqual(chain["last_hash"], rows[0]["row_hash"])
        store = sqlite3.connect(self.folder / "data" / "state.db")
        store.executescript("DROP TRIGGER audit_log_never_changes; UPDATE audit_log SET actor = 'nobody' WHERE audit_id = 3")
        store.close()
        with self.server() as server:
            chain = self.good(self.admin(server, "GET", "/api/v1/admin/audit/verify"))
            self.assertEqual((chain["valid"], chain["broken_id"]), (False, 3))

    def test_bootstrap_may_be_called_at_any_time(self):
        with self.server() as server:
            for _ in range(2):
                body = self.good(self.admin(server, "POST", "/api/v1/admin/bootstrap"))
                self.assertEqual(body["status"], "READY")
                self.assertIn("tenant_api_keys", body["tables"])

    def test_the_operators_key_may_stand_in_a_file(self):
        path = self.folder / "admin.key"
        path.write_text("from-a-file-0123456789\n")
        server = self.server(ADMIN_API_KEY_FILE=str(path))
        del server.env["ADMIN_API_KEY"]
        with server:
            self.assertEqual(server.call("GET", TENANTS, headers={"X-Admin-Key": "from-a-file-0123456789"}).status, 200)
            self.assertEqual(server.call("GET", TENANTS, headers={"X-Admin-Key": ADMIN_KEY}).status, 403)
            self.assertEqual(server.call("GET", TENANTS).status, 401)
        server = self.server()
        del server.env["ADMIN_API_KEY"]
        with server:
            self.assertEqual(server.call("GET", TENANTS, headers=ADMIN).status, 503)

    def test_a_plugin_configured_later_is_loaded_without_a_restart(self):
        shipped = (SOURCE / "configs" / "server.yml").read_text()
        config = self.folder / "server.yml"
        config.write_text(shipped.replace("  - {name: dq_check}\n", ""))
        server = self.server()
        server.command = lambda *flags: [BINARY, "serve", "--config", str(config), "--data", str(server.data), "--listen", "127.0.0.1:0"]
        with server:
            def names():
                return {plugin["name"] for plugin in self.good(self.admin(server, "GET", "/api/v1/admin/plugins"))}

            def reload():
                return self.good(self.admin(server, "POST", "/api/v1/admin/plugins/reload"))

            self.assertIn("wait", names())
            self.assertNotIn("dq_check", names())
            report = reload()
            self.assertEqual((report["loaded"], report["needs_restart"], report["refused"]), ([], [], []))
            before = report["templates"]
            config.write_text(shipped)
            report = reload()
            self.assertEqual((report["loaded"], report["needs_restart"], report["refused"]), (["dq_check"], [], []))
            self.assertGreater(report["templates"], before)  # those whose steps had no kind before
            self.assertIn("dq_check", names())
            config.write_text(shipped.replace("  - {name: wait}\n", "") + "  - {name: nowhere}\n")
            report = reload()
            self.assertEqual([note["name"] for note in report["needs_restart"]], ["wait"])
            self.assertEqual([note["name"] for note in report["refused"]], ["nowhere"])
            config.write_text("run: [\n")
            self.assertGreaterEqual(self.admin(server, "POST", "/api/v1/admin/plugins/reload").status, 400)
            self.assertEqual(self.admin(server, "GET", "/api/v1/admin/audit?action=plugins.reload").json[0]["actor"], "admin")

    def test_a_secret_in_a_file_of_the_server_fails_the_flow_that_used_it(self):
        server = self.server().start()
        key = server.onboard("acme_corp")
        (server.data / "planted").write_text(f'{{"note":"{key}"}}')
        with self.assertRaisesRegex(AssertionError, "an API key stands in planted"):
            server.stop()
        (server.data / "planted").unlink()
        self.assertEqual(server.start().stop(), 0)

    def test_a_secret_in_an_error_fails_the_flow_that_used_it(self):
        planted = SecretSearch()
        planted.add("There is nothing at this address", "a planted secret")
        with self.server() as server, unittest.mock.patch("flow_server.SECRETS", planted):
            with self.assertRaisesRegex(AssertionError, "a planted secret stands in the 404 to GET /nowhere"):
                server.call("GET", "/nowhere")

    def test_no_secret_is_written_anywhere(self):
        """A broad session, then a search for every secret of it in what the server wrote, answered and keeps."""
        secrets, replies = {ADMIN_KEY: "the operator's key"}, []
        with self.server(CONVERGENCE_LOG_LEVEL="debug", CONVERGENCE_WEBHOOKS_ALLOW_PRIVATE_ADDRESSES="true") as server:
            def call(*arguments, may_tell=False, **options):
                reply = server.call(*arguments, **options)
                if not may_tell:
                    replies.append(reply.body.decode(errors="replace") + str(reply.headers))
                return reply

            def learn(reply, what):
                secrets[reply.json["api_key"]] = what
                return reply.json["api_key"]

            profile = {"tenant_id": "acme_corp", "company_name": "Acme", "admin_email": "a@example.com", "subscription_plan": "SCALE"}
            first = learn(call("POST", "/api/v1/tenants/onboard", profile, may_tell=True), "the first key")
            call("POST", "/api/v1/tenants/onboard", {**profile, "force_recreate_dataset": True}, key=first[:-1])
            again = learn(call("POST", "/api/v1/tenants/onboard", {**profile, "force_recreate_dataset": True}, key=first, may_tell=True), "the key of a recreation")
            for body in ({}, {"scopes": ["data:query"], "name": "narrow"}):
                narrow = learn(self.tell(server, "POST", f"{TENANTS}/acme_corp/api-keys", body), "a further key")
            key = learn(self.tell(server, "POST", f"{TENANTS}/acme_corp/rotate-key", {}), "a rotated key")
            hidden = {"password": "Pw-7f3kQ9-hidden", "api_token": "Tk-88aa11-hidden"}
            secrets.update({"Pw-7f3kQ9-hidden": "a password", "Tk-88aa11-hidden": "a token", "Dp-55bb22-hidden": "a nested secret"})
            for name in ("fails", "other"):
                run = call("POST", f"/api/v1/pipelines/run/acme_corp/test/step/{name}", hidden, key=key)
                self.assertEqual(run.status, 200)
                server.wait(run.json["pipeline_logging_id"], key)
                for part in ("", "/steps", "/dq"):
                    call("GET", f"/api/v1/pipelines/runs/{run.json['pipeline_logging_id']}{part}", key=key)
            for body in ({"db_secret": {"deep": "Dp-55bb22-hidden"}}, {"pause": 1, **hidden}, {"pause": "x", **hidden}, {"date": "x", **hidden}):
                self.assertEqual(call("POST", "/api/v1/pipelines/run/acme_corp/test/step/slow", body, key=key).status, 400)
            hooks = "/api/v1/tenants/acme_corp/webhooks"
            hook = {"url": "http://127.0.0.1:9/hook", "events": ["*"], "secret": "Wh-33cc44-hidden-secret"}
            made = call("POST", hooks, hook, key=key, may_tell=True)
            call("POST", hooks, {**hook, "events": "none"}, key=key)
            secrets[hook["secret"]] = "a webhook's secret"
            self.assertEqual(made.status, 200, made.body)
            call("POST", f"{hooks}/{made.json['webhook_id']}/test", key=key)
            secrets[call("PATCH", f"{hooks}/{made.json['webhook_id']}", {"secret": None}, key=key, may_tell=True).json["secret"]] = "a new webhook's secret"
            call("GET", hooks, key=key)
            for bad in (first, again, narrow + "x", "nonsense"):
                call("GET", "/api/v1/pipelines/runs", key=bad)
                call("POST", "/api/v1/tenants/acme_corp/query", {"sql": "SELECT 1"}, key=bad)
            call("GET", TENANTS, headers={"X-Admin-Key": ADMIN_KEY + "x"})
            for data in (b'{"password": "Pw-7f3kQ9-hidden"', b'{"trigger_by": 7, "api_token": "Tk-88aa11-hidden"}', b"[]"):
                call("POST", "/api/v1/pipelines/run/acme_corp/test/step/other", data=data, key=key, headers={"Content-Type": "application/json"})
            call("POST", f"{TENANTS}/acme_corp/api-keys", {"name": 7}, headers=ADMIN)
            call("POST", "/api/v1/tenants/acme_corp/query", {"sql": "SELECT * FROM x_meta_api_keys"}, key=key)
            call("POST", "/api/v1/tenants/acme_corp/query", {"sql": "SELECT * FROM x_meta_pipeline_runs"}, key=key)
            for path in (TENANTS, f"{TENANTS}/acme_corp", f"{TENANTS}/acme_corp/api-keys", "/api/v1/admin/audit?limit=1000"):
                self.assertEqual(call("GET", path, headers=ADMIN).status, 200)
            call("GET", "/api/v1/pipelines/runs", key=key)
            call("GET", "/metrics")
            time.sleep(0.7)  # the mirror's thread
        self.assertGreater(len(secrets), 7)
        places = {"an answer": "\n".join(replies), "the log": "".join(server.lines)}
        places.update(self.files())
        self.assertGreater(len(places), 5)
        for secret, what in secrets.items():
            for place, text in places.items():
                self.assertFalse(secret in text, f"{what} stands in {place}")
        self.assertTrue("[redacted]" in places["an answer"])

    def tell(self, server, method, path, body):
        reply = self.admin(server, method, path, body)
        self.assertEqual(reply.status, 200, reply.body)
        return reply

    def files(self):
        """Every file below the data folder as text, and every row of the state store."""
        texts = {}
        for path in (self.folder / "data").rglob("*"):
            if path.is_file() and path.suffix not in (".so",) and not path.is_relative_to(self.folder / "data" / "samples"):
                texts[str(path.relative_to(self.folder))] = path.read_bytes().decode("latin-1")
        store = sqlite3.connect(self.folder / "data" / "state.db")
        for (table,) in store.execute("SELECT name FROM sqlite_schema WHERE type = 'table'").fetchall():
            texts[f"table {table}"] = "\n".join(repr(row) for row in store.execute(f'SELECT * FROM "{table}"'))
        store.close()
        return texts


if __name__ == "__main__":
    unittest.main(verbosity=int(os.environ.get("FLOW_VERBOSITY", "2")))
