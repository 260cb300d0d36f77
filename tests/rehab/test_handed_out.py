"""Who signs in a clinic hands out everything held about its runners: the runner's own file, on record as an export."""

import json
from unittest.mock import Mock

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.urls import reverse

from clinic.audit import NotOnRecord
from clinic.models import AuditEvent
from clinic.portability import exported_tables
from tests.factories import ClinicFactory, member
from tests.paper import read

pytestmark = pytest.mark.django_db


def test_the_clinic_hands_out_what_the_runner_takes_out_themself(case, runner, clinician, at_work):
    own = json.loads(at_work(runner).get(reverse("rehab:my_data_json")).getvalue())["tables"]
    theirs = at_work(clinician).get(reverse("rehab:patient_data_json", args=[case.patient_id]))

    tables = json.loads(theirs.getvalue())["tables"]
    assert list(tables) == [table.label for table in exported_tables()]
    assert tables["clinic.Case"] == own["clinic.Case"] != []
    assert case.patient.surname not in theirs["Content-Disposition"] and "no-store" in theirs["Cache-Control"]
    line = AuditEvent.objects.order_by("number").last()
    assert (line.kind, line.patient, line.person) == ("export", case.patient_id, clinician.pk)


def test_it_is_handed_out_on_paper_too(case, lead, at_work):
    answer = at_work(lead).get(reverse("rehab:patient_data_pdf", args=[case.patient_id]))
    assert case.patient.surname in read(answer.content).tagged


def test_who_does_not_sign_in_this_clinic_does_not_and_sees_no_link(case, assistant, at_work):
    """A role counts in its own clinic: who signs elsewhere and assists here hands nothing out here."""
    assistant.memberships.create(clinic=ClinicFactory(), role="clinician")
    address = reverse("rehab:patient_data_json", args=[case.patient_id])
    browser = at_work(assistant)
    assert browser.get(address).status_code == 403
    page = browser.get(reverse("clinic:patient", args=[case.patient_id])).content.decode()
    assert address not in page
    assert at_work(member(ClinicFactory(), "lead")).get(address).status_code == 404


def test_who_signs_finds_the_links_on_the_page_of_the_runner(case, clinician, at_work):
    page = at_work(clinician).get(reverse("clinic:patient", args=[case.patient_id])).content.decode()
    assert all(reverse(f"rehab:patient_data_{kind}", args=[case.patient_id]) in page for kind in ("json", "pdf"))


def test_the_command_writes_a_file_that_only_its_owner_reads_and_says_so_in_the_audit(case, tmp_path):
    file = tmp_path / "runner.json"
    call_command("export_patient", str(case.patient_id), str(file))
    assert json.loads(file.read_text())["tables"]["clinic.Case"] and file.stat().st_mode & 0o077 == 0
    line = AuditEvent.objects.get(act="export_patient")
    assert (line.kind, line.patient, line.why) == ("export", case.patient_id, "system")

    with pytest.raises(CommandError, match="is there already"):
        call_command("export_patient", str(case.patient_id), str(file))
    with pytest.raises(CommandError, match="no runner"):
        call_command("export_patient", "nothing", str(tmp_path / "other"))
    call_command("export_patient", str(case.patient_id), str(tmp_path / "runner.pdf"))
    assert (tmp_path / "runner.pdf").read_bytes().startswith(b"%PDF")


def test_what_cannot_be_put_on_record_is_not_written(case, tmp_path, monkeypatch):
    monkeypatch.setattr("clinic.audit._append", Mock(side_effect=DatabaseError("full")))
    with pytest.raises(NotOnRecord):
        call_command("export_patient", str(case.patient_id), str(tmp_path / "file"))
    assert not (tmp_path / "file").exists()
