"""What a runner answers to the risk questions before a clinician asks: kept for the screening, and judged at once."""

from django.utils.translation import gettext

from clinic.access import may_log
from clinic.actions import keep_health, lock_case, locked_cases
from clinic.alarms import open_task
from clinic.audit import recorded
from clinic.terms import Answer, Level, in_english
from triage import written
from triage.actions.deciding import (
    NotAllowed,
    decide_and_keep,
    facts_of_row,
    keep_answers,
    open_items,
    present_facts,
)
from triage.actions.noticing import owe_rest
from triage.actions.sharing import share_dangers
from triage.actions.stopping import ALARM, stop_of, unfinished_screening, write_stop
from triage.facts import BLOOD_THINNER
from triage.knowledge import triage_knowledge
from triage.models import RedFlagItem


@recorded
def tell(*, case, answers, by, at, shown_none=()):
    """Keep a runner's answers to questions of the screening; return a Stop where a yes opens a stopping item.

    Any stopping item rings the alarm, also one that age alone opens; only a yes of the runner stops the runner.

    ``answers`` maps codes of the screening to Answer; ``shown_none`` are those answered by "no to all of these".
    A yes raises what stands; a no fills a silence and takes nothing back; nothing here completes a screening.
    ``NotAllowed`` for somebody else's case.
    """
    if not may_log(by, case):
        raise NotAllowed(gettext("This case belongs to somebody else."))
    now = case
    known = present_facts(now, at)
    _follow_record(now, answers.get(BLOOD_THINNER, Answer.NOT_ASSESSED), by, at)
    now = lock_case(case)
    screening = unfinished_screening(now, by, at)
    _keep(screening, answers, set(shown_none), by, at)
    decision = decide_and_keep(now, by=by, at=at)
    there = set(RedFlagItem.objects.filter(case=now).values_list("pk", flat=True))
    open_items(now, decision, screening=screening, by=by, at=at, before=known)
    opened = RedFlagItem.objects.filter(case=now, level__in=("E", "D")).exclude(pk__in=there)
    share_dangers(now, by=by, at=at)
    yes = {code for code, answer in answers.items() if answer is Answer.PRESENT}
    words = in_english(written.TOLD_BEFORE, what=_words(yes) or written.NOTHING.en)
    level = max((item.level for item in opened), key=lambda code: Level(code).urgency, default=None)
    data = {"yes": sorted(yes), "level": level or ""}
    write_stop(case, now, "retriggered" if level else "told_risks", words, data, level, decision, by, at)
    if level is None:
        return None
    screening.because = f"{words} {screening.because}".strip()[:500]
    screening.save(update_fields=["because"])
    open_task(case=now, code=ALARM, text=words, level=level, by=by, at=at, due=at, is_alarm=True)
    texts = {found.row: found.text for found in decision.items}
    advice = [texts[item.row] for item in opened if yes & facts_of_row(item.row)]
    if advice:
        return stop_of(level, advice, now.clinic, clinic_told=True)
    for leg in locked_cases(now):  # a danger that no answer of theirs shows them: also where it was shared
        owe_rest(leg, at=at)
    return None


def _words(codes):
    """Return what was answered yes, in the words of the questions."""
    labels = {entry.code: entry.label.en for entry in triage_knowledge().codes}
    return "; ".join(labels[code].rstrip("?") for code in sorted(codes))


def _follow_record(case, answer, by, at):
    """Let the person's record follow a blood thinner: a yes always, a no only where nobody has asked yet."""
    is_new = answer is Answer.PRESENT or case.patient.anticoagulant == Answer.NOT_ASSESSED
    if answer is not Answer.NOT_ASSESSED and is_new:
        keep_health(case=case, person_facts={BLOOD_THINNER: answer.value}, by=by, at=at, where="runner's answers")


def _keep(screening, answers, shown_none, by, at):
    """Keep each yes, and each no where nothing was answered; "not sure" stays a silence."""
    stand = dict(screening.answers.values_list("code", "value"))
    silent = {code for code, value in stand.items() if value == Answer.NOT_ASSESSED} | (answers.keys() - stand.keys())
    kept = {
        code: answer
        for code, answer in answers.items()
        if answer is Answer.PRESENT or (answer is Answer.ABSENT and code in silent)
    }
    keep_answers(screening, kept, by, at, shown_none=shown_none)
