"""Ranked causes on the page; a diagnosis that is not ranked first needs its reason; releases."""

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.terms import Answer
from triage import actions
from triage.gate import loading_gate
from triage.knowledge import triage_knowledge
from triage.models import Decision, Diagnosis, SignOff

pytestmark = pytest.mark.django_db


@pytest.fixture
def soleus_case(calm_case, clinician):
    """A calm case in which every finding of a soleus strain is present."""
    cause = next(c for c in triage_knowledge().causes.causes if c.code == "SOLEUS")
    facts = {code for weight in cause.weights if weight.points > 0 for code in weight.facts}
    known = set(triage_knowledge().findings)
    calm_case.refresh_from_db()
    actions.record_examination(
        case=calm_case,
        version=calm_case.version,
        by=clinician,
        at=timezone.now(),
        findings=dict.fromkeys(facts & known, Answer.PRESENT),
    )
    return calm_case


def url(name, case):
    return reverse(f"triage:{name}", args=[case.pk])


def test_the_page_says_what_speaks_for_the_first_cause(at_work, clinician, soleus_case):
    page = at_work(clinician).get(url("causes", soleus_case)).content.decode()
    assert "Soleus strain" in page
    assert "Speaks for" in page
    assert "Test next" in page


def test_contributors_are_shown_to_be_tested_what_was_found_first(at_work, clinician, calm_case):
    answers = {"hill_training": Answer.PRESENT, "shoes_poor_fit": Answer.ABSENT}
    actions.record_examination(
        case=calm_case, version=calm_case.version, by=clinician, at=timezone.now(), findings=answers
    )
    shown = at_work(clinician).get(url("causes", calm_case)).context["contributors"]
    assert (shown[0]["words"], shown[0]["state"]) == ("Hill training", "found")
    assert ("Overtraining", "not looked at yet") in [(each["words"], each["state"]) for each in shown]
    assert "Poorly fitting shoes" not in [each["words"] for each in shown]


def test_dangerous_causes_are_always_shown(at_work, clinician, soleus_case):
    assert "Deep vein thrombosis" in at_work(clinician).get(url("causes", soleus_case)).content.decode()


def test_the_first_ranked_needs_no_reason_and_stores_its_decision(at_work, clinician, soleus_case, form_of):
    answer = at_work(clinician).post(url("diagnosis", soleus_case), form_of(cause="SOLEUS", grade="1"))
    assert answer.status_code == 302
    diagnosis = Diagnosis.objects.get()
    assert (diagnosis.cause, diagnosis.grade, diagnosis.by) == ("SOLEUS", 1, clinician)
    assert Decision.objects.filter(kind="causes").count() == 1


def test_another_one_needs_its_reason(at_work, clinician, soleus_case, form_of):
    browser = at_work(clinician)
    assert browser.post(url("diagnosis", soleus_case), form_of(cause="PTT")).status_code == 422
    assert not Diagnosis.objects.exists()
    assert not Decision.objects.filter(kind="causes").exists()
    fields = form_of(cause="PTT", override_reason="Ultrasound shows it")
    assert browser.post(url("diagnosis", soleus_case), fields).status_code == 302
    assert Diagnosis.objects.get().override_reason == "Ultrasound shows it"


def test_an_unknown_cause_is_refused(at_work, clinician, soleus_case, form_of):
    assert at_work(clinician).post(url("diagnosis", soleus_case), form_of(cause="FLU")).status_code == 422


def test_an_assistant_names_no_diagnosis(at_work, assistant, soleus_case, form_of):
    fields = form_of(cause="SOLEUS", reason="x")
    assert at_work(assistant).post(url("diagnosis", soleus_case), fields).status_code == 403
    assert at_work(assistant).post(url("release", soleus_case), fields).status_code == 403
    assert not Diagnosis.objects.exists()


def test_a_must_not_load_diagnosis_waits_for_a_release(at_work, clinician, soleus_case, form_of):
    browser = at_work(clinician)
    browser.post(url("diagnosis", soleus_case), form_of(cause="BSI", override_reason="MRI"))
    assert not loading_gate(soleus_case).open
    assert browser.post(url("release", soleus_case), form_of(cause="BSI", reason="  ")).status_code == 422
    fields = form_of(cause="BSI", reason="Dr Soto, sports medicine: may load", limits="No running")
    assert browser.post(url("release", soleus_case), fields).status_code == 302
    assert SignOff.objects.get().limits == "No running"
    assert loading_gate(soleus_case).open


def test_a_later_harmless_diagnosis_does_not_release(at_work, clinician, soleus_case, form_of):
    browser = at_work(clinician)
    browser.post(url("diagnosis", soleus_case), form_of(cause="BSI", override_reason="MRI"))
    browser.post(url("diagnosis", soleus_case), form_of(cause="SOLEUS"))
    assert not loading_gate(soleus_case).open


def test_a_stale_diagnosis_is_a_conflict(at_work, clinician, soleus_case, form_of):
    stale = form_of(cause="SOLEUS")
    at_work(clinician).post(url("diagnosis", soleus_case), form_of(cause="SOLEUS"))
    assert at_work(clinician).post(url("diagnosis", soleus_case), stale).status_code == 409
    assert Diagnosis.objects.count() == 1
