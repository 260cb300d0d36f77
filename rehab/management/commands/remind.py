"""Reminds runners by mail of a session, of a morning's question, and of a log that stays empty."""

from django.core.management.base import CommandError
from django.utils import timezone

from clinic.management.passes import PassCommand
from rehab.reminding import MailDown, remind


class Command(PassCommand):
    """``remind`` makes one pass; ``--loop 300`` one every five minutes.  Each reminder leaves at most once."""

    help = "Mail the reminders that are due now."

    def one_pass(self, *, quiet=False):
        """Send what is due and say how many mails left."""
        try:
            sent = remind(timezone.now())
        except MailDown as down:
            raise CommandError(f"The mail server takes no mail now ({down}); nothing was lost.") from None
        if sent or not quiet:
            self.stdout.write(f"{sent} reminded")
