#!/usr/bin/env python3
"""What a delivery replaces: the same again, corrected, empty, older after newer, two payers; and values as variables."""
import pathlib
import shutil
import tempfile
import unittest
from decimal import Decimal

from cur_delivery import csv_bytes, deliver
from flow_server import SOURCE, FlowServer

QUERY_TEMPLATE = """
description: "A value in every place of a statement"
variables:
  value: {type: string, default: x, max_length: 200}
steps:
  - step_id: write
    type: query
    sql: |
      SELECT '{value}' AS a, -- {value}
             'before {value} after' AS b, {value} AS c /* {value} */
    destination: {table: echo, write_mode: replace}
"""


class UnitsFlow(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="convergence-units-"))
        path = cls.folder / "configs" / "test" / "sql" / "echo.yml"
        path.parent.mkdir(parents=True)
        path.write_text(QUERY_TEMPLATE)
        cls.server = FlowServer(CONVERGENCE_CONFIGS_DIRS=f"{SOURCE / 'configs'},{cls.folder / 'configs'}",
                                CONVERGENCE_SOURCES_ALLOWED_ROOTS=f"file://{cls.folder}/sources").start()

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()
        shutil.rmtree(cls.folder)

    def setUp(self):
        self.tenant = self.id().rsplit(".", 1)[1][5:40]
        self.key = self.server.onboard(self.tenant)
        self.root = self.folder / "sources" / self.tenant
        self.root.mkdir(parents=True)

    def ingest(self, pipeline="aws/cost/cost_usage", **parameters):
        run = self.server.run(self.tenant, self.key, pipeline, source=f"file://{self.root}", **parameters)
        self.assertEqual(run["status"], "COMPLETE", run["error_message"])
        return next(s for s in self.server.call("GET", f"/api/v1/pipelines/runs/{run['pipeline_logging_id']}/steps", key=self.key).json
                    if s["step_id"] == "ingest")["metadata"]

    def rows(self, sql):
        answer = self.server.query(self.tenant, self.key, sql)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json["rows"]

    def total(self, table="aws_cost_raw", column="line_item_unblended_cost"):
        count, cost = self.rows(f"SELECT count(*), coalesce(sum({column}), 0) FROM {table}")[0]
        return int(count), Decimal(cost)

    def test_the_same_delivery_again_is_unchanged(self):
        deliver(self.root, ["1.5", "2.25"])
        self.assertFalse(self.ingest()["unchanged"])
        self.assertTrue(self.ingest()["unchanged"])
        self.assertEqual(self.total(), (2, Decimal("3.75")))
        self.assertFalse(self.ingest(reload=True)["unchanged"])
        self.assertEqual(self.total(), (2, Decimal("3.75")))
        self.assertEqual(self.total("cost_daily", "cost"), (1, Decimal("3.75")))

    def test_a_correction_replaces_and_reaches_derived_tables(self):
        deliver(self.root, ["1.5", "2.25"])
        self.ingest()
        deliver(self.root, ["1.5", "2", "0.000000000000000000000001"], assembly="20251112T060000Z")
        self.ingest()
        self.assertEqual(self.total(), (3, Decimal("3.500000000000000000000001")))
        self.assertEqual(self.total("cost_daily", "cost"), (1, Decimal("3.500000000000000000000001")))

    def test_a_period_that_became_empty_leaves_no_row(self):
        deliver(self.root, ["1.5"])
        self.ingest()
        deliver(self.root, [], assembly="20251112T060000Z")
        self.ingest()
        self.assertEqual(self.total(), (0, Decimal(0)))
        self.assertEqual(self.total("cost_daily", "cost")[0], 0)
        deliver(self.root, ["7"], assembly="20251113T060000Z")
        self.ingest()
        deliver(self.root, [], assembly="20251114T060000Z", files=[])
        self.ingest()
        self.assertEqual(self.total(), (0, Decimal(0)))

    def test_two_payers_leave_each_other_alone(self):
        deliver(self.root, ["1"], export="first")
        deliver(self.root, ["10", "20"], export="second", payer="000000000201")
        self.ingest()
        self.assertEqual(self.total(), (3, Decimal(31)))
        deliver(self.root, ["2"], export="first", assembly="20251112T060000Z")
        self.ingest()
        self.assertEqual(self.total(), (3, Decimal(32)))

    def test_two_reports_of_one_payer_are_refused_and_named(self):
        deliver(self.root, ["10"], export="daily")
        self.ingest()
        deliver(self.root, ["10"], export="hourly")
        run = self.server.run(self.tenant, self.key, "aws/cost/cost_usage", source=f"file://{self.root}")
        self.assertEqual(run["status"], "FAILED")
        for part in ("payer 000000000101", f"{self.root}/daily or file://{self.root}/hourly"):
            self.assertIn(part, run["error_message"])
        self.assertEqual(self.total("cost_daily", "cost"), (1, Decimal(10)))

    def test_an_older_delivery_after_a_newer_changes_nothing(self):
        deliver(self.root, ["5"], assembly="20251112T060000Z")
        self.ingest()
        deliver(self.root, ["99"], assembly="20251105T060000Z")
        units = self.ingest()["units"]
        self.assertEqual([u["decision"] for u in units], ["older"])
        self.assertEqual(self.total(), (1, Decimal(5)))

    def test_a_reload_goes_back_to_an_older_delivery(self):
        deliver(self.root, ["5"], assembly="20251112T060000Z")
        self.ingest()
        deliver(self.root, ["99"], assembly="20251105T060000Z")
        self.assertEqual([u["decision"] for u in self.ingest(reload=True)["units"]], ["load"])
        self.assertEqual(self.total(), (1, Decimal(99)))
        self.assertEqual(self.total("cost_daily", "cost"), (1, Decimal(99)))
        self.assertTrue(self.ingest()["unchanged"])

    def test_a_loose_file_is_loaded_once_whatever_periods_are_asked_for(self):
        (self.root / "bill.csv").write_bytes(csv_bytes(["1.5", "2.25"]))
        for parameters in ({"billing_period": "2025-10"}, {}, {"billing_period": "2025-12"}, {"billing_period": "2025-11", "reload": True}):
            self.ingest(**parameters)
            self.assertEqual(self.total(), (2, Decimal("3.75")), parameters)
        for spelling in (f"file://{self.root.parent}//{self.root.name}", f"file://{self.root}/", f"file://{self.root}/bill.csv"):
            run = self.server.run(self.tenant, self.key, "aws/cost/cost_usage", source=spelling)
            self.assertEqual(run["status"], "COMPLETE", run["error_message"])
            self.assertEqual(self.total(), (2, Decimal("3.75")), spelling)
        self.assertEqual(self.total("cost_daily", "cost"), (1, Decimal("3.75")))

    def test_files_are_loaded_once_through_whichever_root_they_are_read(self):
        deep = self.root / "export" / "rows"
        bill = deep / "p" / "q" / "bill_2025-10-01_2025-10-31.csv"
        usage = deep / "u" / "BILLING_PERIOD=2025-10" / "bill-00001.csv"
        azure = deep / "z" / "20251001-20251031" / "bill.csv"
        vms = deep / "inventory" / "instances.json"
        events = deep / "audit" / "2025" / "10" / "02" / "cloudtrail.json"
        for path, text in ((bill, "usage_start_time,cost,currency\n2025-10-01 00:00:00,1.5,USD\n"), (usage, csv_bytes(["1.5"]).decode()),
                           (azure, "Date,Cost,BillingCurrency\n2025-10-02,1.5,EUR\n"),
                           (vms, '{"Reservations":[{"Instances":[{"InstanceId":"i-1"}]}]}'),
                           (events, '{"Records":[{"eventID":"1","eventTime":"2025-10-02T00:00:00Z"}]}')):
            path.parent.mkdir(parents=True)
            path.write_text(text)
        for pipeline, table, sources in (
                ("gcp/cost/billing", "gcp_cost_raw", (bill.parent, bill.parent.parent, bill, bill.parent.parent.parent / "p")),
                ("aws/cost/cost_usage", "aws_cost_raw", (usage.parent.parent, usage.parent, usage.parent.parent)),
                ("azure/cost/billing", "azure_cost_raw", (azure.parent.parent, azure.parent)),
                ("aws/compute/ec2_inventory", "aws_ec2_inventory", (vms.parent, deep, vms)),
                ("aws/security/cloudtrail_events", "aws_cloudtrail_events", (events.parent, deep, events, deep / "audit"))):
            for source in sources:
                run = self.server.run(self.tenant, self.key, pipeline, source=f"file://{source}")
                self.assertEqual(run["status"], "COMPLETE", run["error_message"])
                self.assertEqual(self.rows(f"SELECT count(*)::INTEGER FROM {table}"), [[1]], (pipeline, str(source)))
        for parameters in ({"date": "2025-10-02"}, {"date": "2025-10-03"}):
            self.server.run(self.tenant, self.key, "aws/compute/ec2_inventory", source=f"file://{vms.parent}", **parameters)
            self.assertEqual(self.rows("SELECT count(*)::INTEGER FROM aws_ec2_inventory"), [[1]], parameters)

    def test_a_refused_row_is_named_by_its_line_in_the_delivered_file(self):
        row = '{"usage_start_time":"2025-10-02 00:00:00 UTC","currency":"USD","cost":%s}'
        pretty = "{\n  \"usage_start_time\": \"2025-10-02 00:00:00 UTC\",\n  \"currency\": \"USD\", \"cost\": %s\n}"
        nested = 'usage_start_time,cost,currency,labels\n2025-10-02 00:00:00,1,"U\nSD",[]\n2025-10-02 00:00:00,abc,USD,[]\n'
        for name, text, line in (("x.json", "[\n" + pretty % 1 + ",\n" + pretty % '"abc"' + "\n]\n", 6), ("y.jsonl", row % '"abc"' + "\n", 1),
                                 ("z.csv", nested, 4)):
            (self.root / name).write_text(text)
            run = self.server.run(self.tenant, self.key, "gcp/cost/billing", source=f"file://{self.root}/{name}")
            self.assertEqual(run["status"], "FAILED")
            self.assertIn(f"{name}, line {line}: cost 'abc'", run["error_message"])

    def test_actual_and_amortized_cost_stay_apart_in_cost_daily(self):
        for name, cost in (("EA_ActualCost", "10"), ("EA_AmortizedCost", "7")):
            folder = self.root / name
            folder.mkdir()
            (folder / f"{name}.csv").write_text(f"Date,Cost,BillingCurrency,MeterCategory,SubscriptionId\n2025-10-02,{cost},EUR,Storage,s\n")
            run = self.server.run(self.tenant, self.key, "azure/cost/billing", source=f"file://{folder}")
            self.assertEqual(run["status"], "COMPLETE", run["error_message"])
        found = self.rows("SELECT cost_type, currency, sum(cost) FROM cost_daily GROUP BY ALL ORDER BY 1")
        self.assertEqual([(t, c, Decimal(s)) for t, c, s in found], [("actual", "EUR", Decimal(10)), ("amortized", "EUR", Decimal(7))])

    def test_other_periods_stay(self):
        deliver(self.root, ["1"])
        deliver(self.root, ["2"], period=("20251101", "20251201"), assembly="20251202T060000Z")
        self.ingest(billing_period="2025-10")
        self.assertEqual(self.total(), (1, Decimal(1)))
        self.ingest(billing_period="2025-11-15")
        self.assertEqual(self.total(), (2, Decimal(3)))

    def test_only_the_manifests_files_are_read(self):
        deliver(self.root, ["1"])
        (self.root / "report" / "20251001-20251101" / "20251105T060000Z" / "stray-00001.csv.gz").write_bytes(csv_bytes(["1000"]))
        self.ingest()
        self.assertEqual(self.total(), (1, Decimal(1)))

    def test_a_value_changes_nothing_but_itself(self):
        for value in ["it's", "'; DROP TABLE echo; --", "/* */ x", "a\nb", "\\", "''", "$$x$$", "--", "é"]:
            with self.subTest(value):
                run = self.server.run(self.tenant, self.key, "test/sql/echo", value=value)
                self.assertEqual(run["status"], "COMPLETE", run["error_message"])
                self.assertEqual(self.rows("SELECT a, b, c FROM echo"), [[value, f"before {value} after", value]])

    def test_a_value_that_names_itself_is_refused(self):
        answer = self.server.call("POST", f"/api/v1/pipelines/run/{self.tenant}/test/sql/echo", {"value": "{value}"}, self.key)
        self.assertEqual(answer.status, 400, answer.body)
        self.assertEqual(answer.json["details"]["field"], "value")


if __name__ == "__main__":
    unittest.main(verbosity=2)
