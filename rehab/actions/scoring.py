"""Outcome measures (section 9): a score from what was told, one a measure and day; a later one replaces it."""

from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.access import may_log
from clinic.actions import lock_case, touch_case
from clinic.audit import recorded
from clinic.language import said_reason
from rehab.actions.judging import judge_case
from rehab.actions.refusals import NotAllowed, Refused
from rehab.followed import measures_of_runner, scores_of
from rehab.history import plan_in_force
from rehab.knowledge import rehab_knowledge
from rehab.models import OutcomeScore
from rehab.rules.measures import points_by_activity, score


@recorded
def record_score(*, case, measure, parts, day, by, at, version=None):
    """Keep one score of one measure; return the row.

    ``parts`` as :func:`rehab.rules.measures.score` reads them.  ``day`` is of this case and not of the future.  A
    clinician's form passes the ``version`` it was shown with and moves it on; a runner's log passes none.
    """
    if not may_log(by, case):
        raise NotAllowed(_("You may not log for this runner."))
    known = _measure(case, measure)
    value = _value(known, parts)
    if version is None:
        lock_case(case)
    else:
        text = f"{known.name.en}: {value.normalize():f}"
        touch_case(case, version=version, by=by, at=at, kind="score", text=text)
    if not timezone.localdate(case.opened_at) <= day <= timezone.localdate(at):
        raise Refused(_("The day must lie between the opening of the case and today."))
    row = _put(case, measure, parts, value, day, by, at)
    judge_case(case, by=by, at=at)
    return row


@recorded
def answer_measures(*, case, told, by, at):
    """Keep what a runner answers of the measures asked of them today; return the scores that stand for it.

    ``told``: {measure: parts}, parts as :func:`record_score` takes them.  All of it is kept before any of it is
    judged: on day 14 one measure without a gain must not stop what another shows.  The same answer sent again keeps
    nothing; another one of the same day takes the place of the runner's own.
    """
    if not may_log(by, case):
        raise NotAllowed(_("You may not log for this runner."))
    values = {measure: _value(_measure(case, measure), parts) for measure, parts in told.items()}
    if lock_case(case).closed_at:
        raise Refused(_("The case is closed: nothing is recorded in it any more."))
    day, plan = timezone.localdate(at), plan_in_force(case)
    if plan is None or not told or set(told) - set(measures_of_runner(plan, scores_of(case), day)[1]):
        raise Refused(_("This was answered meanwhile. Nothing more was kept."))
    current = {row.measure: row for row in OutcomeScore.objects.current().filter(case=case, day=day)}
    again = [current[measure] for measure, parts in told.items() if _says(current.get(measure), parts)]
    if len(again) == len(told):
        return again
    rows = [_put(case, measure, parts, values[measure], day, by, at) for measure, parts in told.items()]
    judge_case(case, by=by, at=at)
    return rows


def _says(row, parts):
    """Return whether a score stands that says the same."""
    return row is not None and row.parts == parts


def _put(case, measure, parts, value, day, by, at):
    """Put a score in the place of what stands for its measure and day; that stays behind it."""
    same = OutcomeScore.objects.current().filter(case=case, measure=measure, day=day)
    same.update(replaced_at=at, replaced_by=by)
    return OutcomeScore.objects.create(
        case=case, measure=measure, parts=parts, value=value, day=day, scored_at=at, scored_by=by
    )


def _measure(case, code):
    """Return the measure, if it is one that this case may be scored by."""
    known = rehab_knowledge().measures.get(code)
    if known is None:
        raise Refused(_("There is no such measure."))
    cause = case.diagnoses.order_by("-at", "-id").values_list("cause", flat=True).first()
    if known.causes and cause not in known.causes:
        raise Refused(_("This measure is made for another diagnosis."))
    return known


def _value(measure, parts):
    """Return the value that the rules make of the parts, or refuse them in the words of the rules."""
    found = score(measure, parts, rehab_knowledge().reasons)
    if found.value is None:
        raise Refused(said_reason(found.reason))
    rated = points_by_activity(parts)
    names = {name.strip().casefold() for name in rated}
    if "" in names or len(names) != len(parts.get("activities", ())):
        raise Refused(_("Name each activity once."))
    return Decimal(str(found.value)).quantize(Decimal("0.01"))
