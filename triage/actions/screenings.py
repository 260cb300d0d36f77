"""Start, answer, complete and void a screening."""

from django.utils.translation import gettext, gettext_noop

from clinic.access import may_sign
from clinic.actions import forget_draft, keep_health, touch_case
from clinic.audit import recorded
from clinic.clock import after
from clinic.terms import Answer, in_english
from triage import written
from triage.actions.deciding import (
    ATTENTION,
    Refused,
    attention_of,
    decide_and_keep,
    keep_answers,
    most_urgent,
    must_be_current,
    must_record,
    must_sign,
    open_items,
    present_facts,
)
from triage.actions.letters import owe_letter
from triage.actions.noticing import IN_THE_ROOM, owe_rest
from triage.actions.sharing import share_dangers
from triage.facts import BLOOD_THINNER, current_screening
from triage.knowledge import triage_knowledge
from triage.models import Screening
from triage.words import is_held


@recorded
def start_screening(*, case, version, by, at):
    """Begin a new screening; from here on the gate is shut until it is complete."""
    must_record(by, case)
    must_be_current(case, version)
    touch_case(
        case,
        version=version,
        by=by,
        at=at,
        kind="screening_started",
        text=written.SCREENING_STARTED.en,
    )
    screening = Screening.objects.create(case=case, started_at=at, started_by=by)
    owe_rest(case, at=at, shown_to=by, waits=IN_THE_ROOM)
    return screening


@recorded
def answer_screening(
    *, case, version, answers, by, at, shown_none=(), w10_reason="", may_complete=True, sheet="", in_passing=False
):
    """Keep answers, decide, open what fires, and complete the screening when nothing is missing.

    ``answers`` maps codes to Answer.  The item of a fired row is written in this same transaction, also
    while other answers are missing.  A screening with missing answers stays open: not safe to start.
    ``may_complete=False`` keeps it open for somebody who is still typing.  ``in_passing``: not sent by them, but
    stored beside the typing; it says from which opened page, ``sheet``, which then has no conflict with itself.
    """
    must_record(by, case)
    known = present_facts(case, at)  # before the record follows: a blood thinner that is new counts as new
    was = _follow_record(case, answers.get(BLOOD_THINNER, Answer.NOT_ASSESSED), by, at)
    version = must_be_current(case, version, by=by, sheet=sheet)
    screening = _open_one(case, by, at)
    at = after(at, screening.started_at)
    _keep(screening, answers, set(shown_none), w10_reason, by, at, may_set_w10=may_sign(by, case))
    decision = decide_and_keep(case, by=by, at=at)
    open_items(case, decision, screening=screening, by=by, at=at, before=known)
    standing = share_dangers(case, by=by, at=at)
    completes = may_complete and decision.complete and may_sign(by, case)
    if completes:
        Screening.objects.filter(pk=screening.pk).update(
            completed_at=at, completed_by=by, level=decision.level.value, complete=True
        )
    attention, next_step = most_urgent(attention_of(decision), *([ATTENTION[standing]] if standing else []))
    if decision.complete and not completes:
        next_step = gettext_noop("A clinician confirms the safety screening")
    touch_case(
        case,
        version=version,
        by=by,
        at=at,
        kind="screening",
        text=_corrected(_screened(decision, completes), case, was),
        data=_told(decision, completes, was, sheet if in_passing else ""),
        attention=attention,
        next_step=next_step,
    )
    if completes:
        owe_letter(case, decision.level, by=by, at=at)
    owe_rest(case, at=at, shown_to=by, waits=IN_THE_ROOM)
    if not in_passing:
        forget_draft(person=by, case=case, form="screening")
    return decision


def _told(decision, completes, was, sheet):
    """Return what the line of the timeline keeps for the program."""
    told = {"level": decision.level.value, "complete": completes}
    return told | ({"was": was} if was else {}) | ({"sheet": sheet} if sheet else {})


def _open_one(case, by, at):
    """Return the screening that is being answered; a new one where none is."""
    screening = current_screening(case)
    if screening is None or not screening.is_open:
        return Screening.objects.create(case=case, started_at=at, started_by=by)
    return screening


def _follow_record(case, answer, by, at):
    """Let the person's record follow a blood thinner answered otherwise; return what it said before, where it changed.

    The newest answer wins.  Not asked is no answer: it takes nothing back.
    """
    if answer is Answer.NOT_ASSESSED:
        return {}
    return keep_health(case=case, person_facts={BLOOD_THINNER: answer.value}, by=by, at=at, where="screening")


def _screened(decision, completes):
    """Return the words for the timeline: the level, and what the screening still waits for."""
    sentence = written.SCREENED_UNCONFIRMED if decision.complete else written.SCREENED_MISSING
    level = triage_knowledge().red_flags.levels["D-hold" if is_held(decision) else decision.level.value].title.en
    return in_english(written.SCREENED if completes else sentence, level=level, count=len(decision.missing))


def _corrected(screened, case, was):
    """Return the same, and where an answer took the place of another one of the record."""
    if was.get(BLOOD_THINNER) not in (Answer.PRESENT, Answer.ABSENT):
        return screened
    sentence = written.THINNER_NOW if case.patient.anticoagulant == Answer.PRESENT else written.THINNER_NO_MORE
    return in_english(sentence, screened=screened)


def _keep(screening, answers, shown_none, w10_reason, by, at, *, may_set_w10):
    if answers.get("w10", Answer.NOT_ASSESSED) is not Answer.NOT_ASSESSED and not may_set_w10:
        raise Refused(gettext("Only a clinician may record an alternative diagnosis (w10)."))
    if answers.get("w10") is Answer.PRESENT and not w10_reason.strip():
        raise Refused(gettext("An alternative diagnosis (w10) needs a reason."))
    keep_answers(screening, answers, by, at, shown_none=shown_none)
    if may_set_w10 and "w10" in answers:
        Screening.objects.filter(pk=screening.pk).update(
            w10_reason=w10_reason.strip(),
            w10_by=by if answers["w10"] is Answer.PRESENT else None,
        )


@recorded
def void_screening(*, case, version, reason, by, at):
    """Set an unfinished screening aside, with a reason.  What it opened stays open.

    One that a safety answer or a rule made necessary is not set aside: that would lift the hold unseen.
    """
    must_sign(by, case)
    must_be_current(case, version)
    if Screening.objects.filter(case=case, completed_at__isnull=True).exclude(because="").exists():
        raise Refused(
            gettext("A safety answer or a rule made this screening necessary: complete it, it cannot be set aside.")
        )
    touch_case(
        case,
        version=version,
        by=by,
        at=at,
        kind="screening_voided",
        text=in_english(written.SET_ASIDE, typed=reason),
    )
    found = Screening.objects.filter(case=case, completed_at__isnull=True, voided_at__isnull=True)
    if not found.update(voided_at=at, voided_by=by):
        raise Refused(gettext("There is no unfinished screening."))
