"""Who read or did what stands in the audit: one line each, in a chain that shows what was changed in it."""

import ast
import csv
import json
import re
from contextlib import contextmanager
from datetime import timedelta
from unittest import mock

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse
from django.utils import timezone

from clinic import actions, adminrecord, audit, glass, triggers
from clinic.ids import new_id
from clinic.models import AuditChain, AuditEvent, Case, CaseEvent, Membership, Patient
from clinic.onrecord import Asked, report
from clinic.terms import Answer
from clinic.topics import topic_of
from config.policy import ADMIN, DOORS, NOTHING
from tests import factories
from tests.test_architecture import ROOT, python_files
from tests.world import as_read, tables
from triage.knowledge import triage_knowledge

pytestmark = pytest.mark.django_db
BROKEN = DatabaseError("the disk is full")


def lines(**asked):
    """Return the lines of the audit, oldest first."""
    return list(AuditEvent.objects.filter(**asked).order_by("number"))


def noted(case, by, text="called back"):
    """Write a note."""
    return actions.note(case=case, version=case.version, text=text, by=by, at=timezone.now())


@pytest.fixture
def no_audit():
    """Nothing can be written to the audit."""
    with mock.patch("clinic.audit._append", side_effect=BROKEN):
        yield


# --- Acts --------------------------------------------------------------------------------------


def test_a_verb_leaves_one_line_that_says_who_and_whose(case, clinician):
    noted(case, clinician)

    (line,) = lines()
    assert (line.kind, line.act, line.person, line.role) == ("write", "note", clinician.pk, "clinician")
    assert (line.patient, line.case, line.chain_id, line.why) == (case.patient_id, case.pk, case.clinic_id, "care")
    assert line.about == {"verbs": ["touch_case"]}


def test_a_line_holds_no_word_that_somebody_typed(case, clinician):
    noted(case, clinician, text="a marker such as QZX")

    assert "QZX" not in json.dumps(list(AuditEvent.objects.values()), default=str)


def test_a_page_says_from_where_and_in_which_request(case, clinician, at_work):
    sent = {"patient": case.patient_id, "version": case.version, "text": "called back"}
    at_work(clinician).post(reverse("clinic:note", args=[case.pk]), sent, REMOTE_ADDR="192.0.2.7")

    (line,) = lines(kind="write")
    assert (line.network, len(line.request)) == ("192.0.2.7", 36)


def test_a_verb_that_failed_leaves_no_line(case, clinician):
    with pytest.raises(actions.StaleRecord):
        actions.note(case=case, version=case.version + 1, text="late", by=clinician, at=timezone.now())

    assert lines() == []


def test_a_verb_that_wrote_nothing_leaves_no_line(clinic, lead, confirmed):
    before = len(lines())
    actions.confirm_knowledge(clinic=clinic, by=lead, at=timezone.now())  # said twice

    assert len(lines()) == before


def test_what_cannot_be_put_on_record_is_not_done(case, clinician, no_audit):
    """The verb undoes what it wrote by itself: no transaction but its own is there to do so."""
    before = tables()
    with pytest.raises(audit.NotOnRecord):
        noted(case, clinician)

    assert tables() == before


def test_a_page_says_that_nothing_was_done_where_it_cannot_be_put_on_record(case, clinician, at_work, no_audit):
    sent = {"patient": case.patient_id, "version": case.version, "text": "called back"}
    answer = at_work(clinician).post(reverse("clinic:note", args=[case.pk]), sent)

    assert (answer.status_code, "nothing was saved" in " ".join(answer.content.decode().split())) == (503, True)
    assert not CaseEvent.objects.filter(kind="note").exists()


# --- Readings ----------------------------------------------------------------------------------


def test_a_page_of_a_case_leaves_one_line(case, clinician, at_work):
    at_work(clinician).get(reverse("clinic:case", args=[case.pk]))

    (line,) = lines()
    assert (line.kind, line.act, line.person) == ("read", "clinic:case", clinician.pk)
    assert (line.patient, line.case) == (case.patient_id, case.pk)


def test_a_list_leaves_one_line_with_those_it_showed(case, clinician, at_work):
    browser = at_work(clinician)
    browser.get(reverse("clinic:today"))
    browser.get(reverse("clinic:find"))

    assert [(line.act, line.about["ids"]) for line in lines()] == [
        ("clinic:today", [str(case.patient_id)]),
        ("clinic:find", [str(case.patient_id)]),
    ]


def test_a_list_of_two_clinics_leaves_a_line_in_each(case, clinician, at_work):
    elsewhere = factories.CaseFactory()
    clinician.memberships.create(clinic=elsewhere.clinic, role="clinician")
    at_work(clinician).get(reverse("clinic:find"))

    assert {(line.chain_id, *line.about["ids"]) for line in lines()} == {
        (case.clinic_id, str(case.patient_id)),
        (elsewhere.clinic_id, str(elsewhere.patient_id)),
    }


def test_a_runner_reads_their_own_record(case, runner, at_work):
    at_work(runner).get(reverse("rehab:my_plan"))

    (line,) = lines()
    assert (line.act, line.patient, line.role, line.why) == ("rehab:my_plan", case.patient_id, "runner", "own")


def test_a_file_that_is_taken_out_says_so(case, runner, at_work):
    at_work(runner).get(reverse("rehab:my_data_json"))

    assert [line.kind for line in lines()] == ["export"]


def test_what_cannot_be_put_on_record_is_not_shown(case, clinician, at_work, no_audit):
    answer = at_work(clinician).get(reverse("clinic:case", args=[case.pk]))

    assert answer.status_code == 503
    assert case.patient.surname not in answer.content.decode()


def test_the_advice_in_a_danger_is_shown_and_says_that_nobody_was_told(case, runner, at_work, no_audit):
    code = triage_knowledge().safety_set[0].code
    answer = at_work(runner).post(reverse("rehab:my_safety"), {f"q_{code}": Answer.PRESENT, code: Answer.PRESENT})
    page = answer.content.decode()

    assert answer.status_code == 200
    assert "has NOT been told" in page or "not been told" in page.lower()


def test_the_emergency_page_leaves_no_line(case, runner, at_work):
    assert at_work(runner).get(reverse("emergency")).status_code == 200
    assert lines() == []


# --- Refusals and ways in ----------------------------------------------------------------------


@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("runner", 403), ("administrator", 404)])
def test_a_refused_attempt_stands_in_the_chain_of_the_clinic_whose_record_it_was(who, status, case, at_work, request):
    person = request.getfixturevalue(who)
    at_work(person).get(reverse("clinic:case", args=[case.pk]))

    (line,) = lines()
    assert (line.kind, line.act, line.about["status"]) == ("refused", "clinic:case", status)
    assert (line.person, line.patient, line.chain_id) == (person.pk, case.patient_id, case.clinic_id)


def test_a_form_of_an_older_page_is_a_refusal(case, clinician, at_work):
    at_work(clinician).post(
        reverse("clinic:note", args=[case.pk]), {"patient": case.patient_id, "version": 99, "text": "late"}
    )

    assert [(line.kind, line.about["status"]) for line in lines()] == [("refused", 409)]


def test_coming_in_failing_to_and_going_stand_on_record(client, clinician, lead):
    known = {"username": clinician.email, "password": factories.PASSWORD}
    client.post(reverse("login"), known | {"password": "a wrong one"})
    client.post(reverse("login"), known)
    client.post(reverse("logout"))

    found = AuditEvent.objects.visible_to(lead).order_by("at")
    assert [(line.kind, line.act, line.person) for line in found] == [
        ("sign_in", "login", None),
        ("sign_in", "sign_in", clinician.pk),
        ("sign_in", "sign_out", clinician.pk),
    ]
    assert found[0].about["tried"] == str(clinician.pk) and clinician.email not in str(found[0].about)


@pytest.mark.parametrize(
    "address", ["/welcome/JohnSmith1980/", "/accounts/reset/JohnSmith/1980-01-01/", "/calendar/JohnSmith.ics"]
)
def test_what_an_address_says_besides_keys_stands_in_no_line(address, clinician, at_work):
    """It is typed by anybody, and it may be a secret that opens something."""
    at_work(clinician).get(address)
    assert not [line.about for line in AuditEvent.objects.all() if "JohnSmith" in str(line.about)]


def test_who_reads_the_audit_of_a_clinic_stands_in_the_audit_of_that_clinic(clinic, administrator, at_work):
    other = factories.ClinicFactory()
    told = {"clinic": other, "role": "administrator", "started_on": timezone.localdate(), "ended_on": None}
    Membership.objects.create(person=administrator, **told)
    browser = at_work(administrator)
    for asked in (clinic, other):
        key = browser.post(reverse("clinic:audit"), {"clinic": asked.pk, "kind": "read"}).url
        browser.get(reverse("clinic:audit_csv") + "?" + key.partition("?")[2])
    assert set(AuditEvent.objects.filter(kind="export").values_list("chain", flat=True)) == {clinic.pk, other.pk}


def test_a_role_given_in_the_admin_stands_on_record_with_the_role(clinic, administrator, at_work):
    person = factories.PersonFactory()
    at = reverse("admin:clinic_person_change", args=[person.pk])
    row = {"memberships-TOTAL_FORMS": 1, "memberships-INITIAL_FORMS": 0, "memberships-0-clinic": clinic.pk}
    said = {"name": person.name, "email": person.email, "is_active": "on", "memberships-0-role": "assistant"}
    browser = at_work(administrator)
    answer = browser.post(at, said | row | as_read(browser, at))

    assert answer.status_code == 302, answer.context and answer.context["errors"]
    (line,) = lines(kind="admin")
    assert (line.act, line.chain_id, line.person) == ("admin:person", clinic.pk, administrator.pk)
    assert line.about["roles"] == {str(clinic.pk): "assistant"} and line.about["row"] == str(person.pk)


def test_a_change_that_concerns_several_clinics_locks_their_chains_in_one_order(administrator, monkeypatch):
    """Two who save at once would wait for each other for ever."""
    person, locked = factories.PersonFactory(), []
    for _ in range(7):
        person.memberships.create(clinic=factories.ClinicFactory(), role="assistant")
    monkeypatch.setattr(audit, "record", lambda *said, clinic, **told: locked.append(clinic))
    adminrecord.put_on_record(mock.Mock(user=administrator, lines_of_roles=[]), person, "changed", [])

    assert len(locked) == 7 and locked == sorted(locked)


def test_a_key_that_no_row_has_stands_on_record_though_the_database_takes_no_such_letter(clinic):
    audit.record(audit.Kind.REFUSED, "x", clinic=clinic.pk, asked_for={"id": "a\0\0.svg", "path": "C:\\u0000"})
    assert AuditEvent.objects.get(act="x").about == {"asked_for": {"id": "a\ufffd\ufffd.svg", "path": "C:\\u0000"}}


def test_a_role_that_cannot_be_put_on_record_is_not_given(clinic, administrator, at_work, request):
    at = reverse("admin:clinic_clinic_change", args=[clinic.pk])
    said = {name: getattr(clinic, name) for name in ("name", "emergency_number", "opening_hours", "core_fail_mode")}
    browser = at_work(administrator)
    read = as_read(browser, at)
    request.getfixturevalue("no_audit")
    answer = browser.post(at, said | {"phone": "+1 changed"} | read)

    clinic.refresh_from_db()
    assert (answer.status_code, clinic.phone == "+1 changed") == (503, False)


# --- The chain ---------------------------------------------------------------------------------


@pytest.fixture
def chain(case, clinician):
    """Five lines of one clinic."""
    for _ in range(5):
        noted(case, clinician)
    return AuditChain.objects.get(pk=case.clinic_id)


@pytest.fixture
def past_the_triggers(chain):
    """Somebody with the keys of the database has taken the triggers away."""
    with connection.cursor() as cursor:
        for trigger in triggers.registered().values():
            if "audit" in trigger.table and trigger.exists_on(connection.vendor):
                on_table = "" if connection.vendor == "sqlite" else f" ON {trigger.table}"
                cursor.execute(f"DROP TRIGGER {trigger.name}{on_table}")
    yield chain
    triggers.install()


def test_a_chain_that_nobody_touched_is_whole(chain):
    assert list(audit.faults()) == []
    assert [line.number for line in lines()] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("column", ["act", "person", "patient", "at", "about", "network", "role", "why", "kind"])
def test_a_changed_row_is_found(past_the_triggers, column):
    other = {"at": timezone.now(), "about": {"x": 1}, "person": None, "patient": None}.get(column, "other")
    AuditEvent.objects.filter(number=3).update(**{column: other})

    assert [fault for fault in audit.faults() if "row 3 is not as it was written" in fault]


def test_a_removed_row_is_found(past_the_triggers):
    AuditEvent.objects.filter(number=3).delete()

    assert [fault for fault in audit.faults() if "4 follows 2" in fault]


def test_a_removed_end_is_found(past_the_triggers):
    AuditEvent.objects.filter(number=5).delete()

    assert [fault for fault in audit.faults() if "the last row is 4, and 5 was written" in fault]


def test_an_end_that_was_cut_off_together_with_its_note_is_found_by_what_was_noted_elsewhere(past_the_triggers):
    noted_before = audit.heads()
    AuditEvent.objects.filter(number=5).delete()
    last = AuditEvent.objects.get(number=4)
    AuditChain.objects.filter(pk=past_the_triggers.pk).update(number=4, digest=last.digest)

    assert list(audit.faults()) == []
    assert [fault for fault in audit.faults(noted_before) if "row 5 was noted" in fault]


def test_a_chain_that_is_gone_is_found_by_what_was_noted_elsewhere(past_the_triggers):
    noted_before = audit.heads()
    AuditEvent.objects.all().delete()
    AuditChain.objects.all().delete()

    assert [fault for fault in audit.faults(noted_before) if "the chain is gone" in fault]


def test_a_row_that_was_put_in_is_found(past_the_triggers):
    copy = AuditEvent.objects.get(number=5)
    copy.pk, copy.number = new_id(), 6
    copy.save(force_insert=True)

    assert len(list(audit.faults())) == 2  # its digest, and an end that was not written so


def test_a_row_made_without_the_key_is_found(past_the_triggers, settings):
    """Who can write to the database but does not hold the key cannot go on with the chain."""
    settings.AUDIT_KEY, key = "another", settings.AUDIT_KEY
    case = Case.objects.get()
    noted(case, case.opened_by)
    settings.AUDIT_KEY = key

    assert [fault for fault in audit.faults() if "row 6 is not as it was written" in fault]


def test_the_command_fails_with_what_it_found(chain, past_the_triggers, tmp_path):
    note = tmp_path / "heads.json"
    call_command("verify_audit", "--note", str(note))
    assert json.loads(note.read_text()) == {str(chain.pk): [5, chain.digest]}

    AuditEvent.objects.filter(number=2).update(act="nothing")
    with pytest.raises(CommandError, match="row 2 is not as it was written"):
        call_command("verify_audit", "--against", str(note))


@pytest.mark.parametrize("verb", ["UPDATE clinic_auditevent SET act = 'x'", "DELETE FROM clinic_auditevent"])
def test_the_database_lets_nobody_change_or_remove_a_row(chain, verb):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(verb)


def test_a_chain_only_grows(chain):
    with pytest.raises(DatabaseError), transaction.atomic():
        AuditChain.objects.filter(pk=chain.pk).update(number=2)


# --- The report --------------------------------------------------------------------------------


@pytest.fixture
def busy(case, clinician, runner):
    """Two people have read, one has written."""
    noted(case, clinician)
    for person in (clinician, runner, clinician):
        whose = {"clinic": case.clinic_id, "patient": case.patient_id, "case": case.pk}
        audit.record("read", "clinic:case", by=person, **whose)
    return case


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({}, 4),
        ({"person": "clinician"}, 3),
        ({"person": "runner"}, 1),
        ({"patient": "case"}, 4),
        ({"kind": "read"}, 3),
        ({"kind": "read", "person": "clinician"}, 2),
        ({"begins": "tomorrow"}, 0),
        ({"ends": "tomorrow"}, 4),
    ],
)
def test_the_report_by_person_runner_kind_and_period(asked, found, busy, clinician, runner, lead):
    tomorrow = timezone.now() + timedelta(days=1)
    words = {"clinician": clinician.pk, "runner": runner.pk, "case": busy.patient_id, "tomorrow": tomorrow}
    about = Asked(busy.clinic_id, **{name: words.get(value, value) for name, value in asked.items()})

    assert len(report(lead, about)[0]) == found


def test_the_report_is_paged_by_key_in_both_orders(busy, lead):
    for oldest_first, numbers in ((False, [4, 3, 2, 1]), (True, [1, 2, 3, 4])):
        asked, seen, after = Asked(busy.clinic_id, oldest_first=oldest_first), [], None
        while True:
            rows, after = report(lead, asked, after, size=3)
            seen += [row.number for row in rows]
            if after is None:
                break
        assert seen == numbers


@pytest.mark.parametrize("oldest_first", [False, True])
@pytest.mark.parametrize("filters", [(), ("person",), ("patient",), ("kind",), ("kind", "person"), ("kind", "patient")])
def test_a_page_far_into_the_report_begins_in_the_middle_of_an_index(filters, oldest_first, busy, clinician, lead):
    """Else ten million rows would be sorted, or all before the page read, for each page of the file."""
    known = {"person": clinician.pk, "patient": busy.patient_id, "kind": "read"}
    asked = Asked(busy.clinic_id, oldest_first=oldest_first, **{name: known[name] for name in filters})
    with explained("clinic_auditevent") as plans:
        report(lead, asked, after=(timezone.now(), 2))
    (plan,) = plans
    index = re.search(r"audit_(by_moment|of_person|of_a_kind|of_both|of_patient)", plan)
    assert index and "TEMP B-TREE" not in plan and "Sort" not in plan, plan
    assert ("patient" in filters) == (index[1] == "of_patient"), plan  # the chain's index holds everybody's lines
    assert re.search(r"at[<>]\?" if connection.vendor == "sqlite" else r"Index Cond: .*\(at [<>]=", plan), plan


@contextmanager
def explained(table):
    """Collect how the database answers each question of a table; PostgreSQL plans as if the table were large."""
    plans, how = [], "EXPLAIN QUERY PLAN " if connection.vendor == "sqlite" else "EXPLAIN "
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off"
            )

    def look(execute, sql, params, many, context):
        if sql.startswith("SELECT") and f'FROM "{table}"' in sql:
            execute(how + sql, params, many, context)
            plans.append("\n".join(str(part) for row in context["cursor"].fetchall() for part in row))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield plans


def test_nobody_reads_the_audit_of_another_clinic(busy, stranger, clinician):
    theirs = factories.member(stranger.memberships.get().clinic, "lead")

    assert report(theirs, Asked(busy.clinic_id))[0] == []
    assert report(clinician, Asked(busy.clinic_id))[0] == []


def test_the_page_finds_a_runner_by_surname_and_birth_date(busy, administrator, at_work):
    patient = busy.patient
    asked = {"surname": patient.surname, "born": patient.birth_date.isoformat()}
    page = at_work(administrator).post(reverse("clinic:audit"), asked, follow=True)

    assert page.content.decode().count("the front page of the case") == 3


@pytest.fixture
def outsider(stranger, busy):
    """Somebody of another clinic who opened the record by break-glass, and read."""
    opened = {"given_name": busy.patient.given_name, "surname": busy.patient.surname, "reason": "emergency"}
    where = {"birth_date": busy.patient.birth_date, "from_clinic": stranger.memberships.get().clinic}
    glass.open_for(**opened, **where, words="fell on the track", by=stranger, at=timezone.now())
    return stranger


def offered(browser):
    """Return {key: words} of the people whom the page of the audit offers."""
    return dict(browser.get(reverse("clinic:audit")).context["form"].fields["person"].choices)


def whose_lines(browser, **asked):
    """Return the people whose lines the page shows when it is asked this, or what it says of a mistake."""
    page = browser.post(reverse("clinic:audit"), asked, follow=True)
    assert page.status_code == (422 if page.context["form"].errors else 200)
    return page.context["form"].errors or {line["row"].person for line in page.context["rows"]}


def test_who_left_can_be_asked_for_by_their_lines(busy, clinician, administrator, at_work):
    clinician.memberships.update(ended_on=timezone.localdate())
    browser = at_work(administrator)

    assert offered(browser)[str(clinician.pk)] == f"{clinician.name} (left)"
    assert whose_lines(browser, person=clinician.pk) == {clinician.pk}


def test_who_opened_a_record_from_another_clinic_can_be_asked_for(busy, outsider, administrator, at_work):
    browser = at_work(administrator)

    assert offered(browser)[str(outsider.pk)] == f"{outsider.name} (another clinic)"
    assert whose_lines(browser, person=outsider.pk) == {outsider.pk}


def test_a_runner_can_be_asked_for_by_their_own_lines(busy, runner, administrator, at_work):
    browser = at_work(administrator)
    named = {"surname": busy.patient.surname, "born": busy.patient.birth_date.isoformat()}

    assert whose_lines(browser, person="runner", **named) == {runner.pk}
    together = ["Name a runner by surname and birth date together."]
    assert whose_lines(browser, person="runner") == {"surname": together}
    assert whose_lines(browser, born=named["born"]) == {"surname": together}
    assert whose_lines(browser, surname=named["surname"]) == {"born": together}
    Patient.objects.filter(pk=busy.patient_id).update(person=None)
    assert whose_lines(browser, person="runner", **named)["__all__"] == ["This runner has never had a way to sign in."]


def test_nobody_else_of_another_clinic_is_offered_or_taken(busy, stranger, runner, clinician, administrator, at_work):
    browser = at_work(administrator)

    assert set(offered(browser)) == {"", "runner", str(clinician.pk), str(administrator.pk)}
    assert "person" in whose_lines(browser, person=stranger.pk)
    assert "person" in whose_lines(browser, person="no key at all")


def test_a_list_that_takes_not_everybody_says_so_and_is_narrowed_by_a_part_of_the_name(
    busy, clinic, clinician, administrator, at_work, monkeypatch
):
    browser = at_work(administrator)
    assert "Part of their name" not in browser.get(reverse("clinic:audit")).content.decode()
    late = [factories.member(clinic, "assistant", name=f"Zoe Late {n}") for n in range(2)]
    monkeypatch.setattr("clinic.forms.audit.MOST", 2)
    page = browser.get(reverse("clinic:audit")).content.decode()

    assert "Part of their name" in page and "The first 2 names" in page
    assert str(late[0].pk) not in offered(browser)
    assert whose_lines(browser, person=late[0].pk) == set()  # chosen once, they stay chosen
    assert whose_lines(browser, called=clinician.name.upper()) == {clinician.pk}
    assert whose_lines(browser, called="late")["called"] == ["Several people have a name with that in it: choose one."]
    assert whose_lines(browser, called="nobody")["called"] == ["Nobody in this list has a name with that in it."]


def test_the_page_says_what_it_did_not_understand(busy, administrator, at_work):
    page = at_work(administrator).post(
        reverse("clinic:audit"), {"surname": "Nobody", "born": "1990-01-01"}, follow=True
    )

    assert (page.status_code, "No runner of this clinic" in page.content.decode()) == (422, True)


@pytest.mark.parametrize("asked", [{"ends": "9999-12-31"}, {"begins": "0001-01-01"}, {"born": "0001-01-01"}])
def test_the_page_takes_no_day_beyond_the_calendar(busy, administrator, at_work, asked):
    page = at_work(administrator).post(reverse("clinic:audit"), asked, follow=True)

    assert (page.status_code, "Choose a year from 1900 to 2999" in page.content.decode()) == (422, True)


@pytest.mark.parametrize("order", ["", "old"])
def test_the_file_holds_every_line_and_no_formula(order, busy, administrator, at_work, monkeypatch):
    monkeypatch.setattr("clinic.onrecord.AT_ONCE", 2)
    audit.record("read", "=cmd|' /C calc'!A0", clinic=busy.clinic_id)
    browser = at_work(administrator)
    key = browser.post(reverse("clinic:audit"), {"order": order}).url.partition("?")[2]
    file = b"".join(browser.get(f"{reverse('clinic:audit_csv')}?{key}")).decode()
    rows = list(csv.DictReader(file.splitlines()))

    numbers = ["1", "2", "3", "4", "5", "6"]  # the last says who took it
    assert [row["number"] for row in rows] == (numbers if order == "old" else numbers[::-1])
    assert [row["act"][:2] for row in rows if row["number"] == "5"] == ["'="]


def test_who_reads_the_report_stands_there_in_their_role(busy, lead, at_work):
    browser = at_work(lead)
    browser.get(reverse("clinic:audit"))
    b"".join(browser.get(reverse("clinic:audit_csv")))

    lines = AuditEvent.objects.filter(act__in=["clinic:audit", "clinic:audit_csv"])
    assert [(line.chain_id, line.role) for line in lines] == [(busy.clinic_id, "lead")] * 2


def test_a_runner_sees_who_opened_their_record_and_not_themself(busy, clinician, runner, at_work):
    page = at_work(runner).get(reverse("rehab:my_readers")).content.decode()

    assert page.count(clinician.name) == 1  # one day, one person
    assert f"<strong>{runner.name}</strong>" not in page
    assert "the front page of the case" in page and "a note" in page


def test_another_runner_sees_nothing_of_it(busy, at_work):
    other = factories.CaseFactory(patient__clinic=busy.clinic).patient.person

    assert "Nobody yet" in at_work(other).get(reverse("rehab:my_readers")).content.decode()


def test_every_page_and_every_verb_has_words():
    doors = {name for name, door in DOORS.items() if door.shows not in (NOTHING, ADMIN)}
    verbs = {name for app in ("clinic", "triage", "rehab") for name in recorded_in(app)}

    assert {act for act in doors | verbs if topic_of(act) == act} == set()


def recorded_in(app):
    """Yield the name of each recorded verb of an app, as its line says it."""
    for path in python_files(app):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef) and any(
                getattr(d, "id", "") == "recorded" for d in node.decorator_list
            ):
                yield node.name.lstrip("_")


UNRECORDED = {
    "keep_draft": "what is typed is no record yet",
    "kept_draft": "reads",
    "forget_draft": "what was typed is no record",
    "just_registered": "reads",
    "read_uploads": "reads files",
    "typed_here": "reads",
}


def functions(files):
    """Yield (name, its arguments that are given by name, the names it speaks of, whether it is recorded) of each."""
    for path in files:
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.FunctionDef):
                said = {getattr(part, "attr", getattr(part, "id", "")) for part in ast.walk(node)}
                is_recorded = any(getattr(decorator, "id", "") == "recorded" for decorator in node.decorator_list)
                yield node.name, {part.arg for part in node.args.kwonlyargs}, said, is_recorded


def verbs_of_pages():
    """Return {verb: whether it leaves a line} of what pages call and tell by whom or when: what they do for somebody.

    A verb leaves its line by itself, or by leading on to one that does.
    """
    files = {path for app in ("clinic", "triage", "rehab") for path in python_files(app)}
    views = {path for path in files if "views" in path.parts}
    known, nodes = list(functions(files - views)), (n for path in views for n in ast.walk(ast.parse(path.read_text())))
    called = {getattr(node.func, "attr", getattr(node.func, "id", "")) for node in nodes if isinstance(node, ast.Call)}
    recorded = {name for name, *_, is_recorded in known if is_recorded}
    return {
        name: bool(recorded & {name, *said})
        for name, given, said, _ in known
        if name in called and given & {"by", "at", "person"}
    }


def test_every_verb_that_writes_is_recorded():
    """A transaction of its own is a verb that leaves no line: only these few keep no record of anybody."""
    verbs = verbs_of_pages()
    assert len(verbs) > 50
    assert {name for name, leaves_a_line in verbs.items() if not leaves_a_line} == set(UNRECORDED)
    found = [
        f"{path.relative_to(ROOT)}:{number}"
        for app in ("clinic", "triage", "rehab")
        for path in python_files(app)
        if path.parts[-2] not in ("commands", "management")
        for number, line in enumerate(path.read_text().splitlines(), start=1)
        if "@transaction.atomic" in line
    ]
    assert found == []
