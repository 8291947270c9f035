"""SecretSearch: the secrets that a flow used, and the search for them in what a server wrote."""
import json
import mmap
import re
import threading

NEVER_TOLD = re.compile(r"secret|password|token|private_key$")  # members of a credential document
SHORTEST = 12  # shorter texts stand somewhere by chance


def texts_of(document, name=""):
    """(name of the member, text) of every text in a JSON document."""
    if isinstance(document, str):
        yield name, document
    elif isinstance(document, dict):
        for member, value in document.items():
            yield from texts_of(value, member)
    elif isinstance(document, list):
        for value in document:
            yield from texts_of(value, name)


def members(text):
    try:
        found = json.loads(text)
    except (TypeError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


class SecretSearch:
    """Of one flow, over all its servers.  Any thread."""

    def __init__(self):
        self._lock = threading.Lock()
        self._known = {}  # secret -> what it is

    def add(self, secret, what):
        if isinstance(secret, str) and len(secret) >= SHORTEST:
            with self._lock:
                self._known[secret] = what

    def note(self, path, body, reply):
        """What a request gave and its answer issued."""
        if reply.status not in (200, 201):
            return
        if "/credentials" in path and body:
            for name, text in texts_of(members(body).get("credentials", {})):
                if NEVER_TOLD.search(name):
                    self.add(text, f"the {name} of a credential")
        if "/webhooks" in path and body:
            self.add(members(body).get("secret"), "a webhook's secret")
        if "/webhooks" in path or b'"api_key"' in reply.body:
            answer = members(reply.body)
            self.add(answer.get("api_key"), "an API key")
            self.add(answer.get("secret"), "a webhook's secret")

    def search(self, place, content):
        """Sentences about what stands in this content (bytes, or a map of a file)."""
        with self._lock:
            known = dict(self._known)
        found, keys = [], {}
        for secret, what in known.items():
            if what == "an API key" and "_api_" in secret:
                keys[secret.rsplit("_api_", 1)[1].encode()] = what
            elif any(content.find(form) >= 0 for form in {secret.encode(), json.dumps(secret)[1:-1].encode()}):
                found.append(f"{what} stands in {place}")
        if keys:  # all in one pass
            found += [f"{keys[match[1]]} stands in {place}" for match in re.finditer(rb"_api_([0-9A-Za-z]{16})", content) if match[1] in keys]
        return sorted(set(found))

    def search_files(self, folder):
        found = []
        for path in sorted(folder.rglob("*")):
            try:
                if path.is_symlink() or not path.is_file() or path.stat().st_size == 0:
                    continue
                with open(path, "rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
                    found += self.search(path.relative_to(folder), content)
            except FileNotFoundError:
                continue
        return found
