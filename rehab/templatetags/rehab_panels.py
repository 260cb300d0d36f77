"""What rehab shows on the case page, which belongs to clinic."""

from django import template
from django.db.models import Count

from rehab.models import Plan

register = template.Library()


@register.inclusion_tag("rehab/_plan_panel.html")
def plan_panel(case):
    """Show where the plan stands.  It names no exercise, so it is right behind a shut gate too."""
    plans = Plan.objects.open().filter(case=case).select_related("signed_by").annotate(size=Count("items"))
    found = {plan.status: plan for plan in plans}
    return {"case": case, "draft": found.get("draft"), "signed": found.get("signed")}
