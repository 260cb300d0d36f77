"""Two people on one record: the second save is told what changed, and nothing is overwritten in silence."""

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic import actions
from clinic.models import Case
from tests import factories
from tests.clinic.test_cases import story


@pytest.fixture
def changed(case, assistant):
    """The case after somebody else wrote a note, while our page was open."""
    actions.note(case=Case.objects.get(pk=case.pk), version=1, text="Runner called", by=assistant, at=timezone.now())
    return case


def test_a_stale_form_is_refused_with_what_changed_and_what_was_typed(changed, clinician, at_work):
    answer = at_work(clinician).post(reverse("clinic:intake", args=[changed.pk]), story(changed, story="My long text"))
    page = answer.content.decode()
    changed.refresh_from_db()

    assert answer.status_code == 409
    assert "Nothing was saved" in page and "Runner called" in page and "My long text" in page
    assert (changed.version, changed.story) == (2, "")


def test_a_day_that_was_typed_is_said_as_days_are_said_here(changed, clinician, at_work):
    said = story(changed, onset_on="2026-11-01")
    page = at_work(clinician).post(reverse("clinic:intake", args=[changed.pk]), said).content.decode()

    assert "1 Nov 2026" in page and "2026-11-01" not in page


def test_a_form_of_another_runner_is_refused(case, clinician, at_work):
    other = factories.CaseFactory(patient__clinic=case.clinic)

    answer = at_work(clinician).post(reverse("clinic:intake", args=[case.pk]), story(case, patient=other.patient_id))
    case.refresh_from_db()

    assert answer.status_code == 409
    assert "does not belong to this runner" in answer.content.decode()
    assert (case.version, case.story) == (1, "")


@pytest.mark.parametrize("missing", ["patient", "version"])
@pytest.mark.parametrize(
    ("page", "said"),
    [("clinic:intake", {"story": "x"}), ("clinic:note", {"text": "x"}), ("rehab:close", {"because": "x"})],
)
def test_a_form_that_does_not_say_for_whom_or_of_when_is_refused(page, said, missing, case, clinician, at_work):
    data = {"patient": case.patient_id, "version": 1, **said}
    del data[missing]

    answer = at_work(clinician).post(reverse(page, args=[case.pk]), data)
    case.refresh_from_db()

    assert answer.status_code == 409
    assert case.version == 1


@pytest.mark.parametrize(
    ("page", "said"),
    [("clinic:note", {"text": "mine"}), ("rehab:close", {"outcome": "other", "because": "mine"})],
    ids=["note", "close"],
)
def test_every_form_of_the_case_is_refused_when_stale(page, said, changed, clinician, at_work):
    data = {"patient": changed.patient_id, "version": 1, **said}

    answer = at_work(clinician).post(reverse(page, args=[changed.pk]), data)
    changed.refresh_from_db()

    assert answer.status_code == 409
    assert (changed.version, changed.closed_at) == (2, None)


def test_what_was_typed_is_shown_as_text_and_never_as_html(changed, clinician, at_work):
    said = story(changed, story="<script>alert(1)</script>")

    page = at_work(clinician).post(reverse("clinic:intake", args=[changed.pk]), said).content.decode()

    assert "<script>alert" not in page and "&lt;script&gt;alert" in page


def test_the_action_itself_refuses_a_stale_version(changed, clinician):
    with pytest.raises(actions.StaleRecord) as refused:
        actions.note(case=changed, version=1, text="mine", by=clinician, at=timezone.now())

    assert [event.text for event in refused.value.events] == ["Runner called"]


def test_what_was_typed_is_shown_in_the_words_of_the_form(changed, clinician, at_work):
    typed = story(changed, began="during", flat_feet="present", hypermobile="not_assessed", equipment=["band"])
    page = at_work(clinician).post(reverse("clinic:intake", args=[changed.pk]), typed).content.decode()
    shown = page.split('class="typed"')[1]

    assert "How did it begin?" in shown and "during a run, growing worse" in shown
    assert "Flat feet, visibly?" in shown and "<dd>Yes</dd>" in shown and "Resistance band" in shown
    assert "not_assessed" not in shown and "More flexible" not in shown
