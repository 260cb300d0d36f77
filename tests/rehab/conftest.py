"""A case whose gate is open, with a plan in force and a draft beside it; and every way to shut the gate."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from clinic.models import Case, Clinic, Membership, Patient, Person
from rehab.models import Exercise, LevelStep, Plan, PlanItem
from triage.models import Decision, Diagnosis, RedFlagItem, Screening, SignOff

NOW = timezone.now()
EMPTY_DECISION = {
    "status": "plan",
    **{name: [] for name in ("reasons", "exercises", "ask_first", "uncovered", "add_ons", "dropped", "next_block")},
}


def a_screening(case, by, **fields):
    """A complete, calm screening of yesterday, unless told otherwise."""
    yesterday = timezone.now() - timedelta(days=1)
    told = {"started_at": yesterday, "completed_at": yesterday, "completed_by": by, "complete": True, "level": "R"}
    return Screening.objects.create(case=case, started_by=by, **{**told, **fields})


def an_item(case, by, level, **fields):
    """A red-flag item of the case's first screening, open unless told otherwise."""
    told = {"row": "RF-DVT", "rule": "T-DVT", "text": "A clot is suspected"}
    told |= {"opened_at": timezone.now(), "opened_by": by}
    return RedFlagItem.objects.create(case=case, screening=case.screenings.first(), level=level, **{**told, **fields})


def a_diagnosis(case, by, cause="SOLEUS"):
    """A recorded diagnosis."""
    return Diagnosis.objects.create(case=case, cause=cause, at=timezone.now(), by=by)


def a_plan(case, by, **fields):
    """A draft with one bird dog, written without the rules."""
    decision = Decision.objects.create(
        case=case, kind="plan", inputs={"equipment": [], "blocked": []}, result=EMPTY_DECISION, reasons=[],
        knowledge_version="test", knowledge_sha256="0" * 64, at=timezone.now(), by=by,
    )  # fmt: skip
    diagnosis = case.diagnoses.order_by("-at").first()
    plan = Plan.objects.create(
        case=case, diagnosis=diagnosis, decision=decision, drafted_at=timezone.now(), drafted_by=by, **fields
    )
    PlanItem.objects.create(plan=plan, exercise_id="BIRD_DOG", position=1, max_level=3, sets=3, amount=8, unit="r")
    return plan


def in_force(plan, by):
    """Sign a plan past the action; the database still looks."""
    Plan.objects.filter(pk=plan.pk).update(signed_at=timezone.now(), signed_by=by)
    plan.refresh_from_db()
    return plan


def a_step(item, by, level=1):
    """A step on the ladder, not saved."""
    return LevelStep(
        item=item, level=level, rule="START", knowledge_version="test", knowledge_sha256="0" * 64,
        stepped_at=timezone.now(), stepped_by=by,
    )  # fmt: skip


@pytest.fixture
def catalogue(db):
    """The rows of two exercises are enough here."""
    Exercise.objects.create(code="BIRD_DOG", number="E01", name="Bird dog", level_count=6)
    Exercise.objects.create(code="DEAD_BUG", number="E02", name="Dead bug", level_count=6)


@pytest.fixture
def place(db):
    """A clinic."""
    return Clinic.objects.create(name="Riverside", phone="555 0100", emergency_number="112", opening_hours="8-18")


@pytest.fixture
def clinician(place):
    """A clinician of that clinic."""
    person = Person.objects.create_user("clinician@example.org", "long enough", name="Ada Clinician")
    Membership.objects.create(person=person, clinic=place, role="clinician")
    return person


@pytest.fixture
def runner(db):
    """A runner who can sign in."""
    return Person.objects.create_user("runner@example.org", "long enough", name="Rita Runner")


@pytest.fixture
def open_case(place, clinician, runner, catalogue):
    """A case whose gate is open: screened, calm, diagnosed."""
    patient = Patient.objects.create(
        clinic=place, person=runner, given_name="Rita", surname="Runner", birth_date=date(1990, 5, 1), sex="female",
        registered_at=NOW, registered_by=clinician,
    )  # fmt: skip
    case = Case.objects.create(clinic=place, patient=patient, side="left", opened_at=NOW, opened_by=clinician)
    a_screening(case, clinician)
    a_diagnosis(case, clinician)
    return case


@pytest.fixture
def signed_plan(open_case, clinician):
    """A plan in force."""
    return in_force(a_plan(open_case, clinician), clinician)


@pytest.fixture
def draft(open_case, clinician):
    """A draft."""
    return a_plan(open_case, clinician)


SHUT = {
    "a screening is unfinished": lambda case, by: a_screening(
        case, by, completed_at=None, completed_by=None, complete=False, level="D"
    ),
    "the newest screening is not complete": lambda case, by: a_screening(
        case, by, completed_at=timezone.now(), complete=False, level="D"
    ),
    "an emergency is open": lambda case, by: an_item(case, by, "E"),
    "a same-day item is open": lambda case, by: an_item(case, by, "D"),
    "an outcome is inconclusive": lambda case, by: an_item(
        case, by, "D", outcome="inconclusive", outcome_text="unclear", closed_at=timezone.now(), closed_by=by
    ),
    "a clot is confirmed": lambda case, by: an_item(
        case, by, "D", outcome="confirmed", outcome_text="scan", closed_at=timezone.now(), closed_by=by
    ),
    "an urgent item has no may-load": lambda case, by: an_item(case, by, "U", row="RF-CECS"),
    "a diagnosis is not released": lambda case, by: a_diagnosis(case, by, "BSI"),
}


@pytest.fixture(params=SHUT, ids=lambda name: name.replace(" ", "_"))
def shut_gate(request, clinician):
    """A function that shuts the gate of a case, in each way there is."""
    return lambda case: SHUT[request.param](case, clinician)


def a_signature(item, by, kind):
    """A named clinician's signature for one item."""
    return SignOff.objects.create(
        case=item.case, item=item, kind=kind, by=by, at=timezone.now(), reason="seen by a specialist", limits="walk"
    )
