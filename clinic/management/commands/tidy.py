"""Forgets what is old: expired sessions and counts, work that ended, files that waited too long."""

from django.utils import timezone

from clinic.management.passes import PassCommand
from clinic.tidying import tidy


class Command(PassCommand):
    """``tidy`` makes one pass; ``--loop 3600`` one an hour.  Twice is harmless."""

    help = "Forget expired sessions and counts, work that ended, and files that waited too long."

    def one_pass(self, *, quiet=False):
        """Tidy up and say what was forgotten."""
        told = {what: count for what, count in tidy(timezone.now()).items() if count or not quiet}
        if told:
            self.stdout.write(", ".join(f"{count} {what}" for what, count in told.items()))
