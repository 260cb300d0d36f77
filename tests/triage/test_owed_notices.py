"""What the clinic or the clock does to a leg that could be loaded owes its runner a mail; what they did owes none."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from clinic.terms import Answer, Reason
from tests.triage.conftest import screened
from tests.triage.test_both_legs import CLOT, other  # noqa: F401
from tests.triage.test_known_from_the_record import told_thinner
from triage import actions
from triage.gate import loading_gate
from triage.knowledge import triage_knowledge
from triage.models import Notice
from triage.models.notices import RESTS

pytestmark = pytest.mark.django_db
WAITS = timedelta(hours=1)
REASON = Reason("no_gain", "No gain.", "2.3")
YES = [triage_knowledge().safety_set[0].code]


@pytest.fixture
def now():
    """A moment after everything that the fixtures wrote."""
    return timezone.now() + timedelta(minutes=1)


def owed(case):
    """What is owed for a leg, as [(since, from when it is mailed)]."""
    return list(Notice.objects.filter(case=case, kind=RESTS).values_list("opened_at", "mail_next"))


def examined(case, by, at):
    """Find something that stops the leg."""
    case.refresh_from_db()
    told = {"findings": {("squeeze_positive", "left"): Answer.PRESENT}}
    actions.record_examination(case=case, version=case.version, by=by, at=at, **told)


def diagnosed(case, by, at):
    """Name a cause that must not be loaded."""
    case.refresh_from_db()
    told = {"cause": "BSI", "override_reason": "seen on a scan"}
    actions.record_diagnosis(case=case, version=case.version, by=by, at=at, **told)


def begun(case, by, at):
    """Begin a screening by hand."""
    case.refresh_from_db()
    return actions.start_screening(case=case, version=case.version, by=by, at=at)


STOPPED_BY = {
    "a screening": lambda case, by, at: screened(case, by, at=at, **CLOT),
    "an examination": examined,
    "a diagnosis": diagnosed,
    "the clock": lambda case, by, at: actions.hold(case=case, reason=REASON, by=by, at=at),
    "a yes told to the clinic": lambda case, by, at: actions.retrigger(
        case=case, yes=YES, by=by, at=at, told="by telephone"
    ),
}


@pytest.mark.parametrize("how", STOPPED_BY, ids=lambda how: how.replace(" ", "_"))
def test_what_somebody_else_stopped_is_owed_at_once(calm_case, clinician, now, how):
    STOPPED_BY[how](calm_case, clinician, now)
    assert not loading_gate(calm_case).open
    assert owed(calm_case) == [(now, now)]


def test_it_is_owed_once_a_stop_and_again_for_the_next_one(calm_case, clinician, close, now):
    screened(calm_case, clinician, at=now, **CLOT)
    actions.hold(case=calm_case, reason=REASON, by=clinician, at=now + WAITS)
    examined(calm_case, clinician, now + 2 * WAITS)
    assert owed(calm_case) == [(now, now)]


def test_the_next_stop_is_owed_again(calm_case, clinician, now):
    actions.hold(case=calm_case, reason=REASON, by=clinician, at=now)
    Notice.objects.update(mail_sent=now)
    calm_case.refresh_from_db()
    screened(calm_case, clinician, at=now + WAITS)
    assert loading_gate(calm_case).open
    actions.hold(case=calm_case, reason=REASON, by=clinician, at=now + 2 * WAITS)
    assert [since for since, _ in owed(calm_case)] == [now, now + 2 * WAITS]


def test_a_danger_shared_by_the_other_leg_is_owed_for_both(calm_case, other, clinician, now):  # noqa: F811
    screened(calm_case, clinician, at=now, **CLOT)
    assert owed(other) == owed(calm_case) == [(now, now)]


def test_a_screening_begun_by_hand_waits_an_hour_unless_it_finds_a_danger(calm_case, clinician, now):
    begun(calm_case, clinician, now)
    assert owed(calm_case) == [(now, now + WAITS)]
    calm_case.refresh_from_db()
    screened(calm_case, clinician, at=now + WAITS / 2, **CLOT)
    assert owed(calm_case) == [(now, now + WAITS / 2)]


def test_what_the_runner_answered_on_their_own_page_is_not_owed(calm_case, other, runner, now):  # noqa: F811
    actions.retrigger(case=calm_case, yes=YES, by=runner, at=now)
    assert not loading_gate(calm_case).open and not loading_gate(other).open
    assert owed(calm_case) == owed(other) == []


def test_a_stop_that_follows_their_own_is_told_already(calm_case, runner, clinician, now):
    actions.retrigger(case=calm_case, yes=YES, by=runner, at=now)
    examined(calm_case, clinician, now + WAITS)
    assert owed(calm_case) == []


def test_a_danger_that_a_changed_record_opens_is_owed_for_each_leg_it_stops(calm_case, other, clinician):  # noqa: F811
    screened(calm_case, clinician, bleed_bruise="present")
    assert loading_gate(calm_case).open and loading_gate(other).open
    told_thinner(calm_case, clinician, "present")
    assert not loading_gate(calm_case).open and not loading_gate(other).open
    assert len(owed(calm_case)) == len(owed(other)) == 1


def test_what_age_alone_makes_a_danger_is_owed_although_the_runner_answered(calm_case, runner, now, monkeypatch):
    monkeypatch.setattr("triage.actions.telling.facts_of_row", lambda _row: set())  # none of it was their yes
    assert actions.tell(case=calm_case, answers={"w1": Answer.PRESENT}, by=runner, at=now) is None
    assert not loading_gate(calm_case).open
    assert owed(calm_case) == [(now, now)]


def test_nobody_is_owed_a_word_before_their_first_screening_or_without_an_account(case, calm_case, clinician, now):
    assert Notice.objects.count() == 0
    calm_case.patient.person = None
    calm_case.patient.save()
    actions.hold(case=calm_case, reason=REASON, by=clinician, at=now)
    assert Notice.objects.count() == 0


@pytest.mark.parametrize("change", [{"mail_sent": None}, {"once": "other"}, {"opened_at": timezone.now()}], ids=sorted)
def test_the_database_keeps_what_was_owed_and_sent(calm_case, clinician, now, change):
    actions.hold(case=calm_case, reason=REASON, by=clinician, at=now)
    Notice.objects.update(mail_sent=now)
    with pytest.raises(DatabaseError), transaction.atomic():
        Notice.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        Notice.objects.all().delete()
