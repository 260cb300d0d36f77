"""What was said to the runners of every clinic becomes what each one says: the migration, on a database of before."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent
STORY = """
import json
from django.core.management import call_command
from django.db import connection
from django.db.migrations.exceptions import IrreversibleError
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

call_command("migrate", "clinic", "0025", verbosity=0)
call_command("migrate", "rehab", "0008", verbosity=0)
then = MigrationExecutor(connection).loader.project_state([("rehab", "0008_history"), ("clinic", "0025_audit_of_both")])
get = then.apps.get_model
Exercise, Past, Picture = (get("rehab", name) for name in ("Exercise", "ExerciseHistory", "ExerciseMedia"))
Person = get("clinic", "Person")
people = [Person.objects.create(email=f"{name.lower()}@example.org", name=name) for name in ("Hill", "River")]

def exercise(code, number, said=(), film=False):
    columns = {"code": code, "number": number, "name": code.title(), "level_count": 3}
    row = Exercise.objects.create(**columns)
    for n, (words, who) in enumerate((("", None), *said)):
        row.clinic_name = row.clinic_cues = words
        row.save()
        kept = {**columns, "clinic_name": words, "clinic_cues": words, "history_type": "~" if n else "+"}
        Past.objects.create(**kept, history_date=timezone.now(), history_user_id=who and who.pk)
    if film:
        Picture.objects.create(exercise=row, file="exercises/a.png", description="A dog", level=2)

exercise("PLAIN", "E01")
exercise("WORDED", "E02", [("Pointer", people[0]), ("Setter", people[1])], film=True)
exercise("SHOWN", "E03", film=True)
exercise("EMPTIED", "E04", [("Once", people[1]), ("", people[0])])
told = {"addresses": [str(picture.pk) for picture in Picture.objects.all()]}

try:
    call_command("migrate", verbosity=0)
except RuntimeError as error:
    told["refused"] = str(error)
for person in people:
    place = get("clinic", "Clinic").objects.create(name=person.name, phone="1", emergency_number="1", opening_hours="h")
    get("clinic", "Membership").objects.create(person=person, clinic=place, role="administrator")
call_command("migrate", verbosity=0)

from rehab.models import ExerciseMedia, Wording
names = {row.pk: row.clinic.name for row in Wording.objects.all()}
pictures = list(ExerciseMedia.objects.select_related("wording"))
told["words"] = sorted([w.exercise_id, w.clinic.name, w.name, w.cues, w.faults] for w in Wording.objects.all())
told["pictures"] = sorted([m.wording.exercise_id, names[m.wording_id], m.file.name, m.level] for m in pictures)
told["kept"] = [str(picture.pk) for picture in pictures]
past = Wording.history.order_by("exercise_id", "history_id")
told["past"] = [[h.exercise_id, names[h.id], h.name, h.history_user and h.history_user.name] for h in past]
try:
    call_command("migrate", "rehab", "0008", verbosity=0)
except IrreversibleError:
    told["back"] = "refused"
print(json.dumps(told))
"""


@pytest.fixture
def manage(tmp_path, django_db_setup, django_db_blocker):
    """A function that runs manage.py on an empty database of its own, on the engine of the tests."""
    url, dropped = f"sqlite:///{tmp_path / 'before.sqlite3'}", None
    if connection.vendor == "postgresql":
        told, name = connection.settings_dict, f"{connection.settings_dict['NAME']}_before"
        url = f"postgres://{told['USER']}:{told['PASSWORD']}@{told['HOST']}:{told['PORT'] or 5432}/{name}"
        dropped = f'DROP DATABASE IF EXISTS "{name}"'
        with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
            cursor.execute(dropped)
            cursor.execute(f'CREATE DATABASE "{name}"')
    told = {**os.environ, "DATABASE_URL": url, "CLINIC_DEBUG": "yes"}

    def run(*args):
        asked = [sys.executable, "manage.py", *args]
        return subprocess.run(asked, cwd=ROOT, env=told, capture_output=True, text=True)

    yield run
    if dropped:
        with django_db_blocker.unblock(), connection._nodb_cursor() as cursor:
            cursor.execute(dropped)


def test_each_clinic_gets_its_copy_and_nothing_is_lost(manage):
    done = manage("shell", "-v0", "-c", STORY)
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.strip().splitlines()[-1])

    assert "there is no clinic to own them" in told["refused"], "words that nobody could own are not dropped"
    both, words = ("Hill", "River"), {"EMPTIED": "", "SHOWN": "", "WORDED": "Setter"}
    assert told["words"] == [[code, name, said, said, ""] for code, said in words.items() for name in both]
    assert told["pictures"] == [[code, name, "exercises/a.png", 2] for code in ("SHOWN", "WORDED") for name in both]
    assert set(told["addresses"]) < set(told["kept"])
    past = {
        (code, name): [row[2:] for row in told["past"] if row[:2] == [code, name]] for code in words for name in both
    }
    assert past["WORDED", "Hill"] == [["", None], ["Pointer", "Hill"], ["Setter", None]]
    assert past["WORDED", "River"] == [["", None], ["Pointer", None], ["Setter", "River"]]
    assert past["EMPTIED", "Hill"] == [["", None], ["Once", None], ["", "Hill"]]
    assert told["back"] == "refused"
