"""The files of a source tree, as the tidy test sees them."""
import os

SOURCES = (".cpp", ".c")
HEADERS = (".h", ".hpp")
SCRIPTS = (".py", ".sh", ".cmake")
_SKIPPED_FOLDERS = frozenset(("build", "node_modules", "__pycache__"))


class File:
    """A text file: `path` is relative to the root, with slashes."""

    def __init__(self, root, path):
        self.path = path
        self.name = path.rsplit("/", 1)[-1]
        self.base, self.extension = os.path.splitext(self.name)
        with open(os.path.join(root, path), "rb") as stream:
            data = stream.read()
        self.is_text = b"\0" not in data[:8192]
        self.text = data.decode("utf-8", "replace") if self.is_text else ""
        self.lines = self.text.splitlines()

    @property
    def is_source(self):
        return self.extension in SOURCES

    @property
    def is_header(self):
        return self.extension in HEADERS

    @property
    def is_cpp(self):
        return self.is_source or self.is_header

    @property
    def is_script(self):
        return self.extension in SCRIPTS or self.name == "CMakeLists.txt" or self.text.startswith("#!")


def _ignored(root):
    """The top folders that .gitignore leaves out, as /name/ lines."""
    try:
        with open(os.path.join(root, ".gitignore"), encoding="utf-8") as stream:
            return {line.strip().strip("/") for line in stream if line.startswith("/")}
    except FileNotFoundError:
        return set()


def read_tree(root):
    """All files below root but ignored top folders, build folders and what begins with a dot (.ci is ours)."""
    files = []
    ignored = _ignored(root)
    for folder, folders, names in os.walk(root):
        skipped = _SKIPPED_FOLDERS | (ignored if folder == root else set())
        folders[:] = sorted(f for f in folders if f not in skipped and (not f.startswith(".") or f == ".ci"))
        for name in sorted(names):
            path = os.path.join(folder, name)
            if os.path.isfile(path) and not os.path.islink(path):
                files.append(File(root, os.path.relpath(path, root).replace(os.sep, "/")))
    return files
