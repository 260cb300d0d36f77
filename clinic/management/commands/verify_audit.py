"""Finds any row of the audit that was changed, taken out or put in."""

import json
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError

from clinic.audit import faults, heads
from clinic.models import AuditChain


class Command(BaseCommand):
    """``verify_audit`` reads every chain; ``--note FILE`` keeps where they end, ``--against FILE`` looks there again.

    Kept where nobody who can write to the database can write, that file shows whether an end was cut off.
    """

    help = "Check that the audit stands as it was written; fails with every fault, one a line."

    def add_arguments(self, parser):
        parser.add_argument("--note", metavar="FILE", help="write where the chains end now")
        parser.add_argument("--against", metavar="FILE", help="what --note wrote at an earlier time")

    def handle(self, *, note, against, **options):
        """Check, and note only what is whole."""
        found = list(faults(_noted(against) if against else None))
        if found:
            raise CommandError("\n".join(found))
        if note:
            Path(note).write_text(json.dumps(heads(), indent=1) + "\n")
        count = sum(AuditChain.objects.values_list("number", flat=True))
        self.stdout.write(f"{count} rows stand as they were written")


def _noted(path):
    try:
        return json.loads(Path(path).read_text())
    except (OSError, ValueError) as error:
        raise CommandError(f"{path}: {error}") from None
