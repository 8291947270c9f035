#!/usr/bin/env python3
"""The tests of clang_check.py: a field read without its lock is refused, with it is not."""
import contextlib
import io
import json
import os
import tempfile
import unittest

import clang_check

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
SOURCE = """#include "core/base/mutex.h"
struct Counter {
  cvg::Mutex mutex_;
  int value_ CVG_GUARDED_BY(mutex_) = 0;
  int read() { %s return value_; }
};
int read(Counter& c) { return c.read(); }
"""


class ClangCheck(unittest.TestCase):
    def status(self, lock):
        """The exit status of the check for a tree with one source, and what it printed."""
        with tempfile.TemporaryDirectory() as folder:
            os.mkdir(os.path.join(folder, "core"))
            source = os.path.join(folder, "core", "counter.cpp")
            with open(source, "w", encoding="utf-8") as stream:
                stream.write(SOURCE % lock)
            commands = os.path.join(folder, "compile_commands.json")
            with open(commands, "w", encoding="utf-8") as stream:
                json.dump([{"directory": folder, "file": source, "command":
                            f"/usr/bin/ccache /usr/bin/c++ -I{ROOT} -std=c++20 -fno-gnu-unique -Winvalid-pch "
                            f"-include absent.hxx -MD -MF x.d -o counter.o -c {source}"}], stream)
            with contextlib.redirect_stdout(io.StringIO()) as printed:
                return clang_check.main(folder, commands, os.path.join(folder, "out")), printed.getvalue()

    def test_a_guarded_field_read_without_its_lock_is_refused(self):
        status, printed = self.status("")
        self.assertEqual(status, 1)
        self.assertIn("value_", printed)

    def test_the_same_under_the_lock_is_fine(self):
        self.assertEqual(self.status("cvg::MutexLock lock(mutex_);"), (0, "\nclang: 1 files, 0 refused\n"))


if __name__ == "__main__":
    unittest.main()
