"""A working clinic's lead stands for the conventions before it works; a demonstration says that nobody does."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import ImproperlyConfigured, PermissionDenied
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction
from django.utils import timezone

from clinic.actions import confirm_knowledge
from clinic.checks import must_be_confirmed
from clinic.models import Case, KnowledgeConfirmation
from clinic.tables import knowledge_version, marked_entries
from rehab import actions as rehab_actions
from tests.factories import PASSWORD
from tests.rehab.conftest import a_decision, ready_case, rules_draft  # noqa: F401
from triage.actions.deciding import decide_and_keep
from triage.gate import signing_gate


@pytest.fixture
def at_work_for_real(settings):
    """A clinic that works: no demonstration."""
    settings.DEMONSTRATION = False


def reasons(case):
    return [reason.code for reason in signing_gate(case, timezone.now()).reasons]


def test_a_working_clinic_does_not_start_before_its_lead_has_confirmed(at_work_for_real, clinic, lead):
    with pytest.raises(ImproperlyConfigured, match=clinic.name):
        must_be_confirmed()
    confirm_knowledge(clinic=clinic, by=lead, at=timezone.now())
    must_be_confirmed()


def test_a_demonstration_starts_and_says_that_nobody_has_confirmed(clinic, clinician, at_work):
    must_be_confirmed()
    assert b"no clinic has confirmed the conventions" in at_work(clinician).get("/").content


def test_no_plan_is_signed_in_a_working_clinic_without_the_confirmation(
    at_work_for_real,
    rules_draft,  # noqa: F811
    clinic,
    lead,
):
    def sign():
        version = Case.objects.get(pk=rules_draft.case_id).version
        return rehab_actions.sign_plan(plan=rules_draft, version=version, by=lead, at=timezone.now())

    assert reasons(rules_draft.case) == ["unconfirmed_knowledge"]
    with pytest.raises(rehab_actions.Refused):
        sign()
    confirm_knowledge(clinic=clinic, by=lead, at=timezone.now())
    assert reasons(rules_draft.case) == []
    assert sign().signed_at


def test_a_demonstration_signs_without_a_confirmation(case):
    assert "unconfirmed_knowledge" not in reasons(case)


def test_another_version_of_the_knowledge_waits_again(at_work_for_real, case, clinic, lead):
    KnowledgeConfirmation.objects.create(
        clinic=clinic, version="older", sha256="0" * 64, confirmed_at=timezone.now(), confirmed_by=lead
    )
    assert "unconfirmed_knowledge" in reasons(case)


def test_only_the_lead_confirms(clinic, clinician, administrator):
    for person in (clinician, administrator):
        with pytest.raises(PermissionDenied):
            confirm_knowledge(clinic=clinic, by=person, at=timezone.now())


def test_a_confirmation_is_kept_once_and_never_changed(clinic, lead):
    first = confirm_knowledge(clinic=clinic, by=lead, at=timezone.now())
    assert confirm_knowledge(clinic=clinic, by=lead, at=timezone.now()) == first
    assert (first.sha256, first.confirmed_by) == (knowledge_version().sha256, lead)
    for change in (lambda rows: rows.update(sha256="1" * 64), lambda rows: rows.delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change(KnowledgeConfirmation.objects.filter(pk=first.pk))


@pytest.mark.django_db
def test_the_command_lists_every_marked_value():
    out = StringIO()
    call_command("confirm_knowledge", stdout=out)
    lines = out.getvalue().splitlines()
    assert len(lines) == len(marked_entries()) + 1
    assert "rehab/knowledge/mapping.toml" in out.getvalue()


def test_the_command_confirms_with_the_leads_own_password(monkeypatch, clinic, lead):
    monkeypatch.setattr("clinic.management.asking.getpass", lambda prompt: PASSWORD)
    call_command("confirm_knowledge", lead.email, stdout=StringIO())
    assert clinic.has_confirmed(knowledge_version().sha256)


@pytest.mark.parametrize("word", ["wrong", PASSWORD])
def test_the_command_refuses_a_wrong_password_and_who_is_no_lead(monkeypatch, clinic, lead, clinician, word):
    monkeypatch.setattr("clinic.management.asking.getpass", lambda prompt: word)
    email = lead.email if word == "wrong" else clinician.email
    with pytest.raises(CommandError, match="No clinic lead"):
        call_command("confirm_knowledge", email, stdout=StringIO())
    assert not clinic.has_confirmed(knowledge_version().sha256)


def test_who_confirms_is_told_which_open_cases_stand_on_another_version(case):
    def told():
        out = StringIO()
        call_command("confirm_knowledge", stdout=out)
        return out.getvalue()

    assert f"{case.clinic}: 0 open cases" in told()  # nothing was decided yet
    a_decision(case, case.opened_by, timezone.now() - timedelta(days=1), "triage", {"level": ""})
    assert f"{case.clinic}: 1 open cases" in told() and f"/cases/{case.pk}/" in told()
    decide_and_keep(case, by=case.opened_by, at=timezone.now())
    assert f"{case.clinic}: 0 open cases" in told()
