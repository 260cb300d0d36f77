"""Look at every runner with a plan as the day finds it: missed weeks, missing mornings, reviews that are due."""

from django.core.management.base import BaseCommand
from django.utils import timezone

from rehab.actions import cases_with_a_plan, review


class Command(BaseCommand):
    """Safe to run at any time and twice: an event opens one task.  A case that fails does not stop the others."""

    help = __doc__

    def handle(self, *args, **options):
        """Review each case in a transaction of its own; exit non-zero where one could not be reviewed."""
        failed = 0
        for case in cases_with_a_plan().select_related("clinic", "patient").iterator():
            try:
                review(case=case, at=timezone.now())
            except Exception as error:  # noqa: BLE001  (one broken case must not hide the next one's alarm)
                failed += 1
                self.stderr.write(f"case {case.pk}: {type(error).__name__}: {error}")
        if failed:
            raise SystemExit(1)
