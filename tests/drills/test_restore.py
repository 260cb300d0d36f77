"""The drill: back up a clinic at work, restore it into an empty database, and find all of it there."""

import os
import re
import secrets
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from django.db import connection

from tests.test_architecture import ROOT

PASSWORD = "calf-demo-2026"
LOOK = """
from django.test import Client
from clinic.audit import faults, heads
from clinic.models import Patient
from clinic import triggers
from rehab.management import demo
client = Client(SERVER_NAME="localhost")
answer = client.post("/accounts/login/", {"username": demo.STAFF[0][0], "password": "%s"})
from django.db import DatabaseError, transaction
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
    """A database of its own, with folders of its own, on the engine the suite runs on."""

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

    def say(self, statement, database="postgres"):
        """Say one statement to the server."""
        with psycopg.connect(f"{self.server}/{database}", autocommit=True) as one:
            one.execute(statement)

    def manage(self, *arguments, fails=False):
        """Run a command here; return what it said."""
        told = os.environ | {"DATABASE_URL": self.url, "CLINIC_DEBUG": "yes", "CLINIC_AUDIT_KEY": "one-key-for-all"}
        told |= {"CLINIC_PRIVATE_ROOT": str(self.folder / "private"), "DJANGO_SETTINGS_MODULE": "config.settings"}
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=told, capture_output=True, text=True
        )
        assert (done.returncode != 0) is fails, done.stdout + done.stderr
        return done.stderr.strip() if fails else done.stdout

    def look(self):
        """Return what somebody finds here: sign-in, runners, whether the triggers hold, faults of the audit."""
        return re.search(r"LOOK (.*)", self.manage("shell", "-c", LOOK % PASSWORD)).group(1)

    def gone(self):
        """Leave nothing."""
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
    home, key, file = clinic_at_work, str(tmp_path / "key"), str(tmp_path / "clinic.backup")
    public = re.search(r"age1\w+", home.manage("backup", "--new-key", key)).group()
    assert os.stat(key).st_mode & 0o077 == 0
    told = home.manage("backup", file, "--recipient", public)
    whole = Path(file).read_bytes()
    assert b"CREATE" not in whole and b"watch" not in whole
    assert "whole" in home.manage("backup", "--check", file, "--identity", key)

    # Into an empty database: counts, contents and the audit are compared by the command itself.
    away = place("away")
    assert told.split(":")[1].split()[0] in away.manage("restore", file, "--identity", key)
    assert (away.folder / "private" / "exports" / "watch.zip").read_bytes() == b"a file of a watch"
    status, runners, kept, faults = away.look().split()
    assert (status, kept, faults) == ("302", "True", "0") and int(runners) >= 17

    # What is there is not overwritten unasked, neither a record nor a backup nor a key.
    assert "--overwrite" in away.manage("restore", file, "--identity", key, fails=True)
    assert "there already" in home.manage("backup", file, "--recipient", public, fails=True)
    assert "never overwritten" in home.manage("backup", "--new-key", key, fails=True)
    before = away.look()
    away.manage("restore", file, "--identity", key, "--overwrite")
    assert away.look().split()[:3] == before.split()[:3]

    # Another key, a broken byte, a missing end, another file: refused in a line, and nothing is written.
    empty = place("empty")
    other = str(tmp_path / "other")
    home.manage("backup", "--new-key", other)
    broken = {"byte": whole[:5000] + bytes([whole[5000] ^ 1]) + whole[5001:], "end": whole[:-4000], "text": b"no"}
    for name, content in broken.items():
        (tmp_path / name).write_bytes(content)
    for source, identity in ((file, other), *((str(tmp_path / name), key) for name in broken)):
        said = empty.manage("restore", source, "--identity", identity, fails=True)
        assert len(said.splitlines()) == 1 and "does not open" in said, said
    assert "No such file" in empty.manage("restore", file, "--identity", str(tmp_path / "nothing"), fails=True)
    assert not list(tmp_path.glob(".*"))  # nothing half-written is left
    empty.manage("migrate", "--check", fails=True)


@pytest.mark.django_db
def test_a_backup_of_a_record_that_was_changed_behind_its_back_says_so(clinic_at_work, place, tmp_path):
    home, key, file = clinic_at_work, str(tmp_path / "key"), str(tmp_path / "clinic.backup")
    public = re.search(r"age1\w+", home.manage("backup", "--new-key", key)).group()
    home.manage("shell", "-c", TAMPER)
    home.manage("backup", file, "--recipient", public)

    assert "its audit is not whole" in place("away").manage("restore", file, "--identity", key, fails=True)
