"""What triage shows on the case page, which belongs to clinic."""

from django import template

from triage.models import Diagnosis, RedFlagItem, Screening
from triage.words import cause_title, row_title

register = template.Library()


def open_items_of(case):
    """Return the items without an answer, the most urgent first; asked once a page."""
    found = getattr(case, "unanswered_items", None)
    if found is None:
        rows = RedFlagItem.objects.filter(case=case).exclude(outcome="excluded").prefetch_related("sign_offs")
        found = [item for item in rows if not item.is_answered(item.sign_offs.all())]
        order = {"E": 0, "D": 1, "U": 2}
        case.unanswered_items = found = sorted(found, key=lambda item: order[item.level])
    return found


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
    return {
        "case": case,
        "screening": screening,
        "diagnosis": diagnosis,
        "cause": cause_title(diagnosis.cause) if diagnosis else "",
        "items": items,
    }
