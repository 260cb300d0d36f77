"""Stands before every view: opens only what the policy names, to whom it names, and puts on record what was shown.

What cannot be put on record is not shown, but for the advice in a danger (``clinic.emergency.urgent_page``).
"""

import logging
from uuid import UUID

from allauth.account.adapter import get_adapter
from allauth.account.internal.stagekit import LOGIN_SESSION_KEY
from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.db.models import Q
from django.http import Http404
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from clinic import sessions
from clinic.access import may_record
from clinic.actions import keep_late_draft, typed_fields
from clinic.audit import Kind, NotOnRecord, Origin, coming_from, record_each
from clinic.conflict import posted_in, typed_values
from clinic.entrance import led_first
from clinic.forms.worded import fields_at
from clinic.ids import is_uuid, plain_address
from clinic.models import Case, Patient, Person, Task
from clinic.views.errors import not_on_record
from clinic.whose import clinics_of, lines_of_person, record_of, runners_of
from config.policy import ADMIN, CASE, DOORS, LIST, NOTHING, OWN, PATIENT, RUNNER, TASK, WAY_IN, door_of

# Forms that are kept as drafts while they are typed: the address they are sent to, and the name of their draft.
DRAFTS = {
    "clinic:intake": "intake",
    "triage:screening": "screening",
    "triage:examination": "examination",
    "rehab:treatments": "treatment",
}
MOST_SENT = 210_000_000  # bytes of one request: the largest export of a watch, and the form around it
SHOWN, REFUSED = (200, 206, 422), (403, 404, 409)
OBJECTS = {CASE: (Case, "case_id"), PATIENT: (Patient, "patient_id"), TASK: (Task, "task_id")}
logger = logging.getLogger("clinic.audit")


def network_of(request):
    """Return the network address a request came from, as the proxies in front are believed; empty where unknown."""
    try:
        return get_adapter(request).get_client_ip(request)
    except PermissionDenied:
        return ""


def who_asks(request):
    """Return who is signed in, or None."""
    return request.user if request.user.is_authenticated else None


def asked(request):
    """Return the (name, door) of the address that is asked for; (name, None) for one that nobody declared."""
    match = request.resolver_match
    if match is None:
        return "", None
    name = "admin:" if match.app_names == ["admin"] and not match.url_name else match.view_name
    return name, door_of(name)


def kinds_of(person, door):
    """Return what a person is: their roles, a runner, or nobody."""
    if not person.is_authenticated:
        return {"nobody"}
    kinds = set(person.roles.values()) | ({"administrator"} if person.is_superuser else set())
    is_runner = not kinds or (door.reads is RUNNER and getattr(person, "patient", None) is not None)
    return kinds | ({"runner"} if is_runner else set())


def may_send_files(request):
    """Return whether files are taken at this address, and from this person."""
    _, door = asked(request)
    return door is not None and door.takes_files and door.lets_in(kinds_of(request.user, door), "POST")


class BoundedUpload(MemoryFileUploadHandler):
    """Takes small files into memory; refuses a request that says it is larger than its door takes, unread.

    What does not say how large it is has no length for us, and none of it is read.
    """

    def handle_raw_input(self, input_data, META, content_length, *args, **kwargs):  # noqa: N803
        """Look at the size that was announced; whoever checks the token of a form is the first to read it."""
        is_small = content_length <= settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if not is_small and (content_length > MOST_SENT or not may_send_files(self.request)):
            raise RequestDataTooBig("more than this door takes")
        super().handle_raw_input(input_data, META, content_length, *args, **kwargs)


def sees(person, door, kwargs):
    """Return whether the record behind a door is this person's to see, whatever they may do there."""
    if door.shows not in OBJECTS:
        return False
    model, key = OBJECTS[door.shows]
    return model.objects.visible_to(person).filter(pk=kwargs[key]).exists()


def signed_out(request, name, door, kwargs, since):
    """Sign somebody out whose session is over.  A form that came too late is answered with what was typed."""
    person, typed = request.user, list(typed_values(request.POST, fields_at(name)))
    kept = bool(typed) and keep_late(name, person, kwargs, request.POST, since)
    logout(request)
    if door is WAY_IN:
        return None
    if request.method != "POST" or door.is_asked_by_itself or door.shows not in (*OBJECTS, OWN):
        return redirect_to_login(request.get_full_path() if request.method == "GET" else "/")
    again = reverse("clinic:case", args=[kwargs["case_id"]]) if door.shows == CASE else "/"
    context = {"typed": typed, "is_kept": kept, "login": f"{reverse('login')}?{urlencode({'next': again})}"}
    return render(request, "clinic/late.html", context, status=401)


def keep_late(name, person, kwargs, posted, since):
    """Keep a form that has a draft as the draft of its person, in a record that is theirs to write; say whether."""
    form = DRAFTS.get(name)
    case = form and Case.objects.visible_to(person).filter(pk=kwargs["case_id"], closed_at__isnull=True).first()
    if not case or not may_record(person, case) or posted.get("version") != str(case.version):
        return False
    whose = {"person": person, "case": case, "form": form}
    return keep_late_draft(**whose, fields=typed_fields(posted), since=since, at=timezone.now())


class Doorkeeper:
    """Refuse who may not come to an address; record who came."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        origin = Origin(
            lambda: request.user if request.user.is_authenticated else None, network_of(request), request.id
        )
        with coming_from(origin) as written:
            response = self.get_response(request)
            name, door = asked(request)
            if door is None or door.is_static or getattr(response, "is_outage", False):
                return response
            try:
                put_on_record(request, response, name, door, written)
            except NotOnRecord:
                logger.exception("%s could not be put on record", name)
                return response if getattr(response, "is_urgent", False) else not_on_record(request)
            return response

    def process_view(self, request, view, args, kwargs):
        """Open the door, or say why not: to sign in first, that there is nothing here, or that this is not for them."""
        name, door = asked(request)
        if door is None:
            raise Http404
        if door.is_static:
            return None
        request.came_as = request.session.get(SESSION_KEY)
        if request.user.is_authenticated:
            here = sessions.place_of(request, network_of(request))
            if sessions.is_over(here, request.user):
                return signed_out(request, name, door, kwargs, since=here.last_seen_at)
            if not door.is_asked_by_itself:
                sessions.acted(here, network_of(request))
        if led := led_first(request, door.is_for_setting_up):
            return led
        kinds = kinds_of(request.user, door)
        if door.lets_in(kinds, request.method):
            return None
        if "nobody" in kinds:
            return redirect_to_login(request.get_full_path())
        if kwargs and not sees(request.user, door, kwargs):
            raise Http404
        raise PermissionDenied

    def process_exception(self, request, error):
        """Say that nothing was done, where the audit could not be written."""
        if isinstance(error, NotOnRecord):
            logger.exception("an act could not be put on record")
            return not_on_record(request)
        return None


def put_on_record(request, response, name, door, written):
    """Write the line of this request: who came in or went, what was shown, what was refused.  Raises NotOnRecord.

    What was refused before this door was reached, as a form without its token, begins no session and ends none.
    """
    now, status = request.session.get(SESSION_KEY), response.status_code
    before = getattr(request, "came_as", now)
    if now and before != now:
        sessions.came_in(request, network_of(request))
    if before != now:
        person = request.user if now else Person.objects.filter(pk=before).first()
        went = "sign_in" if now else "sign_out"
        record_each(Kind.SIGN_IN, went, usual(person), by=person, was=before, status=status)
    elif door is DOORS.get(name) is WAY_IN and request.method == "POST" and status != 429:
        lines = usual(request.user) if now else account_tried(request)
        record_each(Kind.SIGN_IN, name, lines, by=request.user if now else None, was=before, status=status)
    elif status in REFUSED and now:
        record_each(Kind.REFUSED, name, lines_of(request, response, door), method=request.method, status=status)
    elif status in SHOWN and Kind.WRITE not in written and (now or hasattr(request, "shown")):
        lines = lines_of(request, response, door) if door.shows != NOTHING or hasattr(request, "shown") else ()
        record_each(Kind.EXPORT if door.taken else Kind.READ, name, lines)


def usual(person, **about):
    """Return the lines of what concerns no record: in each clinic where this person works, else where they are treated.

    Who is in no clinic any more stands where they worked.
    """
    if person is None or not person.is_authenticated:
        return [{"clinic": None, **about}]
    clinics = set(person.roles) or clinics_of(person) or {None}
    return [{"clinic": clinic, **about} for clinic in clinics]


def account_tried(request):
    """Return the line of an account that somebody tried to come in by, with its key; never what they typed.

    One question and one line, whoever it is or is not: the time of an answer tells nobody.  It stands in a clinic where
    they work, else where they are treated or worked; of several in the one with the least key.
    """
    typed, begun = typed_address(request), request.session.get(LOGIN_SESSION_KEY) or {}
    whose = Q(email=typed) if typed else Q(pk=begun.get("user_pk") or UUID(int=0))
    found = Person.objects.filter(whose).order_by()
    rows = list(found.values_list("pk", "memberships__clinic", "memberships__ended_on", "patient__clinic"))
    works = {clinic for _, clinic, ended_on, _ in rows if clinic and not ended_on}
    clinics = works or {treated for *_, treated in rows if treated} or {clinic for _, clinic, *_ in rows if clinic}
    return [{"clinic": min(clinics, default=None), **({"tried": rows[0][0]} if rows else {})}]


def typed_address(request):
    """Return the address in a form of a way in, as ours are kept; empty where it holds none."""
    posted = posted_in(request)
    typed = posted.get("username") or posted.get("email") or ""
    return "" if "\0" in typed else plain_address(typed[:254])


def lines_of(request, response, door):
    """Return of whom a page showed something: columns of one line, or of one a clinic for a list."""
    if hasattr(request, "concerns"):  # a clinic as a whole
        return [request.concerns]
    shown, kwargs = getattr(request, "shown", None), request.resolver_match.kwargs
    asked_for = {name: value for name, value in kwargs.items() if is_uuid(str(value)) or isinstance(value, int)}
    if door.shows == LIST:
        return of_a_list(shown or []) or usual(request.user)
    if door.shows == ADMIN:
        return of_the_admin(request, getattr(response, "context_data", None) or {}, asked_for)
    if shown is None and door.shows == OWN:
        shown = getattr(request.user, "patient", None)
    if shown is None and door.shows in OBJECTS:
        model, key = OBJECTS[door.shows]
        shown = model.objects.filter(pk=kwargs[key]).first()
    found = record_of(shown)
    return [found] if found else usual(request.user, asked_for=asked_for)


def of_the_admin(request, context, asked_for):
    """Return of whom a page of the admin showed something: whose row it is about, or whose rows it listed.

    ``context``: what the page was made of; its row is "original", or "object" on the page of its history.
    """
    row, listed = context.get("original") or context.get("object"), list(getattr(context.get("cl"), "result_list", ()))
    if isinstance(row, Person):
        return heard_of(request.user, lines_of_person(row, otherwise=request.user.roles))
    if found := record_of(row):
        return [found]
    lines, nobody = of_a_list(runners_of(listed)), usual(request.user, asked_for=asked_for)
    if lines and isinstance(listed[0], Person):  # of whom most are no runners
        lines = heard_of(request.user, lines)
        told = {line["clinic"] for line in lines}
        return lines + [line for line in nobody if line["clinic"] not in told]
    return lines or nobody


def heard_of(reader, lines):
    """Leave out the clinics where the reader has no role: who was looked up here is nothing that they need to know."""
    return [line for line in lines if line["clinic"] in reader.roles] or lines


def of_a_list(rows):
    """Return the lines of a list of (clinic id, patient id): one a clinic, so that none reads of another's runners."""
    clinics = {}
    for clinic, patient in rows:
        clinics.setdefault(clinic, []).append(str(patient))
    return [{"clinic": clinic, "ids": ids} for clinic, ids in clinics.items()]
