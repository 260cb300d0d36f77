"""{% glass_banner %} on each page that is read by break-glass; {% glass_open %}: the way back to one."""

from django import template

from clinic.access import clinics_signed_in
from clinic.glass import standing_for
from clinic.models import BreakGlass

register = template.Library()


@register.inclusion_tag("clinic/_glass_banner.html", takes_context=True)
def glass_banner(context):
    """Say by which opening the page is read; nothing on every other page, and no query for one's own clinic."""
    request = context.get("request")
    person, shown = getattr(request, "user", None), getattr(request, "shown", None)
    opening = standing_for(person, shown) if person is not None and shown is not None else None
    return {"opening": opening, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("clinic/_glass_open.html", takes_context=True)
def glass_open(context):
    """Lead back to what this person has standing open by break-glass.  It names nobody: a list shows no such runner."""
    person = context["request"].user
    rows = BreakGlass.objects.open_to(person).order_by("expires") if clinics_signed_in(person) else ()
    return {"openings": rows}
