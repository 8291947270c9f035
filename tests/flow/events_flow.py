#!/usr/bin/env python3
"""A run's log and its Server-Sent Events: order, ids, coming back, the end, limits, drain."""
import http.client
import json
import pathlib
import shutil
import signal
import tempfile
import threading
import time
import unittest

from flow_server import SOURCE, FlowServer

TEMPLATES = {
    "slow": 'steps:\n  - {step_id: pause, type: wait, seconds: 2}\n  - {step_id: after, type: wait, seconds: 0}\n',
    "long": 'steps:\n  - {step_id: pause, type: wait, seconds: 60}\n',
    "crunch": 'steps:\n  - {step_id: make, type: query, sql: "SELECT range AS i FROM range(3000000)", destination: {table: numbers, write_mode: replace}}\n'
              '  - {step_id: count, type: query, sql: "SELECT count(*) AS n FROM numbers a JOIN numbers b ON hash(a.i) % 1000 = b.i % 1000", '
              'destination: {table: counted, write_mode: replace}}\n',
    "quick": 'steps:\n  - {step_id: a, type: query, sql: "SELECT 1 AS n", destination: {table: t, write_mode: replace}}\n',
}


class Stream:
    """Reads events until the server ends the stream."""

    def __init__(self, server, key, run_id, last_id=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=60)
        headers = {"X-API-Key": key, "Accept": "text/event-stream"}
        if last_id is not None:
            headers["Last-Event-ID"] = str(last_id)
        self.connection.request("GET", f"/api/v1/pipelines/runs/{run_id}/events", headers=headers)
        self.answer = self.connection.getresponse()
        self.status = self.answer.status

    def events(self):
        """[(id, event, data)], comments left out."""
        found, event = [], {}
        while True:
            line = self.answer.readline()
            if not line:
                self.close()
                return found
            line = line.decode().rstrip("\n")
            if not line and event.get("event"):
                found.append((event.get("id"), event["event"], json.loads(event["data"])))
            if not line:
                event = {}
            elif not line.startswith(":"):
                name, _, value = line.partition(": ")
                event[name] = value

    def close(self):
        self.answer.close()
        self.connection.close()


class EventsFlow(unittest.TestCase):
    def setUp(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="convergence-events-"))
        self.addCleanup(shutil.rmtree, folder)
        place = folder / "test" / "step"
        place.mkdir(parents=True)
        for name, text in TEMPLATES.items():
            (place / f"{name}.yml").write_text('description: "A pipeline of the event tests"\n' + text)
        self.server = FlowServer(CONVERGENCE_CONFIGS_DIRS=f"{SOURCE / 'configs'},{folder}", CONVERGENCE_EVENTS_TENANT_STREAMS_MAX="2",
                                 CONVERGENCE_HTTP_THREADS="8", CONVERGENCE_EVENTS_HEARTBEAT_SECONDS="1").start()
        self.addCleanup(self.server.__exit__)
        self.key = self.server.onboard("acme_corp")

    def trigger(self, name):
        answer = self.server.call("POST", f"/api/v1/pipelines/run/acme_corp/test/step/{name}", {}, self.key)
        self.assertEqual(answer.status, 200)
        return answer.json["pipeline_logging_id"]

    def test_a_long_statement_tells_how_far_it_is(self):
        run_id = self.trigger("crunch")
        seen = []
        while not seen or not 0 < seen[-1] < 1:
            self.assertEqual(seen, sorted(seen), "progress went back")
            rows = {row["step_id"]: row for row in self.server.call("GET", f"/api/v1/pipelines/runs/{run_id}/steps", key=self.key).json}
            self.assertNotIn(rows.get("count", {}).get("status"), ("COMPLETE", "FAILED"), "it ended and told nothing")
            seen.append(rows.get("count", {}).get("progress", 0))
            time.sleep(0.05)
        self.assertEqual(self.server.call("DELETE", f"/api/v1/pipelines/runs/{run_id}", key=self.key).status, 200)
        self.assertEqual(self.server.wait(run_id, self.key)["status"], "FAILED")

    def test_events_follow_the_run_to_its_end(self):
        run_id = self.trigger("slow")
        stream = Stream(self.server, self.key, run_id)
        self.assertEqual(stream.status, 200)
        self.assertTrue(stream.answer.getheader("Content-Type").startswith("text/event-stream"))
        events = stream.events()
        self.assertEqual((events[-1][0], events[-1][1], events[-1][2]["status"]), ("end", "end", "COMPLETE"))
        ids = [int(i) for i, _, _ in events if i and i != "end"]
        self.assertEqual(ids, list(range(1, len(ids) + 1)))
        messages = [data["message"] for _, kind, data in events if kind in ("run", "step")]
        self.assertEqual(messages, ["Run started", "Step started", "Step complete", "Step started", "Step complete", "Run complete"])
        self.assertEqual([d["progress"] for _, k, d in events if k == "progress"][-1], 1)
        again = Stream(self.server, self.key, run_id, last_id=ids[2]).events()
        self.assertEqual([int(i) for i, _, _ in again if i and i != "end"], ids[3:])
        behind = Stream(self.server, self.key, run_id, last_id="end")
        self.assertEqual(behind.status, 204)
        behind.close()

    def test_logs_are_pages_of_the_same_lines(self):
        run_id = self.server.run("acme_corp", self.key, "test/step/quick")["pipeline_logging_id"]
        lines = self.server.call("GET", f"/api/v1/pipelines/runs/{run_id}/logs", key=self.key).json
        self.assertEqual(lines[0]["message"], "Run started")
        self.assertEqual(lines[-1]["message"], "Run complete")
        page = self.server.call("GET", f"/api/v1/pipelines/runs/{run_id}/logs?limit=2", key=self.key)
        rest = self.server.call("GET", f"/api/v1/pipelines/runs/{run_id}/logs?cursor={page.headers['x-next-cursor']}", key=self.key)
        self.assertEqual(page.json + rest.json, lines)
        for query in ("limit=0", "limit=1001", "cursor=x"):
            self.assertEqual(self.server.call("GET", f"/api/v1/pipelines/runs/{run_id}/logs?{query}", key=self.key).status, 400)

    def test_streams_are_bounded_and_requests_go_on_beside_them(self):
        run_id = self.trigger("long")
        streams = [Stream(self.server, self.key, run_id) for _ in range(2)]
        self.assertEqual([s.status for s in streams], [200, 200])
        refused = Stream(self.server, self.key, run_id)
        self.assertEqual(refused.status, 429)
        self.assertIsNotNone(refused.answer.getheader("Retry-After"))
        refused.close()
        self.assertEqual(self.server.call("GET", "/health").status, 200)
        streams[0].close()
        end = time.monotonic() + 30
        while (third := Stream(self.server, self.key, run_id)).status != 200:
            self.assertLess(time.monotonic(), end, "the slot of a reader that left is not free again")
            third.close()
            time.sleep(0.2)
        ended = []
        reader = threading.Thread(target=lambda: ended.extend(third.events()))
        reader.start()
        self.server.call("DELETE", f"/api/v1/pipelines/runs/{run_id}", key=self.key)
        reader.join(30)
        self.assertEqual(ended[-1][2]["status"], "FAILED")
        streams[1].close()

    def test_a_drain_ends_the_streams(self):
        stream = Stream(self.server, self.key, self.trigger("long"))
        self.assertEqual(stream.status, 200)
        threading.Timer(0.5, lambda: self.server.process.send_signal(signal.SIGTERM)).start()
        self.assertNotIn("end", [kind for _, kind, _ in stream.events()])


if __name__ == "__main__":
    unittest.main()
