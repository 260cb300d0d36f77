"""Lists the records that were kept as long as they must be, and erases them when told to."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic.erasure import due_for_erasure, erase
from clinic.management.asking import who_signs
from clinic.models import Erasure


class Command(BaseCommand):
    """``retain`` lists; ``retain --erase --by LEAD`` asks for the lead's password and erases what it listed."""

    help = "Which records are older than CLINIC_RETENTION_YEARS after their last case ended?"

    def add_arguments(self, parser):
        parser.add_argument("--erase", action="store_true")
        parser.add_argument("--by", metavar="EMAIL", help="the clinic's lead")

    def handle(self, *, by, **options):
        """Go through them one by one, each in a transaction of its own."""
        now, lead = timezone.now(), None
        if options["erase"]:
            lead = who_signs(by) if by else None
            if lead is None:
                raise CommandError("Nobody signs in with this address and password; say --by.")
        due = list(due_for_erasure(now, settings.RETENTION_YEARS))
        for runner in due:
            self.stdout.write(str(runner.pk))
            if lead:
                self._erase(runner, lead, now)
        self.stdout.write(f"{len(due)} {'erased' if lead else 'could go; nothing was erased'}")

    def _erase(self, runner, lead, now):
        try:
            erase(patient=runner, because=Erasure.Because.OLD, by=lead, at=now)
        except PermissionDenied:
            raise CommandError(f"{runner.pk}: only the lead of its clinic erases a record.") from None
