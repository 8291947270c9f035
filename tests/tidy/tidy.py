#!/usr/bin/env python3
"""Enforces the house rules that no compiler knows. Use: tidy.py ROOT [--compile-commands FILE]

Prints `file:line: rule: sentence` for each breach and fails when there is one. The rules are in rules.py, the tables of
folders and third-party headers in layers.py.
"""
import argparse
import json
import os
import sys

import rules
from tree import read_tree


def compiled_sources(root, path):
    """The sources that the build compiles, relative to root; None without a compile_commands.json."""
    if not path or not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as stream:
        commands = json.load(stream)
    real = os.path.realpath(root)
    return {os.path.relpath(os.path.realpath(os.path.join(c["directory"], c["file"])), real) for c in commands}


def breaches(root, compile_commands=None):
    """All breaches of the tree, as sorted (path, line, rule, sentence)."""
    files = read_tree(root)
    found = []
    for rule in rules.OF_ONE_FILE:
        for file in files:
            found.extend((file.path, line, rule.__name__, text) for line, text in rule(file))
    for rule in rules.OF_THE_TREE:
        found.extend((path, line, rule.__name__, text) for path, line, text in rule(files))
    compiled = compiled_sources(root, compile_commands)
    if compiled is not None:
        found.extend((path, line, "dead_source", text) for path, line, text in rules.dead_source(files, compiled))
    return sorted(found)


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("root")
    parser.add_argument("--compile-commands", help="compile_commands.json of a build of all targets")
    options = parser.parse_args(arguments)
    found = breaches(options.root, options.compile_commands)
    for path, line, rule, text in found:
        print(f"{path}:{line}: {rule}: {text}")
    print(f"tidy: {len(found)} breaches" if found else "tidy: clean")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
