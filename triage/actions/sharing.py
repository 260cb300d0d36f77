"""A danger found on one leg stops the runner's other open legs too: a clot or an infection is of the person (T-LOCK).

Each leg gets an item of its own, so that its gate is shut by its own row, and each is answered with its own outcome:
what is excluded, released or closed on one leg opens the other one never.  A danger that a runner tells after their
case was closed waits for the next case, and is answered there.
"""

from django.db.models import Exists, F, OuterRef

from clinic.actions import locked_cases
from clinic.terms import Level, in_english
from triage import written
from triage.actions.noticing import owe_rest
from triage.actions.stopping import write_stop
from triage.facts import current_screening
from triage.models import RedFlagItem, SignOff

STOPS = (Level.E.value, Level.D.value)


def share_dangers(case, *, by, at):
    """Open on every open leg the dangers that stand open on another one, and say so there.

    Called inside the transaction that opened them, before ``case`` moves on to its next version.  An item of the same
    row and level that still stands open on a leg, or that it has had since then, answers for it: nothing is opened
    twice.  Return the highest level that stands open on ``case`` now, "" where none does or there is no other leg.
    """
    legs = [leg for leg in locked_cases(case) if leg.closed_at is None]
    left = _left_by_closed_cases(case)
    if len(legs) < 2 and not left:
        return ""
    items = list(
        RedFlagItem.objects.filter(case__in=legs, level__in=STOPS).order_by("opened_at", "id").select_related("case")
    )
    sign_offs = list(SignOff.objects.filter(case__in=legs))
    open_now = [item for item in items if not item.is_answered(sign_offs)] + left
    for leg in legs:
        known = [item for item in items if item.case_id == leg.pk]
        lacking = [item for item in open_now if item.case_id != leg.pk and not _is_answered_for(item, known, open_now)]
        if lacking:
            open_now += _stop(case, leg, lacking, by, at)
    return _highest(item.level for item in open_now if item.case_id == case.pk)


def _left_by_closed_cases(case):
    """Return the dangers that were told after a case of the runner was closed, and that no case has taken up since."""
    told = RedFlagItem.objects.filter(level__in=STOPS, outcome="", opened_at__gt=F("case__closed_at"))
    since = RedFlagItem.objects.filter(case__patient=case.patient_id, row=OuterRef("row"), level=OuterRef("level"))
    taken_up = since.filter(opened_at__gte=OuterRef("opened_at")).exclude(case=OuterRef("case"))
    return list(told.filter(~Exists(taken_up), case__patient=case.patient_id).select_related("case"))


def _is_answered_for(danger, known, open_now):
    """Return whether one of the known items of a leg stands for a danger that is open on another one."""
    return any(
        (item.row, item.level) == (danger.row, danger.level)
        and (item.opened_at >= danger.opened_at or item in open_now)
        for item in known
    )


def _highest(levels):
    return max(levels, key=lambda code: Level(code).urgency, default="")


def _stop(case, leg, dangers, by, at):
    """Open the items of one leg and return them; the leg that the caller is at gets its timeline from the caller."""
    screening = current_screening(leg)
    by_kind = {(danger.row, danger.level): danger for danger in dangers}
    opened = [_opened(leg, danger, screening, by, at) for danger in by_kind.values()]
    if leg.pk != case.pk:
        level = _highest(item.level for item in opened)
        text = in_english(written.OTHER_LEG, side=case.side)
        write_stop(leg, leg, "other_leg", text, {"level": level}, level, None, by, at)
        owe_rest(leg, at=at, shown_to=by)
    return opened


def _opened(leg, danger, screening, by, at):
    where = written.TOLD_AFTER_CLOSING if danger.case.closed_at else written.FOUND_THERE
    return RedFlagItem.objects.create(
        case=leg,
        screening=screening,
        row=danger.row,
        level=danger.level,
        rule=danger.rule,
        text=in_english(where, side=danger.case.side, what=danger.text)[:1000],
        signable=danger.signable,
        opened_at=at,
        opened_by=by,
    )
