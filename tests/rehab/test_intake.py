"""What a runner tells before the visit: dangers first, one topic a page, kept at each step, sent as one piece."""

import datetime
import re

import pytest
from django.core import mail
from django.db import DatabaseError
from django.utils import timezone

from clinic.actions import FIRST_STEP
from clinic.models import Case, Draft, Patient, Task
from clinic.terms import Answer
from rehab import actions
from rehab.actions import NotAllowed
from rehab.actions.intake import told_so_far
from rehab.mine.intake import TOPICS
from rehab.mine.intake_forms import risk_codes
from rehab.mine.intake_words import BEGAN, PLACES, RISKS
from rehab.models import OutcomeScore
from tests import factories
from tests.triage.conftest import screened
from triage.facts import current_screening, stored_answers
from triage.knowledge import triage_knowledge

pytestmark = pytest.mark.django_db
HOME = "/me/intake/"
SET = triage_knowledge().safety_set
EMERGENCIES = [question.code for question in SET if question.level == "E"]
SAME_DAY = [question.code for question in SET if question.level == "D"]
CALM = dict.fromkeys((*EMERGENCIES, *SAME_DAY), "absent")
TOLD = {
    "urgent": dict.fromkeys(EMERGENCIES, "absent"),
    "today": dict.fromkeys(SAME_DAY, "absent"),
    "risks": {"none": "yes"},
    "story": {
        "onset_on": "2026-01-05",
        "began": "during",
        "story": "It tightened at 4 km.",
        "previous_strain": "present",
    },
    "where": {"zones": ["ZONE_MTJ_left", "ZONE_SOLEUS_MED_left"], "elsewhere": "the heel"},
    "running": {"running_history": "30 km a week", "core_training": "absent", "hypermobile": "not_assessed"},
    "shoes": {"shoes": "Light ones", "flat_feet": "present"},
    "medicines": {"medicines": "none", "allergies": "none known"},
    "goals": {
        "name_1": "Run 5 km",
        "rating_1": "3",
        "name_2": "Climb stairs",
        "rating_2": "6",
        "name_3": "Play football",
        "rating_3": "0",
    },
}


@pytest.fixture
def mine(at_work, runner):
    """The runner's browser."""
    return at_work(runner)


def tell(browser, *slugs, **changed):
    """Tell these topics, or all; ``changed`` fields replace those of the last one.  Return the last answer."""
    for slug in slugs or TOLD:
        answer = browser.post(f"{HOME}{slug}/", TOLD[slug] | (changed if slug == (slugs or list(TOLD))[-1] else {}))
    return answer


def test_the_way_leads_from_topic_to_topic_and_to_the_list(mine):
    for topic, following in zip(TOPICS, [*TOPICS[1:], None], strict=True):
        assert mine.get(f"{HOME}{topic.slug}/").status_code == 200
        answer = tell(mine, topic.slug)
        assert (answer.status_code, answer.url) == (302, f"{HOME}{following.slug}/" if following else HOME)
    assert "Send it to my clinic" in mine.get(HOME).content.decode()


def test_what_is_saved_is_there_on_another_device(mine, runner, client):
    tell(mine, "urgent", "today", "risks", "story")
    client.logout()
    client.force_login(runner)
    page = client.get(f"{HOME}story/").content.decode()
    assert "It tightened at 4 km." in page and 'value="2026-01-05"' in page
    assert re.search(r'value="during"[^>]*checked', page)
    assert 'href="/me/intake/where/"' in client.get(HOME).content.decode()


def test_dangers_come_before_everything_else(mine):
    for slug in ("today", "risks", "story", "goals"):
        assert mine.get(f"{HOME}{slug}/").url == HOME
    tell(mine, "urgent")
    assert mine.get(f"{HOME}story/").url == HOME
    tell(mine, "today")
    assert mine.get(f"{HOME}story/").status_code == 200


@pytest.mark.parametrize("code", EMERGENCIES)
def test_an_emergency_stops_at_once_and_alarms_in_the_same_request(
    mine, case, lead, clinic, code, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        answer = mine.post(f"{HOME}urgent/", {code: "present"})
    page = answer.content.decode()
    advice = next(question.advice.en for question in SET if question.code == code)

    assert answer.status_code == 200 and advice in page
    assert f"tel:{clinic.emergency_number}" in page and "Your clinic has been told" in page
    task = Task.objects.get(case=case)
    assert (task.code, task.level, task.is_alarm) == ("red_flag", "E", True)
    assert mail.outbox[0].to == [lead.email]
    assert Case.objects.get(pk=case.pk).attention == Case.Attention.EMERGENCY
    for slug in ("today", "risks", "story"):
        assert mine.get(f"{HOME}{slug}/").url == HOME
    home = mine.get(HOME).content.decode()
    assert "No exercise for now" in home and "Go on" not in home


def test_a_same_day_answer_comes_after_every_emergency_was_asked(mine, case):
    tell(mine, "urgent")
    answer = mine.post(f"{HOME}today/", {"new_swelling": "present"})
    page = answer.content.decode()

    assert "A doctor must look at this leg today" in page and "Stop for today" in page
    assert Task.objects.get(case=case).level == "D"
    assert mine.get(f"{HOME}story/").status_code == 200


def test_the_advice_is_shown_even_if_nothing_can_be_written(mine, clinic, monkeypatch):
    def broken(**told):
        raise DatabaseError("attempt to write a readonly database")

    monkeypatch.setattr("rehab.actions.intake.keep_draft", broken)
    answer = mine.post(f"{HOME}urgent/", {"dark_urine": "present"})
    page = answer.content.decode()

    assert answer.status_code == 200
    assert "Go to the emergency department now" in page
    assert "NOT been told" in page and clinic.phone in page
    assert not Task.objects.exists()


def test_a_danger_page_needs_every_answer_unless_one_is_yes(mine):
    few = dict(list(TOLD["urgent"].items())[:2])
    assert mine.post(f"{HOME}urgent/", few).status_code == 422
    assert mine.post(f"{HOME}urgent/", {"dark_urine": "maybe"}).status_code == 422
    assert mine.get(f"{HOME}story/").url == HOME


def test_every_risk_of_a_clot_is_asked_or_known(mine, case):
    clot = triage_knowledge().clot
    assert {*clot.strong, *clot.weak} <= set(risk_codes())
    tell(mine, "urgent", "today")
    page = mine.get(f"{HOME}risks/").content.decode()
    asked = {code for code in risk_codes() if f'name="{code}"' in page}
    assert set(risk_codes()) - asked == {"age_over_60"}

    Patient.objects.filter(pk=case.patient_id).update(sex="male")
    page = mine.get(f"{HOME}risks/").content.decode()
    assert 'name="pregnant"' not in page and 'name="oestrogen"' in page


def test_risks_need_an_answer_each_or_no_to_all_the_others(mine, case):
    tell(mine, "urgent", "today")
    assert mine.post(f"{HOME}risks/", {"smoking": "absent"}).status_code == 422
    tell(mine, "risks")
    answers = stored_answers(current_screening(case))
    assert set(answers.values()) == {Answer.ABSENT} and answers["travel_4h"] is Answer.ABSENT
    assert all(current_screening(case).answers.values_list("shown_none", flat=True))
    assert current_screening(case).is_open and not Task.objects.exists()


def test_a_risk_that_the_rules_stop_at_stops_and_alarms(mine, case, runner):
    tell(mine, "urgent", "today")
    answer = tell(mine, "risks", w9="present")
    page = answer.content.decode()

    assert answer.status_code == 200 and "Stop for today" in page
    assert list(case.red_flag_items.values_list("row", "level", "opened_by")) == [("RF-DVT", "D", runner.pk)]
    task = Task.objects.get()
    assert task.level == "D" and "DVT" in task.text
    assert current_screening(case).because


def test_not_sure_stays_a_silence(mine, case):
    tell(mine, "urgent", "today")
    tell(mine, "risks", family_clot="not_assessed")
    assert "family_clot" not in stored_answers(current_screening(case))
    assert told_so_far(case, case.patient.person)["risks"]["family_clot"] == "not_assessed"


def test_a_runners_no_takes_no_yes_of_the_clinic_back(mine, case, clinician):
    screened_open = {"smoking": "present", "dark_urine": "not_assessed"}
    screened(case, clinician, **screened_open)
    tell(mine, "urgent", "today", "risks")
    assert stored_answers(current_screening(case))["smoking"] is Answer.PRESENT


def test_a_blood_thinner_reaches_the_persons_record(mine, case):
    tell(mine, "urgent", "today")
    tell(mine, "risks", anticoagulant="present")
    assert Patient.objects.get(pk=case.patient_id).anticoagulant == "present"


def test_a_runner_over_60_is_not_stopped_for_the_age_but_the_clinic_is_told(mine, case):
    born = timezone.localdate() - datetime.timedelta(days=365 * 65)
    Patient.objects.filter(pk=case.patient_id).update(birth_date=born)
    tell(mine, "urgent", "today")
    assert tell(mine, "risks").status_code == 302
    assert Task.objects.get().level == "D"


def test_what_was_told_stands_in_the_record_and_the_clinician_corrects_it(mine, case, runner, clinician, at_work):
    assert case.next_step == FIRST_STEP
    tell(mine)
    assert mine.post(HOME).url == HOME
    assert "Your clinic has your answers" in mine.get(HOME).content.decode()

    case.refresh_from_db()
    assert (case.story, case.began, case.onset_on) == ("It tightened at 4 km.", "during", datetime.date(2026, 1, 5))
    assert (case.shoes, case.flat_feet, case.core_training, case.hypermobile) == (
        *("Light ones", "present", "absent"),
        "not_assessed",
    )
    assert case.goals == "Run 5 km (3 of 10 now); Climb stairs (6 of 10 now); Play football (0 of 10 now)"
    assert (case.patient.medicines, case.patient.allergies) == ("none", "none known")
    event = case.events.filter(kind="told").get()
    assert event.by == runner and event.data["said"]["where"]["zones"] == ["ZONE_MTJ_left", "ZONE_SOLEUS_MED_left"]
    score = OutcomeScore.objects.get()
    assert (score.measure, float(score.value), score.scored_by) == ("PSFS", 3, runner)
    assert score.parts["activities"][0] == {"activity": "Run 5 km", "points": 3}
    assert not Draft.objects.filter(form="told").exists()

    desk = at_work(clinician)
    page = desk.get(f"/cases/{case.pk}/").content.decode()
    assert "Told before the visit" in page and "Muscle-tendon junction, left" in page and "the heel" in page
    assert "It tightened at 4 km." in desk.get(f"/cases/{case.pk}/intake/").content.decode()


def test_what_the_clinic_wrote_is_not_typed_over(mine, case):
    Case.objects.filter(pk=case.pk).update(story="As told at the desk", flat_feet="absent")
    Patient.objects.filter(pk=case.patient_id).update(allergies="latex")
    tell(mine)
    mine.post(HOME)
    case = Case.objects.get(pk=case.pk)
    assert (case.story, case.flat_feet, case.patient.allergies) == ("As told at the desk", "absent", "latex")
    assert case.began == "during"


def test_two_activities_are_kept_but_not_scored(mine, case):
    tell(mine, *list(TOLD)[:-1])
    tell(mine, "goals", name_3="", rating_3="")
    mine.post(HOME)
    case.refresh_from_db()
    assert case.goals.startswith("Run 5 km") and not OutcomeScore.objects.exists()


def test_it_is_sent_once_and_only_when_whole(mine, case):
    tell(mine, "urgent", "today")
    mine.post(HOME)
    assert not case.events.filter(kind="told").exists()
    tell(mine)
    for _ in range(2):
        mine.post(HOME)
    assert case.events.filter(kind="told").count() == 1
    assert mine.get(f"{HOME}story/").url == HOME


def test_nothing_is_asked_once_a_clinician_has_screened(mine, case, clinician):
    screened(case, clinician)
    assert "Nothing is asked" in mine.get(HOME).content.decode()
    assert mine.get(f"{HOME}urgent/").url == HOME


@pytest.mark.parametrize(
    ("slug", "wrong"),
    [
        ("story", {"onset_on": "2999-01-01"}),
        ("story", {"story": ""}),
        ("story", {"began": "yesterday"}),
        ("where", {"zones": [], "elsewhere": " "}),
        ("where", {"zones": ["ZONE_NOWHERE_left"]}),
        ("goals", {"rating_2": ""}),
        ("goals", {"name_2": ""}),
        ("goals", {"name_1": "", "rating_1": ""}),
        ("medicines", {"allergies": ""}),
    ],
)
def test_a_wrong_answer_is_told_on_the_page_and_not_kept(mine, case, slug, wrong):
    tell(mine, "urgent", "today")
    answer = tell(mine, slug, **wrong)
    assert answer.status_code == 422 and "Something is missing here" in answer.content.decode()
    assert slug not in told_so_far(case, case.patient.person)


def test_somebody_elses_case_is_nobodys_to_tell(case, clinic):
    fellow = factories.PatientFactory(clinic=clinic).person
    told = {"case": case, "topic": "story", "fields": {}, "by": fellow, "at": timezone.now()}
    for act in (
        lambda: actions.keep_topic(**told),
        lambda: actions.send_intake(case=case, by=fellow, at=timezone.now()),
        lambda: actions.answer_risks(**told, answers={"w9": Answer.PRESENT}, shown_none=()),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert not Draft.objects.exists()


def test_the_way_in_stands_on_the_runners_day_while_it_is_asked(mine, case, clinician):
    assert HOME in mine.get("/me/").content.decode()
    screened(case, clinician)
    assert HOME not in mine.get("/me/").content.decode()


@pytest.mark.parametrize("slug", ["", "urgent", "risks", "where"])
def test_a_page_of_the_intake_asks_at_most_14_questions(mine, slug, django_assert_max_num_queries):
    tell(mine, "urgent", "today")
    with django_assert_max_num_queries(14):
        assert mine.get(f"{HOME}{f'{slug}/' if slug else ''}").status_code == 200


def test_an_unknown_topic_is_not_there(mine):
    assert mine.get(f"{HOME}nothing/").status_code == 404


def test_the_ways_a_pain_begins_are_those_of_the_case():
    assert [code for code, _ in BEGAN] == list(Case.Began.values)


def test_the_runners_words_ask_the_same_numbers_and_places_as_the_knowledge():
    labels = {entry.code: entry.label.en for entry in triage_knowledge().codes}
    assert set(RISKS) == set(risk_codes())
    for code, words in RISKS.items():
        asked, known = (set(re.findall(r"\d+", str(text))) for text in (words, labels[code]))
        assert asked <= known, code
        assert known - asked <= {"84"}, code  # the weeks of w3, in days
    assert set(PLACES) == {code for code in triage_knowledge().tests if code.startswith("ZONE_")}


def test_it_speaks_spanish(mine, runner):
    runner.language = "es"
    runner.save()
    page = mine.get(f"{HOME}urgent/").content.decode()
    assert "¿Falta de aire o dolor en el pecho nuevos?" in page and "Llama al número de emergencias ahora" in page
