#!/usr/bin/env python3
"""What a lake's catalog names is on the disk: every data and delete file and its folder are synced before the catalog's
commit. The server runs with tests/shim/fsync_shim.c preloaded; the assertions read what the shim wrote down and, with
sqlite3 after the server's end, the catalog itself."""
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import tempfile
import unittest

from cur_delivery import deliver
from flow_server import SOURCE, FlowServer

TEMPLATES = {
    "fill": """
steps:
  - {step_id: fill, type: query, sql: "SELECT i AS id, CASE WHEN i % 2 = 0 THEN 'even' ELSE 'odd' END AS part, 1 AS version FROM range(20000) t(i)", destination: {table: parts, write_mode: replace}}
""",
    "replace_half": """
variables:
  rows: {type: integer, default: 10000}
steps:
  - {step_id: half, type: query, sql: "SELECT i AS id, 'even' AS part, 2 AS version FROM range({rows}) t(i)", destination: {table: parts, write_mode: replace_partition, partition: {column: part, value: even}}}
""",
    "merge": """
steps:
  - {step_id: merge, type: query, sql: "SELECT i AS id, 'odd' AS part, 3 AS version FROM range(5000, 9000) t(i)", destination: {table: parts, write_mode: merge, keys: [id, part]}}
""",
    "gated": """
gate: true
steps:
  - {step_id: one, type: query, sql: "SELECT i AS id, 'odd' AS part, 4 AS version FROM range(1000, 5000) t(i)", destination: {table: parts, write_mode: merge, keys: [id, part]}}
  - {step_id: two, type: query, sql: "SELECT part, count(*) AS n FROM parts GROUP BY part", destination: {table: summary, write_mode: replace}}
""",
}


def build_shim(folder):
    shim = folder / "fsync_shim.so"
    subprocess.run([os.environ.get("CC", "cc"), "-shared", "-fPIC", "-O1", "-o", str(shim),
                    str(SOURCE / "tests" / "shim" / "fsync_shim.c"), "-ldl"], check=True)
    return shim


class Journal:
    """The shim's lines as (number, event, path, more)."""

    def __init__(self, path):
        self.events = []
        for number, line in enumerate(path.read_text().splitlines()):
            event, place, more = (line.split(" ") + [""])[:3]
            self.events.append((number, event, place, more))

    def numbers(self, event, path):
        return [n for n, e, p, _ in self.events if e == event and p == path]

    def first_named(self, name):
        return next((n for n, e, _, more in self.events if e == "name" and more == name), None)


class FsyncFlow(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="convergence-fsync-"))
        self.addCleanup(shutil.rmtree, self.folder)
        for name, text in TEMPLATES.items():
            path = self.folder / "configs" / "test" / "sync" / f"{name}.yml"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.log = self.folder / "shim.log"
        self.server = FlowServer(self.folder / "data", CONVERGENCE_CONFIGS_DIRS=f"{SOURCE / 'configs'},{self.folder / 'configs'}",
                                 CONVERGENCE_SOURCES_ALLOWED_ROOTS=f"file://{self.folder}/sources",
                                 LD_PRELOAD=str(build_shim(self.folder)), CVG_SHIM_LOG=str(self.log))
        (self.folder / "data").mkdir()

    def complete(self, pipeline, **parameters):
        run = self.server.run("acme", self.key, pipeline, **parameters)
        self.assertEqual(run["status"], "COMPLETE", run["error_message"])

    def work(self):
        self.key = self.server.onboard("acme")
        root = self.folder / "sources" / "acme"
        root.mkdir(parents=True)
        source = f"file://{root}"
        deliver(root, ["1.5"] * 3000)
        self.complete("aws/cost/cost_usage", source=source)
        deliver(root, ["2.5"] * 2500, assembly="20251112T060000Z")
        self.complete("aws/cost/cost_usage", source=source)
        for name in ("fill", "replace_half", "merge", "gated"):
            self.complete(f"test/sync/{name}")
        self.complete("test/sync/replace_half", rows=0)
        rows = self.server.query("acme", self.key, "SELECT part, count(*), sum(version) FROM parts GROUP BY part").json["rows"]
        self.assertEqual([[r[0], int(r[1]), int(r[2])] for r in rows], [["odd", 14000, 4000 * 3 + 4000 * 4 + 6000]])

    def catalog_files(self, table):
        catalog = sqlite3.connect(self.folder / "data" / "lakes" / "acme" / "catalog.sqlite")
        with catalog:
            names = [pathlib.PurePath(row[0]).name for row in catalog.execute(f"SELECT path FROM {table}")]
        catalog.close()
        return names

    def assert_synced(self, journal, path):
        """File and folders, each after its last change and before a catalog names the file."""
        named = journal.first_named(path.name)
        self.assertIsNotNone(named, f"no write to a catalog holds {path.name}")
        changed = max(journal.numbers("write", str(path)), default=None)
        self.assertIsNotNone(changed, f"nobody wrote {path.name}")
        self.assertLess(changed, named, f"{path.name} was written after the catalog named it")
        self.assertTrue([n for n in journal.numbers("sync", str(path)) if changed < n < named], f"{path.name} was not synced before the commit")
        child = path
        while child.name != "data":
            made = max(journal.numbers("make" if child == path else "folder", str(child)), default=-1)
            synced = [n for n in journal.numbers("sync", str(child.parent)) if made < n < named]
            self.assertTrue(made < 0 or synced, f"the folder of {child.name} was not synced before the commit")
            child = child.parent

    def test_every_published_file_and_its_folder_are_synced_before_the_commit(self):
        with self.server:
            self.work()
        self.assertEqual(self.server.stop(signal.SIGTERM), 0)
        journal = Journal(self.log)
        on_disk = {path.name: path for path in (self.folder / "data" / "lakes" / "acme" / "data").rglob("*.parquet")}
        data, deletes = self.catalog_files("ducklake_data_file"), self.catalog_files("ducklake_delete_file")
        replaced = self.catalog_files("ducklake_files_scheduled_for_deletion")
        self.assertGreaterEqual(len(data), 8)
        self.assertGreaterEqual(len([n for n in deletes + replaced if n.endswith("-delete.parquet")]), 2, "the work writes delete files")
        for name in data + deletes + replaced:
            with self.subTest(name):
                self.assert_synced(journal, on_disk[name])
        self.assertEqual(set(on_disk) - set(data + deletes + replaced), set(), "nothing else lies in the lake")

    def test_a_catalog_is_synced_after_its_last_write(self):
        with self.server:
            self.work()
            last = Journal(self.log)
        catalog = str(self.folder / "data" / "lakes" / "acme" / "catalog.sqlite-wal")
        written, synced = max(last.numbers("catalog", catalog)), max(last.numbers("sync", catalog))
        self.assertLess(written, synced)


if __name__ == "__main__":
    unittest.main(verbosity=2)
