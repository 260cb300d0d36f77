"""Ask a clinic's lead to stand for the values that are conventions, and keep the answer."""

from django.core.management.base import BaseCommand, CommandError
from django.db.models import OuterRef, Subquery
from django.utils import timezone

from clinic.access import LEADING
from clinic.actions import confirm_knowledge
from clinic.management.asking import who_signs
from clinic.models import Case, Clinic
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
            self._tell_of_cases(Clinic.objects.all())
            return
        lead = who_signs(options["email"])
        clinics = Clinic.objects.filter(pk__in=[c for c, role in lead.roles.items() if role in LEADING] if lead else [])
        if not clinics:
            raise CommandError("No clinic lead signs in with this address and password.")
        for clinic in clinics:
            kept = confirm_knowledge(clinic=clinic, by=lead, at=timezone.now())
            self.stdout.write(f"{clinic}: {kept.version} with {len(marked)} marked entries, confirmed by {lead}.")
        self._tell_of_cases(clinics)

    def _tell_of_cases(self, clinics):
        """Say which open cases stand on another version: signed plans stay as they are, the next decision is new."""
        newest = Case.decisions.rel.related_model.objects.filter(case=OuterRef("pk")).order_by("-at", "-id")
        stands_on = Subquery(newest.values("knowledge_sha256")[:1])
        for clinic in clinics:
            rows = Case.objects.open().filter(clinic=clinic).annotate(stands_on=stands_on)
            older = [case for case in rows.exclude(stands_on=knowledge_version().sha256) if case.stands_on]
            self.stdout.write(f"{clinic}: {len(older)} open cases were last decided under another version.")
            for case in older:
                self.stdout.write(f"  /cases/{case.pk}/")
