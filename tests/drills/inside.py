"""What a drill does inside the product, in a process of its own: ``python -m tests.drills.inside prepare|counted``.

It prints JSON.  The process that drills never opens the database itself, so nothing of it can hold a lock there.
"""

import json
import sys
from datetime import timedelta

import django


def prepare(runners):
    """Make the tables, a clinic whose lead stands for the knowledge, and runners with a plan; return who they are."""
    from django.core.management import call_command
    from django.utils import timezone

    from clinic.actions import confirm_knowledge
    from rehab import actions
    from tests import factories

    for command in ("migrate", "collectstatic"):
        call_command(command, verbosity=0, interactive=False)
    actions.sync_catalogue()
    clinic = factories.ClinicFactory(alarm_email="alarms@clinic.invalid")
    people = {role: factories.member(clinic, role) for role in ("clinician", "lead", "assistant")}
    confirm_knowledge(clinic=clinic, by=people["lead"], at=timezone.now())
    cases = [with_a_plan(clinic, people["clinician"]) for _ in range(int(runners))]
    return {
        "people": {role: session_of(person) for role, person in people.items()},
        "runners": [{"case": str(case.pk), "session": session_of(case.patient.person)} for case in cases],
        "contested": contested(clinic, people["clinician"]),
    }


def contested(clinic, by):
    """Make work on which two hands meet: a draft to sign, a step to take, an item to close.

    Returns {what: [where the form stands, where it goes, what is told]}.
    """
    import time_machine
    from django.utils import timezone

    from rehab.models import Plan, StepOffer
    from tests import factories
    from tests.rehab import conftest as paths
    from tests.rehab.test_moving import Runner, two_green

    signing, closing = (with_a_plan(clinic, by, is_signed=False) for _ in range(2))
    item = paths.an_item(closing, by, "U", row="RF-CECS")
    with time_machine.travel(timezone.now() - timedelta(days=6)):
        stepping = factories.CaseFactory(patient__clinic=clinic, opened_by=by)
        paths.a_screening(stepping, by)
        paths.a_diagnosis(stepping, by)
        paths.in_force(paths.a_plan(stepping, by), by)
        paths.a_step(Plan.objects.get(case=stepping).items.get(), by, 2).save()
        two_green(Runner(Plan.objects.get(case=stepping)))
    offer = StepOffer.objects.get(case=stepping, decided_at=None)
    plan, ended = Plan.objects.get(case=signing), {"outcome": "excluded", "text": "Seen by a specialist"}
    return {
        "sign": [f"/cases/{signing.pk}/plan/", f"/cases/{signing.pk}/plan/sign/", {"plan": str(plan.pk)}],
        "take": [f"/cases/{stepping.pk}/progress/", f"/cases/{stepping.pk}/offers/{offer.pk}/take/", {}],
        "close": [f"/cases/{closing.pk}/triage/items/", f"/cases/{closing.pk}/triage/items/{item.pk}/close/", ended],
    }


def with_a_diagnosis(clinic, by):
    """Return a case that the real actions led to a diagnosis."""
    from django.utils import timezone

    from tests import factories
    from tests.rehab import conftest as paths

    onset = timezone.localdate() - timedelta(days=21)
    case = factories.CaseFactory(patient__clinic=clinic, opened_by=by, onset_on=onset)
    paths.screened_calm(case, by)
    paths.nothing_against(case, by)
    paths.diagnosed(case, by)
    return case


def with_a_plan(clinic, by, *, is_signed=True):
    """Return a case that the real actions led to a plan."""
    from django.utils import timezone

    from rehab import actions
    from tests.rehab import conftest as paths

    case = with_a_diagnosis(clinic, by)
    draft = paths.drafted(case, by)
    if is_signed:
        actions.sign_plan(plan=draft, version=case.version, by=by, at=timezone.now())
    return case


def session_of(person):
    """Return the key of a new session of this person, who has shown whatever must be shown."""
    from django.conf import settings
    from django.test import Client

    from clinic.access import works_here
    from clinic.models import Person
    from tests.clinic.second_factors import has_app
    from tests.world import came_in

    person = Person.objects.get(pk=person.pk)  # with the role that was given since
    if works_here(person):
        has_app(person)
    browser = Client()
    browser.force_login(person)
    came_in(browser, person, **({"method": "mfa", "type": "totp"} if works_here(person) else {}))
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


def counted():
    """Return what stands in the record, and what stands there in part."""
    from clinic.audit import faults
    from clinic.models import AuditEvent
    from rehab.models import SafetyCheck, SessionLog

    checks = list(SafetyCheck.objects.filter(device_time__isnull=False))  # what was prepared has no phone
    sessions = list(
        SessionLog.objects.filter(device_time__isnull=False)
        .select_related("case", "safety")
        .prefetch_related("exercises", "verdicts")
    )
    yes = list(SafetyCheck.objects.filter(any_yes=True).select_related("case"))
    lines = AuditEvent.objects.filter(kind="write", act__in=["new_session", "tell_safety"])
    lines = lines.filter(case__in={check.case_id for check in checks})
    return {
        "sessions": [str(row.key) for row in sessions],
        "told": [check.device_time.isoformat(timespec="microseconds") for check in checks],
        "torn": [str(row.key) for row in sessions if is_torn(row)] + [str(row.pk) for row in yes if did_not_stop(row)],
        "lines": lines.count(),
        "faults": list(faults()),
    }


def is_torn(session):
    """Return whether a session lacks an exercise, a colour of its own, or the colour of an exercise."""
    items = {exercise.pk for exercise in session.exercises.all()}
    judged = {verdict.exercise_id for verdict in session.verdicts.all()}
    return not items or len(items) != session.plan.items.count() or not judged >= items | {None}


def did_not_stop(check):
    """Return whether a safety yes stands there without its item, its alarm, or its line on the timeline."""
    case = check.case
    alarms = case.tasks.filter(is_alarm=True)
    return not (case.red_flag_items.exists() and alarms.exists() and case.events.filter(at=check.asked_at).exists())


if __name__ == "__main__":
    django.setup()
    print(json.dumps(globals()[sys.argv[1]](*sys.argv[2:])))
