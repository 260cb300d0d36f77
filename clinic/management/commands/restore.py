"""Puts a backup in the place of the database and the files, and proves that all of it came back."""

from django.core.management.base import BaseCommand, CommandError

from clinic.audit import faults
from clinic.backup import restore
from clinic.backup.errors import BackupError
from clinic.backup.scratch import ended_politely


class Command(BaseCommand):
    """``restore FILE --identity KEY``, while no server runs.  It replaces nothing unless ``--overwrite`` is said."""

    help = "Restore a backup into an empty database."
    requires_system_checks = []  # there may be no tables yet
    requires_migrations_checks = False

    def add_arguments(self, parser):
        parser.add_argument("file")
        parser.add_argument("--identity", required=True, metavar="FILE", help="the secret key")
        parser.add_argument("--overwrite", action="store_true", help="put it in the place of what is there")

    def handle(self, *, file, identity, overwrite, **options):
        """Restore, then look at the audit too: a backup of a record that was tampered with says so."""
        try:
            with ended_politely():
                told = restore(file, identity, overwrite=overwrite)
        except BackupError as error:
            raise CommandError(str(error)) from None
        rows = sum(count for count, _ in told["tables"].values())
        self.stdout.write(
            f"{rows} rows came back as they were on {told['made'][:16]}; run migrate if this is a newer version"
        )
        if found := list(faults(told["heads"])):
            raise CommandError("the record is restored, but its audit is not whole:\n" + "\n".join(found))
