"""Who stands behind a command: asked at the terminal, never on the command line, which others can read."""

from getpass import getpass

from django.contrib.auth import authenticate
from django.core.management.base import CommandError


def who_signs(email):
    """Ask for the password of an address; return whose it is, or None.  Where nobody can type it nothing is done."""
    try:
        word = getpass("Password: ")
    except EOFError:
        raise CommandError("The password is asked at a terminal, and there is none here.") from None
    return authenticate(username=email, password=word)
