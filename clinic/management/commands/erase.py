"""Erases everything about one runner, or says what would go."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic.erasure import KEPT, KeptLonger, erase, refuse_too_early
from clinic.ids import is_uuid
from clinic.links import linked_tables
from clinic.management.asking import who_signs
from clinic.models import Erasure, Patient


class Command(BaseCommand):
    """``erase KEY`` says what is held; ``--because asked --by LEAD`` asks for the lead's password and erases it."""

    help = "Erase all that is held about a runner; the audit keeps a key without a name."

    def add_arguments(self, parser):
        parser.add_argument("patient", help="the runner's key, as it stands in the address of their page")
        parser.add_argument("--because", choices=Erasure.Because.values)
        parser.add_argument("--by", metavar="EMAIL", help="the clinic's lead")
        parser.add_argument("--before-its-time", action="store_true", help="the law does not ask for it: you checked")

    def handle(self, *, patient, because, by, before_its_time, **options):
        """Say what would go, or let it go."""
        runner = Patient.objects.select_related("person").filter(pk=patient).first() if is_uuid(patient) else None
        if runner is None:
            raise CommandError("There is no runner with this key.")
        if not because or not by:
            for table in linked_tables():
                rows = None if table.label in KEPT else table.about(runner)
                if rows is not None and rows.exists():
                    self.stdout.write(f"{rows.count():>6}  {table.label}")
            self.stdout.write("Nothing was erased: say --because and --by.")
            return
        self._erase(runner, because, by, before_its_time)

    def _erase(self, runner, because, by, before_its_time):
        lead = who_signs(by)
        if lead is None:
            raise CommandError("Nobody signs in with this address and password.")
        try:
            if not before_its_time:
                refuse_too_early(runner, settings.RETENTION_YEARS, timezone.now())
            erased = erase(patient=runner, because=because, by=lead, at=timezone.now())
        except KeptLonger as kept:
            until = f"until {kept.args[0]:%Y-%m-%d}" if kept.args[0] else "while a case is open"
            raise CommandError(f"The record must be kept {until}; --before-its-time if the law lets it go.") from None
        except PermissionDenied:
            raise CommandError("Only the lead of this clinic erases a record.") from None
        self.stdout.write(
            f"{sum(erased.values())} rows in {len(erased)} tables are gone. Backups keep them until they go."
        )
