"""Writes the whole record into one encrypted file, makes the key for it, or looks whether such a file is whole."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from clinic.backup import back_up, check
from clinic.backup.errors import BackupError
from clinic.backup.keys import new_key as make_key
from clinic.backup.scratch import ended_politely


class Command(BaseCommand):
    """``backup FILE``; ``backup --new-key FILE`` once before it; ``backup --check FILE --identity KEY`` after it."""

    help = "Back up the database and every file, encrypted to the clinic's key."

    def add_arguments(self, parser):
        parser.add_argument("file")
        parser.add_argument("--recipient", action="append", metavar="age1...", help="a public key; may be said again")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--new-key", action="store_true", help="make a key pair; FILE takes the secret half")
        what.add_argument("--check", action="store_true", help="read FILE and compare it with its manifest")
        parser.add_argument("--identity", metavar="FILE", help="the secret key, for --check")

    def handle(self, *, file, recipient, new_key, check, identity, **options):
        """Say in a line what was done, or what is wrong."""
        try:
            with ended_politely():
                self.stdout.write(_done(file, recipient, new_key, check, identity))
        except BackupError as error:
            raise CommandError(str(error)) from None


def _done(file, recipient, new_key, checks, identity):
    if new_key:
        return f"public key: {make_key(file)}\nKeep {file} away from this machine: it alone opens the backups."
    if checks:
        if not identity:
            raise BackupError("--check needs --identity")
        return f"whole: {_figures(check(file, identity))}"
    return f"{file}: {_figures(back_up(file, recipient or settings.BACKUP_RECIPIENTS))}"


def _figures(told):
    rows = sum(count for count, _ in told["tables"].values())
    return f"{rows} rows in {len(told['tables'])} tables, {len(told['parts']) - 1} files, made {told['made'][:16]}"
