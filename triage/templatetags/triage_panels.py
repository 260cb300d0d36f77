"""What triage shows on the case page, which belongs to clinic."""

from django import template
from django.utils import timezone
from django.utils.translation import gettext

from clinic.models import Case
from clinic.pages import span
from triage.models import Diagnosis, RedFlagItem, Screening
from triage.words import cause_title, row_title

register = template.Library()
URGENCY = {"E": 0, "D": 1, "U": 2}


def _standing_items_of(case):
    """Return the items that no test excluded, the most urgent first; asked once a page."""
    found = getattr(case, "standing_items", None)
    if found is None:
        rows = RedFlagItem.objects.filter(case=case).exclude(outcome="excluded").prefetch_related("sign_offs")
        for item in rows:
            item.is_done = item.is_answered(item.sign_offs.all())
        case.standing_items = found = sorted(rows, key=lambda item: URGENCY[item.level])
    return found


def open_items_of(case):
    """Return the items without an answer, the most urgent first; a page that asked the gate brings them along."""
    known = getattr(case, "unanswered_items", None)
    return [item for item in _standing_items_of(case) if not item.is_done] if known is None else known


def _level_of(case, screening):
    """Return (level, hold) of the case as it stands: what is open counts, not what was found and excluded since."""
    stopping = [item.level for item in open_items_of(case) if item.level in ("E", "D")]
    if stopping:
        return stopping[0], False
    if screening is None or screening.is_open:
        return ("D", True) if screening else ("", False)
    within_weeks = any(item.level == "U" for item in _standing_items_of(case))  # also where loading was signed
    return ("U" if within_weeks else "R"), False


@register.inclusion_tag("triage/_safety_banner.html")
def safety_banner(case):
    """Say in one line that something dangerous is open; nothing where nothing is.  Two queries at most."""
    stopping = [item for item in open_items_of(case) if item.level in ("E", "D")]
    titles = list(dict.fromkeys(row_title(item.row) for item in stopping))
    return {"case": case, "level": stopping[0].level if stopping else "", "titles": titles}


@register.inclusion_tag("triage/_triage_panel.html")
def triage_panel(case):
    """Show where safety and diagnosis stand.  Two queries besides those of the banner."""
    screening = Screening.objects.filter(case=case, voided_at__isnull=True).select_related("completed_by").first()
    diagnosis = Diagnosis.objects.filter(case=case).select_related("by").first()
    items = [(item, row_title(item.row)) for item in open_items_of(case)]
    level, hold = _level_of(case, screening)
    return {
        "level": level,
        "hold": hold,
        "case": case,
        "screening": screening,
        "diagnosis": diagnosis,
        "cause": cause_title(diagnosis.cause) if diagnosis else "",
        "items": items,
    }


@register.simple_tag
def without_outcome(rows):
    """Put on each row of today's list for how long its oldest emergency or same-day item has had no outcome.

    A row is a dictionary with its ``case`` and ``attention``.  One query.
    """
    grave = {row["case"].pk: row for row in rows if row["attention"] >= Case.Attention.SAME_DAY}
    items = RedFlagItem.objects.filter(case__in=grave, level__in=["E", "D"], outcome__in=["", "inconclusive"])
    now, oldest, late = timezone.now(), {}, set()
    for case, level, opened in items.order_by("opened_at").values_list("case", "level", "opened_at") if grave else ():
        oldest.setdefault(case, opened)
        if level == "E" or timezone.localdate(opened) < timezone.localdate(now):
            late.add(case)
    for case, opened in oldest.items():
        words = gettext("no outcome for %(span)s, overdue") if case in late else gettext("no outcome for %(span)s")
        grave[case]["waiting"] = words % {"span": span(opened, now)}
    return ""
