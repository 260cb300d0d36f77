"""Ask a clinic's lead to stand for the values that are conventions, and keep the answer."""

from getpass import getpass

from django.contrib.auth import authenticate
from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic.access import LEADING
from clinic.actions import confirm_knowledge
from clinic.models import Clinic
from clinic.tables import knowledge_version, marked_entries


class Command(BaseCommand):
    """Without an address it lists what waits for confirmation; with one it asks for the lead's password."""

    help = __doc__

    def add_arguments(self, parser):
        """Take the lead's address."""
        parser.add_argument("email", nargs="?", help="the lead's address; left out, the values are listed")

    def handle(self, *args, **options):
        """List the marked entries, or confirm them for each clinic this person leads."""
        marked = marked_entries()
        if not options["email"]:
            for entry in marked:
                self.stdout.write(f"{entry.file}  {entry.name}  [{entry.mark}]")
            self.stdout.write(
                f"{len(marked)} entries wait for a clinic's lead in version {knowledge_version().version}."
            )
            return
        lead = authenticate(username=options["email"], password=getpass("Password: "))
        clinics = Clinic.objects.filter(pk__in=[c for c, role in lead.roles.items() if role in LEADING] if lead else [])
        if not clinics:
            raise CommandError("No clinic lead signs in with this address and password.")
        for clinic in clinics:
            kept = confirm_knowledge(clinic=clinic, by=lead, at=timezone.now())
            self.stdout.write(f"{clinic}: {kept.version} with {len(marked)} marked entries, confirmed by {lead}.")
