"""Let invented runners use the real actions for some weeks in a scratch database, and print what became of them."""

import time
from datetime import UTC, datetime

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from rehab.management.simulation.world import simulate

BEGINS = datetime(2026, 3, 2, 7, tzinfo=UTC)  # a fixed Monday: the same seed gives the same weeks
SCRATCH = "stridewell_simulation"


class Command(BaseCommand):
    """A safety test: it fails when a danger was not stopped, a plan rose after a RED, or somebody was forgotten."""

    help = __doc__
    requires_migrations_checks = False

    def add_arguments(self, parser):
        """How many runners, for how long, and from which seed."""
        parser.add_argument("--runners", type=int, default=500)
        parser.add_argument("--weeks", type=int, default=12)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args, **options):
        """Make the scratch database, simulate, print, and take the database away again."""
        if options["runners"] < 1 or options["weeks"] < 1:
            raise CommandError("At least one runner and one week.")
        started = time.monotonic()
        old_name = connection.settings_dict["NAME"]
        connection.settings_dict["TEST"]["NAME"] = SCRATCH if connection.vendor == "postgresql" else None
        connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
        try:
            tallies = simulate(runners=options["runners"], weeks=options["weeks"], seed=options["seed"], begins=BEGINS)
        finally:
            connection.creation.destroy_test_db(old_name, verbosity=0)
        self._print(tallies, time.monotonic() - started)
        if any(tally.faults for tally in tallies):
            raise CommandError("Something happened that must never happen.")

    def _print(self, tallies, seconds):
        self.stdout.write(f"{'profile':12} {'runners':>7} {'stopped':>7} {'false stops':>11}  what became of them")
        for tally in tallies:
            ends = ", ".join(f"{count} {end}" for end, count in tally.ends.most_common())
            false = sum(tally.false_stops.values())
            self.stdout.write(f"{tally.profile:12} {tally.runners:>7} {tally.stopped:>7} {false:>11}  {ends}")
            if false:
                by_reason = ", ".join(f"{reason}: {count}" for reason, count in tally.false_stops.most_common())
                self.stdout.write(f"{'':12} stopped without being ill by {by_reason}")
            stages = ", ".join(f"{stage}: {count}" for stage, count in sorted(tally.stages.items(), key=str))
            self.stdout.write(f"{'':12} running stage {stages}")
        for tally in tallies:
            for fault in tally.faults:
                self.stderr.write(fault)
        self.stdout.write(f"{seconds:.0f} s")
