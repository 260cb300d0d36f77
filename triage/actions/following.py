"""What a change of the person's record means for a leg that was screened before: the rules look once more."""

from clinic.actions import lock_case
from clinic.alarms import open_task
from clinic.terms import Level, in_english
from triage import written
from triage.actions.deciding import decide_and_keep, open_items, present_facts
from triage.actions.noticing import owe_rest
from triage.actions.sharing import share_dangers
from triage.actions.stopping import ALARM, write_stop
from triage.facts import current_screening
from triage.models import RedFlagItem

RULED = {"anticoagulant", "pregnant", "gestation_weeks", "birth_given_on"}  # what of the record the rules look at


def follow_health(*, case, was, by, at):
    """Decide again with a person's new health facts, and open what fires now: a bruise is another thing on a thinner.

    ``was`` holds what the record said before.  Called inside the transaction that changed it.  Where the runner said
    it and nobody of the clinic is at the page, a danger rings.
    """
    now = lock_case(case)
    screening = current_screening(now)
    if screening is None or not RULED & was.keys():
        return
    known = _present_before(now, was, at)
    there = set(RedFlagItem.objects.filter(case=now).values_list("pk", flat=True))
    decision = decide_and_keep(now, by=by, at=at)
    open_items(now, decision, screening=screening, by=by, at=at, before=known)
    opened = list(RedFlagItem.objects.filter(case=now).exclude(pk__in=there))
    if not opened:
        return
    level = max((item.level for item in opened), key=lambda code: Level(code).urgency)
    text = in_english(written.HEALTH_CHANGED, what="; ".join(item.text for item in opened))
    share_dangers(now, by=by, at=at)
    write_stop(case, now, "health", text, {"level": level}, level, decision, by, at)
    owe_rest(now, at=at)  # whoever changed the record: no page says what it means
    if by.is_runner and level in ("E", "D"):
        open_task(case=now, code=ALARM, text=text, level=level, by=by, at=at, due=at, is_alarm=True)


def _present_before(case, was, at):
    """Return the facts that were present while the record still said what it did."""
    said = {name: getattr(case.patient, name) for name in was}
    _say(case.patient, was)
    known = present_facts(case, at)
    _say(case.patient, said)
    return known


def _say(patient, facts):
    for name, value in facts.items():
        setattr(patient, name, value)
