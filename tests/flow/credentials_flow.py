#!/usr/bin/env python3
"""Credentials of clouds: taken, checked, never shown again; the master key rotated while the server works, and killed in it."""
import http.client
import json
import pathlib
import random
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import threading
import time
import unittest
import uuid

from flow_server import ADMIN_KEY, FlowServer

SECRET = "hunter2-secret-part-of-the-key"
AWS = {"access_key_id": "AKIAABCDEFGHIJKLMN23", "secret_access_key": "wJalrXUtnFEMIK7MDENGbPxRfiCYEXAMPLEKEYab"}
AZURE = {"tenant_id": str(uuid.UUID(int=1)), "client_id": str(uuid.UUID(int=2)), "client_secret": SECRET}
GCP = {"type": "service_account", "project_id": "acme-billing", "private_key_id": "a" * 40,
       "private_key": "-----BEGIN PRIVATE KEY-----\n" + "M" + "q" * 399 + "\n-----END PRIVATE KEY-----\n",
       "client_email": "reader@acme-billing.iam.gserviceaccount.com"}
ADMIN = {"X-Admin-Key": ADMIN_KEY}


def path_of(tenant, *rest):
    return "/".join([f"/api/v1/tenants/{tenant}/credentials", *rest])


class CredentialsFlow(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = FlowServer().start()
        cls.key = cls.server.onboard("Cred_Owner")
        cls.other = cls.server.onboard("cred_other", plan="STARTER")

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def put(self, tenant, key, provider, credentials, **more):
        return self.server.call("POST", path_of(tenant), {"provider": provider, "credentials": credentials, **more}, key)

    def test_life_of_a_credential(self):
        key = self.server.onboard("Cred_Life")
        stored = self.put("Cred_Life", key, "AZURE", AZURE, credential_name="reader")
        self.assertEqual(stored.status, 200, stored.body)
        self.assertEqual((stored.json["action"], stored.json["provider"], stored.json["tenant_id"]), ("CREATED", "azure", "Cred_Life"))
        identity = stored.json["credential_id"]
        self.assertEqual(self.put("cred_life", key, "azure", AZURE).json["action"], "UPDATED")
        listed = self.server.call("GET", path_of("Cred_Life"), key=key)
        self.assertEqual([row["credential_id"] for row in listed.json], [identity])
        self.assertIsNone(listed.json[0]["last_check_at"])
        checked = self.server.call("POST", path_of("Cred_Life", identity, "check"), key=key)
        self.assertEqual((checked.status, checked.json["status"]), (200, "VALID"), checked.body)
        self.assertIn("not tested", checked.json["message"])
        self.assertEqual(self.server.call("GET", path_of("Cred_Life"), key=key).json[0]["last_check_status"], "VALID")
        for reply in (stored, listed, checked):
            self.assertNotIn(SECRET.encode(), reply.body)
        sql = "SELECT credential_id, provider, credential_name, is_active, last_checked_at IS NOT NULL FROM "
        for view in ("cloud_credentials", "tenants.tenant_cloud_credentials", "customers.tenant_cloud_credentials"):
            self.assertEqual(self.server.query("Cred_Life", key, sql + view).json["rows"], [[identity, "azure", "azure", True, True]], view)
        self.assertEqual(self.server.call("DELETE", path_of("Cred_Life", identity), key=key).status, 200)
        self.assertEqual(self.server.call("DELETE", path_of("Cred_Life", identity), key=key).status, 404)
        self.assertEqual(self.server.query("Cred_Life", key, sql + "cloud_credentials").json["rows"], [])

    def test_each_provider_looks_at_its_own_document(self):
        for provider, good, bad_field in [("aws", AWS, "secret_access_key"), ("gcp", GCP, "private_key"), ("azure", AZURE, "client_id")]:
            identity = self.put("Cred_Owner", self.key, provider, good).json["credential_id"]
            check = lambda: self.server.call("POST", path_of("Cred_Owner", identity, "check"), key=self.key).json
            self.assertEqual(check()["status"], "VALID", (provider, check()))
            self.put("Cred_Owner", self.key, provider, {**good, bad_field: "wrong-" + SECRET})
            answer = check()
            self.assertEqual(answer["status"], "INVALID")
            self.assertIn(f"credentials.{bad_field}", answer["message"])
            self.assertNotIn(SECRET, json.dumps(answer))

    def test_refusals(self):
        wrong = self.put("Cred_Owner", self.key, "oci", {}, credential_name=7)
        self.assertEqual(wrong.status, 400)
        self.assertEqual([e["field"] for e in wrong.json["details"]["errors"]], ["provider", "credential_name", "credentials"])
        self.assertEqual(wrong.json["details"]["field"], "provider")
        self.assertEqual(self.put("Cred_Owner", self.other, "aws", AWS).status, 403)
        self.assertEqual(self.put("Cred_Owner", None, "aws", AWS).status, 401)
        self.assertEqual(self.put("Cred_Owner", self.key, "aws", {"a": "x" * 70000}).status, 400)
        mine = self.put("Cred_Owner", self.key, "aws", AWS).json["credential_id"]
        self.assertEqual(self.server.call("POST", path_of("cred_other", mine, "check"), key=self.other).status, 404)

    def test_a_check_of_nothing_that_is_right_says_what(self):
        identity = self.put("cred_other", self.other, "gcp", {"anything": SECRET}).json["credential_id"]
        answer = self.server.call("POST", path_of("cred_other", identity, "check"), key=self.other).json
        self.assertEqual((answer["status"], answer["message"]), ("INVALID", "credentials.type is missing"))

    def test_secrets_are_nowhere(self):
        for provider, document in (("azure", AZURE), ("aws", {**AWS, "note": SECRET})):
            self.put("Cred_Owner", self.key, provider, document)
        everything = "".join(self.server.lines).encode()
        for path in self.server.data.rglob("*"):
            if path.is_file():
                everything += path.read_bytes()
        everything += self.server.call("GET", "/metrics").body
        self.assertNotIn(SECRET.encode(), everything)
        self.assertNotIn(AWS["secret_access_key"].encode(), everything)
        self.assertNotIn(self.key.encode(), everything)


class ProviderLimitFlow(unittest.TestCase):
    def test_the_plan_limits_providers(self):
        plans = pathlib.Path(tempfile.mkdtemp(prefix="convergence-plans-")) / "plans.yml"
        self.addCleanup(shutil.rmtree, plans.parent)
        plans.write_text("STARTER: {daily: 6, monthly: 180, concurrent: 3, team: 2, providers: 1}\n")
        with FlowServer(CONVERGENCE_PLANS_FILE=str(plans)) as server:
            key = server.onboard("limited", plan="STARTER")
            put = lambda provider, document: server.call("POST", path_of("limited"), {"provider": provider, "credentials": document}, key)
            self.assertEqual(put("aws", AWS).status, 200)
            refused = put("gcp", GCP)
            self.assertEqual((refused.status, refused.json["error"]), (403, "Authorization failed"))
            self.assertIn("1 providers", refused.json["message"])
            self.assertEqual(put("aws", AWS).status, 200)


class RotationFlow(unittest.TestCase):
    def rotate(self, server):
        return server.call("POST", "/api/v1/admin/keys/rotate", headers=ADMIN)

    def versions(self, server):
        """The versions of the master key that wrapped secrets name, by how many there are."""
        counts = {}
        with sqlite3.connect(f"file:{server.data}/state.db?mode=ro", uri=True) as store:
            for table, column in (("tenant_data_keys", "wrapped_key"), ("tenant_api_keys", "encrypted_api_key")):
                for (blob,) in store.execute(f"SELECT {column} FROM {table}"):
                    version = int.from_bytes(blob[5:9], "big")
                    counts[version] = counts.get(version, 0) + 1
        return counts

    def test_without_downtime(self):
        with FlowServer() as server:
            key = server.onboard("rotating")
            identity = server.call("POST", path_of("rotating"), {"provider": "aws", "credentials": AWS}, key).json["credential_id"]
            check = lambda: server.call("POST", path_of("rotating", identity, "check"), key=key)
            failures, done = [], threading.Event()

            def use():
                while not done.is_set():
                    answer = check()
                    if answer.status != 200 or answer.json["status"] != "VALID":
                        failures.append(answer.body)
            users = [threading.Thread(target=use) for _ in range(3)]
            for user in users:
                user.start()
            replies = [self.rotate(server) for _ in range(3)]
            done.set()
            for user in users:
                user.join()
            self.assertEqual(failures, [])
            self.assertEqual([(r.status, r.json["rewrapped"], r.json["failed"]) for r in replies], [(200, 2, 0)] * 3)
            self.assertEqual(self.versions(server), {4: 2})
            keys = server.data / "keys"
            self.assertEqual(sorted(p.name for p in keys.iterdir()), ["master.key", "master.key.2", "master.key.3", "master.key.4"])
            self.assertEqual({p.stat().st_mode & 0o777 for p in keys.iterdir()}, {0o600})
            for old in ("master.key", "master.key.2", "master.key.3"):
                (keys / old).unlink()
            server.stop()
            server.start()
            self.assertEqual(check().json["status"], "VALID")

    def test_a_start_without_the_key_that_sealed_the_secrets_is_refused(self):
        with FlowServer() as server:
            key = server.onboard("keeper")
            identity = server.call("POST", path_of("keeper"), {"provider": "aws", "credentials": AWS}, key).json["credential_id"]
            server.stop()
            file = server.data / "keys" / "master.key"
            held = file.read_bytes()

            def refusal():
                done = subprocess.run(server.command(), env=server.env, capture_output=True, text=True, timeout=60)
                self.assertNotEqual(done.returncode, 0)
                said = [line for line in done.stderr.splitlines() if "master key" in line]
                self.assertEqual(len(said), 1, done.stderr)
                return said[0]
            file.unlink()
            self.assertIn("missing", refusal())
            self.assertFalse(file.exists(), "no new key takes its place")
            file.write_bytes(bytes(32))
            file.chmod(0o600)
            self.assertIn("put back the key", refusal())
            file.write_bytes(held)
            server.start()
            self.assertEqual(server.call("POST", path_of("keeper", identity, "check"), key=key).json["status"], "VALID")

    def test_killed_in_the_middle(self):
        chance = random.Random(7)
        with FlowServer() as server:
            tenants = [f"many_{n}" for n in range(6)]
            keys = {tenant: server.onboard(tenant) for tenant in tenants}
            ids = {t: server.call("POST", path_of(t), {"provider": "aws", "credentials": AWS}, k).json["credential_id"] for t, k in keys.items()}
            for _ in range(8):
                asked = threading.Thread(target=lambda: self.attempt(server))
                asked.start()
                time.sleep(chance.random() * 0.03)
                server.stop(signal.SIGKILL)
                asked.join()
                server.start()
                self.assertEqual(len(self.versions(server)), 1, "the start ends what was begun")
                for tenant, key in keys.items():
                    answer = server.call("POST", path_of(tenant, ids[tenant], "check"), key=key)
                    self.assertEqual((answer.status, answer.json.get("status")), (200, "VALID"), answer.body)
            self.assertEqual(self.rotate(server).json["failed"], 0)

    def attempt(self, server):
        try:
            self.rotate(server)
        except (OSError, http.client.HTTPException):
            pass  # killed while it answered


if __name__ == "__main__":
    unittest.main()
