"""The drill: back up a clinic at work, restore it into an empty database, and find all of it there."""

import json
import os
import re
import secrets
import subprocess
import sys

import psycopg
import pytest
from django.db import connection

from tests.test_architecture import ROOT

PASSWORD = "calf-demo-2026"
RUN = """
import io, json, sys
from contextlib import redirect_stdout
import django
django.setup()
from django.core.management import CommandError, call_command
for line in sys.stdin:
    said = io.StringIO()
    try:
        with redirect_stdout(said):
            call_command(*json.loads(line), stdout=said)
        done = [True, said.getvalue()]
    except CommandError as error:
        done = [False, str(error)]
    print(json.dumps(done), flush=True)
"""
LOOK = """
from django.test import Client
from clinic.audit import faults, heads
from clinic.models import Patient
from rehab.management import demo
from django.db import DatabaseError, transaction
answer = Client(SERVER_NAME="localhost").post("/accounts/login/", {"username": demo.STAFF[0][0], "password": "%s"})
try:
    with transaction.atomic():
        Patient.objects.first().delete()
    kept = False
except DatabaseError:
    kept = True
print("LOOK", answer.status_code, Patient.objects.count(), kept, len(list(faults())))
"""

TAMPER = """
from django.db import connection
on = " ON clinic_auditevent" if connection.vendor == "postgresql" else ""
with connection.cursor() as cursor:
    cursor.execute("DROP TRIGGER clinic_auditevent_no_update" + on)
    cursor.execute("UPDATE clinic_auditevent SET act = 'x' WHERE number = 1")
"""


class Place:
    """A database of its own, with folders of its own, on the engine the suite runs on; one process works there.

    Commands are run as the command line runs them, but for the seconds it takes to start.
    """

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        self.name = f"drill_{secrets.token_hex(6)}"
        if connection.vendor == "postgresql":
            known = connection.settings_dict
            self.server = f"postgres://{known['USER']}:{known['PASSWORD']}@{known['HOST']}:{known['PORT'] or 5432}"
            self.say(f"CREATE DATABASE {self.name}")
            self.url = f"{self.server}/{self.name}"
        else:
            self.url = f"sqlite:///{folder / 'db.sqlite3'}"
        told = os.environ | {"DATABASE_URL": self.url, "CLINIC_DEBUG": "yes", "CLINIC_AUDIT_KEY": "one-key-for-all"}
        told |= {"CLINIC_PRIVATE_ROOT": str(folder / "private"), "DJANGO_SETTINGS_MODULE": "config.settings"}
        told |= {"CLINIC_MEDIA_ROOT": str(folder / "media"), "CLINIC_SCRATCH": str(folder)}
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        self.process = subprocess.Popen([sys.executable, "-c", RUN], cwd=ROOT, env=told, **pipes)

    def say(self, statement, database="postgres"):
        """Say one statement to the server."""
        with psycopg.connect(f"{self.server}/{database}", autocommit=True) as one:
            one.execute(statement)

    def manage(self, *arguments, fails=False):
        """Run a command here; return what it said."""
        self.process.stdin.write(json.dumps([str(each) for each in arguments]) + "\n")
        self.process.stdin.flush()
        done, said = json.loads(self.process.stdout.readline())
        assert done is not fails, said
        return said

    def look(self):
        """Return what somebody finds here: sign-in, runners, whether the triggers hold, faults of the audit."""
        return re.search(r"LOOK (.*)", self.manage("shell", "-c", LOOK % PASSWORD)).group(1)

    def tables(self):
        """Return whether there is any table."""
        code = "from django.db import connection; print('TABLES', len(connection.introspection.table_names()))"
        return int(re.search(r"TABLES (\d+)", self.manage("shell", "-c", code)).group(1))

    def gone(self):
        """Leave nothing."""
        self.process.stdin.close()
        self.process.wait(timeout=30)
        if connection.vendor == "postgresql":
            self.say(f"DROP DATABASE {self.name} WITH (FORCE)")


@pytest.fixture
def place(tmp_path):
    """A function that makes places, which are gone afterwards."""
    made = []

    def make(name):
        made.append(Place(tmp_path / name))
        return made[-1]

    yield make
    for one in made:
        one.gone()


@pytest.fixture
def clinic_at_work(place):
    """A demonstration clinic, with a file that waits for the worker."""
    home = place("home")
    home.manage("migrate", "--verbosity", "0")
    home.manage("sync_catalogue")
    home.manage("seed_demo")
    (home.folder / "private" / "exports").mkdir(parents=True)
    (home.folder / "private" / "exports" / "watch.zip").write_bytes(b"a file of a watch")
    return home


@pytest.mark.django_db
def test_a_backup_comes_back_whole_and_nothing_else_does(clinic_at_work, place, tmp_path):
    home, key, file = clinic_at_work, tmp_path / "key", tmp_path / "clinic.backup"
    public = re.search(r"age1\w+", home.manage("backup", "--new-key", key)).group()
    assert key.stat().st_mode & 0o077 == 0
    told = home.manage("backup", file, "--recipient", public)
    whole = file.read_bytes()
    assert b"CREATE" not in whole and b"watch" not in whole
    assert "whole" in home.manage("backup", "--check", file, "--identity", key)

    # Into an empty database: counts, contents and the audit are compared by the command itself.
    away = place("away")
    assert told.split(":")[1].split()[0] in away.manage("restore", file, "--identity", key)
    assert (away.folder / "private" / "exports" / "watch.zip").read_bytes() == b"a file of a watch"
    before = away.look()
    status, runners, kept, faults = before.split()
    assert (status, kept, faults) == ("302", "True", "0") and int(runners) >= 17

    # What is there is not overwritten unasked, neither a record nor a backup nor a key.
    assert "--overwrite" in away.manage("restore", file, "--identity", key, fails=True)
    assert "there already" in home.manage("backup", file, "--recipient", public, fails=True)
    assert "never overwritten" in home.manage("backup", "--new-key", key, fails=True)
    away.manage("restore", file, "--identity", key, "--overwrite")
    assert away.look() == before

    # Another key, a broken byte, a missing end, another file: refused in a line, and nothing is written.
    empty, other, late = place("empty"), tmp_path / "other", len(whole) - 70_000
    home.manage("backup", "--new-key", other)
    broken = {"late": whole[:late] + bytes([whole[late] ^ 1]) + whole[late + 1 :], "end": whole[:-4000], "text": b"no"}
    for name, content in broken.items():
        (tmp_path / name).write_bytes(content)
    for source, identity in ((file, other), *((tmp_path / name, key) for name in broken)):
        said = empty.manage("restore", source, "--identity", identity, fails=True)
        assert len(said.splitlines()) == 1 and "does not open" in said, said
    assert "No such file" in empty.manage("restore", file, "--identity", tmp_path / "nothing", fails=True)
    assert empty.tables() == 0
    assert all(path.name.startswith("db.sqlite3") for path in empty.folder.rglob("*"))
    assert not list(tmp_path.glob(".*")) and not list(tmp_path.rglob("stridewell-*"))  # nothing half-written is left

    # A record that was changed behind its back comes back, and is said to be no whole one.
    away.manage("shell", "-c", TAMPER)
    changed = tmp_path / "changed.backup"
    away.manage("backup", changed, "--recipient", public)
    assert "its audit is not whole" in away.manage("restore", changed, "--identity", key, "--overwrite", fails=True)
