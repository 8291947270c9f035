#!/usr/bin/env python3
"""The whole of http_flow over TLS: the same framing, limits, errors and drain; certificates that are wrong or renewed."""
import os
import pathlib
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import unittest

import http_flow
from flow_server import FlowServer, RawClient
from http_flow import message

SUBJECT = "/CN=127.0.0.1"


def make_certificate(folder, name, *options):
    """A certificate that signs itself, for the loopback address: (certificate, key)."""
    certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
                    "-subj", SUBJECT, "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate, *options],
                   check=True, capture_output=True)
    key.chmod(0o600)
    return certificate, key


def tls_environment(certificate, key):
    return {"CONVERGENCE_HTTP_TLS_CERTIFICATE_FILE": str(certificate), "CONVERGENCE_HTTP_TLS_KEY_FILE": str(key)}


class TlsFlow(http_flow.HttpFlow):
    @classmethod
    def make_server(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="convergence-tls-"))
        certificate, key = make_certificate(cls.folder, "server")
        return FlowServer(tls=ssl.create_default_context(cafile=certificate), **cls.environment, **tls_environment(certificate, key))

    @classmethod
    def tearDownClass(cls):
        super().tearDownClass()
        shutil.rmtree(cls.folder)

    def handshake(self, **settings):
        """A client's context with these settings."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.load_verify_locations(self.folder / "server.pem")
        for name, value in settings.items():
            setattr(context, name, value)
        return context

    def test_the_first_line_tells_https(self):
        self.assertTrue(any(line.startswith("convergence listening on https://127.0.0.1:") for line in self.server.lines))

    def test_the_one_protocol_is_http_1_1(self):
        context = self.handshake()
        context.set_alpn_protocols(["h2", "http/1.1"])
        with RawClient(self.server.port, context) as client:
            self.assertEqual(client.socket.selected_alpn_protocol(), "http/1.1")
        context.set_alpn_protocols(["h2"])
        with self.assertRaises(ssl.SSLError):
            RawClient(self.server.port, context)

    def test_old_versions_are_refused(self):
        with self.assertRaises((ssl.SSLError, ConnectionResetError)):
            RawClient(self.server.port, self.handshake(maximum_version=ssl.TLSVersion.TLSv1_1))
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            with RawClient(self.server.port, self.handshake(minimum_version=version, maximum_version=version)) as client:
                client.send(message("GET /health"))
                self.assertEqual(client.answer()[0], 200)

    def test_plain_http_is_told_that_the_port_speaks_https(self):
        with RawClient(self.server.port) as client:
            client.send(message("GET /health"))
            status, head, body = client.answer()
            self.assertEqual((status, b"HTTPS only" in body), (400, True), (head, body))
            self.assertTrue(client.ended())

    def test_a_handshake_that_stands_still_is_cut(self):
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=30) as client:
            client.sendall(b"\x16\x03\x01\x02\x00\x01")
            try:
                self.assertEqual(client.recv(10), b"")
            except ConnectionResetError:
                pass  # an end as well: what was sent is still unread

    def test_the_end_is_told_by_tls(self):
        context = self.handshake()
        plain = socket.create_connection(("127.0.0.1", self.server.port), timeout=30)
        with context.wrap_socket(plain, server_hostname="127.0.0.1", suppress_ragged_eofs=False) as client:
            client.sendall(message("GET /health", "Connection: close\r\n"))
            data = b""
            while piece := client.recv(65536):  # an end without TLS's own goodbye would raise
                data += piece
            self.assertIn(b"healthy", data)

    def test_large_answers_arrive_whole(self):
        self.assertGreater(len(self.server.call("GET", "/docs/swagger-ui-bundle.js").body), 1_000_000)


class CertificateFlow(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="convergence-tls-"))
        self.certificate, self.key = make_certificate(self.folder, "a")

    def tearDown(self):
        shutil.rmtree(self.folder)

    def refusal(self, certificate, key, **more):
        """The one line that a server with these files ends with."""
        server = FlowServer(data=self.folder / "data", **tls_environment(certificate, key), **more)
        done = subprocess.run(server.command(), env=server.env, capture_output=True, text=True, timeout=60)
        self.assertNotEqual(done.returncode, 0)
        lines = [line for line in done.stderr.strip().splitlines() if not line.startswith("{")]
        self.assertEqual(len(lines), 1, done.stderr)
        return lines[0]

    def test_wrong_files_end_the_start_in_a_sentence(self):
        other = make_certificate(self.folder, "b")[1]
        nonsense = self.folder / "nonsense.pem"
        nonsense.write_text("nonsense")
        nonsense.chmod(0o600)
        self.assertIn("is not the key of the certificate", self.refusal(self.certificate, other))
        self.assertIn("holds no certificate in PEM", self.refusal(nonsense, self.key))
        self.assertIn("holds no key in PEM", self.refusal(self.certificate, nonsense))
        self.assertIn("cannot be read: No such file", self.refusal(self.folder / "none", self.key))
        self.assertIn("the TLS key is not named", self.refusal(self.certificate, ""))
        self.assertIn("the TLS certificate is not named", self.refusal("", self.key))
        self.assertIn("tls_version_min", self.refusal(self.certificate, self.key, CONVERGENCE_HTTP_TLS_VERSION_MIN="1.1").lower())
        self.key.chmod(0o644)
        self.assertIn("open to others (mode 0644)", self.refusal(self.certificate, self.key))

    def test_a_renewed_certificate_is_taken_at_sighup_and_a_bad_one_is_not(self):
        context = ssl.create_default_context(cafile=self.certificate)

        def serial():
            with RawClient(server.port, context) as client:
                return client.socket.getpeercert()["serialNumber"]

        def wait_for_line(text):
            end = time.monotonic() + 30
            while not any(text in line for line in server.lines):
                self.assertLess(time.monotonic(), end, server.lines)
                time.sleep(0.02)

        with FlowServer(tls=context, **tls_environment(self.certificate, self.key)) as server:
            first = serial()
            with server.connect() as old:
                renewed, key = make_certificate(self.folder, "renewed")
                os.replace(key, self.key)
                server.process.send_signal(signal.SIGHUP)  # the key alone fits no certificate
                wait_for_line("The TLS certificate was not renewed")
                self.assertEqual(serial(), first)
                context.load_verify_locations(renewed)
                os.replace(renewed, self.certificate)
                server.process.send_signal(signal.SIGHUP)
                wait_for_line("The TLS certificate was read again")
                self.assertNotEqual(serial(), first)
                old.send(message("GET /health"))  # what began with the old certificate goes on
                self.assertEqual(old.answer()[0], 200)


if __name__ == "__main__":
    unittest.main(verbosity=2)
