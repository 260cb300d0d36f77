"""An erasure begins and ends in one transaction, or the database refuses the commit: on both engines."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from clinic.models import Erasure, ErasureEnd, Patient

pytestmark = pytest.mark.django_db(transaction=True)
KEPT = "clinic_patient: rows are kept"  # what the trigger says; a foreign key would refuse only at the commit


def begun(patient, by):
    """Begin an erasure; return its end, which is not there yet."""
    now = timezone.now()
    end = ErasureEnd(ended_at=now, ended_by=by)
    told = {"clinic": patient.clinic, "patient": patient.pk, "because": "asked"}
    Erasure.objects.create(**told, begun_at=now, begun_by=by, end=end)
    return end


def test_an_erasure_that_does_not_end_is_never_committed(case, lead):
    """Else the rows of this runner could go for good."""
    with pytest.raises(IntegrityError), transaction.atomic():
        begun(case.patient, lead)
    assert not Erasure.objects.exists()
    with pytest.raises(DatabaseError, match=KEPT), transaction.atomic():
        Patient.objects.filter(pk=case.patient_id)._raw_delete("default")


def test_nobody_takes_the_end_of_an_erasure_away(case, lead):
    with transaction.atomic():
        end = begun(case.patient, lead)
        end.save(force_insert=True)
    with pytest.raises(DatabaseError, match="rows are added, never changed"), transaction.atomic():
        ErasureEnd.objects.filter(pk=end.pk)._raw_delete("default")
    with pytest.raises(DatabaseError, match=KEPT), transaction.atomic():
        Patient.objects.filter(pk=case.patient_id)._raw_delete("default")
