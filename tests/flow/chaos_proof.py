"""What chaos_flow.py proves when the server has stopped: the state store, the lakes' files and what a receiver got must tell one story.

Nothing here asks the server: the state store is read by Python's SQLite, the lakes by LakeReader.
"""
import collections
import decimal
import json
import re
import shutil
import sqlite3
from decimal import Decimal

from chaos_load import COST, ROWS
from lake_reader import LakeReader

GIVEN_UP = re.compile(r"^Given up after \d+ attempts")
GIVEN_UP_SHARE_MAX = 0.05
HOPELESS_CHARGED_MIN = 10  # ends of servers that are charged to a run before it ends without its final phase
COMPLETE_SHARE_MIN = 0.9  # of the runs that nobody cancelled and no check refused
FINAL_STEPS = {"notice": ("COMPLETE", "FAILED"), "alarm": ("FAILED",)}  # step: the runs' states that make it run
TABLES = ("ledger", "gated_ledger", "gated_second", "refused_ledger", "notices", "alarms")

Run = collections.namedtuple("Run", "id tenant status error template domain trigger start_ms counts_quota charged")
Step = collections.namedtuple("Step", "run step status attempt error metadata")


class Proof:
    """check_all() raises AssertionError by the methods of `test`, a TestCase."""

    def __init__(self, test, data, load, receiver, refusal):
        self.test, self.data, self.load, self.receiver, self.refusal = test, data, load, receiver, refusal
        self.runs = {row[0]: Run(*row) for row in self.rows("SELECT pipeline_logging_id, tenant_id, status, error_message, template_name, domain, "
                                                            "trigger_type, start_ms, counts_quota, charged FROM tenant_pipeline_runs")}
        self.steps = collections.defaultdict(dict)
        for row in self.rows("SELECT pipeline_logging_id, step_id, status, attempt, error_message, metadata_json FROM tenant_step_logs"):
            self.steps[row[0]][row[1]] = Step(*row)
        self.chaos = [run for run in self.runs.values() if run.domain == "chaos"]

    def check_all(self, tenants):
        self.check_answers()
        self.check_reasons()
        self.check_final_steps()
        self.check_quota()
        self.check_deliveries()
        for tenant in tenants:
            with LakeReader(self.data, tenant) as lake:
                self.check_rows(tenant, lake)
                self.check_mirror(tenant, lake)
                self.check_bill(tenant, lake)

    def rows(self, sql):
        """What the state store says, read from a copy."""
        copy = self.data.parent / "copy"
        shutil.rmtree(copy, ignore_errors=True)
        copy.mkdir()
        for path in self.data.glob("state.db*"):
            if path.suffix != ".lock":
                shutil.copy(path, copy / path.name)
        connection = sqlite3.connect(copy / "state.db")
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def record(self, run):
        """All that the state store says of a run, for the text of a failure."""
        return self.runs.get(run), list(self.steps.get(run, {}).values())

    def none(self, wrong, text):
        wrong = list(wrong)
        self.test.assertEqual([self.record(run) for run in wrong[:5]], [], f"{text} ({len(wrong)} runs)")

    def check_answers(self):
        """Every run that was answered 200 exists and has ended; what exists beyond them was asked for without an answer."""
        self.test.assertEqual([run for run in self.load.accepted if run not in self.runs], [], "a run answered with 200 is gone")
        self.none((run for run, tenant in self.load.accepted.items() if self.runs[run].tenant != tenant), "runs of another tenant")
        self.none((run.id for run in self.runs.values() if run.status not in ("COMPLETE", "FAILED")), "a run did not end")
        self.none((run for run, steps in self.steps.items() if any(s.status in ("PENDING", "RUNNING") for s in steps.values())), "a step did not end")
        unknown = [run.id for run in self.chaos if run.trigger not in ("scheduler", "backfill") and run.id not in self.load.accepted]
        self.test.assertLessEqual(len(unknown), self.load.unanswered, "runs that nobody asked for")

    def check_reasons(self):
        """A FAILED run was cancelled, refused by its own check, or (few) given up; the others are COMPLETE."""
        reasons, wrong = collections.Counter(), []
        for run in self.runs.values():
            reason = self.reason(run)
            reasons[reason] += 1
            if reason == "?" or (run.id in self.load.cancelled and reason != "cancelled"):
                wrong.append(run.id)
        print(f"chaos: {len(self.runs)} runs: {dict(reasons)}", flush=True)
        self.none(wrong, "runs failed for no reason that this test gave them")
        done = collections.Counter(run.template.rstrip("_0123456789") for run in self.runs.values() if run.status == "COMPLETE")
        for template in ("publish", "gated", "slow", "publish_minutes", "publish_days", "cost_usage"):
            self.test.assertGreater(done[template], 0, f"no run of {template} is COMPLETE")
        innocent = reasons["complete"] + reasons["given up"]
        self.test.assertGreaterEqual(reasons["complete"], COMPLETE_SHARE_MIN * innocent, "too few runs are COMPLETE")
        self.test.assertLessEqual(reasons["given up"], GIVEN_UP_SHARE_MAX * len(self.runs), "too many runs were given up")

    def reason(self, run):
        is_refused = run.template.startswith("refused")
        if run.status == "COMPLETE":
            return "?" if is_refused or run.error else "complete"
        if run.error == "Cancelled by chaos":
            return "cancelled" if run.id in self.load.cancels_asked else "?"
        if GIVEN_UP.match(run.error):
            return "given up"
        return "refused" if is_refused and run.error == self.refusal else "?"

    def check_final_steps(self):
        """What runs always has run, what runs on failure has when the run failed, also of runs that were cancelled or given up. Only
        (few) runs that could not even end so, as the store's count of lost servers tells, end without."""
        ends, hopeless = collections.Counter(), [run.id for run in self.chaos if run.charged >= HOPELESS_CHARGED_MIN]
        for run in (run for run in self.chaos if run.start_ms and run.id not in hopeless):
            for step, states in FINAL_STEPS.items():
                if step not in self.steps[run.id]:
                    continue
                row = self.steps[run.id][step]
                ends[step, row.status] += 1
                if row.status != ("COMPLETE" if run.status in states else "SKIPPED"):
                    self.none([run.id], f"the step {step} is {row.status}")
        print(f"chaos: final steps: {dict(ends)}, {len(hopeless)} runs ended without", flush=True)
        self.test.assertLessEqual(len(hopeless), GIVEN_UP_SHARE_MAX * len(self.runs), "too many runs ended without their final phase")
        for step in FINAL_STEPS:
            self.test.assertGreater(ends[step, "COMPLETE"], 0, f"no step {step} ran")

    def check_quota(self):
        self.none((run.id for run in self.runs.values() if run.domain in ("chaos", "cost") and not run.counts_quota), "runs that count for no quota")
        counted = collections.Counter(run.tenant for run in self.runs.values() if run.counts_quota)
        for tenant, started, ended in self.rows("SELECT tenant_id, sum(pipelines_run_today), sum(pipelines_succeeded_today + pipelines_failed_today) "
                                                "FROM tenant_usage_quotas GROUP BY 1"):
            self.test.assertEqual((started, ended), (counted[tenant], counted[tenant]), tenant)

    def check_deliveries(self):
        """Nothing waits any more, and a receiver that knows ids it has seen got the end of every run once, as it was."""
        self.test.assertEqual(self.rows("SELECT kind, entry_key FROM outbox LIMIT 5"), [])
        self.test.assertEqual(self.rows("SELECT * FROM webhook_deliveries WHERE status <> 'DELIVERED' LIMIT 5"), [])
        got = {}
        for headers, body in self.receiver.of("/ends"):
            seen = (body["data"]["pipeline_logging_id"], body["data"]["status"])
            self.test.assertEqual(got.setdefault(headers["x-convergence-delivery"], seen), seen, "one id for two messages")
        wanted = {(run.id, run.status): 1 for run in self.runs.values() if run.domain in ("chaos", "cost")}
        self.test.assertEqual(dict(collections.Counter(got.values())), wanted, "ends of runs that were told not at all, or under two ids")

    def check_rows(self, tenant, lake):
        """{table: {run: rows}} must be what the steps' rows say: ROWS different ones of each publication, one of each notice,
        nothing of a refused run."""
        wanted = {table: {} for table in TABLES}
        for run in (run for run in self.chaos if run.tenant == tenant):
            mine = {s.step for s in self.steps[run.id].values() if s.status == "COMPLETE" and "reused_from" not in s.metadata}
            if run.template.startswith("publish") and "publish" in mine:
                wanted["ledger"][run.id] = ROWS
            for step, table in (("notice", "notices"), ("alarm", "alarms")):
                if step in mine:
                    wanted[table][run.id] = 1
        found = {}
        for table in TABLES:
            rows = lake.count(table, ["x_run_id", "n"])
            self.test.assertEqual([row for row, times in rows.items() if times > 1][:5], [], f"{tenant}: rows of {table} that are there twice")
            found[table] = dict(collections.Counter(run for run, _ in rows))
        for table in ("ledger", "refused_ledger", "notices", "alarms"):
            differ = [run for run in {**found[table], **wanted[table]} if found[table].get(run) != wanted[table].get(run)]
            self.none(differ, f"rows of {table} are lost or not known, for example {[(run, found[table].get(run)) for run in differ[:5]]}")
        self.check_gated(tenant, found["gated_ledger"], found["gated_second"])

    def check_gated(self, tenant, first, second):
        """Both tables or none: of COMPLETE runs always, of a run that was cancelled or given up while it published perhaps."""
        self.test.assertEqual(first, second, "a gated run published a part")
        self.test.assertEqual(set(first.values()) - {ROWS}, set())
        gated = {run.id for run in self.chaos if run.tenant == tenant and run.template.startswith("gated")}
        self.test.assertEqual(set(first) - gated, set())
        whole = {run for run in gated if self.runs[run].status == "COMPLETE" and "reused_from" not in self.steps[run]["publish"].metadata}
        self.none(whole - set(first), "gated runs are COMPLETE and their rows are not there")

    def check_mirror(self, tenant, lake):
        """The tenant's own x_meta tables hold what the state store holds, once each."""
        runs = collections.Counter((run.id, run.status) for run in self.runs.values() if run.tenant == tenant)
        self.test.assertEqual(lake.count("x_meta_pipeline_runs", ["pipeline_logging_id", "status"]), runs, f"{tenant}: runs of the mirror")
        steps = collections.Counter((s.run, s.step, s.status) for run, _ in runs for s in self.steps[run].values())
        self.test.assertEqual(lake.count("x_meta_step_logs", ["pipeline_logging_id", "step_id", "status"]), steps, f"{tenant}: steps of the mirror")

    def check_bill(self, tenant, lake):
        """However often it was ingested and killed: rows and cost are the control totals of the sample."""
        if not any(run.tenant == tenant and run.template == COST.split("/")[-1] and run.status == "COMPLETE" for run in self.runs.values()):
            return
        summary = json.loads((self.data / "samples" / "summary.json").read_text())
        totals = [total for total in summary["totals"] if total["cloud"] == "aws"]
        decimal.getcontext().prec = 80
        for table, column, count in (("aws_cost_raw", "line_item_unblended_cost", lambda rows: len(rows)),
                                     ("cost_daily", "cost", lambda rows: sum(int(row[1]) for row in rows))):
            rows = lake.rows(table, [column, "line_items" if table == "cost_daily" else "x_unit"])
            self.test.assertEqual((count(rows), sum(Decimal(row[0]) for row in rows)),
                                  (sum(total["rows"] for total in totals), sum(Decimal(total["cost"]) for total in totals)), f"{tenant}: {table}")
