#!/usr/bin/env python3
"""The steps email and webhook as alarms of a failed run: a mail server with STARTTLS and AUTH, and an HTTP receiver."""
import email
import email.policy
import pathlib
import shutil
import tempfile
import unittest

from flow_server import SOURCE, FlowServer
from smtp_sink import SmtpSink, make_certificate
from webhook_receiver import WebhookReceiver, signature_is_good

ALARM = "gcp/example/alarm"
PASSWORD = "pa55-of-the-robot-0123456789"
SECRET = "step-secret-0123456789"
MAILS = """
variables:
  subject: {type: string, default: "Grüße, 10 € mehr"}
  to:      {type: string, default: "one@example.com"}
steps:
  - step_id: mail
    type: email
    to: ["{to}", "two@example.com"]
    cc: ["three@example.com"]
    subject: "{subject}"
    body: "Zeile eins\\n.\\nüber {tenant_id}\\n"
"""
POSTS = """
variables:
  path: {type: string}
steps:
  - step_id: post
    type: webhook
    url: "http://127.0.0.1:%d/{path}"
    body: {pipeline: "{pipeline_id}", nested: {date: "{run_date}"}}
    headers: {X-Team: billing}
    retry: {max_attempts: 3, backoff_seconds: 1, max_backoff_seconds: 1}
"""


class AlarmFlow(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="convergence-mail-"))
        certificate, key = make_certificate(cls.folder)
        cls.sink = SmtpSink(certificate, key, login=("robot", PASSWORD))
        cls.receiver = WebhookReceiver()
        (cls.folder / "password").write_text(PASSWORD + "\n")
        config = (SOURCE / "configs" / "server.yml").read_text()
        config = config.replace("- {name: email}", '- {name: email, config: {host: "127.0.0.1", port: %d, user: robot, password_file: "%s", '
                                'from: "convergence@example.com", ca_file: "%s"}}' % (cls.sink.port, cls.folder / "password", certificate))
        config = config.replace("- {name: webhook}", '- {name: webhook, config: {secret_env: ALARM_SECRET}}')
        (cls.folder / "server.yml").write_text(config)
        own = cls.folder / "configs" / "gcp" / "own"
        own.mkdir(parents=True)
        (own / "mails.yml").write_text(MAILS)
        (own / "posts.yml").write_text(POSTS % cls.receiver.port)
        cls.server = FlowServer(config=cls.folder / "server.yml", ALARM_SECRET=SECRET,
                                CONVERGENCE_WEBHOOKS_ALLOW_PRIVATE_ADDRESSES="true",
                                CONVERGENCE_CONFIGS_DIRS=f"{cls.folder / 'configs'},{SOURCE / 'configs'}").start()
        cls.key = cls.server.onboard("alarm_co")

    @classmethod
    def tearDownClass(cls):
        cls.server.__exit__()
        cls.receiver.__exit__()
        cls.sink.__exit__()
        shutil.rmtree(cls.folder, ignore_errors=True)

    def setUp(self):
        self.sink.messages.clear()
        self.sink.encrypted.clear()
        self.sink.refuse = {}
        self.receiver.answer = lambda path, count: (200, {})

    def steps(self, run):
        rows = self.server.call("GET", f"/api/v1/pipelines/runs/{run['pipeline_logging_id']}/steps", key=self.key).json
        return {row["step_id"]: row for row in rows}

    def message(self):
        return email.message_from_bytes(self.sink.messages[-1][1], policy=email.policy.default)

    def test_a_good_run_tells_nobody(self):
        run = self.server.run("alarm_co", self.key, ALARM, mail=True, slack=True, slack_url=self.receiver.url("/quiet"))
        self.assertEqual(run["status"], "COMPLETE", run)
        self.assertEqual({row["status"] for name, row in self.steps(run).items() if name != "check"}, {"SKIPPED"})
        self.assertEqual((self.sink.messages, self.receiver.of("/quiet")), ([], []))

    def test_a_failed_run_is_mailed_and_told_to_slack(self):
        run = self.server.run("alarm_co", self.key, ALARM, value=0, mail=True, slack=True, slack_url=self.receiver.url("/slack"))
        self.assertEqual(run["status"], "FAILED")
        self.assertEqual({name: row["status"] for name, row in self.steps(run).items()},
                         {"check": "FAILED", "mail": "COMPLETE", "slack": "COMPLETE"}, self.steps(run))
        self.assertEqual(self.sink.messages[0][0], ["ops@example.com"])
        self.assertEqual(self.sink.encrypted, [True])
        self.assertIn("[ALERT] alarm_co-gcp-example-alarm failed on", self.message()["Subject"])
        self.assertIn(run["pipeline_logging_id"], self.message().get_content())
        _, body = self.receiver.of("/slack")[0]
        self.assertEqual(list(body), ["text"])
        self.assertIn("[ALERT] alarm_co-gcp-example-alarm", body["text"])

    def test_several_recipients_and_any_language(self):
        run = self.server.run("alarm_co", self.key, "gcp/own/mails")
        self.assertEqual(run["status"], "COMPLETE", run)
        self.assertEqual(self.sink.messages[0][0], ["one@example.com", "two@example.com", "three@example.com"])
        self.assertEqual(self.message()["Subject"], "Grüße, 10 € mehr")
        self.assertEqual(self.message().get_content().replace("\r\n", "\n"), "Zeile eins\n.\nüber alarm_co\n")
        self.assertEqual(self.message()["Auto-Submitted"], "auto-generated")

    def test_no_header_can_be_smuggled_in(self):
        for variables in ({"subject": "x\r\nBcc: evil@example.com"}, {"subject": "x\nBcc: evil@example.com"},
                          {"to": "a@example.com>\r\nRCPT TO:<evil@example.com"}, {"to": "a@example.com, evil@example.com"}, {"to": "nobody"}):
            run = self.server.run("alarm_co", self.key, "gcp/own/mails", **variables)
            self.assertEqual(run["status"], "FAILED", variables)
            self.assertIn("the message cannot be sent", run["error_message"])
        self.assertEqual(self.sink.messages, [])

    def test_a_servers_no_is_told(self):
        for verb, reply, words in (("RCPT", "550 unknown", "(550)"), ("AUTH", "535 no", "refused the login"), ("MAIL", "451 later", "(451)")):
            self.sink.refuse = {verb: reply}
            run = self.server.run("alarm_co", self.key, "gcp/own/mails")
            self.assertEqual(run["status"], "FAILED")
            self.assertIn(words, run["error_message"])
            self.assertNotIn(PASSWORD, run["error_message"])
        self.assertNotIn(PASSWORD, "".join(self.server.lines))

    def test_a_post_is_signed_and_tried_again_when_that_may_help(self):
        self.receiver.answer = lambda path, count: (503, {"Retry-After": "1"}) if path == "/again" and count == 0 else (400 if path == "/bad" else 200, {})
        run = self.server.run("alarm_co", self.key, "gcp/own/posts", path="again")
        self.assertEqual((run["status"], self.steps(run)["post"]["attempt"]), ("COMPLETE", 2), run)
        path, headers, raw = [request for request in self.receiver.requests if request[0] == "/again"][0]
        self.assertTrue(signature_is_good(SECRET, headers["x-convergence-signature"], raw))
        self.assertEqual(headers["x-team"], "billing")
        self.assertEqual(self.receiver.of("/again")[0][1], {"pipeline": "alarm_co-gcp-own-posts", "nested": {"date": run["run_date"]}})
        run = self.server.run("alarm_co", self.key, "gcp/own/posts", path="bad")
        self.assertEqual((run["status"], self.steps(run)["post"]["attempt"]), ("FAILED", 1))
        self.assertIn("the receiver answered 400", run["error_message"])


class UnconfiguredFlow(unittest.TestCase):
    def test_without_a_mail_server_an_alarm_fails_with_a_sentence_and_no_step_reaches_inside(self):
        with WebhookReceiver() as receiver, FlowServer() as server:
            key = server.onboard("plain_co")
            self.assertEqual(server.run("plain_co", key, ALARM)["status"], "COMPLETE")
            run = server.run("plain_co", key, ALARM, value=0, mail=True, slack=True, slack_url=receiver.url("/inside"))
            self.assertEqual(run["status"], "FAILED")
            self.assertIn("step 'check'", run["error_message"])
            steps = {row["step_id"]: row for row in
                     server.call("GET", f"/api/v1/pipelines/runs/{run['pipeline_logging_id']}/steps", key=key).json}
            self.assertIn("no mail server is configured", steps["mail"]["error_message"])
            self.assertIn("not a public address", steps["slack"]["error_message"])
            self.assertEqual(receiver.requests, [])


if __name__ == "__main__":
    unittest.main()
