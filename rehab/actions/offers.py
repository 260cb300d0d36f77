"""Steps that wait for a tap: which stand open, and the task that brings them up on today's list."""

from django.utils import timezone

from clinic.alarms import open_task, settle_task
from rehab import written
from rehab.knowledge import rehab_knowledge
from rehab.models import StepOffer
from rehab.rules.working_days import one_working_day_after

TASK = "step_offer"


def open_offers(case):
    """Return the steps up that wait for a tap."""
    return StepOffer.objects.filter(case=case, decided_at__isnull=True)


def decide(offer, *, accepted, by, at):
    """Keep how an open offer ended: taken, or declined and withdrawn; return whether it was still open."""
    still_open = StepOffer.objects.filter(pk=offer.pk, decided_at__isnull=True)
    return bool(still_open.update(accepted=accepted, decided_at=at, decided_by=by))


def is_declined(case, sessions, **offer):
    """Return whether a clinician declined this very step, and nothing was logged since: it is not offered again.

    ``offer`` holds its columns, ``sessions`` what it was offered for.  What a runner's own log took back counts not.
    """
    declined = StepOffer.objects.filter(case=case, accepted=False, **offer).exclude(decided_by=case.patient.person_id)
    newest = declined.order_by("-decided_at").values_list("decided_at", flat=True).first()
    return newest is not None and not any((session.told_at or session.began) > newest for session in sessions)


def withdraw_offers(case, *, by, at):
    """Take back what was offered in a plan that another one has replaced; the running stage has its own ladder."""
    open_offers(case).filter(item__isnull=False).update(accepted=False, decided_at=at, decided_by=by)
    tell_of_offers(case, by=by, at=at)


def tell_of_offers(case, *, by, at):
    """Keep today's list in step with the offers: one task while any stands open, none when they are decided."""
    if open_offers(case).exists():
        days = round(rehab_knowledge().progress.steps["working_days"].numbers["days"])
        due = one_working_day_after(at, timezone.get_current_timezone(), days)
        open_task(case=case, code=TASK, text=written.STEP_WAITS.en, by=by, at=at, due=due)
    else:
        settle_task(case=case, code=TASK, text=written.NO_STEP_WAITS.en, by=by, at=at)
