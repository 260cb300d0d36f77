"""{% open_alarms case %}: the stopping items without an outcome, for the patient banner."""

from django import template

from triage.models import RedFlagItem
from triage.words import row_title

register = template.Library()


@register.inclusion_tag("triage/_open_alarms.html")
def open_alarms(case):
    """Name every open E and D item of the case, the most urgent first; one query."""
    items = RedFlagItem.objects.filter(case=case, level__in=["E", "D"]).exclude(outcome="excluded")
    return {"case": case, "alarms": sorted({(item.level != "E", item.row, row_title(item.row)) for item in items})}
