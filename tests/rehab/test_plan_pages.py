"""The plan pages: what they show, what they refuse, and how little they ask the database."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinic.models import Patient, Person
from clinic.terms import Answer
from rehab import actions
from rehab.facts import decided_facts, verdicts_of_exercises
from rehab.knowledge import rehab_knowledge
from rehab.models import Exercise, Plan, Wording
from tests.rehab.conftest import a_signature, an_item, diagnosed, drafted, nothing_against, screened_calm

pytestmark = pytest.mark.django_db
PAGE_QUERIES = 10


def url(name, case, *args):
    """Return an address of this case."""
    return reverse(f"rehab:{name}", args=[case.pk, *args])


def form(case, **fields):
    """Return what a form of this case posts."""
    case.refresh_from_db()
    return {"patient": case.patient_id, "version": case.version, **fields}


def text(response):
    """Return a page as text."""
    return response.content.decode()


def signed(plan, by):
    """Sign a plan by the action."""
    return actions.sign_plan(plan=plan, version=plan.case.version, by=by, at=timezone.now())


def queries(browser, address):
    """Return what a page asked the database, without session and person."""
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert browser.get(address).status_code == 200
    aside = ("django_session", "clinic_person", "clinic_membership")
    return [q["sql"] for q in asked if not any(f'FROM "{table}"' in q["sql"] for table in aside)]


def test_the_draft_shows_every_exercise_with_dose_and_reasons(rules_draft, clinician, at_work):
    page = text(at_work(clinician).get(url("plan", rules_draft.case)))

    for item in rules_draft.items.select_related("exercise"):
        assert item.exercise.name in page
        assert all(key in page for b in item.because for key in b["source"].split(", "))
    assert "Why, for the runner" in page
    assert "clinic convention, to be confirmed by the clinic lead" in page


def test_the_questions_before_a_plan_say_that_their_words_are_ours(ready_case, clinician, at_work):
    case = ready_case
    drafted(case, clinician)
    page = text(at_work(clinician).get(url("plan", case)))

    assert all(question.mark for question in rehab_knowledge().questions.values())
    assert "The wording of these questions is a clinic convention, to be confirmed by the clinic lead." in page


def test_each_exercise_says_what_it_must_not_be_given_with(rules_draft, clinician, at_work):
    page = text(at_work(clinician).get(url("plan", rules_draft.case)))

    for item in rules_draft.items.all():
        for closed in rehab_knowledge().exercises[item.exercise_id].contraindications:
            assert closed.question.en in page


def test_a_clinic_that_has_not_confirmed_the_knowledge_drafts_and_does_not_sign(
    rules_draft, clinician, at_work, settings, monkeypatch
):
    settings.DEMONSTRATION = False
    monkeypatch.setattr("config.doorkeeper.led_first", lambda *asked: None)  # the second factor is not what is tried
    page = text(at_work(clinician).get(url("plan", rules_draft.case)))

    assert "It cannot be signed now" in page and "has not confirmed" in page
    assert "must not be loaded now" not in page and "Superman" in page


def test_moving_an_exercise_says_so(rules_draft, clinician, at_work):
    case = rules_draft.case
    item = rules_draft.items.last()
    page = at_work(clinician).post(url("move", case, item.pk), form(case, direction="up"), follow=True)

    assert f"{item.exercise} moved up." in text(page)


@pytest.mark.parametrize("name", ["plan", "plan_preview"])
def test_the_limits_of_an_open_item_stand_with_the_plan(rules_draft, clinician, at_work, name):
    case = rules_draft.case
    a_signature(an_item(case, clinician, "U", row="RF-CECS"), clinician, "may_load")

    assert "<li>walk</li>" in text(at_work(clinician).get(url(name, case)))


def test_open_questions_stand_on_top(rules_draft, clinician, at_work):
    case = rules_draft.case
    nothing_against(case, clinician, low_back_pain_now=Answer.NOT_ASSESSED)
    drafted(case, clinician)
    page = text(at_work(clinician).get(url("plan", case)))

    assert page.index("Ask first") < page.index('id="plan-items"')


def test_none_of_these_answers_the_list_and_drafts_again(rules_draft, clinician, at_work):
    case = rules_draft.case
    nothing_against(case, clinician, low_back_pain_now=Answer.NOT_ASSESSED)
    held_back = drafted(case, clinician)
    assert not held_back.items.filter(exercise="SUPERMAN").exists()

    at_work(clinician).post(url("checklist", case), form(case, none_of_these="on"))
    assert Plan.objects.drafts().get().items.filter(exercise="SUPERMAN").exists()


def test_a_yes_and_none_of_these_cannot_both_be_true(rules_draft, clinician, at_work):
    case = rules_draft.case
    nothing_against(case, clinician, low_back_pain_now=Answer.NOT_ASSESSED)
    drafted(case, clinician)
    answer = at_work(clinician).post(
        url("checklist", case), form(case, none_of_these="on", q_low_back_pain_now="present")
    )

    assert answer.status_code == 422


def test_a_plan_is_drafted_edited_and_signed_through_the_pages(ready_case, clinician, at_work):
    case, browser = ready_case, at_work(clinician)
    browser.post(url("draft", case), form(case, equipment=["band", "barbell"]))
    plan = Plan.objects.drafts().get()
    superman = plan.items.get(exercise="SUPERMAN")

    browser.post(url("move", case, superman.pk), form(case, direction="up"))
    browser.post(url("replace", case, superman.pk), form(case, exercise="BIRD_DOG", reason="back hurts"))
    browser.post(url("add", case), form(case, exercise="DEAD_BUG", side="left", reason="weak front"))
    lewit = plan.items.get(exercise="LEWIT")
    browser.post(url("remove", case, lewit.pk), form(case, reason="dizzy"))
    bird_dog = plan.items.get(exercise="BIRD_DOG")
    dose = {"side": "right", "start_level": 1, "max_level": 2, "sets": 5, "amount": 4, "note": "slowly"}
    browser.post(url("dose", case, bird_dog.pk), form(case, **dose))
    answer = browser.post(url("sign", case), form(case, plan=plan.pk))

    plan.refresh_from_db()
    assert answer.status_code == 302 and plan.status == "signed"
    assert list(plan.items.values_list("exercise_id", flat=True)) == ["BIRD_DOG", "BARBELL_HIP_THRUST", "DEAD_BUG"]
    bird_dog.refresh_from_db()
    assert (bird_dog.side, bird_dog.max_level, bird_dog.sets, bird_dog.note) == ("right", 2, 5, "slowly")


def test_an_answer_that_changed_takes_the_exercise_out_and_says_what_stands_in_its_place(
    rules_draft, clinician, at_work
):
    case, browser = rules_draft.case, at_work(clinician)
    assert "Change an answer" in text(browser.get(url("plan", case)))
    fields = form(case, list="answered", q_low_back_pain_now="present", q_pregnancy_after_20_weeks="absent")
    assert browser.post(url("checklist", case), fields).status_code == 302

    draft = Plan.objects.drafts().get()
    assert list(draft.items.values_list("exercise_id", flat=True)) == ["BIRD_DOG", "LEWIT", "BARBELL_HIP_THRUST"]
    assert {drop["code"]: drop["substitute"] for drop in draft.decision.result["dropped"]} == {"SUPERMAN": "BIRD_DOG"}
    newest = case.examinations.order_by("-at").first()
    assert list(newest.findings.values_list("code", "answer")) == [("low_back_pain_now", "present")]


def test_answers_that_did_not_change_are_not_recorded_again(rules_draft, clinician, at_work):
    case = rules_draft.case
    answer = at_work(clinician).post(url("checklist", case), form(case, list="answered", q_low_back_pain_now="absent"))

    assert (answer.status_code, Plan.objects.drafts().get()) == (422, rules_draft)
    assert "No answer was changed." in text(answer)


@pytest.mark.parametrize(
    "broken",
    [
        {"sets": 0},
        {"sets": 11},
        {"times_a_week": 8},
        {"start_level": 9},
        {"sets": "x"},
        {"hold_seconds": 121},
        {"tempo": "slow"},
    ],
)
def test_a_dose_out_of_range_comes_back_on_the_form(rules_draft, clinician, at_work, broken):
    item = rules_draft.items.get(exercise="SUPERMAN")
    dose = {"side": "both", "start_level": 1, "max_level": 2, "sets": 3, **broken}
    answer = at_work(clinician).post(url("dose", rules_draft.case, item.pk), form(rules_draft.case, **dose))

    assert answer.status_code == 422
    item.refresh_from_db()
    assert item.sets == 2


def test_hold_and_tempo_are_part_of_the_dose_that_can_be_changed(rules_draft, clinician, at_work):
    item = rules_draft.items.get(exercise="SUPERMAN")
    dose = {"side": "both", "start_level": 1, "max_level": 2, "sets": 3, "hold_seconds": 5, "tempo": "2-1-3"}
    browser = at_work(clinician)

    assert browser.post(url("dose", rules_draft.case, item.pk), form(rules_draft.case, **dose)).status_code == 302
    item.refresh_from_db()
    assert (item.hold_seconds, item.tempo) == (5, "2-1-3")
    assert "2 s up, 1 s hold, 3 s down" in text(browser.get(url("plan", rules_draft.case)))


def test_a_forbidden_exercise_is_shown_with_its_reason_and_refused(rules_draft, clinician, at_work):
    case, browser = rules_draft.case, at_work(clinician)
    page = text(browser.get(url("add", case)))
    assert 'value="CALF_ECCENTRIC"' not in page
    assert "Only with the recorded diagnosis" in page

    answer = browser.post(url("add", case), form(case, exercise="CALF_ECCENTRIC", side="both", reason="I insist"))
    assert answer.status_code == 422 and "Nothing was saved" in text(answer)


def every_name():
    """Return the name of every exercise of the catalogue."""
    return [exercise.name.en for exercise in rehab_knowledge().exercises.values()]


@pytest.mark.parametrize("name", ["plan", "signed", "plan_print", "plan_preview"])
def test_behind_a_shut_gate_no_page_names_an_exercise(rules_draft, clinician, at_work, name):
    case = signed(rules_draft, clinician).case
    drafted(case, clinician)
    an_item(case, clinician, "D")
    page = text(at_work(clinician).get(url(name, case), follow=True))

    assert "must not be loaded now" in page
    assert [name for name in every_name() if name in page] == []


def test_a_shut_gate_refuses_the_signature_on_the_page(rules_draft, clinician, at_work):
    case = rules_draft.case
    an_item(case, clinician, "D")
    at_work(clinician).post(url("sign", case), form(case, plan=rules_draft.pk))

    rules_draft.refresh_from_db()
    assert rules_draft.signed_at is None


def test_a_form_for_another_runner_or_an_older_record_is_refused(rules_draft, clinician, at_work):
    case, browser = rules_draft.case, at_work(clinician)
    wrong = form(case, plan=rules_draft.pk) | {"patient": rules_draft.pk}
    stale = form(case, plan=rules_draft.pk) | {"version": case.version - 1}

    assert browser.post(url("sign", case), wrong).status_code == 409
    assert browser.post(url("sign", case), stale).status_code == 409
    rules_draft.refresh_from_db()
    assert rules_draft.signed_at is None


def test_who_may_see_and_who_may_write(rules_draft, assistant, stranger, runner, at_work):
    case = rules_draft.case
    assert at_work(stranger).get(url("plan", case)).status_code == 404
    assert at_work(runner).get(url("plan", case)).status_code == 403
    assert at_work(assistant).get(url("plan", case)).status_code == 200
    assert at_work(assistant).post(url("sign", case), form(case, plan=rules_draft.pk)).status_code == 403


def test_the_admin_is_a_window(rules_draft, clinician, at_work):
    clinician.is_staff = True
    clinician.save()
    browser = at_work(clinician)
    address = reverse("admin:rehab_plan_change", args=[rules_draft.pk])

    assert browser.get(address).status_code == 200
    assert browser.post(address, {"signed_at_0": "2026-01-01", "signed_at_1": "10:00"}).status_code == 403
    assert browser.post(reverse("admin:rehab_plan_delete", args=[rules_draft.pk]), {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("name", ["plan", "signed", "plan_preview", "plan_print"])
def test_a_plan_page_asks_little_at_any_size(rules_draft, clinician, at_work, name):
    case = signed(rules_draft, clinician).case
    if name == "plan":
        drafted(case, clinician)
    asked = queries(at_work(clinician), url(name, case))

    assert len(asked) <= PAGE_QUERIES, "\n".join(asked)


@pytest.mark.parametrize("name", ["plan", "signed"])
def test_the_page_of_a_shut_gate_asks_little_too(rules_draft, clinician, at_work, name):
    an_item(rules_draft.case, clinician, "D")
    asked = queries(at_work(clinician), url(name, rules_draft.case))

    assert len(asked) <= PAGE_QUERIES, "\n".join(asked)


def test_the_case_page_says_that_a_signed_plan_rests_while_an_alarm_is_open(rules_draft, clinician, at_work):
    case = signed(rules_draft, clinician).case
    page, browser = reverse("clinic:case", args=[case.pk]), at_work(clinician)
    assert "It rests" not in text(browser.get(page))
    an_item(case, clinician, "D")
    assert "It rests while the alarm is open" in text(browser.get(page))


def test_the_panel_asks_at_most_twice(rules_draft, clinician, django_assert_max_num_queries):
    from rehab.templatetags.rehab_panels import plan_panel

    with django_assert_max_num_queries(2):
        panel = plan_panel(rules_draft.case, may_sign=True)
        assert panel["draft"].size == 3 and panel["signed"] is None


@pytest.mark.parametrize("name", ["add", "replace", "remove", "dose"])
def test_behind_a_shut_gate_the_forms_name_no_exercise_either(rules_draft, clinician, at_work, name):
    case, item = rules_draft.case, rules_draft.items.first()
    an_item(case, clinician, "D")
    address = url(name, case) if name == "add" else url(name, case, item.pk)
    browser = at_work(clinician)

    for answer in (browser.get(address, follow=True), browser.post(address, form(case), follow=True)):
        assert [name for name in every_name() if name in text(answer)] == []


def test_after_a_refusal_the_form_still_fits_the_record(rules_draft, clinician, at_work):
    case = rules_draft.case
    refused = {"exercise": "CALF_ECCENTRIC", "side": "both", "reason": "I insist"}
    page = text(at_work(clinician).post(url("add", case), form(case, **refused)))

    case.refresh_from_db()
    assert f'name="version" value="{case.version}"' in page


def test_the_clinics_words_are_kept_in_the_admin_and_shown(rules_draft, administrator, clinician, at_work):
    browser, clinic = at_work(administrator), rules_draft.case.clinic_id
    management = {f"media-{name}": 0 for name in ("TOTAL_FORMS", "INITIAL_FORMS")}
    words = {"name": "Flying runner", "cues": "Long and low", "faults": "", "exercise": "SUPERMAN", "clinic": clinic}

    assert browser.post(reverse("admin:rehab_wording_add"), management | words).status_code == 302
    assert browser.post(reverse("admin:rehab_exercise_add"), words).status_code == 403
    assert browser.post(reverse("admin:rehab_exercise_change", args=["SUPERMAN"]), words).status_code == 403
    assert browser.post(reverse("admin:rehab_exercise_delete", args=["SUPERMAN"]), {"post": "yes"}).status_code == 403
    assert browser.get(reverse("admin:rehab_plan_changelist")).status_code == 403
    browser = at_work(clinician)
    assert "Flying runner" in text(browser.get(url("plan", rules_draft.case)))
    assert "Long and low" in text(browser.get(url("plan_preview", rules_draft.case)))


def test_a_closed_case_is_read_and_not_written(rules_draft, clinician, at_work):
    case, browser = rules_draft.case, at_work(clinician)
    case.closed_at, case.closed_by, case.closed_because = timezone.now(), clinician, "well again"
    case.outcome = "running"
    case.save()
    page = text(browser.get(url("plan", case)))

    assert "Sign the plan" not in page
    assert browser.post(url("sign", case), form(case, plan=rules_draft.pk)).status_code == 403


def test_the_paper_holds_the_whole_dose(rules_draft, clinician, at_work):
    case = signed(rules_draft, clinician).case
    page = " ".join(text(at_work(clinician).get(url("plan_print", case))).split())

    assert "2 sets of 8 repetitions each side</strong>, 3 times a week. Hold each for 3 seconds." in page
    assert "2 s up, 2 s hold, 2 s down. Rest 60 seconds between sets." in page


def test_nothing_is_called_answered_no_that_nobody_asked(case, clinician, at_work):
    actions.sync_catalogue()
    screened_calm(case, clinician)
    diagnosed(case, clinician, cause="SOLEUS")
    drafted(case, clinician)
    page = text(at_work(clinician).get(url("add", case)))
    side_plank = page.split('value="SIDE_PLANK"')[1].split("</label>")[0]

    assert "open up to level 1 of" in side_plank
    assert "Not asked yet: Shoulder pain?" in side_plank and 'answered "no"' not in side_plank


def test_a_plan_signed_for_a_runner_without_a_sign_in_says_that_nobody_sees_it_yet(rules_draft, clinician, at_work):
    case = rules_draft.case
    Patient.objects.filter(pk=case.patient_id).update(person=None)
    answer = at_work(clinician).post(url("sign", case), form(case, plan=rules_draft.pk), follow=True)
    assert "can see it now" not in text(answer) and "nobody sees this plan" in text(answer)
    assert f"{reverse('clinic:patient', args=[case.patient_id])}#invitation" in text(answer)


def test_a_plan_signed_for_a_runner_who_signs_in_is_seen_at_once(rules_draft, runner, clinician, at_work):
    case = rules_draft.case
    answer = at_work(clinician).post(url("sign", case), form(case, plan=rules_draft.pk), follow=True)
    assert "The runner can see it now." in text(answer) and "nobody sees this plan" not in text(answer)


def test_a_draft_without_an_exercise_is_not_offered_for_signing(rules_draft, clinician, at_work):
    rules_draft.items.all().delete()
    page = text(at_work(clinician).get(url("plan", rules_draft.case)))

    assert "A plan without an exercise cannot be signed" in page and url("sign", rules_draft.case) not in page


def test_a_plan_ended_with_its_case(rules_draft, clinician, at_work):
    case, browser = signed(rules_draft, clinician).case, at_work(clinician)
    case.refresh_from_db()
    case.closed_at, case.closed_by, case.closed_because = timezone.now(), clinician, "well again"
    case.outcome = "running"
    case.save()
    page, front = text(browser.get(url("signed", case))), text(browser.get(reverse("clinic:case", args=[case.pk])))

    assert "Ended with the case" in page and "in force" not in page and "New plan" not in page
    assert "It ended with the case." in front and "/scores/" not in front
    assert "The plan that ended with it" in text(browser.get(url("plan", case)))
    answer = browser.get(url("score", case, "NPRS"))
    assert answer.status_code == 403 and "The case is closed" in text(answer)


# --- Exercises by their names in the language of the page ---------------------------------------


@pytest.fixture
def in_spanish(clinician, at_work):
    """The browser of the clinician, who reads Spanish."""
    Person.objects.filter(pk=clinician.pk).update(language="es")
    clinician.refresh_from_db()
    return at_work(clinician)


def test_what_can_be_chosen_is_named_in_spanish(rules_draft, in_spanish):
    page = text(in_spanish.get(url("add", rules_draft.case)))
    named = [words.strip() for words in re.findall(r"<strong>([^<]+)</strong>", page)]
    names = [exercise.name for exercise in rehab_knowledge().exercises.values()]

    assert {name.en for name in names if name.en != name.es} & set(named) == set()
    assert "Bicho muerto" in named and {name.es for name in names} & set(named)


@pytest.mark.parametrize(
    ("name", "says"),
    [("replace", "Sustituir Empuje"), ("dose", "Dosis de Empuje"), ("remove", "Quitar Empuje")],
)
def test_what_is_edited_is_named_in_spanish(rules_draft, in_spanish, name, says):
    item = rules_draft.items.get(exercise="BARBELL_HIP_THRUST")
    page = text(in_spanish.get(url(name, rules_draft.case, item.pk)))

    assert f"{says} de cadera con barra" in page and "Barbell" not in page


def test_an_edit_is_told_in_spanish_and_kept_in_english(rules_draft, in_spanish):
    case, item = rules_draft.case, rules_draft.items.get(exercise="BARBELL_HIP_THRUST")
    page = text(in_spanish.post(url("move", case, item.pk), form(case, direction="up"), follow=True))
    twice = [
        in_spanish.post(url("add", case), form(case, exercise=item.exercise_id, side="both", reason="x")),
        in_spanish.post(url("replace", case, item.pk), form(case, exercise=item.exercise_id, reason="x")),
    ]

    assert "Empuje de cadera con barra: subido." in page
    assert all("Empuje de cadera con barra ya está en este plan." in text(answer) for answer in twice)
    assert case.events.order_by("-version").first().text == "Moved up in the plan: Barbell hip thruster"


def closed_levels(plan):
    """Return (code, its highest level) of an exercise that is open today, but not up to there."""
    verdicts = verdicts_of_exercises(plan.case, decided_facts(plan, timezone.now()))
    most = dict(Exercise.objects.values_list("code", "level_count"))
    return next((code, most[code]) for code, v in verdicts.items() if v.status == "ok" and v.max_level < most[code])


def test_why_a_plan_is_not_signed_is_told_in_spanish(rules_draft, in_spanish):
    case, item = rules_draft.case, rules_draft.items.filter(pk=rules_draft.items.first().pk)
    code, level = closed_levels(rules_draft)
    told = []
    for changes in ({"exercise": "CALF_ECCENTRIC"}, {"exercise": code, "max_level": level}):
        item.update(**changes)
        told.append(text(in_spanish.post(url("sign", case), form(case, plan=rules_draft.pk))))

    assert "Programa excéntrico de pantorrilla no se puede indicar hoy." in told[0]
    name = rehab_knowledge().exercises[code].name
    assert name.es != name.en and f"{name.es}: el nivel {level} está cerrado hoy." in told[1]


def test_the_clinics_own_name_is_said_as_it_was_written(rules_draft, in_spanish):
    """Half a name of the catalogue in it is not translated."""
    case, own = rules_draft.case, "Barbell hip thruster at home"
    item = rules_draft.items.get(exercise="BARBELL_HIP_THRUST")
    for code in (item.exercise_id, "DEAD_BUG"):
        Wording.objects.create(exercise_id=code, clinic_id=case.clinic_id, name=own)

    addresses = [url("add", case), *(url(name, case, item.pk) for name in ("replace", "dose", "remove"))]
    assert all(own in text(in_spanish.get(address)) for address in addresses)
    assert f"{own}: subido." in text(
        in_spanish.post(url("move", case, item.pk), form(case, direction="up"), follow=True)
    )
