"""{% open_alarms case %}: the stopping items that nothing answers yet, for the patient banner."""

from django import template

from triage.templatetags.triage_panels import open_items_of
from triage.words import row_title

register = template.Library()


@register.inclusion_tag("triage/_open_alarms.html")
def open_alarms(case):
    """Name every open E and D item of the case, the most urgent first; two queries a page."""
    stopping = [item for item in open_items_of(case) if item.level in ("E", "D")]
    alarms = dict.fromkeys((item.level != "E", item.row, row_title(item.row)) for item in stopping)
    return {"case": case, "alarms": sorted(alarms)}


@register.simple_tag
def is_stopped(case):
    """Return whether an open E or D item stops the case; the banner has asked already."""
    return any(item.level in ("E", "D") for item in open_items_of(case))
