"""Make Exercise rows from the knowledge files.  Safe to run at any time: it never deletes."""

from django.core.management.base import BaseCommand

from rehab.actions import sync_catalogue


class Command(BaseCommand):
    """Create or refresh one row an exercise; the clinic's own words and pictures stay as they are."""

    help = "Create or refresh the Exercise rows from rehab/knowledge; deletes nothing, keeps clinic wording."

    def handle(self, *args, **options):
        created, changed, withdrawn = sync_catalogue()
        self.stdout.write(f"Catalogue: {created} new, {changed} changed, {withdrawn} no longer offered.")
