"""Outcome measures (section 9): a score from what was told, one a measure and day; a later one replaces it."""

from decimal import ROUND_HALF_UP, Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.access import may_log
from clinic.actions import lock_case, touch_case
from clinic.language import said
from rehab.actions.judging import judge_case
from rehab.actions.refusals import NotAllowed, Refused
from rehab.knowledge import rehab_knowledge
from rehab.models import OutcomeScore

PAIN_PARTS = ("worst", "now", "average", "running", "morning")  # the first is the score: worry wins over averages
NAME_LENGTH = 120
CENT = Decimal("0.01")


@transaction.atomic
def record_score(*, case, measure, parts, day, by, at, version=None):
    """Keep one score of one measure; return the row.

    ``parts`` by what the measure stores: ratings 0 to 10 named as in :data:`PAIN_PARTS`; ``{"activities": [{"name",
    "score"}, ...]}`` with scores 0 to 10; or ``{"total": n}``, with ``"missing"`` items where the measure allows some.
    ``day`` is of this case and not of the future.  A clinician's form passes the ``version`` it was shown with and
    moves it on; a runner's log passes none.
    """
    if not may_log(by, case):
        raise NotAllowed(_("You may not log for this runner."))
    known = _measure(case, measure)
    value, parts = SCORED[known.stores](known, parts)
    if version is None:
        lock_case(case)
    else:
        text = f"{known.name.en}: {value.normalize():f}"
        touch_case(case, version=version, by=by, at=at, kind="score", text=text)
    if not timezone.localdate(case.opened_at) <= day <= timezone.localdate(at):
        raise Refused(_("The day must lie between the opening of the case and today."))
    same = OutcomeScore.objects.current().filter(case=case, measure=measure, day=day)
    same.update(replaced_at=at, replaced_by=by)
    row = OutcomeScore.objects.create(
        case=case, measure=measure, parts=parts, value=value, day=day, scored_at=at, scored_by=by
    )
    judge_case(case, by=by, at=at)
    return row


def _measure(case, code):
    """Return the measure, if it is one that this case may be scored by."""
    known = rehab_knowledge().measures.get(code)
    if known is None:
        raise Refused(_("There is no such measure."))
    cause = case.diagnoses.order_by("-at", "-id").values_list("cause", flat=True).first()
    if known.causes and cause not in known.causes:
        raise Refused(_("This measure is made for another diagnosis."))
    return known


def _rating(measure, value):
    """Return a value inside the range of the measure, or refuse it."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal):
        raise Refused(_("A score is a number."))
    if not measure.low <= value <= measure.high:
        raise Refused(
            _("%(name)s goes from %(low)g to %(high)g.")
            % {"name": said(measure.name), "low": measure.low, "high": measure.high}
        )
    return value


def _pain(measure, parts):
    """Return (the worst pain, the ratings that were told)."""
    told = {name: int(_rating(measure, parts[name])) for name in PAIN_PARTS if parts.get(name) is not None}
    if PAIN_PARTS[0] not in told:
        raise Refused(_("Say how strong the worst pain of the last 24 hours was."))
    return Decimal(told[PAIN_PARTS[0]]), told


def _activities(measure, parts):
    """Return (the mean, the activities with their scores)."""
    told = [
        {"name": str(one["name"]).strip()[:NAME_LENGTH], "score": int(_rating(measure, one["score"]))}
        for one in parts.get("activities", ())
    ]
    low, high = (round(measure.numbers[name]) for name in ("activities_min", "activities_max"))
    names = {one["name"].casefold() for one in told}
    if not low <= len(told) <= high or "" in names or len(names) != len(told):
        raise Refused(_("Name %(low)d to %(high)d different activities.") % {"low": low, "high": high})
    mean = Decimal(sum(one["score"] for one in told)) / len(told)
    return mean.quantize(CENT, ROUND_HALF_UP), {"activities": told}


def _total(measure, parts):
    """Return (the total, the total with how many items were left out)."""
    missing, allowed = int(parts.get("missing") or 0), round(measure.numbers.get("missing_items_max", 0))
    if not 0 <= missing <= allowed:
        raise Refused(_("With so many items left out there is no score."))
    total = Decimal(str(_rating(measure, parts.get("total"))))
    return total.quantize(CENT), {"total": float(total), "missing": missing}


SCORED = {"ratings": _pain, "own_activities": _activities, "total": _total}
