"""The rules of the tidy test. A rule's function name is its name in the output.

A rule of one file yields (line, sentence); a rule of the tree yields (path, line, sentence).
"""
import ast
import posixpath
import re

import cpp_text
import layers

FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
MAIN_LINES_MAX = 20

# Written in pieces, or this file would break its own rules.
_MARK = re.compile(r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b")
_MACHINE_PATH = re.compile(r"(?<![\w.$}~/-])/(?:" + "|".join(("wo" + "rk", "ro" + "ot", "ho" + "me/[a-z]+")) + r")(?:/|\b)(?![\w-])")
_VAGUE = frozenset(("utils", "util", "helpers", "helper", "common", "manager", "misc"))
_TERMS = re.compile("key_manager")  # words of the domain that hold a vague one
_BASH_FUNCTION = re.compile(r"^(\w+)\(\) *[{(]\s*(?:#.*)?$")
_PRODUCT = ("core/", "host/", "plugins/", "examples/", "sdk/")


def file_size(file):
    """A file has at most FILE_LINES_MAX lines."""
    if (file.is_cpp or file.is_script) and len(file.lines) > FILE_LINES_MAX:
        yield FILE_LINES_MAX + 1, f"the file has {len(file.lines)} lines, at most {FILE_LINES_MAX} are allowed"


def _script_functions(file):
    if file.extension == ".py" or file.text.startswith("#!/usr/bin/env python3"):
        try:
            tree = ast.parse(file.text)
        except SyntaxError:
            return
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                yield node.lineno, node.end_lineno, node.name
    elif file.text.startswith("#!"):
        opened = None
        for number, line in enumerate(file.lines, 1):
            match = _BASH_FUNCTION.match(line)
            if match:
                opened = (number, match.group(1))
            elif opened and line.rstrip() in ("}", ")"):
                yield opened[0], number, opened[1]
                opened = None


def function_size(file):
    """A function has at most FUNCTION_LINES_MAX lines, main() at most MAIN_LINES_MAX in the server."""
    found = cpp_text.functions(file.text) if file.is_cpp else _script_functions(file)
    for first, last, name in found:
        most = MAIN_LINES_MAX if name == "main" and file.path.startswith("host/") else FUNCTION_LINES_MAX
        if last - first + 1 > most:
            yield first, f"{name} has {last - first + 1} lines, at most {most} are allowed"


def file_name(file):
    """Files are nouns in snake_case; a name says what is inside."""
    if not (file.is_cpp or file.extension == ".py"):
        return
    if not re.fullmatch(r"[a-z][a-z0-9_]*(\.[a-z0-9]+)?", file.base):
        yield 1, f"{file.name} is not in snake_case"
    elif _VAGUE & set(_TERMS.sub("", file.base).split("_")):
        yield 1, f"{file.name} does not say what is inside"


def swallow(file):
    """An exception is not swallowed."""
    if file.is_cpp:
        for line in cpp_text.empty_catches(file.text):
            yield line, "an exception is swallowed: make it a Status or a log line (a named one: or say why not)"


def mark(file):
    """Work left undone is an issue, not a mark in the text."""
    for number, line in enumerate(file.lines, 1):
        match = _MARK.search(line)
        if match:
            yield number, f"the mark {match.group(1)}"


def machine_path(file):
    """No file names a folder of the machine it was written on."""
    for number, line in enumerate(file.lines, 1):
        match = _MACHINE_PATH.search(line)
        if match:
            yield number, f"the path {match.group()} of one machine"


def include(file):
    """Includes go down, per the table in layers.py, and a third-party header stays behind its wall."""
    if not file.is_cpp:
        return
    folder = layers.folder_of(file.path)
    tree = folder.split("/")[0]
    if tree in ("core", "host") and folder not in layers.ALLOWED:
        yield 1, f"the folder {folder} is not in the table of tests/tidy/layers.py"
        return
    for line, header, quoted in cpp_text.includes(file.text):
        target = _target(header, quoted)
        if target is not None:
            if not layers.may_include(folder, target):
                yield line, f"{folder} may not include {target} ({header})"
        elif not quoted and tree not in layers.FREE and tree in ("core", "host", "plugins", "examples", "sdk"):
            yield from _wall(folder, line, header)


def _target(header, quoted):
    """The folder of ours that an include names; None for a header of others or one beside the file."""
    if header.startswith("convergence/"):
        return "sdk"
    if quoted and "/" in header and header.split("/")[0] in ("core", "host", "plugins", "examples", "sdk", "tests",
                                                             "bench"):
        return layers.folder_of(header)
    return None


def _wall(folder, line, header):
    try:
        folders = layers.wall_of(header)
    except KeyError:
        yield line, f"<{header}> is neither standard nor in the table of tests/tidy/layers.py"
        return
    if folders is not None and folder not in folders:
        yield line, f"<{header}> stays behind its wall: {', '.join(folders) or 'tests and bench'}"


def no_test(files):
    """Every source of core, host and plugins has a test named after it."""
    tests = {f.base for f in files if f.path.startswith("tests/") and f.is_source}
    for file in files:
        product = file.path.startswith(("core/", "host/", "plugins/"))
        if product and file.is_source and file.name != "main.cpp" and f"{file.base}_test" not in tests:
            yield file.path, 1, f"there is no {file.base}_test.cpp below tests"


def dead_header(files):
    """Every header is included by somebody."""
    headers = [f for f in files if f.is_header and f.path.startswith(_PRODUCT + layers.FREE)]
    included = set()
    for file in files:
        if file.is_cpp:
            for _, header, _ in cpp_text.includes(file.text):
                included.add(header)
                included.add(posixpath.normpath(posixpath.join(posixpath.dirname(file.path), header)))
    for file in headers:
        public = file.path.split("include/", 1)[-1]
        if file.path not in included and public not in included and not file.path.startswith("sdk/include/"):
            yield file.path, 1, "nobody includes this header"


def cycle(files):
    """The folders include one another in one direction."""
    edges = {}
    for file in files:
        folder = layers.folder_of(file.path)
        if file.is_cpp and folder.split("/")[0] not in layers.FREE:
            for line, header, quoted in cpp_text.includes(file.text):
                target = _target(header, quoted)
                if target and target != folder:
                    edges.setdefault(folder, {}).setdefault(target, (file.path, line))
    for folder in sorted(edges):
        for target, (path, line) in sorted(edges[folder].items()):
            if folder < target and _reaches(edges, target, folder):
                yield path, line, f"the folders {folder} and {target} include each other"


def _reaches(edges, start, goal):
    seen, waiting = set(), [start]
    while waiting:
        folder = waiting.pop()
        if folder == goal:
            return True
        if folder not in seen:
            seen.add(folder)
            waiting.extend(edges.get(folder, ()))
    return False


def no_readme(files):
    """Every folder of the product that holds code has a README.md."""
    readmes = {posixpath.dirname(f.path) for f in files if f.name == "README.md"}
    folders = {layers.folder_of(f.path) for f in files if f.is_cpp and f.path.startswith(_PRODUCT + ("bench/",))}
    for folder in sorted(folders - readmes):
        yield folder, 1, "the folder has no README.md"


# Compiled elsewhere than by the preset that the tests look at: by the preset fuzz, and by a flow test itself.
_COMPILED_ELSEWHERE = ("tests/fuzz/libfuzzer_entry.cpp", "tests/shim/fsync_shim.c")


def dead_source(files, compiled):
    """Every source is compiled by a target; `compiled` comes from compile_commands.json."""
    for file in files:
        if file.path in _COMPILED_ELSEWHERE:
            continue
        if file.is_source and file.path.startswith(_PRODUCT + layers.FREE) and file.path not in compiled:
            yield file.path, 1, "no target compiles this source"


OF_ONE_FILE = (file_size, function_size, file_name, swallow, mark, machine_path, include)
OF_THE_TREE = (no_test, dead_header, cycle, no_readme)
