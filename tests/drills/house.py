"""The product at work in processes of its own, with the settings of a clinic: what a drill breaks and looks at.

The server is gunicorn with two workers, as the README says; nothing here opens the database by itself.
"""

import contextlib
import http.client
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlencode
from uuid import uuid4

from tests.lighthouse import free_port

TOP = Path(__file__).parents[2]
HOST = "drill.invalid"
DOWN = (OSError, http.client.HTTPException)  # what a phone sees of a server that is not there


class House:
    """A folder, a database, and the server over it."""

    def __init__(self, database=None, **settings):
        self.root = Path(tempfile.mkdtemp(prefix="stridewell-drill-"))
        self.file = self.root / "house.sqlite3"
        self.port, self.server, self.known = free_port(), None, {}
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("CLINIC_")} | {
            "DJANGO_SETTINGS_MODULE": "tests.drills.served",
            "DATABASE_URL": database or f"sqlite:///{self.file}",
            "DRILL_ROOT": str(self.root),
            "CLINIC_DEBUG": "no",
            "CLINIC_HOSTS": HOST,
            "CLINIC_SECRET_KEY": "a-drill-keeps-no-secret-" * 3,
            "CLINIC_AUDIT_KEY": "a-drill-keeps-no-record-" * 3,
            "CLINIC_MAIL_URL": f"smtp://127.0.0.1:{free_port()}",  # nobody answers there
            "CLINIC_PRIVATE_ROOT": str(self.root / "private"),
            **settings,
        }

    def inside(self, *words):
        """Do something inside the product (see ``tests.drills.inside``); return what it says."""
        told = subprocess.run(
            [sys.executable, "-m", "tests.drills.inside", *map(str, words)],
            cwd=TOP, env=self.env, capture_output=True, text=True, timeout=240,
        )  # fmt: skip
        assert told.returncode == 0, told.stderr[-3000:]
        return json.loads(told.stdout.splitlines()[-1])

    def serve(self, before=(), workers=2):
        """Start the server and wait until it answers.  ``before``: words in front of its command."""
        command = [*before, sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{self.port}"]
        command += ["--workers", str(workers), "--threads", "4", "--log-level", "critical", "--graceful-timeout", "2"]
        with open(self.root / "server.log", "ab") as log:
            self.server = subprocess.Popen(
                command, cwd=TOP, env=self.env, stdout=log, stderr=log, start_new_session=True
            )
        until = time.monotonic() + 90
        while not self.is_alive():
            assert time.monotonic() < until and self.server.poll() is None, self.log()[-3000:]
            time.sleep(0.1)
        return self

    def is_alive(self):
        """Return whether the process answers."""
        with contextlib.suppress(*DOWN):
            return self.phone().get("/healthz").status == 200
        return False

    def log(self):
        """Return what the server wrote of its own work."""
        return (self.root / "server.log").read_text()

    def faults(self):
        """Return the faults among it, without their words."""
        lines = [json.loads(line) for line in self.log().splitlines() if line.startswith("{")]
        return [line for line in lines if line.get("fault")]

    def kill(self):
        """Take the power from the server and all its workers."""
        if self.server and self.server.poll() is None:
            os.killpg(self.server.pid, signal.SIGKILL)
            self.server.wait(timeout=30)

    def phone(self, session=""):
        """Return a browser with this session."""
        return Phone(self.port, session)

    def remove(self):
        """End the server and leave nothing behind."""
        self.kill()
        shutil.rmtree(self.root, ignore_errors=True)


class Answer:
    """What came back: status, headers, words."""

    def __init__(self, response):
        self.status, self.headers, self.body = response.status, response.headers, response.read().decode()

    @property
    def json(self):
        """Return what a JSON answer says."""
        return json.loads(self.body)

    def is_clear(self):
        """Return whether a person can read it: no trace of a program, and what to do in a danger."""
        return "Traceback" not in self.body and "/emergency/" in self.body and "Exception" not in self.body


class Phone:
    """A browser over a plain connection; a proxy in front would have taken TLS off."""

    def __init__(self, port, session=""):
        self.port, self.session, self.token, self.copy = port, session, "", None

    def ask(self, method, path, form=None, timeout=30, **headers):
        """Send one request on a connection of its own.  Raises one of DOWN where nobody answers."""
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=timeout)
        cookies = {"__Host-session": self.session, "__Host-csrf": self.token}
        headers |= {"Host": HOST, "X-Forwarded-Proto": "https", "Referer": f"https://{HOST}/"}
        headers |= {"Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items() if value)}
        body = None
        if form is not None:
            body = urlencode({"csrfmiddlewaretoken": self.token} | form, doseq=True)
            headers |= {"Content-Type": "application/x-www-form-urlencoded"}
        try:
            link.request(method, path, body, headers)
            answer = Answer(link.getresponse())
        finally:
            link.close()
        if found := re.search(r"__Host-csrf=([^;]+)", answer.headers.get("Set-Cookie", "")):
            self.token = found[1]
        return answer

    def get(self, path, **how):
        """Read a page."""
        return self.ask("GET", path, **how)

    def post(self, path, form, **how):
        """Send a form."""
        return self.ask("POST", path, form, **how)

    def fetch_copy(self):
        """Fetch the copy that a phone keeps, and the token it sends by."""
        answer = self.get("/me/offline.json")
        assert answer.status == 200, answer.body[-500:]
        self.copy = answer.json["copy"]
        return self

    def written(self, kind="session", answered="absent", **changes):
        """Return what a phone sends later: a session of the whole plan, or a safety set."""
        now = datetime.now(UTC).isoformat(timespec="microseconds")
        said = {"kind": kind, "owner": self.copy["owner"], "key": str(uuid4()), "told_at": now}
        said |= {"read_at": self.copy["made"]} | {question["code"]: answered for question in self.copy["safety"]}
        if kind == "session":
            items = [exercise["item"] for exercise in self.copy["legs"][0]["session"]["exercises"]]
            said |= {"item": items, "day": now[:10], "pain_during": "1", "effort": "5", "pain_after": "0"}
            said |= {"gait_change": "absent", "tingling": "absent"}
            said |= {f"x{number}_all": "on" for number in range(1, len(items) + 1)}
        return said | changes
