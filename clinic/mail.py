"""The letters the clinic sends.  None of them says why somebody is a patient."""

from django.contrib.auth.tokens import default_token_generator
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode


def welcome_path(person):
    """Return the address where a person chooses a password: once, within PASSWORD_RESET_TIMEOUT seconds."""
    uid = urlsafe_base64_encode(force_bytes(person.pk))
    return reverse("welcome", args=[uid, default_token_generator.make_token(person)])


def send_invitation(person, clinic, link):
    """Send the link by which a runner gets in.  Raises OSError when the mail cannot be sent."""
    words = render_to_string("clinic/invitation.txt", {"person": person, "clinic": clinic, "link": link})
    send_mail(f"Your exercise plan at {clinic.name}", words, None, [person.email])
