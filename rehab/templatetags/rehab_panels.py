"""What rehab shows on the case page, which belongs to clinic."""

from django import template
from django.db.models import Count
from django.utils import timezone

from clinic.language import said
from rehab.actions.intake import told
from rehab.models import Plan
from rehab.pages.course import going, with_course
from triage.knowledge import triage_knowledge

register = template.Library()


@register.inclusion_tag("rehab/_plan_panel.html")
def plan_panel(case, may_sign):
    """Show where the plan stands.  It names no exercise, so it is right behind a shut gate too."""
    plans = Plan.objects.open().filter(case=case).select_related("signed_by", "diagnosis").annotate(size=Count("items"))
    found = {plan.status: plan for plan in with_course(plans)}
    case.plan_in_force = found.get("signed")  # the panel below need not ask again
    return {"case": case, "may_sign": may_sign, "draft": found.get("draft"), "signed": found.get("signed")}


@register.inclusion_tag("rehab/_told.html")
def told_panel(case):
    """Show what the runner told before the visit; nothing where nothing was sent.  One query.

    What the story beside it says in the same words is not said twice.
    """
    event = told(case)
    if event is None:
        return {}
    words, names = event.data["said"], {code: said(test.name) for code, test in triage_knowledge().tests.items()}
    where, risks = words.get("where", {}), words.get("risks", {})
    labels = {entry.code: said(entry.label).rstrip("?") for entry in triage_knowledge().codes}
    places = [zone.rsplit("_", 1) for zone in where.get("zones", [])]
    return {
        "event": event,
        "story": _unless(case.story, words.get("story", {}).get("story", "")),
        "running": _unless(case.running_history, words.get("running", {}).get("running_history", "")),
        "places": [f"{names.get(zone, zone)}, {side}" for zone, side in places],
        "elsewhere": where.get("elsewhere", ""),
        "goals": words.get("goals", {}).get("goals", []),
        "risks": [labels.get(code, code) for code, answer in risks.items() if answer == "present"],
        "unsure": [labels.get(code, code) for code, answer in risks.items() if answer == "not_assessed"],
    }


def _unless(stands, told):
    return "" if told == stands else told


@register.inclusion_tag("rehab/_going_panel.html")
def going_panel(case, may_sign):
    """Show how it goes with the plan in force; nothing without one.  Stands below ``plan_panel``."""
    plan = getattr(case, "plan_in_force", None)
    return {"case": case, "may_sign": may_sign, **(going(case, plan, timezone.now()) if plan else {})}
