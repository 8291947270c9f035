#!/usr/bin/env python3
"""scripts/demo with the built server: everything that it shows is true, and nothing is left running."""
import contextlib
import io
import os
import pathlib
import socket
import subprocess
import sys
import tempfile
import unittest
import unittest.mock

from flow_server import BINARY, SOURCE


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class DemoFlow(unittest.TestCase):
    def demo(self, *words):
        environment = dict(os.environ, CONVERGENCE_BINARY=str(pathlib.Path(BINARY).resolve()))
        return subprocess.run([SOURCE / "scripts" / "demo", *words], env=environment, capture_output=True, text=True, check=False)

    def test_once_shows_the_main_job_and_stops(self):
        with tempfile.TemporaryDirectory(prefix="convergence-demo-") as folder:
            words = ["--port", str(free_port()), "--data", folder]
            shown = self.demo(*words, "--once")
            self.assertEqual(shown.returncode, 0, shown.stdout + shown.stderr)
            self.assertIn("Everything above was checked.", shown.stdout)
            self.assertEqual(shown.stdout.count(" COMPLETE "), 9, shown.stdout)
            self.assertNotIn("DIFFERENT", shown.stdout)
            again = self.demo(*words, "--stop")
            self.assertIn("no demo server runs", again.stdout)

    def test_a_check_that_does_not_pass_is_shown(self):
        sys.path.insert(0, str(SOURCE / "scripts"))
        import demo_tour
        results = [{"success": False, "severity": "warning", "expectation_type": "to_be_unique", "column_name": name, "unexpected_count": 2}
                   for name in ("id", None)]
        api = unittest.mock.Mock(call=lambda *_: results)
        with contextlib.redirect_stdout(io.StringIO()) as shown:
            demo_tour.show_quality(api, {"pipeline": "run"})
        self.assertIn("to_be_unique(id): 2 rows, to_be_unique(table): 2 rows", shown.getvalue())

    def test_a_folder_of_somebody_else_is_left_alone(self):
        with tempfile.TemporaryDirectory(prefix="convergence-demo-") as folder:
            kept = pathlib.Path(folder) / "mine"
            kept.write_text("x")
            refused = self.demo("--port", str(free_port()), "--data", folder, "--once")
            self.assertNotEqual(refused.returncode, 0)
            self.assertIn("not an earlier demo", refused.stderr)
            self.assertTrue(kept.exists())


if __name__ == "__main__":
    unittest.main(verbosity=2)
