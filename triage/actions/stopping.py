"""A safety answer at any time, or a rule that asks for triage again: the plan rests, a screening opens, an alarm rings.

Nothing is switched: the gate is shut by the unfinished screening and by the open items written here, in the
transaction of the caller.  Only completing that screening and answering those items opens it again.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext

from clinic.access import may_log
from clinic.actions import lock_case, locked_cases, touch_case
from clinic.alarms import open_task
from clinic.audit import recorded
from clinic.models import Case
from clinic.terms import Answer, Level, Text, in_english
from triage import written
from triage.actions.deciding import (
    ATTENTION,
    HELD,
    NotAllowed,
    attention_of,
    decide_and_keep,
    keep_answers,
    most_urgent,
    open_items,
    present_facts,
)
from triage.actions.noticing import owe_rest
from triage.knowledge import triage_knowledge
from triage.models import RedFlagItem, Screening
from triage.rules.safety_set import answered_yes, worst
from triage.words import is_held

RULE = "T-RETRIGGER"
logger = logging.getLogger("triage.stopping")
ALARM = "red_flag"  # the alert of the knowledge files that a safety answer rings


@dataclass(frozen=True)
class Stop:
    """What somebody is told who must stop now: the level, what to do, whom to call.

    ``advice`` holds one text for each question answered yes, emergencies first, without repeats.
    ``clinic_told`` is False while the alarm could not be written: the page then says so.
    """

    level: Level
    headline: Text
    advice: tuple[Text, ...]
    emergency_number: str
    phone: str
    opening_hours: str
    clinic_told: bool = False

    @property
    def is_emergency(self) -> bool:
        """Return whether help is called now, before anything else."""
        return self.level is Level.E


def stop_or_say_so(*, yes: Sequence[str], clinic, act: Callable[[], Stop]) -> Stop:
    """Return what ``act`` says, which writes the stop; where it fails, what to do all the same, clinic not told.

    Nobody who answered yes is shown an error page instead of what to do.  ``clinic`` must be read already.
    """
    try:
        return act()
    except Exception:  # whatever it is, the advice comes first; the page says that nobody was told
        logger.exception("a safety answer could not be written")
        return what_now(yes, clinic)


def what_now(yes: Sequence[str], clinic) -> Stop:
    """Return what to do after these codes were answered yes, from the knowledge alone: no query, nothing written.

    Without a code, as after a risk question, it is the same day.  ``clinic`` gives the numbers to call.
    ``ValueError`` for a code that is no safety question.
    """
    questions = answered_yes(yes, triage_knowledge().safety_set)
    level = worst(questions) if questions else Level.D
    return stop_of(level.value, tuple(question.advice for question in questions), clinic)


def stop_of(level, advice, clinic, *, clinic_told=False):
    """Return what to say at a level, a code or "D-hold"; ``advice`` are texts, of which each is said once."""
    return Stop(
        level=Level.D if level == "D-hold" else Level(level),
        headline=triage_knowledge().red_flags.levels[level].patient,
        advice=tuple(dict.fromkeys(advice)),
        emergency_number=clinic.emergency_number,
        phone=clinic.phone,
        opening_hours=clinic.opening_hours,
        clinic_told=clinic_told,
    )


@recorded
def retrigger(*, case, yes, by, at, told=""):
    """Stop every open leg of the runner because of a yes in the short safety set; return what to say to who answered.

    A danger concerns the runner, not the leg that was asked about.  ``yes`` are codes of the safety set, at least
    one (``ValueError`` otherwise); ``told`` what was written beside it; ``at`` is the server's moment.  For each leg
    it opens a screening with what the answers say, or adds to the unfinished one; opens their red-flag items; rings
    one alarm; writes the timeline.  Said twice it opens nothing twice.  It only ever raises the level, and never
    completes a screening.
    """
    if not may_log(by, case):
        raise NotAllowed(gettext("This case belongs to somebody else."))
    questions = answered_yes(yes, triage_knowledge().safety_set)
    if not questions:
        raise ValueError("nothing was answered yes")
    words = in_english(written.ANSWERED_YES, what=" ".join(question.text.en for question in questions))
    text = f"{words} {in_english(written.TOLD, what=told.strip())}" if told.strip() else words
    legs = locked_cases(case)
    levels = [_stop_leg(case if leg.pk == case.pk else leg, leg, questions, words, text, by, at) for leg in legs]
    level = max(levels, key=lambda code: Level(code).urgency)
    return stop_of(level, [question.advice for question in questions], legs[0].clinic, clinic_told=True)


def _stop_leg(case, now, questions, words, text, by, at):
    """Stop one leg, its row ``now`` locked; return the level it stands at, and move ``case`` of the caller with it."""
    known = present_facts(now, at)
    screening = unfinished_screening(now, by, at, words)
    _keep_yes(screening, questions, by, at)
    decision = decide_and_keep(now, by=by, at=at)
    open_items(now, decision, screening=screening, by=by, at=at, before=known)
    for question in questions:
        _ensure_item(now, question, screening, by, at)
    level = _level(decision, questions)
    data = {"codes": [question.code for question in questions], "level": level}
    write_stop(case, now, "retriggered", f"{text} {written.HELD.en}", data, level, decision, by, at)
    open_task(case=now, code=ALARM, text=text, level=level, by=by, at=at, due=at, is_alarm=True)
    owe_rest(now, at=at, shown_to=by)
    return level


@recorded
def hold(*, case, reason, by, at, facts=(), level=Level.D, due=None, is_alarm=True):
    """Stop this leg for a reason that is no safety answer, such as 2 RED in 7 days; return what to say.

    ``reason`` is a :class:`clinic.terms.Reason`; its code names the alarm.  Opens a screening, or keeps the
    unfinished one, and rings an alarm due at once, or opens a task for later.  ``facts``: codes of the screening
    that the reason answers with yes, such as "14 days without a gain"; what they open by rule is opened.
    """
    now = lock_case(case)
    known = present_facts(now, at)
    screening = unfinished_screening(now, by, at, reason.text)
    decision = None
    if facts:
        _keep_present(screening, facts, by, at)
        decision = decide_and_keep(now, by=by, at=at)
        open_items(now, decision, screening=screening, by=by, at=at, before=known)
    data = {"reason": reason.code, "source": reason.source, "level": level.value}
    write_stop(case, now, "held", f"{reason.text} {written.HELD.en}", data, None, decision, by, at)
    task = {"code": reason.code, "text": reason.text, "level": level, "due": due or at, "is_alarm": is_alarm}
    open_task(case=now, **task, by=by, at=at)
    owe_rest(now, at=at, shown_to=by)
    return stop_of("D-hold", (), now.clinic, clinic_told=True)


def unfinished_screening(case, by, at, because=""):
    """Return the unfinished screening of a locked case, a new one where there is none; it says what made it so."""
    found = Screening.objects.filter(case=case, completed_at__isnull=True, voided_at__isnull=True).first()
    if found is None:
        return Screening.objects.create(case=case, started_at=at, started_by=by, because=because[:500])
    if because not in found.because:
        found.because = f"{because} {found.because}".strip()[:500]
        found.save(update_fields=["because"])
    return found


def _keep_yes(screening, questions, by, at):
    _keep_present(screening, dict.fromkeys(fact for question in questions for fact in question.facts), by, at)


def _keep_present(screening, codes, by, at):
    """Keep each fact as present; an answer that stands otherwise is raised, never lowered."""
    keep_answers(screening, dict.fromkeys(codes, Answer.PRESENT), by, at)


def _ensure_item(case, question, screening, by, at):
    """Open an item of the question's own level where the rules opened none that stands as high."""
    standing = RedFlagItem.objects.filter(case=case, screening=screening, row__in=question.rows)
    levels = standing.exclude(outcome="excluded").values_list("level", flat=True)
    if any(Level(level).urgency >= question.level.urgency for level in levels):
        return
    RedFlagItem.objects.create(
        case=case,
        screening=screening,
        row=question.rows[0],
        level=question.level.value,
        rule=f"{RULE}.{question.code}",
        text=in_english(written.ANSWERED_YES, what=question.text.en),
        opened_at=at,
        opened_by=by,
    )


def _level(decision, questions):
    """Return the level to act on: of the questions, or of what the rules made of them where that is higher."""
    found = [Level.D] if is_held(decision) else [decision.level]
    return max(*found, worst(questions), key=lambda level: level.urgency).value


def write_stop(case, now, kind, text, data, level, decision, by, at):
    """Write the timeline and today's list; what already asks for somebody sooner stays there."""
    attention, next_step = most_urgent(
        (now.attention, now.next_step),
        ATTENTION[level] if level else HELD,
        attention_of(decision) if decision else HELD,
    )
    touch_case(
        now,
        version=now.version,
        by=by,
        at=at,
        kind=kind,
        text=text,
        data=data,
        attention=Case.Attention(attention),
        next_step=next_step,
    )
    case.version, case.attention, case.next_step = now.version, now.attention, now.next_step
