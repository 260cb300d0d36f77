"""What an act is about, in words: the names of addresses and of verbs, by topic."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

# What a line says somebody was at the time.
ROLES = {
    "clinician": _("clinician"),
    "assistant": _("assistant"),
    "lead": _("clinic lead"),
    "administrator": _("administrator"),
    "runner": _("runner"),
    "elsewhere": _("of another clinic"),
}

TOPICS = {
    _(
        "who needs somebody, and what is due"
    ): "clinic:today clinic:task_seen clinic:task_done see_task finish_task open_task",
    _("name, birth date and contact"): "clinic:find clinic:register clinic:patient register_runner register_patient",
    _("what was changed"): "clinic:changes",
    _("the invitation"): "clinic:invite clinic:withdraw clinic:welcome invite withdraw accept mail_left",
    _("the front page of the case"): "clinic:case open_case close_case touch_case rehab:close",
    _("the story"): """
        clinic:intake clinic:draft save_intake keep_health rehab:my_intake rehab:my_intake_topic keep_topic
        answer_danger answer_risks send_intake
    """,
    _("the access from another clinic"): """
        clinic:glass clinic:glass_end clinic:glass_opened clinic:glass_seen break_glass look_outside look_too_often
    """,
    _("the end of the access from another clinic"): "end_glass",
    _("that the lead has seen the access from another clinic"): "see_glass",
    _("a note"): "clinic:note note",
    _("an amendment"): "clinic:amend amend",
    _("the screening for danger"): """
        triage:screening triage:level triage:void triage:decision triage:items triage:close_item
        triage:sign_item start_screening answer_screening void_screening close_item sign_off tell retrigger
        hold
    """,
    _("the safety questions"): "rehab:my_safety rehab:my_outbox rehab:my_opened ask_safety tell_safety",
    _("the letter"): "triage:letter triage:letter_sent triage:letter_pdf send_letter",
    _("the examination"): "triage:examination triage:judge record_examination",
    _("the diagnosis"): "triage:causes triage:diagnosis triage:release record_diagnosis release_diagnosis",
    _("the plan"): """
        rehab:plan rehab:draft rehab:checklist rehab:add rehab:replace rehab:remove rehab:move rehab:dose
        rehab:sign rehab:signed rehab:plan_print rehab:plan_handout rehab:plan_preview rehab:my_plan
        rehab:my_handout rehab:my_today rehab:my_copy rehab:my_leg draft_plan answer_checklist add_item
        replace_item remove_item move_item change_dose sign_plan take_step decline_step rehab:take
        rehab:decline review
    """,
    _("treatments"): "rehab:treatments rehab:treatment_checklist record_treatment",
    _("progress and scores"): """
        rehab:progress rehab:report rehab:score rehab:my_progress rehab:my_measures record_score
        answer_measures
    """,
    _("running and limits"): """
        rehab:limit rehab:running rehab:start_running rehab:resume_running set_pain_limit record_readiness
        start_running resume_running
    """,
    _("sessions, runs and mornings"): """
        rehab:my_session rehab:my_run rehab:my_upload rehab:my_export rehab:my_keep rehab:my_morning
        rehab:my_logs rehab:my_logged rehab:my_correction new_session new_run corrected log_morning
        keep_export
    """,
    _("reminders and the calendar"): """
        rehab:my_reminders rehab:stop_reminders rehab:calendar clinic:calendar keep_choice decide make_feed
        revoke_feed
    """,
    _("what the runner agrees to"): "rehab:my_consent clinic:note_consent answer_consent",
    _("the erasure of the record"): "erase",
    _("everything held"): """
        rehab:my_data rehab:my_data_json rehab:my_data_pdf rehab:patient_data_json rehab:patient_data_pdf
        export_patient
    """,
    _("who opened the record"): "rehab:my_readers",
    _("signing in"): "sign_in",
    _("signing out"): "sign_out logout",
    _("a try to sign in"): """
        login account_login account_request_login_code account_confirm_login_code mfa_login_webauthn
        mfa_authenticate clinic:again
    """,
    _("the password"): "ask_for_reset reset_password clinic:password change_password",
    _("passkeys and the second step"): """
        clinic:passkeys clinic:forget_passkey clinic:app clinic:remove_app clinic:recovery_codes use_code add_app
        add_passkey remove_factor take_factors_away new_recovery_codes
    """,
    _("the places where one is signed in"): "clinic:signing_in end_places",
    _("settings"): "clinic:preferences keep_preferences confirm_knowledge sync_catalogue",
    _("how the rules fared"): "rehab:oversight",
    _("the report of the audit"): "clinic:audit clinic:audit_csv",
}
_TOPIC_OF = {act: topic for topic, acts in TOPICS.items() for act in acts.split()}


def topic_of(act):
    """Return what an act is about, in words; an act of the admin, and one without words, by its name."""
    if act.startswith("admin:"):
        return gettext("the administration: %(page)s") % {"page": act.removeprefix("admin:").replace("_", " ")}
    return _TOPIC_OF.get(act, act)
