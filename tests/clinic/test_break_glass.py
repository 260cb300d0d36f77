"""Break-glass: the record of another clinic's runner, read for an hour, told to everybody, written by nobody."""

import datetime
import re

import pytest
import time_machine
from django.core import mail
from django.db import DatabaseError, IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from clinic import access, audit, glass
from clinic.alarms import deliver
from clinic.audit import Kind, Why
from clinic.models import AuditEvent, BreakGlass, Case, Patient, Person, Task
from clinic.portability import Names, exported_tables, told
from config.policy import CASE, DOORS, PATIENT
from tests import factories
from tests.test_doors import product_doors, where
from tests.world import a_browser, came_in, tables

pytestmark = pytest.mark.django_db
FORM = reverse("clinic:glass")
BORN = datetime.date(1990, 2, 3)
NAMES = ("Zzz", "de la Vega", "Own")  # of nobody, of two, of a runner of one's own clinic
WHY = {"reason": "emergency", "words": "Collapsed at our race, cannot speak."}


@pytest.fixture
def case(clinic, clinician):
    """A runner of the other clinic, with an open case."""
    told = {"clinic": clinic, "given_name": "Inés", "surname": "De la Vega", "birth_date": BORN}
    return factories.CaseFactory(opened_by=clinician, **{f"patient__{name}": value for name, value in told.items()})


@pytest.fixture
def browser(at_work, stranger):
    """The browser of a clinician who works elsewhere and came in just now."""
    return at_work(stranger)


def typed(**other):
    """Return the form as a clinician fills it in."""
    return {"given_name": "Ines", "surname": "de la  VEGA", "birth_date": BORN.isoformat(), **WHY, **other}


def opened(browser, stranger, **other):
    """Break the glass; return the answer."""
    return browser.post(FORM, typed(from_clinic=str(next(iter(stranger.roles))), **other))


def an_opening(case, by, **fields):
    """Return an opening that begins now."""
    clinic = by.memberships.get().clinic
    told = {"reason": "emergency", "words": WHY["words"], "from_clinic": clinic} | fields
    return glass.break_glass(patient=case.patient, **told, by=by, at=timezone.now())


def again(person):
    """Return a person as the next request knows them."""
    return Person.objects.get(pk=person.pk)


# --- Who asks, for whom, and why ---------------------------------------------------------------


def test_the_exact_name_and_birth_date_open_the_record_for_an_hour(browser, stranger, case):
    answer = opened(browser, stranger)

    row = BreakGlass.objects.get()
    assert answer.url == reverse("clinic:patient", args=[case.patient_id])
    assert (row.opened_by, row.patient, row.clinic, row.words) == (stranger, case.patient, case.clinic, WHY["words"])
    assert row.expires - row.opened_at == datetime.timedelta(minutes=60)


@pytest.mark.parametrize("left_out", ["reason", "words", "given_name", "surname", "birth_date"])
def test_nothing_opens_without_each_answer(browser, stranger, case, left_out):
    assert opened(browser, stranger, **{left_out: ""}).status_code == 422
    assert not BreakGlass.objects.exists()


def words_of(answer):
    return answer.context["form"].non_field_errors()


@pytest.mark.parametrize("other", [{"given_name": "In"}, {"surname": "Vega"}, {"birth_date": "1990-02-04"}])
def test_a_part_of_a_name_or_another_day_finds_nobody(browser, stranger, case, other):
    answer = opened(browser, stranger, **other)

    assert (answer.status_code, len(words_of(answer))) == (422, 1)
    assert not BreakGlass.objects.exists()


def test_none_several_and_ones_own_are_one_and_the_same_answer(browser, stranger, case):
    own = factories.CaseFactory(patient__clinic=stranger.memberships.get().clinic, patient__surname="Own")
    own.patient.given_name, own.patient.birth_date = "Ines", BORN
    own.patient.save()
    one = {"given_name": "Inés", "surname": "De la Vega", "birth_date": BORN}
    factories.CaseFactory(**{f"patient__{name}": value for name, value in one.items()})

    said = [opened(browser, stranger, surname=name) for name in NAMES]

    assert len({(answer.status_code, tuple(words_of(answer))) for answer in said}) == 1
    assert len({len(answer.content.decode().replace(name, "")) for answer, name in zip(said, NAMES, strict=True)}) == 1
    assert not BreakGlass.objects.exists()


def test_who_has_any_role_in_the_runners_clinic_breaks_no_glass_there(browser, stranger, case, clinic):
    stranger.memberships.create(clinic=clinic, role="administrator")
    with pytest.raises(glass.NobodyFound):
        glass.open_for(
            given_name="Ines",
            surname="De la Vega",
            birth_date=BORN,
            from_clinic=stranger.memberships.exclude(clinic=clinic).get().clinic,
            **WHY,
            by=again(stranger),
            at=timezone.now(),
        )


def test_tries_that_find_nobody_are_on_record_and_limited(browser, stranger, case):
    for _ in range(glass.TRIES):
        assert opened(browser, stranger, surname="Nobody").status_code == 422
    refused = AuditEvent.objects.filter(person=stranger.pk, kind=Kind.REFUSED, act=glass.NOBODY)
    assert refused.count() == glass.TRIES
    assert not any("nobody" in str(row.about).lower() for row in refused)

    assert opened(browser, stranger).status_code == 429, "also with the right name"
    assert not BreakGlass.objects.exists()

    with time_machine.travel(timezone.now() + glass.WITHIN + datetime.timedelta(minutes=1), tick=True):
        came_in(browser, stranger)
        told = {"given_name": "Ines", "surname": "de la Vega", "birth_date": BORN} | WHY
        told |= {"from_clinic": stranger.memberships.get().clinic}
        assert glass.open_for(**told, by=again(stranger), at=timezone.now()).patient == case.patient


def test_another_persons_tries_are_not_mine(browser, stranger, case):
    for _ in range(glass.TRIES):
        opened(browser, stranger, surname="Nobody")
    colleague = factories.member(stranger.memberships.get().clinic, "lead")
    told = {"given_name": "Ines", "surname": "de la Vega", "birth_date": BORN} | WHY
    told |= {"from_clinic": colleague.memberships.get().clinic}
    assert glass.open_for(**told, by=colleague, at=timezone.now())


def test_a_double_click_makes_one_opening_and_rings_once(browser, stranger, case):
    opened(browser, stranger)
    assert opened(browser, stranger).status_code == 302

    assert BreakGlass.objects.count() == Task.objects.filter(code=glass.ALARM).count() == 1


def test_it_asks_for_a_new_sign_in_first(client, stranger, case):
    client.force_login(stranger)

    assert "Sign in once more" in client.get(FORM).content.decode()
    assert opened(client, stranger).status_code == 403
    assert not BreakGlass.objects.exists()


@pytest.mark.parametrize("role", ["assistant", "administrator", "runner"])
def test_who_does_not_sign_breaks_no_glass(at_work, case, role):
    elsewhere = factories.ClinicFactory()
    person = (
        factories.PatientFactory(clinic=elsewhere).person if role == "runner" else factories.member(elsewhere, role)
    )
    browser = at_work(person)

    assert browser.get(FORM).status_code == 403
    assert browser.post(FORM, typed(from_clinic=str(elsewhere.pk))).status_code == 403
    with pytest.raises(glass.PermissionDenied):
        told = WHY | {"from_clinic": elsewhere}
        glass.break_glass(patient=case.patient, **told, by=person, at=timezone.now())
    assert not BreakGlass.objects.exists()


def test_nobody_says_they_work_where_they_do_not(browser, stranger, case):
    assert opened(browser, stranger, surname="De la Vega").status_code == 302
    BreakGlass.objects.update(ended_at=timezone.now(), ended_by=stranger)
    other = factories.ClinicFactory()
    assert browser.post(FORM, typed(from_clinic=str(other.pk))).status_code == 422


def test_no_clinic_is_nobodys_clinic(stranger):
    patient = Patient(clinic=None)
    stranger.roles = {None: "lead"}

    assert access.role_in(stranger, None) is None and not access.may_hand_out(stranger, patient)
    assert not access.may_lead_clinic(stranger, None) and not access.may_sign(stranger, Case(patient=patient))
    assert not access.has_broken_glass(stranger, patient.pk)
    assert not Patient.objects.visible_to(stranger).exists() and not Case.objects.visible_to(stranger).exists()
    assert not BreakGlass.objects.open_to(stranger).exists()


# --- What it opens, and for how long -----------------------------------------------------------


def record_doors():
    """Return {name: pattern} of every address of a case or of a runner."""
    return {name: pattern for name, pattern in product_doors().items() if DOORS[name].shows in (CASE, PATIENT)}


PAGES = {
    "clinic:case", "clinic:patient", "triage:decision", "triage:items", "triage:letter", "triage:causes",
    "rehab:plan", "rehab:signed", "rehab:plan_print", "rehab:plan_preview", "rehab:treatments", "rehab:progress",
    "rehab:running", "clinic:changes",
}  # fmt: skip


def statuses(world, method, said=(), browser=None):
    """Return {door: status} of a neighbour's clinician at every door of our case and our runner."""
    browser = browser or a_browser(world, "stranger")
    return {
        name: getattr(browser, method)(where(world, name, pattern), *said).status_code
        for name, pattern in record_doors().items()
    }


def test_each_page_opens_and_no_form_and_no_file(world):
    assert set(statuses(world, "get").values()) <= {404, 405}
    with time_machine.travel(timezone.now(), tick=False):
        an_opening(world.case, world.people["stranger"])

        found = statuses(world, "get")

    assert {name for name, status in found.items() if status == 200} - {"clinic:draft"} == PAGES
    assert {found[name] for name in record_doors() if DOORS[name].taken} == {403}
    assert {status for name, status in found.items() if name not in PAGES} <= {200, 403, 405}


LINKED = re.compile(r'href="(/[^"#?]*)')


@pytest.mark.parametrize("name", sorted(PAGES - {"clinic:patient", "clinic:changes"}))
def test_no_page_leads_who_only_reads_to_what_is_refused(world, name):
    an_opening(world.case, world.people["stranger"])
    browser = a_browser(world, "stranger")
    page = browser.get(where(world, name, record_doors()[name])).content.decode()

    assert "data-print" not in page
    record = [at for at in set(LINKED.findall(page)) if str(world.case.pk) in at or str(world.case.patient_id) in at]
    assert record and {at: browser.get(at).status_code for at in record} == dict.fromkeys(record, 200)


@pytest.mark.parametrize("at", ["clinic:intake", "triage:screening", "rehab:close", "rehab:plan_handout"])
def test_who_only_reads_is_told_that_it_is_so(world, at):
    an_opening(world.case, world.people["stranger"])
    answer = a_browser(world, "stranger").get(where(world, at, record_doors()[at]))

    assert answer.status_code == 403
    assert "You read this record by break-glass" in answer.content.decode()


@pytest.mark.parametrize("at", ["clinic:today", "clinic:find"])
def test_the_way_back_stands_there_while_it_is_open(browser, stranger, case, at):
    opening = an_opening(case, stranger)
    way, until = reverse("clinic:patient", args=[case.patient_id]), timezone.localtime(opening.expires)

    page = browser.get(reverse(at)).content.decode()
    assert f"still open until {until:%H:%M}" in page and way in page
    glass.end_glass(opening=opening, by=stranger, at=timezone.now())
    assert way not in browser.get(reverse(at)).content.decode()


def test_it_closes_at_its_end_and_not_before(world):
    start = timezone.now().replace(microsecond=0)
    with time_machine.travel(start, tick=False):
        opening = an_opening(world.case, world.people["stranger"])
    with time_machine.travel(opening.expires - datetime.timedelta(seconds=1), tick=False):
        assert {statuses(world, "get")[name] for name in PAGES} == {200}
    with time_machine.travel(opening.expires, tick=False):
        assert {statuses(world, "get")[name] for name in PAGES} == {404}


def test_every_form_is_refused_and_writes_nothing(world):
    an_opening(world.case, world.people["stranger"])
    browser = a_browser(world, "stranger")
    before = tables()
    papers = {"patient": str(world.case.patient_id), "version": str(world.case.version)}
    papers |= {"text": "x", "side": "right", "kind": "care", "email": "a@example.org", "to": "x", "reason": "x"}

    found = statuses(world, "post", (papers,), browser)

    assert set(found.values()) <= {403, 405}
    only_read = {name for name, status in found.items() if status == 405}
    assert only_read <= PAGES | {name for name in record_doors() if DOORS[name].taken}
    assert tables() == before


def test_what_is_asked_of_who_may_do_it_stays_no(stranger, case):
    an_opening(case, stranger)
    person = again(stranger)

    assert access.may_see(person, case) and access.may_read(person, case)
    for may in (access.may_record, access.may_log, access.may_sign, access.may_lead):
        assert not may(person, case), may.__name__
    assert not access.may_hand_out(person, case.patient)
    for owner in Task.Owner:
        assert not access.may_answer(person, Task(case=case, owner=owner))


def test_no_list_and_no_task_shows_the_runner(world):
    an_opening(world.case, world.people["stranger"])
    browser, name = a_browser(world, "stranger"), world.case.patient.surname

    for at in (reverse("clinic:today"), reverse("clinic:find"), reverse("admin:clinic_patient_changelist")):
        assert name not in browser.get(at).content.decode()
    assert browser.get(reverse("admin:clinic_case_change", args=[world.case.pk])).status_code in (302, 404)
    assert browser.get(reverse("clinic:task_done", args=[world.alarm.pk])).status_code == 404


def test_a_case_that_waits_by_itself_stands_on_no_other_clinics_list(browser, lead, stranger, case):
    glass.see_glass(opening=an_opening(case, stranger), by=lead, at=timezone.now())  # no alarm brings it up any more

    assert page_of(browser, case) == 200
    assert case.patient.surname not in browser.get(reverse("clinic:today")).content.decode()


def page_of(browser, case):
    return browser.get(reverse("clinic:case", args=[case.pk])).status_code


def test_it_ends_when_its_reader_ends_it(browser, stranger, case):
    opening = an_opening(case, stranger)
    page = browser.get(reverse("clinic:case", args=[case.pk])).content.decode()
    assert "Opened by break-glass until" in page

    browser.post(reverse("clinic:glass_end", args=[opening.pk]))
    browser.post(reverse("clinic:glass_end", args=[opening.pk]))

    assert page_of(browser, case) == 404
    opening.refresh_from_db()
    assert opening.ended_by == stranger


def test_it_ends_with_the_role_it_was_opened_by(browser, stranger, case):
    an_opening(case, stranger)
    assert page_of(browser, case) == 200
    other = factories.ClinicFactory()
    stranger.memberships.update(ended_on=timezone.localdate())
    stranger.memberships.create(clinic=other, role="clinician")
    browser.force_login(again(stranger))

    assert page_of(browser, case) == 404


def test_it_opens_one_runner_to_one_person(at_work, stranger, case, clinic):
    an_opening(case, stranger)
    other = factories.CaseFactory(patient__clinic=clinic)
    colleague = factories.member(stranger.memberships.get().clinic, "lead")

    assert page_of(at_work(stranger), other) == 404
    assert page_of(at_work(colleague), case) == 404


def test_pages_of_ones_own_clinic_say_nothing_of_glass(at_work, clinician, case, stranger):
    an_opening(case, stranger)
    assert (
        "Opened by break-glass" not in at_work(clinician).get(reverse("clinic:case", args=[case.pk])).content.decode()
    )


# --- On record ---------------------------------------------------------------------------------


def test_each_page_stands_in_the_chain_of_the_runners_clinic_with_its_purpose(browser, stranger, case):
    opened(browser, stranger)
    for name in ("clinic:case", "triage:decision"):
        browser.get(reverse(name, args=[case.pk]))

    lines = AuditEvent.objects.filter(chain=case.clinic_id, person=stranger.pk).order_by("number")
    assert [(row.kind, row.act, row.why, row.role) for row in lines] == [
        (Kind.WRITE, "break_glass", Why.BREAK_GLASS, "elsewhere"),
        (Kind.READ, "clinic:case", Why.BREAK_GLASS, "elsewhere"),
        (Kind.READ, "triage:decision", Why.BREAK_GLASS, "elsewhere"),
    ]
    assert WHY["words"] not in str([row.about for row in lines])


def test_where_the_audit_cannot_be_written_nothing_opens(browser, stranger, case, monkeypatch):
    def broken(*args):
        raise DatabaseError("the audit is gone")

    monkeypatch.setattr(audit, "_append", broken)
    assert opened(browser, stranger).status_code == 503
    assert not BreakGlass.objects.exists() and not Task.objects.filter(code=glass.ALARM).exists()


def test_a_failed_try_that_cannot_be_put_on_record_says_nothing(browser, stranger, case, monkeypatch):
    def broken(*args):
        raise DatabaseError("the audit is gone")

    monkeypatch.setattr(audit, "_append", broken)
    assert opened(browser, stranger, surname="Nobody").status_code == 503


# --- The alarm ---------------------------------------------------------------------------------


def test_the_lead_is_alarmed_without_a_name(lead, stranger, case, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        an_opening(case, stranger)

    task = Task.objects.get(code=glass.ALARM)
    assert (task.case, task.owner, task.is_alarm) == (case, "lead", True)
    (sent,) = mail.outbox
    assert sent.to == [lead.email]
    for word in (case.patient.surname, case.patient.given_name, stranger.name, WHY["words"]):
        assert word not in sent.subject + sent.body + task.text


def test_it_rings_until_a_lead_has_seen_it(at_work, lead, clinician, stranger, case):
    opening = an_opening(case, stranger)
    seen = reverse("clinic:glass_seen", args=[opening.pk])
    task = Task.objects.get(code=glass.ALARM)

    assert at_work(clinician).post(seen).status_code == 404
    papers = {"patient": case.patient_id}
    assert at_work(clinician).post(reverse("clinic:task_seen", args=[task.pk]), papers).status_code == 403
    assert deliver(timezone.now() + datetime.timedelta(hours=1)) == 1

    page = at_work(lead).get(reverse("clinic:glass_opened")).content.decode()
    assert WHY["words"] in page and stranger.name in page and case.patient.surname in page
    at_work(lead).post(seen)
    at_work(lead).post(seen)

    opening.refresh_from_db()
    assert opening.seen_by == lead
    assert not Task.objects.open().filter(code=glass.ALARM).exists()
    assert deliver(timezone.now() + datetime.timedelta(hours=5)) == 0


def test_it_rings_on_while_another_opening_is_unseen(lead, stranger, case):
    first = an_opening(case, stranger)
    second = an_opening(case, factories.member(factories.ClinicFactory(), "lead"))

    glass.see_glass(opening=first, by=lead, at=timezone.now())
    assert Task.objects.open().filter(code=glass.ALARM).exists()
    glass.see_glass(opening=second, by=lead, at=timezone.now())
    assert not Task.objects.open().filter(code=glass.ALARM).exists()


def test_the_lead_of_another_clinic_neither_lists_nor_sees_nor_ends_it(at_work, stranger, case):
    opening = an_opening(case, stranger)
    other = at_work(factories.member(factories.ClinicFactory(), "lead"))

    assert case.patient.surname not in other.get(reverse("clinic:glass_opened")).content.decode()
    for name in ("clinic:glass_seen", "clinic:glass_end"):
        assert other.post(reverse(name, args=[opening.pk])).status_code == 404
    opening.refresh_from_db()
    assert (opening.seen_at, opening.ended_at) == (None, None)


def test_who_opened_it_as_a_lead_elsewhere_does_not_see_to_it_themself(at_work, case):
    reader = factories.member(factories.ClinicFactory(), "lead")
    opening = an_opening(case, reader)

    assert at_work(reader).post(reverse("clinic:glass_seen", args=[opening.pk])).status_code == 403


def test_a_lead_ends_it_for_the_reader(at_work, lead, stranger, case):
    opening = an_opening(case, stranger)
    at_work(lead).post(reverse("clinic:glass_end", args=[opening.pk]))

    assert page_of(at_work(stranger), case) == 404


def test_a_clock_that_was_set_back_keeps_nobody_from_ending_and_seeing_it(lead, stranger, case):
    opening = an_opening(case, stranger)
    before = opening.opened_at - datetime.timedelta(minutes=30)
    glass.end_glass(opening=opening, by=stranger, at=before)
    glass.see_glass(opening=opening, by=lead, at=before)

    opening.refresh_from_db()
    assert opening.ended_at == opening.seen_at == opening.opened_at + datetime.timedelta(microseconds=1)
    assert not Task.objects.open().filter(code=glass.ALARM).exists()


def test_the_list_goes_page_by_page(at_work, lead, stranger, case, monkeypatch):
    monkeypatch.setattr(glass, "PAGE", 2)
    now, place = timezone.now(), stranger.memberships.get().clinic
    for days in range(1, 6):
        at = now - datetime.timedelta(days=days // 2)  # some of the same moment
        told = WHY | {"from_clinic": place}
        glass.break_glass(patient=case.patient, **told, by=stranger, at=at)
    browser, at, seen = at_work(lead), reverse("clinic:glass_opened"), []
    while at:
        page = browser.get(at)
        seen += [one["row"].pk for one in page.context["rows"]]
        at = page.context["next_page"] and reverse("clinic:glass_opened") + page.context["next_page"]
    assert sorted(seen) == sorted(BreakGlass.objects.values_list("pk", flat=True)) and len(seen) == 5


# --- The runner --------------------------------------------------------------------------------


def test_the_runner_sees_who_from_where_and_why(browser, at_work, stranger, case):
    opened(browser, stranger)
    browser.get(reverse("clinic:case", args=[case.pk]))
    at_home = at_work(case.patient.person)

    assert "Your record was opened from another clinic" in at_home.get(reverse("rehab:my_today")).content.decode()
    page = at_home.get(reverse("rehab:my_readers")).content.decode()
    assert stranger.name in page and stranger.memberships.get().clinic.name in page and "an emergency" in page


def test_after_a_fortnight_the_page_of_today_is_as_ever(stranger, case):
    an_opening(case, stranger)
    now = timezone.now()
    assert glass.lately_opened(case.patient, now + datetime.timedelta(days=13))
    assert not glass.lately_opened(case.patient, now + datetime.timedelta(days=15))


def test_what_is_handed_out_names_who_opened_it_and_where(stranger, case):
    an_opening(case, stranger)
    table = next(one for one in exported_tables() if one.label == "clinic.BreakGlass")
    (row,) = [told(table, row, Names(case.patient)) for row in table.rows(case.patient)]

    assert row["opened_by"] == {"name": stranger.name, "role": "clinician"}
    assert (row["from_clinic"], row["words"]) == (stranger.memberships.get().clinic.name, WHY["words"])


# --- In the database ---------------------------------------------------------------------------


def refused(change):
    """Return whether the database refuses a change."""
    try:
        with transaction.atomic():
            change()
    except IntegrityError:
        return True
    return False


def test_the_database_keeps_an_opening_as_it_was(stranger, case):
    opening = an_opening(case, stranger)
    rows, later = BreakGlass.objects.filter(pk=opening.pk), opening.opened_at + datetime.timedelta(minutes=5)

    for column, value in {"words": "other", "reason": "other", "expires": later, "opened_by": case.opened_by}.items():
        assert refused(lambda column=column, value=value: rows.update(**{column: value})), column
    assert refused(lambda: rows.delete())
    rows.update(ended_at=later, ended_by=stranger, seen_at=later, seen_by=stranger)
    assert refused(lambda: rows.update(ended_at=None, ended_by=None))
    assert refused(lambda: rows.update(seen_at=None, seen_by=None))


def row_of(case, by, **fields):
    """Return a row that nobody's action made."""
    now = timezone.now()
    told = {"clinic": case.clinic, "patient": case.patient, "opened_by": by, "opened_at": now, "reason": "other"}
    told |= {"from_clinic": by.memberships.get().clinic, "words": "x", "expires": now + datetime.timedelta(minutes=60)}
    return BreakGlass(**told | fields)


def test_the_database_refuses_what_no_form_would_send(stranger, case, clinic):
    now = timezone.now()
    for fields in (
        {"expires": now + datetime.timedelta(minutes=61)},
        {"expires": now - datetime.timedelta(minutes=1)},
        {"words": ""},
        {"reason": "curious"},
        {"from_clinic": clinic},
        {"clinic": factories.ClinicFactory()},
    ):
        assert refused(row_of(case, stranger, **fields).save), fields
    assert not refused(row_of(case, stranger).save)
