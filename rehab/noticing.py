"""Notices by mail: that the plan rests, to a runner who was on no page when it was stopped.

No wish stops them.  A notice is tried until it has left; one that is no longer true is withdrawn.
"""

import logging
from datetime import timedelta

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import F
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from clinic.access import may_sign_in_by_mail
from clinic.mail import reach
from rehab.models import Plan
from triage.gate import loading_gate
from triage.models import Notice
from triage.models.notices import EXERCISE, RESTS

# Minutes until the next try, after the first, second ...; then the last, for as long as the stop lasts.
PAUSES = (1, 5, 15, 60)
AT_ONCE = 200  # notices one pass takes; what is left is taken by the next
logger = logging.getLogger("rehab.notices")


def give_notice(at):
    """Mail every notice that is owed and whose moment has come, one mail a runner; return how many mails left.

    Raises :class:`clinic.mail.MailDown`, before anything is claimed.
    """
    due = Notice.objects.waiting().filter(mail_next__lte=at).order_by("mail_next", "id")
    keys = {}
    for key, runner in due.values_list("pk", "case__patient")[:AT_ONCE]:
        keys.setdefault(runner, []).append(key)
    if not keys:
        return 0
    post = get_connection()
    reach(post)
    try:
        return sum(_give_safely(of_runner, at, post) for of_runner in keys.values())
    finally:
        post.close()


def _give_safely(keys, at, post):
    try:
        return _give(keys, at, post)
    except Exception as fault:  # one broken case must not silence the others; its words may hold a person's
        logger.error("notice %s: %s", keys[0], type(fault).__name__)
        Notice.objects.waiting().filter(pk__in=keys).update(mail_error=type(fault).__name__[:60])
        post.close()  # the next one begins anew
        return False


def _give(keys, at, post):
    """Claim the notices of one runner and mail them as one; return whether a mail left."""
    rows = list(Notice.objects.filter(pk__in=keys).select_related("case__patient__person", "case__clinic"))
    claimed = [notice for notice in rows if _is_claimed(notice, at)]
    held = [notice for notice in claimed if _still_holds(notice, at)]
    ended = [notice.pk for notice in claimed if notice not in held]
    Notice.objects.waiting().filter(pk__in=ended).update(withdrawn_at=at)
    if not held:
        return False
    notice_mail(held, post).send()
    Notice.objects.filter(pk__in=[notice.pk for notice in held]).update(mail_sent=at, mail_error="")
    return True


def _is_claimed(notice, at):
    """Set the moment of the next try; return whether this worker did, so that of two workers one mails it."""
    pause = timedelta(minutes=PAUSES[min(notice.mail_tries, len(PAUSES) - 1)])
    row = Notice.objects.waiting().filter(pk=notice.pk, mail_next=notice.mail_next)
    return bool(row.update(mail_next=at + pause, mail_tries=F("mail_tries") + 1))


def _still_holds(notice, at):
    """Return whether the runner may still be told: they sign in, a plan is in force, and what it says is true."""
    case = notice.case
    if case.closed_at or not may_sign_in_by_mail(case.patient.person):
        return False
    if not Plan.objects.signed().filter(case=case).exists():
        return False  # nothing is in their hands that they could go on with
    return at < notice.until if notice.kind == EXERCISE else not loading_gate(case).open


def notice_mail(notices, post=None):
    """Return the mail of one runner's notices, in their language: a first name at most, and no reason."""
    patient, clinic = notices[0].case.patient, notices[0].case.clinic
    with translation.override(patient.person.language):
        told = {"name": patient.given_name, "clinic": clinic}
        told |= {"all_rests": any(notice.kind == RESTS for notice in notices)}
        told |= {"today": f"{settings.SITE_URL}{reverse('rehab:my_today')}"}
        words = render_to_string("rehab/notice.txt", told).strip() + "\n"
        subject = _("Open Stridewell before you train")
    headers = {"Auto-Submitted": "auto-generated"}
    return EmailMessage(subject, words, None, [patient.person.email], connection=post, headers=headers)
