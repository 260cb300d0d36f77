"""A posted form names its runner and the version that was read; what names another record saves nothing."""

import pytest
from django.utils import timezone

from clinic.alarms import see_task
from clinic.terms import Answer
from rehab.forms.course import TRIED
from rehab.models import Plan
from rehab.pages import todays_treatments
from tests.clinic.test_cases import story
from tests.rehab import conftest as paths
from tests.test_doors import product_doors, walked
from tests.world import a_browser, address, an_unfinished_screening, draft_of, item_of, tables

pytestmark = pytest.mark.django_db

# Doors whose POST keeps nothing of a record, and those that open a case or a sign-in and so have no version yet.
NO_RECORD = {
    "emergency",
    "alive",
    "ready",
    "login",
    "logout",
    "clinic:welcome",
    "clinic:draft",
    "clinic:preferences",
    "triage:judge",
}
NO_RECORD |= {"alive", "ready", "clinic:sessions", "clinic:end_session", "clinic:end_others", "clinic:stay"}
NO_RECORD |= {"account_login", "account_request_login_code", "account_confirm_login_code", "mfa_login_webauthn"}
NO_RECORD |= {"mfa_authenticate", "ask_for_reset", "reset_password", "clinic:again", "clinic:signing_in"}
NO_RECORD |= {"clinic:password", "clinic:app", "clinic:remove_app", "clinic:recovery_codes"}
NO_RECORD |= {"clinic:passkeys", "clinic:forget_passkey", "clinic:calendar", "rehab:calendar"}
NO_RECORD |= {"rehab:my_reminders", "rehab:stop_reminders", "rehab:my_leg"}
# A runner logs in their own open case alone: rows are only added, and the form names no runner to mistake.
OWN_LOGS = {
    f"rehab:my_{name}"
    for name in ("safety", "session", "run", "upload", "keep", "morning", "correction", "outbox", "measures")
}
OWN_LOGS |= {"rehab:my_intake", "rehab:my_intake_topic"}
NO_RECORD |= {"rehab:my_opened"}
# They open, end and tick off a reading, and change nothing of a record: tests/clinic/test_break_glass.py
NO_RECORD |= {"clinic:glass", "clinic:glass_end", "clinic:glass_opened", "clinic:glass_seen"}
# A runner answers for themself, to the words they read (tests/clinic/test_consents.py).
OWN_LOGS |= {"rehab:my_consent"}
NEW_RECORD = {"clinic:register", "clinic:patient", "clinic:invite", "clinic:withdraw"}
NEW_RECORD |= {"clinic:note_consent"}  # it names the runner and the words: tests/clinic/test_consents.py
BY_ITSELF = {"clinic:task_seen", "clinic:task_done"}  # read alone: tests/clinic/test_worklist.py tries their papers
ASKS_THE_LOGS = {"rehab:take", "rehab:start_running"}  # tests/rehab/test_course_pages.py has the logs they ask for
DOSE = {"side": "both", "start_level": 1, "max_level": 1, "sets": 5, "note": "slowly"}


def nothing(world):
    """The case is ready as it stands."""


def the_alarm_is_seen(world):
    """Let somebody have seen the alarm: no case ends under one that nobody saw."""
    see_task(task=world.alarm, by=world.people["lead"], at=timezone.now())


def a_diagnosis_waits(world):
    """Record a diagnosis that must not be loaded before a specialist's release."""
    paths.diagnosed(world.case, world.people["lead"], "BSI")


def a_question_is_open(world):
    """Leave out whether the back hurts, and draft again: the draft then asks."""
    paths.nothing_against(world.case, world.people["lead"], low_back_pain_now=Answer.NOT_ASSESSED)
    paths.drafted(world.case, world.people["lead"])


def a_verdict_waits(world):
    """Leave out an answer on which treatments wait."""
    paths.nothing_against(world.case, world.people["lead"], skin_infection_or_wound=Answer.NOT_ASSESSED)


def open_treatment_question(world):
    """Return the field of one question on which a treatment waits."""
    (code, _), *_ = todays_treatments(world.case, timezone.now())[1]
    return {f"q_{code}": "absent"}


def a_treatment(world):
    """Return what is posted for a treatment that is allowed today."""
    allowed = next(row.code for row in todays_treatments(world.case, timezone.now())[0] if row.verdict == "ok")
    return {"treatment": allowed, "given_at": "2026-01-05T10:00", "site": "calf", "indication": "x", "response": "y"}


def scored(world):
    """Return what is posted for a score of three activities."""
    told = {"day": timezone.localdate().isoformat()}
    for number, activity in enumerate(("Run 5 km", "Stairs", "Hop"), start=1):
        told |= {f"activity_{number}": activity, f"points_{number}": number}
    return told


# door: (what has to be there first, what is posted besides runner and version)
FORMS = {
    "clinic:intake": (nothing, lambda w: story(w.case)),
    "clinic:note": (nothing, lambda w: {"text": "called back"}),
    "clinic:amend": (nothing, lambda w: {"text": "the left side", "reason": "typed wrongly"}),
    "rehab:close": (the_alarm_is_seen, lambda w: {"outcome": "other", "because": "recovered"}),
    "triage:screening": (nothing, lambda w: {"leg_hot": "absent", "then": "later"}),
    "triage:level": (nothing, lambda w: {"pe_breathless": "present"}),
    "triage:void": (an_unfinished_screening, lambda w: {"reason": "wrong leg"}),
    "triage:close_item": (nothing, lambda w: {"outcome": "excluded", "text": "pressure measured: normal"}),
    "triage:sign_item": (nothing, lambda w: {"kind": "may_load", "reason": "seen", "limits": "core only"}),
    "triage:letter_sent": (nothing, lambda w: {"to": "Dr Example, vascular clinic", "way": "mail"}),
    "triage:examination": (nothing, lambda w: {"resisted_pf_bent_pain": "present"}),
    "triage:diagnosis": (nothing, lambda w: {"cause": "SOLEUS", "override_reason": "fits better"}),
    "triage:release": (a_diagnosis_waits, lambda w: {"cause": "BSI", "reason": "healed on the scan"}),
    "rehab:draft": (nothing, lambda w: {"equipment": ["band"]}),
    "rehab:checklist": (a_question_is_open, lambda w: {"q_low_back_pain_now": "absent"}),
    "rehab:add": (nothing, lambda w: {"exercise": "DEAD_BUG", "side": "left", "reason": "weak front"}),
    "rehab:replace": (nothing, lambda w: {"exercise": "BIRD_DOG", "reason": "likes it better"}),
    "rehab:remove": (nothing, lambda w: {"reason": "too much"}),
    "rehab:move": (nothing, lambda w: {"direction": "down"}),
    "rehab:dose": (nothing, lambda w: DOSE),
    "rehab:sign": (nothing, lambda w: {"plan": draft_of(w.case).pk}),
    "rehab:decline": (nothing, lambda w: {"because": "too soon"}),
    "rehab:limit": (nothing, lambda w: {"during_nprs": 1, "morning_change": 0, "because": "sore tissue"}),
    "rehab:score": (nothing, scored),
    "rehab:running": (nothing, lambda w: {"hops": 12, **dict.fromkeys(TRIED, "absent")}),
    "rehab:resume_running": (nothing, lambda w: {"stage": 0, "because": "calm again"}),
    "rehab:treatments": (nothing, a_treatment),
    "rehab:treatment_checklist": (a_verdict_waits, open_treatment_question),
}
FALSE_PAPERS = {
    "an older version": lambda w, said: said | {"version": w.case.version - 1},
    "a version to come": lambda w, said: said | {"version": w.case.version + 1},
    "no version": lambda w, said: {k: v for k, v in said.items() if k != "version"},
    "another runner": lambda w, said: said | {"patient": w.theirs.patient_id},
    "no runner": lambda w, said: {k: v for k, v in said.items() if k != "patient"},
}


def ready(world, name):
    """Return (address, a form that would be accepted)."""
    prepare, said = FORMS[name]
    world.case.refresh_from_db()
    prepare(world)
    world.case.refresh_from_db()
    route = product_doors()[name]
    args = [world.case.pk] + ([item_of(world.case, name.split(":")[0]).pk] if "item_id" in route else [])
    args += ([world.offer.pk] if "offer_id" in route else []) + (["PSFS"] if "measure" in route else [])
    args += [walked(world)["entry_id"]] if "entry_id" in route else []
    return address(name, *args), {**said(world), "patient": world.case.patient_id, "version": world.case.version}


def test_every_form_about_a_record_is_tried():
    posted = {
        name for name in product_doors() if name not in NO_RECORD | NEW_RECORD | BY_ITSELF | OWN_LOGS | ASKS_THE_LOGS
    }
    only_read = {
        "clinic:changes",
        "clinic:today",
        "clinic:find",
        "clinic:case",
        "triage:decision",
        "triage:items",
        "triage:letter",
    }
    only_read |= {
        "triage:causes",
        "rehab:plan",
        "rehab:signed",
        "rehab:plan_print",
        "rehab:plan_preview",
        "rehab:progress",
    }
    only_read |= {"rehab:plan_handout", "rehab:my_handout", "triage:letter_pdf", "rehab:my_export", "rehab:report"}
    only_read |= {"rehab:my_data", "rehab:my_data_json", "rehab:my_data_pdf"}
    only_read |= {"rehab:patient_data_json", "rehab:patient_data_pdf"}
    only_read |= {"rehab:media", "rehab:figure", "rehab:my_today", "rehab:my_plan", "rehab:my_logs", "rehab:my_logged"}
    only_read |= {"rehab:my_progress", "rehab:my_readers", "clinic:audit", "clinic:audit_csv", "rehab:oversight"}
    only_read |= {f"rehab:{name}" for name in ("my_copy", "my_offline", "worker", "manifest", "icon")}
    assert posted - only_read == set(FORMS)


@pytest.mark.parametrize("name", FORMS)
def test_a_form_with_false_papers_is_a_conflict_and_saves_nothing(world, name):
    at, said = ready(world, name)
    browser = a_browser(world, "clinician")
    before = tables()
    for papers in FALSE_PAPERS.values():
        answer = browser.post(at, papers(world, said))
        assert (answer.status_code, tables() == before) == (409, True), answer.content.decode()[-2000:]

    browser.post(at, said)
    assert tables() != before, "the same form with true papers is saved, so the papers were what was wrong"


@pytest.mark.parametrize("name", [n for n in FORMS if "item_id" in product_doors()[n]])
def test_an_item_of_another_case_is_not_there(world, name):
    at, said = ready(world, name)
    foreign = item_of(world.theirs, name.split(":")[0])
    browser = a_browser(world, "clinician")
    before = tables()
    answer = browser.post(at.replace(at.split("/")[-3], str(foreign.pk)), said)
    assert (answer.status_code, tables() == before) == (404, True)


def set_aside(world):
    """Return a draft that a newer one has set aside."""
    old = draft_of(world.case)
    paths.drafted(world.case, world.people["lead"])
    return Plan.objects.get(pk=old.pk)


FOREIGN = {
    "clinic:register": lambda w: (address("clinic:register"), REGISTERED | {"clinic": w.theirs.clinic_id}),
    "clinic:patient": lambda w: (
        address("clinic:patient", w.case.patient_id),
        {"patient": w.theirs.patient_id, "side": "right"},
    ),
    "rehab:sign": lambda w: (address("rehab:sign", w.case.pk), {"plan": draft_of(w.theirs).pk}),
    "rehab:sign, a plan that was set aside": lambda w: (
        address("rehab:sign", w.case.pk),
        {"plan": set_aside(w).pk},
    ),
    "rehab:add": lambda w: (address("rehab:add", w.case.pk), {"exercise": "NO_SUCH", "side": "left", "reason": "x"}),
    "rehab:treatments": lambda w: (address("rehab:treatments", w.case.pk), a_treatment(w) | {"treatment": "NO_SUCH"}),
    "triage:diagnosis": lambda w: (
        address("triage:diagnosis", w.case.pk),
        {"cause": "NO_SUCH", "override_reason": "fits better"},
    ),
    "triage:release": lambda w: (address("triage:release", w.case.pk), {"cause": "BSI", "reason": "x"}),
    "triage:sign_item": lambda w: (
        address("triage:sign_item", w.case.pk, item_of(w.case).pk),
        {"kind": "released", "reason": "x", "limits": "y"},
    ),
}
REGISTERED = {"given_name": "Ana", "surname": "Nueva", "birth_date": "1990-01-01", "sex": "female", "side": "left"}


@pytest.mark.parametrize("what", FOREIGN)
def test_a_foreign_id_in_a_form_saves_nothing(world, what):
    at, said = FOREIGN[what](world)
    world.case.refresh_from_db()
    papers = {"patient": world.case.patient_id, "version": world.case.version}
    browser = a_browser(world, "clinician")
    before = tables()
    answer = browser.post(at, papers | said)
    assert (answer.status_code in (200, 403, 404, 409, 422), tables() == before) == (True, True), answer.status_code
