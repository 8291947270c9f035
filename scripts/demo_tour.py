"""The demo's tour over REST: onboards a tenant, runs the pipelines, shows and checks what came out.

Use: demo_tour.py URL FOLDER. Exit status 0 only if everything that is shown is true: each run COMPLETE, each critical
check passed, and the ingested sums equal to the sample's control totals to the last digit.
"""

import json
import os
import sys
import time
import urllib.error
import urllib.request
from decimal import Decimal

TENANT = "demo_corp"
PIPELINES = [
    "aws/cost/cost_usage", "gcp/cost/billing_cost", "azure/cost/cost_export",
    "aws/compute/ec2_inventory", "gcp/compute/vm_inventory", "azure/compute/vm_inventory",
    "aws/security/cloudtrail_events", "gcp/security/audit_logs", "azure/security/activity_logs",
]
RUN_SECONDS_MAX = 300
POLL_SECONDS = 1  # a tenant may ask 100 times a minute


class Failed(Exception):
    """Something that the demo shows is not true."""


class Api:
    def __init__(self, url):
        self.url = url
        self.key = None

    def call(self, method, path, body=None, expect=200):
        headers = {"Content-Type": "application/json"}
        if self.key:
            headers["X-API-Key"] = self.key
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, headers=headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as reply:
                status, text = reply.status, reply.read().decode()
        except urllib.error.HTTPError as error:
            status, text = error.code, error.read().decode()
        if status != expect:
            raise Failed(f"{method} {path} answered {status}: {text}")
        return json.loads(text)

    def rows(self, sql):
        answer = self.call("POST", f"/api/v1/tenants/{TENANT}/query", {"sql": sql, "max_rows": 1000})
        return [column["name"] for column in answer["columns"]], answer["rows"]


def table(title, names, rows):
    print(f"\n{title}")
    texts = [names] + [["" if v is None else str(v) for v in row] for row in rows]
    widths = [max(len(row[i]) for row in texts) for i in range(len(names))]
    for row in texts:
        print("  " + "  ".join(text.ljust(width) for text, width in zip(row, widths)).rstrip())


def short(cost):
    return f"{Decimal(cost):,.2f}"


def onboard(api, folder):
    who = {"tenant_id": TENANT, "company_name": "Demo Corp", "admin_email": "admin@example.com", "subscription_plan": "SCALE"}
    checks = api.call("POST", "/api/v1/tenants/dryrun", who)["validation_summary"]
    print(f"dry run: {checks['passed']} of {checks['total_checks']} checks passed")
    reply = api.call("POST", "/api/v1/tenants/onboard", who)
    if reply["dryrun_status"] != "SUCCESS":
        raise Failed("the tenant's validation pipeline failed")
    api.key = reply["api_key"]
    with open(os.open(folder + "/api-key", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(api.key)
    print(f"onboarded {reply['tenant_id']} ({reply['subscription_plan']}); its key is in {folder}/api-key")


def run_all(api):
    runs = {}
    for pipeline in PIPELINES:
        runs[pipeline] = api.call("POST", f"/api/v1/pipelines/run/{TENANT}/{pipeline}", {"trigger_by": "demo"})["pipeline_logging_id"]
    end, done = time.monotonic() + RUN_SECONDS_MAX, {}
    while len(done) < len(runs):
        rows = {run["pipeline_logging_id"]: run for run in api.call("GET", "/api/v1/pipelines/runs?limit=50")}
        done = {p: rows[run_id] for p, run_id in runs.items() if rows[run_id]["status"] in ("COMPLETE", "FAILED")}
        if time.monotonic() > end:
            raise Failed("runs did not end in time: " + ", ".join(sorted(set(runs) - set(done))))
        time.sleep(POLL_SECONDS)
    rows = [[p, done[p]["status"], done[p]["rows_processed"], f"{done[p]['duration_ms']} ms", done[p]["error_message"]] for p in PIPELINES]
    table("Runs", ["pipeline", "status", "rows", "took", "error"], rows)
    failed = [p for p in PIPELINES if done[p]["status"] != "COMPLETE"]
    if failed:
        raise Failed("not COMPLETE: " + ", ".join(failed))
    return runs


def show_quality(api, runs):
    rows = []
    for pipeline, run_id in runs.items():
        results = api.call("GET", f"/api/v1/pipelines/runs/{run_id}/dq")
        passed = sum(1 for r in results if r["success"])
        missed = ", ".join(f"{r['expectation_type']}({r['column_name'] or 'table'}): {r['unexpected_count']} rows" for r in results if not r["success"])
        rows.append([pipeline, f"{passed}/{len(results)}", missed])
        if not results:
            raise Failed(f"{pipeline} has no quality results")
        if any(not r["success"] and r["severity"] == "critical" for r in results):
            raise Failed(f"{pipeline}: a critical check failed")
    table("Data quality", ["pipeline", "passed", "not passed"], rows)


def show_costs(api, folder):
    names, rows = api.rows("SELECT cloud, service, usage_date, cost_type, currency, sum(cost) AS cost, sum(credits) AS credits, sum(line_items) AS line_items "
                           "FROM cost_daily GROUP BY ALL ORDER BY usage_date DESC, cost DESC LIMIT 15")
    table("Cost by cloud, service, day and type: the newest 15 (currencies are never added to each other)", names,
          [row[:5] + [short(row[5]), short(row[6]), row[7]] for row in rows])
    names, rows = api.rows("SELECT cloud, currency, sum(cost) AS cost, sum(line_items) AS line_items FROM cost_daily "
                          "WHERE cost_type = 'actual' GROUP BY ALL ORDER BY 1, 2")
    with open(folder + "/samples/summary.json") as file:
        totals = json.load(file)["totals"]
    expected = {}
    for total in totals:
        cost, lines = expected.get((total["cloud"], total["currency"]), (Decimal(0), 0))
        expected[total["cloud"], total["currency"]] = cost + Decimal(total["cost"]), lines + total["rows"]
    found = {(row[0], row[1]): (Decimal(row[2]), int(row[3])) for row in rows}
    shown = [[cloud, currency, found.get((cloud, currency), ("", ""))[0], cost, "equal" if found.get((cloud, currency)) == (cost, lines) else "DIFFERENT"]
             for (cloud, currency), (cost, lines) in sorted(expected.items())]
    table("Ingested against the sample's control totals", ["cloud", "currency", "ingested", "sample", ""], shown)
    if found != expected:
        raise Failed("the ingested sums differ from the sample's")


def main():
    url, folder = sys.argv[1:3]
    api = Api(url)
    try:
        onboard(api, folder)
        runs = run_all(api)
        show_quality(api, runs)
        show_costs(api, folder)
        quota = api.call("GET", f"/api/v1/tenants/{TENANT}/quota")
        print(f"\nquota: {quota['pipelines_run_today']} of {quota['daily_limit']} runs today, {quota['remaining_today']} left")
        if quota["pipelines_run_today"] != len(PIPELINES):
            raise Failed("the quota does not equal the accepted runs")
    except Failed as problem:
        print(f"\ndemo: {problem}", file=sys.stderr)
        return 1
    print("\nEverything above was checked.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
