"""A case that is screened: calm, or with something found."""

import pytest
from django.utils import timezone

from clinic.terms import Answer
from triage import actions
from triage.knowledge import triage_knowledge
from triage.words import screening_codes


def calm_answers(**said):
    """Return every question and sign answered "no", but what is said."""
    answers = dict.fromkeys(screening_codes(), Answer.ABSENT)
    answers |= {entry.code: Answer.ABSENT for entry in triage_knowledge().codes if entry.kind == "sign"}
    return answers | {code: Answer(answer) for code, answer in said.items()}


def screened(case, by, at=None, **said):
    """Record a whole screening and return the decision: ``screened(case, by, leg_hot="present")``."""
    case.refresh_from_db()
    reason = said.pop("w10_reason", "")
    return actions.answer_screening(
        case=case, version=case.version, answers=calm_answers(**said), by=by, at=at or timezone.now(), w10_reason=reason
    )


@pytest.fixture
def screen(case, clinician):
    """A function that records a whole screening of the case by its clinician."""

    def record(**said):
        return screened(case, clinician, **said)

    return record


@pytest.fixture
def calm_case(case, screen):
    """A case with a complete, calm screening."""
    screen()
    return case


@pytest.fixture
def form_of(case):
    """A function that gives the fields every form of the case posts."""

    def fields(**more):
        case.refresh_from_db()
        return {"patient": str(case.patient_id), "version": case.version, **more}

    return fields


@pytest.fixture
def close(case, clinician):
    """A function that closes the case's only item of a row with an outcome."""

    def record(row, outcome="excluded", text="Seen in hospital", **results):
        case.refresh_from_db()
        item = case.red_flag_items.filter(row=row).exclude(outcome__in=["excluded", "confirmed"]).last()
        actions.close_item(
            case=case,
            version=case.version,
            item_id=item.pk,
            outcome=outcome,
            text=text,
            by=clinician,
            at=timezone.now(),
            **results,
        )
        return item

    return record
