#!/usr/bin/env python3
"""The tests of scripts/test_report.py, which counts the cases of scripts/test, and of scripts/bench_json.py."""
import contextlib
import io
import json
import os
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts"))
sys.dont_write_bytecode = True
import bench_json  # noqa: E402  (the path comes first)
import test_report  # noqa: E402

GTEST = """<testsuites><testsuite name="Plan">
<testcase name="A" classname="Plan" status="run" result="completed"/>
<testcase name="B" classname="Plan" status="run" result="completed"><failure message="1 is not 2"/></testcase>
<testcase name="C" classname="Plan" status="run" result="skipped"><skipped message="no data"/></testcase>
</testsuite></testsuites>"""


class Report(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.results = pathlib.Path(folder.name)
        self.reports = self.results / "reports"
        self.reports.mkdir()

    def stage(self, junit, reports=()):
        """The tally of a stage, and what was printed."""
        (self.results / "release.xml").write_text(f"<testsuite>{junit}</testsuite>")
        for name, text in dict(reports).items():
            (self.reports / f"{name}.xml").write_text(text)
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            test_report.stage("release", self.results, self.reports)
        tally = json.loads((self.results / "release.tally").read_text())
        return (tally["passed"], tally["failed"], tally["skipped"]), printed.getvalue()

    def test_cases_are_counted_not_programs(self):
        tally, printed = self.stage('<testcase name="core_run" status="fail"><failure message="Failed"/></testcase>',
                                    {"core_run": GTEST})
        self.assertEqual(tally, (1, 1, 1))
        self.assertIn("core_run: Plan.B", printed)
        self.assertIn("1 is not 2", printed)

    def test_a_program_that_died_counts_what_it_printed_and_itself(self):
        output = "[       OK ] Plan.A (0 ms)\n[ RUN      ] Plan.B\n"
        tally, _ = self.stage(f'<testcase name="core_run" status="fail"><failure message="SIGSEGV"/>'
                              f"<system-out>{output}</system-out></testcase>", {"core_run": "<testsuites><cut"})
        self.assertEqual(tally, (1, 1, 0))

    def test_a_leak_after_all_cases_passed_is_a_failure(self):
        passed = GTEST.replace('<failure message="1 is not 2"/>', "")
        tally, _ = self.stage('<testcase name="core_run" status="fail"/>', {"core_run": passed})
        self.assertEqual(tally, (2, 1, 1))

    def test_what_a_sanitizer_found_is_a_failure_of_its_own(self):
        output = "noise\n==1==WARNING: ThreadSanitizer: data race\n  Read of size 4\n"
        tally, printed = self.stage(f'<testcase name="core_run" status="fail"><system-out>{output}</system-out></testcase>',
                                    {"core_run": GTEST})
        self.assertEqual(tally, (1, 2, 1))
        self.assertIn("Read of size 4", printed)
        self.assertNotIn("noise", printed)

    def test_a_program_that_was_not_built_is_a_failure(self):
        tally, _ = self.stage('<testcase name="core_run" status="notrun"><failure message=""/></testcase>')
        self.assertEqual(tally, (0, 1, 0))

    def test_cases_of_unittest_are_counted(self):
        rule, double = "-" * 70, "=" * 70
        output = (f"{double}\nFAIL: test_a (walk.Walk.test_a)\n{rule}\nTraceback\nAssertionError: 1 != 2\n\n"
                  f"{double}\nERROR: test_b (walk.Walk.test_b)\n{rule}\nKeyError: 'run'\n\n"
                  f"{rule}\nRan 5 tests in 0.1s\n\nFAILED (failures=1, errors=1)\n")
        tally, printed = self.stage(f'<testcase name="flow_walk" status="fail"><system-out>{output}</system-out></testcase>')
        self.assertEqual(tally, (3, 2, 0))
        self.assertIn("flow_walk: test_a (walk.Walk.test_a)", printed)
        self.assertIn("AssertionError: 1 != 2", printed)
        self.assertIn("KeyError: 'run'", printed)

    def test_any_other_program_is_one_case(self):
        tally, _ = self.stage('<testcase name="tidy" status="run"/>')
        self.assertEqual(tally, (1, 0, 0))

    def test_a_stage_without_a_report_has_failed(self):
        with contextlib.redirect_stdout(io.StringIO()):
            test_report.stage("asan", self.results, self.reports)
        self.assertEqual(json.loads((self.results / "asan.tally").read_text())["failed"], 1)

    def test_the_last_line_adds_stages_and_broken_builds(self):
        (self.results / "a.tally").write_text('{"passed": 3, "failed": 0, "skipped": 1}')
        (self.results / "b.tally").write_text('{"passed": 4, "failed": 0, "skipped": 0}')
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            self.assertEqual(test_report.total(self.results, 0), 0)
            self.assertEqual(test_report.total(self.results, 1), 1)
        lines = printed.getvalue().splitlines()
        self.assertIn("7 passed, 0 failed", lines)
        self.assertEqual(lines[-1], "7 passed, 1 failed")

    def test_nothing_tested_is_a_failure(self):
        with contextlib.redirect_stdout(io.StringIO()):
            self.assertEqual(test_report.total(self.results, 0), 1)


class Bench(unittest.TestCase):
    def test_a_figure_is_read_and_other_lines_are_left_out(self):
        lines = ["loading 2000000 rows", "ingest.csv_gz 1.9e6 rows/s 2.0e6 0.95 goal>=0.9 ok", "x 1 ms - - goal<=2 short"]
        figures = list(bench_json.figures(lines))
        self.assertEqual([f["name"] for f in figures], ["ingest.csv_gz", "x"])
        self.assertEqual(figures[0]["ratio"], 0.95)
        self.assertEqual(figures[0]["goal"], {">=": 0.9})
        self.assertEqual(figures[1]["limit"], "-")


if __name__ == "__main__":
    unittest.main()
