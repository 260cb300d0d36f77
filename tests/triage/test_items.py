"""An item is closed by its own outcome, by whom it must be, with what a suspected clot asks for."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.actions import StaleRecord
from clinic.terms import Answer
from triage import actions
from triage.gate import loading_gate
from triage.models import Decision, RedFlagItem, SignOff

pytestmark = pytest.mark.django_db
LIKELY = {"leg_hot": "present", "w6": "present", "w7": "present"}
ONE_WEAK_RISK = {"family_clot": "present"}
URGENT = {"noimp_14_days": "present"}


def page(name, item):
    return reverse(f"triage:{name}", args=[item.case_id, item.pk])


def sign(case, by, row, kind, **more):
    case.refresh_from_db()
    item = case.red_flag_items.get(row=row)
    actions.sign_off(
        case=case,
        version=case.version,
        item_id=item.pk,
        kind=kind,
        reason="Looked at twice",
        by=by,
        at=timezone.now(),
        **more,
    )


def test_a_clinician_closes_an_item_on_the_page(at_work, clinician, case, screen, form_of):
    screen(fx_trauma="present", fx_cannot_4_steps="present")
    item = RedFlagItem.objects.get(row="RF-FX")
    fields = form_of(outcome="excluded", text="X-ray in the hospital: no fracture")
    answer = at_work(clinician).post(page("close_item", item), fields)
    assert answer.status_code == 302
    item.refresh_from_db()
    assert (item.outcome, item.closed_by, item.closed_at is not None) == ("excluded", clinician, True)
    assert loading_gate(case).open


def test_every_form_of_the_page_carries_its_token(clinician, case, screen):
    screen(fx_trauma="present", fx_cannot_4_steps="present")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(clinician)
    page = browser.get(reverse("triage:items", args=[case.pk])).content.decode()
    assert page.count('action="') == page.count("csrfmiddlewaretoken")


def test_the_outcome_needs_words(at_work, clinician, screen, form_of):
    screen(fx_trauma="present", fx_cannot_4_steps="present")
    item = RedFlagItem.objects.get()
    answer = at_work(clinician).post(page("close_item", item), form_of(outcome="excluded", text="  "))
    assert answer.status_code == 422
    assert RedFlagItem.objects.get().outcome == ""


def test_an_assistant_closes_and_signs_nothing(at_work, assistant, screen, form_of):
    screen(**URGENT)
    item = RedFlagItem.objects.get()
    fields = form_of(outcome="excluded", text="Fine", kind="may_load", reason="Fine", limits="None")
    assert at_work(assistant).post(page("close_item", item), fields).status_code == 403
    assert at_work(assistant).post(page("sign_item", item), fields).status_code == 403
    assert not SignOff.objects.exists()
    with pytest.raises(actions.NotAllowed):
        sign(item.case, assistant, "RF-NOIMP", "may_load", limits="Walking")


@pytest.mark.parametrize(
    ("said", "results", "closes"),
    [
        (LIKELY, {"scan": "negative", "d_dimer": "negative"}, True),
        (LIKELY, {"scan": "negative", "repeat_scan": "negative"}, True),
        (LIKELY, {"scan": "negative"}, False),
        (LIKELY, {"d_dimer": "negative"}, False),
        (LIKELY, {"scan": "negative", "d_dimer": "positive"}, False),
        (LIKELY, {"scan": "positive", "d_dimer": "negative"}, False),
        (LIKELY, {}, False),
        (ONE_WEAK_RISK, {"d_dimer": "negative"}, True),
        (ONE_WEAK_RISK, {"d_dimer": "positive"}, False),
        (ONE_WEAK_RISK, {"d_dimer": "positive", "scan": "negative"}, True),
        (ONE_WEAK_RISK, {"discharged": True}, False),
        ({"pregnant": "present"}, {"d_dimer": "negative"}, False),
        ({"pregnant": "present"}, {"scan": "negative"}, True),
        ({"pregnant": "present"}, {"discharged": True}, True),
    ],
)
def test_a_suspected_clot_is_excluded_only_by_its_tests(case, screen, close, said, results, closes):
    screen(**said)
    if closes:
        close("RF-DVT", **results)
    else:
        with pytest.raises(actions.Refused):
            close("RF-DVT", **results)
    assert loading_gate(case).open is closes


@pytest.mark.parametrize(
    ("results", "kept"),
    [
        ({}, False),
        ({"d_dimer": "positive"}, False),
        ({"scan": "negative"}, False),
        ({"scan": "positive"}, True),
        ({"scan": "negative", "repeat_scan": "positive"}, True),
        ({"discharged": True}, True),
    ],
)
def test_a_clot_is_confirmed_by_a_scan_or_the_hospitals_letter(case, screen, close, results, kept):
    screen(**LIKELY)
    if kept:
        close("RF-DVT", outcome="confirmed", **results)
    else:
        with pytest.raises(actions.Refused, match="positive scan"):
            close("RF-DVT", outcome="confirmed", **results)
    item = RedFlagItem.objects.get(row="RF-DVT")

    assert (item.outcome == "confirmed") is kept
    assert not loading_gate(case).open


def test_a_later_calm_screening_asks_for_no_fewer_tests(case, screen, close):
    screen(**LIKELY)
    screen()
    with pytest.raises(actions.Refused):
        close("RF-DVT", d_dimer="negative")
    close("RF-DVT", scan="negative", d_dimer="negative")
    assert loading_gate(case).open


def test_inconclusive_stays_open_and_can_be_excluded_later(case, screen, close):
    screen(squeeze_positive="present")
    close("RF-ACH", outcome="inconclusive")
    assert not loading_gate(case).open
    close("RF-ACH", outcome="excluded")
    assert loading_gate(case).open


def test_confirmed_waits_for_a_release(case, clinician, screen, close):
    screen(squeeze_positive="present")
    close("RF-ACH", outcome="confirmed")
    assert not loading_gate(case).open
    with pytest.raises(actions.Refused):
        close_again = RedFlagItem.objects.get()
        case.refresh_from_db()
        actions.close_item(
            case=case,
            version=case.version,
            item_id=close_again.pk,
            outcome="excluded",
            text="No",
            by=clinician,
            at=timezone.now(),
        )
    sign(case, clinician, "RF-ACH", "released")
    assert loading_gate(case).open


def test_a_release_before_the_confirmation_is_refused(case, clinician, screen, close):
    screen(squeeze_positive="present")
    with pytest.raises(actions.Refused):
        sign(case, clinician, "RF-ACH", "released")
    close("RF-ACH", outcome="confirmed")
    assert not loading_gate(case).open


def test_a_release_of_massage_does_not_release_a_clot_confirmed_later(case, clinician, screen, close):
    screen(**ONE_WEAK_RISK)
    sign(case, clinician, "RF-DVT", "considered_not_suspected")
    sign(case, clinician, "RF-DVT", "released")
    assert loading_gate(case).open
    close("RF-DVT", outcome="confirmed", scan="positive")
    assert not loading_gate(case).open
    sign(case, clinician, "RF-DVT", "released")
    assert loading_gate(case).open


def test_the_words_of_an_item_follow_while_it_is_typed(case, clinician):
    for said in ({"leg_hot": "present"}, {"leg_hot": "present", "w7": "present"}):
        case.refresh_from_db()
        answers = {code: Answer(value) for code, value in said.items()}
        actions.answer_screening(case=case, version=case.version, answers=answers, by=clinician, at=timezone.now())
    assert "Two or more local signs" in RedFlagItem.objects.get().text


def test_a_signature_answers_only_what_the_rule_lets_it(case, clinician, screen):
    screen(**ONE_WEAK_RISK)
    assert not loading_gate(case).open
    sign(case, clinician, "RF-DVT", "considered_not_suspected")
    assert loading_gate(case).open


def test_two_local_signs_accept_no_signature(case, clinician, screen):
    screen(**LIKELY)
    with pytest.raises(actions.Refused):
        sign(case, clinician, "RF-DVT", "considered_not_suspected")
    assert not loading_gate(case).open


def test_a_signature_lasts_through_the_next_decision(case, clinician, screen):
    screen(**ONE_WEAK_RISK)
    sign(case, clinician, "RF-DVT", "considered_not_suspected")
    examine(case, clinician, loading_event=Answer.ABSENT)
    assert loading_gate(case).open


def test_new_signs_end_a_signature(case, clinician, screen):
    screen(**ONE_WEAK_RISK)
    sign(case, clinician, "RF-DVT", "considered_not_suspected")
    examine(case, clinician, w4=Answer.PRESENT)
    assert not loading_gate(case).open


def test_a_permission_to_load_needs_its_limits(case, clinician, screen):
    screen(**URGENT)
    with pytest.raises(actions.Refused):
        sign(case, clinician, "RF-NOIMP", "may_load")
    assert not loading_gate(case).open
    sign(case, clinician, "RF-NOIMP", "may_load", limits="Walking on the flat until the visit")
    assert loading_gate(case).open


def test_an_outcome_and_a_signature_are_decided_on_anew_and_both_decisions_stay(case, clinician, screen, close):
    screen(**URGENT | {"fx_trauma": "present", "fx_cannot_4_steps": "present"})
    close("RF-FX")
    sign(case, clinician, "RF-NOIMP", "may_load", limits="Walking")
    signed, closed, found = Decision.objects.filter(kind="triage")[:3]

    assert [d.result["level"] for d in (found, closed, signed)] == ["D", "U", "U"]
    assert [len(d.inputs["outcomes"]) for d in (found, closed, signed)] == [0, 1, 1]
    assert [s["limits"] for s in signed.inputs["sign_offs"]] == ["Walking"]
    assert {d.by for d in (found, closed, signed)} == {clinician}


def test_one_outcome_answers_one_item(case, screen, close):
    screen(squeeze_positive="present", fx_trauma="present", fx_cannot_4_steps="present")
    close("RF-ACH")
    assert {reason.code for reason in loading_gate(case).reasons} == {"RF-FX"}


def test_a_sign_found_after_an_exclusion_opens_another_item(case, clinician, screen, close):
    screen(**LIKELY)
    close("RF-DVT", scan="negative", d_dimer="negative")
    assert loading_gate(case).open
    examine(case, clinician, w4=Answer.PRESENT)
    assert RedFlagItem.objects.filter(row="RF-DVT").count() == 2
    assert not loading_gate(case).open


def test_a_finding_of_a_shared_code_fires_its_row(case, clinician, calm_case):
    examine(case, clinician, squeeze_positive=Answer.PRESENT)
    assert RedFlagItem.objects.get().row == "RF-ACH"
    assert not loading_gate(case).open


def test_the_second_of_two_closers_is_told(at_work, clinician, screen, form_of):
    screen(squeeze_positive="present")
    item = RedFlagItem.objects.get()
    stale = form_of(outcome="excluded", text="Seen")
    at_work(clinician).post(page("close_item", item), form_of(outcome="inconclusive", text="Not clear"))
    assert at_work(clinician).post(page("close_item", item), stale).status_code == 409
    item.refresh_from_db()
    assert item.outcome == "inconclusive"


def test_a_stale_action_leaves_no_trace(case, clinician, screen):
    screen(squeeze_positive="present")
    with pytest.raises(StaleRecord):
        actions.close_item(
            case=case,
            version=1,
            item_id=RedFlagItem.objects.get().pk,
            outcome="excluded",
            text="Old",
            by=clinician,
            at=timezone.now(),
        )
    assert RedFlagItem.objects.get().outcome == ""


def test_an_item_of_another_case_is_not_found(at_work, clinician, screen, form_of):
    screen(squeeze_positive="present")
    other = reverse(
        "triage:close_item", args=[RedFlagItem.objects.get().case_id, "0190a0a0-0000-7000-8000-000000000000"]
    )
    assert at_work(clinician).post(other, form_of(outcome="excluded", text="x")).status_code == 404


def examine(case, by, **findings):
    """Record findings of the case."""
    case.refresh_from_db()
    return actions.record_examination(case=case, version=case.version, findings=findings, by=by, at=timezone.now())


def test_a_confirmed_item_waits_for_the_release_and_says_so(case, screen, close):
    screen(fx_trauma="present", fx_cannot_4_steps="present")
    close("RF-FX", outcome="confirmed", text="X-ray: fracture of the fibula")
    case.refresh_from_db()

    assert case.next_step == "Wait for the treating service's release"
    assert case.attention == case.Attention.DUE


def test_a_confirmed_item_hides_no_other_that_is_open(case, screen, close):
    screen(fx_trauma="present", fx_cannot_4_steps="present", **LIKELY)
    close("RF-FX", outcome="confirmed", text="X-ray: fracture of the fibula")
    case.refresh_from_db()

    assert case.attention == case.Attention.SAME_DAY


def test_what_opens_again_goes_on_where_it_was(case, clinician, screen, close):
    screen()
    case.refresh_from_db()
    actions.record_examination(case=case, version=case.version, by=clinician, at=timezone.now())
    screen(fx_trauma="present", fx_cannot_4_steps="present")
    close("RF-FX", text="X-ray: no fracture")
    case.refresh_from_db()

    assert case.next_step == "Look at the causes, record a diagnosis"


@pytest.mark.parametrize(
    ("said", "results", "sentence"),
    [
        (
            {"leg_swelling": "present"},
            {},
            "(unlikely) it takes a negative D-dimer, or a positive D-dimer and a negative",
        ),
        (LIKELY, {"d_dimer": "negative"}, "(likely) it takes a negative ultrasound and a negative D-dimer, or"),
        ({"leg_swelling": "present"}, {"scan": "positive"}, "A positive ultrasound does not exclude a clot"),
    ],
)
def test_who_is_refused_reads_what_would_exclude_a_clot(case, screen, close, said, results, sentence):
    screen(**said)
    with pytest.raises(actions.Refused) as refused:
        close("RF-DVT", **results)
    assert sentence in " ".join(refused.value.sentences)
