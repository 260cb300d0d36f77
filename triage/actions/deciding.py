"""Ask the rules, keep what they said, open what must be opened."""

from dataclasses import asdict, is_dataclass
from enum import Enum

from django.utils.translation import gettext, gettext_noop

from clinic.access import may_record, may_sign
from clinic.actions import StaleRecord, lock_case, typed_here
from clinic.models import Case
from clinic.tables import knowledge_version
from clinic.terms import Answer, OutcomeType
from triage.decision import triage_decision
from triage.facts import case_facts, facts_json
from triage.knowledge import triage_knowledge
from triage.models import Decision, RedFlagItem, ScreeningAnswer
from triage.rules.expressions import codes_of
from triage.rules.items import CLOT_ROW
from triage.words import is_held

ATTENTION = {
    "E": (Case.Attention.EMERGENCY, gettext_noop("Emergency: send to hospital now")),
    "D": (Case.Attention.SAME_DAY, gettext_noop("Same-day assessment, then record its outcome")),
    "U": (Case.Attention.URGENT, gettext_noop("Refer within 2 weeks, or record who may load")),
    "R": (Case.Attention.DUE, gettext_noop("Examine")),
}
HELD = (Case.Attention.UNSAFE, gettext_noop("Complete the safety screening"))


class Refused(Exception):
    """The rules or the records do not allow it; ``sentences`` are for the person who tried."""

    def __init__(self, *sentences):
        super().__init__(" ".join(sentences))
        self.sentences = sentences


class NotAllowed(Refused):
    """This person's role does not include it."""


def must_record(person, case):
    """Refuse somebody who may not record in this case."""
    if not may_record(person, case):
        raise NotAllowed(gettext("Your role does not include recording in this case."))


def must_sign(person, case):
    """Refuse somebody who may not sign in this case."""
    if not may_sign(person, case):
        raise NotAllowed(gettext("Only a clinician of this clinic may do this."))


def must_be_current(case, version, *, by=None, sheet=""):
    """Lock the case and refuse, before anything is read, a version that somebody has moved on since; return it.

    What ``by`` stored in passing from the same opened page, ``sheet``, moved it on for nobody.
    """
    now = lock_case(case)
    if not typed_here(now, version=version, by=by, sheet=sheet):
        raise StaleRecord(case, now.events.filter(version__gt=version).select_related("by"))
    return now.version


def plain(value):
    """Return dataclasses, enums and sets as plain JSON values in a fixed order."""
    if is_dataclass(value) and not isinstance(value, type):
        return {name: plain(part) for name, part in asdict(value).items()}
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, dict):
        return {str(plain(key)): plain(part) for key, part in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(plain(part) for part in value)
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    return value


def triage_json(decision):
    """Return what is kept of a triage decision."""
    kept = (
        "level",
        "complete",
        "d_hold",
        "reasons",
        "forbidden",
        "missing",
        "items",
        "wells",
    )
    return {name: plain(getattr(decision, name)) for name in kept}


def decide_and_keep(case, *, by, at, kind="triage", result=None):
    """Run the rules on the case as it stands, store the decision, and return it."""
    facts = case_facts(case, at.date())
    decision = triage_decision(facts, triage_knowledge())
    version = knowledge_version()
    Decision.objects.create(
        case=case,
        kind=kind,
        inputs=facts_json(facts),
        result=result(decision) if result else triage_json(decision),
        reasons=plain(decision.reasons),
        knowledge_version=version.version,
        knowledge_sha256=version.sha256,
        at=at,
        by=by,
    )
    return decision


def keep_answers(screening, answers, by, at, *, shown_none=()):
    """Keep answers of a screening, {code: Answer}; one that stands is replaced.  ``shown_none``: by "none of these"."""
    rows = [
        ScreeningAnswer(
            screening=screening,
            code=code,
            value=answer.value,
            shown_none=code in shown_none,
            answered_at=at,
            answered_by=by,
        )
        for code, answer in answers.items()
    ]
    ScreeningAnswer.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["screening", "code"],
        update_fields=["value", "shown_none", "answered_at", "answered_by"],
    )


def present_facts(case, at):
    """Return the codes that are known to be present before a change, derived ones too."""
    decision = triage_decision(case_facts(case, at.date()), triage_knowledge())
    return _present(decision)


def _present(decision):
    return {code for code, answer in decision.answers.items() if answer is Answer.PRESENT}


def facts_of_row(row):
    """Return every fact a red-flag row looks at."""
    knowledge = triage_knowledge()
    flag = next(flag for flag in knowledge.red_flags.flags if flag.code == row)
    codes = {fact.code for fact in (*flag.questions, *flag.signs)}
    for rule in flag.rules:
        codes |= set(codes_of(rule.when))
    if row == CLOT_ROW:
        clot = knowledge.clot
        codes |= {*clot.significant, *clot.strong, *clot.weak, *(fact for group in clot.groups for fact in group.facts)}
    return codes


def open_items(case, decision, *, screening, by, at, before=frozenset()):
    """Open an item for every fired row that has none of its level yet in this screening.

    ``before`` are the facts that were present before the change.  An item that is excluded answers for what
    was known then: a fact of its row that is new opens another item.
    """
    known = {}
    for item in RedFlagItem.objects.filter(case=case, screening=screening).order_by("opened_at", "id"):
        known[item.row, item.level] = item
    new_facts = _present(decision) - set(before)
    for found in decision.items:
        item = known.get((found.row, found.level.value))
        is_new = item is None or (item.outcome == OutcomeType.EXCLUDED and bool(new_facts & facts_of_row(found.row)))
        if is_new:
            _open(case, found, screening, by, at)
        elif not item.outcome:
            _follow(item, found, is_typed=screening is not None and screening.is_open)


def _follow(item, found, *, is_typed):
    """Keep an open item in step: whether it accepts a signature, and its words while the screening is typed."""
    now = {"signable": found.signable}
    if is_typed:
        now |= {"rule": found.rule[:300], "text": found.text.en[:1000]}
    if any(getattr(item, name) != value for name, value in now.items()):
        RedFlagItem.objects.filter(pk=item.pk).update(**now)


def _open(case, found, screening, by, at):
    RedFlagItem.objects.create(
        case=case,
        screening=screening,
        row=found.row,
        level=found.level.value,
        rule=found.rule[:300],
        text=found.text.en[:1000],
        signable=found.signable,
        opened_at=at,
        opened_by=by,
    )


def next_when_open(case):
    """Return the next step of a case whose gate has just opened: how far was it already?"""
    if case.diagnoses.exists():
        return gettext_noop("Go on to the plan")
    return (
        gettext_noop("Look at the causes, record a diagnosis")
        if case.examinations.exists()
        else gettext_noop("Examine")
    )


def attention_of(decision):
    """Return (attention, next step) for today's list."""
    if is_held(decision):
        return HELD
    return ATTENTION[decision.level.value]


def most_urgent(*asked):
    """Return of several (attention, next step) the one that asks for somebody soonest; the first of equals."""
    return max(asked, key=lambda one: one[0])
