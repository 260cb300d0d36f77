"""{% glass_banner %}: on each page that is read by break-glass."""

from django import template

from clinic.glass import standing_for

register = template.Library()


@register.inclusion_tag("clinic/_glass_banner.html", takes_context=True)
def glass_banner(context):
    """Say by which opening the page is read; nothing on every other page, and no query for one's own clinic."""
    request = context.get("request")
    person, shown = getattr(request, "user", None), getattr(request, "shown", None)
    opening = standing_for(person, shown) if person is not None and shown is not None else None
    return {"opening": opening, "csrf_token": context.get("csrf_token")}
