#!/usr/bin/env python3
"""Compiles every header of the SDK alone, in every language a plugin author may use, with gcc and clang.

Use: headers_test.py SDK_INCLUDE_FOLDER. A C header (.h) must compile as C99, C11, C17 and as C++11 to C++20, a C++ header
(.hpp) as C++11 to C++20, all with -pedantic -Wall -Wextra -Werror, and twice in one file.
"""
import concurrent.futures
import os
import pathlib
import shutil
import subprocess
import sys
import unittest

INCLUDE = pathlib.Path(sys.argv.pop()) if len(sys.argv) > 1 else pathlib.Path("sdk/include")
COMPILERS = {"c": ("gcc", "clang"), "c++": ("g++", "clang++")}
STANDARDS = {"c": ("c99", "c11", "c17"), "c++": ("c++11", "c++14", "c++17", "c++20")}
FLAGS = ("-pedantic", "-Wall", "-Wextra", "-Werror", "-fsyntax-only")


def headers():
    return sorted(path.relative_to(INCLUDE).as_posix() for path in INCLUDE.rglob("*.h*"))


def compile_alone(header, language, compiler, standard):
    """What the compiler says against the header; nothing when it is content."""
    program = f"#include <{header}>\n#include <{header}>\nint nothing;\n"
    command = [compiler, f"-std={standard}", *FLAGS, "-I", str(INCLUDE), "-x", language, "-"]
    done = subprocess.run(command, input=program, capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else f"{header} as {standard} with {compiler}:\n{done.stderr[:2000]}"


class Headers(unittest.TestCase):
    def check(self, language, compiler, standard, suffixes):
        if shutil.which(compiler) is None:
            self.fail(f"{compiler} is missing: run scripts/deps")
        names = [name for name in headers() if name.endswith(suffixes)]
        self.assertTrue(names, f"there are no headers in {INCLUDE}")
        with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
            said = list(pool.map(lambda name: compile_alone(name, language, compiler, standard), names))
        self.assertFalse(any(said), "\n" + "\n".join(filter(None, said)))


def add_case(language, compiler, standard):
    suffixes = (".h",) if language == "c" else (".h", ".hpp")
    name = f"test_{standard}_{compiler}".replace("+", "p")
    setattr(Headers, name, lambda self: self.check(language, compiler, standard, suffixes))


for _language, _standards in STANDARDS.items():
    for _compiler in COMPILERS[_language]:
        for _standard in _standards:
            add_case(_language, _compiler, _standard)

if __name__ == "__main__":
    unittest.main()
