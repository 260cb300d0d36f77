"""What a runner does on the phone, in their words; and the ordinary days between, logged by the same real actions."""

import re
from math import ceil
from uuid import uuid4

from django.core import mail
from django.utils import timezone
from playwright.sync_api import expect

from clinic.mail import POSTMAN
from clinic.models import Case
from clinic.terms import Answer
from rehab import actions
from rehab.actions import ExerciseTold, RunTold, SessionTold
from rehab.knowledge import rehab_knowledge
from rehab.management import demo
from rehab.management.stories import FAILED_EXTENSION, FAILED_ROTATION, SOLEUS, WEAK_CALF, Story
from rehab.models import LevelStep, Plan, RunStage
from triage.knowledge import triage_knowledge

CALM = {question.code: Answer.ABSENT for question in triage_knowledge().safety_set}
TRAINS = (0, 2, 4)  # Monday, Wednesday, Friday
TO_LOAD = ("/me/", "/me/plan/", "/me/session/", "/me/session/?anyway=yes", "/me/run/", "/me/morning/", "/me/plan.pdf")


def a_drafted_soleus(clinic, clinician, given_name, surname):
    """Return the case of somebody with a sore soleus, screened, examined and drafted by the actions; not invited."""
    story = Story(
        given_name, surname, "Dull ache mid calf, worse going down stairs", "drafted", found=SOLEUS, cause="SOLEUS",
        measured=(FAILED_ROTATION, FAILED_EXTENSION, *WEAK_CALF),
    )  # fmt: skip
    now = timezone.now()
    walk = demo.Walk(story, clinic, clinician, now - demo.TODAY, now)
    walk.go()
    return Case.objects.select_related("patient", "clinic").get(pk=walk.case.pk)


def tap(page, group, answer, number=0):
    """Tap one answer of a question that is in sight."""
    page.get_by_role("group", name=group).filter(visible=True).nth(number).get_by_label(answer, exact=True).check()


def about_the_whole(page, *, pain=1, effort=5, after=0):
    """Answer what is asked after a session."""
    tap(page, "The worst pain during it", str(pain))
    tap(page, "How hard was it as a whole?", str(effort))
    tap(page, "Did you limp", "No")
    tap(page, "Any tingling", "No")
    tap(page, "Pain now, just after", str(after))


def answer_morning(phone, pain=0):
    """Tell how the first steps of this morning felt, from today's page."""
    page = phone.page
    phone.open("/me/")
    page.get_by_role("link", name="Answer", exact=True).click()
    tap(page, "How much did your calf hurt", str(pain))
    page.get_by_label("For how many minutes was it stiff?").fill("0")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Your morning is kept. Thank you.")).to_be_visible()


def train(phone, *, pain=1):
    """Do today's session as the page leads through it, all of it clean; return the heading that judges it."""
    page = phone.page
    phone.open("/me/")
    page.get_by_role("link", name="Start").click()
    page.get_by_role("button", name="None of these").click()
    expect(page.get_by_role("heading", name="Your session")).to_be_visible()
    phone.look()
    for number in range(page.locator("[data-step=exercise]").count()):
        step = page.locator("[data-step=exercise]").nth(number)
        step.locator(".my-all").click()
        tap(page, "Pain while doing it", str(pain))
        tap(page, "How hard was it?", "5")
        step.get_by_label("Clean throughout").check()
        step.locator(".my-ways .btn-primary").last.click()
    about_the_whole(page, pain=pain)
    page.get_by_label("How many minutes").fill("25")
    return _saved(phone, "Save the session")


def first_week(phone, days, *, morning=0, runs=()):
    """Live the first week up to the morning of day 8, its first and its last day told on the phone."""
    train(phone)
    days.clock.at(1, 7)
    answer_morning(phone, pain=morning)
    days.pass_to(7, morning=morning, runs=runs)
    days.clock.at(7, 7)
    answer_morning(phone, pain=morning)
    assert train(phone) == "Well done"
    days.clock.at(8, 7)
    answer_morning(phone)


def log_run(phone, stage, *, pain=0):
    """Log the run of a stage as it was asked for, on the form of a run; return the heading that judges it."""
    page, asked = phone.page, rehab_knowledge().running.stages[stage]
    phone.open("/me/")
    page.get_by_role("link", name="Log a run or walk").click()
    expect(page.get_by_label(re.compile(f"Stage {stage}:"))).to_be_checked()
    page.get_by_label("Minutes of running").fill(f"{asked.total_run_minutes:g}")
    page.get_by_label("Minutes of walking").fill(f"{asked.walk_minutes * asked.repetitions:g}")
    about_the_whole(page, pain=pain, effort=4)
    page.get_by_label("None of these, since I last answered").check()
    phone.look()
    return _saved(phone, "Save the run")


def _saved(phone, button):
    phone.page.get_by_role("button", name=button).click()
    expect(phone.page.get_by_role("heading", name="What happens next")).to_be_visible()
    phone.look()
    return phone.page.get_by_role("heading", level=1).inner_text()


def come_back(phone, address):
    """Come in by a code of the mail, after the phone was signed out by the passing of time."""
    page = phone.page
    phone.open("/me/")
    page.get_by_role("link", name="I am a runner: send me a code").click()
    page.get_by_label("E-mail address").fill(address)
    page.get_by_role("button", name="Send me a code").click()
    page.wait_for_url("**/accounts/code/enter/**")
    page.get_by_label("Code").fill(code_in_mail(address))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/me/")


def tell_before_the_visit(phone, told):
    """Go through every topic of the intake, from today's page, and send it; ``told``: {topic: {field: value}}."""
    page = phone.page
    page.get_by_role("link", name="Tell my clinic about the leg").click()
    page.get_by_role("link", name="Begin").click()
    for topic, fields in told.items():
        page.wait_for_url(f"**/me/intake/{topic}/")
        fill(page, fields)
        phone.look()
        sends = {"urgent": "Send my answers", "today": "Send my answers", "risks": "No to all the others"}
        go_on(page, sends.get(topic, "Save and go on"))
    page.get_by_role("button", name="Send it to my clinic").click()
    expect(page.get_by_text("Your clinic has your answers")).to_be_visible()
    phone.look()


def fill(page, fields):
    """Fill one page of the intake."""
    for name, value in fields.items():
        for each in [value] if isinstance(value, str) else value:
            box = page.locator(f'[name="{name}"]').first
            kind = box.get_attribute("type")
            if kind in ("radio", "checkbox"):
                page.locator(f'input[name="{name}"][value="{each}"]').evaluate("tick => tick.click()")
            elif kind != "submit":
                box.fill(each)


def go_on(page, name="Save and go on"):
    """Send a page of the intake and wait for the next."""
    here = page.url
    page.get_by_role("button", name=name, exact=True).click()
    page.wait_for_url(lambda url: url != here)


def code_in_mail(address):
    """Return the code of the newest mail, once it has left."""
    POSTMAN.submit(lambda: None).result()
    assert mail.outbox[-1].to == [address]
    return re.search(r"^[A-Z]{4}-[A-Z]{4}$", mail.outbox[-1].body, re.MULTILINE).group()


def exercises_named(visitor):
    """Return every exercise of the catalogue that the page names."""
    text = visitor.text().lower()
    return [exercise.name.en for exercise in rehab_knowledge().exercises.values() if exercise.name.en.lower() in text]


def finds_nothing_to_load(phone):
    """Look at every page that could hold an exercise, a stage or a way to begin: none does."""
    for address in TO_LOAD:
        phone.open(address)
        assert exercises_named(phone) == [], address
        assert not phone.page.locator("a[href*='next=session'], a[href*='next=anyway'], form[data-session]").count()
        assert "Running: stage" not in phone.text(), address
    phone.open("/me/safety/?next=session")
    if not phone.page.url.endswith("/me/"):  # asked as long as a case is open, and answered with no exercise
        phone.page.get_by_role("button", name="None of these").click()
        phone.page.wait_for_url("**/me/")
    assert exercises_named(phone) == []


class Days:
    """The ordinary days of one runner, between those that a journey tells on the pages; every log is a real action."""

    def __init__(self, clock, case):
        self.clock, self.case = clock, case

    @property
    def told(self):
        """Return who logs, for which case, and when."""
        case = Case.objects.select_related("patient__person", "clinic").get(pk=self.case.pk)
        return {"case": case, "by": case.patient.person, "at": timezone.now()}

    def pass_to(self, day, *, pain=1, morning=0, runs=()):
        """Live the days up to this one, which is left out: mornings, sessions on their weekdays, walks or runs.

        ``runs``: the days of the story on which the stage is done, or a walk of half an hour before there is one.
        """
        for number in range(self.clock.day + 1, day):
            self.morning(number, morning)
            if number % 7 in TRAINS:
                self.train(number, pain)
            if number in runs:
                self.run(number, pain=0)
            self.review(number)

    def morning(self, day, pain=0):
        """Wake up."""
        self.clock.at(day, 7)
        actions.log_morning(day=timezone.localdate(), pain=pain, stiffness_minutes=0, **self.told)

    def train(self, day, pain=1):
        """Do every exercise that does not rest."""
        self.clock.at(day, 8)
        plan = Plan.objects.signed().get(case=self.case)
        steps = {step.item_id: step for step in LevelStep.objects.filter(item__plan=plan).order_by("stepped_at", "id")}
        done = tuple(
            ExerciseTold(item=item, done="full", pain_during=pain, effort=5, form="good")
            for item, step in steps.items()
            if step.rest_until is None or step.rest_until <= timezone.now()
        )
        told = _told(pain=pain, effort=5, minutes=25, exercises=done)
        return actions.log_session(key=uuid4(), safety=CALM, told=told, **self.told)

    def time_to_run(self, day):
        """Go on to the hour of a run: each day a minute later, so that 48 hours lie between two of them."""
        self.clock.at(day, 10, day)

    def run(self, day, pain=0):
        """Run the stage as it stands, or walk for half an hour before the ladder begins."""
        self.time_to_run(day)
        here = RunStage.objects.filter(case=self.case).order_by("-stepped_at", "-id").first()
        stage = rehab_knowledge().running.stages[here.stage if here else 0]
        run = RunTold(
            stage=here.stage if here else None,
            run_minutes=stage.total_run_minutes,
            walk_minutes=stage.walk_minutes * stage.repetitions,
            longest_run_minutes=stage.run_minutes or None,
        )
        minutes = ceil(stage.total_run_minutes + stage.walk_minutes * stage.repetitions)
        told = _told(pain=pain, effort=4, minutes=minutes)
        return actions.log_run(key=uuid4(), safety=CALM, told=told, run=run, **self.told)

    def review(self, day):
        """Let the daily look pass over the case, as ``manage.py review`` does every hour."""
        self.clock.at(day, 19)
        actions.review(case=self.case, at=timezone.now())


def _told(*, pain, effort, minutes, exercises=()):
    return SessionTold(
        day=timezone.localdate(), began=timezone.now(), minutes=minutes, effort=effort, pain_before=0,
        pain_during=pain, pain_after=0, gait_change=Answer.ABSENT, tingling=Answer.ABSENT, exercises=exercises,
    )  # fmt: skip
