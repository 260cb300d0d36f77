"""Reminds runners by mail of a session, of a morning's question, and of a log that stays empty."""

from django.core.management.base import CommandError
from django.utils import timezone

from clinic.mail import MailDown
from clinic.management.passes import PassCommand
from rehab.noticing import give_notice
from rehab.reminding import remind


class Command(PassCommand):
    """``remind`` makes one pass; ``--loop 300`` one every five minutes.  Each reminder leaves at most once.

    That a plan rests is mailed by the same pass, until it has left.
    """

    help = "Mail the reminders that are due now."

    def one_pass(self, *, quiet=False):
        """Send what is due and say how many mails left."""
        try:
            told = give_notice(timezone.now())  # first: that a plan rests is no wish
            sent = remind(timezone.now())
        except MailDown as down:
            raise CommandError(f"The mail server takes no mail now ({down}); nothing was lost.") from None
        if sent or told or not quiet:
            self.stdout.write(f"{told} told that they rest, {sent} reminded")
