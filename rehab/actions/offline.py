"""What a phone kept while it had no connection, sent when it has one again."""

from django.utils.translation import gettext

from clinic.access import may_log
from clinic.actions import lock_case
from clinic.audit import recorded
from clinic.terms import Answer
from rehab.actions.logging import Logged, ask_safety
from rehab.actions.refusals import NotAllowed
from rehab.models import SafetyCheck


@recorded
def tell_safety(*, case, where, answers, by, at, device_time):
    """Keep a safety set; what one phone said in one moment is kept once.  Without a moment each one is its own."""
    if not may_log(by, case):
        raise NotAllowed(gettext("This case belongs to somebody else."))
    lock_case(case)
    same = SafetyCheck.objects.filter(case=case, asked_by=by, device_time=device_time)
    if device_time is not None and (told := same.first()) is not None and _yes(answers) <= _yes(told.answers):
        return Logged(told, again=True)
    return ask_safety(case=case, where=where, answers=answers, by=by, at=at, device_time=device_time)


def _yes(answers):
    return {code for code, answer in answers.items() if answer == Answer.PRESENT}
