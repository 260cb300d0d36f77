"""What the database itself refuses in triage, proven on the engine the tests run on."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, transaction
from django.utils import timezone

from tests import factories
from triage.models import Decision, Diagnosis, Examination, Finding, RedFlagItem, Screening, ScreeningAnswer, SignOff

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


# --- Doors that somebody tried -----------------------------------------------------------------


def test_answers_are_not_moved_into_or_out_of_a_finished_screening(found, clinician):
    now = timezone.now()
    newer = Screening.objects.create(case=found.case, started_at=now, started_by=clinician)
    typed = ScreeningAnswer.objects.create(
        screening=newer, code="w10", value="absent", answered_at=now, answered_by=clinician
    )
    assert refused(lambda: ScreeningAnswer.objects.filter(pk=typed.pk).update(screening=found.screening))
    assert refused(lambda: ScreeningAnswer.objects.filter(screening=found.screening).update(screening=newer))
    Screening.objects.filter(pk=newer.pk).update(voided_at=now, voided_by=clinician)
    assert refused(lambda: ScreeningAnswer.objects.filter(pk=typed.pk).update(value="present"))


def test_an_unfinished_screening_does_not_leave_its_case(case, clinician):
    other = factories.CaseFactory(clinic=case.clinic, patient__clinic=case.clinic, opened_by=clinician)
    Screening.objects.create(case=case, started_at=timezone.now(), started_by=clinician)
    assert refused(lambda: Screening.objects.update(case=other))
    assert refused(lambda: Screening.objects.update(started_at=timezone.now()))


@pytest.mark.parametrize("how", ["update", "create"])
def test_a_screening_is_complete_only_by_a_stored_decision(case, clinician, how):
    now = timezone.now()
    done = {"completed_at": now, "completed_by": clinician, "complete": True, "level": "R"}
    if how == "create":
        assert refused(lambda: Screening.objects.create(case=case, started_at=now, started_by=clinician, **done))
        return
    Screening.objects.create(case=case, started_at=now, started_by=clinician)
    assert refused(lambda: Screening.objects.update(**done))


def test_a_decision_of_another_level_completes_nothing(case, clinician, screen):
    screen(dark_urine="not_assessed")
    newest = Decision.objects.filter(case=case).first()
    done = {"completed_at": newest.at, "completed_by": clinician, "complete": True, "level": "R"}
    assert not newest.result["complete"]
    assert refused(lambda: Screening.objects.update(**done))


def test_an_item_stays_with_its_screening_and_takes_no_signature_by_update(found, clinician):
    newer = Screening.objects.create(case=found.case, started_at=timezone.now(), started_by=clinician)
    rows = RedFlagItem.objects.filter(pk=found.pk)
    assert refused(lambda: rows.update(screening=newer))
    assert refused(lambda: rows.update(signable=True))
    done = {"outcome": "excluded", "outcome_text": "Seen", "closed_by": clinician}
    assert refused(lambda: rows.update(closed_at=found.opened_at - timedelta(days=1), **done))


def test_a_positive_scan_excludes_no_clot(screen, clinician):
    screen(leg_hot="present", w7="present")
    done = {"outcome": "excluded", "outcome_text": "Fine", "closed_at": timezone.now(), "closed_by": clinician}
    clot = RedFlagItem.objects.filter(row="RF-DVT")
    assert refused(lambda: clot.update(**done, scan="positive", d_dimer="negative"))
    assert refused(lambda: clot.update(**done, scan="negative", repeat_scan="positive"))


def test_an_item_and_a_signature_are_of_one_case(found, clinician):
    other = factories.CaseFactory(clinic=found.case.clinic, patient__clinic=found.case.clinic, opened_by=clinician)
    now = timezone.now()
    stray = {"row": "RF-ACH", "level": "D", "rule": "r", "text": "t", "opened_at": now, "opened_by": clinician}
    assert refused(lambda: RedFlagItem.objects.create(case=other, screening=found.screening, **stray))
    found.screening.items.update(outcome="confirmed", outcome_text="Seen", closed_at=now, closed_by=clinician)
    signature = {"item": found, "kind": "released", "by": clinician, "at": timezone.now(), "reason": "Seen"}
    assert refused(lambda: SignOff.objects.create(case=other, **signature))
    assert not refused(lambda: SignOff.objects.create(case=found.case, **signature))


def test_a_release_is_not_written_ahead(found, clinician):
    def release(**more):
        SignOff.objects.create(case=found.case, by=clinician, kind="released", reason="Seen", **more)

    ahead = timezone.now() + timedelta(days=30)
    assert refused(lambda: release(item=found, at=ahead))
    assert refused(lambda: release(cause="BSI", at=ahead))
    Diagnosis.objects.create(case=found.case, cause="BSI", at=timezone.now(), by=clinician)
    assert refused(lambda: release(cause="BSI", at=timezone.now() - timedelta(days=1)))
    assert not refused(lambda: release(cause="BSI", at=timezone.now()))


def test_what_was_found_on_a_day_stays(case, clinician):
    now = timezone.now()
    visit = Examination.objects.create(case=case, at=now, by=clinician)
    finding = Finding.objects.create(examination=visit, code="CR_BRIDGE", side="left", value=24, unit="s")
    rows = Finding.objects.filter(pk=finding.pk)
    assert not refused(lambda: rows.update(verdict="failed"))
    assert refused(lambda: rows.update(verdict="passed"))
    assert refused(lambda: rows.update(value=90))
    assert refused(lambda: rows._raw_delete("default"))
    assert refused(lambda: Examination.objects.update(at=now + timedelta(days=1)))
    assert refused(lambda: Finding.objects.create(examination=visit, code="CF_HOLD", side="none", value=24))


def test_a_decision_names_its_knowledge(found):
    row = Decision.objects.get()
    row.pk, row.knowledge_sha256 = None, ""
    row._state.adding = True
    assert refused(row.save)
