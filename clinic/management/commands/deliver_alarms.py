"""Mails the alarms that nobody has seen: once, or again and again."""

from django.utils import timezone

from clinic.alarms import deliver
from clinic.management.passes import PassCommand
from clinic.models import Task


class Command(PassCommand):
    """``deliver_alarms`` makes one pass; ``--loop 60`` one a minute until it is stopped."""

    help = "Mail the alarms that nobody has seen and whose next mail is due."

    def one_pass(self, *, quiet=False):
        """Deliver what is due and say how many mails left and how many alarms nobody has seen."""
        sent = deliver(timezone.now())
        if sent or not quiet:
            self.stdout.write(f"{sent} mailed, {Task.objects.unheard().count()} not seen by anybody yet")
