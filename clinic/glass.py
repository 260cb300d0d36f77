"""Break-glass: somebody of another clinic reads the record of a runner before them, and everybody hears of it.

Nothing is searched: who asks types the whole name and the birth date, and is told the same whether nobody or several
are called so.  What was opened lasts an hour at most, shows pages and writes nothing (``clinic.access``).
"""

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import Exists, F, OuterRef
from django.utils import timezone

from clinic.access import clinics_signed_in, may_lead_clinic
from clinic.alarms import end_of_day, open_task, settle_task
from clinic.audit import Kind, record, recorded, tell
from clinic.clock import after
from clinic.models import AuditEvent, BreakGlass, Case, Clinic, Patient, Person, Task
from clinic.models.glass import LASTS
from clinic.models.patients import search_key
from clinic.models.tasks import BREAK_GLASS as ALARM
from clinic.terms import in_english
from clinic.whose import record_of
from clinic.written import GLASS_OPENED, GLASS_SEEN

TRIES, WITHIN = 5, timedelta(hours=1)  # [CONV] names that led to nobody, before one has to wait
NOTICE = timedelta(days=14)  # [CONV] for how long the runner's page of today says so
PAGE = 30
NOBODY, TOO_OFTEN = "look_outside", "look_too_often"  # the acts of the refusals


class NobodyFound(Exception):
    """Nobody, or more than one runner, is called so in other clinics."""


class TooManyTries(Exception):
    """Too many names led to nobody within the hour."""


def open_for(*, given_name, surname, birth_date, reason, words, from_clinic, by, at):
    """Open the record of the one runner of another clinic who is called so; return the opening.

    ``NobodyFound`` and ``TooManyTries`` otherwise, each on record before it is said.  What stands open already is
    returned as it is.  Two tries of one person wait for each other.
    """
    with transaction.atomic():
        Person.objects.select_for_update().get(pk=by.pk)
        refusal = TOO_OFTEN if _tries(by, at) >= TRIES else NOBODY
        patient = _called(given_name, surname, birth_date, by) if refusal == NOBODY else None
        if patient is not None:
            standing = BreakGlass.objects.open_to(by).filter(patient=patient).first()
            told = {"reason": reason, "words": words, "from_clinic": from_clinic}
            return standing or break_glass(patient=patient, **told, by=by, at=at)
        record(Kind.REFUSED, refusal, clinic=from_clinic.pk, by=by)
    raise NobodyFound if refusal == NOBODY else TooManyTries


def _tries(person, at):
    """Return how many names led this person to nobody within the last hour; the audit counts them."""
    asked = AuditEvent.objects.filter(chain__in=list(person.roles), person=person.pk, at__gt=at - WITHIN)
    return asked.filter(kind=Kind.REFUSED, act=NOBODY).count()


def _called(given_name, surname, birth_date, person):
    """Return the one runner with a case, of a clinic where this person has no role, who is called so; else None."""
    elsewhere = Clinic.objects.exclude(pk__in=list(person.roles))
    keys = {"given_key": search_key(given_name), "surname_key": search_key(surname)}
    rows = Patient.objects.filter(clinic__in=elsewhere, birth_date=birth_date, **keys)
    found = list(rows.filter(Exists(Case.objects.filter(patient=OuterRef("pk"))))[:2])
    return found[0] if len(found) == 1 else None


@recorded
def break_glass(*, patient, reason, words, from_clinic, by, at):
    """Open a runner's record to this person for an hour, and ring the alarm of the runner's clinic.

    ``PermissionDenied`` for who signs nowhere, and for who has a role in the runner's clinic.
    """
    if from_clinic.pk not in clinics_signed_in(by) or patient.clinic_id in by.roles:
        raise PermissionDenied
    row = BreakGlass.objects.create(
        clinic_id=patient.clinic_id,
        patient=patient,
        opened_by=by,
        from_clinic=from_clinic,
        reason=reason,
        words=words.strip(),
        opened_at=at,
        expires=at + LASTS,
    )
    case = patient.cases.order_by(F("closed_at").desc(nulls_first=True), "-opened_at").first()
    told = {"owner": Task.Owner.LEAD, "is_alarm": True, "by": by, "at": at, "due": end_of_day(at)}
    open_task(case=case, code=ALARM, text=in_english(GLASS_OPENED), **told)
    tell(opening=row.pk, reason=reason)
    return row


@recorded
def end_glass(*, opening, by, at):
    """End an opening before its time: who opened it, or a lead of the runner's clinic.  Ended twice it ends once."""
    if by.pk != opening.opened_by_id and not may_lead_clinic(by, opening.clinic_id):
        raise PermissionDenied
    ended = after(at, opening.opened_at)
    BreakGlass.objects.filter(pk=opening.pk, ended_at__isnull=True).update(ended_at=ended, ended_by=by)


@recorded
def see_glass(*, opening, by, at):
    """Keep that a lead of the runner's clinic saw an opening; the alarm is done when none is left unseen."""
    if not may_lead_clinic(by, opening.clinic_id):
        raise PermissionDenied
    seen = after(at, opening.opened_at)
    # Locked before anything is asked: who opens the record now has rung already, or rings after this is over.
    cases = list(Case.objects.filter(patient=opening.patient_id).order_by("pk").select_for_update())
    BreakGlass.objects.filter(pk=opening.pk, seen_at__isnull=True).update(seen_at=seen, seen_by=by)
    if BreakGlass.objects.filter(patient=opening.patient_id, seen_at__isnull=True).exists():
        return
    for case in cases:
        settle_task(case=case, code=ALARM, text=in_english(GLASS_SEEN), by=by, at=seen)


def opened_from_outside(person, after=None):
    """Return one page of (openings into the clinics this person leads, key of the next page or None), newest first."""
    led = [clinic for clinic, role in person.roles.items() if role == "lead"]
    rows = BreakGlass.objects.filter(clinic__in=led).select_related("patient", "opened_by", "from_clinic", "ended_by")
    last = BreakGlass.objects.filter(clinic__in=led, pk=after).first() if after else None
    if last:
        same = rows.filter(opened_at=last.opened_at, pk__lt=last.pk)
        rows = rows.filter(opened_at__lt=last.opened_at) | same
    page = list(rows.select_related("seen_by").order_by("-opened_at", "-pk")[: PAGE + 1])
    return page[:PAGE], page[PAGE - 1].pk if len(page) > PAGE else None


def lately_opened(patient, at):
    """Return whether somebody of another clinic opened this runner's record within the last days."""
    return opened_since(at - NOTICE).filter(patient=patient).exists()


def opened_since(moment):
    """Return the openings since a moment."""
    return BreakGlass.objects.filter(opened_at__gt=moment)


def standing_for(person, shown):
    """Return the opening by which this person reads what a page shows, or None; no query for one's own clinic."""
    whose = record_of(shown) if person.is_authenticated else None
    if whose is None or whose["clinic"] in person.roles or not clinics_signed_in(person):
        return None
    return BreakGlass.objects.open_to(person).filter(patient=whose["patient"]).first()


def opening_of(person, key):
    """Return one opening that is this person's, or into a clinic that they lead; or None."""
    return BreakGlass.objects.visible_to(person).select_related("patient").filter(pk=key).first()


def wait_until(person):
    """Return from when this person may try again."""
    asked = AuditEvent.objects.filter(chain__in=list(person.roles), person=person.pk, act=NOBODY, kind=Kind.REFUSED)
    latest = list(asked.order_by("-at").values_list("at", flat=True)[:TRIES])
    return (latest[-1] if latest else timezone.now()) + WITHIN
