"""The copy that a phone keeps for a place without a connection, and what it sends when it is back.

The copy is one record: what may be done, the safety set with its advice, whom to call, and until when it counts.
The markup in it is drawn by the templates of the pages themselves, so a session is one form with or without a
connection.
"""

from datetime import datetime, time, timedelta
from types import SimpleNamespace

from django import forms
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.crypto import salted_hmac

from clinic.forms.fields import Moment
from clinic.ids import is_uuid
from clinic.language import mistake_words, said
from clinic.tables import knowledge_version
from rehab.actions.logging import SAFETY_HOLDS
from rehab.history import with_newest_step
from rehab.mine.forms import Morning, SafetySet
from rehab.mine.frame import CALVES, legs_of, level_now, percent_now, step_of
from rehab.mine.run_form import RunForm
from rehab.mine.session import script_data, session_form
from rehab.mine.today import recent_sessions, tasks_of
from rehab.models import PlanItem, RunStage
from triage.knowledge import triage_knowledge

VALID_FOR = timedelta(hours=48)
DAYS_AHEAD = 3  # 48 hours touch three days


def owner_of(person):
    """Return a name for a person's own records on a phone, which tells nobody who it is."""
    return salted_hmac("stridewell.offline", str(person.pk), algorithm="sha256").hexdigest()[:32]


def copy_of(mine, person, at, ends):
    """Return the record that a phone keeps, as JSON can hold it.  ``ends`` is when the sign-in ends."""
    return {
        "owner": owner_of(person),
        "made": at.isoformat(),
        "valid_until": min(at + VALID_FOR, ends).isoformat(),
        "safety_holds_ms": int(SAFETY_HOLDS.total_seconds() * 1000),
        "knowledge": knowledge_version().version,
        "clinic": {
            "name": mine.clinic.name,
            "phone": mine.clinic.phone,
            "emergency_number": mine.clinic.emergency_number,
            "opening_hours": mine.clinic.opening_hours,
        },
        "legs": [leg_of(frame, person, at) for frame in legs_of(mine)],
        **safety_of(),
    }


def leg_of(mine, person, at):
    """Return what may be done with one leg, and its name where there are two; the one shown last stands first."""
    return {
        "leg": mine.leg,
        "calf": str(CALVES[mine.case.side]) if mine.others else "",
        "stop": mine.stop,
        "could_be_clot": mine.stop == "stop" and mine.gate.could_be_clot,
        "plan": str(mine.plan.pk) if mine.may_train else None,
        "session": session_of(mine, person, at) if mine.may_train else None,
    }


def safety_of():
    """Return the safety set, emergencies first: what a yes to each means and what to do then, and the questions."""
    known = triage_knowledge()
    questions = [{"code": q.code, "level": q.level.value, "advice": said(q.advice)} for q in known.safety_set]
    return {
        "safety": questions,
        "headlines": {level: said(known.red_flags.levels[level].patient) for level in ("E", "D")},
        "questions": render_to_string("rehab/_my_questions.html", {"form": SafetySet()}),
    }


def session_of(mine, person, at):
    """Return the next session that is due while the copy counts, with its form; None where nothing is."""
    day, tasks = next_tasks(mine, at)
    if not tasks:
        return None
    form = session_form(mine, tasks, at, person.units, key="")
    context = {"form": form, "leg": mine.leg}
    return {
        "day": day.isoformat(),
        "limit": render_to_string("rehab/_my_limit.html", {"limit": mine.limit}),
        "form": render_to_string("rehab/_my_session.html", context),
        "data": script_data(form),
        "exercises": [identity(task) for task in tasks],
    }


def next_tasks(mine, at):
    """Return (day, the exercises due on it) of today or the next two days; (today, none) where nothing is due."""
    now = timezone.localtime(at)
    sessions = recent_sessions(mine.case, now)
    for ahead in range(DAYS_AHEAD):
        day = now.date() + timedelta(days=ahead)
        moment = timezone.make_aware(datetime.combine(day, time(23, 59))) if ahead else now
        if tasks := [task for task in tasks_of(mine.plan, sessions, moment) if task.is_to_do]:
            return day, tasks
    return now.date(), []


def identity(task):
    """Return which exercise this is, at which step of the plan."""
    step = step_of(task.item)
    return {
        "item": str(task.item.pk),
        "exercise": task.item.exercise_id,
        "name": task.card.name,
        "side": task.item.side,
        "level": level_now(task.item),
        "percent": percent_now(task.item),
        "step": str(step.pk) if step else None,
        "dose": task.dose,
    }


def tasks_as_read(case, ids, read_at):
    """Return the exercises that a copy named, at the level and dose at which it was read."""
    wanted = PlanItem.objects.filter(pk__in=ids, plan__case=case, plan__signed_at__isnull=False)
    items = list(with_newest_step(wanted, case, until=read_at).order_by("position"))
    plan = SimpleNamespace(items=SimpleNamespace(all=lambda: items))
    return tasks_of(plan, [], timezone.localtime(read_at))


def session_as_read(mine, told, person, data):
    """Return the form of a session that a phone kept, at the level that its copy showed."""
    items = [item for item in data.getlist("item") if is_uuid(item)]
    tasks = tasks_as_read(mine.case, items, told["read_at"])
    return session_form(mine, tasks, timezone.now(), person.units, key=told["key"], data=data)


def run_as_read(mine, told, person, data):
    """Return the form of a run that a phone kept, at the stage of the ladder that its page showed."""
    step = RunStage.objects.filter(case=mine.case, stepped_at__lte=told["read_at"]).first()
    return RunForm(data, stage=step.stage if step else None, units=person.units)


def morning_as_read(mine, told, person, data):
    """Return the form of a morning that a phone kept."""
    return Morning(data)


AS_READ = {"session": session_as_read, "run": run_as_read, "morning": morning_as_read}  # by kind of a log


def answers_of(form, key, told_at, checks):
    """Return {code: answer} of the safety set that a session was begun with; silence where it was not answered.

    A session that was opened online names the check it began with by its key, and that check answers for it.
    """
    check = checks.filter(pk=key).first()
    if check is not None and told_at - check.asked_at <= SAFETY_HOLDS:
        return check.answers
    return answers_in(form)


def answers_in(form):
    """Return {code: answer} of a posted safety set, also of one that holds what cannot be read."""
    form.full_clean()
    return form.answers


def sentences_of(form):
    """Return why a form is refused, each sentence with the name of its field."""
    found = []
    for name, errors in form.errors.items():
        label = form.fields[name].label if name in form.fields else ""
        found += [mistake_words(label, error) for error in errors]
    return list(dict.fromkeys(found))


class Envelope(forms.Form):
    """What goes with everything that a phone sends later: whose it is, what it is, and by the clock of the phone when.

    ``told_at`` is when it was written down; ``read_at`` when the server made the copy that it was done by.
    """

    owner = forms.CharField(max_length=64)
    kind = forms.ChoiceField(choices=[(kind, "") for kind in ("safety", *AS_READ)])
    key = forms.UUIDField()
    told_at = Moment()
    read_at = Moment()
