"""Notices by mail: that the plan rests, to a runner who was on no page when it was stopped.

No wish stops them.  A notice is tried until it has left; one that is no longer true leaves no more.
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from clinic.access import may_sign_in_by_mail
from triage.gate import loading_gate
from triage.models import Notice

# Minutes until the next try, after the first, second ...; then the last, for as long as the stop lasts.
PAUSES = (1, 5, 15, 60)
AT_ONCE = 200  # notices one pass takes; what is left is taken by the next
logger = logging.getLogger("rehab.notices")


def give_notice(at):
    """Mail every notice that is owed and whose moment has come; return how many left."""
    waiting = Notice.objects.filter(mail_sent__isnull=True, withdrawn_at__isnull=True, mail_next__lte=at)
    keys = list(waiting.order_by("mail_next", "id").values_list("pk", flat=True)[:AT_ONCE])
    return sum(_give_safely(key, at) for key in keys)


def _give_safely(key, at):
    try:
        return _give(key, at)
    except Exception as fault:  # one broken case must not silence the others; its words may hold a person's
        logger.error("notice %s: %s", key, type(fault).__name__)
        Notice.objects.filter(pk=key, mail_sent__isnull=True).update(mail_error=type(fault).__name__[:60])
        return False


def _give(key, at):
    """Claim one notice and mail it; return whether it left.  Of two workers one claims it."""
    notice = Notice.objects.select_related("case__patient__person", "case__clinic").get(pk=key)
    pause = timedelta(minutes=PAUSES[min(notice.mail_tries, len(PAUSES) - 1)])
    row = Notice.objects.filter(pk=key, mail_next=notice.mail_next, mail_sent__isnull=True, withdrawn_at__isnull=True)
    if not row.update(mail_next=at + pause, mail_tries=F("mail_tries") + 1):
        return False
    if not _still_holds(notice, at):
        Notice.objects.filter(pk=key, mail_sent__isnull=True).update(withdrawn_at=at)
        return False
    notice_mail(notice).send()
    Notice.objects.filter(pk=key).update(mail_sent=at, mail_error="")
    return True


def _still_holds(notice, at):
    """Return whether the runner may still be told: they sign in, the case is open, and what it says is true."""
    if notice.case.closed_at or not may_sign_in_by_mail(notice.case.patient.person):
        return False
    return at < notice.until if notice.until else not loading_gate(notice.case).open


def notice_mail(notice):
    """Return the mail of a notice, in the runner's language: a first name at most, and no reason."""
    patient, clinic = notice.case.patient, notice.case.clinic
    with translation.override(patient.person.language):
        told = {"name": patient.given_name, "clinic": clinic, "kind": notice.kind}
        told |= {"today": f"{settings.SITE_URL}{reverse('rehab:my_today')}"}
        words = render_to_string("rehab/notice.txt", told).strip() + "\n"
        subject = _("Open Stridewell before you train")
    headers = {"Auto-Submitted": "auto-generated"}
    return EmailMessage(subject, words, None, [patient.person.email], headers=headers)
