"""The verbs of the clinic.  Each owns its transaction and writes one line of the timeline."""

from datetime import timedelta

from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.utils.translation import gettext, gettext_noop

from clinic import written
from clinic.access import RECORDING, may_confirm_knowledge, may_sign, role_in
from clinic.audit import recorded
from clinic.clock import after
from clinic.histories import change
from clinic.language import for_the_record
from clinic.models import Amendment, Case, CaseEvent, Clinic, Draft, KnowledgeConfirmation, Patient, Person
from clinic.models.cases import overlapping
from clinic.models.patients import search_key
from clinic.tables import knowledge_version
from clinic.terms import in_english

TWICE = timedelta(minutes=10)  # the same runner registered by the same person within this is one form sent twice
_followers = []  # what the apps above do when a person's health facts change
FIRST_STEP = Case._meta.get_field("next_step").default


# Nobody typed it; "then": the button that was pressed; "sheet": which opened page it is.
PLUMBING = {"csrfmiddlewaretoken", "patient", "version", "then", "sheet"}


class StaleRecord(Exception):
    """Somebody changed the record since the form was shown, or the form belongs to another runner."""

    def __init__(self, case, events=(), form=None):
        super().__init__("the record changed")
        self.case = case
        self.events = list(events)
        self.form = form
        self.wrong_patient = form is not None


def _must_record(by, clinic_id):
    """Refuse who does not record in a clinic, whichever door they came through."""
    if role_in(by, clinic_id) not in RECORDING:
        raise PermissionDenied(gettext("Your role does not include recording in this clinic."))


def when_health_changes(act):
    """Let an app above follow a change of a person's health facts, in the same transaction; each app once.

    ``act(case=, was=, by=, at=)`` is called for each open case it concerns; ``was`` holds what the record said before.
    """
    if act not in _followers:
        _followers.append(act)


def lock_case(case):
    """Lock a case, and every open case of its runner, until the transaction ends; return it as it stands now."""
    return next(row for row in locked_cases(case) if row.pk == case.pk)


def locked_cases(case):
    """Lock a case and every open case of its runner, always in the order of their keys; return them as they stand.

    A danger and a fact of health concern the runner, not one leg: whoever writes for one leg may have to write for
    the other.  One order for all, so that no two wait for each other.
    """
    rows = Case.objects.filter(Q(pk=case.pk) | Q(patient_id=case.patient_id, closed_at__isnull=True))
    return list(rows.order_by("pk").select_for_update())


@recorded
def touch_case(case, *, version, by, at, kind, text, data=None, **columns):
    """Move a case to its next version and write the line of the timeline that says why.

    ``version`` is the one the person saw; another one raises StaleRecord with what happened since.
    ``columns`` are fields of the case that change with it, such as ``attention`` and ``next_step``.
    Every clinical write calls this first, inside its own transaction.
    """
    now = lock_case(case)
    if now.version != version:
        raise StaleRecord(case, now.events.filter(version__gt=version).select_related("by"))
    moved = [name for name, value in columns.items() if getattr(now, name) != value]
    for name in moved:
        setattr(now, name, columns[name])
    now.version += 1
    now.save(update_fields=["version", *moved])  # read under its lock just now; its history keeps what it said
    event = CaseEvent.objects.create(
        case=now, version=now.version, at=at, by=by, kind=kind, text=text[:500], data=data or {}
    )
    case.version = now.version
    for name, value in columns.items():
        setattr(case, name, value)
    return event


def typed_here(case, *, version, by, sheet):
    """Return whether nothing happened since a version but what this person's same opened page stored in passing.

    A page whose answer was lost on the way still names the old version: that is no conflict with anybody.
    """
    if version == case.version:
        return True
    if not sheet or version > case.version:
        return False
    since = case.events.filter(version__gt=version).values_list("by", "data")
    return all((who, data.get("sheet")) == (by.pk, sheet) for who, data in since)


def just_registered(*, clinic_id, fields, by, at):
    """Return the runner whom this person registered minutes ago by the same name and birth date, or None."""
    return Patient.objects.filter(
        clinic_id=clinic_id,
        surname_key=search_key(fields["surname"]),
        given_key=search_key(fields["given_name"]),
        birth_date=fields["birth_date"],
        registered_by=by,
        registered_at__gt=at - TWICE,
    ).first()


@recorded
def register_runner(*, clinic_id, fields, side, by, at):
    """Register a runner and open the case of one leg; a form that is sent twice makes one of each."""
    Clinic.objects.select_for_update().get(pk=clinic_id)
    patient = just_registered(clinic_id=clinic_id, fields=fields, by=by, at=at)
    if patient is None:
        patient = register_patient(clinic_id=clinic_id, fields=fields, by=by, at=at)
    return open_case(patient=patient, side=side, by=by, at=at)


@recorded
def register_patient(*, clinic_id, fields, by, at):
    """Register a runner; likely duplicates were shown before."""
    _must_record(by, clinic_id)
    return Patient.objects.create(clinic_id=clinic_id, registered_by=by, registered_at=at, **fields)


@recorded
def open_case(*, patient, side, by, at, **fields):
    """Open a case for one leg; the first line of its timeline is that it was opened.

    One leg has one open case: where there is one already, as after a form sent twice, that one is returned.
    """
    _must_record(by, patient.clinic_id)
    Patient.objects.select_for_update().get(pk=patient.pk)
    known = patient.cases.open().filter(side__in=overlapping(side)).first()
    if known is not None:
        return known
    case = Case.objects.create(
        clinic_id=patient.clinic_id, patient=patient, side=side, opened_by=by, opened_at=at, version=1, **fields
    )
    CaseEvent.objects.create(case=case, version=1, at=at, by=by, kind="opened", text=written.opened(case.side))
    return case


@recorded
def save_intake(*, case, version, story, person_facts, by, at):
    """Keep the story of the case and what it says of the person; forget the draft it came from.

    What it says of the person counts in their other open cases too: their versions move on, so that an older
    form over there is refused instead of undoing it.
    """
    _must_record(by, case.clinic_id)
    others = _locked_with(case)
    clashing = [other for other in others if other.side in overlapping(story.get("side", case.side))]
    if clashing:
        raise StaleRecord(case, clashing[0].events.select_related("by")[:1])
    was = _was(case, person_facts)
    touch_case(
        case,
        version=version,
        by=by,
        at=at,
        kind="intake",
        text=written.STORY.en,
        data=_kept(was),
        next_step=gettext_noop("Screen for danger") if case.next_step == FIRST_STEP else case.next_step,
        **story,
    )
    _keep_person(case, others, person_facts, was, by, at, where="story")
    _follow(case, was, by, at)
    forget_draft(person=by, case=case, form="intake")


@recorded
def keep_health(*, case, person_facts, by, at, where):
    """Keep what another page of the case learned of the person's health; return what it was where it changed.

    The caller moves the version of its own case on.  Call it before anything of the case is locked: all open
    cases of a runner are locked in one order.
    """
    others = _locked_with(case)
    was = _was(case, person_facts)
    _keep_person(case, others, person_facts, was, by, at, where=where)
    return was


def _was(case, person_facts):
    """Return what the record of the person says otherwise until now."""
    stored = Patient.objects.select_for_update().get(pk=case.patient_id)
    return {name: getattr(stored, name) for name, value in person_facts.items() if getattr(stored, name) != value}


def _kept(was):
    """Return what a line of the timeline keeps of it, as plain JSON."""
    return {"was": {name: "" if value is None else str(value) for name, value in was.items()}} if was else {}


def _keep_person(case, others, person_facts, was, by, at, *, where):
    """Keep the facts of the person, and let their other open cases follow."""
    if was:
        change(Patient.objects.filter(pk=case.patient_id), **person_facts)
    for name, value in person_facts.items():
        setattr(case.patient, name, value)
    text = written.health_elsewhere(where, case.side)
    for other in others if was else ():
        touch_case(other, version=other.version, by=by, at=at, kind="health", text=text, data=_kept(was))
        _follow(other, was, by, at)


def _follow(case, was, by, at):
    for act in _followers if was else ():
        act(case=case, was=was, by=by, at=at)


def _locked_with(case):
    """Lock all open cases of the runner; return those beside this one."""
    return [row for row in locked_cases(case) if row.pk != case.pk]


@recorded
def keep_preferences(*, person, language, units):
    """Keep in which language ("en", "es") and units ("metric", "imperial") this person reads; it is theirs alone."""
    change(Person.objects.filter(pk=person.pk), language=language, units=units)
    person.language, person.units = language, units


@recorded
def note(*, case, version, text, by, at):
    """Write a note on the timeline."""
    _must_record(by, case.clinic_id)
    return touch_case(case, version=version, by=by, at=at, kind="note", text=text)


@recorded
def amend(*, entry, version, text, reason, by, at):
    """Put a signed entry of the timeline right beside it, with the reason; the entry stays as it is.

    Sent twice by the same person it is one amendment.
    """
    case = lock_case(entry.case)
    if not may_sign(by, case) or not entry.is_signed:
        raise PermissionDenied
    told = {"entry": entry, "text": text, "reason": reason, "by": by}
    known = Amendment.objects.filter(**told).first()
    if known is not None:
        return known
    words = in_english(written.AMENDED, typed=reason)
    touch_case(case, version=version, by=by, at=at, kind="amendment", text=words, data={"entry": str(entry.pk)})
    return Amendment.objects.create(case=case, at=at, **told)


@recorded
def close_case(*, case, version, outcome, because, by, at, data=None):
    """Close a case with its outcome (``Case.Outcome``) and the reason in words.  Its record stays as it is.

    Whether it may end so is asked by ``rehab.actions.close_case``, which everybody goes through.
    """
    touch_case(
        case,
        version=version,
        by=by,
        at=at,
        kind="closed",
        text=in_english(written.CASE_CLOSED, outcome=for_the_record(str, Case.Outcome(outcome).label), typed=because),
        data=data,
        closed_at=after(at, case.opened_at),
        outcome=outcome,
        closed_by=by,
        closed_because=because,
        attention=Case.Attention.CALM,
        next_step=gettext_noop("Closed"),
    )


def typed_fields(posted):
    """Return what was typed into a form, without its plumbing, within reason, with no NUL for PostgreSQL to refuse."""
    return {
        name[:80].replace("\0", ""): [value[:4000].replace("\0", "") for value in posted.getlist(name)[:200]]
        for name in list(posted)[:800]
        if name not in PLUMBING
    }


def keep_draft(*, person, case, form, fields, at):
    """Keep what somebody is typing, so that a closed browser loses nothing."""
    Draft.objects.update_or_create(person=person, case=case, form=form, defaults={"fields": fields, "updated_at": at})


def keep_late_draft(*, person, case, form, fields, since, at):
    """Keep what came after its session had ended, unless something was kept since its person was last seen there."""
    if Draft.objects.filter(person=person, case=case, form=form, updated_at__gt=since).exists():
        return False
    keep_draft(person=person, case=case, form=form, fields=fields, at=at)
    return True


def kept_draft(*, person, case, form):
    """Return the fields of this person's draft of a form, or nothing."""
    kept = Draft.objects.filter(person=person, case=case, form=form).first()
    return kept.fields if kept else {}


def forget_draft(*, person, case, form):
    """Forget the draft of a form that was saved."""
    Draft.objects.filter(person=person, case=case, form=form).delete()


@recorded
def confirm_knowledge(*, clinic, by, at):
    """Keep that the clinic's lead stands for the knowledge as it is now; saying it twice changes nothing."""
    if not may_confirm_knowledge(by, clinic.pk):
        raise PermissionDenied(gettext("Only the lead of %(clinic)s confirms its knowledge.") % {"clinic": clinic})
    known = knowledge_version()
    kept, _ = KnowledgeConfirmation.objects.get_or_create(
        clinic=clinic,
        sha256=known.sha256,
        defaults={"version": known.version, "confirmed_at": at, "confirmed_by": by},
    )
    return kept
