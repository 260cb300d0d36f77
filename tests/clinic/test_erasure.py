"""A record that was erased leaves no trace, and what must stay stays as a key without a name."""

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.core.files.storage import FileSystemStorage
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import CharField, EmailField, JSONField, TextField
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic import audit, triggers
from clinic.erasure import KEPT, due_for_erasure, erase, must_stay_until
from clinic.links import children_first, linked_tables
from clinic.models import AuditEvent, Case, CaseEvent, Erasure, ErasureEnd, Patient, Person
from clinic.tidying import tidy
from rehab.actions.exports import _shelf, keep_export
from tests import factories
from tests.world import a_browser, tables

pytestmark = pytest.mark.django_db
MARK = "Qzxmark"


@pytest.fixture
def marked(world):
    """The runner of a clinic at work, with a word in every text of theirs that occurs nowhere else."""
    patient = world.case.patient
    Patient.objects.filter(pk=patient.pk).update(given_name=MARK, surname=MARK, medicines=MARK, email="qzx@example.org")
    Person.objects.filter(pk=patient.person_id).update(name=MARK, email="qzx@example.org")
    Case.objects.filter(pk=world.case.pk).update(story=MARK, goals=MARK)
    last = world.case.events.order_by("-version").first().version
    told = {"at": timezone.now(), "by": world.people["lead"], "kind": "note", "data": {"was": MARK}}
    CaseEvent.objects.create(case=world.case, version=last + 1, text=MARK, **told)
    return Patient.objects.get(pk=patient.pk)


def everything():
    """Return every column of every row, as text."""
    found = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f'SELECT * FROM "{table}"')
            found += [f"{table}: {row}" for row in cursor.fetchall()]
    return found


def test_nothing_of_the_runner_is_left_but_their_key_in_the_audit(world, marked, settings, tmp_path):
    settings.PRIVATE_ROOT = tmp_path
    keep_export(case=world.case, file=StringIO("a watch"), by=marked.person, at=timezone.now())
    runner, member = Client(), a_browser(world, "lead")
    runner.force_login(marked.person)
    runner.get(reverse("rehab:my_today"))
    member.get(reverse("clinic:case", args=[world.case.pk]))
    before = {table.label: table.about(marked).count() for table in linked_tables() if table.about(marked) is not None}
    others = Patient.objects.exclude(pk=marked.pk).count()

    erased = erase(patient=marked, because="asked", by=world.people["lead"], at=timezone.now())

    assert {label: n for label, n in before.items() if n and label not in KEPT} == erased
    left = [row for row in everything() if MARK.lower() in row.lower() or "qzx@" in row]
    assert left == []
    named = [row for row in everything() if str(marked.pk) in row or marked.pk.hex in row]
    assert {row.split(":")[0] for row in named} == {"clinic_auditevent", "clinic_erasure"}
    assert not Session.objects.filter(session_key=runner.session.session_key).exists()
    assert not list(tmp_path.rglob("*.zip")) and not _shelf().listdir("")[1]
    assert Patient.objects.count() == others
    assert list(audit.faults()) == []
    assert AuditEvent.objects.filter(patient=marked.pk, act="erase").exists()


def mark_everything(patient):
    """Write the word into every text of every table that leads to a runner; return the columns that take no word."""
    refused = set()
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # no trigger steps aside before what waits was asked
        triggers.remove()
        for table in linked_tables():
            rows = None if table.label in KEPT else table.about(patient)
            first = rows.order_by("pk").first() if rows is not None else None
            for field in table.model._meta.concrete_fields if first else ():
                if not isinstance(field, (CharField, TextField, JSONField)):
                    continue
                told = {"was": MARK} if isinstance(field, JSONField) else MARK
                told = f"{MARK.lower()}@example.org" if isinstance(field, EmailField) else told
                try:
                    with transaction.atomic():
                        table.model._default_manager.filter(pk=first.pk).update(**{field.name: told})
                except DatabaseError:
                    refused.add(f"{table.label}.{field.name}")
        triggers.install()
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    return refused


def test_a_word_in_every_text_of_every_table_is_gone_with_the_record(world, settings, tmp_path):
    """Also in one that is added tomorrow.  A column that takes no free word holds a code, and names nobody."""
    settings.PRIVATE_ROOT, patient = tmp_path, world.case.patient
    keep_export(case=world.case, file=StringIO(MARK), by=patient.person, at=timezone.now())
    refused = mark_everything(patient)
    cache.set("qzx", MARK)
    marked = [row for row in everything() if MARK.lower() in row.lower()]
    assert len({row.split(":")[0] for row in marked}) > 20

    erase(patient=Patient.objects.get(pk=patient.pk), because="asked", by=world.people["lead"], at=timezone.now())

    assert [row for row in everything() if MARK.lower() in row.lower()] == []
    assert cache.get("qzx") is None
    shelves = (Path(settings.PRIVATE_ROOT), Path(settings.MEDIA_ROOT))
    assert not any(MARK.encode() in path.read_bytes() for at in shelves for path in at.rglob("*") if path.is_file())
    assert {name for name in refused if not _takes_codes(name)} == set()


def _takes_codes(name):
    """Return whether a column holds one of a few words or has a form of its own, as the database itself asks."""
    label, column = name.rsplit(".", 1)
    model = apps.get_model(label)
    field = model._meta.get_field(column)
    asked = any(f"'{column}" in str(one.deconstruct()) for one in model._meta.constraints)
    return bool(field.choices) or asked or (field.max_length or 99) < len(MARK)


@pytest.mark.parametrize("who", ["clinician", "assistant", "administrator", "stranger", "runner"])
def test_only_the_lead_of_the_clinic_erases(world, who):
    with pytest.raises(PermissionDenied):
        erase(patient=world.case.patient, because="asked", by=world.people[who], at=timezone.now())
    assert Patient.objects.filter(pk=world.case.patient_id).exists()


def test_outside_an_erasure_the_database_lets_no_row_go(world):
    for table in ("clinic_patient", "clinic_caseevent", "rehab_safetycheck"):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}")


def begun(world):
    """Begin an erasure; return its end, which is not there yet."""
    now, by = timezone.now(), world.people["lead"]
    end = ErasureEnd(ended_at=now, ended_by=by)
    told = {"clinic": world.clinic, "patient": world.case.patient_id, "because": "asked"}
    Erasure.objects.create(**told, begun_at=now, begun_by=by, end=end)
    return end


def test_an_erasure_under_way_lets_go_no_other_runners_rows(world):
    end = begun(world)
    for model in (CaseEvent, Case, Patient):
        path = {CaseEvent: "case__patient", Case: "patient", Patient: "pk"}[model]
        with pytest.raises(DatabaseError), transaction.atomic():
            model.objects.filter(**{path: world.theirs.patient_id})._raw_delete("default")
    end.save(force_insert=True)


def test_an_erasure_that_is_over_opens_nothing_again(world):
    end = begun(world)
    end.save(force_insert=True)
    with pytest.raises(DatabaseError), transaction.atomic():
        Erasure.objects.filter(end=end).update(end=uuid4())
    with pytest.raises(DatabaseError), transaction.atomic():
        CaseEvent.objects.filter(case=world.case)._raw_delete("default")


def test_where_one_row_cannot_go_nothing_goes(world, marked, monkeypatch):
    monkeypatch.setattr("clinic.erasure._forget_what_names", lambda *a: 1 / 0)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        erase(patient=marked, because="asked", by=world.people["lead"], at=timezone.now())
    assert Patient.objects.filter(pk=marked.pk).exists() and not Erasure.objects.exists()


def a_session(**told):
    """Keep a session with something in it; return its key."""
    store = SessionStore()
    store.update(told)
    store.save()
    return store.session_key


def test_whoever_only_looked_for_the_runner_stays_signed_in_and_their_search_goes(world, marked):
    """A short name ("Li") stands in many words: nobody is signed out because their session holds one of them."""
    Patient.objects.filter(pk=marked.pk).update(surname="Li")
    marked.refresh_from_db()
    lead = str(world.people["lead"].pk)
    theirs = a_session(_auth_user_id=lead, language="Lithuanian", asked={"k": {"q": MARK}}, _messages=f'["{MARK}"]')
    own = a_session(_auth_user_id=str(marked.person_id))
    entering = a_session(account_login={"email": "QZX@example.org"})
    on_the_leg = a_session(leg=str(world.case.pk))
    erase(patient=marked, because="asked", by=world.people["lead"], at=timezone.now())

    left = Session.objects.filter(session_key__in=[theirs, own, entering, on_the_leg])
    assert [row.session_key for row in left] == [theirs]
    assert left[0].get_decoded() == {"_auth_user_id": lead, "language": "Lithuanian"}


@pytest.mark.parametrize("ends", [True, False], ids=["ended", "changed"])
def test_a_session_that_a_request_ends_or_changes_meanwhile_is_left_as_the_request_left_it(
    world, marked, monkeypatch, ends
):
    key, decoded, done = a_session(language="en", asked={"k": {"q": MARK}}), Session.get_decoded, []

    def meanwhile(session):
        told = decoded(session)
        if session.pk == key and not done:
            done.append(key)
            row = Session.objects.filter(pk=key)
            changed = SessionStore().encode(told | {"language": "es"})
            row.delete() if ends else row.update(session_data=changed)
        return told

    monkeypatch.setattr(Session, "get_decoded", meanwhile)
    erase(patient=marked, because="asked", by=world.people["lead"], at=timezone.now())

    left = Session.objects.filter(pk=key).first()
    assert done and (left is None if ends else decoded(left) == {"language": "es"})
    assert not Patient.objects.filter(pk=marked.pk).exists()


def test_lines_and_work_about_others_stay_though_their_keys_are_small_numbers(world, marked):
    """EmailAddress has numbers for keys: the line of the administration about number 1 of another table stays."""
    address = EmailAddress.objects.create(user=marked.person, email="qzx@example.org")
    told = {"user": world.people["lead"], "object_id": str(address.pk), "action_flag": 2}
    for model in (EmailAddress, Group):
        LogEntry.objects.create(content_type=ContentType.objects.get_for_model(model), object_repr="x", **told)
    erase(patient=marked, because="asked", by=world.people["lead"], at=timezone.now())
    assert [row.content_type.model for row in LogEntry.objects.filter(object_id=str(address.pk))] == ["group"]


def test_a_file_that_cannot_go_now_stops_nothing_and_goes_with_the_next_tidying(
    world, marked, settings, tmp_path, monkeypatch
):
    settings.PRIVATE_ROOT = tmp_path
    keep_export(case=world.case, file=StringIO("a watch"), by=marked.person, at=timezone.now())
    cache.set("qzx", MARK)
    with monkeypatch.context() as patch:
        patch.setattr(FileSystemStorage, "delete", lambda *a: (_ for _ in ()).throw(PermissionError("read-only")))
        erase(patient=marked, because="asked", by=world.people["lead"], at=timezone.now())
    assert cache.get("qzx") is None and _shelf().listdir("")[1]
    tidy(timezone.now() + timedelta(hours=2))
    assert not _shelf().listdir("")[1]


def test_somebody_who_works_here_keeps_their_sign_in(world, marked):
    marked.person.memberships.create(clinic=world.theirs.clinic, role="clinician")
    erase(patient=marked, because="asked", by=world.people["lead"], at=timezone.now())
    assert Person.objects.filter(pk=marked.person_id).exists()


# --- Nothing is forgotten ----------------------------------------------------------------------


def test_every_table_that_leads_to_a_runner_goes_or_stays_for_a_reason():
    """A table that keeps keys without a foreign key is found by the names of its columns."""
    known = {table.label for table in linked_tables()} | set(KEPT)
    by_name = {
        model._meta.label
        for model in apps.get_models(include_auto_created=True)
        for field in model._meta.concrete_fields
        if not field.is_relation and field.name in ("patient", "case", "person", "runner", "history_id")
    }
    assert by_name - known == set()
    assert all(KEPT.values())


def test_children_go_before_their_parents():
    order = [table.model for table in children_first(linked_tables())]
    assert order.index(CaseEvent) < order.index(Case) < order.index(Patient) < order.index(Person)


# --- The commands, and how long a record stays -------------------------------------------------


@pytest.fixture
def signed(monkeypatch):
    """The lead's password is typed."""
    monkeypatch.setattr("clinic.management.asking.getpass", lambda *a: factories.PASSWORD)


def closed(clinic, by, years):
    """Return a case that ended some years ago."""
    at = timezone.now() - timedelta(days=366 * years)
    told = {"closed_at": at, "closed_by": by, "closed_because": "done", "outcome": "running", "opened_by": by}
    return factories.CaseFactory(patient__clinic=clinic, patient__registered_at=at, opened_at=at, **told)


def test_without_a_reason_the_command_only_says_what_is_held(case):
    out = StringIO()
    call_command("erase", str(case.patient_id), stdout=out)
    assert "clinic.Case" in out.getvalue() and "Nothing was erased" in out.getvalue()
    assert Patient.objects.filter(pk=case.patient_id).exists()


def test_the_command_erases_nothing_before_its_time(case, clinic, lead, signed):
    with pytest.raises(CommandError, match="while a case is open"):
        call_command("erase", str(case.patient_id), "--because", "asked", "--by", lead.email)
    key = str(closed(clinic, lead, 2).patient_id)
    with pytest.raises(CommandError, match="must be kept until"):
        call_command("erase", key, "--because", "asked", "--by", lead.email)
    call_command("erase", key, "--because", "asked", "--by", lead.email, "--before-its-time")
    assert not Patient.objects.filter(pk=key).exists()


@pytest.mark.parametrize("key", ["nothing", "01890000-0000-7000-8000-000000000000"])
def test_a_key_of_nobody_is_refused_in_a_line(key):
    with pytest.raises(CommandError, match="no runner"):
        call_command("erase", key)


def test_a_record_is_kept_for_its_years_after_the_last_case_ended(case, lead, clinic):
    assert must_stay_until(case.patient, 10) is None
    closed(clinic, lead, 9)
    assert list(due_for_erasure(timezone.now(), 10)) == []
    old = closed(clinic, lead, 11)
    assert [row.pk for row in due_for_erasure(timezone.now(), 10)] == [old.patient_id]
    factories.CaseFactory(patient=old.patient, side="right", opened_by=lead)
    assert list(due_for_erasure(timezone.now(), 10)) == []


def test_the_list_of_old_records_erases_only_when_told_to(clinic, lead, signed):
    old, out = closed(clinic, lead, 11), StringIO()
    call_command("retain", stdout=out)
    assert "1 could go; nothing was erased" in out.getvalue()
    assert Patient.objects.filter(pk=old.patient_id).exists()
    call_command("retain", "--erase", "--by", lead.email)
    assert not Patient.objects.filter(pk=old.patient_id).exists()


def test_the_audit_of_an_erased_runner_names_nobody(world, marked):
    erase(patient=marked, because="asked", by=world.people["lead"], at=timezone.now())
    told = json.dumps(list(AuditEvent.objects.filter(patient=marked.pk).values()), default=str)
    assert MARK not in told


@pytest.mark.parametrize("command", ["erase", "retain", "confirm_knowledge"])
def test_without_a_terminal_a_command_says_so_and_does_nothing(monkeypatch, case, lead, command):
    def nobody_types(prompt):
        raise EOFError

    monkeypatch.setattr("clinic.management.asking.getpass", nobody_types)
    told = {
        "erase": [str(case.patient_id), "--because=asked"],
        "retain": ["--erase"],
        "confirm_knowledge": [lead.email],
    }
    by = [] if command == "confirm_knowledge" else [f"--by={lead.email}"]
    before = tables()
    with pytest.raises(CommandError, match="at a terminal"):
        call_command(command, *told[command], *by, stdout=StringIO())
    assert tables() == before
