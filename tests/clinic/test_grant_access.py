"""The server's own role in PostgreSQL: it writes the record, and of the audit it can only add to."""

import secrets

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from clinic import actions
from clinic.models import AuditEvent

pytestmark = pytest.mark.django_db


@pytest.fixture
def role():
    """A role that owns nothing; it goes with the transaction."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no roles")
    name = f"server_{secrets.token_hex(4)}"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE ROLE {name} LOGIN")
    return name


@pytest.fixture
def as_server(role, case, clinician):
    """From here on the connection speaks for the server's role."""
    actions.note(case=case, version=case.version, text="before", by=clinician, at=timezone.now())
    call_command("grant_access", role)
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL ROLE {role}")
    yield role
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")


def test_the_server_does_its_work_and_adds_to_the_audit(as_server, case, clinician):
    actions.note(case=case, version=case.version, text="called back", by=clinician, at=timezone.now())

    assert AuditEvent.objects.filter(act="note").count() == 2
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM clinic_cache")  # no model's table


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE clinic_auditevent SET act = 'x'",
        "DELETE FROM clinic_auditevent",
        "TRUNCATE clinic_auditevent",
        "DELETE FROM clinic_auditchain",
        "ALTER TABLE clinic_auditevent DISABLE TRIGGER ALL",
        "DROP TRIGGER clinic_auditevent_no_update ON clinic_auditevent",
        "UPDATE clinic_patienthistory SET history_type = '-'",
        "DELETE FROM rehab_exercisehistory",
        "CREATE TABLE mine (x int)",
    ],
)
def test_the_server_cannot_change_the_audit_nor_take_its_triggers_away(as_server, statement):
    refused = pytest.raises(DatabaseError, match="permission denied|must be owner")
    with refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize("name", ["Server; DROP TABLE clinic_case", "", "no_such_role_here"])
def test_a_name_that_is_no_role_is_refused_in_a_line(name):
    with pytest.raises(CommandError):
        call_command("grant_access", name)


@pytest.mark.parametrize("how", ["ALTER TABLE clinic_case OWNER TO {role}", "GRANT {owner} TO {role}"])
def test_a_role_that_owns_the_tables_or_may_become_their_owner_is_refused_in_a_line(role, how):
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableowner FROM pg_tables WHERE tablename = 'clinic_auditevent'")
        cursor.execute(how.format(role=role, owner=cursor.fetchone()[0]))
    with pytest.raises(CommandError, match="owns tables"):
        call_command("grant_access", role)
