"""What a drill does inside the product, in a process of its own: ``python -m tests.drills.inside prepare|counted``.

It prints JSON.  The process that drills never opens the database itself, so nothing of it can hold a lock there.
"""

import json
import sys

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
    }


def with_a_plan(clinic, by):
    """Return a case that the real actions led to a signed plan."""
    from datetime import timedelta

    from django.utils import timezone

    from rehab import actions
    from tests import factories
    from tests.rehab import conftest as paths

    onset = timezone.localdate() - timedelta(days=21)
    case = factories.CaseFactory(patient__clinic=clinic, opened_by=by, onset_on=onset)
    paths.screened_calm(case, by)
    paths.nothing_against(case, by)
    paths.diagnosed(case, by)
    actions.sign_plan(plan=paths.drafted(case, by), version=case.version, by=by, at=timezone.now())
    return case


def session_of(person):
    """Return the key of a new session of this person."""
    from django.conf import settings
    from django.test import Client

    browser = Client()
    browser.force_login(person)
    return browser.cookies[settings.SESSION_COOKIE_NAME].value


def counted():
    """Return what stands in the record, and what stands there in part."""
    from clinic.audit import faults
    from clinic.models import AuditEvent
    from rehab.models import SafetyCheck, SessionLog

    sessions = list(SessionLog.objects.select_related("case", "safety").prefetch_related("exercises", "verdicts"))
    yes = list(SafetyCheck.objects.filter(any_yes=True).select_related("case"))
    lines = AuditEvent.objects.filter(kind="write", act__in=["new_session", "tell_safety"])
    told = SafetyCheck.objects.values_list("device_time", flat=True)
    return {
        "sessions": [str(row.key) for row in sessions],
        "told": [moment.isoformat(timespec="microseconds") for moment in told],
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
