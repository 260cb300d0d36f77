"""Print what one whole decision costs in processor time, as JSON."""

import json

from django.core.management.base import BaseCommand

from rehab.management.decision_time import decision_times


class Command(BaseCommand):
    """The first part of ``make bench``, alone."""

    help = "Print the processor time of one whole decision over the worked examples."
    requires_system_checks = ()

    def handle(self, *args, **options):
        """Measure and print."""
        self.stdout.write(json.dumps(decision_times()))
