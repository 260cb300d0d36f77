"""Reminders by mail: who is due one now, what it says, and one pass over all runners.

Nothing is sent while the leg may not be loaded, nor to who has not agreed to it: both are asked for each runner just
before their mail leaves.
"""

import logging
from datetime import datetime, time, timedelta

from django.conf import settings
from django.core import signing
from django.core.mail import EmailMessage, get_connection
from django.db.models import Q
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from clinic.access import may_sign_in_by_mail
from clinic.consents import Kind as Agreed
from clinic.consents import agreeing_to
from clinic.mail import MailDown, reach
from clinic.models import Patient
from rehab.actions import begin_reminding, came_to, decide
from rehab.followed import triaged_at
from rehab.knowledge import rehab_knowledge
from rehab.mine.frame import legs_of, mine_for
from rehab.mine.today import LOOKED_BACK, habit_of, recent_sessions
from rehab.models import MorningLog, Reminder, ReminderChoice
from rehab.rules.due import Due, standing
from rehab.rules.reminders import Kind, Standing, has_come, reminders
from triage.models import RedFlagItem, SignOff

PAGE = 200  # runners whose keys are read at once
MOMENTS = ("session", "morning")
STOPS = ("emergency", "stop")
SALT, STOPS_FOR = "rehab.reminders.stop", timedelta(days=180)
logger = logging.getLogger("rehab.reminders")


def remind(at):
    """Send what is due at ``at``; return how many mails left.  Raises MailDown."""
    begin_reminding()
    now, sent, last = timezone.localtime(at), 0, None
    post = get_connection()
    try:
        while keys := _waiting(now, last):
            sent += sum(_remind_safely(key, now, post) for key in keys)
            last = keys[-1]
    finally:
        post.close()
    return sent


def _waiting(now, last):
    """Return the next runners for whom a time of today has come and nothing is decided yet, by key.  One query."""
    back = datetime.combine(now.date(), now.time()) - timedelta(hours=rehab_knowledge().reminders.late_hours)
    begins = back.time() if back.date() == now.date() else time.min
    wishes = {"session": Q(wants_session=True) | Q(wants_silence=True), "morning": Q(wants_morning=True)}
    wanted = Q()
    for moment, wished in wishes.items():
        come = Q(**{f"{moment}_time__lte": now.time(), f"{moment}_time__gt": begins})
        wanted |= wished & come & ~Q(**{f"{moment}_decided": now.date()})
    rows = ReminderChoice.objects.filter(wanted, agreeing_to(Agreed.REMINDERS, "pk")).order_by("pk")
    rows = rows.filter(pk__gt=last) if last else rows
    return list(rows.values_list("pk", flat=True)[:PAGE])


def _remind_safely(key, now, post):
    try:
        return _remind(key, now, post)
    except MailDown:
        raise
    except Exception as fault:  # one broken case must not silence the others; its words may hold a person's
        logger.error("reminders of runner %s: %s", key, type(fault).__name__)
        return False


def _remind(key, now, post):
    """Decide about one runner, and send what is due; return whether a mail left."""
    choice = ReminderChoice.objects.select_related("patient__person", "patient__clinic").get(pk=key)
    table = rehab_knowledge().reminders
    moments = [moment for moment in MOMENTS if _is_to_decide(choice, moment, now, table)]
    patient, person = choice.patient, choice.patient.person
    legs = _legs(patient) if person and may_sign_in_by_mail(person) else []
    known = standing_of(legs, now) if legs else Standing(may_train=False, since=None)
    kinds = reminders(known, choice.wishes, now=now, table=table)
    if kinds:
        reach(post)
    rows = decide(choice=choice, moments=moments, kinds=kinds, case=legs and legs[0].case, at=now, today=now.date())
    return bool(rows) and _send(rows, patient, post)


def _is_to_decide(choice, moment, now, table):
    """Return whether a time of today has come for which nothing is decided yet."""
    return getattr(choice, f"{moment}_decided") != now.date() and has_come(
        getattr(choice, f"{moment}_time"), now, table
    )


def _send(rows, patient, post):
    """Mail what was claimed, and nothing that another worker claimed before."""
    try:
        letter(patient, [Kind(row.kind) for row in rows], post).send()
    except Exception as fault:  # whatever a mail server does, the next runner is still reminded
        logger.error("reminder %s could not be mailed: %s", rows[0].pk, type(fault).__name__)
        post.close()  # the next one begins anew
        came_to(rows, at=timezone.now(), error=type(fault).__name__)
        return False
    came_to(rows, at=timezone.now())
    return True


# --- Where a runner stands ------------------------------------------------------------------------


def _legs(patient):
    """Return the runner's legs that may be loaded; none where one of them is stopped for a danger."""
    legs = legs_of(mine_for(patient))
    if any(leg.stop in STOPS for leg in legs):
        return []
    return [leg for leg in legs if leg.may_train]


def standing_of(legs, now):
    """Return where a runner stands with these legs, as the rule reads it; ``now`` by the clinic's clock.

    Of two legs either may ask for a session; what was logged for one is no silence.
    """
    today = now.date()
    logged = [(leg, recent_sessions(leg.case, now)) for leg in legs]
    asked = [leg.case for leg, sessions in logged if today - timedelta(days=1) in {row.day for row in sessions}]
    told = Reminder.objects.filter(patient=legs[0].patient, day__gte=today - LOOKED_BACK).order_by("day")
    return Standing(
        may_train=True,
        since=max(max(timezone.localdate(leg.plan.signed_at), _freed_on(leg.case)) for leg in legs),
        days=frozenset(row.day for _leg, sessions in logged for row in sessions),
        to_do=any(_is_to_do(leg, sessions, now) for leg, sessions in logged),
        morning_told=MorningLog.objects.current().filter(case__in=asked, day=today).count() == len(asked),
        reminded={Kind(kind): day for kind, day in told.values_list("kind", "day")},
    )


def _is_to_do(leg, sessions, now):
    """Return whether the plan of a leg asks for something today of which nothing is logged yet."""
    if any(row.day == now.date() for row in sessions):
        return False
    return any(standing(habit_of(item, sessions), now).due is Due.NOW for item in leg.plan.items.all())


def _freed_on(case):
    """Return since when the leg may be loaded, as far as is known: a rest that was ordered is no silence."""
    items = RedFlagItem.objects.filter(case=case, closed_at__isnull=False).order_by("-closed_at")
    signed = SignOff.objects.filter(case=case).order_by("-at")
    moments = [
        triaged_at(case),
        items.values_list("closed_at", flat=True).first(),
        signed.values_list("at", flat=True).first(),
    ]
    return timezone.localdate(max(moment for moment in (*moments, case.opened_at) if moment is not None))


# --- The mail -------------------------------------------------------------------------------------


def letter(patient, kinds, post=None):
    """Return the mail of these reminders, in the runner's language: a first name at most, and nothing of the leg."""
    wishes = sorted({kind.wish.value for kind in kinds})
    stop = f"{settings.SITE_URL}{reverse('rehab:stop_reminders', args=[stop_token(patient, wishes)])}"
    with translation.override(patient.person.language):
        told = {"name": patient.given_name, "clinic": patient.clinic, "kinds": [kind.value for kind in kinds]}
        told |= {"days": _days_of(kinds), "stop": stop, "today": f"{settings.SITE_URL}{reverse('rehab:my_today')}"}
        told |= {"morning": f"{settings.SITE_URL}{reverse('rehab:my_morning')}"}
        words = render_to_string("rehab/reminder.txt", told).strip() + "\n"
        subject = _subject(kinds)
    headers = {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    headers["Auto-Submitted"] = "auto-generated"
    return EmailMessage(subject, words, None, [patient.person.email], connection=post, headers=headers)


def _subject(kinds):
    if kinds[-1] is Kind.SESSION:
        return _("Your session today")
    return _("A question about this morning") if kinds[-1] is Kind.MORNING else _("How is it going?")


def _days_of(kinds):
    table = rehab_knowledge().reminders
    return table.silent_second_days if Kind.SILENT_SECOND in kinds else table.silent_first_days


def stop_token(patient, wishes):
    """Return the secret by which whoever holds the mail stops these reminders, without signing in."""
    return signing.dumps([str(patient.pk), list(wishes)], salt=SALT, compress=True)


def opened_stop(token):
    """Return (the runner, the wishes) of a secret of ours; ``None`` for any other, or one that is too old."""
    try:
        key, wishes = signing.loads(token, salt=SALT, max_age=STOPS_FOR)
    except signing.BadSignature:
        return None
    patient = Patient.objects.select_related("person", "clinic").filter(pk=key, person__isnull=False).first()
    return (patient, wishes) if patient else None
