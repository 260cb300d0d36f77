"""What a runner tells before the visit: kept topic by topic, then sent to the clinic as one piece."""

from datetime import date

from django.utils import timezone
from django.utils.translation import gettext, gettext_noop

from clinic.access import may_log
from clinic.actions import FIRST_STEP, forget_draft, keep_draft, keep_health, kept_draft, lock_case, touch_case
from clinic.audit import recorded
from clinic.terms import Answer
from rehab import written
from rehab.actions.refusals import NotAllowed
from rehab.knowledge import rehab_knowledge
from rehab.models import OutcomeScore
from rehab.rules.measures import score
from triage.actions import retrigger, tell
from triage.models import Screening

DRAFT = "told"  # the draft that holds what is told so far, topic by topic
EVENT = "told"  # the line of the timeline that holds all of it once it is sent
PSFS = "PSFS"
SILENT = Answer.NOT_ASSESSED.value
OF_PERSON = ("medicines", "allergies")
OF_CASE = (
    *("onset_on", "began", "story", "previous_strain", "running_history", "core_training", "hypermobile"),
    *("shoes", "flat_feet", "goals"),
)


def told_so_far(case, by):
    """Return {topic: {field: value}} of what this runner has told and not yet sent."""
    return kept_draft(person=by, case=case, form=DRAFT)


def told(case):
    """Return the line of the timeline that holds what was sent, or None.  One query."""
    return case.events.filter(kind=EVENT).select_related("by").first()


def is_asked(case):
    """Return whether the clinic still waits for it: not sent, and no clinician has screened this case yet."""
    if case.closed_at is not None or case.events.filter(kind=EVENT).exists():
        return False
    return not Screening.objects.filter(case=case, completed_at__isnull=False).exists()


@recorded
def keep_topic(*, case, topic, fields, by, at):
    """Keep the answers of one topic as a draft; another device goes on from there."""
    _must_be_theirs(case, by)
    lock_case(case)
    keep_draft(person=by, case=case, form=DRAFT, fields=told_so_far(case, by) | {topic: fields}, at=at)


@recorded
def answer_danger(*, case, topic, fields, yes, by, at):
    """Keep a page of the safety set; a yes stops the leg in the same transaction.  Return its Stop, or None."""
    keep_topic(case=case, topic=topic, fields=fields, by=by, at=at)
    return retrigger(case=case, yes=yes, by=by, at=at) if yes else None


@recorded
def answer_risks(*, case, topic, fields, answers, shown_none, by, at):
    """Keep the risk questions, in the screening too; return the Stop that a yes brings, or None."""
    stop = tell(case=case, answers=answers, shown_none=shown_none, by=by, at=at)
    keep_topic(case=case, topic=topic, fields=fields, by=by, at=at)
    return stop


@recorded
def send_intake(*, case, by, at):
    """Send what was told: it stands on the timeline as said, and fills what nobody of the clinic has written yet.

    A clinician reads and corrects it in the story's form.  Sent twice, it is sent once.
    """
    _must_be_theirs(case, by)
    said = told_so_far(case, by)
    flat = {name: value for fields in said.values() for name, value in fields.items()}
    person = {name: flat[name] for name in OF_PERSON if _fills(getattr(case.patient, name), flat.get(name))}
    if person:
        keep_health(case=case, person_facts=person, by=by, at=at, where="runner's words")
    now = lock_case(case)
    if not said or told(now) is not None:
        return
    goals = flat.get("goals", [])
    flat["onset_on"] = date.fromisoformat(flat["onset_on"]) if flat.get("onset_on") else None
    flat["goals"] = "; ".join(f"{goal['name']} ({goal['rating']} of 10 now)" for goal in goals)[:1000]
    columns = {name: flat[name] for name in OF_CASE if _fills(getattr(now, name), flat.get(name))}
    if now.next_step == FIRST_STEP:
        columns["next_step"] = gettext_noop("Read what the runner told, screen for danger")
    touch_case(
        now, version=now.version, by=by, at=at, kind=EVENT, text=written.TOLD_BEFORE.en, data={"said": said}, **columns
    )
    _keep_score(now, goals, by, at)
    forget_draft(person=by, case=now, form=DRAFT)


def _fills(stands, told):
    """Return whether something was told where nothing stands; what a clinician wrote is never typed over."""
    return told not in (None, "", SILENT) and stands in (None, "", SILENT)


def _keep_score(case, goals, by, at):
    """Keep the activities as the first score of the measure, where as many were named as it needs (section 9)."""
    known = rehab_knowledge()
    parts = {"activities": [{"activity": goal["name"], "points": goal["rating"]} for goal in goals]}
    value = score(known.measures[PSFS], parts, known.reasons).value
    if value is None:
        return
    OutcomeScore.objects.create(
        case=case,
        measure=PSFS,
        parts=parts,
        value=value,
        day=timezone.localdate(at),
        scored_at=at,
        scored_by=by,
    )


def _must_be_theirs(case, person):
    if not may_log(person, case):
        raise NotAllowed(gettext("This case belongs to somebody else."))
