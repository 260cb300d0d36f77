"""Fitting: a task says so where an examination shows that the plan in force trains the wrong things."""

from django.utils import timezone

from clinic.alarms import open_task, settle_task
from clinic.models import Task
from clinic.terms import in_english
from rehab import written
from rehab.examined import is_kept_up, judged_now, passed_of, untrained
from rehab.history import plan_in_force
from rehab.knowledge import rehab_knowledge
from rehab.rules.needs import base_of
from rehab.rules.working_days import one_working_day_after

MISFIT = "plan_misfit"
LONGEST = Task._meta.get_field("text").max_length


def tell_of_misfit(*, case, by, at):
    """Open the task to draft again where needs moved, and end it where the plan fits.  Inside the examination's action.

    The same finding asks once for each plan: who has decided to keep the plan is not asked by every later examination.
    A plan that rests is told of too, because nothing else would say it once the plan goes on.
    """
    plan = plan_in_force(case)
    if plan is None or case.closed_at:
        return
    text = _misfit(plan, judged_now(case, timezone.localdate(at)))
    told = Task.objects.filter(case=case, code=MISFIT, opened_at__gte=plan.signed_at).order_by("-opened_at").first()
    if text and told and told.text == text and told.done_text != written.TESTED_AGAIN.en:
        return
    settle_task(case=case, code=MISFIT, text=written.TESTED_AGAIN.en, by=by, at=at)
    if text:
        days = round(rehab_knowledge().progress.steps["working_days"].numbers["days"])
        due = one_working_day_after(at, timezone.get_current_timezone(), days)
        open_task(case=case, code=MISFIT, text=text, by=by, at=at, due=due)


def _misfit(plan, triage):
    """Return in English what fails and is not trained, and what is trained and passes; empty where the plan fits."""
    trained = [item for item in plan.items.all() if not is_kept_up(item)]
    moved = {written.FAILS_NOW: untrained(plan, triage), written.PASSES_NOW: sorted(passed_of(trained, triage))}
    said = [in_english(text, needs=", ".join(map(_named, needs))) for text, needs in moved.items() if needs]
    return "; ".join([written.PLAN_MISFIT.en, *said])[:LONGEST] if said else ""


def _named(need):
    """Return a need in English with its side: "Core rotation, left side"."""
    base = base_of(need)
    text, side = rehab_knowledge().mapping.needs.get(base), need.removeprefix(base).strip("_")
    name = text.en if text else base
    return f"{name}, {written.SIDES[side].en}" if side else name
