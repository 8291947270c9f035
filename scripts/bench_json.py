#!/usr/bin/env python3
"""Collects the lines of scripts/bench into a JSON file. Use: bench_json.py FILE <LINES

A figure is a line `name value unit limit ratio goal>=x|goal<=x ok|short`; all other lines are left out.
"""
import json
import os
import pathlib
import platform
import re
import subprocess
import sys

FIGURE = re.compile(r"^(\S+) (\S+) (\S+) (\S+) (\S+) goal(>=|<=)(\S+) (ok|short)$")


def number(word):
    """A figure's number; words such as `-` stay words."""
    try:
        return float(word)
    except ValueError:
        return word


def figures(lines):
    for line in lines:
        match = FIGURE.match(" ".join(line.split()))
        if match:
            name, value, unit, limit, ratio, sense, goal, verdict = match.groups()
            yield {"name": name, "value": number(value), "unit": unit, "limit": number(limit), "ratio": number(ratio),
                   "goal": {sense: number(goal)}, "verdict": verdict}


def processor():
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def main(path):
    commit = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False).stdout.strip()
    report = {"commit": commit, "machine": {"processor": processor(), "cores": len(os.sched_getaffinity(0)),
                                            "kernel": platform.release()},
              "figures": list(figures(sys.stdin))}
    pathlib.Path(path).write_text(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1])
