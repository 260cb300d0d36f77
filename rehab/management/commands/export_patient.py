"""Writes everything held about one runner into a file: for machines, or in words where its name ends in .pdf."""

import os

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from clinic.audit import Kind, record
from clinic.ids import is_uuid
from clinic.models import Patient
from clinic.portability import as_json
from rehab.paper.held import held


class Command(BaseCommand):
    """``export_patient KEY FILE``.  The audit says so before the first byte is written."""

    help = "Write everything held about a runner as JSON, or as a PDF."

    def add_arguments(self, parser):
        parser.add_argument("patient", help="the runner's key, as it stands in the address of their page")
        parser.add_argument("file", help="only its owner will read it; one that is there is not overwritten")

    def handle(self, *, patient, file, **options):
        """Put it on record, then write."""
        runner = Patient.objects.select_related("clinic").filter(pk=patient).first() if is_uuid(patient) else None
        if runner is None:
            raise CommandError("There is no runner with this key.")
        if os.path.lexists(file):
            raise CommandError(f"{file} is there already.")
        record(Kind.EXPORT, "export_patient", clinic=runner.clinic_id, patient=runner.pk)
        at = timezone.now()
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "wb") as out:
                pieces = (
                    [held(runner, at)] if file.endswith(".pdf") else (each.encode() for each in as_json(runner, at))
                )
                out.writelines(pieces)
        except OSError as error:
            raise CommandError(f"{file}: {error.strerror}") from None
        self.stdout.write(file)
