"""/ /tasks/ /preferences/ /patients/ /cases/ /glass/"""

from django.urls import path

from clinic.views import (
    audit,
    calendar,
    cases,
    consents,
    entrance,
    factors,
    glass,
    patients,
    preferences,
    sessions,
    today,
)

app_name = "clinic"

urlpatterns = [
    path("", today.today, name="today"),
    path("tasks/<uuid:task_id>/seen/", today.seen, name="task_seen"),
    path("tasks/<uuid:task_id>/done/", today.done, name="task_done"),
    path("preferences/", preferences.preferences, name="preferences"),
    path("preferences/sessions/", sessions.sessions, name="sessions"),
    path("preferences/sessions/<int:place_id>/end/", sessions.end_session, name="end_session"),
    path("preferences/sessions/others/", sessions.end_others, name="end_others"),
    path("accounts/stay/", sessions.stay, name="stay"),
    path("preferences/calendar/", calendar.calendar, name="calendar"),
    path("audit/", audit.audit, name="audit"),
    path("audit.csv", audit.audit_csv, name="audit_csv"),
    path("glass/", glass.break_glass, name="glass"),
    path("glass/opened/", glass.opened, name="glass_opened"),
    path("glass/<uuid:glass_id>/end/", glass.end, name="glass_end"),
    path("glass/<uuid:glass_id>/seen/", glass.seen, name="glass_seen"),
    path("patients/", patients.find, name="find"),
    path("patients/new/", patients.register, name="register"),
    path("patients/<uuid:patient_id>/", patients.patient, name="patient"),
    path("patients/<uuid:patient_id>/changes/", patients.changed, name="changes"),
    path("patients/<uuid:patient_id>/invite/", patients.invite, name="invite"),
    path("patients/<uuid:patient_id>/withdraw/", patients.withdraw, name="withdraw"),
    path("patients/<uuid:patient_id>/consents/", consents.note_consent, name="note_consent"),
    path("welcome/<str:token>/", entrance.welcome, name="welcome"),
    path("accounts/passkeys/", factors.passkeys, name="passkeys"),
    path("accounts/passkeys/<int:key_id>/forget/", factors.forget_passkey, name="forget_passkey"),
    path("accounts/again/", factors.again, name="again"),
    path("accounts/signing-in/", factors.signing_in, name="signing_in"),
    path("accounts/signing-in/password/", factors.password, name="password"),
    path("accounts/signing-in/app/", factors.app, name="app"),
    path("accounts/signing-in/app/remove/", factors.remove_app, name="remove_app"),
    path("accounts/signing-in/recovery-codes/", factors.recovery_codes, name="recovery_codes"),
    path("cases/<uuid:case_id>/", cases.case_detail, name="case"),
    path("cases/<uuid:case_id>/intake/", cases.intake, name="intake"),
    path("cases/<uuid:case_id>/note/", cases.note, name="note"),
    path("cases/<uuid:case_id>/entries/<uuid:entry_id>/amend/", cases.amend, name="amend"),
    path("cases/<uuid:case_id>/draft/<slug:form_name>/", cases.draft, name="draft"),
]
