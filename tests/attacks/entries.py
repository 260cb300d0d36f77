"""Every address that takes a form, each with a form of it that could be accepted: where attacks begin."""

from uuid import uuid4

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from clinic import invitations
from clinic.consents import consent_texts
from clinic.terms import Answer
from rehab import actions
from rehab.mine.offline import owner_of
from rehab.models import SafetyCheck
from tests import factories
from tests.attacks.admin_forms import ADMIN_FORMS
from tests.attacks.pages import Entry, Form, forms_of, made, shown
from tests.attacks.ways_in import WAYS_IN
from tests.attacks.wire import browser_of
from tests.rehab.test_intake import TOLD
from tests.rehab.watch_files import gpx_file
from tests.test_doors import POLICY
from tests.test_forms_at_the_door import FORMS, ready
from tests.world import address
from triage.knowledge import triage_knowledge

REFUSED = {"403", "404", "405", "/accounts/login/"}


def doors_that_take_a_form():
    """Return the names of the addresses where at least one person's form is read."""
    keys = {"clinic:welcome", "rehab:stop_reminders", "reset_password"}  # their address is the key
    own = {"rehab:my_leg", "clinic:forget_passkey", "clinic:remove_app", "clinic:password", "clinic:app"}
    own |= {"clinic:recovery_codes", "clinic:again", "logout"}  # refused as the table tries them
    own |= {"clinic:glass", "clinic:glass_end", "clinic:glass_seen"}
    read = {door for door, (_, post) in POLICY.items() if "405" not in post.split() and set(post.split()) - REFUSED}
    answered = {door for door, (_, post) in POLICY.items() if {"409", "422", "204"} & set(post.split())}
    return read | answered | keys | own


# --- In the clinic --------------------------------------------------------------------------------

PAGES = {  # door: the page that shows its form, where that is not its own address
    "triage:close_item": "triage:items",
    "triage:sign_item": "triage:items",
    "triage:letter_sent": "triage:letter",
    "triage:diagnosis": "triage:causes",
    "triage:release": "triage:causes",
    "triage:level": "triage:screening",
    "triage:void": "triage:screening",
    "clinic:note": "clinic:case",
    "rehab:draft": "rehab:plan",
    "rehab:checklist": "rehab:plan",
    "rehab:move": "rehab:plan",
    "rehab:sign": "rehab:plan",
    "rehab:resume_running": "rehab:running",
    "rehab:treatment_checklist": "rehab:treatments",
}


def of_the_clinic(door):
    """Return a function that makes the form of a page of a case."""

    def entry(world):
        at, said = ready(world, door)
        where = address(PAGES[door], world.case.pk) if door in PAGES else at
        page = browser_of(world, "lead").get(where)
        forms = [form for form in forms_of(page.content.decode(), where) if form.door == door] if page.content else []
        if door == "triage:level":
            forms = [shown(world, "lead", where, "triage:screening")]
        return Entry("lead", made(door, at, said, forms[0] if forms else None))

    return entry


def on_a_page(door, who, page=None, *args, said=None):
    """Return a function that takes the form from a page; ``said``: what is filled in besides."""

    def entry(world):
        parts = [getattr(world, part) for part in args]
        parts = [getattr(part, "pk", part) for part in parts]
        form = shown(world, who, address(page or door, *parts), door)
        return Entry(who, made(door, form.address, said or {}, form))

    return entry


def a_patients(door):
    """Return a function that makes the form of the page of a runner."""

    def entry(world):
        patient = world.case.patient
        if door == "clinic:withdraw":
            fresh = factories.PatientFactory(clinic=world.clinic, person=None, email="new@example.org")
            told = {"email": fresh.email, "language": "en", "seen": None}
            invitation, _ = invitations.invite(patient=fresh, **told, by=world.people["lead"], at=timezone.now())
            return Entry("lead", made(door, address(door, fresh.pk), {"seen": invitation.pk}))
        form = shown(world, "lead", address("clinic:patient", patient.pk), door)
        return Entry("lead", made(door, form.address, {"side": "right"}, form) if door == "clinic:patient" else form)

    return entry


def a_draft(world):
    """What is typed into a form, kept until it is saved."""
    said = {"patient": world.case.patient_id, "version": world.case.version, "story": "It tightened."}
    return Entry(
        "lead", made("clinic:draft", address("clinic:draft", world.case.pk, "intake"), said), needs_nothing=True
    )


def begun(world):
    """The form that puts a runner on the ladder names the record alone."""
    said = {"patient": world.case.patient_id, "version": world.case.version}
    return Entry("lead", made("rehab:start_running", address("rehab:start_running", world.case.pk), said))


def consented(door, who):
    """Return a function that makes a runner's answer to a text, given or heard."""

    def entry(world):
        patient = world.case.patient.pk
        told = {"kind": "letter", "version": consent_texts()["letter"].version, "agreed": "yes"}
        if who == "runner":
            return Entry(who, made(door, address(door), told))
        return Entry(who, made(door, address(door, patient), told | {"patient": patient}))

    return entry


def asked(door, said):
    """Return a function that makes a search; it writes nothing, whatever it finds."""
    return lambda world: Entry("lead", made(door, address(door), said, shown(world, "lead", address(door), door)))


def judged(world):
    """The examination as it is typed."""
    form = shown(world, "lead", address("triage:examination", world.case.pk), "triage:examination")
    return Entry("lead", Form("triage:judge", address("triage:judge", world.case.pk), form.fields))


def registered(world):
    """Who the runner is."""
    form = shown(world, "lead", address("clinic:register"), "clinic:register")
    said = {"given_name": "Ana", "surname": "Nueva", "birth_date": "1990-01-01", "sex": "female", "side": "left"}
    return Entry("lead", made("clinic:register", form.address, said, form))


# --- A runner's own -------------------------------------------------------------------------------

ACTIVITIES = {f"activity_{n}": name for n, name in enumerate(("Run 5 km", "Stairs", "Hop"), start=1)}
ACTIVITIES |= {f"points_{n}": n for n in (1, 2, 3)}
FELT = {"pain_during": "1", "effort": "3", "pain_after": "0", "gait_change": "absent", "tingling": "absent"}


def calm():
    """Return the safety set answered with no."""
    return dict.fromkeys((question.code for question in triage_knowledge().safety_set), "absent")


def a_check(world):
    """Answer the safety set now."""
    at, runner = timezone.now(), world.people["runner"]
    told = {"case": world.case, "where": SafetyCheck.Where.SESSION, "by": runner, "at": at}
    actions.ask_safety(**told, answers=dict.fromkeys(calm(), Answer.ABSENT))
    return SafetyCheck.objects.filter(case=world.case).order_by("-asked_at").first()


def corrected(world):
    """The correction of today's session."""
    at = address("rehab:my_correction", world.session.pk)
    form = shown(world, "runner", at, "rehab:my_correction")
    done = {name: "on" for name in form.fields if name.endswith("_all")}
    return Entry("runner", made("rehab:my_correction", at, FELT | done, form))


def a_session(world):
    """One more session of today."""
    key = a_check(world).pk
    return Entry("runner", made("rehab:my_session", address("rehab:my_session"), {"key": key}, corrected(world).form))


def a_run(world):
    """A run by hand."""
    form = shown(world, "runner", address("rehab:my_run"), "rehab:my_run")
    return Entry("runner", made("rehab:my_run", form.address, {**FELT, "none": "on", "walk_minutes": "20"}, form))


def safe(world):
    """The safety set, every answer no."""
    form = shown(world, "runner", address("rehab:my_safety"), "rehab:my_safety")
    return Entry("runner", made("rehab:my_safety", form.address, calm(), form))


def kept(world):
    """A run that a watch recorded, signed by us."""
    file = SimpleUploadedFile("a.gpx", gpx_file(began=timezone.now() - timezone.timedelta(hours=3), every=30))
    browser, door = browser_of(world, "runner"), "rehab:my_keep"
    found = browser.post(address("rehab:my_upload"), {"files": [file]}).content.decode()
    listed = next(form for form in forms_of(found, address("rehab:my_upload")) if form.door == door)
    asked = browser.post(listed.address, {"run": listed.fields["run"].choices}).content.decode()
    form = next(form for form in forms_of(asked, listed.address) if form.door == door)
    return Entry(
        "runner", made("rehab:my_keep", form.address, {**FELT, "stage": "free", "none": "on", "then": "save"}, form)
    )


def envelope(world, kind):
    """Return what goes with everything that a phone sends later."""
    now = timezone.now().isoformat()
    return {"owner": owner_of(world.people["runner"]), "kind": kind, "key": uuid4(), "told_at": now, "read_at": now}


def sent_later(door, kind, form_of=None):
    """Return a function that makes what a phone kept."""

    def entry(world):
        form = form_of(world).form if form_of else None
        return Entry("runner", made(door, address(door), {**calm(), **envelope(world, kind)}, form))

    return entry


def a_morning(world):
    """The first steps of the morning."""
    return on_a_page("rehab:my_morning", "runner")(world)


def a_newcomer(world):
    """Return the browser of a runner whose leg nobody screened yet."""
    case = factories.CaseFactory(patient__clinic=world.clinic, opened_by=world.people["clinician"])
    browser = Client(raise_request_exception=False)
    browser.force_login(case.patient.person)
    return browser


def told_before(slug):
    """Return a function that makes a topic of the intake, of a runner whom nobody screened yet."""

    def entry(world):
        browser = a_newcomer(world)
        safety = calm()
        for before in ("urgent", "today"):
            if slug != before:
                browser.post(address("rehab:my_intake_topic", before), safety)
        at = address("rehab:my_intake_topic", slug)
        forms = forms_of(browser.get(at).content.decode(), at)
        form = next(form for form in forms if form.door == "rehab:my_intake_topic")
        return Entry("newcomer", made(form.door, at, TOLD[slug], form), browser=browser)

    return entry


def intake_sent(world):
    """The intake as a whole."""
    form = made("rehab:my_intake", address("rehab:my_intake"), {"send": "yes"})
    return Entry("newcomer", form, browser=a_newcomer(world))


def the_other_leg(world):
    """Show the other leg."""
    known = world.case.patient.cases.exclude(pk=world.case.pk).first()
    other = known or factories.CaseFactory(patient=world.case.patient, clinic=world.clinic, side="right")
    return Entry("runner", made("rehab:my_leg", address("rehab:my_leg"), {"leg": other.pk}))


# --- All of them ----------------------------------------------------------------------------------

ENTRIES = {door: of_the_clinic(door) for door in FORMS}
ENTRIES |= {door: a_patients(door) for door in ("clinic:patient", "clinic:invite", "clinic:withdraw")}
ENTRIES |= {
    "clinic:draft": a_draft,
    "clinic:register": registered,
    "clinic:task_seen": on_a_page("clinic:task_seen", "lead", "clinic:today"),
    "clinic:task_done": on_a_page("clinic:task_done", "lead", None, "alarm", said={"text": "called"}),
    "clinic:preferences": on_a_page("clinic:preferences", "lead"),
    "clinic:calendar": on_a_page("clinic:calendar", "runner"),
    "triage:judge": judged,
    "rehab:take": on_a_page("rehab:take", "lead", "rehab:progress", "case"),
    "rehab:start_running": begun,
    "rehab:my_correction": corrected,
    "rehab:my_session": a_session,
    "rehab:my_run": a_run,
    "rehab:my_safety": safe,
    "rehab:my_keep": kept,
    "rehab:my_upload": on_a_page("rehab:my_upload", "runner"),
    "rehab:my_morning": a_morning,
    "rehab:my_measures": on_a_page("rehab:my_measures", "runner", said=ACTIVITIES),
    "rehab:my_reminders": on_a_page("rehab:my_reminders", "runner"),
    "rehab:my_leg": the_other_leg,
    "rehab:my_intake": intake_sent,
    "rehab:my_intake_topic": told_before("story"),
    "rehab:my_outbox": sent_later("rehab:my_outbox", "session", corrected),
    "rehab:my_opened": sent_later("rehab:my_opened", "session", corrected),
    "rehab:my_consent": consented("rehab:my_consent", "runner"),
    "clinic:note_consent": consented("clinic:note_consent", "lead"),
    "clinic:find": asked("clinic:find", {"name": "Runner"}),
    "clinic:audit": asked("clinic:audit", {"kind": "read"}),
}
ENTRIES |= WAYS_IN
# The same door read in another way.
MORE = {f"rehab:my_intake_topic {slug}": told_before(slug) for slug in ("urgent", "risks", "where", "goals")}
MORE |= {
    f"rehab:my_outbox {kind}": sent_later("rehab:my_outbox", kind, form)
    for kind, form in (("safety", safe), ("run", a_run), ("morning", a_morning))
}
MORE |= {"rehab:my_opened run": sent_later("rehab:my_opened", "run", a_run)}
MORE |= ADMIN_FORMS
# What is refused as this world stands: it asks for more than a form can hold.
ASKS_MORE = {"rehab:take", "rehab:start_running"}  # runs and sessions that this world has not logged
ASKS_MORE |= {"rehab:my_upload", "rehab:my_opened", "rehab:my_opened run"}  # a file; a log that was refused before
ASKS_MORE |= {"clinic:passkeys", "clinic:app", "mfa_authenticate"}  # a device
