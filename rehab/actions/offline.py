"""What a phone kept while it had no connection, sent when it has one again."""

from django.db import transaction
from django.utils.translation import gettext

from clinic.access import may_log
from clinic.actions import lock_case
from rehab.actions.logging import Logged, ask_safety
from rehab.actions.refusals import NotAllowed
from rehab.models import SafetyCheck


@transaction.atomic
def tell_safety(*, case, where, answers, by, at, device_time):
    """Keep a safety set that was answered without a connection; the same moment of one phone is kept once."""
    if not may_log(by, case):
        raise NotAllowed(gettext("This case belongs to somebody else."))
    lock_case(case)
    told = SafetyCheck.objects.filter(case=case, asked_by=by, device_time=device_time).first()
    if told is not None:
        return Logged(told, again=True)
    return ask_safety(case=case, where=where, answers=answers, by=by, at=at, device_time=device_time)
