"""Outcome measures: what is scored, from what, and what is refused."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from clinic.actions import StaleRecord
from rehab import actions
from rehab.actions import NotAllowed, Refused
from rehab.models import OutcomeScore
from tests.rehab.conftest import a_diagnosis

pytestmark = pytest.mark.django_db
RUN = [{"activity": "Run 5 km", "points": 2}, {"activity": "Stairs", "points": 6}, {"activity": "Hop", "points": 3}]


def score(case, by, measure="NPRS", parts=None, day=None, **more):
    """Record a score of today, unless told otherwise."""
    at = timezone.now()
    parts = {"worst": 5} if parts is None else parts
    day = day or timezone.localdate(at)
    return actions.record_score(case=case, measure=measure, parts=parts, day=day, by=by, at=at, **more)


@pytest.mark.parametrize(
    ("measure", "parts", "value"),
    [
        ("NPRS", {"worst": 6, "now": 1, "average": 3, "running": 5, "morning": 2}, "6"),
        ("NPRS", {"worst": 0}, "0"),
        ("PSFS", {"activities": RUN}, "3.67"),
        ("PSFS", {"activities": [{"activity": f"a{n}", "points": n} for n in range(1, 6)]}, "3.00"),
        ("LEFS", {"total": 61}, "61.00"),
        ("UWRI", {"total": 36}, "36.00"),
        ("VISA_A", {"total": 64}, "64.00"),
    ],
)
def test_a_score_is_made_from_its_parts(measure, parts, value, open_case, clinician):
    a_diagnosis(open_case, clinician, "ACHILLES_TENDINOPATHY")
    row = score(open_case, clinician, measure, parts)

    assert (row.measure, row.value, row.scored_by) == (measure, Decimal(value), clinician)


@pytest.mark.parametrize(
    ("measure", "parts"),
    [
        ("NPRS", {}),
        ("NPRS", {"now": 3}),
        ("NPRS", {"worst": 11}),
        ("NPRS", {"worst": -1}),
        ("NPRS", {"worst": "5"}),
        ("NPRS", {"worst": True}),
        ("PSFS", {"activities": RUN[:2]}),
        ("PSFS", {"activities": [*RUN, *RUN]}),
        ("PSFS", {"activities": [*RUN[:2], {"activity": " ", "points": 3}]}),
        ("PSFS", {"activities": [*RUN[:2], {"activity": "stairs", "points": 3}]}),
        ("PSFS", {"activities": [*RUN[:2], {"activity": "Jump", "points": 11}]}),
        ("LEFS", {"total": 81}),
        ("UWRI", {"total": 36.5}),
        ("UWRI", {}),
        ("VISA_A", {"total": 64}),
        ("NO_SUCH", {"total": 1}),
    ],
)
def test_what_is_no_score_is_refused(measure, parts, open_case, clinician):
    with pytest.raises(Refused):
        score(open_case, clinician, measure, parts)
    assert not OutcomeScore.objects.exists()


def test_a_second_score_of_a_day_takes_the_place_of_the_first_which_stays(open_case, clinician):
    score(open_case, clinician)
    score(open_case, clinician, parts={"worst": 3})

    assert OutcomeScore.objects.count() == 2
    assert OutcomeScore.objects.current().get().value == 3


@pytest.mark.parametrize("days", [1, -400])
def test_a_day_outside_the_case_is_refused(days, open_case, clinician):
    with pytest.raises(Refused):
        score(open_case, clinician, day=timezone.localdate() + timedelta(days=days))


def test_the_runner_may_score_and_a_stranger_may_not(open_case, runner, stranger):
    score(open_case, runner)
    with pytest.raises(NotAllowed):
        score(open_case, stranger)


def test_a_form_that_comes_too_late_keeps_nothing_and_one_in_time_is_a_line_of_the_timeline(open_case, clinician):
    with pytest.raises(StaleRecord):
        score(open_case, clinician, version=open_case.version + 1)
    assert not OutcomeScore.objects.exists()

    score(open_case, clinician, version=open_case.version)
    assert open_case.events.first().text == "Pain, numeric rating 0 to 10: 5"
