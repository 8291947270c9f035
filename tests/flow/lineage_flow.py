#!/usr/bin/env python3
"""OpenLineage events of real runs, by file and by HTTP, checked against the rules of the specification 2-0-2."""
import json
import re
import unittest
import uuid

from flow_server import FlowServer
from webhook_receiver import WebhookReceiver

COST, ALARM = "aws/cost/cost_usage", "gcp/example/alarm"
URI = re.compile(r"^[a-z][a-z0-9+.-]*://[^ ]+$")
TIME = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$")
# Facet -> the members that its schema demands.
REQUIRED = {"parent": ("run", "job"), "nominalTime": ("nominalStartTime",), "errorMessage": ("message", "programmingLanguage"),
            "jobType": ("processingType", "integration"), "schema": ("fields",), "outputStatistics": ("rowCount",),
            "dataQualityAssertions": ("assertions",), "dataQualityMetrics": ("columnMetrics",)}


def faults(event):
    """What of the specification an event breaks."""
    found = []

    def check(good, text):
        if not good:
            found.append(text)

    for name in ("eventTime", "producer", "schemaURL", "run", "job"):
        check(name in event, f"{name} is missing")
    check(event["eventType"] in ("START", "RUNNING", "COMPLETE", "ABORT", "FAIL", "OTHER"), "eventType")
    check(TIME.match(event["eventTime"]), "eventTime")
    check(URI.match(event["producer"]) and URI.match(event["schemaURL"]), "producer or schemaURL is no URI")
    check(str(uuid.UUID(event["run"]["runId"])) == event["run"]["runId"], "runId")
    check(event["job"].get("namespace") and event["job"].get("name"), "job")
    datasets = event["inputs"] + event["outputs"]
    for dataset in datasets:
        check(dataset.get("namespace") and dataset.get("name"), "dataset")
    holders = [event["run"], event["job"], *datasets]
    for holder in holders:
        for kind in ("facets", "inputFacets", "outputFacets"):
            for name, facet in holder.get(kind, {}).items():
                check(URI.match(facet.get("_producer", "")) and URI.match(facet.get("_schemaURL", "")), f"{name}: _producer, _schemaURL")
                for member in REQUIRED[name]:
                    check(member in facet, f"{name}.{member}")
    for assertion in [a for d in datasets for a in d.get("inputFacets", {}).get("dataQualityAssertions", {}).get("assertions", [])]:
        check(isinstance(assertion["assertion"], str) and isinstance(assertion["success"], bool), "assertion")
    return found


class LineageFlow(unittest.TestCase):
    def check(self, events, run, ending):
        for event in events:
            self.assertEqual(faults(event), [], event)
        run_id = run["pipeline_logging_id"]
        self.assertEqual([e["eventType"] for e in events if e["run"]["runId"] == run_id], ["START", ending])
        steps = [e for e in events if e["run"].get("facets", {}).get("parent", {}).get("run", {}).get("runId") == run_id]
        by_id = {}
        for event in steps:
            by_id.setdefault(event["run"]["runId"], []).append(event["eventType"])
        for types in by_id.values():
            self.assertEqual(types[0], "START")
            self.assertIn(types[1], ("COMPLETE", "FAIL"))
        return steps, [e for e in events if e["run"]["runId"] == run_id][-1]

    def test_a_file_gets_every_event_of_a_run(self):
        with FlowServer(CONVERGENCE_LINEAGE_TRANSPORT="file", CONVERGENCE_LINEAGE_FILE="lineage.ndjson",
                        CONVERGENCE_LINEAGE_NAMESPACE="convergence-test") as server:
            key = server.onboard("lineage_co")
            good, bad = server.run("lineage_co", key, COST), server.run("lineage_co", key, ALARM, value=0)
            server.stop()
            events = [json.loads(line) for line in (server.data / "lineage.ndjson").read_text().splitlines()]
            server.start()
            server.stop()
            events = [json.loads(line) for line in (server.data / "lineage.ndjson").read_text().splitlines()]

            def of(run):
                ids = {run["pipeline_logging_id"]}
                return [e for e in events if e["run"]["runId"] in ids or
                        e["run"].get("facets", {}).get("parent", {}).get("run", {}).get("runId") in ids]

            steps, end = self.check(of(good), good, "COMPLETE")
            self.assertGreaterEqual(len(steps), 4)
            self.assertEqual(end["job"]["namespace"], "convergence-test://lineage_co")
            outputs = {o["name"]: o for o in end["outputs"]}
            raw = outputs["lineage_co.aws_cost_raw"]
            self.assertGreater(raw["outputFacets"]["outputStatistics"]["rowCount"], 0)
            self.assertIn("line_item_unblended_cost", [f["name"] for f in raw["facets"]["schema"]["fields"]])
            assertions = [a for i in end["inputs"] for a in i.get("inputFacets", {}).get("dataQualityAssertions", {}).get("assertions", [])]
            self.assertTrue(assertions and all(a["success"] for a in assertions))
            edges = {(i["name"], o["name"]) for s in steps for i in s["inputs"] for o in s["outputs"]}
            self.assertIn(("lineage_co.aws_cost_raw", "lineage_co.cost_daily"), edges)
            self.assertTrue([i for i, o in edges if o == "lineage_co.aws_cost_raw"], "the delivery is the raw table's origin")
            _, end = self.check(of(bad), bad, "FAIL")
            self.assertEqual(end["run"]["facets"]["errorMessage"]["message"], bad["error_message"])

    def test_a_collector_that_is_away_delays_no_run_and_gets_everything_later(self):
        with WebhookReceiver() as collector:
            collector.answer = lambda path, count: (503, {})
            with FlowServer(CONVERGENCE_LINEAGE_TRANSPORT="http", CONVERGENCE_LINEAGE_URL=collector.url("")) as server:
                key = server.onboard("lineage_http")
                run = server.run("lineage_http", key, ALARM)
                self.assertEqual(run["status"], "COMPLETE")
                collector.wait("/api/v1/lineage", 1)
                collector.answer = lambda path, count: (201, {})
                seen = []
                for _ in range(600):
                    seen = [body for _, body in collector.of("/api/v1/lineage")]
                    if [e for e in seen if e["eventType"] == "COMPLETE" and e["run"]["runId"] == run["pipeline_logging_id"]]:
                        break
                    collector.wait("/api/v1/lineage", len(seen) + 1)
                for event in seen:
                    self.assertEqual(faults(event), [])
                self.assertIn("START", [e["eventType"] for e in seen])

    def test_a_transport_without_its_place_is_an_error_at_the_start(self):
        for transport, missing in (("http", "lineage.url"), ("file", "lineage.file")):
            with self.assertRaises(RuntimeError) as caught:
                FlowServer(CONVERGENCE_LINEAGE_TRANSPORT=transport).start()
            self.assertIn(missing, str(caught.exception))


if __name__ == "__main__":
    unittest.main()
