"""Load the demonstration: a clinic, its people, and invented runners at every step of the path."""

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.utils import timezone

from rehab.management import demo, stories


class Command(BaseCommand):
    """Safe to run twice: what is there stays as it is."""

    help = __doc__

    def handle(self, *args, **options):
        """Seed once, then print the sign-ins; refuse outside demonstration mode."""
        if not settings.DEMONSTRATION:
            raise CommandError("Demonstration accounts exist only in demonstration mode (CLINIC_DEMO=yes).")
        with transaction.atomic():
            demo.seed(timezone.now())
        self.stdout.write(f"Demonstration sign-ins, password {demo.PASSWORD}")
        for email, name, _, _ in (*demo.STAFF, demo.NEIGHBOURS_LEAD):
            self.stdout.write(f"  {email:24} {name}")
        for story in stories.STORIES:
            if story.email:
                self.stdout.write(f"  {story.email:24} {story.given_name} {story.surname} (runner)")
        other = stories.NEIGHBOURS
        born = f"{other.given_name} {other.surname}, born {other.born}"
        self.stdout.write(f"A runner of the other clinic, to break the glass for: {born}")
