#!/usr/bin/env python3
"""A tenant's end: the archive of everything, the erasure with its certificate, and kill -9 in the middle of both."""
import hashlib
import http.client
import io
import json
import random
import signal
import sqlite3
import tarfile
import threading
import time
import unittest

from flow_server import ADMIN_KEY, FlowServer
from serve_flow import write_templates

ADMIN = {"X-Admin-Key": ADMIN_KEY}
AWS = {"access_key_id": "AKIAABCDEFGHIJKLMN23", "secret_access_key": "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYab"}
ROUNDS = 8


def erase(server, tenant, query=""):
    return server.call("DELETE", f"/api/v1/admin/tenants/{tenant}{query}", headers=ADMIN)


def members_of(data):
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        return {member.name: archive.extractfile(member).read() for member in archive.getmembers()}


def places_of(store, words):
    """The columns of whatever table of the state store in which one of the words stands, in any case."""
    columns = store.execute("SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c WHERE m.type = 'table'").fetchall()
    return [f"{table}.{column}" for table, column in columns for word in words
            if store.execute(f'SELECT 1 FROM "{table}" WHERE instr(lower(CAST("{column}" AS TEXT)), ?) LIMIT 1', (word,)).fetchone()]


class OffboardingFlow(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = FlowServer()
        cls.server.env["CONVERGENCE_CONFIGS_DIRS"] = write_templates(cls.server.data)
        cls.server.start()

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def tenant_with_data(self, tenant):
        key = self.server.onboard(tenant)
        run = self.server.run(tenant, key, "gcp/example/dryrun")
        self.assertEqual(run["status"], "COMPLETE", run)
        stored = self.server.call("POST", f"/api/v1/tenants/{tenant}/credentials", {"provider": "aws", "credentials": AWS}, key)
        self.assertEqual(stored.status, 200, stored.body)
        return key

    def check_archive(self, data, tenant, secrets):
        files = members_of(data)
        manifest = json.loads(files["manifest.json"])
        self.assertEqual(manifest["tenant_id"], tenant)
        self.assertEqual(sorted(row["path"] for row in manifest["files"]), sorted(name for name in files if name != "manifest.json"))
        for row in manifest["files"]:
            content = files[row["path"]]
            self.assertEqual((len(content), hashlib.sha256(content).hexdigest()), (row["bytes"], row["sha256"]), row["path"])
        for name in ("profile", "runs", "steps", "dq_results", "usage", "usage_history", "schedules", "backfills",
                     "webhooks", "webhook_deliveries", "audit", "credentials", "api_keys"):
            self.assertIn(f"state/{name}.json", files)
        for table in ("x_meta_pipeline_runs", "onboarding_validation_test"):
            self.assertEqual(files[f"tables/{table}.parquet"][:4], b"PAR1")
        for secret in secrets:
            for name, content in files.items():
                self.assertNotIn(secret.encode(), content, name)
        return files

    def test_export(self):
        key = self.tenant_with_data("Export_Me")
        reply = self.server.call("GET", "/api/v1/tenants/export_me/export", key=key)
        self.assertEqual((reply.status, reply.headers["content-type"]), (200, "application/x-tar"))
        self.assertEqual(int(reply.headers["content-length"]), len(reply.body))
        files = self.check_archive(reply.body, "Export_Me", [key, AWS["secret_access_key"]])
        self.assertEqual({run["trigger_type"] for run in json.loads(files["state/runs.json"])}, {"onboarding", "api"})
        self.assertEqual(json.loads(files["state/profile.json"])[0]["company_name"], "Flow Test")
        self.assertIn("tenant.export", [row["action"] for row in json.loads(files["state/audit.json"])])
        self.assertEqual([p.name for p in (self.server.data / "exports").iterdir() if "export_me" in p.name or p.name[0] == "."], [])
        other = self.server.onboard("export_other")
        self.assertEqual(self.server.call("GET", "/api/v1/tenants/export_me/export", key=other).status, 403)

    def test_erasure_leaves_nothing_but_the_certificate(self):
        key = self.tenant_with_data("Erase_Me")
        self.assertEqual(self.server.query("erase_me", key, "SELECT 1").status, 200)
        with sqlite3.connect(f"file:{self.server.data}/state.db?mode=ro", uri=True) as store:
            sealed = [row[0] for row in store.execute(
                "SELECT encrypted_credentials FROM tenant_cloud_credentials WHERE tenant_id = 'erase_me' "
                "UNION ALL SELECT wrapped_key FROM tenant_data_keys WHERE tenant_id = 'erase_me'")]
        store.close()  # a connection that stays open keeps nothing back, but is none of the server's
        self.assertEqual(len(sealed), 2)
        runs = [row["pipeline_logging_id"] for row in self.server.call("GET", "/api/v1/pipelines/runs", key=key).json]
        lines = sum(len(self.server.call("GET", f"/api/v1/pipelines/runs/{run}/logs?limit=1000", key=key).json) for run in runs)
        self.assertGreater(lines, 0)
        reply = erase(self.server, "ERASE_ME", "?export=true")
        for name in ("state.db", "state.db-wal"):
            content = (self.server.data / name).read_bytes()
            self.assertFalse([blob for blob in sealed if bytes(blob) in content], f"sealed secrets in {name} after the certificate")
        self.assertEqual(reply.status, 200, reply.body)
        certificate = reply.json
        self.assertEqual(certificate["tenant_id"], "Erase_Me")
        self.assertEqual(certificate["what"]["state_rows"]["tenant_pipeline_runs"], 2)
        self.assertEqual(certificate["what"]["warehouse"]["tables"]["onboarding_validation_test"], 1)
        self.assertGreater(certificate["what"]["warehouse"]["bytes"], 1000)
        self.assertEqual(sum(rows for table, rows in certificate["what"]["state_rows"].items() if table.startswith("run_log_")), lines)
        files = self.check_archive((self.server.data / certificate["export_file"]).read_bytes(), "Erase_Me", [key, AWS["secret_access_key"]])
        self.assertEqual(len(json.loads(files["state/logs.json"])), lines)
        self.assertEqual(self.server.call("GET", "/api/v1/tenants/erase_me/quota", key=key).status, 401)
        self.assertFalse((self.server.data / "lakes" / "erase_me").exists())
        with sqlite3.connect(f"file:{self.server.data}/state.db?mode=ro", uri=True) as store:
            for place in places_of(store, ["erase_me", *runs]):
                self.assertIn(place.split(".")[0], ("audit_log", "erasure_certificates"), place)
            hashes = [row[0] for row in store.execute("SELECT row_hash FROM audit_log WHERE tenant_id = 'erase_me' AND action = 'tenant.erased'")]
        self.assertEqual(hashes, [certificate["audit_chain_hash"]])
        again = self.server.call("GET", f"/api/v1/admin/certificates/{certificate['certificate_id']}", headers=ADMIN)
        self.assertEqual(again.json, certificate)
        self.assertEqual(erase(self.server, "erase_me").json, certificate, "a second call answers the same certificate")
        self.assertEqual(erase(self.server, "never_was").status, 404)
        self.assertNotEqual(self.server.onboard("erase_me"), key)

    def test_runs_that_wait_and_run_are_stopped(self):
        key = self.server.onboard("busy_one")
        for number in range(6):
            answer = self.server.call("POST", f"/api/v1/pipelines/run/busy_one/test/step/slow_{number}", {"pause": 60}, key)
            self.assertEqual(answer.status, 200, answer.body)
        begun = time.monotonic()
        reply = erase(self.server, "busy_one")
        self.assertEqual(reply.status, 200, reply.body)
        self.assertLess(time.monotonic() - begun, 50)
        self.assertEqual(reply.json["what"]["state_rows"]["tenant_pipeline_runs"], 7)

    def test_nothing_is_accepted_while_an_erasure_is_open(self):
        key = self.server.onboard("half_gone")
        self.server.stop()
        with sqlite3.connect(self.server.data / "state.db") as store:  # as a server that was killed in the middle leaves it
            store.execute("INSERT INTO tenant_erasures (tenant_id, certificate_id, requested_ms, export_file) VALUES ('half_gone', 'c-1', 1, 'a.tar')")
            store.execute("UPDATE tenant_profiles SET status = 'SUSPENDED' WHERE tenant_id = 'half_gone'")
        exports = self.server.data / "exports"
        kept = exports.rename(exports.with_name("exports-kept")) if exports.exists() else None
        exports.write_text("where the archive cannot be written: the start cannot end the erasure, either")
        self.server.start()
        path = "/api/v1/admin/tenants/half_gone"
        self.assertEqual(self.server.call("PATCH", path, {"status": "ACTIVE"}, headers=ADMIN).status, 409)
        self.assertEqual(self.server.call("POST", path + "/api-keys", {"name": "another"}, headers=ADMIN).status, 409)
        force = {"tenant_id": "half_gone", "company_name": "A", "admin_email": "a@example.com", "force_recreate_dataset": True}
        self.assertEqual(self.server.call("POST", "/api/v1/tenants/onboard", force, headers=ADMIN).status, 409)
        stored = self.server.call("POST", "/api/v1/tenants/half_gone/credentials", {"provider": "aws", "credentials": AWS}, key)
        self.assertEqual(stored.status, 403, stored.body)
        self.assertEqual(self.server.call("POST", "/api/v1/pipelines/run/half_gone/gcp/example/dryrun", {}, key).status, 403)
        exports.unlink()
        if kept:
            kept.rename(exports)
        self.assertEqual(erase(self.server, "half_gone").json["certificate_id"], "c-1")

    def test_who_may(self):
        key = self.server.onboard("guarded")
        self.assertEqual(self.server.call("DELETE", "/api/v1/admin/tenants/guarded", key=key).status, 401)
        self.assertEqual(self.server.call("DELETE", "/api/v1/admin/tenants/guarded", headers={"X-Admin-Key": "wrong"}).status, 403)
        self.assertEqual(erase(self.server, "guarded", "?export=perhaps").status, 400)
        self.assertEqual(erase(self.server, "guarded", "?export=%zz").status, 400, "a wish that cannot be read is not one that is absent")
        self.assertEqual(self.server.call("GET", "/api/v1/tenants/guarded/quota", key=key).status, 200)


class KilledFlow(unittest.TestCase):
    """SIGKILL at a random moment of an erasure: the next start ends it, and there is one certificate."""

    def test_the_next_start_ends_it(self):
        chance = random.Random(5)
        with FlowServer() as server:
            server.onboard("measure")
            begun = time.monotonic()
            erase(server, "measure", "?export=true")
            took = time.monotonic() - begun
            for number in range(ROUNDS):
                tenant = f"killed_{number}"
                key = server.onboard(tenant)
                asked = threading.Thread(target=self.attempt, args=(server, tenant))
                asked.start()
                time.sleep(took * (number + chance.random()) / ROUNDS)
                server.stop(signal.SIGKILL)
                asked.join()
                server.start()
                with sqlite3.connect(f"file:{server.data}/state.db?mode=ro", uri=True) as store:
                    begun = store.execute("SELECT count(*) FROM audit_log WHERE tenant_id = ? AND action = 'tenant.erase'", (tenant,)).fetchone()[0]
                    left = store.execute("SELECT count(*) FROM tenant_profiles WHERE tenant_id = ?", (tenant,)).fetchone()[0]
                self.assertEqual(begun + left, 1, "begun and ended, or not begun")
                reply = erase(server, tenant, "?export=true")
                self.assertEqual(reply.status, 200, reply.body)
                self.assertEqual(reply.json["what"]["state_rows"]["tenant_profiles"], 1)
                self.assertTrue((server.data / reply.json["export_file"]).is_file())
                self.assertEqual(server.call("GET", f"/api/v1/tenants/{tenant}/quota", key=key).status, 401)
                self.assertEqual([p.name for p in (server.data / "lakes").iterdir() if tenant in p.name], [])
                self.assertEqual([p.name for p in (server.data / "exports").iterdir() if p.name.startswith(".")], [])
            with sqlite3.connect(f"file:{server.data}/state.db?mode=ro", uri=True) as store:
                self.assertEqual(store.execute("SELECT count(*) FROM erasure_certificates").fetchone()[0], ROUNDS + 1)

    def attempt(self, server, tenant):
        try:
            erase(server, tenant, "?export=true")
        except (OSError, http.client.HTTPException):
            pass  # killed before it answered


if __name__ == "__main__":
    unittest.main()
