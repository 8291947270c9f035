"""FlowServer: the real binary on a data directory of its own, for flow tests; python3's standard library only."""
import http.client
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.error
import urllib.request

from contract import Contract
from secret_search import SecretSearch

BINARY = os.environ.get("CONVERGENCE_BINARY", "build/release/bin/convergence")
SOURCE = pathlib.Path(__file__).resolve().parents[2]
START_SECONDS_MAX = 60
ADMIN_KEY = "flow-admin-key-0123456789"
SECRETS = SecretSearch()


class Reply:
    """One answer: status, headers (names in lower case), body."""

    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, {k.lower(): v for k, v in headers}, body

    @property
    def json(self):
        return json.loads(self.body)


class FlowServer:
    """Starts the server and stops it; call() speaks JSON, raw() sends bytes as they are."""

    def __init__(self, data=None, flags=(), tls=None, config=None, **environment):
        self.tls = tls  # an ssl.SSLContext of the client's side; None: plain HTTP
        self.own_data = data is None
        self.config = config or SOURCE / "configs" / "server.yml"
        self.data = pathlib.Path(data or tempfile.mkdtemp(prefix="convergence-flow-"))
        self.lines = []
        self.env = {k: v for k, v in os.environ.items() if not k.startswith("CONVERGENCE_") and k != "PORT"}
        self.env.update(ADMIN_API_KEY=ADMIN_KEY, CONVERGENCE_CONFIGS_DIRS=str(SOURCE / "configs"),
                        CONVERGENCE_PLANS_FILE=str(SOURCE / "configs" / "plans.yml"),
                        CONVERGENCE_RATE_LIMITS_ONBOARD_PER_MINUTE="100000",
                        CONVERGENCE_RATE_LIMITS_DRYRUN_PER_MINUTE="100000",
                        CONVERGENCE_RATE_LIMITS_TENANT_PER_MINUTE="10000000",
                        CONVERGENCE_RATE_LIMITS_TENANT_PER_HOUR="10000000",
                        CONVERGENCE_RATE_LIMITS_RUN_PER_MINUTE="10000000")
        self.env.update(environment)
        self.flags = list(flags)
        self.process = None
        self.port = 0
        self.contract = None
        SECRETS.add(self.env["ADMIN_API_KEY"], "the operator's key")

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        try:
            self.stop()
        finally:
            if self.own_data:
                shutil.rmtree(self.data, ignore_errors=True)

    def command(self, *flags):
        return [BINARY, "serve", "--config", str(self.config), "--data", str(self.data),
                "--listen", "127.0.0.1:0", *self.flags, *flags]

    def start(self):
        self.port = 0
        self.process = subprocess.Popen(self.command(), env=self.env, cwd=self.data, text=True, errors="replace",
                                        stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        ready = threading.Event()
        self.reader = threading.Thread(target=self._read, args=(ready,), daemon=True)
        self.reader.start()
        if not ready.wait(START_SECONDS_MAX) or not self.port:
            self.process.kill()
            raise RuntimeError("the server did not start:\n" + "".join(self.lines[-40:]))
        return self

    def kill_a_start(self, seconds):
        """A start that ends by kill -9 after so many seconds, wherever it is."""
        process = subprocess.Popen(self.command(), env=self.env, cwd=self.data, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(seconds)
        process.kill()
        process.wait()

    def _read(self, ready):
        for line in self.process.stdout:
            self.lines.append(line)
            found = re.match(r"convergence listening on https?://[^ ]*:(\d+)", line)
            if found:
                self.port = int(found.group(1))
                ready.set()
        ready.set()

    def stop(self, how=signal.SIGTERM, seconds=60):
        """The exit status.  A secret of the flow in what the server wrote raises AssertionError; not where it was killed."""
        if self.process is None:
            return None
        searched = how != signal.SIGKILL
        metrics = self._last_metrics() if searched else b""
        if self.process.poll() is None:
            self.process.send_signal(how)
        try:
            code = self.process.wait(seconds)
            self.reader.join(seconds)
            self.process.stdout.close()
        except subprocess.TimeoutExpired:
            self.process.kill()
            raise
        if searched:
            self._search_for_secrets(metrics)
        return code

    def _last_metrics(self):
        """What /metrics tells at the end; nothing of a server that does not answer any more."""
        try:
            return self.exchange("GET", "/metrics", seconds=5).body if self.process.poll() is None else b""
        except (OSError, http.client.HTTPException):
            return b""

    def _search_for_secrets(self, metrics):
        found = SECRETS.search("a log line", "".join(self.lines).encode()) + SECRETS.search("/metrics", metrics)
        found += SECRETS.search_files(self.data)
        if found:
            raise AssertionError("secrets of this flow were written: " + "; ".join(found))

    def call(self, method, path, body=None, key=None, headers=None, data=None):
        """The reply, which must keep to the server's own OpenAPI document."""
        if self.contract is None:
            document = self.exchange("GET", "/openapi.json")
            self.contract = Contract(document.json) if document.status == 200 else None
        reply = self.exchange(method, path, body, key, headers, data)
        if self.contract is not None:
            self.contract.check(method, path, reply)
        return reply

    def exchange(self, method, path, body=None, key=None, headers=None, data=None, seconds=120):
        """The same without the comparison."""
        scheme = "https" if self.tls else "http"
        request = urllib.request.Request(f"{scheme}://127.0.0.1:{self.port}{path}", method=method)
        if body is not None:
            data = json.dumps(body).encode()
            request.add_header("Content-Type", "application/json")
        if key:
            request.add_header("X-API-Key", key)
        for name, value in (headers or {}).items():
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, data=data, timeout=seconds, context=self.tls) as answer:
                reply = Reply(answer.status, answer.getheaders(), answer.read())
                SECRETS.note(path, data, reply)
                return reply
        except urllib.error.HTTPError as error:
            reply = Reply(error.code, error.headers.items(), error.read())
            found = SECRETS.search(f"the {error.code} to {method} {path.split('?')[0]}", reply.body)
            if found:
                raise AssertionError("; ".join(found)) from None
            return reply

    def connect(self):
        return RawClient(self.port, self.tls)

    def raw(self, data):
        with self.connect() as client:
            client.send(data)
            return client.answer()

    def onboard(self, tenant, plan="SCALE"):
        """The tenant's key."""
        answer = self.call("POST", "/api/v1/tenants/onboard",
                           {"tenant_id": tenant, "company_name": "Flow Test", "admin_email": "ops@example.com",
                            "subscription_plan": plan})
        if answer.status != 200:
            raise AssertionError(f"onboarding {tenant}: {answer.status} {answer.body!r}")
        return answer.json["api_key"]

    def run(self, tenant, key, pipeline, seconds=120, **parameters):
        """Triggers provider/domain/template and waits for its end; the run's row."""
        answer = self.call("POST", f"/api/v1/pipelines/run/{tenant}/{pipeline}", parameters, key)
        if answer.status != 200:
            raise AssertionError(f"{pipeline}: {answer.status} {answer.body!r}")
        return self.wait(answer.json["pipeline_logging_id"], key, seconds)

    def wait(self, run_id, key, seconds=120):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            answer = self.call("GET", f"/api/v1/pipelines/runs/{run_id}", key=key)
            if answer.status != 200:
                raise AssertionError(f"the run {run_id}: {answer.status} {answer.body!r}")
            row = answer.json
            if row["status"] in ("COMPLETE", "FAILED"):
                return row
            time.sleep(0.02)
        raise AssertionError(f"the run {run_id} did not end in {seconds} s: {row}")

    def query(self, tenant, key, sql, **options):
        return self.call("POST", f"/api/v1/tenants/{tenant}/query", {"sql": sql, **options}, key)


class RawClient:
    """A connection that sends bytes as they are."""

    def __init__(self, port, tls=None):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        if tls:
            self.socket = tls.wrap_socket(self.socket, server_hostname="127.0.0.1")
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def send(self, data):
        self.socket.sendall(data)

    def answer(self, to_head=False):
        """(status, head, body); status 0 when the connection ended first."""
        while b"\r\n\r\n" not in self.buffer:
            if not self._more():
                return 0, self.buffer, b""
        head, rest = self.buffer.split(b"\r\n\r\n", 1)
        length = re.search(rb"(?i)\r\ncontent-length: (\d+)", head)
        length = int(length.group(1)) if length and not to_head else 0
        while len(rest) < length and self._more():
            rest = self.buffer.split(b"\r\n\r\n", 1)[1]
        self.buffer = rest[length:]
        return int(head.split(b" ", 2)[1]), head, rest[:length]

    def ended(self):
        return not self.buffer and not self._more()

    def _more(self):
        try:
            data = self.socket.recv(65536)
        except ConnectionResetError:
            return False
        self.buffer += data
        return bool(data)
