"""Small things list pages share: the key of the next page; dates, legs and urgency as words; today's list."""

import json
from datetime import timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from clinic.forms.entrance import Invitation
from clinic.forms.fields import moment
from clinic.ids import is_uuid
from clinic.invitations import latest
from clinic.models import Case, Task
from clinic.models.tasks import BREAK_GLASS, UNHEARD
from clinic.phrases import said_again
from clinic.worklist import CASE, KINDS, TASK, waiting_for

NO_KEY = UUID(int=0)


def key_of(request, length):
    """Return the key after which a page begins; anything that is not such a key means the first page."""
    try:
        key = json.loads(request.GET.get("after", ""))
    except (ValueError, RecursionError):
        return None
    return key if isinstance(key, list) and len(key) == length and all(_is_plain(part) for part in key) else None


def _is_plain(part):
    if isinstance(part, str):
        return "\x00" not in part and not any("\ud800" <= letter <= "\udfff" for letter in part)
    return isinstance(part, int) and not isinstance(part, bool) and abs(part) < 2**31


def next_page(request, key):
    """Return the query string of the page after ``key``, or None at the end."""
    if key is None:
        return None
    kept = {name: value for name, value in request.GET.items() if name != "after"}
    return "?" + urlencode({**kept, "after": json.dumps(key)})


def addresses_of(route):
    """Return a function from a key to its page; the route is looked up once for a whole list."""
    before, after = reverse(route, args=[NO_KEY]).split(str(NO_KEY))
    return lambda key: f"{before}{key}{after}"


def day_words(day):
    """Return a day as words: "3 Nov 1990"."""
    return date_format(day, "SHORT_DATE_FORMAT")


def days_ago(moment, now):
    """Return "today", "yesterday" or "3 days ago", by the days of the clinic's clock."""
    days = (timezone.localdate(now) - timezone.localdate(moment)).days
    if days in (0, 1):
        return gettext("yesterday") if days else gettext("today")
    return gettext("%(days)s days ago") % {"days": days}


def span(since, now):
    """Return how long ago a moment was, in the unit a person would use: "12 minutes", "3 hours", "2 days"."""
    minutes = max(0, int((now - since).total_seconds() // 60))
    if minutes >= 2 * 24 * 60:
        return gettext("%(days)s days") % {"days": minutes // (24 * 60)}
    if minutes >= 60:
        hours = minutes // 60
        return ngettext("%(hours)s hour", "%(hours)s hours", hours) % {"hours": hours}
    if minutes:
        return ngettext("%(minutes)s minute", "%(minutes)s minutes", minutes) % {"minutes": minutes}
    return gettext("a moment")


def due_words(due, now):
    """Return by when something is to be done, or for how long it should have been: "by 17:30", "overdue by 2 days".

    What is due at midnight is due by the end of the day before.
    """
    if due <= now:
        late = gettext("overdue by %(span)s") % {"span": span(due, now)}
        return late if now - due >= timedelta(minutes=1) else gettext("due now")
    at = timezone.localtime(due - timedelta(microseconds=1))
    days = (at.date() - timezone.localdate(now)).days
    if days == 0:
        if at.date() < timezone.localdate(due):
            return gettext("by the end of today")
        return gettext("by %(time)s today") % {"time": f"{timezone.localtime(due):%H:%M}"}
    return gettext("by tomorrow") if days == 1 else gettext("by %(day)s") % {"day": date_format(at, gettext("D j M"))}


URGENCY, OWNERS = dict(Case.Attention.choices), dict(Task.Owner.choices)


def urgency(case):
    """Return how soon somebody must look, as words."""
    return URGENCY[case.attention]


def leg(side):
    """Return which leg it is: "left calf", "both calves"."""
    return {"both": gettext("both calves"), "left": gettext("left calf")}.get(side, gettext("right calf"))


def long_day(now):
    """Return the day as words: "Monday 23 November"."""
    day = timezone.localtime(now)
    return date_format(day, gettext("l j F"))


def letting_in(patient, now, *, case=None, form=None):
    """Return what the pages show of a runner's invitation: how it stands, and the form that sends one."""
    newest = latest(patient)
    standing = newest and _standing(newest, now)
    return {
        "patient": patient,
        "case": case,
        "newest": newest,
        "standing": standing,
        "settled": standing in ("used", "waiting") or (standing is None and patient.person is not None),
        "form": form or Invitation(patient=patient, latest=newest, auto_id="invitation_%s"),
    }


def _standing(invitation, now):
    """Return "used", "withdrawn", "expired", "unsent" or "waiting"."""
    if invitation.used_at:
        return "used"
    if invitation.withdrawn_at:
        return "withdrawn"
    if not invitation.opens(now):
        return "expired"
    return "waiting" if invitation.mail_sent else "unsent"


# --- Today's list ------------------------------------------------------------------------------

BY_ACTION = {"sign_plan", "step_offer", "letter"}  # done by signing, deciding and sending, not by words
FOR_THE_LEAD = {BREAK_GLASS: "clinic:glass_opened"}  # seen by a lead, on a page of its own
TAGS = {6: _("alarm, not seen"), 5: _("emergency"), 4: _("same day")}


def list_key(request):
    """Return the key of today's list after which a page begins: (urgency, list, rank, moment, id), or None."""
    key = key_of(request, 5)
    at = moment(key[3]) if key else None
    fits = at and all(isinstance(part, int) for part in key[:3]) and key[1] in (TASK, CASE) and is_uuid(key[4])
    return (*key[:3], at, UUID(key[4])) if fits else None


def key_words(key):
    """Return a key of today's list as plain JSON values, or None at the end."""
    return None if key is None else (*key[:3], key[3].isoformat(), str(key[4]))


def list_query(request):
    """Return what of an address says which list this person reads: its filter and its page."""
    kept = {name: request.GET[name] for name in ("kind", "after") if request.GET.get(name)}
    return f"?{urlencode(kept)}" if kept else ""


def this_list(request):
    """Return the address of today's list as this person reads it."""
    return reverse("clinic:today") + list_query(request)


def shown_kinds(chosen):
    """Return the filter as (code, name, whether it is chosen); the first one is the whole list."""
    return [
        ("", gettext("Everybody"), chosen not in KINDS),
        *((code, kind.name, code == chosen) for code, kind in KINDS.items()),
    ]


def shown_rows(rows, now, query=""):
    """Return what today's list shows of each row; ``query`` is the list that its buttons come back to.

    Words are joined here: in a template every part of a line costs as much as the line.
    """
    address, seen, done = (addresses_of(f"clinic:{name}") for name in ("case", "task_seen", "task_done"))
    return [
        {
            "case": row.case,
            "url": address(row.case.pk),
            "name": f"{row.case.surname}, {row.case.given_name}",
            "attention": min(row.urgency, Case.Attention.EMERGENCY),
            "css": f"attention-{min(row.urgency, 5)}",
            "word": _tag(row, now),
            "what": said_again(row.lead.text) if row.lead else translation.gettext(row.case.next_step),
            "leg": leg(row.case.side),
            "since": days_ago(row.case.opened_at, now),
            "patient": str(row.case.patient_id),
            "tasks": _shown_tasks(row, now, seen, done, query),
        }
        for row in rows
    ]


def shown_cases(person, cases, now):
    """Return what the runner's own page shows of each case: the case, and below it what waits most of all there.

    A closed case waits too where a danger was told since.  That nothing is due is said only where nothing waits.
    """
    waiting = waiting_for(person, cases)
    shown = []
    for case in cases:
        tasks = waiting.get(case.pk, ())
        is_quiet = not tasks and case.clinic_id in person.roles  # who reads from outside is not told what waits
        shown.append(_shown_case(case, tasks, is_quiet, now))
    return shown


def _shown_case(case, tasks, is_quiet, now):
    task = shown_task(tasks[0], False, now, "", "") if tasks else None
    says_more = not case.closed_at and (case.attention > Case.Attention.CALM or is_quiet)
    most = max([case.attention, *(min(waits.urgency, Case.Attention.EMERGENCY) for waits in tasks)])
    return {"case": case, "css": f"attention-{most}", "word": urgency(case) if says_more else "", "task": task}


def _tag(row, now):
    task = row.lead
    if task is None:
        return urgency(row.case)
    if task.is_alarm and task.seen_at:
        return gettext("alarm, seen")
    tag, due = TAGS.get(task.urgency), due_words(task.due, now)
    if tag and not task.is_alarm and task.due <= now:  # an alarm says since when it rings
        return f"{tag}, {due}"
    return tag or due


def _shown_tasks(row, now, seen, done, query):
    """Return the lines below a row: each open task that it does not say already, or that has a button."""
    lead = row.lead
    return [
        shown_task(task, task is lead, now, seen(task.pk) + query, done(task.pk) + query)
        for task in sorted(row.tasks, key=lambda task: task is not lead)  # its own first: a button without words
        if task is not lead or task.code not in BY_ACTION
    ]


def shown_task(task, of_row, now, seen, done):
    """Return what the list shows of one open task; its words only where the row does not say them already."""
    lead = reverse(FOR_THE_LEAD[task.code]) if task.code in FOR_THE_LEAD else ""
    is_late, due = task.due <= now, "" if of_row else due_words(task.due, now)
    about = said_again(task.text)
    told = [] if of_row else [about]
    if task.is_alarm:
        told.append(gettext("rang %(span)s ago") % {"span": span(task.opened_at, now)})
    elif due and not is_late:
        told.append(due)
    if task.owner != Task.Owner.CLINICIAN:
        told.append(str(OWNERS[task.owner]))
    if task.seen_at:
        seen_words = gettext("seen by %(name)s, %(ago)s")
        told.append(seen_words % {"name": task.seen_by, "ago": days_ago(task.seen_at, now)})
    return {
        "css": "task of-row" if of_row and not told else "task",  # a lone button stands beside its row
        "about": about,
        "words": " · ".join(told),
        "late": due if is_late and not task.is_alarm else "",
        "seen": seen if task.urgency == UNHEARD and not lead else "",
        "done": done if task.code not in BY_ACTION and not lead else "",
        "lead": lead,
    }
