"""A clinic in the middle of its work, with everybody who could knock at a door, and a neighbour's records."""

import datetime
import hashlib
import re
import time
from types import SimpleNamespace
from uuid import uuid4

from django.apps import apps
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import get_resolver, reverse
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from clinic.feeds import make_feed
from clinic.models import Person
from clinic.terms import Answer
from rehab import actions as rehab_actions
from rehab.models import ExerciseMedia, Plan, WatchExport, Wording
from rehab.pages import todays_treatments
from tests import factories
from tests.course import a_course
from tests.rehab import conftest as paths
from triage.knowledge import triage_knowledge
from triage.models import Screening

PEOPLE = ("nobody", "runner", "fellow", "administrator", "stranger", "assistant", "clinician", "lead")


def a_case(clinic, by, **fields):
    """A case on its whole path: screened, one urgent item signed, examined, treated, one plan signed, one drafted."""
    onset = timezone.localdate() - datetime.timedelta(days=21)
    case = factories.CaseFactory(patient__clinic=clinic, opened_by=by, onset_on=onset, **fields)
    paths.screened_calm(case, by)
    item = paths.an_item(case, by, "U", row="RF-CECS")
    paths.a_signature(item, by, "may_load")
    paths.nothing_against(case, by)
    paths.diagnosed(case, by)
    rehab_actions.sign_plan(plan=paths.drafted(case, by), version=case.version, by=by, at=timezone.now())
    paths.drafted(case, by)
    a_treatment(case, by)
    case.refresh_from_db()
    return case


def a_treatment(case, by):
    """Record a treatment that is allowed today."""
    now = timezone.now()
    allowed = next(row.code for row in todays_treatments(case, now)[0] if row.verdict == "ok")
    words = {"site": "calf", "indication": "tight", "reason": "", "response": "eased"}
    case.refresh_from_db()
    rehab_actions.record_treatment(
        case=case, version=case.version, treatment=allowed, given_at=now, **words, by=by, at=now
    )


def everybody(clinic):
    """Return the people by name; who works anywhere may also open the admin's front door."""
    neighbour = factories.ClinicFactory()
    people = {role: factories.member(clinic, role, is_staff=True) for role in PEOPLE[3:] if role != "stranger"}
    people["stranger"] = factories.member(neighbour, "clinician", is_staff=True)
    people["fellow"] = factories.PatientFactory(clinic=clinic).person
    return people | {"nobody": None}, neighbour


def a_world():
    """Return the people, our case, and the neighbour's case of the same shape."""
    rehab_actions.sync_catalogue()
    clinic = factories.ClinicFactory()
    people, neighbour = everybody(clinic)
    ours, theirs = a_case(clinic, people["clinician"]), a_case(neighbour, people["stranger"])
    people["runner"] = ours.patient.person
    picture = a_picture(clinic)
    alarm = factories.a_task(ours, people["clinician"], "red_flag", is_alarm=True, level="D")
    DBTaskResult.objects.create(status="FAILED", args_kwargs={"args": [], "kwargs": {}}, task_path="a.read_export")
    export = WatchExport.objects.create(case=ours, sent_at=timezone.now(), sent_by=people["runner"])
    session = a_session(ours)
    offer, foreign = a_course(ours, people["clinician"]), a_course(theirs, people["stranger"])
    make_feed(patient=ours.patient, starts=None, at=timezone.now())
    told = {"clinic": clinic, "people": people, "case": ours, "theirs": theirs, "picture": picture}
    told |= {"alarm": alarm, "export": export}
    return SimpleNamespace(**told, session=session, offer=offer, foreign_offer=foreign)


def a_picture(clinic):
    """Let a clinic say something of the bird dog, and show a picture of it."""
    own = {"name": f"Pointer of {clinic}", "cues": f"Slowly at {clinic}", "faults": f"No hurry at {clinic}"}
    wording = Wording.objects.create(exercise_id="BIRD_DOG", clinic=clinic, **own)
    picture = ExerciseMedia(wording=wording, description=f"All fours at {clinic}, left arm and right leg long")
    picture.file.save("bird.png", ContentFile(b"\x89PNG"))
    return picture


def a_session(case):
    """Log a calm session of the plan in force, as its runner."""
    at, plan = timezone.now(), Plan.objects.signed().get(case=case)
    felt = {"pain_during": 0, "effort": 5, "form": "good"}
    done = tuple(rehab_actions.ExerciseTold(item=item.pk, done="full", **felt) for item in plan.items.all())
    told = rehab_actions.SessionTold(day=timezone.localdate(at), minutes=20, effort=5, pain_during=0, exercises=done)
    calm = dict.fromkeys((question.code for question in triage_knowledge().safety_set), Answer.ABSENT)
    runner = case.patient.person
    return rehab_actions.log_session(case=case, key=uuid4(), safety=calm, told=told, by=runner, at=at).row


def draft_of(case):
    """Return the draft of a case."""
    return Plan.objects.drafts().get(case=case)


def item_of(case, app="triage"):
    """Return a red-flag item of a case, or an exercise of its draft."""
    return case.red_flag_items.first() if app == "triage" else draft_of(case).items.first()


def a_browser(world, who, **options):
    """Return a fresh browser in which this person is signed in."""
    browser = Client(raise_request_exception=False, **options)
    if world.people[who]:
        browser.force_login(Person.objects.get(pk=world.people[who].pk))  # as they stand now: who signed out is out
    return browser


def came_in(browser, person, **how):
    """Let a session say that this person showed who they are just now: by password, unless told otherwise."""
    session = browser.session
    session["account_authentication_methods_user"] = str(person.pk)
    session["account_authentication_methods"] = [{"method": "password", "at": time.time()} | how]
    session.save()


def as_read(browser, at):
    """Return the field by which a page of the admin says how it read its row."""
    return dict(re.findall(r'name="(as_read)" value="([^"]+)"', browser.get(at).content.decode()))


LOOKED = {"sessions.Session", "usersessions.UserSession", "clinic.AuditChain", "clinic.AuditEvent"}


def tables(among=None):
    """Return a fingerprint of every table but those of sessions and audit, which keep that somebody looked.

    ``among``: the names of the tables to look at, where it was watched that no other was written to.
    """
    prints = {}
    for model in apps.get_models(include_auto_created=True):
        if model._meta.label not in LOOKED and (among is None or model._meta.db_table in among):
            columns = [f.attname for f in model._meta.concrete_fields if f.attname != "session_secret"]
            rows = list(model.objects.order_by("pk").values_list(*columns))
            prints[model._meta.label] = (len(rows), hashlib.sha256(repr(rows).encode()).hexdigest())
    return prints


def every_route(resolver=None, before="", space=""):
    """Yield (name, pattern) of every address; one without a name goes by its pattern."""
    for entry in (resolver or get_resolver()).url_patterns:
        pattern = before + str(entry.pattern)
        if hasattr(entry, "url_patterns"):
            yield from every_route(entry, pattern, f"{entry.namespace}:" if entry.namespace else space)
        else:
            yield (space + entry.name if entry.name else pattern), pattern


def an_unfinished_screening(world):
    """Begin a new screening and leave it open: the gate is shut."""
    return Screening.objects.create(
        case=world.case, started_by=world.people["lead"], started_at=timezone.now(), level="D"
    )


def address(name, *args, **kwargs):
    """Return an address by name."""
    return reverse(name, args=args, kwargs=kwargs)
