"""SmtpSink: an SMTP server on loopback with STARTTLS and AUTH, enough of RFC 5321 to take a message."""
import base64
import socket
import ssl
import subprocess
import threading


def make_certificate(folder):
    """(certificate, key) of 127.0.0.1, trusted by whoever is given the certificate."""
    certificate, key = folder / "mail.pem", folder / "mail.key"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", str(key), "-out", str(certificate),
                    "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    return certificate, key


class SmtpSink:
    """messages: (recipients, text) in order. login: (user, password) demanded; refuse: command -> reply instead of ours."""

    def __init__(self, certificate, key, login=None):
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(certificate, key)
        self.login, self.messages, self.refuse, self.encrypted = login, [], {}, []
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.listener.close()

    def _accept(self):
        while True:
            try:
                client, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client):
        try:
            client.settimeout(30)
            self._talk(client)
        except OSError:
            pass
        finally:
            client.close()

    def _talk(self, client):
        state = {"tls": False, "in": self.login is None, "to": []}
        stream = client.makefile("rwb")

        def say(text):
            stream.write(text.encode() + b"\r\n")
            stream.flush()

        say("220 sink ESMTP")
        while True:
            line = stream.readline().decode("latin-1").rstrip("\r\n")
            if not line:
                return
            verb = line.split(" ", 1)[0].split(":", 1)[0].upper()
            if verb in self.refuse:
                say(self.refuse[verb])
            elif verb == "EHLO":
                say("250-sink")
                say("250-AUTH PLAIN" if state["tls"] else "250-STARTTLS")
                say("250 8BITMIME")
            elif verb == "STARTTLS":
                say("220 go ahead")
                stream.close()
                client = self.context.wrap_socket(client, server_side=True)
                state["tls"] = True
                stream = client.makefile("rwb")
            elif verb == "AUTH":
                word = line.split(" ")[2] if len(line.split(" ")) > 2 else None
                if word is None:
                    say("334 ")
                    word = stream.readline().decode().strip()
                given = tuple(base64.b64decode(word).decode().split("\0")[1:])
                state["in"] = given == self.login
                say("235 welcome" if state["in"] else "535 no")
            elif verb == "MAIL":
                state["to"] = []
                say("250 ok" if state["in"] else "530 authentication required")
            elif verb == "RCPT":
                state["to"].append(line[line.index("<") + 1:line.index(">")])
                say("250 ok")
            elif verb == "DATA":
                say("354 go on")
                text = b""
                while not text.endswith(b"\r\n.\r\n"):
                    text += stream.readline()
                self.messages.append((state["to"], text[:-5].replace(b"\r\n..", b"\r\n.")))
                self.encrypted.append(state["tls"])
                say("250 taken")
            elif verb == "QUIT":
                say("221 bye")
                return
            else:
                say("250 ok")
