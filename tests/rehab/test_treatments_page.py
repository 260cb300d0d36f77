"""Treatments: today's verdict on each, and a record only through the gate."""

import pytest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from clinic.terms import Answer
from rehab import actions
from rehab.models import TreatmentRecord
from rehab.pages import todays_treatments
from tests.rehab.conftest import an_item, nothing_against

pytestmark = pytest.mark.django_db


def address(case):
    """Return the page of the case."""
    return reverse("rehab:treatments", args=[case.pk])


def given(case, by, treatment, **changes):
    """Record a treatment by the action."""
    case.refresh_from_db()
    told = {"site": "calf", "indication": "pain", "reason": "", "response": "eased", "given_at": timezone.now()}
    return actions.record_treatment(
        case=case, treatment=treatment, version=case.version, by=by, at=timezone.now(), **{**told, **changes}
    )


def posted(case, **fields):
    """Return what the form posts."""
    case.refresh_from_db()
    told = {"given_at": "2026-01-05T10:00", "site": "calf", "indication": "pain", "response": "eased"}
    return {"patient": case.patient_id, "version": case.version, **told, **fields}


def test_a_treatment_is_kept_with_the_gates_answer(ready_case, clinician):
    record = given(ready_case, clinician, "ART")

    assert (record.given_by, record.site, record.verdict) == (clinician, "calf", "ok")
    assert len(record.knowledge_sha256) == 64
    assert record.inputs["answers"]["anticoagulant"] == "absent" and record.inputs["diagnosis"] == "PCS"
    assert ready_case.events.first().kind == "treatment"


def test_an_open_alarm_forbids_every_treatment(ready_case, clinician, at_work):
    an_item(ready_case, clinician, "D")
    page = at_work(clinician).get(address(ready_case)).content.decode()

    assert "verdict-ok" not in page and "verdict-reason" not in page
    assert "Every treatment is forbidden today." in page


def test_each_treatment_says_what_is_convention_and_weak_options_come_last(ready_case):
    rows, _ = todays_treatments(ready_case, timezone.now())
    pages = [render_to_string("rehab/_treatment.html", {"row": row}) for row in rows]
    allowed = [row.treatment.first_line for row in rows if row.verdict == "ok"]

    assert all("clinic convention, to be confirmed by the clinic lead" in page for page in pages)
    assert allowed == sorted(allowed, reverse=True) and set(allowed) == {True, False}


def test_a_forbidden_treatment_is_refused_whatever_the_reason(ready_case, clinician):
    nothing_against(ready_case, clinician, anticoagulant=Answer.PRESENT)
    with pytest.raises(actions.Refused):
        given(ready_case, clinician, "DEEP_MASSAGE", reason="I insist")

    assert not TreatmentRecord.objects.exists()


def test_a_forbidden_treatment_cannot_be_posted(ready_case, clinician, at_work):
    nothing_against(ready_case, clinician, anticoagulant=Answer.PRESENT)
    answer = at_work(clinician).post(address(ready_case), posted(ready_case, treatment="DEEP_MASSAGE", reason="x"))

    assert answer.status_code == 422
    assert not TreatmentRecord.objects.exists()


def test_where_a_reason_is_needed_it_is_asked_for(ready_case, clinician):
    with pytest.raises(actions.Refused, match="needs your reason"):
        given(ready_case, clinician, "STEROID_INJECTION")
    record = given(ready_case, clinician, "STEROID_INJECTION", reason="after a talk with the surgeon")

    assert record.verdict == "reason_needed" and record.reason


def test_the_allowed_stand_first_and_every_refusal_says_why(ready_case, clinician, at_work):
    nothing_against(ready_case, clinician, anticoagulant=Answer.PRESENT, skin_infection_or_wound=Answer.NOT_ASSESSED)
    page = at_work(clinician).get(address(ready_case)).content.decode()
    groups = [page.index(title) for title in ("Allowed with your reason", "Forbidden today")]

    assert groups == sorted(groups)
    assert page.index("Deep tissue massage") > groups[-1]
    assert "Blood thinner or bleeding disorder" in page
    assert "Nobody asked yet, so it counts like a yes: Infection or broken skin" in page
    assert "clinic convention, to be confirmed by the clinic lead" in page
    assert "PCS" not in page


def test_the_page_records_through_the_gate(ready_case, clinician, at_work):
    answer = at_work(clinician).post(address(ready_case), posted(ready_case, treatment="ART"))

    assert answer.status_code == 302
    assert TreatmentRecord.objects.get().given_by == clinician


def test_a_treatment_in_the_future_is_refused(ready_case, clinician, at_work):
    answer = at_work(clinician).post(
        address(ready_case), posted(ready_case, treatment="ART", given_at="2090-01-05T10:00")
    )

    assert answer.status_code == 422


def test_an_assistant_reads_and_does_not_record(ready_case, assistant, at_work):
    browser = at_work(assistant)

    assert browser.get(address(ready_case)).status_code == 200
    assert browser.post(address(ready_case), posted(ready_case, treatment="ART")).status_code == 403
