"""The load of chaos_flow.py: its templates, and threads that trigger, cancel and ask for retries, whatever happens to the server."""
import datetime
import json
import random
import threading
import time
import urllib.error
import urllib.request

from flow_server import ADMIN_KEY

ROWS = 10
COPIES = {"publish": 10, "gated": 8, "refused": 5, "slow": 3}  # of each template: one pipeline has one live run
RECENT = 24  # runs that may be cancelled or retried
FIRST_DAY = datetime.date(2024, 2, 27)  # of the backfills
COST = "aws/cost/cost_usage"
NOTICES = ('  - {step_id: notice, type: query, sql: "SELECT 1 AS n", destination: {table: notices, write_mode: append}, trigger: always}\n'
           '  - {step_id: alarm, type: query, sql: "SELECT 1 AS n", destination: {table: alarms, write_mode: append}, trigger: on_failure}\n')


def publication(step, table):
    return f'  - {{step_id: {step}, type: query, sql: "SELECT range AS n FROM range({ROWS})", destination: {{table: {table}, write_mode: append}}}}\n'


PUBLISH = "steps:\n" + publication("publish", "ledger") + "  - {step_id: after, type: wait, seconds: 0}\n"
TEMPLATES = {
    "publish": PUBLISH,
    "gated": "gate: true\nsteps:\n" + publication("publish", "gated_ledger") + publication("second", "gated_second") + NOTICES,
    "slow": "steps:\n  - {step_id: pause, type: wait, seconds: 1}\n" + NOTICES,
    "refused": "gate: true\nsteps:\n" + publication("publish", "refused_ledger") +
               "  - {step_id: check, type: dq_check, table: refused_ledger, expectations: [{expectation_type: expect_table_row_count_to_be_between, "
               "kwargs: {max_value: -1}, meta: {severity: critical}}]}\n" + NOTICES,
}
PIPELINES = [f"test/chaos/{name}_{copy}" for name, copies in COPIES.items() for copy in range(copies)]
DAYS = ("publish_minutes", "publish_days")  # of schedules and backfills


def write_templates(folder):
    folder.mkdir(parents=True)
    for name, text in TEMPLATES.items():
        for copy in range(COPIES[name]):
            (folder / f"{name}_{copy}.yml").write_text('description: "A pipeline of the chaos test"\n' + text)
    for name in DAYS:
        (folder / f"{name}.yml").write_text('description: "A pipeline of the chaos test"\nvariables:\n  date: {type: date, default: today}\n' + PUBLISH)


class Load:
    """What was answered: accepted runs by tenant, granted cancels. What was asked: cancels, and triggers that nobody answered."""

    def __init__(self, server, keys, seed):
        self.server, self.keys = server, keys
        self.lock = threading.Lock()
        self.accepted, self.cancelled, self.cancels_asked, self.backfills = {}, set(), set(), {}
        self.unanswered = 0  # triggers and retries of which nobody knows whether the server took them
        self.faults = []
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(seed + i,)) for i in range(8)]

    def start(self):
        for thread in self.threads:
            thread.start()

    def stop(self):
        self.stopping.set()
        for thread in self.threads:
            thread.join()
        if self.faults:
            raise self.faults[0]

    def ask(self, method, path, key, body=None):
        headers = {"X-API-Key": key, "X-User-ID": "chaos"} if key else {"X-Admin-Key": ADMIN_KEY}
        request = urllib.request.Request(f"http://127.0.0.1:{self.server.port}{path}", method=method, headers=headers)
        if body is not None:
            request.add_header("Content-Type", "application/json")
        try:
            with urllib.request.urlopen(request, None if body is None else json.dumps(body).encode(), timeout=30) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, {}
        except urllib.error.URLError as error:
            if isinstance(error.reason, ConnectionRefusedError):  # nobody was there
                time.sleep(0.05)
                return -1, {}
            return 0, {}
        except (OSError, ValueError):  # killed before or within its answer: nobody knows
            return 0, {}
        except Exception as error:  # http.client's own: the answer was cut
            if type(error).__module__ != "http.client":
                raise
            return 0, {}

    def run(self, seed):
        choose = random.Random(seed)
        try:
            while not self.stopping.is_set():
                self.act(choose)
                time.sleep(choose.random() * 0.02)
        except Exception as fault:  # told by stop()
            self.faults.append(fault)

    def act(self, choose):
        tenant = choose.choice(list(self.keys))
        kind = choose.random()
        if kind < 0.015:
            self.trigger(tenant, COST, {"reload": choose.random() < 0.5})
        elif kind < 0.88:
            self.trigger(tenant, choose.choice(PIPELINES), {})
        elif kind < 0.89:
            self.ask("POST", f"/api/v1/admin/tenants/{tenant}/upkeep", None)
        elif kind < 0.92:
            self.ask("POST", "/scheduler/" + choose.choice(("trigger", "process-queue?max=9", "cleanup-orphaned-pipelines")), None)
        else:
            self.judge(choose)

    def trigger(self, tenant, pipeline, parameters):
        self.keep(tenant, *self.ask("POST", f"/api/v1/pipelines/run/{tenant}/{pipeline}", self.keys[tenant], parameters))

    def keep(self, tenant, status, body):
        with self.lock:
            if status == 200 and not body.get("duplicate"):
                self.accepted[body["pipeline_logging_id"]] = tenant
            self.unanswered += status == 0

    def backfill(self, number):
        """One of three days, other ones each time; every fourth is cancelled again."""
        tenant = list(self.keys)[number % len(self.keys)]
        days = [str(FIRST_DAY + datetime.timedelta(days=3 * number + i)) for i in range(3)]
        base = f"/api/v1/pipelines/backfill/{tenant}"
        status, body = self.ask("POST", f"{base}/test/chaos/publish_days", self.keys[tenant], {"from": days[0], "to": days[-1]})
        if status == 200:
            self.backfills[body["backfill_id"]] = (tenant, days)
            if number % 4 == 3:
                self.ask("DELETE", f"{base}/{body['backfill_id']}", self.keys[tenant])

    def judge(self, choose):
        """Cancels a run that is under way or one of the last, or asks for a retry of one of them."""
        with self.lock:
            recent = list(self.accepted.items())[-RECENT:]
        if not recent:
            return
        run_id, tenant = choose.choice(recent)
        if choose.random() < 0.7:
            self.keep(tenant, *self.ask("POST", f"/api/v1/pipelines/runs/{run_id}/retry", self.keys[tenant]))
            return
        if choose.random() < 0.8:
            status, running = self.ask("GET", "/api/v1/pipelines/runs?status=RUNNING", self.keys[tenant])
            if status != 200 or not running:
                return
            run_id = choose.choice(running)["pipeline_logging_id"]
        with self.lock:
            self.cancels_asked.add(run_id)
        status, _ = self.ask("DELETE", f"/api/v1/pipelines/runs/{run_id}", self.keys[tenant])
        if status == 200:
            with self.lock:
                self.cancelled.add(run_id)
