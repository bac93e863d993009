"""scrape.py PID LOG OUT: fetches /metrics of the demo while process PID lives.

The address is the first loopback URL in LOG, else the default one. The last whole page goes to
OUT; no page at all is a failure.
"""
import pathlib
import re
import sys
import time
import urllib.error
import urllib.request

pid, log, out = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
pages = 0
deadline = time.monotonic() + 900  # an empty module cache has to be filled first
while pathlib.Path("/proc", pid).exists() and time.monotonic() < deadline:
    if pathlib.Path("/proc", pid, "stat").read_text().rsplit(")", 1)[1].split()[0] == "Z":
        break  # ended, and waits to be asked for its exit code
    said = re.search(r"http://(127\.0\.0\.1:\d+)", log.read_text(errors="replace"))
    url = f"http://{said.group(1) if said else '127.0.0.1:8420'}/metrics"
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            kind = answer.headers.get("Content-Type", "")
            if not kind.startswith("text/plain; version=0.0.4"):
                sys.exit(f"FAIL: {url} has the Content-Type {kind!r}, which Prometheus 3 refuses")
            out.write_bytes(answer.read())
            pages += 1
    except (urllib.error.URLError, OSError):
        pass  # not serving yet, or no more
    time.sleep(1)
if not pages:
    print(log.read_text(errors="replace")[-4000:])
    sys.exit("FAIL: the demo never answered on /metrics")
print(f"{pages} pages of metrics, the last with {len(out.read_text().splitlines())} lines")
