"""Rows in, plain values out."""

import datetime

import pytest
from django.utils import timezone

from clinic.terms import Answer, OutcomeType, Side
from triage import actions
from triage.facts import case_facts

pytestmark = pytest.mark.django_db
TODAY = datetime.date(2026, 11, 23)


def test_an_empty_case_knows_only_the_person(case):
    case.patient.birth_date = datetime.date(1992, 11, 24)
    facts = case_facts(case, TODAY)
    assert (facts.patient.age_years, facts.patient.sex, facts.patient.side) == (33, "female", Side.LEFT)
    assert not facts.answers
    assert facts.patient.onset_days is None
    assert facts.answer("pe_breathless") is Answer.NOT_ASSESSED


def test_onset_and_birth_are_counted_in_days(case):
    case.onset_on = datetime.date(2026, 11, 2)
    case.patient.birth_given_on = datetime.date(2026, 10, 31)
    facts = case_facts(case, TODAY)
    assert (facts.patient.onset_days, facts.patient.postpartum_days) == (21, 23)


def test_the_newest_statement_about_pregnancy_counts(case, screen):
    case.patient.pregnant = "absent"
    case.patient.save()
    screen(pregnant="present")
    assert case_facts(case, TODAY).patient.pregnant is Answer.PRESENT


def test_a_new_screening_asks_everything_again(case, screen, form_of, clinician):
    screen(family_clot="present")
    case.refresh_from_db()
    actions.start_screening(case=case, version=case.version, by=clinician, at=timezone.now())
    assert case_facts(case, TODAY).answer("family_clot") is Answer.NOT_ASSESSED


def test_present_in_any_place_is_present(case, screen, clinician):
    screen()
    case.refresh_from_db()
    actions.record_examination(
        case=case,
        version=case.version,
        by=clinician,
        at=timezone.now(),
        findings={"squeeze_positive": Answer.PRESENT},
    )
    assert case_facts(case, TODAY).has("squeeze_positive")


def test_outcomes_and_signatures_come_with_their_item(case, screen, close):
    screen(squeeze_positive="present")
    close("RF-ACH", outcome="inconclusive")
    (outcome,) = case_facts(case, TODAY).outcomes
    assert (outcome.item, outcome.outcome) == ("RF-ACH", OutcomeType.INCONCLUSIVE)


def test_the_clinic_s_switches_are_part_of_the_facts(case):
    case.clinic.dvt_seed_strict = True
    case.clinic.core_fail_mode = "seed_below_average"
    settings = case_facts(case, TODAY).settings
    assert (settings.dvt_seed_strict, settings.core_fail_mode) == (True, "seed_below_average")


def test_an_earlier_strain_of_the_story_counts_until_an_examination_adds_to_it(case, clinician):
    assert case_facts(case, TODAY).answer("previous_calf_strain") is Answer.NOT_ASSESSED
    case.previous_strain = Answer.ABSENT
    assert case_facts(case, TODAY).lacks("previous_calf_strain")
    actions.record_examination(
        case=case,
        version=case.version,
        by=clinician,
        at=timezone.now(),
        findings={"previous_calf_strain": Answer.PRESENT},
    )
    assert case_facts(case, TODAY).has("previous_calf_strain")
