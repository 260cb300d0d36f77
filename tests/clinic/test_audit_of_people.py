"""What concerns people stands in the audit of each clinic whose people they are, and tells it of no other clinic."""

import json

import pytest
from allauth.mfa.models import Authenticator
from django.db import DatabaseError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic import actions, audit, factors, glass
from clinic.models import AuditEvent, Membership, Person
from clinic.onrecord import Asked, in_words, report
from tests import factories
from tests.clinic.test_roles_given import in_the_admin, page_of, saved

pytestmark = pytest.mark.django_db
BROKEN = DatabaseError("the disk is full")
PHRASE = "a wholly new phrase"


@pytest.fixture
def elsewhere(db):
    """Another clinic."""
    return factories.ClinicFactory()


@pytest.fixture
def shared(assistant, elsewhere):
    """An assistant of the clinic who works in another one too, and has the keys of the admin."""
    Membership.objects.create(person=assistant, clinic=elsewhere, role="assistant")
    return in_the_admin(assistant)


def said(**asked):
    """Return {clinic: [what its lines say]}, oldest first."""
    found = {}
    for line in AuditEvent.objects.filter(**asked).order_by("at", "number"):
        found.setdefault(line.chain_id, []).append(line)
    return found


def role_of(person, clinic, **changed):
    """Return the row of somebody's role as the page of the admin sends it."""
    row = person.memberships.get(clinic=clinic)
    return {"id": row.pk, "clinic": clinic.pk, "role": row.role} | changed


# --- Roles -------------------------------------------------------------------------------------


def test_an_ended_role_stands_in_its_own_clinic_alone(clinic, elsewhere, shared, administrator, at_work):
    today = timezone.localdate().isoformat()
    assert saved(at_work(administrator), shared, role_of(shared, clinic, ended_on=today)).status_code == 302

    found = said(kind="admin")
    assert found.keys() == {clinic.pk}
    (line,) = found[clinic.pk]
    assert (line.person, line.about["whose"], line.about["fields"]) == (
        administrator.pk,
        str(shared.pk),
        ["ended_on"],
    )
    assert (line.about["before"], line.about["roles"]) == ({str(clinic.pk): "assistant"}, {str(clinic.pk): None})


def test_a_role_changed_elsewhere_tells_this_clinic_nothing(clinic, elsewhere, shared, lead, at_work):
    theirs = factories.member(elsewhere, "administrator", is_staff=True)
    assert saved(at_work(theirs), shared, role_of(shared, elsewhere, role="administrator")).status_code == 302

    (line,) = said(kind="admin")[elsewhere.pk]
    assert line.about["roles"] == {str(elsewhere.pk): "administrator"}
    browser = Client()
    browser.force_login(lead)
    file = b"".join(browser.get(reverse("clinic:audit_csv"))).decode()
    assert [secret for secret in (elsewhere.pk, theirs.pk, "administrator") if str(secret) in file] == []


def test_a_role_that_moves_stands_in_the_clinic_it_left_and_the_one_it_came_to(clinic, elsewhere, lead, at_work):
    Membership.objects.create(person=in_the_admin(lead), clinic=elsewhere, role="lead")
    other = in_the_admin(factories.member(clinic, "assistant"))
    assert saved(at_work(lead), other, role_of(other, clinic) | {"clinic": elsewhere.pk}).status_code == 302

    found = {chain: [line.about for line in lines] for chain, lines in said(kind="admin").items()}
    told = {chain: [(about["before"], about["roles"]) for about in abouts] for chain, abouts in found.items()}
    assert told == {
        clinic.pk: [({str(clinic.pk): "assistant"}, {str(clinic.pk): None})],
        elsewhere.pk: [({str(elsewhere.pk): None}, {str(elsewhere.pk): "assistant"})],
    }
    assert str(elsewhere.pk) not in json.dumps(found[clinic.pk]) and str(clinic.pk) not in json.dumps(
        found[elsewhere.pk]
    )


def test_a_new_name_stands_in_each_clinic_of_the_person_without_any_role(clinic, elsewhere, shared, lead, at_work):
    Membership.objects.create(person=lead, clinic=elsewhere, role="lead")
    assert saved(at_work(in_the_admin(lead)), shared, name="Another Name").status_code == 302

    found = said(kind="admin")
    assert found.keys() == {clinic.pk, elsewhere.pk}
    for (line,) in found.values():
        assert (line.about["fields"], line.about["whose"]) == (["Name"], str(shared.pk))
        assert "roles" not in line.about and str(clinic.pk) not in json.dumps(line.about)


def test_who_is_in_no_clinic_yet_stands_in_those_of_who_made_them(clinic, administrator, at_work):
    new = {"name": "New", "email": "new@clinic.example", "password1": PHRASE, "password2": PHRASE}
    new |= {"usable_password": "true", "memberships-TOTAL_FORMS": 0, "memberships-INITIAL_FORMS": 0}
    at_work(administrator).post(reverse("admin:clinic_person_add"), new)

    assert [(line.about["verb"], line.about["whose"]) for line in said(kind="admin")[clinic.pk]] == [
        ("added", str(Person.objects.get(email="new@clinic.example").pk))
    ]


def broken_for(monkeypatch, chain, kind):
    """Let nothing of this kind be written to the chain of one clinic."""
    append = audit._append

    def one_is_full(chain_id, columns):
        if (chain_id, columns["kind"]) == (chain, kind):
            raise BROKEN
        return append(chain_id, columns)

    monkeypatch.setattr(audit, "_append", one_is_full)


@pytest.mark.parametrize("where", ["here", "there"])
def test_what_two_clinics_should_hear_of_is_not_done_where_one_cannot(
    where, clinic, elsewhere, shared, lead, at_work, monkeypatch
):
    browser = at_work(in_the_admin(lead))
    broken_for(monkeypatch, clinic.pk if where == "here" else elsewhere.pk, "admin")

    assert saved(browser, shared, name="Another Name").status_code == 503
    assert not Person.objects.filter(name="Another Name").exists() and not said(kind="admin")


# --- Sign-ins ----------------------------------------------------------------------------------

CHANGES = {
    "take_factors_away": {},
    "change_password": {"password": PHRASE},
    "add_app": {"secret": "A" * 32, "step": 1},
    "new_recovery_codes": {},
    "remove_factor": {"factor": None},
}


@pytest.mark.parametrize("verb", CHANGES)
def test_what_changes_a_sign_in_stands_in_each_clinic_of_the_person_and_names_them(
    verb, clinic, elsewhere, shared, lead
):
    factor = Authenticator.objects.create(user=shared, type="webauthn", data={})
    told = {name: factor if name == "factor" else value for name, value in CHANGES[verb].items()}
    getattr(factors, verb)(person=shared, by=lead, at=timezone.now(), **told)

    found = said()
    assert found.keys() == {clinic.pk, elsewhere.pk}
    for (line,) in found.values():
        assert (line.act, line.person, line.about["whose"], line.why) == (
            verb,
            lead.pk,
            str(shared.pk),
            "administration",
        )
    (row,), _ = report(lead, Asked(clinic.pk, person=lead.pk))
    assert in_words([row])[0]["whose"] == shared.name
    assert list(audit.faults()) == []


def test_what_cannot_stand_in_both_clinics_is_not_done(elsewhere, shared, lead, monkeypatch):
    broken_for(monkeypatch, elsewhere.pk, "write")

    with pytest.raises(audit.NotOnRecord):
        factors.change_password(person=shared, password=PHRASE, by=lead, at=timezone.now())
    shared.refresh_from_db()
    assert not shared.check_password(PHRASE) and not said()


def test_what_is_done_for_somebody_does_not_stand_in_the_record_of_who_does_it(case, lead, assistant):
    """The lead runs too, and is treated in another clinic."""
    factories.PatientFactory(person=lead)
    factors.take_factors_away(person=assistant, by=lead, at=timezone.now())

    ((line,),) = said().values()
    assert (line.chain_id, line.patient, line.about["whose"]) == (case.clinic_id, None, str(assistant.pk))


def test_with_the_factors_of_who_lost_them_their_sessions_end(assistant, lead):
    was = assistant.session_secret
    factors.take_factors_away(person=assistant, by=lead, at=timezone.now())
    assert Person.objects.get(pk=assistant.pk).session_secret != was


def test_the_preferences_of_a_person_stand_in_their_clinics(clinic, elsewhere, shared, runner):
    for person in (shared, runner):
        actions.keep_preferences(person=person, language="es", units="metric")

    found = {chain: [line.about["whose"] for line in lines] for chain, lines in said().items()}
    assert found == {clinic.pk: [str(shared.pk), str(runner.pk)], elsewhere.pk: [str(shared.pk)]}


def test_who_left_stands_where_they_worked_and_who_was_nowhere_in_no_clinic(clinic, assistant, lead):
    assistant.memberships.update(ended_on=timezone.localdate())
    left, nobody = Person.objects.get(pk=assistant.pk), factories.PersonFactory()
    for person in (left, nobody):
        factors.change_password(person=person, password=PHRASE, by=None, at=timezone.now())

    assert {chain: lines[0].about["whose"] for chain, lines in said().items()} == {
        clinic.pk: str(left.pk),
        audit.NO_CLINIC: str(nobody.pk),
    }


def test_a_mailed_link_stands_on_record_and_is_not_mailed_otherwise(
    clinic, elsewhere, shared, administrator, at_work, monkeypatch
):
    Membership.objects.create(person=administrator, clinic=elsewhere, role="administrator")
    mailed, chosen = [], {"action": "mail_a_link", "_selected_action": [str(shared.pk)]}
    monkeypatch.setattr("clinic.signins.send_reset", mailed.append)
    browser = at_work(administrator)
    with monkeypatch.context() as full:
        broken_for(full, elsewhere.pk, "admin")
        assert browser.post(reverse("admin:clinic_person_changelist"), chosen).status_code == 503
        assert not mailed and not said(kind="admin")

    browser.post(reverse("admin:clinic_person_changelist"), chosen)
    found = said(kind="admin")
    assert found.keys() == {clinic.pk, elsewhere.pk} and mailed == [shared]
    for (line,) in found.values():
        assert (line.person, line.about["verb"], line.about["whose"]) == (
            administrator.pk,
            "mailed_link",
            str(shared.pk),
        )


@pytest.mark.parametrize("which", ["one", "others"])
def test_who_signs_out_in_other_places_stands_on_record(which, clinic, elsewhere, shared):
    here, there = Client(), Client()
    for browser in (here, there):
        browser.force_login(shared)
        browser.get(reverse("clinic:sessions"))
    places = here.get(reverse("clinic:sessions")).context["places"]
    other = next(place.row.pk for place in places if not place.is_here)
    here.post(reverse("clinic:end_others") if which == "others" else reverse("clinic:end_session", args=[other]))

    found = said(kind="write")
    assert found.keys() == {clinic.pk, elsewhere.pk}
    for (line,) in found.values():
        assert (line.act, line.person, line.about["whose"]) == ("end_places", shared.pk, str(shared.pk))
    assert there.get(reverse("clinic:sessions")).status_code == 302


def test_coming_in_failing_to_and_going_stand_in_each_clinic(client, clinic, elsewhere, shared):
    known = {"username": shared.email, "password": factories.PASSWORD}
    client.post(reverse("login"), known | {"password": "a wrong one"})
    client.post(reverse("login"), known)
    client.post(reverse("logout"))

    tried, found = AuditEvent.objects.get(act="login"), said(kind="sign_in", person=shared.pk)
    assert found.keys() == {clinic.pk, elsewhere.pk}
    for lines in found.values():
        assert [line.act for line in lines] == ["sign_in", "sign_out"]
    # what fails stands in one of them: how many lines it takes would tell a stranger who works where
    assert (tried.chain_id, tried.person, tried.about["tried"]) == (min(found), None, str(shared.pk))


# --- What the admin shows ----------------------------------------------------------------------


def test_no_list_of_the_admin_completes_what_is_typed(case, clinician, at_work):
    asked = {"app_label": "clinic", "model_name": "case", "field_name": "patient", "term": case.patient.surname}
    answer = at_work(in_the_admin(clinician)).get("/admin/autocomplete/", asked)

    assert (answer.status_code, case.patient.given_name in answer.content.decode()) == (404, False)


@pytest.mark.parametrize(
    ("page", "of"),
    [
        ("clinic_patient_history", "patient"),
        ("clinic_patient_change", "patient"),
        ("clinic_case_history", "case"),
        ("clinic_case_change", "case"),
        ("clinic_person_history", "person"),
        ("clinic_person_change", "person"),
    ],
)
def test_a_page_of_the_admin_about_a_runner_stands_in_their_record(page, of, case, runner, lead, at_work):
    row = {"patient": case.patient, "case": case, "person": runner}[of]
    answer = at_work(in_the_admin(lead)).get(reverse(f"admin:{page}", args=[row.pk]))

    assert answer.status_code == 200
    ((line,),) = said().values()
    assert (line.chain_id, line.patient, line.kind) == (case.clinic_id, case.patient_id, "read")
    assert line.why == ("administration" if of == "person" else "care")
    reader = Client()
    reader.force_login(runner)
    assert lead.name in reader.get(reverse("rehab:my_readers")).content.decode()


@pytest.mark.parametrize("model", ["clinic_case", "clinic_patient"])
def test_a_list_of_the_admin_over_two_clinics_tells_each_of_its_own_runners(
    model, clinic, elsewhere, case, clinician, at_work
):
    Membership.objects.create(person=in_the_admin(clinician), clinic=elsewhere, role="clinician")
    theirs = factories.CaseFactory(patient__clinic=elsewhere)
    page = at_work(clinician).get(reverse(f"admin:{model}_changelist")).content.decode()

    assert case.patient.surname in page and theirs.patient.surname in page
    found = {chain: [line.about for line in lines] for chain, lines in said().items()}
    assert found == {
        clinic.pk: [{"ids": [str(case.patient_id)]}],
        elsewhere.pk: [{"ids": [str(theirs.patient_id)]}],
    }


def test_a_list_of_people_names_the_runners_among_them_to_their_clinic(
    clinic, elsewhere, shared, case, runner, administrator, at_work
):
    factories.PatientFactory(person=shared, clinic=elsewhere)  # here a colleague, there a runner
    at_work(administrator).get(reverse("admin:clinic_person_changelist"))

    ((line,),) = said().values()
    assert (line.chain_id, line.about) == (clinic.pk, {"ids": [str(case.patient_id)]})


def test_a_page_about_somebody_of_no_clinic_stands_in_the_clinic_of_who_opened_it(clinic, administrator, at_work):
    nobody = factories.PersonFactory()
    at_work(administrator).get(page_of(nobody))

    ((line,),) = said().values()
    assert (line.chain_id, line.about["whose"]) == (clinic.pk, str(nobody.pk))


@pytest.mark.parametrize("model", ["rehab_verdict", "rehab_exerciselog", "rehab_sessionlog", "triage_screening"])
def test_a_list_asks_once_whose_its_rows_are(model, world, django_assert_max_num_queries):
    browser = Client()
    browser.force_login(Person.objects.get(pk=in_the_admin(world.people["lead"]).pk))
    before = AuditEvent.objects.filter(act=f"admin:{model}_changelist").count()
    with django_assert_max_num_queries(8):
        browser.get(reverse(f"admin:{model}_changelist"))

    (line,) = AuditEvent.objects.filter(act=f"admin:{model}_changelist")[before:]
    assert (line.chain_id, line.about["ids"]) == (world.clinic.pk, [str(world.case.patient_id)])


# --- Runners who work somewhere ----------------------------------------------------------------


def test_a_runner_who_works_somewhere_sees_who_opened_their_record(
    case, elsewhere, runner, clinician, administrator, stranger
):
    browser = Client()
    browser.force_login(clinician)
    browser.get(reverse("clinic:case", args=[case.pk]))
    Membership.objects.create(person=runner, clinic=elsewhere, role="clinician")
    opened = {"given_name": case.patient.given_name, "surname": case.patient.surname, "reason": "emergency"}
    where = {"birth_date": case.patient.birth_date, "from_clinic": stranger.memberships.get().clinic}
    glass.open_for(**opened, **where, words="fell on the track", by=stranger, at=timezone.now())

    reader = Client()
    reader.force_login(Person.objects.get(pk=runner.pk))
    page = reader.get(reverse("rehab:my_readers")).content.decode()
    assert clinician.name in page and stranger.name in page
    own = AuditEvent.objects.filter(act="rehab:my_readers").get()
    assert (own.role, own.why, own.patient) == ("runner", "own", case.patient_id)


def test_who_changed_the_sign_in_of_a_runner_stands_among_who_opened_their_record(case, runner, lead, at_work):
    saved(at_work(in_the_admin(lead)), runner, email="mine@example.org", is_staff="")

    reader = Client()
    reader.force_login(Person.objects.get(pk=runner.pk))
    assert lead.name in reader.get(reverse("rehab:my_readers")).content.decode()
    (line,) = said(kind="admin")[case.clinic_id]
    assert (line.patient, line.about["fields"]) == (case.patient_id, ["Email"])
    assert Person.objects.get(pk=runner.pk).email == "mine@example.org"
