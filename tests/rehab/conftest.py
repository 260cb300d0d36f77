"""A case whose gate is open, with a plan in force and a draft beside it; and every way to shut the gate."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.terms import Answer
from rehab import actions
from rehab.knowledge import rehab_knowledge
from rehab.models import Exercise, LevelStep, Plan, PlanItem
from triage import actions as triage_actions
from triage.knowledge import triage_knowledge
from triage.models import Decision, Diagnosis, RedFlagItem, Screening, SignOff

NOW = timezone.now()
BECAUSE = {"rule": "COVER", "need": "core_rot_left", "source": ["W03"]}
EMPTY_DECISION = {
    "status": "plan",
    **{name: [] for name in ("reasons", "exercises", "ask_first", "uncovered", "add_ons", "dropped", "next_block")},
}


def a_screening(case, by, **fields):
    """A complete, calm screening of yesterday, unless told otherwise."""
    yesterday = timezone.now() - timedelta(days=1)
    told = {"completed_at": yesterday, "completed_by": by, "complete": True, "level": "R", **fields}
    told.setdefault("started_at", told["completed_at"] or yesterday)
    if told["complete"]:
        a_decision(case, by, told["completed_at"], "triage", {"complete": True, "level": told["level"]})
    return Screening.objects.create(case=case, started_by=by, **told)


def a_decision(case, by, at, kind, result):
    """A stored decision that the rules did not make."""
    return Decision.objects.create(
        case=case, kind=kind, inputs={"answers": {}, "equipment": [], "blocked": []}, result=result, reasons=[],
        knowledge_version="test", knowledge_sha256="0" * 64, at=at, by=by,
    )  # fmt: skip


def an_item(case, by, level, **fields):
    """A red-flag item of the case's first screening, open unless told otherwise."""
    told = {"row": "RF-DVT", "rule": "T-DVT", "text": "A clot is suspected"}
    told |= {"opened_at": NOW, "opened_by": by}
    return RedFlagItem.objects.create(case=case, screening=case.screenings.first(), level=level, **{**told, **fields})


def a_diagnosis(case, by, cause="SOLEUS"):
    """A recorded diagnosis."""
    return Diagnosis.objects.create(case=case, cause=cause, at=timezone.now(), by=by)


def a_plan(case, by, **fields):
    """A draft with one bird dog, written without the rules."""
    told = {"diagnosis": case.diagnoses.order_by("-at").first(), "drafted_at": timezone.now(), "drafted_by": by}
    told["decision"] = a_decision(case, by, timezone.now(), "plan", EMPTY_DECISION)
    plan = Plan.objects.create(case=case, **{**told, **fields})
    PlanItem.objects.create(
        plan=plan,
        exercise_id="BIRD_DOG",
        position=1,
        max_level=3,
        sets=3,
        amount=8,
        unit="r",
        times_a_week=3,
        because=[BECAUSE],
    )
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
def open_case(case, clinician, catalogue):
    """A case whose gate is open: screened, calm, diagnosed; written without the actions."""
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
        case, by, "D", outcome="confirmed", scan="positive", outcome_text="scan", closed_at=timezone.now(), closed_by=by
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


# --- The same by the real actions -------------------------------------------------------------


def screened_calm(case, by, at=None):
    """Answer every question and sign with "no"."""
    asked = [c.code for c in triage_knowledge().codes if c.kind in ("question", "sign", "risk", "wells")]
    answers = dict.fromkeys((code for code in asked if code != "w10"), Answer.ABSENT)
    triage_actions.answer_screening(
        case=case, version=case.version, answers=answers, shown_none=answers, by=by, at=at or timezone.now()
    )


def nothing_against(case, by, **present):
    """Answer every contraindication of the catalogue with "no", except those named."""
    asked = {c.code for exercise in rehab_knowledge().exercises.values() for c in exercise.contraindications}
    asked |= {code for column in rehab_knowledge().columns.values() for code in column.need_answer}
    answers = {**dict.fromkeys([*asked, "gait_not_attempted"], Answer.ABSENT), **present}
    triage_actions.record_examination(case=case, version=case.version, findings=answers, by=by, at=timezone.now())


def diagnosed(case, by, cause="PCS"):
    """Record a diagnosis by the action."""
    case.refresh_from_db()
    triage_actions.record_diagnosis(
        case=case, version=case.version, cause=cause, override_reason="as told", by=by, at=timezone.now()
    )


def drafted(case, by, equipment=("band", "barbell", "step", "ball")):
    """Let the rules draft."""
    case.refresh_from_db()
    return actions.draft_plan(
        case=case, version=case.version, equipment=equipment, blocked=(), by=by, at=timezone.now()
    )


@pytest.fixture
def ready_case(case, clinician):
    """A case worked through the actions up to the diagnosis of a posterior compartment syndrome."""
    actions.sync_catalogue()
    case.onset_on = timezone.localdate() - timedelta(days=21)
    case.save(update_fields=["onset_on"])
    screened_calm(case, clinician)
    nothing_against(case, clinician)
    diagnosed(case, clinician)
    return case


@pytest.fixture
def rules_draft(ready_case, clinician):
    """The draft of the rules for that case."""
    return drafted(ready_case, clinician)
