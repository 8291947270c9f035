#!/usr/bin/env python3
"""Plugins from outside: a third party's provider enabled by server.yml alone, and every refusal in one sentence."""
import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest
from decimal import Decimal

from flow_server import BINARY, SOURCE, FlowServer

BINARY_PATH = pathlib.Path(shutil.which(BINARY) or BINARY).resolve()
ACME = pathlib.Path(os.environ.get("CONVERGENCE_ACME", BINARY_PATH.parents[1] / "examples" / "provider-c" / "acme.so"))
SHIPPED = ["ducklake", "local", "aws", "gcp", "azure", "query", "ingest", "dq_check", "wait"]

TEMPLATE = """
description: "Invoices of ACME"
variables:
  source: {type: uri, description: "Root of the delivery"}
steps:
  - step_id: invoices
    type: ingest
    source: {provider: acme, dataset: invoice, uri: "{source}"}
    destination: {table: acme_invoice, write_mode: replace_unit}
  - step_id: total
    type: query
    sql: SELECT currency, sum(amount) AS amount FROM acme_invoice GROUP BY currency
    destination: {table: acme_total, write_mode: replace}
"""
INVOICES = ("invoice_id,service,usage_date,amount,currency\n"
            "i1,compute,11/02/2025,1.000000000000000000000001,EUR\n"
            "i2,storage,11/03/2025,-0.25,EUR\n"
            "i3,\"with, comma\",11/04/2025,3,USD\n")


def acme_row(path=ACME, **more):
    return {"name": "acme", "path": str(path), **more}


@unittest.skipUnless(ACME.is_file(), f"the example provider is not built ({ACME})")
class PluginsFlow(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="convergence-plugins-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.acme = self.folder / "acme.so"
        shutil.copy(ACME, self.acme)
        self.acme.chmod(0o755)

    def server(self, *rows):
        """A server whose own server.yml names the shipped plugins and rows; JSON is YAML."""
        (self.folder / "data").mkdir(exist_ok=True)
        (self.folder / "server.yml").write_text(json.dumps({"plugins": [{"name": name} for name in SHIPPED] + list(rows)}))
        template = self.folder / "configs" / "acme" / "cost" / "invoices.yml"
        template.parent.mkdir(parents=True, exist_ok=True)
        template.write_text(TEMPLATE)
        return FlowServer(data=self.folder / "data", config=self.folder / "server.yml",
                          CONVERGENCE_CONFIGS_DIRS=f"{SOURCE / 'configs'},{self.folder / 'configs'}",
                          CONVERGENCE_SOURCES_ALLOWED_ROOTS=f"file://{self.folder}/exports/{{tenant_id}}")

    def command(self, *words, rows=()):
        server = self.server(*rows)
        flags = ["--config", str(server.config), "--data", str(server.data)] if words[:2] == ("plugins", "list") else []
        return subprocess.run([BINARY, *words, *flags], env=server.env, capture_output=True, text=True, timeout=60)

    def assert_refused(self, row, *words):
        """The start is refused in one sentence that names the plugin and says words."""
        server = self.server(row)
        done = subprocess.run(server.command(), env=server.env, capture_output=True, text=True, timeout=60)
        self.assertNotEqual(done.returncode, 0)
        self.assertNotIn("listening", done.stdout)
        sentence = [line for line in done.stderr.splitlines() if not line.startswith("{")]
        self.assertEqual(len(sentence), 1, done.stderr)
        for word in ("acme", *words):
            self.assertIn(word, sentence[0])

    def deliver(self, text=INVOICES):
        root = self.folder / "exports" / "buyer"
        root.mkdir(parents=True, exist_ok=True)
        (root / "november.csv").write_text(text)
        return f"file://{root}"

    def rows(self, server, key, sql):
        answer = server.query("buyer", key, sql)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json["rows"]

    def test_a_third_partys_provider_works_by_configuration_alone(self):
        pin = hashlib.sha256(self.acme.read_bytes()).hexdigest()
        server = self.server(acme_row(self.acme, sha256=pin, config={"seller": "north"}))
        with server:
            key = server.onboard("buyer")
            source = self.deliver()
            run = server.run("buyer", key, "acme/cost/invoices", source=source)
            self.assertEqual(run["status"], "COMPLETE", run["error_message"])
            self.assertEqual(self.rows(server, key, "SELECT invoice_id, service, usage_date, amount, currency FROM acme_invoice ORDER BY 1"),
                             [["i1", "compute", "2025-11-02", "1.000000000000000000000001", "EUR"],
                              ["i2", "storage", "2025-11-03", "-0.250000000000000000000000", "EUR"],
                              ["i3", "with, comma", "2025-11-04", "3.000000000000000000000000", "USD"]])
            totals = {currency: Decimal(amount) for currency, amount in self.rows(server, key, "SELECT currency, amount FROM acme_total")}
            self.assertEqual(totals, {"EUR": Decimal("0.750000000000000000000001"), "USD": Decimal(3)})

    def test_its_bad_file_is_named_with_its_line(self):
        server = self.server(acme_row(self.acme))
        with server:
            key = server.onboard("buyer")
            run = server.run("buyer", key, "acme/cost/invoices", source=self.deliver(INVOICES + "i4,x,11/05/2025,much,EUR\n"))
            self.assertEqual(run["status"], "FAILED")
            for word in ("november.csv", "5", "amount"):
                self.assertIn(word, run["error_message"])
            self.assertNotIn(str(self.folder), run["error_message"].replace(f"file://{self.folder}", ""))

    def test_an_upper_case_pin_is_the_same_pin(self):
        pin = hashlib.sha256(self.acme.read_bytes()).hexdigest().upper()
        done = self.command("plugins", "list", rows=[acme_row(self.acme, sha256=pin)])
        self.assertEqual(done.returncode, 0, done.stderr)

    def test_a_wrong_digest_is_refused(self):
        self.assert_refused(acme_row(self.acme, sha256="0" * 64), "SHA-256", "0" * 64, hashlib.sha256(self.acme.read_bytes()).hexdigest())
        self.assert_refused(acme_row(self.acme, sha256="abc"), "sha256")

    def test_a_file_that_others_may_write_is_refused(self):
        for mode in (0o775, 0o757):
            self.acme.chmod(mode)
            self.assert_refused(acme_row(self.acme), "chmod go-w")

    def test_a_missing_file_is_refused(self):
        self.assert_refused(acme_row(self.folder / "nowhere.so"), "nowhere.so")
        self.assert_refused(acme_row(self.folder), "is no file")
        self.assert_refused({"name": "acme"}, "acme.so")

    def test_a_file_that_is_no_plugin_is_refused(self):
        for content in (b"", b"#!/bin/sh\n", self.acme.read_bytes()[:3000]):
            self.acme.write_bytes(content)
            self.assert_refused(acme_row(self.acme))

    def test_a_wrong_configuration_is_refused(self):
        self.assert_refused(acme_row(self.acme, config={"seler": "north"}), "seler")
        self.assert_refused(acme_row(self.acme, config={"seller": 5}), "seller")
        self.assert_refused(acme_row(self.acme, config={"seller": ""}), "seller")
        self.assert_refused(acme_row(self.acme, sha265="0"), "'sha265'", "sha256")

    def test_a_mode_that_is_not_offered_is_refused(self):
        self.assert_refused(acme_row(self.acme, mode="in_proces"), "in_proces", "in_process")

    def test_a_name_twice_is_refused(self):
        server_rows = [acme_row(self.acme), acme_row(self.acme)]
        done = self.command("plugins", "list", rows=server_rows)
        self.assertEqual((done.returncode, done.stdout), (1, ""))
        self.assertIn("acme", done.stderr)

    def test_list_shows_what_is_loaded(self):
        done = self.command("plugins", "list", rows=[acme_row(self.acme)])
        self.assertEqual(done.returncode, 0, done.stderr)
        heads = [line.split()[0] for line in done.stdout.splitlines() if not line.startswith(" ")]
        self.assertEqual(heads, [*SHIPPED, "acme"])
        self.assertEqual(list((self.folder / "data").iterdir()), [])
        self.assertRegex(done.stdout, r"(?m)^acme 1\.0\.0 \(com\.example\.acme, .*\) in_process\n +cvg\.provider/1 +acme ")

    def test_inspect_reads_the_manifest_without_running_code(self):
        done = self.command("plugins", "inspect", str(self.acme))
        self.assertEqual(done.returncode, 0, done.stderr)
        manifest = json.loads(done.stdout)
        self.assertEqual((manifest["id"], manifest["abi"]), ("com.example.acme", "1.0"))
        self.assertEqual(manifest["components"], [{"kind": "cvg.provider/1", "name": "acme"}])
        for path, content in (("nowhere.so", None), ("text.so", b"text")):
            if content:
                (self.folder / path).write_bytes(content)
            done = self.command("plugins", "inspect", str(self.folder / path))
            self.assertEqual((done.returncode, len(done.stderr.splitlines())), (1, 1), done.stderr)


if __name__ == "__main__":
    unittest.main(verbosity=2)
