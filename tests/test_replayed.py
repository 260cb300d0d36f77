"""Every decision that was ever kept is made again from the facts kept with it: it says the same, word for word."""

import pytest
from django.core.management import call_command

from clinic.terms import (
    Answer,
    CaseFacts,
    Measurement,
    Outcome,
    OutcomeType,
    PatientFacts,
    Settings,
    Side,
    SignOffFact,
    SignOffKind,
    TestResult,
)
from rehab.decision import plan_json
from rehab.facts import judged
from triage.actions.deciding import plain, triage_json
from triage.actions.diagnoses import ranking_json
from triage.decision import triage_decision
from triage.facts import facts_json
from triage.knowledge import triage_knowledge
from triage.models import Decision

MAKE = {  # kind of decision: what is kept of it, made from the facts
    "triage": lambda facts: triage_json(triage_decision(facts, triage_knowledge())),
    "causes": lambda facts: ranking_json(triage_decision(facts, triage_knowledge())),
    "plan": lambda facts: plan_json(judged(facts)[1]),
}


def typed(row, **kinds):
    """Return a row of plain values with these of them as what they were; nothing stays nothing."""
    return row | {name: kind(row[name]) for name, kind in kinds.items() if row[name] is not None}


def facts_of(told):
    """Return the facts that were written down so: what ``facts_json`` wrote, read back."""
    of_outcome = {"outcome": OutcomeType, "scan": TestResult, "repeat_scan": TestResult, "d_dimer": TestResult}
    read = {
        "patient": PatientFacts(**typed(told["patient"], pregnant=Answer, side=Side)),
        "answers": {code: Answer(value) for code, value in told["answers"].items()},
        "w10": Answer(told["w10"]),
        "measurements": tuple(Measurement(**typed(row, side=Side)) for row in told["measurements"]),
        "failed": tuple(told["failed"]),
        "equipment": frozenset(told["equipment"]),
        "blocked": frozenset(told["blocked"]),
        "outcomes": tuple(Outcome(**typed(row, **of_outcome)) for row in told["outcomes"]),
        "sign_offs": tuple(SignOffFact(**typed(row, kind=SignOffKind)) for row in told["sign_offs"]),
        "settings": Settings(**told["settings"]),
    }
    return CaseFacts(**told | read)


@pytest.mark.django_db
def test_every_kept_decision_is_made_again_as_it_was(capsys):
    call_command("sync_catalogue")
    call_command("seed_demo")
    kept = list(Decision.objects.all())
    assert {row.kind for row in kept} == set(MAKE)
    for row in kept:
        facts = facts_of(row.inputs)
        assert plain(facts_json(facts)) == row.inputs
        assert plain(MAKE[row.kind](facts)) == row.result
