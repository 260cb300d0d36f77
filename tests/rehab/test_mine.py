"""The runner's own pages: what is due, the safety questions first, a session kept once, a morning, a run."""

import re
from datetime import timedelta
from decimal import Decimal
from html import unescape
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinic.language import said
from clinic.models import Person, Task
from clinic.templatetags.said import said_day, said_moment
from clinic.terms import Answer
from rehab import actions
from rehab.history import began
from rehab.knowledge import rehab_knowledge
from rehab.models import ExerciseLog, MorningLog, Plan, RunLog, RunStage, SafetyCheck, SessionLog
from tests.course import a_session
from tests.factories import CaseFactory
from tests.rehab.conftest import SHUT, a_diagnosis, a_plan, a_step, drafted, in_force
from triage.gate import loading_gate
from triage.knowledge import triage_knowledge

pytestmark = pytest.mark.django_db
TODAY, SAFETY, SESSION, RUN, MORNING, LOGS = (
    f"/me/{page}" for page in ("", "safety/", "session/", "run/", "morning/", "log/")
)
AFTER = {"pain_during": "1", "effort": "5", "pain_after": "0", "gait_change": "absent", "tingling": "absent"}


@pytest.fixture
def plan(rules_draft, clinician):
    """The plan of the rules, signed."""
    return actions.sign_plan(plan=rules_draft, version=rules_draft.case.version, by=clinician, at=timezone.now())


@pytest.fixture
def phone(plan, runner, at_work):
    """The runner of the plan, signed in."""
    return at_work(runner)


def calm():
    """Return the safety set answered with no."""
    return dict.fromkeys((question.code for question in triage_knowledge().safety_set), Answer.ABSENT)


def questions(level):
    """Return the codes of the safety questions of one level."""
    return [question.code for question in triage_knowledge().safety_set if question.level == level]


def text(answer, status=200):
    """Return a page's words, after looking at its status."""
    assert answer.status_code == status, answer.content.decode()[:3000]
    return answer.content.decode()


def done(plan, days_ago=0, hours_ago=0, **changes):
    """Log a session of the whole plan, some time ago."""
    at, by = timezone.now() - timedelta(days_ago, hours=hours_ago), plan.case.patient.person
    exercises = tuple(actions.ExerciseTold(item.pk, "full", pain_during=0) for item in plan.items.all())
    told = {"effort": 5, "pain_during": 0, "exercises": exercises, "day": timezone.localdate(at)}
    told = actions.SessionTold(**(told | changes))
    return actions.log_session(case=plan.case, key=uuid4(), safety=calm(), told=told, by=by, at=at).row


def asked_first(phone, way="session"):
    """Answer the safety set with "none of these" and return the check that was kept."""
    answer = phone.post(f"{SAFETY}?next={way}", {"none": "yes"})
    assert answer.status_code == 302, answer.content.decode()[-2000:]
    return SafetyCheck.objects.latest("asked_at")


def filled(plan, check, **changes):
    """Return the form of a session of which every set was done."""
    form = {"key": str(check.pk), "day": timezone.localdate().isoformat(), **AFTER}
    form["item"] = [str(item.pk) for item in plan.items.order_by("position")]
    for number in range(1, len(form["item"]) + 1):
        form |= {f"x{number}_all": "on", f"x{number}_pain": "1", f"x{number}_effort": "5", f"x{number}_form": "good"}
    return {**form, **changes}


# --- Today -------------------------------------------------------------------------------------


def test_today_says_what_is_due_how_long_it_takes_and_where_to_begin(phone, plan):
    page = text(phone.get(TODAY))

    for item in plan.items.select_related("exercise"):
        assert page.count(item.exercise.name) == 2  # due today, and this week
    assert "3 exercises" in page and "an estimate" in page
    assert f'href="{SAFETY}?next=session"' in page
    assert phone.get(TODAY).context["minutes"] > 5


def test_what_was_done_is_done_for_today(phone, plan):
    done(plan)
    page = text(phone.get(TODAY))

    assert "All done for today" in page and "?next=session" not in page
    assert "Last time," in page


def test_between_two_days_of_work_lies_a_day_of_rest_that_may_be_moved(open_case, clinician, at_work, monkeypatch):
    plan = a_plan(open_case, clinician)
    plan.items.update(times_a_week=3)
    in_force(plan, clinician)
    wednesday = timezone.now().replace(hour=12) + timedelta(days=(2 - timezone.now().weekday()) % 7)
    monkeypatch.setattr(timezone, "now", lambda: wednesday)
    phone = at_work(open_case.patient.person)
    done(plan, days_ago=1)
    page = text(phone.get(TODAY))

    assert "A day of rest" in page and "?next=anyway" in page
    assert phone.get(f"{SESSION}?anyway=yes").url == f"{SAFETY}?next=anyway"
    assert phone.get(SESSION).url == TODAY


def test_an_exercise_that_a_rule_rests_is_not_due_and_says_until_when(phone, plan, clinician):
    item, until = plan.items.first(), timezone.now() + timedelta(hours=30)
    step = a_step(item, clinician, item.start_level)
    step.rest_until = until
    step.save()
    page = text(phone.get(TODAY))

    assert "rests until" in page and "2 exercises" in page
    assert [task.item.pk for task in phone.get(TODAY).context["to_do"]] == list(
        plan.items.exclude(pk=item.pk).values_list("pk", flat=True)
    )


def test_half_the_dose_is_said_as_half(phone, plan, clinician):
    item = plan.items.get(exercise_id="SUPERMAN")
    step = a_step(item, clinician, item.start_level)
    step.dose_percent = 50
    step.save()

    assert "2 sets of 4 repetitions each side" in text(phone.get(TODAY))


@pytest.mark.parametrize("way", SHUT)
def test_behind_a_shut_gate_nothing_is_due_anywhere(phone, plan, clinician, way):
    SHUT[way](plan.case, clinician)
    page = text(phone.get(TODAY))

    assert "No exercise for now" in page and "Superman" not in page and "?next=session" not in page
    assert phone.get(SESSION).url == TODAY


def test_without_a_limit_of_pain_there_is_no_session(phone, plan, clinician):
    a_diagnosis(plan.case, clinician, "RADICULOPATHY")
    page = text(phone.get(TODAY))

    assert "has not yet said how much pain is allowed" in page and "?next=session" not in page
    assert phone.get(SESSION).url == TODAY


def test_without_a_plan_the_page_is_kind(case, runner, at_work):
    assert "Your plan is not ready yet" in text(at_work(runner).get(TODAY))


def test_the_morning_after_a_session_is_asked_first(phone, plan):
    done(plan, days_ago=1)
    page = text(phone.get(TODAY))
    assert page.index("First: this morning") < page.index("This week")

    phone.post(MORNING, {"pain": "2", "stiffness_minutes": "10"})
    assert "First: this morning" not in text(phone.get(TODAY))


def test_the_stage_of_the_way_back_to_running_is_shown(phone, plan, clinician):
    told = {"knowledge_version": "test", "knowledge_sha256": "0" * 64, "rule": "ENTRY", "stepped_by": clinician}
    RunStage.objects.create(case=plan.case, stage=2, stepped_at=timezone.now(), **told)
    page = text(phone.get(TODAY))

    assert "Running: stage 2 of 8" in page and "Walk 3 min, run 2 min; 4 times." in page


RAN_2, WALKED = {"stage": 2, "walk_minutes": 12, "run_minutes": 8}, {"stage": 0, "walk_minutes": 30, "run_minutes": 0}


@pytest.mark.parametrize(
    ("stage", "run", "days_ago", "colour", "words"),
    [
        (2, RAN_2, 1, "green", "run"),
        (2, RAN_2, 1, "amber", "run"),  # running is running, however it went
        (2, RAN_2, 3, "green", ""),
        (2, WALKED, 1, "green", ""),
        (0, WALKED, 1, "green", "walk"),
        (0, WALKED, 1, "pending", "walk"),  # its morning may still make it count
        (0, WALKED, 1, "amber", ""),  # it does not count, and nothing ran
        (0, WALKED, 3, "green", ""),
        (0, WALKED | {"walk_minutes": 10}, 1, "green", ""),  # not the stage
        (0, WALKED, 12, "green", ""),  # before the stage began
    ],
)
def test_from_when_the_next_run_counts_is_told_by_the_hour(phone, plan, clinician, stage, run, days_ago, colour, words):
    told = {"knowledge_version": "test", "knowledge_sha256": "0" * 64, "rule": "ENTRY", "stepped_by": clinician}
    RunStage.objects.create(case=plan.case, stage=stage, stepped_at=timezone.now() - timedelta(days=9), **told)
    row = a_session(plan.case, clinician, days_ago=days_ago, run=run, colour=colour)
    page = text(phone.get(TODAY))

    assert ("counts for this stage from" in page) == bool(words)
    if words:
        from_then = said_moment(began(row) + timedelta(hours=48))
        assert f"Your next {words} counts for this stage from {from_then}: {words}s are 48 hours apart." in page


def test_today_asks_the_database_little_and_is_light(phone, plan):
    for days_ago in (1, 2, 3):
        done(plan, days_ago=days_ago)
    phone.get(TODAY)
    with CaptureQueriesContext(connection) as asked:
        page = phone.get(TODAY)

    assert len(asked) <= 23, "\n".join(q["sql"][:120] for q in asked)
    assert len(page.content) <= 20 * 1024


def test_today_is_spoken_in_spanish_to_who_chose_it(phone, plan, runner):
    Person.objects.filter(pk=runner.pk).update(language="es")
    page = text(phone.get(TODAY))

    assert "Para hoy" in page and "Empezar" in page and "Due today" not in page


# --- The safety questions ----------------------------------------------------------------------


def test_the_questions_come_first_every_time(phone, plan):
    assert phone.get(SESSION).url == f"{SAFETY}?next=session"
    check = asked_first(phone)
    assert "Your session" in text(phone.get(SESSION))

    left_out = {f"x{n}_all": "" for n in (1, 2, 3)} | {f"x{n}_reason": "No time" for n in (1, 2, 3)}
    phone.post(SESSION, filled(plan, check, **left_out, day=(timezone.localdate() - timedelta(2)).isoformat()))
    assert phone.get(SESSION).url == f"{SAFETY}?next=session"


def test_none_of_these_answers_every_question_that_was_shown(phone):
    check = asked_first(phone)

    assert check.answers == calm() and check.all_answered and check.where == "session"


def test_a_question_without_an_answer_is_asked_again_and_nothing_is_kept(phone):
    first = questions("E")[0]
    page = text(phone.post(f"{SAFETY}?next=session", {first: "absent"}), 422)

    assert "Some questions have no answer yet" in page and 'value="absent" checked' in page
    assert not SafetyCheck.objects.exists()


def test_an_emergency_stops_at_once(phone, plan, clinic):
    page = text(phone.post(f"{SAFETY}?next=session", {questions("E")[0]: "present"}))

    assert "Call the emergency number now" in page and f"tel:{clinic.emergency_number}" in page
    assert "Your clinic has been told" in page and "<fieldset" not in page
    assert not loading_gate(plan.case).open and Task.objects.filter(case=plan.case, is_alarm=True).exists()


def test_a_same_day_yes_shows_its_advice_and_still_asks_every_emergency(phone, plan):
    swelling = questions("D")[0]
    page = text(phone.post(f"{SAFETY}?next=session", {swelling: "present", "none": ""}))

    advice = next(q.advice.en for q in triage_knowledge().safety_set if q.code == swelling)
    assert advice in page and "A few more questions" in page
    assert page.count("<fieldset") == len(questions("E"))
    assert not loading_gate(plan.case).open

    answer = text(phone.post(SAFETY, {swelling: "present", questions("E")[0]: "present"}))
    assert "Call the emergency number now" in answer and "<fieldset" not in answer


def test_where_the_answer_cannot_be_kept_the_advice_is_shown_and_says_so(phone, monkeypatch):
    def broken(**told):
        raise DatabaseError("attempt to write a readonly database")

    monkeypatch.setattr(actions, "tell_safety", broken)
    page = text(phone.post(SAFETY, {questions("E")[0]: "present"}))

    assert "Call the emergency number now" in page and "Your clinic has NOT been told" in page


def test_without_a_session_to_come_the_questions_lead_back_to_today(phone):
    assert phone.post(SAFETY, {"none": "yes"}).url == TODAY
    assert SafetyCheck.objects.get().where == "message"


# --- A session by form -------------------------------------------------------------------------


def test_a_whole_session_is_kept_as_it_was_done(phone, plan):
    check = asked_first(phone)
    answer = phone.post(SESSION, filled(plan, check, minutes="25", note="fine"))
    session = SessionLog.objects.get()

    assert answer.url == reverse("rehab:my_logged", args=[session.pk])
    assert (session.key, session.minutes, session.pain_during, session.safety) == (check.pk, 25, 1, check)
    rows = list(session.exercises.all())
    assert [row.done for row in rows] == ["full"] * 3 and all(s["done"] for row in rows for s in row.sets)
    assert {(row.pain_during, row.effort, row.form) for row in rows} == {(1, 5, "good")}


def test_what_was_partly_done_or_left_out_says_so(phone, plan):
    form = filled(plan, asked_first(phone), x1_all="", x1_sets=["0"], x2_all="", x2_reason="It hurt", x2_more="calf")
    phone.post(SESSION, form)
    first, second, third = ExerciseLog.objects.order_by("position")

    assert (first.done, [s["done"] for s in first.sets][:2]) == ("partly", [True, False])
    assert (second.done, second.reason) == ("skipped", "It hurt: calf")
    assert third.done == "full"


def test_left_out_without_a_reason_is_asked_again_with_everything_kept(phone, plan):
    form = filled(plan, asked_first(phone), x1_all="", x3_pain="4", note="typed")
    page = text(phone.post(SESSION, form), 422)

    assert "Tick the sets you did, or say why you left it out." in page
    assert "typed" in page and 'name="x3_pain" value="4" checked' in page
    assert not SessionLog.objects.exists()


@pytest.mark.parametrize("missing", ["pain_during", "effort", "gait_change", "tingling"])
def test_what_a_verdict_needs_must_be_answered(phone, plan, missing):
    form = filled(plan, asked_first(phone))
    del form[missing]

    assert "Nothing was saved" in text(phone.post(SESSION, form), 422)
    assert not SessionLog.objects.exists()


def test_nothing_about_how_it_went_is_preselected(phone, plan):
    asked_first(phone)
    assert " checked" not in text(phone.get(SESSION))


def test_sent_twice_it_is_kept_once(phone, plan):
    form = filled(plan, asked_first(phone))
    first, second = phone.post(SESSION, form), phone.post(SESSION, form)

    assert first.url == second.url
    assert SessionLog.objects.count() == 1


def test_a_plan_that_was_replaced_meanwhile_loses_no_session(phone, plan, clinician):
    form = filled(plan, asked_first(phone))
    newer = drafted(plan.case, clinician)
    actions.sign_plan(plan=newer, version=newer.case.version, by=clinician, at=timezone.now())
    phone.post(SESSION, form)

    assert SessionLog.objects.get().plan == plan and Plan.objects.signed().get() == newer


def test_a_gate_that_shut_meanwhile_keeps_the_log_and_flags_it(phone, plan, clinician):
    form = filled(plan, asked_first(phone))
    SHUT["a same-day item is open"](plan.case, clinician)
    answer = phone.post(SESSION, form)

    assert SessionLog.objects.get().while_shut
    assert "Your plan was resting when you did this" in text(phone.get(answer.url))


def test_the_key_of_another_runner_is_not_there(phone, plan, clinician):
    other = CaseFactory(patient__clinic=plan.case.clinic)
    told = {"where": "session", "answers": calm(), "by": other.patient.person, "at": timezone.now()}
    theirs = actions.ask_safety(case=other, **told).row

    assert phone.post(SESSION, filled(plan, theirs)).status_code == 404
    assert phone.post(SESSION, filled(plan, theirs, key="nonsense")).url == f"{SAFETY}?next=session"
    assert not SessionLog.objects.exists()


def test_items_of_another_runner_are_not_in_the_form(phone, plan):
    form = filled(plan, asked_first(phone), item=[str(uuid4())])

    assert "There is no exercise in this session." in text(phone.post(SESSION, form), 422)


def test_a_swap_is_offered_only_where_the_rules_allow_it_today(phone, plan, clinician):
    check = asked_first(phone)
    page = text(phone.get(SESSION))
    superman = [item.exercise_id for item in plan.items.order_by("position")].index("SUPERMAN") + 1
    assert f'name="x{superman}_instead"' in page and "Bird dog" in page
    shown = page.split("How to do it instead: Bird dog")[1].split("</details>")[0]
    assert "BIRD_DOG/1/" in shown and said(rehab_knowledge().exercises["BIRD_DOG"].cues) in unescape(shown)

    told = {f"x{superman}_all": "", f"x{superman}_instead": "BIRD_DOG"}
    assert "Say why you did another exercise." in text(phone.post(SESSION, filled(plan, check, **told)), 422)
    phone.post(SESSION, filled(plan, check, **told, **{f"x{superman}_reason": "No equipment"}))
    row = ExerciseLog.objects.get(item__exercise_id="SUPERMAN")
    assert (row.done, row.swapped_for_id) == ("swapped", "BIRD_DOG")


def test_an_exercise_that_may_not_take_the_place_is_refused(phone, plan):
    form = filled(plan, asked_first(phone), x1_instead="DEAD_BUG_X", x1_reason="It hurt")

    text(phone.post(SESSION, form), 422 if "x1_instead" in text(phone.get(SESSION)) else 302)
    assert not ExerciseLog.objects.filter(done="swapped").exists()


def test_the_load_of_last_time_is_filled_in_in_the_runners_units(phone, plan, runner):
    item = plan.items.get(exercise_id="BARBELL_HIP_THRUST")
    told = (actions.ExerciseTold(item.pk, "full", load_kg=Decimal("20.0"), pain_during=2, effort=5),)
    done(plan, days_ago=3, exercises=told)
    asked_first(phone)
    page = text(phone.get(SESSION))
    assert 'value="20"' in page and "Load in kg" in page
    assert f"Last time, {said_day(timezone.localdate() - timedelta(days=3))}: " in page
    assert ": all of it, 20 kg, pain 2 of 10, effort 5 of 10" in page
    asked = [tag for tag in re.findall(r"<input[^>]*>", page) if re.search(r'name="x\d+_(pain|effort|form)"', tag)]
    assert asked and not any("checked" in tag for tag in asked), "what it felt like is asked anew"

    Person.objects.filter(pk=runner.pk).update(units="imperial")
    page = text(phone.get(SESSION))
    assert 'value="44.1"' in page and "Load in lb" in page and "all of it, 44.1 lb" in page


def test_the_session_asks_the_database_little(phone, plan):
    asked_first(phone)
    phone.get(SESSION)
    with CaptureQueriesContext(connection) as asked:
        phone.get(SESSION)

    assert len(asked) <= 32, "\n".join(q["sql"][:120] for q in asked)


# --- What happens next, and what was logged ----------------------------------------------------


def test_after_a_session_the_page_says_what_happens_next(phone, plan):
    answer = phone.post(SESSION, filled(plan, asked_first(phone)))
    page = text(phone.get(answer.url))

    assert "What happens next" in page and "Tomorrow morning we ask" in page
    assert "Superman" in page and "all of it" in page


def test_a_limp_is_too_much_and_says_why(phone, plan):
    page = text(phone.get(phone.post(SESSION, filled(plan, asked_first(phone), gait_change="present")).url))

    assert "That was too much" in page


def test_the_list_shows_what_was_logged_with_a_way_to_correct_it_for_a_day(phone, plan):
    row = done(plan)
    MorningLog.objects.create(
        case=plan.case, day=timezone.localdate(), pain=1, logged_at=timezone.now(), logged_by=row.logged_by
    )
    correct = reverse("rehab:my_correction", args=[row.pk])
    page = text(phone.get(LOGS))
    assert correct in page and f'href="{MORNING}"' in page

    older = done(plan, hours_ago=25)
    page = text(phone.get(LOGS))
    assert str(older.pk) in page and reverse("rehab:my_correction", args=[older.pk]) not in page


def test_older_logs_come_by_day(phone, plan):
    row = done(plan, days_ago=40)
    page = text(phone.get(LOGS))
    older = (timezone.localdate() - timedelta(days=40)).isoformat()

    assert f"?before={older}" in page
    assert str(row.pk) in text(phone.get(f"{LOGS}?before={older}"))
    assert "Nothing yet" in text(phone.get(f"{LOGS}?before=nonsense")) or older in text(phone.get(f"{LOGS}?before=x"))


# --- Correcting --------------------------------------------------------------------------------


def correction(plan, row, **changes):
    """Return the form that corrects a session of the whole plan."""
    return filled(plan, row.safety, **{"key": str(uuid4()), **changes})


def test_a_correction_shows_what_was_said_and_keeps_the_original(phone, plan):
    phone.post(SESSION, filled(plan, asked_first(phone), x1_all="", x1_sets=["0"], note="first words", x2_pain="3"))
    row = SessionLog.objects.get()
    address = reverse("rehab:my_correction", args=[row.pk])
    page = text(phone.get(address))
    assert "first words" in page and 'name="x2_pain" value="3" checked' in page and page.count("checkbox") > 3

    answer = phone.post(address, correction(plan, row, pain_during="4", note="second words"))
    newest = SessionLog.objects.current().get()
    assert answer.url == reverse("rehab:my_logged", args=[newest.pk])
    assert (newest.corrects_id, newest.pain_during, newest.note) == (row.pk, 4, "second words")
    assert SessionLog.objects.get(pk=row.pk).replaced_at
    assert phone.get(address).status_code == 404, "what was replaced is not corrected again"


def test_after_a_day_a_log_stays(phone, plan):
    row = done(plan, hours_ago=25)
    answer = phone.post(reverse("rehab:my_correction", args=[row.pk]), correction(plan, row), follow=True)

    assert "Tell the clinic what is wrong" in text(answer)
    assert SessionLog.objects.count() == 1


def test_a_log_of_somebody_else_is_not_there(phone, plan, at_work, clinic):
    row = done(plan)
    other = at_work(CaseFactory(patient__clinic=clinic).patient.person)

    for name in ("my_logged", "my_correction"):
        assert other.get(reverse(f"rehab:{name}", args=[row.pk])).status_code == 404


# --- A morning ---------------------------------------------------------------------------------


def test_a_morning_is_kept_and_may_be_corrected(phone, plan):
    assert phone.post(MORNING, {"pain": "3", "stiffness_minutes": "15"}).url == TODAY
    page = text(phone.get(MORNING))
    assert "You answered already" in page and 'value="3" checked' in page

    phone.post(MORNING, {"pain": "2", "stiffness_minutes": ""})
    row = MorningLog.objects.current().get()
    assert (row.pain, row.stiffness_minutes, MorningLog.objects.count()) == (2, None, 2)


@pytest.mark.parametrize("told", [{}, {"pain": "11"}, {"pain": "2", "stiffness_minutes": "-1"}])
def test_a_morning_without_a_pain_is_not_kept(phone, told):
    text(phone.post(MORNING, told), 422)
    assert not MorningLog.objects.exists()


# --- A run by hand -----------------------------------------------------------------------------


def a_run(**changes):
    """Return the form of a calm run."""
    told = {"key": str(uuid4()), "day": timezone.localdate().isoformat(), "stage": "free", "distance": "5,2"}
    return {**told, "run_minutes": "28.5", "none": "on", **AFTER, **changes}


def test_a_run_is_kept_with_its_safety_answers(phone, plan):
    phone.post(RUN, a_run(walk_minutes="10", shoes="blue"))
    run = RunLog.objects.get()

    assert (run.km, run.run_minutes, run.walk_minutes, run.stage) == (Decimal("5.2"), Decimal("28.5"), 10, None)
    assert (run.session.minutes, run.session.kind, run.longest_run_minutes) == (39, "run", None)
    assert run.session.safety.answers == calm()


def test_a_run_without_walking_is_one_stretch(phone, plan):
    phone.post(RUN, a_run())
    assert RunLog.objects.get().longest_run_minutes == Decimal("28.5")


@pytest.mark.parametrize(("distance", "ran"), [("", 0), ("5", None)])
def test_only_walking_told_means_no_running(phone, plan, distance, ran):
    phone.post(RUN, a_run(distance=distance, run_minutes="", walk_minutes="30"))
    assert (RunLog.objects.get().run_minutes, RunLog.objects.get().walk_minutes) == (ran, 30)


def test_miles_are_kept_as_kilometres(phone, plan, runner):
    Person.objects.filter(pk=runner.pk).update(units="imperial")
    assert "Distance in miles" in text(phone.get(RUN))
    answer = phone.post(RUN, a_run(distance="3.1"))

    assert RunLog.objects.get().km == Decimal("4.989")
    assert "3.1 miles" in text(phone.get(answer.url))


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"none": ""}, "Tick this if none of them is true"),
        ({"distance": "", "run_minutes": ""}, "Say how far or how long it was."),
        ({"distance": "501"}, "500"),
        ({"stage": "9"}, "Nothing was saved"),
    ],
)
def test_a_run_that_lacks_something_is_asked_again(phone, plan, changes, words):
    assert words in text(phone.post(RUN, a_run(**changes)), 422)
    assert not RunLog.objects.exists()


def test_the_stage_of_the_day_is_the_first_choice(phone, plan, clinician):
    told = {"knowledge_version": "test", "knowledge_sha256": "0" * 64, "rule": "ENTRY", "stepped_by": clinician}
    RunStage.objects.create(case=plan.case, stage=1, stepped_at=timezone.now(), **told)
    assert 'value="1" checked' in text(phone.get(RUN))
    phone.post(RUN, a_run(stage="1"))

    assert RunLog.objects.get().stage == 1


def test_a_run_is_corrected_with_its_figures_filled_in(phone, plan):
    phone.post(RUN, a_run(hills="on", sleep="7"))
    row = SessionLog.objects.get()
    address = reverse("rehab:my_correction", args=[row.pk])
    page = text(phone.get(address))
    assert 'value="5.2"' in page and 'name="sleep" value="7" checked' in page and 'name="none"' not in page

    form = a_run(distance="6")
    del form["none"]
    phone.post(address, form)
    assert RunLog.objects.get(session__replaced_at__isnull=True).km == 6


def test_what_ends_a_session_at_once_is_said_before_it(phone, plan):
    asked_first(phone)
    limit = next(limit for limit in rehab_knowledge().progress.limits if "PCS" in limit.causes)

    assert limit.stop_at_first and limit.text.en in text(phone.get(SESSION))
