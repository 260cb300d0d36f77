"""Every address as everybody: a stranger to the login, the wrong person to 404, the wrong verb to 403.

One table says what each door answers to each person.  An address that stands in no table fails the test.
"""

import pytest
from django.contrib import admin
from django.contrib.contenttypes.models import ContentType

from clinic.models import Case, FailedWork, Person
from clinic.windows import Sealed
from config.policy import DOORS
from tests.world import PEOPLE, a_browser, address, every_route, item_of, tables

pytestmark = pytest.mark.django_db
LOGIN, CODE = "/accounts/login/", "/accounts/code/"
TOLD = "/me/intake/"  # the leg was screened already, or no case is open: nothing is asked

# Columns:  nobody runner fellow administrator stranger assistant clinician lead
SEEN = f"{LOGIN} 403 404 404 404 200 200 200"
RECORDED = f"{LOGIN} 403 404 404 404 409 409 409"  # the form names no runner and no version
SIGNED = f"{LOGIN} 403 404 404 404 403 409 409"
SIGNERS_SEE = f"{LOGIN} 403 404 404 404 403 200 200"
MINE = f"{LOGIN} 200 200 403 403 403 403 403"  # the runner's own pages, also without a case
MY_CASE = f"{LOGIN} 200 /me/ 403 403 403 403 403"
MY_FORM = f"{LOGIN} 422 /me/ 403 403 403 403 403"
STAFF_ONLY = f"{LOGIN} 403 403 403 200 200 200 200"
YOURS = f"{LOGIN} 200 200 200 200 200 200 200"  # a page about the person who asks
NO_SUCH_VERB = f"{LOGIN} 405 405 405 405 405 405 405"
NO_SUCH_VERB_HERE = f"{LOGIN} 403 404 404 405 405 405 405"  # a page of a case: who may not come is told that first
NO_SUCH_VERB_SIGNED = f"{LOGIN} 403 404 404 405 403 405 405"
NO_SUCH_VERB_OF_MINE = f"{LOGIN} 405 405 403 403 403 403 403"
NO_SUCH_VERB_OF_A_LOG = f"{LOGIN} 405 405 404 404 404 404 404"
ASKED_FOR = f"{LOGIN} 403 403 403 /patients/ /patients/ /patients/ /patients/"  # what is looked for, in no address
AUDIT = f"{LOGIN} 403 403 200 403 403 403 200"  # who looks after the clinic
NO_SUCH_VERB_AUDIT = f"{LOGIN} 403 403 405 403 403 403 405"
LEADS = f"{LOGIN} 403 403 403 403 403 403 200"
NO_SUCH_VERB_LEADS = f"{LOGIN} 403 403 403 403 403 403 405"
ANYBODY = "200 200 200 200 200 200 200 200"
READ_ONLY = "405 405 405 405 405 405 405 405"
TEAM = f"{LOGIN} 403 403 200 200 200 200 200"
KEYS = "/accounts/passkeys/"
RUNNERS = f"{LOGIN} 200 200 403 403 403 403 403"
NOBODYS_LINK = "404 404 404 404 404 404 404 404"

KINDS = ({}, {"HX-Request": "true"})
NOTHING = {"nothing": "useful"}  # a form that says neither for whom nor of when it is

# door: (GET, POST of NOTHING)
POLICY = {
    "emergency": (ANYBODY, " ".join(["405"] * 8)),  # public, static, of nobody: no session, no audit
    "alive": (ANYBODY, READ_ONLY),
    "ready": (ANYBODY, READ_ONLY),
    "login": ("200 / / / / / / /", "200 / / / / / / /"),
    "account_login": ("200 / / / / / / /", "200 / / / / / / /"),
    "account_request_login_code": ("200 / / / / / / /", "200 / / / / / / /"),
    "account_confirm_login_code": (f"{CODE} / / / / / / /", f"{CODE} / / / / / / /"),
    "mfa_login_webauthn": (f"{LOGIN} / / / / / / /", f"{LOGIN} / / / / / / /"),
    "mfa_authenticate": (f"{LOGIN} / / / / / / /", f"{LOGIN} / / / / / / /"),
    "ask_for_reset": (ANYBODY, " ".join(["422"] * 8)),
    "reset_password": (NOBODYS_LINK, NOBODYS_LINK),
    "clinic:passkeys": (YOURS, YOURS),  # asking for a new sign-in first is an answer too
    "clinic:forget_passkey": (NO_SUCH_VERB, f"{LOGIN} 404 404 404 404 404 404 404"),
    "clinic:again": (NO_SUCH_VERB, " ".join([LOGIN] * 8)),
    "clinic:signing_in": (f"{LOGIN} {KEYS} {KEYS} 200 200 200 200 200", NO_SUCH_VERB),
    "clinic:password": (TEAM, f"{LOGIN} {' '.join(['403'] * 7)}"),  # a form wants a new sign-in first
    "clinic:app": (TEAM, f"{LOGIN} {' '.join(['403'] * 7)}"),
    "clinic:remove_app": (f"{LOGIN} 403 403 405 405 405 405 405", f"{LOGIN} 403 403 404 404 404 404 404"),
    "clinic:recovery_codes": (TEAM, f"{LOGIN} {' '.join(['403'] * 7)}"),
    "logout": ("405 405 405 405 405 405 405 405", " ".join([LOGIN] * 8)),
    "clinic:today": (f"{LOGIN} /me/ /me/ /admin/ 200 200 200 200", NO_SUCH_VERB),
    "clinic:preferences": (YOURS, f"{LOGIN} 422 422 422 422 422 422 422"),
    "clinic:sessions": (YOURS, NO_SUCH_VERB),
    "clinic:end_session": (NO_SUCH_VERB, f"{LOGIN} 404 404 404 404 404 404 404"),
    "clinic:end_others": (NO_SUCH_VERB, f"{LOGIN} {' '.join(['/preferences/sessions/'] * 7)}"),
    "clinic:stay": (NO_SUCH_VERB, f"{LOGIN} 204 204 204 204 204 204 204"),
    "clinic:calendar": (RUNNERS, f"{LOGIN} 422 422 403 403 403 403 403"),
    "rehab:calendar": (NOBODYS_LINK, " ".join(["405"] * 8)),  # signs in nobody: its address is the key
    "clinic:task_seen": (f"{LOGIN} 404 404 404 405 405 405 405", f"{LOGIN} 404 404 404 404 403 409 409"),
    "clinic:task_done": (f"{LOGIN} 404 404 404 404 403 200 200", f"{LOGIN} 404 404 404 404 403 409 409"),
    "clinic:audit": (AUDIT, f"{LOGIN} 403 403 /audit/ 403 403 403 /audit/"),
    "clinic:audit_csv": (AUDIT, NO_SUCH_VERB_AUDIT),
    "clinic:find": (STAFF_ONLY, ASKED_FOR),
    "clinic:glass": (f"{LOGIN} 403 403 403 200 403 200 200", f"{LOGIN} {' '.join(['403'] * 7)}"),  # a new sign-in first
    "clinic:glass_end": (f"{LOGIN} 404 404 404 405 404 405 405", f"{LOGIN} 404 404 404 404 404 404 404"),
    "clinic:glass_opened": (LEADS, NO_SUCH_VERB_LEADS),
    "clinic:glass_seen": (f"{LOGIN} 404 404 404 404 404 404 405", f"{LOGIN} 404 404 404 404 404 404 404"),
    "clinic:register": (STAFF_ONLY, f"{LOGIN} 403 403 403 422 422 422 422"),
    "clinic:patient": (f"{LOGIN} 403 404 404 404 200 200 200", f"{LOGIN} 403 404 404 404 422 422 422"),
    "clinic:changes": (SEEN, NO_SUCH_VERB_HERE),
    "clinic:invite": (NO_SUCH_VERB_HERE, f"{LOGIN} 403 404 404 404 422 422 422"),
    "clinic:withdraw": (NO_SUCH_VERB_HERE, f"{LOGIN} 403 404 404 404 422 422 422"),
    "rehab:patient_data_json": (SIGNERS_SEE, NO_SUCH_VERB_SIGNED),
    "rehab:patient_data_pdf": (SIGNERS_SEE, NO_SUCH_VERB_SIGNED),
    "clinic:note_consent": (NO_SUCH_VERB_HERE, f"{LOGIN} 403 404 404 404 422 422 422"),
    "clinic:welcome": (NOBODYS_LINK, NOBODYS_LINK),  # who holds a link that opens nothing is told so, whoever it is
    "clinic:case": (SEEN, NO_SUCH_VERB_HERE),
    "clinic:intake": (SEEN, RECORDED),
    "clinic:note": (NO_SUCH_VERB_HERE, RECORDED),
    "clinic:amend": (SIGNERS_SEE, SIGNED),
    "rehab:close": (SIGNERS_SEE, SIGNED),
    "clinic:draft": (SEEN, f"{LOGIN} 403 404 404 404 204 204 204"),
    "triage:screening": (SEEN, RECORDED),
    "triage:level": (NO_SUCH_VERB_HERE, RECORDED),
    "triage:void": (NO_SUCH_VERB_SIGNED, SIGNED),
    "triage:decision": (SEEN, NO_SUCH_VERB_HERE),
    "triage:items": (SEEN, NO_SUCH_VERB_HERE),
    "triage:close_item": (NO_SUCH_VERB_SIGNED, SIGNED),
    "triage:sign_item": (NO_SUCH_VERB_SIGNED, SIGNED),
    "triage:letter": (SEEN, NO_SUCH_VERB_HERE),
    "triage:letter_sent": (NO_SUCH_VERB_HERE, RECORDED),
    "triage:letter_pdf": (SEEN, NO_SUCH_VERB_HERE),
    "triage:examination": (SEEN, RECORDED),
    "triage:judge": (NO_SUCH_VERB_HERE, RECORDED),
    "triage:causes": (SEEN, NO_SUCH_VERB_HERE),
    "triage:diagnosis": (NO_SUCH_VERB_SIGNED, SIGNED),
    "triage:release": (NO_SUCH_VERB_SIGNED, SIGNED),
    "rehab:plan": (SEEN, NO_SUCH_VERB_HERE),
    "rehab:draft": (NO_SUCH_VERB_SIGNED, SIGNED),
    "rehab:checklist": (NO_SUCH_VERB_SIGNED, SIGNED),
    "rehab:add": (SIGNERS_SEE, SIGNED),
    "rehab:replace": (SIGNERS_SEE, SIGNED),
    "rehab:remove": (SIGNERS_SEE, SIGNED),
    "rehab:move": (NO_SUCH_VERB_SIGNED, SIGNED),
    "rehab:dose": (SIGNERS_SEE, SIGNED),
    "rehab:sign": (NO_SUCH_VERB_SIGNED, SIGNED),
    "rehab:signed": (SEEN, NO_SUCH_VERB_HERE),
    "rehab:plan_print": (SEEN, NO_SUCH_VERB_HERE),
    "rehab:plan_handout": (SEEN, NO_SUCH_VERB_HERE),
    "rehab:plan_preview": (SEEN, NO_SUCH_VERB_HERE),
    "rehab:treatments": (SEEN, SIGNED),
    "rehab:treatment_checklist": (NO_SUCH_VERB_SIGNED, SIGNED),
    "rehab:progress": (SEEN, NO_SUCH_VERB_HERE),
    "rehab:report": (SEEN, NO_SUCH_VERB_HERE),
    "rehab:take": (NO_SUCH_VERB_SIGNED, SIGNED),
    "rehab:decline": (SIGNERS_SEE, SIGNED),
    "rehab:limit": (SIGNERS_SEE, SIGNED),
    "rehab:score": (SEEN, RECORDED),
    "rehab:running": (SEEN, RECORDED),
    "rehab:start_running": (NO_SUCH_VERB_SIGNED, SIGNED),
    "rehab:resume_running": (NO_SUCH_VERB_SIGNED, SIGNED),
    "rehab:oversight": (LEADS, NO_SUCH_VERB_LEADS),
    "rehab:media": (f"{LOGIN} 200 200 200 404 200 200 200", NO_SUCH_VERB),
    "rehab:figure": (ANYBODY, " ".join(["405"] * 8)),  # a drawing of an exercise, nobody's record
    "rehab:my_today": (MINE, NO_SUCH_VERB_OF_MINE),
    "rehab:my_copy": (MINE, NO_SUCH_VERB_OF_MINE),
    "rehab:my_offline": (ANYBODY, READ_ONLY),  # the page without a connection: static, of nobody
    "rehab:my_outbox": (NO_SUCH_VERB_OF_MINE, f"{LOGIN} 422 422 403 403 403 403 403"),
    "rehab:my_opened": (NO_SUCH_VERB_OF_MINE, f"{LOGIN} 422 422 403 403 403 403 403"),
    "rehab:worker": (ANYBODY, READ_ONLY),  # what a browser installs: static, of nobody
    "rehab:manifest": (ANYBODY, READ_ONLY),
    "rehab:icon": (ANYBODY, READ_ONLY),
    "rehab:my_leg": (NO_SUCH_VERB_OF_MINE, f"{LOGIN} 404 404 403 403 403 403 403"),
    "rehab:my_progress": (MINE, NO_SUCH_VERB_OF_MINE),
    "rehab:my_plan": (MINE, NO_SUCH_VERB_OF_MINE),
    "rehab:my_handout": (f"{LOGIN} 200 /me/plan/ 403 403 403 403 403", NO_SUCH_VERB_OF_MINE),
    "rehab:my_data": (MINE, NO_SUCH_VERB_OF_MINE),
    "rehab:my_data_json": (MINE, NO_SUCH_VERB_OF_MINE),
    "rehab:my_data_pdf": (MINE, NO_SUCH_VERB_OF_MINE),
    "rehab:my_readers": (MINE, NO_SUCH_VERB_OF_MINE),
    "rehab:my_consent": (MINE, f"{LOGIN} 422 422 403 403 403 403 403"),
    "rehab:my_safety": (MY_CASE, MY_FORM),
    "rehab:my_session": (  # all of today is done; a form that lost its key asks first
        f"{LOGIN} /me/ /me/ 403 403 403 403 403",
        f"{LOGIN} /me/safety/ 404 403 403 403 403 403",
    ),
    "rehab:my_run": (MY_CASE, MY_FORM),
    "rehab:my_upload": (MY_CASE, MY_FORM),
    "rehab:my_export": (f"{LOGIN} 200 404 404 404 404 404 404", NO_SUCH_VERB_OF_A_LOG),
    "rehab:my_keep": (  # nothing waits to be kept
        f"{LOGIN} /me/runs/upload/ /me/ 403 403 403 403 403",
        f"{LOGIN} /me/runs/upload/ /me/ 403 403 403 403 403",
    ),
    "rehab:my_morning": (MY_CASE, MY_FORM),
    "rehab:my_measures": (MY_CASE, MY_FORM),
    "rehab:my_logs": (MINE, NO_SUCH_VERB_OF_MINE),
    "rehab:my_logged": (f"{LOGIN} 200 404 404 404 404 404 404", NO_SUCH_VERB_OF_A_LOG),
    "rehab:my_correction": (f"{LOGIN} 200 404 404 404 404 404 404", f"{LOGIN} 422 404 404 404 404 404 404"),
    "rehab:my_reminders": (MINE, f"{LOGIN} 422 422 403 403 403 403 403"),
    "rehab:stop_reminders": (NOBODYS_LINK, NOBODYS_LINK),  # the secret of the mail is the key, whoever holds it
    "rehab:my_intake": (f"{LOGIN} 200 200 403 403 403 403 403", f"{LOGIN} 200 200 403 403 403 403 403"),
    "rehab:my_intake_topic": (
        f"{LOGIN} {TOLD} {TOLD} 404 404 404 404 404",
        f"{LOGIN} {TOLD} {TOLD} 404 404 404 404 404",
    ),
}

# The admin.  A runner may not enter; staff find their own windows, and nothing of another clinic's records.
STOPPED, UNSEEN = f"{LOGIN} 403 403", f"{LOGIN} 404 404"
ENTER = f"{STOPPED} 200 200 200 200 200"
NOT_HERE = f"{UNSEEN} 404 404 404 404 404"
REFUSED = f"{STOPPED} 403 403 403 403 403"
UNCHANGED = f"{UNSEEN} 403 403 403 403 403"
ADMIN = {
    "admin:index": (ENTER, ENTER),
    "admin:login": (f"{LOGIN} 403 403 {' '.join(['/admin/'] * 5)}", f"{LOGIN} 403 403 {' '.join(['/admin/'] * 5)}"),
    "admin:logout": ("/admin/ /admin/ /admin/ 405 405 405 405 405", " ".join(["/admin/"] * 3 + [LOGIN] * 5)),
    "admin:password_change": (ENTER, REFUSED),
    "admin:password_change_done": (ENTER, f"{STOPPED} 405 405 405 405 405"),
    "admin:autocomplete": (f"{STOPPED} 404 404 404 404 404",) * 2,
    "admin:jsi18n": (ENTER, f"{STOPPED} 405 405 405 405 405"),
    "admin:view_on_site": (NOT_HERE, NOT_HERE),
    "admin:rehab_exercise_figures": (f"{STOPPED} 200 403 403 403 200", f"{STOPPED} 200 403 403 403 200"),
    "admin:app_list": (f"{UNSEEN} 200 200 404 200 200", f"{UNSEEN} 200 200 404 200 200"),
    "admin/(?P<url>.*)$": (NOT_HERE, NOT_HERE),
}


def walked(world):
    """Return the arguments that each kind of address takes, of our own records."""
    return {
        "case_id": world.case.pk,
        "patient_id": world.case.patient_id,
        "form_name": "intake",
        "token": "never-sent",
        "entry_id": world.case.events.filter(kind="plan_signed").first().pk,
        "key_id": 1,
        "uidb64": "bm9ib2R5",
        "place_id": 1,
        "glass_id": world.case.pk,  # no opening: tests/clinic/test_break_glass.py has them
        "media_id": world.picture.pk,
        "slug": "story",
        "task_id": world.alarm.pk,
        "exercise_code": "BIRD_DOG",
        "at_level": 3,
        "drawing": "left-still",
        "figure_language": "es",
        "shape": "maskable",
        "size": 512,
        "session_id": world.session.pk,
        "offer_id": world.offer.pk,
        "export_id": world.export.pk,
        "measure": "PSFS",
    }


def where(world, name, pattern):
    """Return the address of a door of the product."""
    known = walked(world) | {"item_id": item_of(world.case, name.split(":")[0]).pk}
    return address(name, **{key: value for key, value in known.items() if f"{key}>" in pattern})


def answered(response):
    """Return what a door answered, as the tables write it: a status, or where it sent the person."""
    if response.status_code == 302:
        return response.headers["Location"].split("?")[0]
    return str(response.status_code)


def product_doors():
    """Return {name: pattern} of every address outside the admin."""
    return {name: pattern for name, pattern in every_route() if not pattern.startswith("admin/")}


def test_every_address_stands_in_the_table():
    assert set(product_doors()) == set(POLICY)


def test_every_address_of_the_admin_stands_in_the_table():
    routes = {name for name, pattern in every_route() if pattern.startswith("admin/")}
    assert routes - set(ADMIN) - {name for name, *_ in model_doors()} == set()


@pytest.mark.parametrize("column", range(len(PEOPLE)), ids=PEOPLE)
def test_each_door_answers_each_person_as_the_table_says(world, column):
    who, wrong = PEOPLE[column], {}
    for name, pattern in product_doors().items():
        at = where(world, name, pattern)
        for (verb, *said), row in zip((["get"], ["post", NOTHING]), POLICY[name], strict=True):
            browser = a_browser(world, who)
            got = {answered(getattr(browser, verb)(at, *said, headers=kind)) for kind in KINDS}
            if got != {row.split()[column]}:
                wrong[name, verb] = (row.split()[column], got)
    assert wrong == {}


@pytest.mark.parametrize("who", PEOPLE)
def test_neither_a_get_nor_an_empty_form_changes_the_record(world, who):
    browser = a_browser(world, who)
    before = tables()
    for name, pattern in product_doors().items():
        browser.get(where(world, name, pattern))
    for _, at, *_ in admin_addresses(world):
        browser.get(at)
    assert changed(before) == []

    for name, pattern in product_doors().items():
        if name not in ("logout", "clinic:draft"):  # a draft is no record: it keeps whatever is typed
            browser.post(where(world, name, pattern), NOTHING)
    assert changed(before) == []


@pytest.mark.parametrize("verb", ["put", "patch", "delete", "options", "head"])
def test_other_verbs_change_nothing_and_break_nothing(world, verb):
    browser = a_browser(world, "lead")
    before, broken = tables(), {}
    for name, pattern in product_doors().items():
        status = getattr(browser, verb)(where(world, name, pattern)).status_code
        if status >= 500:
            broken[name] = status
    assert (broken, changed(before)) == ({}, [])


def test_a_form_without_its_token_is_refused_at_every_door(world):
    browser = a_browser(world, "lead", enforce_csrf_checks=True)
    before = tables()
    got = {name: browser.post(where(world, name, pattern)).status_code for name, pattern in product_doors().items()}
    assert got.pop("emergency") == 405  # takes no form
    assert got.pop("rehab:stop_reminders") == 404  # a mail program has no cookie to send (RFC 8058)
    assert (set(got.values()), changed(before)) == ({403}, [])


def test_a_made_up_address_is_not_there(world):
    browser = a_browser(world, "lead")
    for name, pattern in product_doors().items():
        made_up = {key: "01890000-0000-7000-8000-000000000000" for key in walked(world) if f"uuid:{key}>" in pattern}
        if made_up and "item_id" not in pattern:
            known = {key: value for key, value in walked(world).items() if f"{key}>" in pattern}
            at = address(name, **known | made_up)
            statuses = {browser.get(at).status_code, browser.post(at).status_code}
            assert statuses <= {404, 405} and 404 in statuses, name


def changed(before):
    """Return the tables that are no longer what they were."""
    return [label for label, print_ in tables().items() if before[label] != print_]


# --- The admin ---------------------------------------------------------------------------------

CLINICAL = {
    "changelist": f"{STOPPED} 403 200 403 200 200",
    "change": f"{UNSEEN} 403 404 403 200 200",
    "history": f"{UNSEEN} 404 404 404 200 200",
    "add": REFUSED,
    "delete": UNCHANGED,
}
KEPT = dict.fromkeys(("changelist", "add"), f"{STOPPED} 200 403 403 403 200")
KEPT |= dict.fromkeys(("change", "history"), f"{UNSEEN} 200 403 403 403 200")
KEPT |= {"delete": UNCHANGED, "password": UNCHANGED}
TABLES = {"person": KEPT, "wording": KEPT} | dict.fromkeys(
    ("clinic", "exercise", "failedwork"), KEPT | {"add": REFUSED}
)
# Every other table is clinical.


def model_doors():
    """Yield (door, model, what is done there) of every table in the admin."""
    for model in admin.site._registry:
        label = f"{model._meta.app_label}/{model._meta.model_name}"
        for what in ("changelist", "add", "history", "delete", "change"):
            yield f"admin:{label.replace('/', '_')}_{what}", model, what
        yield f"admin/{label}/<path:object_id>/", model, "short"
    yield "admin:auth_user_password_change", Person, "password"


def a_row(world, model):
    """Return a row of our own clinic in this table."""
    known = {"clinic": world.clinic, "person": world.people["fellow"], "patient": world.case.patient}
    known |= {"case": world.case, "failedwork": FailedWork.objects.first()}
    known |= {"exercise": world.picture.wording.exercise, "wording": world.picture.wording}
    path = {"exerciselog": "session__case", "verdict": "session__case", "calendarfeed": "patient__cases"}
    path = path.get(model._meta.model_name, "case")
    return known.get(model._meta.model_name) or model.objects.filter(**{path: world.case}).first()


def admin_addresses(world):
    """Yield (door, its address, GET row, POST row or None) of the whole admin."""
    kind = ContentType.objects.get_for_model(Case).pk
    given = {"app_list": {"app_label": "clinic"}, "view_on_site": {"content_type_id": kind, "object_id": world.case.pk}}
    for name, (get, post) in ADMIN.items():
        at = address(name, **given.get(name[6:], {})) if name.startswith("admin:") else "/admin/nowhere/"
        yield name, at, get, post
    for name, model, what in model_doors():
        row, table = a_row(world, model), TABLES.get(model._meta.model_name, CLINICAL)
        if what == "short":  # leads to the row's own page, which then asks who it is
            at = name.replace("<path:object_id>", str(row.pk))
            yield name, f"/{at}", " ".join([UNSEEN, *[f"/{at}change/"] * 5]), None
        else:
            at = address(name, *([] if what in ("changelist", "add") else [row.pk]))
            posted = {"add": REFUSED, "delete": UNCHANGED, "change": UNCHANGED} if table is CLINICAL else {}
            yield name, at, table[what], posted.get(what)


@pytest.mark.parametrize("column", range(len(PEOPLE)), ids=PEOPLE)
def test_each_door_of_the_admin_answers_each_person_as_the_table_says(world, column):
    at_work, passing = (a_browser(world, PEOPLE[column]) for _ in range(2))
    wrong, before = {}, tables()
    for name, at, get, post in sorted(admin_addresses(world), key=lambda row: row[0] == "admin:logout"):  # ends all
        browser = passing if name in ("admin:login", "admin:logout") else at_work
        for verb, row in (("get", get), ("post", post)):
            got = answered(getattr(browser, verb)(at)) if row else None
            if row and got != row.split()[column]:
                wrong[name, verb] = (row.split()[column], got)
    assert changed(before) == []
    assert wrong == {}


# --- The policy --------------------------------------------------------------------------------

KIND = dict(zip(PEOPLE, ("nobody", "runner", "runner", "administrator", "clinician", *PEOPLE[5:]), strict=True))
LET_IN = {"200", "204", "405", "409", "422"}


def test_every_address_stands_in_the_policy_and_nothing_else_does():
    doors = set(product_doors()) | {"admin:login", "admin:logout", "admin"}
    doors |= {"admin:jsi18n", "admin:rehab_wording_add", "admin:rehab_wording_change"}
    assert set(DOORS) == doors


def test_who_comes_in_is_of_a_kind_that_the_policy_names():
    """The table above pins what each person gets; nobody whom the policy leaves out gets anything."""
    wrong = [
        (name, method, who)
        for name in product_doors()
        for method, row in zip(("GET", "POST"), POLICY[name], strict=True)
        for who, got in zip(PEOPLE, row.split(), strict=True)
        if got in LET_IN and not DOORS[name].lets_in({KIND[who]}, method)
    ]
    assert wrong == []


def test_an_address_that_nobody_declared_is_not_answered(world, monkeypatch):
    monkeypatch.delitem(DOORS, "clinic:preferences")
    browser = a_browser(world, "lead")
    assert browser.get(address("clinic:preferences")).status_code == 404


def test_a_door_that_forgets_to_ask_is_kept_shut_by_the_policy(world, monkeypatch):
    """Taken out of its own checks, a page of a case still opens for nobody whom the policy leaves out."""
    monkeypatch.setattr("clinic.views.cases.may_record", lambda person, case: True)
    at = address("clinic:intake", world.case.pk)
    assert {who: a_browser(world, who).get(at).status_code for who in ("runner", "administrator")} == {
        "runner": 403,
        "administrator": 404,
    }


@pytest.mark.parametrize("who", ["nobody", "runner"])
def test_the_policy_keeps_the_admin_shut_before_the_admin_asks(world, who, monkeypatch):
    """Even where every check of its own says yes, a runner who was let into it, or nobody, reads and writes nothing."""
    monkeypatch.setattr(admin.site, "has_permission", lambda request: True)
    Person.objects.filter(pk=world.people["runner"].pk).update(is_staff=True)
    browser, opened = a_browser(world, who), {}
    for name, at, *_ in admin_addresses(world):
        if name not in ("admin:login", "admin:logout"):
            opened[name] = {answered(browser.get(at)), answered(browser.post(at))}
    stopped = {LOGIN} if who == "nobody" else {"403", "404"}
    assert {name: got for name, got in opened.items() if not got <= stopped} == {}


@pytest.mark.parametrize("who", ["administrator", "lead"])
def test_no_address_makes_anybody_somebody_else(world, who):
    """Whoever asks, and whomever they name in whatever field: they stay who they are, or are nobody."""
    named = ("user", "user_id", "person", "person_id", "as", "su", "impersonate", "id", "pk", "runner", "email")
    runner = world.people["runner"]
    said = dict.fromkeys(named, str(runner.pk)) | {"email": runner.email, "username": runner.email}
    own, others, browser = str(world.people[who].pk), {}, a_browser(world, who)
    addresses = [(name, where(world, name, pattern)) for name, pattern in product_doors().items()]
    for name, at in [*addresses, *((name, at) for name, at, *_ in admin_addresses(world))]:
        browser = browser if browser.session.get("_auth_user_id") == own else a_browser(world, who)
        for ask in (browser.get, browser.post):
            ask(at, said)
            if (now := browser.session.get("_auth_user_id")) not in (own, None):
                others[name] = now
    assert others == {}


@pytest.mark.parametrize(
    "model", [m for m in admin.site._registry if isinstance(admin.site._registry[m], Sealed)], ids=lambda m: m.__name__
)
def test_no_window_lists_a_row_of_another_clinic(world, model):
    row, listed = a_row(world, model), {}
    for who in ("lead", "stranger"):
        page = a_browser(world, who).get(address(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist"))
        listed[who] = {shown.pk for shown in page.context["cl"].result_list}
    assert row.pk in listed["lead"] and not listed["lead"] & listed["stranger"]
