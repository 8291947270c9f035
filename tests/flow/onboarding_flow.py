#!/usr/bin/env python3
"""Onboarding: all or nothing, also when the server is killed in the middle; who may force it; names and cases."""
import concurrent.futures
import http.client
import random
import signal
import threading
import time
import unittest

from flow_server import ADMIN_KEY, FlowServer

ROUNDS = 10
BODY = {"company_name": "Flow Test", "admin_email": "ops@example.com", "subscription_plan": "SCALE"}


def onboard(server, tenant, key=None, headers=None, **more):
    return server.call("POST", "/api/v1/tenants/onboard", {"tenant_id": tenant, **BODY, **more}, key, headers)


class OnboardingFlow(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = FlowServer().start()

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def test_every_wrong_field_is_told_at_once(self):
        refused = self.server.call("POST", "/api/v1/tenants/onboard",
                                   {"tenant_id": "no-good", "company_name": "", "admin_email": "nobody", "subscription_plan": "GOLD"})
        self.assertEqual((refused.status, refused.json["error"]), (400, "Validation error"))
        details = refused.json["details"]
        self.assertEqual([e["field"] for e in details["errors"]], ["tenant_id", "company_name", "admin_email", "subscription_plan"])
        self.assertEqual((details["field"], details["issue"]), (details["errors"][0]["field"], details["errors"][0]["issue"]))
        one = self.server.call("POST", "/api/v1/tenants/onboard", {"tenant_id": "ok_name", "company_name": "A"})
        self.assertEqual(one.json["details"], {"field": "admin_email", "issue": "is required"})

    def test_names(self):
        for name in ("tenants", "customers", "ADMIN", "information_schema", "pg_acme", "__acme", "select", "ab", "a" * 51, "a-b", "a b", "ä_b"):
            self.assertEqual(onboard(self.server, name).status, 400, name)
        answer = onboard(self.server, "1st_MixedCase")
        self.assertEqual(answer.status, 200, answer.body)
        key = answer.json["api_key"]
        self.assertTrue(key.startswith("1st_MixedCase_api_"))
        self.assertEqual(onboard(self.server, "1ST_mixedcase").status, 409)
        self.assertEqual(self.server.call("GET", "/api/v1/tenants/1ST_MIXEDCASE/quota", key=key).json["tenant_id"], "1st_MixedCase")
        self.assertTrue((self.server.data / "lakes" / "1st_mixedcase").is_dir())
        for sql in ("SELECT count(*) FROM `1st_MixedCase.x_meta_pipeline_runs`", "SELECT count(*) FROM tenants.tenant_usage_quotas",
                    "SELECT status, start_time, end_time, error_message FROM tenant_comprehensive_view"):
            self.assertEqual(self.server.query("1st_MixedCase", key, sql).status, 200, sql)

    def test_customers_alias_needs_no_company(self):
        answer = self.server.call("POST", "/api/v1/customers/onboard", {"tenant_id": "alias_one"})
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer.json["subscription_plan"], "STARTER")
        self.assertEqual(answer.headers["cache-control"], "no-store")

    def test_force_is_guarded(self):
        first = onboard(self.server, "forced").json["api_key"]
        other = onboard(self.server, "forced_other").json["api_key"]
        force = {"force_recreate_dataset": True}
        self.assertEqual(onboard(self.server, "forced", **force).status, 409)
        self.assertEqual(onboard(self.server, "forced", key=other, **force).status, 409)
        self.assertEqual(onboard(self.server, "forced", key=first).status, 409)
        second = onboard(self.server, "forced", key=first, **force)
        self.assertEqual(second.status, 200, second.body)
        self.assertEqual(self.server.call("GET", "/api/v1/tenants/forced/quota", key=first).status, 401)
        third = onboard(self.server, "forced", headers={"X-Admin-Key": ADMIN_KEY}, force_recreate_tables=True)
        self.assertEqual(third.status, 200, third.body)
        self.assertEqual(onboard(self.server, "forced", headers={"X-Admin-Key": "wrong"}, **force).status, 403)
        rows = self.server.call("GET", "/api/v1/admin/audit?tenant_id=forced&limit=100", headers={"X-Admin-Key": ADMIN_KEY}).json
        told = [(row["action"], row["actor"]) for row in reversed(rows) if row["action"] != "pipeline.run"]
        made = [row["target"] for row in reversed(rows) if row["action"] == "key.create"]
        ended = [row["target"] for row in reversed(rows) if row["action"] == "key.revoke"]
        by_key = f"key:{ended[0]}"
        self.assertEqual(told, [("tenant.onboard", "public"),
                                ("tenant.recreate", by_key), ("key.revoke", by_key), ("key.create", by_key),
                                ("tenant.recreate", "admin"), ("key.revoke", "admin"), ("key.create", "admin")])
        self.assertEqual((len(made), ended[1]), (2, made[0]), "the second recreation ended the key of the first")

    def test_central_names_are_known_under_customers_too(self):
        answer = onboard(self.server, "names_one")
        key = answer.json["api_key"]
        for name in ("tenant_usage_quotas", "tenant_pipeline_runs", "tenant_api_keys", "customer_profiles", "customer_api_keys",
                     "customer_subscriptions"):
            self.assertIn("customers." + name, answer.json["tables_created"])
            rows = self.server.query("names_one", key, f"SELECT DISTINCT tenant_id FROM customers.{name}")
            self.assertEqual((rows.status, rows.json.get("rows")), (200, [["names_one"]]), (name, rows.body))

    def test_a_recreation_answers_what_is_stored_and_mirrors_older_runs(self):
        key = onboard(self.server, "rec_co", subscription_plan="STARTER").json["api_key"]
        self.server.run("rec_co", key, "gcp/example/dryrun")
        again = self.server.call("POST", "/api/v1/tenants/onboard",
                                 {"tenant_id": "REC_CO", **BODY, "company_name": "Renamed", "force_recreate_dataset": True}, key)
        self.assertEqual(again.status, 200, again.body)
        self.assertEqual((again.json["tenant_id"], again.json["subscription_plan"]), ("rec_co", "STARTER"))
        key = again.json["api_key"]
        self.assertTrue(key.startswith("rec_co_api_"), "the prefix of the name as it was onboarded")
        self.assert_mirrors(self.server, "rec_co", key, 3)
        self.assertEqual(self.server.query("rec_co", key, "SELECT company_name FROM tenants.tenant_profiles").json["rows"], [["Flow Test"]])

    @staticmethod
    def assert_mirrors(server, tenant, key, runs):
        told = server.call("GET", "/api/v1/pipelines/runs", key=key).json
        for run in told:  # one that was under way when the server was killed
            server.wait(run["pipeline_logging_id"], key)
        told = len(told)
        counts = [server.query(tenant, key, "SELECT count(*) FROM pipeline_runs").json["rows"][0][0]]
        for name in ("tenants.tenant_profiles", "tenants.tenant_subscriptions", "tenant_usage_quotas"):
            counts += server.query(tenant, key, f"SELECT count(DISTINCT tenant_id) FROM {name}").json["rows"][0]
        if counts != [told, 1, 1, 1] or told < runs:
            raise AssertionError(f"{tenant}: {counts} in the dataset, {told} runs told, {runs} expected")

    def test_at_once_exactly_one_succeeds(self):
        with concurrent.futures.ThreadPoolExecutor(12) as pool:
            replies = list(pool.map(lambda n: onboard(self.server, "Race_" + ("me" if n % 2 else "ME")), range(12)))
        self.assertEqual(sorted(r.status for r in replies), [200] + [409] * 11, [r.body for r in replies])

    def test_dryrun_creates_nothing(self):
        body = {"tenant_id": "dry_one", **BODY}
        answer = self.server.call("POST", "/api/v1/tenants/dryrun", body).json
        self.assertEqual((answer["status"], answer["validation_summary"]["total_checks"]), ("SUCCESS", 15), answer)
        self.assertFalse((self.server.data / "lakes" / "dry_one").exists())
        self.assertEqual([p.name for p in (self.server.data / "lakes").iterdir() if "__check" in p.name], [])
        self.assertEqual(onboard(self.server, "dry_one").status, 200)
        answer = self.server.call("POST", "/api/v1/tenants/dryrun", body).json
        self.assertEqual([c["check_name"] for c in answer["validation_results"] if c["status"] == "FAILED"], ["tenant_id_uniqueness", "dataset_absent"])


class KilledFlow(unittest.TestCase):
    """SIGKILL at a random moment of an onboarding: afterwards it is whole and was answered, or there is nothing of it."""

    def test_the_next_attempt_succeeds(self):
        chance = random.Random(11)
        with FlowServer() as server:
            onboard(server, "warm_up")
            begun = time.monotonic()
            onboard(server, "measure")
            took = time.monotonic() - begun
            unanswered = 0
            for number in range(ROUNDS):
                tenant, answers = f"killed_{number}", []
                asked = threading.Thread(target=self.attempt, args=(server, tenant, answers))
                asked.start()
                time.sleep(took * (number + chance.random()) / ROUNDS)
                server.stop(signal.SIGKILL)
                asked.join()
                server.start()
                lake = server.data / "lakes" / tenant
                if answers:
                    self.assertTrue(lake.is_dir())
                    self.assertEqual(onboard(server, tenant).status, 409)
                    continue
                unanswered += 1
                again = onboard(server, tenant)
                if again.status == 409:  # the answer was lost after the last commit: the tenant is whole
                    self.assertTrue(lake.is_dir())
                    continue
                self.assertEqual(again.status, 200, again.body)
                self.assertEqual(again.json["dryrun_status"], "SUCCESS")
                key = again.json["api_key"]
                self.assertEqual(server.query(tenant, key, "SELECT count(*) FROM x_meta_pipeline_runs").status, 200)
                runs = server.call("GET", "/api/v1/pipelines/runs", key=key).json
                self.assertEqual([run["trigger_type"] for run in runs], ["onboarding"], "nothing of the first attempt is left")
                self.assertEqual([p.name for p in lake.parent.iterdir() if p.name.startswith((".new-", ".old-"))], [])
            self.assertGreater(unanswered, 0, "no kill came in the middle")

    def test_a_recreation_is_ended_or_mended(self):
        chance = random.Random(12)
        with FlowServer() as server:
            tenant = "recreated"
            keys = [onboard(server, tenant).json["api_key"]]
            begun = time.monotonic()
            keys.append(onboard(server, tenant, keys[-1], force_recreate_dataset=True).json["api_key"])
            took = time.monotonic() - begun
            for number in range(ROUNDS):
                answers = []
                asked = threading.Thread(target=self.attempt, args=(server, tenant, answers, keys[-1]))
                asked.start()
                time.sleep(took * (number + chance.random()) / ROUNDS)
                server.stop(signal.SIGKILL)
                asked.join()
                server.start()
                if server.call("GET", f"/api/v1/tenants/{tenant}/quota", key=keys[-1]).status == 401:  # ended, and perhaps not answered
                    last = server.call("POST", f"/api/v1/admin/tenants/{tenant}/api-keys", {"name": "again"}, headers={"X-Admin-Key": ADMIN_KEY})
                    self.assertLess(last.status, 300, last.body)
                    keys.append(last.json["api_key"])
                OnboardingFlow.assert_mirrors(server, tenant, keys[-1], 2)
                rows = server.query(tenant, keys[-1], "SELECT count(*) FROM onboarding_validation_test").json["rows"]
                self.assertGreater(rows[0][0], 0, "the row of the validation pipeline")
                self.assertEqual([p.name for p in (server.data / "lakes").iterdir() if p.name.startswith((".new-", ".old-"))], [])

    def attempt(self, server, tenant, answers, key=None):
        try:
            answers.append(onboard(server, tenant, key, force_recreate_dataset=key is not None).status)
        except (OSError, http.client.HTTPException):
            pass  # killed before it answered


if __name__ == "__main__":
    unittest.main()
