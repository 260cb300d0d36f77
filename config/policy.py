"""Who may come to which address: one table.  What does not stand here is not answered (``config.doorkeeper``).

A door says who may read it and, where that differs, who may send it a form; what it shows of a runner; and whether
asking for it is a sign that somebody sits before the screen.  Whose record somebody may see behind a door is asked by
``visible_to``, what they may do in it by ``clinic.access``.
"""

from dataclasses import dataclass

ANYBODY = frozenset({"nobody", "runner", "assistant", "clinician", "lead", "administrator"})
SIGNED_IN = ANYBODY - {"nobody"}
RUNNER = frozenset({"runner"})
SIGNING = frozenset({"clinician", "lead"})
TREATING = SIGNING | {"assistant"}
LEADING = frozenset({"lead"})
ADMINISTERING = frozenset({"administrator", "lead"})
WORKING = SIGNED_IN - RUNNER

NOTHING, CASE, PATIENT, TASK, OWN, LIST, ADMIN = "nothing", "case", "patient", "task", "own", "list", "admin"


@dataclass(frozen=True)
class Door:
    """One address.  ``shows``: of whom it shows something; ``taken``: whether what it shows is taken out as a file.

    ``is_asked_by_itself``: pages ask for it without anybody doing anything.  ``is_static``: it is the same for
    everybody and stands above sessions, so that nobody asks who comes.  ``is_for_setting_up``: it opens to who must
    have a second factor and has none yet.  ``takes_files``: who may send it a form may send files, and so far more.
    """

    reads: frozenset
    sends: frozenset | None = None
    shows: str = NOTHING
    taken: bool = False
    is_asked_by_itself: bool = False
    is_static: bool = False
    is_for_setting_up: bool = False
    takes_files: bool = False

    def lets_in(self, kinds, method):
        """Return whether somebody who is all of these kinds may come with this method."""
        named = self.reads if self.sends is None or method in ("GET", "HEAD", "OPTIONS") else self.sends
        return bool(named & kinds)


STATIC = Door(ANYBODY, is_asked_by_itself=True, is_static=True)
WAY_IN = Door(ANYBODY, is_for_setting_up=True)
SETTING_UP = Door(SIGNED_IN, is_for_setting_up=True)  # who works here, or a runner: the views say which


def about_case(sends=TREATING, reads=TREATING, **more):
    """Return a door to a page of a case."""
    return Door(reads, sends, CASE, **more)


def own(**more):
    """Return a door to a page of the runner who is signed in."""
    return Door(RUNNER, shows=OWN, **more)


SIGNED_PAGE = about_case(sends=SIGNING, reads=SIGNING)

DOORS = {
    "emergency": STATIC,  # public, free of patients: no session, no person, no audit
    "alive": STATIC,
    "ready": STATIC,
    # Getting in
    "login": WAY_IN,
    "account_login": WAY_IN,
    "account_request_login_code": WAY_IN,
    "account_confirm_login_code": WAY_IN,
    "mfa_login_webauthn": WAY_IN,
    "logout": WAY_IN,
    "clinic:welcome": WAY_IN,  # its address is the key
    "mfa_authenticate": WAY_IN,
    "ask_for_reset": WAY_IN,
    "reset_password": WAY_IN,  # its address is the key
    "clinic:passkeys": SETTING_UP,
    "clinic:signing_in": SETTING_UP,
    "clinic:app": SETTING_UP,
    "clinic:again": SETTING_UP,
    "clinic:forget_passkey": Door(SIGNED_IN),
    "clinic:password": Door(SIGNED_IN),
    "clinic:remove_app": Door(SIGNED_IN),
    "clinic:recovery_codes": Door(SIGNED_IN),
    "clinic:preferences": Door(SIGNED_IN),
    "clinic:sessions": Door(SIGNED_IN),
    "clinic:end_session": Door(SIGNED_IN),
    "clinic:end_others": Door(SIGNED_IN),
    "clinic:stay": Door(SIGNED_IN),
    "clinic:calendar": Door(RUNNER, shows=OWN),
    # The clinic's lists
    "clinic:today": Door(SIGNED_IN, shows=LIST),
    "clinic:task_seen": Door(TREATING, shows=TASK),
    "clinic:task_done": Door(TREATING, shows=TASK),
    "clinic:find": Door(TREATING, shows=LIST),
    "clinic:register": Door(TREATING, shows=LIST),
    "clinic:glass": Door(SIGNING),  # names nobody until it opens: the runner's page is what it shows
    "clinic:glass_end": Door(SIGNING),
    "clinic:glass_opened": Door(LEADING, shows=LIST),
    "clinic:glass_seen": Door(LEADING),
    "clinic:patient": Door(TREATING, shows=PATIENT),
    "clinic:changes": Door(TREATING, shows=PATIENT),
    "clinic:invite": Door(TREATING, shows=PATIENT),
    "clinic:withdraw": Door(TREATING, shows=PATIENT),
    "clinic:note_consent": Door(TREATING, shows=PATIENT),
    "rehab:patient_data_json": Door(SIGNING, shows=PATIENT, taken=True),
    "rehab:patient_data_pdf": Door(SIGNING, shows=PATIENT, taken=True),
    "clinic:audit": Door(ADMINISTERING, shows=LIST),
    "clinic:audit_csv": Door(ADMINISTERING, shows=LIST, taken=True),
    # A case
    "clinic:case": about_case(),
    "clinic:intake": about_case(),
    "clinic:note": about_case(),
    "clinic:amend": SIGNED_PAGE,
    "clinic:draft": about_case(is_asked_by_itself=True),
    "triage:screening": about_case(),
    "triage:level": about_case(is_asked_by_itself=True),
    "triage:void": SIGNED_PAGE,
    "triage:decision": about_case(),
    "triage:items": about_case(),
    "triage:close_item": SIGNED_PAGE,
    "triage:sign_item": SIGNED_PAGE,
    "triage:letter": about_case(),
    "triage:letter_sent": about_case(),
    "triage:letter_pdf": about_case(taken=True),
    "triage:examination": about_case(),
    "triage:judge": about_case(is_asked_by_itself=True),
    "triage:causes": about_case(),
    "triage:diagnosis": SIGNED_PAGE,
    "triage:release": SIGNED_PAGE,
    "rehab:plan": about_case(),
    "rehab:draft": SIGNED_PAGE,
    "rehab:checklist": SIGNED_PAGE,
    "rehab:add": SIGNED_PAGE,
    "rehab:replace": SIGNED_PAGE,
    "rehab:remove": SIGNED_PAGE,
    "rehab:move": SIGNED_PAGE,
    "rehab:dose": SIGNED_PAGE,
    "rehab:sign": SIGNED_PAGE,
    "rehab:signed": about_case(),
    "rehab:plan_print": about_case(),
    "rehab:plan_handout": about_case(taken=True),
    "rehab:plan_preview": about_case(),
    "rehab:treatments": about_case(sends=SIGNING),
    "rehab:treatment_checklist": SIGNED_PAGE,
    "rehab:progress": about_case(),
    "rehab:report": about_case(taken=True),
    "rehab:close": SIGNED_PAGE,
    "rehab:take": SIGNED_PAGE,
    "rehab:decline": SIGNED_PAGE,
    "rehab:limit": SIGNED_PAGE,
    "rehab:score": about_case(),
    "rehab:running": about_case(),
    "rehab:start_running": SIGNED_PAGE,
    "rehab:resume_running": SIGNED_PAGE,
    "rehab:oversight": Door(LEADING, shows=LIST),  # how the rules fared
    # The catalogue, and what a browser installs
    "rehab:media": Door(SIGNED_IN),
    "rehab:figure": STATIC,
    "rehab:worker": STATIC,
    "rehab:manifest": STATIC,
    "rehab:icon": STATIC,
    "rehab:my_offline": STATIC,
    "rehab:calendar": Door(ANYBODY),  # its address is the key; the view says whose it is
    "rehab:stop_reminders": Door(ANYBODY),  # the secret of the mail is the key (RFC 8058)
    # The runner's own pages
    "rehab:my_today": own(),
    "rehab:my_copy": own(is_asked_by_itself=True),
    "rehab:my_outbox": own(is_asked_by_itself=True),
    "rehab:my_opened": own(is_asked_by_itself=True),
    "rehab:my_leg": own(),
    "rehab:my_plan": own(),
    "rehab:my_handout": own(taken=True),
    "rehab:my_data": own(),
    "rehab:my_data_json": own(taken=True),
    "rehab:my_data_pdf": own(taken=True),
    "rehab:my_safety": own(),
    "rehab:my_session": own(),
    "rehab:my_run": own(),
    "rehab:my_upload": own(takes_files=True),
    "rehab:my_export": own(is_asked_by_itself=True),
    "rehab:my_keep": own(),
    "rehab:my_morning": own(),
    "rehab:my_measures": own(),
    "rehab:my_progress": own(),
    "rehab:my_logs": own(),
    "rehab:my_logged": own(),
    "rehab:my_correction": own(),
    "rehab:my_consent": own(),
    "rehab:my_readers": own(),
    "rehab:my_reminders": own(),
    "rehab:my_intake": own(),
    "rehab:my_intake_topic": own(),
}
# The admin: a runner may not enter, and what a window shows is asked by ``clinic.windows``.
DOORS |= {
    "admin:login": WAY_IN,
    "admin:logout": WAY_IN,
    "admin:rehab_wording_add": Door(WORKING, sends=ADMINISTERING, shows=ADMIN, takes_files=True),
    "admin:rehab_wording_change": Door(WORKING, sends=ADMINISTERING, shows=ADMIN, takes_files=True),
    "admin:jsi18n": Door(WORKING),  # words for scripts
    "admin": Door(WORKING, shows=ADMIN),  # every other address of the admin
}


def door_of(name):
    """Return the door of an address by its name, or None: nobody comes in there."""
    if name in DOORS:
        return DOORS[name]
    return DOORS["admin"] if name.startswith("admin:") else None
