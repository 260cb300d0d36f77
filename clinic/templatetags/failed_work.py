"""How much background work waits for the administrators."""

from django import template

from clinic.access import may_administer
from clinic.models import FailedWork
from clinic.windows import MOST_ROWS

register = template.Library()


@register.simple_tag
def failed_work(person):
    """Return how much work failed for good; nothing for who does not administer."""
    return FailedWork.objects.all()[:MOST_ROWS].count() if may_administer(person) else 0
