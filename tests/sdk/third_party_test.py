#!/usr/bin/env python3
"""Builds examples/provider-c as a stranger would: a copy of it beside a copy of sdk/, nothing else of the project in reach.

Use: third_party_test.py SOURCE_FOLDER.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

SOURCE = pathlib.Path(sys.argv.pop()) if len(sys.argv) > 1 else pathlib.Path(".")
CXX_PLUGIN = """
#include <convergence/plugin.hpp>
namespace {
struct Nap : convergence::Step {
  explicit Nap(const convergence::Json &) {}
  static convergence::Json describe() { return convergence::Json::object().set("summary", "sleeps"); }
  void run(convergence::Call &call, const convergence::Json &spec, convergence::Json &) override {
    call.sleep(spec["ms"].integer());
  }
};
const cvg_component *component(uint32_t i) { return i == 0 ? convergence::StepThunks<Nap>::component("nap") : nullptr; }
}  // namespace
CVG_PLUGIN("com.example.nap", "1.0.0",
           "{\\"id\\":\\"com.example.nap\\",\\"version\\":\\"1.0.0\\",\\"abi\\":\\"1.0\\","
           "\\"components\\":[{\\"kind\\":\\"cvg.step/1\\",\\"name\\":\\"nap\\"}]}",
           &component)
"""


def run(*command):
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(f"{' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


class ThirdParty(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="cvg-third-party-"))
        self.addCleanup(shutil.rmtree, self.folder)
        shutil.copytree(SOURCE / "sdk", self.folder / "sdk")

    def build(self, project, *options):
        build = self.folder / "build"
        mask = os.umask(0o002)  # what many systems give their users: the file must be closed to the group all the same
        try:
            run("cmake", "-S", project, "-B", build, f"-DCMAKE_PREFIX_PATH={self.folder / 'sdk'}", *options)
            run("cmake", "--build", build)
        finally:
            os.umask(mask)
        return build

    def check(self, plugin):
        exported = re.findall(r"\b(\w+)$", run("nm", "-D", "--defined-only", "--format=just-symbols", plugin), re.M)
        self.assertEqual(exported, ["cvg_plugin_entry"])
        self.assertIn(".note.cvg", run("readelf", "-SW", plugin))
        self.assertEqual(plugin.stat().st_mode & 0o022, 0)

    def test_example_builds_alone_and_exports_one_symbol(self):
        shutil.copytree(SOURCE / "examples/provider-c", self.folder / "provider-c")
        for compiler in ("gcc", "clang"):
            if shutil.which(compiler):
                build = self.build(self.folder / "provider-c", f"-DCMAKE_C_COMPILER={compiler}", "-DCMAKE_C_FLAGS=-Werror")
                self.check(build / "acme.so")
                shutil.rmtree(build)

    def test_plugin_in_cpp_needs_one_file_and_five_lines_of_cmake(self):
        project = self.folder / "nap"
        project.mkdir()
        (project / "nap.cpp").write_text(CXX_PLUGIN)
        (project / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.20)\nproject(nap LANGUAGES CXX)\nset(CMAKE_CXX_STANDARD 11)\n"
            "find_package(ConvergenceSDK 1.0 REQUIRED)\ncvg_add_plugin(nap SOURCES nap.cpp)\n")
        self.check(self.build(project, "-DCMAKE_CXX_FLAGS=-Wall -Wextra -Wpedantic -Werror") / "nap.so")

    def test_later_version_is_refused(self):
        project = self.folder / "later"
        project.mkdir()
        (project / "CMakeLists.txt").write_text(
            "cmake_minimum_required(VERSION 3.20)\nproject(later LANGUAGES C)\nfind_package(ConvergenceSDK 1.7 REQUIRED)\n")
        with self.assertRaises(AssertionError) as refused:
            self.build(project)
        self.assertIn("ConvergenceSDK", str(refused.exception))


if __name__ == "__main__":
    unittest.main()
