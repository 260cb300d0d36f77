"""A new password for who forgot theirs: a link by mail, once, within PASSWORD_RESET_TIMEOUT seconds.

The link carries Django's token: nothing of it is stored.  It dies with the password, the address or the last sign-in
that it was made for.  It leads to a new password and no further: the second factor is asked for as before.
"""

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.translation import gettext

from clinic.access import may_sign_in, works_here
from clinic.mail import send_soon


def may_reset(person):
    """Return whether a mailed link may lead to a new password: for who works here.  A runner has none."""
    return works_here(person) and may_sign_in(person) and not person._state.adding


def send_reset(person):
    """Mail the link beside this answer, whose time must not tell whether there is such a person."""
    send_soon(lambda: written_to(person))


def written_to(person):
    """Return the mail with the link, in the person's language."""
    whose, token = urlsafe_base64_encode(force_bytes(person.pk)), default_token_generator.make_token(person)
    link = f"{settings.SITE_URL}{reverse('reset_password', args=[whose, token])}"
    minutes = settings.PASSWORD_RESET_TIMEOUT // 60
    with translation.override(person.language):
        told = {"link": link, "minutes": minutes, "begins": not person.has_usable_password()}
        subject = gettext("Choose your password") if told["begins"] else gettext("A new password")
        return EmailMessage(subject, render_to_string("clinic/reset.txt", told), None, [person.email])
