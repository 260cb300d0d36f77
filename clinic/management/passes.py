"""A command that makes one pass over what is due, or pass after pass: the clock of the product."""

import logging
import time
from abc import ABC, abstractmethod

from django.core.management.base import BaseCommand
from django.db import close_old_connections


class PassCommand(BaseCommand, ABC):
    """One pass, or with ``--loop 60`` one a minute until it is stopped.  A subclass says what a pass does."""

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
                logging.getLogger(type(self).__module__).exception("a pass failed")
            close_old_connections()
            time.sleep(options["loop"])

    @abstractmethod
    def one_pass(self, *, quiet=False):
        """Do what is due now; ``quiet`` says nothing where nothing was due."""
