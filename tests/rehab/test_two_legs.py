"""A runner with a case for each leg: both plans are reached, no stop of either is hidden, no form goes to the other."""

import pytest
from django.utils import timezone

from clinic.models import Case, Task
from clinic.terms import Answer
from rehab.models import MorningLog, RunLog, SafetyCheck, SessionLog
from tests.factories import CaseFactory, PatientFactory
from tests.rehab.conftest import a_diagnosis, a_plan, a_screening, an_item, in_force
from tests.rehab.test_calendar import address_made, on_the_ladder, read, titles
from tests.rehab.test_mine import LOGS, MORNING, RUN, SAFETY, TODAY, a_run, asked_first, questions, text
from tests.rehab.test_offline import copy, entry, sent
from triage.gate import loading_gate

pytestmark = pytest.mark.django_db
LEG, PLAN = "/me/leg/", "/me/plan/"


@pytest.fixture
def left(signed_plan):
    """The case of the left leg, with a plan."""
    return signed_plan.case


@pytest.fixture
def right(left, clinician):
    """The newer case of the right leg, with a plan of its own."""
    case = CaseFactory(patient=left.patient, clinic=left.clinic, side="right")
    a_screening(case, clinician)
    a_diagnosis(case, clinician)
    in_force(a_plan(case, clinician), clinician)
    return case


@pytest.fixture
def phone(left, right, at_work):
    """The runner, signed in."""
    return at_work(left.patient.person)


def test_each_page_says_which_leg_it_is_about_and_leads_to_the_other(phone, left, right):
    for page in (TODAY, PLAN, RUN, MORNING, SAFETY, LOGS):
        shown = text(phone.get(page))
        assert "This page is about your right calf." in shown and "Show my left calf" in shown
    assert phone.get(PLAN).context["plan"].case == right
    assert phone.post(LEG, {"leg": str(left.pk)}).url == TODAY

    assert "This page is about your left calf." in text(phone.get(TODAY))
    assert phone.get(PLAN).context["plan"].case == left


def test_one_leg_alone_says_nothing_of_another(left, at_work):
    shown = text(at_work(left.patient.person).get(TODAY))
    assert "This page is about" not in shown and 'name="leg"' not in shown


@pytest.mark.parametrize(("level", "words"), [("D", "it could be a blood clot"), ("E", "call 112 now")])
def test_a_stop_of_the_other_leg_stands_above_every_page(phone, left, clinician, level, words):
    an_item(left, clinician, level)
    for page in (TODAY, PLAN, RUN, MORNING):
        shown = text(phone.get(page))
        assert "Your left calf: no exercise for now" in shown and words in shown
        assert "Your left calf must rest: do not run" in shown


def test_while_one_leg_must_rest_no_page_and_no_calendar_asks_for_a_run(phone, left, right, clinician):
    on_the_ladder(right, clinician)
    address = address_made(phone)
    assert "Running: stage 2 of 8" in text(phone.get(TODAY)) and "Run-walk" in titles(read(address))
    an_item(left, clinician, "D")
    shown = text(phone.get(TODAY))

    assert "Running: stage" not in shown and titles(read(address)) == {"Exercises"}
    assert phone.get(TODAY).context["plan"].case == right  # its exercises stay


def test_two_stops_are_told_once_each(phone, left, right, clinician):
    for leg in (left, right):
        an_item(leg, clinician, "D")
    shown = text(phone.get(TODAY))

    assert shown.count("no exercise for now") == 0 and shown.count("No exercise for now") == 1
    assert "Your left calf must rest" in shown


def test_a_form_is_kept_for_the_leg_it_was_shown_for(phone, left, right):
    assert f'name="leg" value="{left.pk}"' in text(phone.get(RUN))  # the button; and the field is of the right one
    assert f'type="hidden" name="leg" value="{right.pk}"' in text(phone.get(RUN))
    phone.post(LEG, {"leg": str(left.pk)})  # in another window
    answer = phone.post(RUN, a_run(leg=str(right.pk)))

    assert RunLog.objects.get().session.case == right
    assert "right calf" in text(phone.get(answer.url))
    phone.post(LEG, {"leg": str(left.pk)})
    phone.post(MORNING, {"pain": "2"})
    assert MorningLog.objects.get().case == left


def test_a_form_of_a_leg_that_was_closed_since_is_not_kept_for_the_other(phone, right, clinician):
    right.closed_at, right.closed_by, right.closed_because = timezone.now(), clinician, "done"
    right.outcome = "other"
    right.save()

    assert phone.post(RUN, a_run(leg=str(right.pk))).url == TODAY
    assert not RunLog.objects.exists()


def test_a_leg_of_somebody_else_is_not_found(phone, left):
    theirs = CaseFactory(patient=PatientFactory(clinic=left.clinic), clinic=left.clinic)
    for wrong in (str(theirs.pk), "x", ""):
        assert phone.post(LEG, {"leg": wrong}).status_code == 404


def test_the_safety_set_of_one_leg_stops_both(phone, left, right):
    phone.post(LEG, {"leg": str(left.pk)})
    assert asked_first(phone).case == left
    phone.post(SAFETY, dict.fromkeys(questions("D")[:1], Answer.PRESENT))

    assert not loading_gate(left).open and not loading_gate(right).open


@pytest.fixture
def right_closed(right, clinician):
    """The case of the right leg, closed while its page still stood open somewhere."""
    told = {"closed_at": timezone.now(), "closed_by": clinician, "closed_because": "done", "outcome": "other"}
    Case.objects.filter(pk=right.pk).update(**told)
    return right


def test_a_yes_for_a_leg_that_was_closed_since_stops_the_one_that_is_open(phone, left, right_closed):
    answer = phone.post(SAFETY, {"leg": str(right_closed.pk), questions("E")[0]: Answer.PRESENT})

    assert "Your clinic has been told" in text(answer) and not loading_gate(left).open
    assert Task.objects.filter(case=left, is_alarm=True).count() == 1


def test_the_copy_of_a_phone_holds_both_legs_each_with_its_session_and_its_stop(phone, left, right, clinician):
    phone.post(LEG, {"leg": str(left.pk)})
    legs = copy(phone)["legs"]

    assert [leg["leg"] for leg in legs] == [str(left.pk), str(right.pk)]  # the one shown last stands first
    assert [leg["calf"] for leg in legs] == ["left calf", "right calf"]
    for leg in legs:
        assert f'name="leg" value="{leg["leg"]}"' in leg["session"]["form"]
    for leg, case in zip(legs, (left, right), strict=True):
        sent(phone, entry(copy(phone) | leg, leg=leg["leg"]))
        assert SessionLog.objects.filter(case=case).count() == 1

    an_item(right, clinician, "D")
    stands = {leg["calf"]: (leg["stop"], leg["could_be_clot"], bool(leg["plan"])) for leg in copy(phone)["legs"]}
    assert stands == {"left calf": ("", False, True), "right calf": ("stop", True, False)}


@pytest.mark.parametrize(("kind", "status"), [("safety", 200), ("session", 422)])
def test_so_does_one_that_a_phone_sends_later(phone, left, right, right_closed, kind, status):
    record = copy(phone)
    said = entry(record, kind, leg=str(right_closed.pk), **{questions("E")[0]: "present"})
    for _ in range(2):
        sent(phone, said, status=status)

    assert not loading_gate(left).open
    assert SafetyCheck.objects.filter(any_yes=True).count() == 1
    assert Task.objects.filter(case=left, is_alarm=True).count() == 1
