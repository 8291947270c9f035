#!/usr/bin/env python3
"""Damaged deliveries, refused sources, wrong templates, a full disk: a clear failure, and the tables as before."""
import gzip
import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

from cur_delivery import COLUMNS, csv_bytes, deliver
from flow_server import BINARY, SOURCE, FlowServer

GOOD = ["1.5", "2.25"]
MANY = [str(i) for i in range(5000)]


def lint(path):
    return subprocess.run([BINARY, "template", "lint", str(path)], capture_output=True, text=True, check=False)


class BadInputFlow(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="convergence-bad-"))
        cls.configs = cls.folder / "configs"
        (cls.configs / "test" / "bad").mkdir(parents=True)
        cls.server = FlowServer(CONVERGENCE_CONFIGS_DIRS=f"{SOURCE / 'configs'},{cls.configs}",
                                CONVERGENCE_SOURCES_ALLOWED_ROOTS=f"file://{cls.folder}/sources/{{tenant_id}}").start()

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()
        shutil.rmtree(cls.folder)

    def setUp(self):
        self.tenant = self.id().rsplit(".", 1)[1][5:40].lower()
        self.key = self.server.onboard(self.tenant, "SCALE")
        self.root = self.folder / "sources" / self.tenant
        self.root.mkdir(parents=True)

    def trigger(self, **parameters):
        return self.server.call("POST", f"/api/v1/pipelines/run/{self.tenant}/aws/cost/billing", {"source": f"file://{self.root}", **parameters}, self.key)

    def ingest(self):
        return self.server.run(self.tenant, self.key, "aws/cost/billing", source=f"file://{self.root}")

    def total(self):
        answer = self.server.query(self.tenant, self.key, "SELECT count(*), sum(line_item_unblended_cost) FROM aws_cost_raw")
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json["rows"][0]

    def assert_refused(self, data, *words, files=None):
        """A good delivery, then a newer one with these bytes: FAILED, the words in the text, the good rows still there."""
        deliver(self.root, GOOD)
        self.assertEqual(self.ingest()["status"], "COMPLETE")
        before = self.total()
        deliver(self.root, [], assembly="20251112T060000Z", data=data, files=files)
        run = self.ingest()
        self.assertEqual(run["status"], "FAILED")
        for word in words:
            self.assertIn(word, run["error_message"])
        self.assertNotIn(str(self.server.data), run["error_message"])
        self.assertNotIn(str(self.folder), run["error_message"])
        self.assertEqual(self.total(), before)

    def test_gzip_cut_in_a_row(self):
        data = gzip.compress(csv_bytes(MANY))
        self.assert_refused(data[:len(data) // 2], "report-00001.csv.gz", "cut")

    def test_gzip_cut_in_its_trailer(self):
        self.assert_refused(gzip.compress(csv_bytes(MANY))[:-3], "report-00001.csv.gz", "cut")

    def test_gzip_with_a_wrong_crc(self):
        data = bytearray(gzip.compress(csv_bytes(MANY)))
        data[-6] ^= 0xFF
        self.assert_refused(bytes(data), "report-00001.csv.gz", "CRC")

    def test_a_file_without_even_a_header(self):
        for data in (b"", gzip.compress(b""), b"identity/LineItemId\n"):
            with self.subTest(data):
                self.assert_refused(data, "report-00001.csv.gz")

    def test_text_that_is_no_utf8(self):
        data = csv_bytes(["1", "2"]).replace(b"AmazonEC2", b"Amazon\xff", 1)
        self.assert_refused(gzip.compress(data), "report-00001.csv.gz", "line 2", "UTF-8")

    def test_a_header_in_utf16(self):
        text = csv_bytes(["1", "2"]).decode()
        self.assert_refused(gzip.compress(text.encode("utf-16")), "report-00001.csv.gz, line 1", "UTF-16")

    def test_a_report_without_its_cost_column(self):
        lines = [line.rsplit(",", 1)[0] for line in csv_bytes(["7", "8"]).decode().splitlines()]
        self.assert_refused(gzip.compress(("\n".join(lines) + "\n").encode()), "report-00001.csv.gz", "lineItem/UnblendedCost")

    def test_a_file_that_the_manifest_lists_twice(self):
        name = "report/20251001-20251101/20251112T060000Z/report-00001.csv.gz"
        self.assert_refused(gzip.compress(csv_bytes(GOOD)), "report-Manifest.json lists " + name + " more than once", files=[name, name])

    def test_a_listed_file_is_missing(self):
        self.assert_refused(gzip.compress(csv_bytes(GOOD)), "report-00009.csv.gz",
                            files=["report/20251001-20251101/20251112T060000Z/report-00009.csv.gz"])

    def test_a_column_of_the_wrong_type(self):
        data = csv_bytes(GOOD + ["3"]).replace(b"2025-10-02T03:00:00Z", b"yesterday", 1)
        self.assert_refused(gzip.compress(data), "report-00001.csv.gz", "2", "UsageStartDate", "yesterday")

    def test_money_that_is_no_number(self):
        self.assert_refused(gzip.compress(csv_bytes(["1", "2", "twelve"])), "report-00001.csv.gz", "4", "UnblendedCost", "twelve")

    def test_money_that_does_not_fit(self):
        self.assert_refused(gzip.compress(csv_bytes(["1", "123456789012345"])), "report-00001.csv.gz", "3", "UnblendedCost")

    def test_money_that_would_lose_a_digit(self):
        self.assert_refused(gzip.compress(csv_bytes(["0.0000000000000000000000001"])), "report-00001.csv.gz", "2", "UnblendedCost")

    def test_a_ragged_row(self):
        lines = csv_bytes(["1", "2", "3", "4"]).splitlines(keepends=True)
        lines[3] = lines[3].replace(b",USD,3", b",USD")
        self.assert_refused(gzip.compress(b"".join(lines)), "report-00001.csv.gz", "4")
        lines[3] = lines[2].replace(b"\n", b",more\n")
        deliver(self.root, [], assembly="20251113T060000Z", data=gzip.compress(b"".join(lines)))
        run = self.ingest()
        self.assertEqual(run["status"], "FAILED")
        self.assertIn("report-00001.csv.gz", run["error_message"])

    def test_a_column_that_every_row_lacks_is_null(self):
        lines = csv_bytes(["1", "2"], columns=COLUMNS + ["resourceTags/user:Env"]).splitlines(keepends=True)
        deliver(self.root, [], data=gzip.compress(b"".join(lines)))
        self.assertEqual(self.ingest()["status"], "COMPLETE")
        self.assertEqual(self.total()[0], 2)

    def test_carriage_returns_bom_and_null_words_are_handled(self):
        data = b"\xef\xbb\xbf" + csv_bytes(["1.5E-8", "", "1e3", "NULL"], line_end="\r\n")
        deliver(self.root, [], data=gzip.compress(data))
        self.assertEqual(self.ingest()["status"], "COMPLETE")
        answer = self.server.query(self.tenant, self.key, "SELECT count(*), sum(line_item_unblended_cost), count(line_item_unblended_cost), min(identity_line_item_id) FROM aws_cost_raw")
        self.assertEqual([str(v).rstrip("0") for v in answer.json["rows"][0]], ["4", "1000.000000015", "2", "id"])

    def test_sources_outside_the_allowed_roots(self):
        other = self.folder / "sources" / "somebody_else"
        other.mkdir(exist_ok=True)
        for source in (f"file://{other}", "file:///etc", f"file://{self.root}/../somebody_else", f"file://{self.root}/%2e%2e/somebody_else",
                       "s3://bucket/prefix", "/etc", f"file://{self.server.data}"):
            with self.subTest(source):
                answer = self.trigger(source=source)
                self.assertEqual(answer.status, 400, answer.body)
                self.assertNotIn(str(self.folder), answer.json["message"].replace(source, ""))

    def test_a_link_out_of_the_root(self):
        secret = self.folder / "secret"
        deliver(secret, ["666"])
        (self.root / "report").symlink_to(secret / "report")
        run = self.ingest()
        self.assertEqual(run["status"], "FAILED")
        answer = self.server.query(self.tenant, self.key, "SELECT count(*) FROM aws_cost_raw")
        self.assertTrue(answer.status != 200 or answer.json["rows"] == [[0]], answer.body)

    def test_templates_that_are_unknown_or_wrong(self):
        def run(name):
            return self.server.call("POST", f"/api/v1/pipelines/run/{self.tenant}/test/bad/{name}", {}, self.key)

        self.assertEqual(run("nothing").status, 404)
        cases = {"typo": ("steps:\n  - step_id: a\n    type: query\n    sqll: SELECT 1\n", "sqll", 4),
                 "insert": ("steps:\n  - step_id: a\n    type: query\n    sql: INSERT INTO t SELECT 1\n", "INSERT", 4),
                 "two": ("steps:\n  - step_id: a\n    type: query\n    sql: SELECT 1; DROP TABLE t\n", "sql", 4),
                 "kind": ("steps:\n  - step_id: a\n    type: quary\n    sql: SELECT 1\n", "quary", 3),
                 "cycle": ("steps:\n  - {step_id: a, type: wait, seconds: 0, depends_on: [b]}\n  - {step_id: b, type: wait, seconds: 0, depends_on: [a]}\n", "a", 2),
                 "unknown_variable": ("steps:\n  - step_id: a\n    type: query\n    sql: SELECT '{nothing}'\n", "nothing", 4),
                 "yaml": ("steps: [\n", "yaml", 1)}
        for name, (text, word, line) in cases.items():
            with self.subTest(name):
                path = self.configs / "test" / "bad" / f"{name}.yml"
                path.write_text(text)
                answer = run(name)
                self.assertEqual(answer.status, 400, answer.body)
                told = str(answer.json)
                self.assertIn(word, told)
                self.assertIn(f"{name}.yml", told)
                linted = lint(path)
                self.assertNotEqual(linted.returncode, 0)
                self.assertIn(word, linted.stdout + linted.stderr)

    def test_undeclared_and_wrong_variables(self):
        deliver(self.root, GOOD)
        self.assertEqual(self.trigger(nothing="x").status, 400)
        self.assertEqual(self.trigger(billing_period="soon").status, 400)
        self.assertEqual(self.trigger(date="2025-02-30").status, 400)
        self.assertEqual(self.trigger(tenant_id="other").status, 400)


@unittest.skipUnless(os.geteuid() == 0, "a small disk needs root to be mounted")
class FullDiskFlow(unittest.TestCase):
    def test_a_full_disk_fails_the_step_and_loses_nothing(self):
        with tempfile.TemporaryDirectory(prefix="convergence-full-") as name:
            folder = pathlib.Path(name)
            data = folder / "data"
            data.mkdir()
            if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=96m", "tmpfs", str(data)], check=False).returncode != 0:
                self.skipTest("a small tmpfs cannot be mounted here")
            try:
                self.fill(folder, data)
            finally:
                subprocess.run(["umount", "-l", str(data)], check=True)

    def fill(self, folder, data):
        sources = folder / "sources"
        deliver(sources, GOOD)
        server = FlowServer(data=data, CONVERGENCE_SOURCES_ALLOWED_ROOTS=f"file://{sources}").start()
        try:
            key = server.onboard("full_disk")
            first = server.run("full_disk", key, "aws/cost/billing", source=f"file://{sources}")
            self.assertEqual(first["status"], "COMPLETE", first["error_message"])
            free = os.statvfs(data)
            with open(data / "ballast", "wb") as ballast:
                ballast.write(b"\0" * max(0, free.f_bavail * free.f_frsize - (12 << 20)))
            big = csv_bytes([str(i) for i in range(300000)])
            deliver(sources, [], assembly="20251112T060000Z", data=gzip.compress(big, 1))
            answer = server.call("POST", "/api/v1/pipelines/run/full_disk/aws/cost/billing", {"source": f"file://{sources}"}, key)
            self.assertEqual(answer.status, 200, answer.body)
            (data / "ballast").touch()
            run = server.wait(answer.json["pipeline_logging_id"], key, 300)
            self.assertEqual(run["status"], "FAILED")
            self.assertRegex(run["error_message"], "full|No space left")
            (data / "ballast").unlink()
            rows = server.query("full_disk", key, "SELECT count(*), sum(line_item_unblended_cost) FROM aws_cost_raw").json["rows"]
            self.assertEqual([int(rows[0][0]), float(rows[0][1])], [2, 3.75])
            again = server.run("full_disk", key, "aws/cost/billing", source=f"file://{sources}", seconds=300)
            self.assertEqual(again["status"], "COMPLETE", again["error_message"])
        finally:
            server.stop()


if __name__ == "__main__":
    unittest.main(verbosity=2)
