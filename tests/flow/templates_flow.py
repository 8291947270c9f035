#!/usr/bin/env python3
"""Every shipped template on the bundled sample: COMPLETE without a parameter, and for a day; twice leaves the same rows."""
import unittest

from flow_server import SOURCE, FlowServer

CONFIGS = SOURCE / "configs"
TEMPLATES = sorted(str(path.relative_to(CONFIGS).with_suffix("")) for path in CONFIGS.glob("*/*/*.yml"))
NAMES_OF_THE_CONTRACT = {
    "gcp/cost/billing_cost", "gcp/cost/cost_billing", "gcp/cost/billing", "gcp/cost/bill-sample-export-template",
    "gcp/cost/usage_metrics", "gcp/cost/dryrun", "gcp/example/dryrun", "gcp/compute/vm_inventory", "gcp/security/audit_logs",
    "aws/cost/cost_usage", "aws/cost/billing", "aws/compute/ec2_inventory", "aws/security/cloudtrail_events",
    "azure/cost/cost_export", "azure/cost/billing", "azure/compute/vm_inventory", "azure/security/activity_logs"}
DATA_PREFIXES = ("aws_", "gcp_", "azure_", "cost_", "usage_")
LINEAGE = ["x_tenant_id", "x_pipeline_id", "x_run_id", "x_run_date", "x_ingested_at"]
ALARMS = ("email", "webhook")


class TemplatesFlow(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.server = FlowServer().start()

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()

    def steps(self, run, key):
        return self.server.call("GET", f"/api/v1/pipelines/runs/{run['pipeline_logging_id']}/steps", key=key).json

    def assert_complete(self, tenant, key, template, **parameters):
        run = self.server.run(tenant, key, template, **parameters)
        self.assertEqual(run["status"], "COMPLETE", run["error_message"])
        steps = self.steps(run, key)
        alarms = [s["status"] for s in steps if s["step_type"] in ALARMS]  # of a run that went well nobody hears
        self.assertEqual(set(alarms) - {"SKIPPED"}, set())
        self.assertEqual(run["steps_complete"], run["steps_total"] - len(alarms))
        self.assertEqual({s["status"] for s in steps if s["step_type"] not in ALARMS}, {"COMPLETE"})
        return run

    def counts(self, tenant, key):
        """Rows of every data table."""
        names = [row[0] for row in self.server.query(tenant, key, "SHOW TABLES").json["rows"]]
        return {name: self.server.query(tenant, key, f'SELECT count(*) FROM "{name}"').json["rows"][0][0]
                for name in names if name.startswith(DATA_PREFIXES)}

    def test_all_names_of_the_contract_are_shipped(self):
        self.assertEqual(NAMES_OF_THE_CONTRACT - set(TEMPLATES), set())

    def test_every_template_is_listed_and_tells_what_it_takes(self):
        key = self.server.onboard("reader")
        rows = self.server.call("GET", "/api/v1/pipelines/templates", key=key).json
        self.assertEqual(["/".join((r["provider"], r["domain"], r["template"])) for r in rows], TEMPLATES)
        self.assertEqual({(r["valid"], r["problem"]) for r in rows}, {(True, None)})
        for template in TEMPLATES:
            found = self.server.call("GET", f"/api/v1/pipelines/templates/{template}", key=key)
            self.assertEqual(found.status, 200, found.body)
            self.assertEqual({v["name"] for v in found.json["variables"]} | {"trigger_by"}, set(found.json["schema"]["properties"]))
        cost = self.server.call("GET", "/api/v1/pipelines/templates/aws/cost/cost_usage", key=key).json
        self.assertLessEqual({"source", "date", "billing_period"}, {v["name"] for v in cost["variables"]})
        self.assertEqual(self.server.call("GET", "/api/v1/pipelines/templates/aws/cost/nothing", key=key).status, 404)

    def test_a_text_is_validated_as_a_template_and_nothing_is_kept(self):
        key = self.server.onboard("author")
        for template in TEMPLATES:
            text = (CONFIGS / template).with_suffix(".yml").read_text()
            findings = self.server.call("POST", "/api/v1/pipelines/validate", {"template": text}, key).json
            self.assertEqual((findings["valid"], findings["errors"]), (True, []), template)
            self.assertEqual({w["message"].split(",")[0] for w in findings["warnings"]} - {"names a file"}, set(), template)
        wrong = self.server.call("POST", "/api/v1/pipelines/validate", {"template":
            "variables:\n  a: {default: '{b}'}\n  b: {default: '{a}'}\n"
            "steps:\n  - step_id: s\n    type: query\n    sql: SELECT 1\n    destination: {table: 'bad name;'}\n"}, key)
        self.assertEqual(wrong.status, 200, wrong.body)
        self.assertEqual([(e["line"], e["field"]) for e in wrong.json["errors"]],
                         [(2, "variables.a.default"), (8, "steps[0].destination.table")], wrong.body)
        self.assertIn("a -> b -> a", wrong.json["errors"][0]["message"])
        self.assertFalse(wrong.json["valid"])
        self.assertEqual(self.server.call("POST", "/api/v1/pipelines/validate", {}, key).status, 400)

    def test_every_template_completes_without_a_parameter(self):
        for number, template in enumerate(TEMPLATES):
            with self.subTest(template):
                tenant = f"plain_{number}"
                key = self.server.onboard(tenant)
                run = self.assert_complete(tenant, key, template)
                ingests = [s for s in self.steps(run, key) if s["step_type"] == "ingest"]
                for step in ingests:
                    self.assertGreater(step["rows_processed"], 0, step)
                if ingests:
                    self.assert_rows_bear_their_lineage(tenant, key, run)

    def assert_rows_bear_their_lineage(self, tenant, key, run):
        tables = self.counts(tenant, key)
        self.assertTrue(tables)
        for table in tables:
            answer = self.server.query(tenant, key, f"SELECT DISTINCT {', '.join(LINEAGE)} FROM {table}")
            self.assertEqual(answer.status, 200, answer.body)
            self.assertEqual({tuple(row[:3]) for row in answer.json["rows"]},
                             {(tenant, run["pipeline_id"], run["pipeline_logging_id"])}, table)
            self.assertFalse([row for row in answer.json["rows"] if None in row], table)

    def test_every_cost_template_completes_for_a_day(self):
        for number, template in enumerate(t for t in TEMPLATES if "/cost/" in t):
            with self.subTest(template):
                tenant = f"day_{number}"
                key = self.server.onboard(tenant)
                run = self.assert_complete(tenant, key, template, date="2025-11-15")
                self.assertEqual(run["parameters"]["date"], "2025-11-15")
                for step in self.steps(run, key):
                    if step["step_type"] == "ingest":
                        self.assertGreater(step["rows_processed"], 0, step)

    def test_a_second_run_leaves_the_same_rows(self):
        for template in ("aws/cost/cost_usage", "gcp/cost/billing_cost", "azure/cost/cost_export"):
            with self.subTest(template):
                tenant = "twice_" + template.split("/")[0]
                key = self.server.onboard(tenant)
                self.assert_complete(tenant, key, template, date="2025-11-15")
                first = self.counts(tenant, key)
                self.assertGreater(len(first), 1, first)
                self.assert_complete(tenant, key, template, date="2025-11-15", reload=True)
                self.assertEqual(self.counts(tenant, key), first)

    def test_the_checks_results_stand_per_expectation(self):
        key = self.server.onboard("checked")
        run = self.assert_complete("checked", key, "aws/cost/cost_usage")
        results = self.server.call("GET", f"/api/v1/pipelines/runs/{run['pipeline_logging_id']}/dq", key=key).json
        self.assertGreater(len(results), 0)

    def test_a_date_that_is_none_is_refused(self):
        key = self.server.onboard("undated")
        for date in ("2025-02-30", "2025-1-1", "1999-12-31", "2101-01-01", "'; DROP TABLE x; --", 20251115):
            with self.subTest(date):
                answer = self.server.call("POST", "/api/v1/pipelines/run/undated/gcp/cost/billing", {"date": date}, key)
                self.assertEqual(answer.status, 400, answer.body)
                self.assertEqual(answer.json["details"]["field"], "date")

    def test_unknown_templates_and_names_in_capitals(self):
        key = self.server.onboard("named")
        for path in ("gcp/cost/nothing", "gcp/compute/billing", "nobody/cost/billing"):
            self.assertEqual(self.server.call("POST", f"/api/v1/pipelines/run/named/{path}", {}, key).status, 404, path)
        for path in ("gcp/cost/..%2fbilling", "gcp/cost/bill.ing"):
            self.assertIn(self.server.call("POST", f"/api/v1/pipelines/run/named/{path}", {}, key).status, (400, 404), path)
        run = self.assert_complete("named", key, "GCP/Example/DRYRUN")
        self.assertEqual(run["pipeline_id"], "named-gcp-example-dryrun")


if __name__ == "__main__":
    unittest.main(verbosity=2)
