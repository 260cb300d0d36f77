"""A danger that the clinic finds on one leg stops the runner's other open leg, by an item of its own (T-LOCK)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.models.cases import Case
from clinic.terms import Answer
from tests import factories
from tests.triage.conftest import screened
from triage import actions
from triage.gate import loading_gate

pytestmark = pytest.mark.django_db
CLOT = {"leg_swelling": "present", "leg_hot": "present"}


@pytest.fixture
def other(calm_case, clinician):
    """The other leg of the same runner, screened and calm too."""
    leg = factories.CaseFactory(patient=calm_case.patient, clinic=calm_case.clinic, side="right")
    screened(leg, clinician)
    return leg


def items(case, **wanted):
    """The items of a case as (row, level, outcome)."""
    return sorted(case.red_flag_items.filter(**wanted).values_list("row", "level", "outcome"))


def closed(case, row, by, **results):
    """Close the open item of a row."""
    case.refresh_from_db()
    item = case.red_flag_items.get(row=row, outcome="")
    told = {"outcome": "excluded", "text": "Scan at the hospital", "by": by, "at": timezone.now(), **results}
    actions.close_item(case=case, version=case.version, item_id=item.pk, **told)


def test_a_clot_that_may_be_in_one_leg_stops_the_other_until_it_is_excluded_there_too(calm_case, other, clinician):
    screened(calm_case, clinician, **CLOT)
    other.refresh_from_db()
    found = other.red_flag_items.get()

    assert (found.row, found.level, found.outcome) == ("RF-DVT", "D", "")
    assert found.text.startswith("Found on the other leg (left): ")
    assert other.attention == Case.Attention.SAME_DAY and other.events.first().kind == "other_leg"
    assert not loading_gate(other).open

    closed(calm_case, "RF-DVT", clinician, scan="negative", d_dimer="negative")
    assert not loading_gate(other).open
    closed(other, "RF-DVT", clinician, scan="negative", d_dimer="negative")
    assert loading_gate(other).open and loading_gate(calm_case).open


def test_what_an_examination_finds_stops_it_too(calm_case, other, clinician):
    calm_case.refresh_from_db()
    told = {"findings": {("squeeze_positive", "left"): Answer.PRESENT}}
    actions.record_examination(case=calm_case, version=calm_case.version, by=clinician, at=timezone.now(), **told)

    assert [("RF-ACH", "D", "")] == items(other) == items(calm_case)


def test_what_the_runner_tells_before_a_visit_stops_it_too(calm_case, other, runner):
    told = {"answers": {"w1": Answer.PRESENT}, "by": runner, "at": timezone.now()}
    assert actions.tell(case=calm_case, **told) is not None

    assert items(other, outcome="") == items(calm_case, outcome="") == [("RF-DVT", "D", "")]
    other.refresh_from_db()
    assert other.attention == Case.Attention.SAME_DAY and not loading_gate(other).open


def test_screened_again_nothing_is_opened_twice_and_a_new_finding_is(calm_case, other, clinician):
    screened(calm_case, clinician, **CLOT)
    screened(other, clinician)
    assert items(other) == [("RF-DVT", "D", "")]

    closed(other, "RF-DVT", clinician, scan="negative", d_dimer="negative")
    screened(other, clinician)
    assert items(other, outcome="") == []
    screened(calm_case, clinician, at=timezone.now() + timedelta(hours=1), **CLOT)
    assert items(other, outcome="") == [("RF-DVT", "D", "")]


def test_what_waits_two_weeks_stays_with_its_leg(calm_case, other, clinician):
    screened(calm_case, clinician, noimp_14_days="present")
    assert items(calm_case) == [("RF-NOIMP", "U", "")]
    assert items(other) == [] and loading_gate(other).open


def test_a_leg_that_is_opened_later_is_stopped_by_what_stands_open(calm_case, clinician):
    screened(calm_case, clinician, **CLOT)
    later = factories.CaseFactory(patient=calm_case.patient, clinic=calm_case.clinic, side="right")
    screened(later, clinician)
    later.refresh_from_db()

    assert items(later) == [("RF-DVT", "D", "")] and not loading_gate(later).open
    assert later.attention == Case.Attention.SAME_DAY
    assert items(calm_case) == [("RF-DVT", "D", "")]


def test_a_closed_case_is_left_alone(calm_case, other, clinician):
    Case.objects.filter(pk=other.pk).update(
        closed_at=timezone.now(), closed_by=clinician, closed_because="done", outcome="other"
    )
    screened(calm_case, clinician, **CLOT)
    assert items(other) == []
