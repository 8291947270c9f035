#!/usr/bin/env python3
"""Compiles core, host, plugins and examples with clang as well, with its thread-safety analysis as errors.

Use: clang_check.py ROOT COMPILE_COMMANDS OUTPUT_FOLDER. g++ builds the product; clang reads the annotations of
core/base/mutex.h that g++ ignores. Through ccache an unchanged file costs nothing the second time.
"""
import concurrent.futures
import json
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys

TREES = ("core/", "host/", "plugins/", "examples/")
FLAGS = ["-O0", "-Wno-everything", "-Wthread-safety", "-Werror=thread-safety"]


def precompiled(header):
    """The headers that CMake's precompiled header names, which clang reads one by one."""
    try:
        text = pathlib.Path(header).read_text()
    except FileNotFoundError:
        return []
    return [word for name in re.findall(r"^#include <(.*)>", text, re.M) for word in ("-include", name)]


def clang_command(entry, output):
    """The entry's command with clang in the place of g++ and without what only g++ or the build knows."""
    words = shlex.split(entry["command"])
    while not os.path.basename(words[0]).startswith(("c++", "cc", "g++", "gcc")) or "ccache" in words[0]:
        words.pop(0)
    is_c = entry["file"].endswith(".c")
    command = ["clang" if is_c else "clang++"]
    rest = iter(words[1:])
    for word in rest:
        if word == "-include":
            command += precompiled(next(rest))
        elif word in ("-o", "-MF", "-MT"):
            next(rest)
        elif word.startswith(("-I", "-D", "-std=")) or word == "-fPIC":
            command.append(word)
        elif word == "-isystem":
            command += [word, next(rest)]
    return command + FLAGS + ["-c", entry["file"], "-o", output]


def check(entry, output):
    """What clang says against one file; nothing when it is content."""
    command = clang_command(entry, output)
    if shutil.which("ccache"):
        command.insert(0, "ccache")
    done = subprocess.run(command, cwd=entry["directory"], capture_output=True, text=True, check=False)
    return "" if done.returncode == 0 else done.stderr[:3000] or f"{entry['file']}: clang failed without a word"


def main(root, compile_commands, folder):
    if shutil.which("clang++") is None:
        print("clang++ is missing: run scripts/deps")
        return 1
    folder = os.path.abspath(folder)
    os.makedirs(folder, exist_ok=True)
    commands = json.loads(pathlib.Path(compile_commands).read_text())
    real = os.path.realpath(root)
    entries = [entry for entry in commands
               if os.path.relpath(os.path.realpath(entry["file"]), real).startswith(TREES)]
    outputs = [os.path.join(folder, f"{number}.o") for number in range(len(entries))]
    with concurrent.futures.ThreadPoolExecutor(len(os.sched_getaffinity(0))) as pool:
        said = [text for text in pool.map(check, entries, outputs) if text]
    print("\n".join(said))
    print(f"clang: {len(entries)} files, {len(said)} refused")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:4]))
