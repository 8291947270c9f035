#!/usr/bin/env python3
"""Published bills of others, through provider, warehouse and query route: rows and sums exact to the last digit."""
import os
import pathlib
import shutil
import tempfile
import unittest
from decimal import Decimal

from flow_server import SOURCE, FlowServer

DATA = pathlib.Path(os.environ.get("CONVERGENCE_SHARED_DATA", SOURCE.parent / "shared" / "data")).resolve()

FOCUS_TEMPLATE = """
description: "FOCUS rows as they are"
variables:
  source: {{type: uri, default: "sample://{provider}"}}
steps:
  - step_id: ingest
    type: ingest
    source: {{provider: {provider}, dataset: focus, uri: "{{source}}"}}
    destination: {{table: {provider}_focus_raw, write_mode: replace_unit}}
"""

# Data set (a file is copied alone into a folder), pipeline, table and cost column, rows, sum as the README of the data says.
BILLS = [
    ("aws/cur-legacy-anonymised", "aws/cost/billing", "aws_cost_raw", "line_item_unblended_cost", 1281, "1.6823086974"),
    ("aws/cur-legacy-s3-layout", "aws/cost/billing", "aws_cost_raw", "line_item_unblended_cost", 13380, "143227.76367818761501799105"),
    ("aws/cur-legacy-zip-s3-layout", "aws/cost/billing", "aws_cost_raw", "line_item_unblended_cost", 3, "0.045152"),
    ("aws/cur2-s3-layout", "aws/cost/billing", "aws_cost_raw", "line_item_unblended_cost", 4, "0.108304"),
    ("aws/cur2-loaded", "aws/cost/billing", "aws_cost_raw", "line_item_unblended_cost", 20, "0"),
    ("aws/cur-legacy-small/test_cur.csv", "aws/cost/billing", "aws_cost_raw", "line_item_unblended_cost", 19, "0.0827499841274349353"),
    ("aws/cur-legacy-small/test_cur.csv.gz", "aws/cost/billing", "aws_cost_raw", "line_item_unblended_cost", 19, "0.0827499841274349353"),
    ("aws/cur-legacy-small/2023-06-01-not-final.csv", "aws/cost/billing", "aws_cost_raw", "line_item_unblended_cost", 3, "30"),
    ("aws/cur-legacy-small/2023-06-01.csv", "aws/cost/billing", "aws_cost_raw", "line_item_unblended_cost", 3, "30"),
    ("aws/cur-legacy-small/empty_frame.csv", "aws/cost/billing", "aws_cost_raw", "line_item_unblended_cost", 0, "0"),
    ("aws/focus-1.0", "aws/cost/focus_raw", "aws_focus_raw", "BilledCost", 628, "9.3243613789"),
    ("aws/focus-1.2-synthetic", "aws/cost/focus_raw", "aws_focus_raw", "BilledCost", 100, "1157.48882377213324"),
    ("gcp/legacy-daily-json", "gcp/cost/billing", "gcp_cost_raw", "cost", 1133, "8557.973991"),
    ("gcp/bigquery-standard-csv", "gcp/cost/billing", "gcp_cost_raw", "cost", 25, "0.000032"),
    ("gcp/focus-1.2-synthetic", "gcp/cost/focus_raw", "gcp_focus_raw", "BilledCost", 100, "837.52222322465736"),
    ("azure/ea-actual-amortized/EA_ActualCost_Small.csv", "azure/cost/billing", "azure_cost_raw", "cost", 11, "8.5450077867419368"),
    ("azure/ea-actual-amortized/EA_AmortizedCost_Small.csv", "azure/cost/billing", "azure_cost_raw", "cost", 28, "16.296932136636644627485419"),
    ("azure/ea-actual-amortized/EA_NoRows.csv", "azure/cost/billing", "azure_cost_raw", "cost", 0, "0"),
    ("azure/ea-v2-anonymised/sample-anonymous-ea-export-dataset.csv", "azure/cost/billing", "azure_cost_raw", "cost", 27, "1.26136926505726"),
    ("azure/ea-v2-anonymised/azure_version_2.csv", "azure/cost/billing", "azure_cost_raw", "cost", 5, "19.998413754"),
    ("azure/subscription-v1/costreport_a243c6f2-199f-4074-9a2c-40e671cf1584.csv", "azure/cost/billing", "azure_cost_raw", "cost", 3, "0.00011016"),
    ("azure/header-variants/BOM.csv", "azure/cost/billing", "azure_cost_raw", "cost", 1, "0"),
    ("azure/header-variants/German.csv", "azure/cost/billing", "azure_cost_raw", "cost", 1, "0.075"),
    ("azure/header-variants/PayAsYouGo.csv", "azure/cost/billing", "azure_cost_raw", "cost", 1, "0.075"),
    ("azure/header-variants/VirtualMachine.csv", "azure/cost/billing", "azure_cost_raw", "cost", 1, "4"),
    ("azure/focus-1.0", "azure/cost/focus_raw", "azure_focus_raw", "BilledCost", 34, "2.13269693816"),
    ("azure/focus-1.2-synthetic", "azure/cost/focus_raw", "azure_focus_raw", "BilledCost", 100, "3124.49994903980385"),
]


@unittest.skipUnless(DATA.is_dir(), f"the published bills are not here ({DATA})")
class BillsFlow(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="convergence-bills-"))
        for provider in ("aws", "gcp", "azure"):
            path = cls.folder / "configs" / provider / "cost" / "focus_raw.yml"
            path.parent.mkdir(parents=True)
            path.write_text(FOCUS_TEMPLATE.format(provider=provider))
        cls.server = FlowServer(CONVERGENCE_CONFIGS_DIRS=f"{SOURCE / 'configs'},{cls.folder / 'configs'}",
                                CONVERGENCE_SOURCES_ALLOWED_ROOTS=f"file://{DATA},file://{cls.folder}/sources").start()

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()
        shutil.rmtree(cls.folder)

    def source_of(self, name, number):
        path = DATA / name
        if path.is_dir():
            return f"file://{path}"
        folder = self.folder / "sources" / str(number)
        folder.mkdir(parents=True)
        shutil.copy(path, folder)
        return f"file://{folder}"

    def check(self, tenant, key, table, column, rows, total):
        answer = self.server.query(tenant, key, f'SELECT count(*), coalesce(sum("{column}"), 0) FROM {table}')
        self.assertEqual(answer.status, 200, answer.body)
        found = answer.json["rows"][0]
        self.assertEqual((int(found[0]), Decimal(found[1])), (rows, Decimal(total)))

    def test_rows_and_sums_equal_what_the_publisher_says(self):
        for number, (name, pipeline, table, column, rows, total) in enumerate(BILLS):
            with self.subTest(name):
                tenant = f"bill_{number}"
                key = self.server.onboard(tenant)
                parameters = {"source": self.source_of(name, number)}
                if "Amortized" in name:
                    parameters["type"] = "amortized"
                run = self.server.run(tenant, key, pipeline, **parameters)
                self.assertEqual(run["status"], "COMPLETE", run["error_message"])
                self.check(tenant, key, table, column, rows, total)
                again = self.server.run(tenant, key, pipeline, reload=True, **parameters)
                self.assertEqual(again["status"], "COMPLETE", again["error_message"])
                self.check(tenant, key, table, column, rows, total)

    def test_a_source_may_be_one_file_without_its_neighbours(self):
        for number, bill in enumerate(b for b in BILLS if b[0].endswith((".csv", ".csv.gz")) and "Amortized" not in b[0]):
            name, pipeline, table, column, rows, total = bill
            with self.subTest(name):
                tenant = f"file_{number}"
                key = self.server.onboard(tenant)
                run = self.server.run(tenant, key, pipeline, source=f"file://{DATA / name}")
                self.assertEqual(run["status"], "COMPLETE", run["error_message"])
                self.check(tenant, key, table, column, rows, total)

    def test_a_ragged_end_is_null_with_a_warning(self):
        key = self.server.onboard("ragged")
        run = self.server.run("ragged", key, "aws/cost/billing", source=self.source_of("aws/cur-legacy-small/test_cur.csv", "ragged"))
        steps = self.server.call("GET", f"/api/v1/pipelines/runs/{run['pipeline_logging_id']}/steps", key=key).json
        ingest = next(step for step in steps if step["step_id"] == "ingest")
        self.assertTrue(any("131" in w or "130" in w for w in ingest["metadata"]["warnings"]), ingest["metadata"])

    def test_ids_keep_their_leading_zeros(self):
        key = self.server.onboard("zeros")
        self.server.run("zeros", key, "aws/cost/billing", source=self.source_of("aws/cur-legacy-small/2023-06-01.csv", "zeros"))
        answer = self.server.query("zeros", key, "SELECT DISTINCT bill_payer_account_id FROM aws_cost_raw").json
        self.assertEqual(answer["rows"], [["0099999999999"]])


if __name__ == "__main__":
    unittest.main(verbosity=2)
