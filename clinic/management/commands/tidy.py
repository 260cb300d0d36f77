"""Forgets what is old: expired sessions and counts, work that ended, files that waited too long."""

from django.utils import timezone

from clinic.management.passes import PassCommand
from clinic.tidying import tidy


class Command(PassCommand):
    """``tidy`` makes one pass; ``--loop 3600`` one an hour; ``--dry-run`` says what would go.  Twice is harmless."""

    help = "Forget expired sessions and counts, work that ended, and files that waited too long."

    def add_arguments(self, parser):
        super().add_arguments(parser)
        parser.add_argument("--dry-run", action="store_true", help="forget nothing; say what would go")

    def handle(self, *args, **options):
        """Count only, or make the passes."""
        if options["dry_run"]:
            self._say(tidy(timezone.now(), dry=True))
            self.stdout.write("Nothing was forgotten.")
        else:
            super().handle(*args, **options)

    def one_pass(self, *, quiet=False):
        """Tidy up and say what was forgotten."""
        told = {what: count for what, count in tidy(timezone.now()).items() if count or not quiet}
        if told:
            self._say(told)

    def _say(self, told):
        self.stdout.write(", ".join(f"{count} {what}" for what, count in told.items()))
