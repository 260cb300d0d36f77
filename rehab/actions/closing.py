"""Closing a case: it ends in running, in a referral, or otherwise for a reason; never in silence."""

from django.utils.translation import gettext

from clinic import actions as clinic_actions
from clinic.actions import lock_case
from clinic.alarms import settle_task
from clinic.audit import recorded
from clinic.models import Task
from clinic.terms import in_english
from rehab import written
from rehab.actions.refusals import Refused, must_sign
from rehab.history import course_of
from rehab.leaving import against_closing, suggestion_of


@recorded
def close_case(*, case, version, outcome, because, by, at):
    """Close a case with its outcome (``Case.Outcome``), in words (not empty), and settle the tasks it leaves.

    The conditions of discharge are kept with it as they stand; they suggest, and the clinician decides.
    """
    must_sign(by, case)
    lock_case(case)
    if not because.strip():
        raise Refused(gettext("Write why the case is closed."))
    found = suggestion_of(course_of(case, at))
    told = {"outcome": outcome, "because": because.strip(), "data": {"rule": found.rule, "inputs": found.inputs}}
    clinic_actions.close_case(case=case, version=version, by=by, at=at, **told)
    against = against_closing(case, outcome)
    if against:
        raise Refused(*against)
    for code in Task.objects.open().filter(case=case).values_list("code", flat=True):
        settle_task(
            case=case, code=code, text=in_english(written.CASE_CLOSED, typed=because.strip())[:500], by=by, at=at
        )
