"""A restore on PostgreSQL that fails in the middle leaves everything as it was, in the one schema there is."""

import pytest
from django.db import connection

from clinic.backup.engines import Postgres
from clinic.backup.errors import BackupError
from clinic.models import Patient

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def on_postgresql():
    """SQLite replaces a file instead (tests/clinic/test_backup.py)."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite replaces a file")


def schemas():
    """Return the schemas that hold our tables, or did."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'")
        return {name for (name,) in cursor.fetchall()}


def test_a_dump_that_breaks_off_changes_nothing(case, tmp_path, monkeypatch):
    dump, run = tmp_path / "database", Postgres._run
    Postgres().dump(dump)

    def broken(self, *command):
        run(self, *command)
        if command[0] == "pg_restore":
            with open(f"{dump}.sql", "a") as script:
                script.write("SELECT 1 / 0;\n")

    monkeypatch.setattr(Postgres, "_run", broken)
    with pytest.raises(BackupError, match="division by zero"):
        Postgres().load(dump)
    assert Patient.objects.get() == case.patient and schemas() == {"public"}


def test_what_came_after_the_dump_is_gone_after_the_load(case, tmp_path):
    Postgres().dump(tmp_path / "database")
    Patient.objects.filter(pk=case.patient_id).update(surname="Later")
    before = Postgres().told()
    Postgres().load(tmp_path / "database")
    assert Patient.objects.get().surname == case.patient.surname and schemas() == {"public"}
    assert Postgres().told() != before
