"""Mails the alarms that nobody has seen: once, or again and again."""

import logging
import time

from django.core.management.base import BaseCommand
from django.db import close_old_connections
from django.utils import timezone

from clinic.alarms import deliver
from clinic.models import Task

logger = logging.getLogger("clinic.alarms")


class Command(BaseCommand):
    """``deliver_alarms`` makes one pass; ``--loop 60`` one a minute until it is stopped."""

    help = "Mail the alarms that nobody has seen and whose next mail is due."

    def add_arguments(self, parser):
        """Take the pause between two passes."""
        parser.add_argument("--loop", type=int, metavar="SECONDS", help="go on, with this pause between two passes")

    def handle(self, *args, **options):
        """Make one pass, or pass after pass: a database or mail server that is away is tried again."""
        if not options["loop"]:
            self.one_pass()
            return
        while True:
            try:
                self.one_pass(quiet=True)
            except Exception:  # the next pass may find the database back
                logger.exception("no alarm could be looked for")
            close_old_connections()
            time.sleep(options["loop"])

    def one_pass(self, *, quiet=False):
        """Deliver what is due and say how many mails left and how many alarms nobody has seen."""
        sent = deliver(timezone.now())
        if sent or not quiet:
            self.stdout.write(f"{sent} mailed, {Task.objects.unheard().count()} not seen by anybody yet")
