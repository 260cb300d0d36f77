"""Who came in stays in: the session of a runner on their own phone."""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth import login
from django.utils import timezone


def sign_in(request, person):
    """Sign a runner in, under a new session key, for RUNNER_SESSION_DAYS days from now and no longer."""
    login(request, person, backend="clinic.access.SignIn")
    request.session.set_expiry(timezone.now() + timedelta(days=settings.RUNNER_SESSION_DAYS))
