"""The examination: kept per side, judged as typed and on saving, the zones of the palpation picture stored."""

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.terms import Answer
from triage import actions
from triage.facts import case_facts
from triage.forms.examination import finding_groups, sided_tests
from triage.knowledge import triage_knowledge
from triage.knowledge.zones import ZONES
from triage.models import Examination, Finding, RedFlagItem

pytestmark = pytest.mark.django_db


@pytest.fixture
def examine(at_work, clinician, calm_case, form_of):
    """A function that posts an examination and returns the answer."""

    def post(**fields):
        address = reverse("triage:examination", args=[calm_case.pk])
        return at_work(clinician).post(address, form_of(**fields))

    return post


def test_the_picture_has_the_twelve_zones_of_the_table():
    tests = {code for code, test in triage_knowledge().tests.items() if test.region == "palpation"}
    assert {zone.code for zone in ZONES} == tests
    assert len(ZONES) == 12


def test_every_finding_is_asked_once():
    codes = [row.code for group in finding_groups() for row in group.rows]
    assert len(codes) == len(set(codes))
    assert set(triage_knowledge().findings) <= set(codes)


def test_measurements_are_kept_per_side_with_unit_and_verdict(examine):
    assert examine(v_CL_BRIDGE_left="80", v_CL_BRIDGE_right="30", p_CL_BRIDGE_right="2").status_code == 302
    left, right = Finding.objects.filter(code="CL_BRIDGE").order_by("side")
    assert (left.side, left.value, left.unit, left.verdict) == ("left", 80.0, "s", "passed")
    assert (right.side, right.value, right.pain_nprs, right.verdict) == ("right", 30.0, 2, "failed")


def test_tenderness_and_pain_are_kept_per_zone_and_side(examine):
    examine(v_ZONE_SOLEUS_MED_left="2", p_ZONE_SOLEUS_MED_left="5", v_ZONE_SOLEUS_MED_right="0")
    zones = Finding.objects.filter(code="ZONE_SOLEUS_MED").values_list("side", "value", "pain_nprs")
    assert sorted(zones) == [("left", 2.0, 5), ("right", 0.0, None)]


def test_a_tender_deep_vein_line_is_the_wells_item_and_stops(examine, calm_case):
    examine(v_ZONE_DEEP_VEIN_left="1")
    assert Finding.objects.get(code="w4").answer == "present"
    assert RedFlagItem.objects.filter(case=calm_case, row="RF-DVT").exists()


def test_the_other_leg_states_nothing(examine, calm_case):
    examine(v_ZONE_DEEP_VEIN_right="2")
    assert not Finding.objects.filter(code="w4").exists()


def test_none_of_these_records_each_shown_finding(examine):
    group = finding_groups()[-1]
    examine(**{f"none_{group.key}": "on"})
    kept = Finding.objects.filter(code__in=[row.code for row in group.rows])
    assert kept.count() == len(group.rows)
    assert set(kept.values_list("answer", "shown_none")) == {("absent", True)}


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"v_CL_BRIDGE_left": "-1"},
        {"v_CL_BRIDGE_left": "1e9"},
        {"v_CL_BRIDGE_left": "forty"},
        {"v_CL_BRIDGE_left": "nan"},
        {"v_CL_BRIDGE_left": "40", "p_CL_BRIDGE_left": "11"},
        {"v_CL_BRIDGE_left": "40", "x_CL_BRIDGE_left": "on", "p_CL_BRIDGE_left": "4"},
        {"x_CL_BRIDGE_left": "on"},
        {"p_CL_BRIDGE_left": "3"},
        {"v_ZONE_MTJ_left": "4"},
        {"v_ZONE_MTJ_left": "1.5"},
        {"v_GS_RAISES_left": "24.5"},
        {"v_PELVIS_DROP_left": "0.5"},
        {"v_FPI6_left": "-1.5"},
        {"loading_event": "perhaps"},
    ],
)
def test_what_cannot_be_is_refused(examine, fields):
    assert examine(**fields).status_code == 422
    assert not Examination.objects.exists()


def test_half_a_raise_is_refused_in_words_and_half_a_second_is_not(examine):
    assert "write a whole number; reps have no halves" in examine(v_GS_RAISES_left="24.5").content.decode()
    assert examine(v_CL_BRIDGE_left="40.5", v_GS_RAISES_left="24").status_code == 302


def test_not_possible_is_grade_zero_and_fails(examine):
    examine(x_CF_HOLD_none="on", p_CF_HOLD_none="6")
    finding = Finding.objects.get(code="CF_HOLD")
    assert (finding.value, finding.verdict) == (None, "failed")


def test_the_verdict_is_said_as_typed_and_nothing_is_saved(at_work, clinician, calm_case, form_of):
    address = reverse("triage:judge", args=[calm_case.pk])
    answer = at_work(clinician).post(address, form_of(v_CF_HOLD_none="30")).content.decode()
    assert 'id="verdict-CF_HOLD_none"' in answer
    assert "Failed" in answer
    assert not Finding.objects.exists()


def test_a_test_says_what_it_stands_in_for(at_work, clinician, calm_case):
    page = at_work(clinician).get(reverse("triage:examination", args=[calm_case.pk])).content.decode()
    tests = triage_knowledge().tests
    named = [tests[test.alternative_to].name.en for test in tests.values() if test.alternative_to]

    assert len(named) == 5
    assert all(f"Alternative to: {name}" in page for name in named)


def test_previous_values_stand_beside(examine, at_work, clinician, calm_case):
    examine(v_CF_HOLD_none="61")
    page = at_work(clinician).get(reverse("triage:examination", args=[calm_case.pk])).content.decode()
    assert "61 s" in page


def test_the_newest_value_of_a_side_counts(calm_case, clinician):
    for value in (30.0, 120.0):
        calm_case.refresh_from_db()
        actions.record_examination(
            case=calm_case,
            version=calm_case.version,
            by=clinician,
            at=timezone.now(),
            measured={("CF_HOLD", "none"): {"value": value, "unit": "s"}},
        )
    values = [m.value for m in case_facts(calm_case, timezone.localdate()).measurements if m.test == "CF_HOLD"]
    assert values == [120.0]


def test_a_stale_examination_is_a_conflict(at_work, clinician, calm_case, form_of):
    stale = form_of(v_CF_HOLD_none="61")
    actions.record_examination(
        case=calm_case,
        version=stale["version"],
        by=clinician,
        at=timezone.now(),
        findings={"loading_event": Answer.ABSENT},
    )
    address = reverse("triage:examination", args=[calm_case.pk])
    assert at_work(clinician).post(address, stale).status_code == 409
    assert Examination.objects.count() == 1


def test_an_assistant_records_an_examination(at_work, assistant, calm_case, form_of):
    address = reverse("triage:examination", args=[calm_case.pk])
    assert at_work(assistant).post(address, form_of(v_CF_HOLD_none="61")).status_code == 302
    assert Examination.objects.get().by == assistant


def test_every_place_has_a_unit():
    assert all(test.unit for test, _ in sided_tests())


def test_a_mistake_stands_at_its_field_and_leads_to_it(examine):
    page = examine(v_CL_BRIDGE_left="80", p_CL_BRIDGE_left="11").content.decode()
    assert 'href="#id_p_CL_BRIDGE_left"' in page
    field = page.split('id="id_p_CL_BRIDGE_left"')[1].split(">")[0]
    assert 'aria-invalid="true"' in field


def test_a_group_of_findings_opens_where_something_is_there(examine, at_work, clinician, calm_case):
    address = reverse("triage:examination", args=[calm_case.pk])
    group = next(group for group in finding_groups() if len(group.rows) > 2)
    examine(**{f"none_{group.key}": "on"})
    assert '<details class="finding-group" open>' not in at_work(clinician).get(address).content.decode()

    examine(**{group.rows[0].code: "present"})
    assert at_work(clinician).get(address).content.decode().count('<details class="finding-group" open>') == 1


def test_a_fail_line_that_holds_for_both_sides_is_said_once(at_work, clinician, calm_case):
    page = at_work(clinician).get(reverse("triage:examination", args=[calm_case.pk])).content.decode()
    test = page.split('id="f-HA_HOLD"')[1].split('class="exam-test')[0]
    assert test.count("Fails below") == 1


def test_the_examination_warns_of_an_alarm_that_a_later_calm_screening_left_open(at_work, clinician, case, screen):
    screen(leg_swelling="present")
    screen()
    page = at_work(clinician).get(reverse("triage:examination", args=[case.pk])).content.decode()
    assert "Open: Deep vein thrombosis" in page


def test_a_mistake_among_three_hundred_fields_names_its_field(examine):
    page = examine(v_CE_SORENSEN_none="-5", p_CE_SORENSEN_none="15").content.decode()
    top = page.split("data-mistakes")[1].split("</div>")[0]
    assert "Trunk extensor hold (Biering-Sorensen): Ensure" in top
    assert "Trunk extensor hold (Biering-Sorensen): pain 0-10: Ensure" in top
