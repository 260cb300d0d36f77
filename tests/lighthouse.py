"""The runner's page of today under Lighthouse, as ``make lighthouse`` runs it: the median of five runs as a slow phone.

It needs Node, which fetches the Lighthouse named here, and Chromium.  The product runs on a scratch database with the
invented runners.  It fails where performance or accessibility fall below 95 of 100.
"""

import json
import os
import shutil
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

LIGHTHOUSE = "lighthouse@12.8.2"
RUNNER, AT_LEAST, RUNS = "runner6@demo.example", 95, 5
SIGN_IN = """
from django.test import Client
from clinic.models import Person
client = Client()
client.force_login(Person.objects.get(email="{email}"))
print("SESSION", client.cookies["session"].value)
"""


def free_port():
    """Return a port of this machine that nobody listens on just now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def manage(settings, *words):
    """Run a command of the product on the scratch database; return what it prints."""
    return subprocess.run(
        [sys.executable, "manage.py", *words], env=settings, check=True, capture_output=True, text=True
    ).stdout


def answers(address, seconds=60):
    """Wait until the server answers; raise where it does not."""
    until = time.monotonic() + seconds
    while True:
        try:
            return urllib.request.urlopen(address, timeout=5).status
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.5)


def measured(address, session, folder):
    """Return {category: points of 100} and the kilobytes over the wire of one run, by a new browser."""
    report = Path(folder) / "report.json"
    flags = "--headless=new --no-sandbox --disable-dev-shm-usage --disable-gpu"
    headers = json.dumps({"Cookie": f"session={session}"})
    subprocess.run(
        ["npx", "--yes", LIGHTHOUSE, address, "--quiet", "--output=json", f"--output-path={report}",
         "--only-categories=performance,accessibility", f"--chrome-flags={flags}", f"--extra-headers={headers}"],
        env=os.environ | {"CHROME_PATH": shutil.which("chromium") or ""}, check=True, capture_output=True,
    )  # fmt: skip
    told = json.loads(report.read_text())
    assert told["finalDisplayedUrl"] == address, f"it was led to {told['finalDisplayedUrl']}"
    points = {name: round(found["score"] * 100) for name, found in told["categories"].items()}
    return points | {"kilobytes": round(told["audits"]["total-byte-weight"]["numericValue"] / 1024)}


def main():
    """Print the median of each figure; return 1 where one is too low."""
    with tempfile.TemporaryDirectory() as folder:
        settings = os.environ | {"CLINIC_DEBUG": "yes", "DATABASE_URL": f"sqlite:///{folder}/scratch.sqlite3"}
        for command in ("migrate", "sync_catalogue", "seed_demo"):
            manage(settings, command)
        told = manage(settings, "shell", "--no-imports", "-c", SIGN_IN.format(email=RUNNER))
        session = next(line.split()[1] for line in told.splitlines() if line.startswith("SESSION"))
        port = free_port()
        listens = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{port}", "--threads", "4"]
        server = subprocess.Popen([*listens, "--log-level", "error"], env=settings)
        try:
            answers(f"http://127.0.0.1:{port}/accounts/login/")
            runs = [measured(f"http://127.0.0.1:{port}/me/", session, folder) for _ in range(RUNS)]
        finally:
            server.terminate()
            server.wait(timeout=30)
    found = {name: statistics.median(run[name] for run in runs) for name in runs[0]}
    print(json.dumps({"median of": RUNS, **found, "runs": runs}))
    return int(min(found["performance"], found["accessibility"]) < AT_LEAST)


if __name__ == "__main__":
    sys.exit(main())
