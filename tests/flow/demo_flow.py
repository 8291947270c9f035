#!/usr/bin/env python3
"""scripts/demo with the built server: everything that it shows is true, and nothing is left running."""
import os
import pathlib
import socket
import subprocess
import tempfile
import unittest

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
