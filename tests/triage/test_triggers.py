"""What the database itself refuses in triage, proven on the engine the tests run on."""

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from triage.models import Decision, Diagnosis, RedFlagItem, Screening, ScreeningAnswer, SignOff

pytestmark = pytest.mark.django_db


def refused(write):
    """Return whether the database refuses a write; nothing else is undone."""
    try:
        with transaction.atomic():
            write()
    except DatabaseError:
        return True
    return False


@pytest.fixture
def found(screen):
    """The open item of a complete screening."""
    screen(squeeze_positive="present")
    return RedFlagItem.objects.get()


def test_decisions_are_only_added(found):
    assert refused(lambda: Decision.objects.update(result={"level": "R"}))
    assert refused(lambda: Decision.objects.all()._raw_delete("default"))
    assert Decision.objects.get().result["level"] == "D"


def test_answers_of_a_complete_screening_are_sealed(found):
    answer = ScreeningAnswer.objects.get(code="squeeze_positive")
    assert refused(lambda: ScreeningAnswer.objects.filter(pk=answer.pk).update(value="absent"))
    assert refused(lambda: ScreeningAnswer.objects.filter(pk=answer.pk).delete())
    more = ScreeningAnswer(
        screening=found.screening, code="w10", value="present", answered_at=timezone.now(), answered_by=found.opened_by
    )
    assert refused(more.save)


def test_a_finished_screening_is_never_changed(found):
    assert refused(lambda: Screening.objects.update(level="R"))
    assert refused(lambda: Screening.objects.update(completed_at=None, completed_by=None))
    assert refused(lambda: Screening.objects.update(voided_at=timezone.now(), voided_by=found.opened_by))
    assert refused(lambda: Screening.objects.all()._raw_delete("default"))


def test_an_item_is_closed_and_nothing_else(found):
    rows = RedFlagItem.objects.filter(pk=found.pk)
    assert refused(lambda: rows.update(level="U"))
    assert refused(lambda: rows.update(row="RF-NOIMP"))
    assert refused(lambda: rows.update(text="Nothing"))
    assert refused(lambda: rows._raw_delete("default"))
    done = {"outcome": "excluded", "outcome_text": "Seen", "closed_at": timezone.now(), "closed_by": found.opened_by}
    assert not refused(lambda: rows.update(**done))
    assert refused(lambda: rows.update(outcome="confirmed"))
    assert refused(lambda: rows.update(outcome="", outcome_text="", closed_at=None, closed_by=None))


@pytest.mark.parametrize("missing", ["outcome_text", "closed_at", "closed_by"])
def test_closing_needs_who_when_and_words(found, missing):
    done = {"outcome": "excluded", "outcome_text": "Seen", "closed_at": timezone.now(), "closed_by": found.opened_by}
    done[missing] = "" if missing == "outcome_text" else None
    with pytest.raises(IntegrityError), transaction.atomic():
        RedFlagItem.objects.filter(pk=found.pk).update(**done)


def test_a_clot_is_not_excluded_without_a_test(screen, clinician):
    screen(leg_hot="present", w7="present")
    done = {"outcome": "excluded", "outcome_text": "Fine", "closed_at": timezone.now(), "closed_by": clinician}
    assert refused(lambda: RedFlagItem.objects.filter(row="RF-DVT").update(**done))
    assert not refused(lambda: RedFlagItem.objects.filter(row="RF-DVT").update(**done, scan="negative"))


def test_signatures_only_where_the_rule_accepts_them(found, clinician):
    def sign(**more):
        SignOff.objects.create(case=found.case, by=clinician, at=timezone.now(), reason="Seen", **more)

    assert refused(lambda: sign(item=found, kind="considered_not_suspected"))
    assert refused(lambda: sign(item=found, cause="DVT", kind="released"))
    assert refused(lambda: sign(kind="released"))
    assert refused(lambda: sign(item=found, kind="may_load"))
    found.screening.items.update(
        outcome="confirmed", outcome_text="Seen", closed_at=timezone.now(), closed_by=clinician
    )
    assert not refused(lambda: sign(item=found, kind="released"))
    assert refused(lambda: SignOff.objects.update(reason="Other"))
    assert refused(lambda: SignOff.objects.all()._raw_delete("default"))


def test_a_diagnosis_is_only_added(case, clinician):
    Diagnosis.objects.create(case=case, cause="BSI", at=timezone.now(), by=clinician)
    assert refused(lambda: Diagnosis.objects.update(cause="SOLEUS"))
    assert refused(lambda: Diagnosis.objects.all()._raw_delete("default"))


def test_one_unfinished_screening_a_case(case, clinician):
    def begin():
        Screening.objects.create(case=case, started_at=timezone.now(), started_by=clinician)

    assert not refused(begin)
    assert refused(begin)


def test_routine_only_when_complete(case, clinician):
    now = timezone.now()
    row = Screening(case=case, started_at=now, started_by=clinician, completed_at=now, completed_by=clinician)
    row.level = "R"
    assert refused(row.save)
