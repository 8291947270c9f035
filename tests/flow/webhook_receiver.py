"""WebhookReceiver: an HTTP sink on loopback that checks signatures and answers what a test tells it to."""
import hashlib
import hmac
import http.server
import json
import threading
import time


def signature_is_good(secret, header, body):
    """What docs/api.md tells receivers to do, without the age check: the clock is the server's own."""
    parts = dict(part.split("=", 1) for part in header.split(","))
    wanted = hmac.new(secret.encode(), parts["t"].encode() + b"." + body, hashlib.sha256).hexdigest()
    return hmac.compare_digest(parts["v1"], wanted)


class WebhookReceiver:
    """requests: what arrived, in order, as (path, headers in lower case, body). answer: path -> (status, headers)."""

    def __init__(self):
        self.requests, self.lock = [], threading.Lock()
        self.answer = lambda path, count: (200, {})
        self.pause = lambda path: 0
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                with receiver.lock:
                    count = sum(1 for path, _, _ in receiver.requests if path == self.path)
                    receiver.requests.append((self.path, {k.lower(): v for k, v in self.headers.items()}, body))
                time.sleep(receiver.pause(self.path))
                status, headers = receiver.answer(self.path, count)
                try:
                    self.send_response(status)
                    for name, value in headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", "0")
                    self.end_headers()
                except OSError:
                    pass  # the sender did not wait

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def of(self, path):
        with self.lock:
            return [(headers, json.loads(body)) for p, headers, body in self.requests if p == path]

    def wait(self, path, count, seconds=30):
        """The requests to this path once there are so many."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            found = self.of(path)
            if len(found) >= count:
                return found
            time.sleep(0.02)
        raise AssertionError(f"{path}: {len(self.of(path))} of {count} requests after {seconds} s")
