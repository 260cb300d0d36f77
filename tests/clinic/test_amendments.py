"""What was signed stays as it was signed; what is put right stands beside it, with who and why."""

import json

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from clinic import actions
from clinic.erasure import erase
from clinic.models import Amendment, CaseEvent
from clinic.portability import as_json
from tests.world import a_browser

pytestmark = pytest.mark.django_db
TOLD = {"text": "It is the left calf.", "reason": "typed wrongly"}


@pytest.fixture
def entry(case, clinician):
    """A note that somebody signed for."""
    actions.note(case=case, version=case.version, text="It is the right calf.", by=clinician, at=timezone.now())
    return case.events.get(kind="note")


def amended(entry, by, **told):
    """Amend an entry as the case stands now."""
    entry.case.refresh_from_db()
    told = {"entry": entry, "version": entry.case.version, **TOLD, **told}
    return actions.amend(**told, by=by, at=timezone.now())


def posted(browser, case, entry, **said):
    """Send the form of an amendment; return what was answered."""
    case.refresh_from_db()
    papers = {"patient": case.patient_id, "version": case.version, **TOLD, **said}
    return browser.post(reverse("clinic:amend", args=[case.pk, entry.pk]), papers)


def test_an_amendment_keeps_the_original_its_author_and_the_reason(entry, clinician, lead):
    before = CaseEvent.objects.filter(pk=entry.pk).values().get()
    row = amended(entry, lead)
    assert CaseEvent.objects.filter(pk=entry.pk).values().get() == before
    assert (row.entry, row.by, row.reason, row.entry.by) == (entry, lead, "typed wrongly", clinician)
    line = entry.case.events.first()
    assert (line.kind, line.data) == ("amendment", {"entry": str(entry.pk)})


def test_the_timeline_shows_both_and_the_data_hold_both(entry, lead, at_work):
    amended(entry, lead, text="It is the <b>left</b> calf.")
    page = at_work(lead).get(reverse("clinic:case", args=[entry.case_id])).content.decode()
    assert "It is the right calf." in page and "It is the &lt;b&gt;left&lt;/b&gt; calf." in page
    assert "typed wrongly" in page and lead.name in page
    told = json.loads("".join(as_json(entry.case.patient, timezone.now())))["tables"]
    assert told["clinic.Amendment"][0]["entry"] == str(entry.pk)
    assert "It is the right calf." in [row["text"] for row in told["clinic.CaseEvent"]]


@pytest.mark.parametrize("kind", ["opened", "intake", "plan_drafted", "health", "amendment"])
def test_what_nobody_signed_is_not_amended(kind, entry, lead, at_work):
    case = entry.case
    other = actions.touch_case(case, version=case.version, by=lead, at=timezone.now(), kind=kind, text="x")
    with pytest.raises(PermissionDenied):
        amended(other, lead)
    assert posted(at_work(lead), case, other).status_code == 404


@pytest.mark.parametrize(
    ("who", "status"),
    [("runner", 403), ("fellow", 404), ("administrator", 404), ("stranger", 404), ("assistant", 403)],
)
def test_only_who_signs_there_amends(world, who, status):
    entry = world.case.events.filter(kind="plan_signed").first()
    assert posted(a_browser(world, who), world.case, entry).status_code == status
    with pytest.raises(PermissionDenied):
        amended(entry, world.people[who])
    assert not Amendment.objects.exists()


def test_an_entry_of_another_case_is_not_there(world):
    theirs = world.theirs.events.filter(kind="plan_signed").first()
    assert posted(a_browser(world, "lead"), world.case, theirs).status_code == 404
    assert not Amendment.objects.exists()


@pytest.mark.parametrize("said", [{"text": " "}, {"reason": ""}, {"text": "x" * 501}])
def test_it_says_what_and_why(said, entry, lead, at_work):
    assert posted(at_work(lead), entry.case, entry, **said).status_code == 422
    assert not Amendment.objects.exists()


def test_an_older_version_is_a_conflict(entry, lead, at_work):
    answer = posted(at_work(lead), entry.case, entry, version=1)
    assert answer.status_code == 409 and not Amendment.objects.exists()


def test_a_closed_case_takes_none(entry, lead, at_work):
    case = entry.case
    actions.close_case(case=case, version=case.version, outcome="other", because="moved", by=lead, at=timezone.now())
    assert posted(at_work(lead), case, entry).status_code == 403


@pytest.mark.parametrize("table", ["clinic_amendment", "clinic_caseevent"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET text = 'x'", "DELETE FROM {}"])
def test_neither_original_nor_amendment_is_changed_or_removed_by_sql(table, statement, entry, lead):
    amended(entry, lead)
    with pytest.raises(DatabaseError, match="added, never changed"), transaction.atomic():
        connection.cursor().execute(statement.format(table))


def test_the_orm_changes_neither(entry, lead):
    row = amended(entry, lead)
    for one in (row, entry):
        one.text = "other"
        with pytest.raises(DatabaseError), transaction.atomic():
            one.save()


def test_the_database_takes_none_for_an_entry_of_another_case(world):
    theirs = world.theirs.events.filter(kind="plan_signed").first()
    told = {"case": world.case, "entry": theirs, "at": timezone.now(), "by": world.people["lead"]}
    with pytest.raises(DatabaseError, match="another case"), transaction.atomic():
        Amendment.objects.create(**told, **TOLD)


def test_an_erased_record_takes_its_amendments_along(world):
    amended(world.case.events.filter(kind="plan_signed").first(), world.people["lead"])
    erase(patient=world.case.patient, because="asked", by=world.people["lead"], at=timezone.now())
    assert not Amendment.objects.exists()
