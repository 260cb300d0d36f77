"""A runner's mistakes are told in plain words, each once, and what nobody sees is never wrong in silence."""

from uuid import UUID, uuid4

import pytest
from django import forms
from django.utils import translation

from rehab.mine import forms as mine_forms
from rehab.mine import intake_forms, reminder_form
from rehab.mine.offline import sentences_of
from rehab.mine.plain import LOST, PlainForm
from rehab.mine.run_form import RunForm
from rehab.models import SessionLog
from tests.rehab import test_mine
from tests.rehab.test_mine import SAFETY, SESSION, asked_first, filled, text

plan, phone = test_mine.plan, test_mine.phone  # the fixtures
WRONG = {"minutes": "1000000", "pain_during": "11", "effort": "", "day": "someday", "gait_change": "perhaps"}
RUN = {"key": str(uuid4()), "day": "", "pain_during": "", "distance": "far", "cadence": "4000", "note": "x" * 1001}
FORMALITIES = ("field", "required.", "valid", "Ensure", "campo", "Asegúrese", "Seleccione")


def every_form():
    """Return each form of a runner that can be built without a record, bound to what is wrong everywhere."""
    topics = [intake_forms.Story, intake_forms.Running, intake_forms.Shoes, intake_forms.Medicines, intake_forms.Goals]
    bound = [form({"onset_on": "someday", "rating_1": "12"}) for form in topics]
    bound += [mine_forms.Told(WRONG | {"key": "gone"}), mine_forms.Morning({"pain": "x", "stiffness_minutes": "-1"})]
    return [*bound, RunForm(RUN), reminder_form.Reminders({"session_time": "later"})]


@pytest.mark.parametrize("language", ["en", "es"])
def test_no_mistake_is_told_in_the_words_of_a_form(language):
    with translation.override(language):
        told = [sentence for form in every_form() for sentence in sentences_of(form)]

    assert len(told) > 20
    assert [one for one in told if any(word in one for word in FORMALITIES)] == []
    assert [one for one in told if "?:" in one or "question:" in one or "from None" in one] == []


def test_a_number_is_asked_for_between_its_ends():
    form = mine_forms.Told(WRONG | {"key": str(uuid4())})

    assert form.errors["minutes"] == ["Enter a whole number from 1 to 1440."]
    assert form.errors["pain_during"] == ["Choose a number from 0 to 10."]
    assert RunForm(RUN).errors["distance"] == ["Enter a number from 0 to 500."]
    assert RunForm(RUN).errors["note"] == ["Write at most 1000 letters."]


def test_every_whole_number_of_a_runner_has_its_ends():
    for form in every_form():
        numbers = [one for one in form.fields.values() if isinstance(one, forms.IntegerField)]
        assert all(one.min_value is not None and one.max_value is not None for one in numbers), form


@pytest.mark.parametrize("key", ["", "gone"])
def test_a_key_that_was_lost_is_said_once_and_the_next_try_has_a_new_one(key):
    form = mine_forms.Told(WRONG | {"key": key})

    assert form.non_field_errors() == [LOST]
    assert UUID(form["key"].value())


def test_a_hidden_field_that_may_be_empty_is_no_mistake():
    class OneHidden(PlainForm):
        began = forms.DateTimeField(required=False, widget=forms.HiddenInput)

    assert OneHidden({}).is_valid()
    assert OneHidden({"began": "once"}).non_field_errors() == [LOST]


@pytest.mark.django_db
def test_a_session_whose_key_was_lost_shows_what_was_filled_in_and_is_kept_at_the_next_try(phone, plan):
    check = asked_first(phone)
    told = filled(plan, check, note="the left heel")
    answer = phone.post(SESSION, told | {"key": ""})

    page = text(answer, 422)
    assert str(LOST) in page and "the left heel" in page and not SessionLog.objects.exists()
    again = answer.context["form"]["key"].value()
    assert phone.post(SESSION, told | {"key": again}).status_code == 302
    assert SessionLog.objects.get().note == "the left heel"


@pytest.mark.django_db
def test_without_a_check_of_today_a_session_without_its_key_asks_that_first(phone, plan):
    assert phone.post(SESSION, {"key": "gone"}).url == f"{SAFETY}?next=session"
