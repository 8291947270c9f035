"""Small legacy CUR deliveries for flow tests: a period folder with assemblies, the top manifest naming the newest."""
import csv
import gzip
import io
import json

COLUMNS = ["identity/LineItemId", "bill/PayerAccountId", "bill/BillingPeriodStartDate", "lineItem/UsageAccountId",
           "lineItem/LineItemType", "lineItem/UsageStartDate", "lineItem/ProductCode", "lineItem/CurrencyCode",
           "lineItem/UnblendedCost"]


def csv_bytes(costs, payer="000000000101", columns=COLUMNS, line_end="\n"):
    text = io.StringIO()
    writer = csv.writer(text, lineterminator=line_end)
    writer.writerow(columns)
    for number, cost in enumerate(costs):
        row = [f"id{number}", payer, "2025-10-01T00:00:00Z", payer, "Usage", "2025-10-02T03:00:00Z", "AmazonEC2", "USD", cost]
        writer.writerow(row[:len(columns)])
    return text.getvalue().encode()


def deliver(root, costs, export="report", payer="000000000101", period=("20251001", "20251101"), assembly="20251105T060000Z",
            data=None, files=None, newest=True):
    """Writes one delivery; data: the object's bytes in place of a gzip of costs; files: names in the manifest."""
    base = root / export / f"{period[0]}-{period[1]}"
    folder = base / assembly
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{export}-00001.csv.gz"
    (folder / name).write_bytes(gzip.compress(csv_bytes(costs, payer)) if data is None else data)
    keys = files if files is not None else [f"{export}/{period[0]}-{period[1]}/{assembly}/{name}"]
    manifest = json.dumps({
        "assemblyId": assembly, "account": payer, "columns": [], "charset": "UTF-8", "compression": "GZIP", "contentType": "text/csv",
        "reportId": export, "reportName": export, "bucket": "example", "reportKeys": keys,
        "billingPeriod": {"start": f"{period[0]}T000000.000Z", "end": f"{period[1]}T000000.000Z"}})
    (folder / f"{export}-Manifest.json").write_text(manifest)
    if newest:
        (base / f"{export}-Manifest.json").write_text(manifest)
    return folder / name
