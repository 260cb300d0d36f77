"""Looks at every runner with a plan as the day finds it: missed weeks, missing mornings, reviews that are due."""

import logging

from django.core.management.base import CommandError
from django.utils import timezone

from clinic.management.passes import PassCommand
from rehab.actions import cases_with_a_plan, review

logger = logging.getLogger("rehab.review")


class Command(PassCommand):
    """``review`` makes one pass; ``--loop 3600`` one an hour.  Twice is harmless: an event opens one task."""

    help = "Open what the days alone ask for, for every runner with a plan."

    def one_pass(self, *, quiet=False):
        """Review each case in a transaction of its own: one that fails does not stop the others."""
        looked_at = failed = 0
        for case in cases_with_a_plan().select_related("clinic", "patient").iterator():
            looked_at += 1
            try:
                review(case=case, at=timezone.now())
            except Exception:  # one broken case must not hide the next one's alarm
                failed += 1
                logger.exception("case %s could not be reviewed", case.pk)
        if failed:
            raise CommandError(f"{failed} of {looked_at} cases could not be reviewed; the log says why.")
        if not quiet:
            self.stdout.write(f"{looked_at} reviewed")
