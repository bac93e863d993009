"""check_demo.py DIR: reads what `labwatch demo --out DIR` left and fails on an untrue promise."""
import csv
import json
import pathlib
import sys

out = pathlib.Path(sys.argv[1])
report = json.loads((out / "monitoring_report.json").read_text())

for key in ("total_samples", "alert_summary", "critical_samples", "injected", "false_alarms"):
    if key not in report:
        sys.exit(f"FAIL: monitoring_report.json has no {key}")
if report["total_samples"] < 50:
    sys.exit(f"FAIL: {report['total_samples']} samples; the scenario alone has 50")
if len(report["injected"]) < 5:
    sys.exit(f"FAIL: {len(report['injected'])} troubles injected; expected four and the drifting analyser")
for trouble in report["injected"]:
    print(f"{trouble['kind']}: caught {trouble['caught']}, after {trouble['latency_seconds']} s")
missed = [t["kind"] for t in report["injected"] if t["caught"] is not True]
if missed:
    sys.exit(f"FAIL: not caught: {', '.join(missed)}")

for name in ("dashboard_data.csv", "critical_alerts.csv"):
    with open(out / name, newline="") as f:
        rows = list(csv.reader(f))
    if len(rows) < 2:
        sys.exit(f"FAIL: {name} has no row below its head")
    print(f"{name}: {len(rows) - 1} rows")
if not (out / "monitoring_dashboard.png").read_bytes().startswith(b"\x89PNG\r\n\x1a\n"):
    sys.exit("FAIL: monitoring_dashboard.png is no PNG")
print(f"{report['total_samples']} samples, all {len(report['injected'])} troubles caught; {len(report['false_alarms'])} false alarms")
