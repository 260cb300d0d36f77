"""The letters the clinic sends.  None of them says why somebody is a patient."""

import logging
from concurrent.futures import ThreadPoolExecutor

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext

from clinic.access import leads_of

logger = logging.getLogger("clinic.mail")
POSTMAN = ThreadPoolExecutor(max_workers=1, thread_name_prefix="mail")


class MailDown(Exception):
    """The mail server takes no mail now; nothing was claimed, the next pass tries again."""


def reach(post):
    """Reach the mail server before anything is claimed: where it is away, nothing is lost.  Raises MailDown."""
    try:
        post.open()
    except OSError as fault:  # smtplib's errors are OSErrors too
        raise MailDown(type(fault).__name__) from None


def send_soon(written):
    """Send the mail that ``written`` returns, beside this request.  A server that is down is noted, without address."""
    return POSTMAN.submit(_send, written)


def _send(written):
    try:
        written().send()
    except OSError as fault:
        logger.error("A mail could not be sent: %s", type(fault).__name__)


def send_invitation(invitation, link):
    """Send the link by which a runner gets in.  Raises OSError when the mail cannot be sent."""
    clinic = invitation.patient.clinic
    told = {"name": invitation.patient.given_name, "clinic": clinic, "link": link, "expires": invitation.expires}
    with translation.override(invitation.language):
        subject = " ".join((gettext("Your exercise plan at %(clinic)s") % {"clinic": clinic.name}).split())
        words = render_to_string("clinic/invitation.txt", told)
    send_mail(subject, words, None, [invitation.email])


def alarm_addresses(clinic):
    """Return where a clinic's alarms are mailed: its alarm address, or else its leads who are there today."""
    if clinic.alarm_email:
        return [clinic.alarm_email]
    return list(leads_of(clinic.pk).values_list("email", flat=True))


def send_alarm(task, addresses):
    """Mail that an alarm waits: its level and a link, no name, nothing of the leg.  Raises what the server raises."""
    link = f"{settings.SITE_URL}{reverse('clinic:today')}"
    told = {"level": task.level, "clinic": task.case.clinic, "link": link}
    subjects, words = [], []
    for language, _name in settings.LANGUAGES:  # in both: whoever opens the clinic's mailbox must understand it
        with translation.override(language):
            level = gettext("Alarm, level %(level)s: someone must look now") % told
            subjects.append(level if task.level else gettext("Alarm: someone must look now"))
            words.append(render_to_string("clinic/alarm.txt", told))
    send_mail(" · ".join(subjects), "\n\n".join(words), None, addresses)
