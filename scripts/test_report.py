#!/usr/bin/env python3
"""Counts test cases for scripts/test.

test_report.py stage NAME RESULTS REPORTS   reads RESULTS/NAME.xml (ctest's JUnit) and the GoogleTest reports that the
                                            programs left in REPORTS, prints what failed, writes RESULTS/NAME.tally
test_report.py total RESULTS BROKEN         adds all tallies and BROKEN (builds that failed); prints the last line
"""
import json
import pathlib
import re
import sys
import xml.etree.ElementTree as xml

OUTPUT_LINES_MAX = 40
SANITIZER = re.compile(r"WARNING: ThreadSanitizer|ERROR: (?:Address|Leak)Sanitizer|runtime error: ")


def printable(text):
    """Characters that XML forbids are in the output of crashed programs."""
    return "".join(c if c in "\n\t" or c >= " " else "?" for c in text)


def gtest_cases(report):
    """Yields (name, state, message) for every case of a GoogleTest report."""
    for case in xml.parse(report).getroot().iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name')}"
        failures = [f.get("message") or f.text or "" for f in case.findall("failure")]
        if failures:
            yield name, "failed", "\n".join(failures)
        elif case.get("result") == "skipped" or case.find("skipped") is not None:
            yield name, "skipped", ""
        elif case.get("status") != "notrun":
            yield name, "passed", ""


def output_cases(output):
    """Yields the cases that a program without a report printed: GoogleTest's lines of a program that died, or
    unittest's summary."""
    for state, name in re.findall(r"\[ +(OK|FAILED|SKIPPED) +\] (\S+).* \(\d+ ms\)", output):
        yield name, {"OK": "passed", "FAILED": "failed", "SKIPPED": "skipped"}[state], ""
    ran = re.search(r"^Ran (\d+) tests? in ", output, re.M)
    if ran:
        bad = list(unittest_failures(output))
        yield from bad
        for number in range(int(ran.group(1)) - len(bad)):
            yield f"case {number + 1}", "passed", ""


def unittest_failures(output):
    """Yields the cases that unittest describes between its double rules: a title, a rule, what happened."""
    blocks = re.split(r"^={70}$", output, flags=re.M)[1:]
    for block in blocks:
        title, _, text = block.partition("\n" + "-" * 70 + "\n")
        found = re.match(r"\s*(?:FAIL|ERROR): (.*)", title)
        if found:
            text = text.split("\n" + "-" * 70 + "\nRan ")[0]
            yield found.group(1), "failed", "\n".join(text.splitlines()[-OUTPUT_LINES_MAX:])


def program_cases(test, reports):
    """The cases of one ctest test; a program that failed without a failed case is one failed case itself."""
    name = test.get("name")
    output = test.findtext("system-out") or ""
    if test.get("status") in ("notrun", "disabled"):
        return [(name, "failed" if test.find("failure") is not None else "skipped", "it was not run")]
    try:
        cases = list(gtest_cases(reports / f"{name}.xml"))
    except (OSError, xml.ParseError):  # the program died before it wrote its report
        cases = list(output_cases(output))
    failed = test.get("status") == "fail"
    found = SANITIZER.search(output)
    if failed and found:
        cases.append(("what the sanitizer found", "failed", output[output.rfind("\n", 0, found.start()) + 1:]))
    elif failed and not any(state == "failed" for _, state, _ in cases):
        reason = test.find("failure")
        reason = reason.get("message") if reason is not None else ""
        tail = "\n".join(output.splitlines()[-OUTPUT_LINES_MAX:])
        cases.append(("the program itself", "failed", f"{reason}\n{tail}"))
    elif not cases:
        cases.append((name, "passed", ""))
    return [(f"{name}: {case}", state, message) for case, state, message in cases]


def stage(name, results, reports):
    junit = results / f"{name}.xml"
    if not junit.exists():
        print(f"test: {name}: ctest left no report; the last lines of its log:")
        log = results / f"{name}.log"
        print("\n".join(log.read_text(errors="replace").splitlines()[-OUTPUT_LINES_MAX:]) if log.exists() else "")
        cases = [(name, "failed", "")]
        seconds = 0.0
    else:
        root = xml.fromstring(printable(junit.read_text(errors="replace")))
        tests = list(root.iter("testcase"))
        cases = [case for test in tests for case in program_cases(test, reports)]
        seconds = sum(float(test.get("time") or 0) for test in tests)
    tally = {state: sum(1 for case in cases if case[1] == state) for state in ("passed", "failed", "skipped")}
    for case, state, message in cases:
        if state == "failed":
            lines = message.strip().splitlines()[:OUTPUT_LINES_MAX]
            print(f"test: FAILED {name}: {case}", *(f"    {line}" for line in lines), sep="\n")
    print(f"test: {name}: {tally['passed']} passed, {tally['failed']} failed, {tally['skipped']} skipped "
          f"({seconds:.0f} s of tests)", flush=True)
    (results / f"{name}.tally").write_text(json.dumps(tally))
    return 0


def total(results, broken):
    tallies = [json.loads(path.read_text()) for path in sorted(results.glob("*.tally"))]
    passed = sum(tally["passed"] for tally in tallies)
    failed = sum(tally["failed"] for tally in tallies) + broken
    skipped = sum(tally["skipped"] for tally in tallies)
    if skipped:
        print(f"test: {skipped} skipped (each says why in its log)")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


def main(arguments):
    if len(arguments) == 4 and arguments[0] == "stage":
        return stage(arguments[1], pathlib.Path(arguments[2]), pathlib.Path(arguments[3]))
    if len(arguments) == 3 and arguments[0] == "total":
        return total(pathlib.Path(arguments[1]), int(arguments[2]))
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
