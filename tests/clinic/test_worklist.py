"""Who needs somebody today: the order, each runner once, the filter, and what is said about a task."""

import datetime
import random

import pytest
from django.db import Error, transaction
from django.urls import reverse
from django.utils import timezone

from clinic import glass
from clinic.models import Case, Task
from clinic.pages import due_words, span
from clinic.worklist import KINDS, worklist
from rehab.knowledge import rehab_knowledge
from tests import factories

pytestmark = pytest.mark.django_db
NOW = timezone.now()
TODAY = "clinic:today"


def hours(many):
    """A moment so many hours from now."""
    return NOW + datetime.timedelta(hours=many)


def a_case(clinic, by, surname, attention=0, **fields):
    """An open case that the list names by its surname."""
    return factories.CaseFactory(
        patient__clinic=clinic, patient__person=None, patient__surname=surname, opened_by=by, attention=attention,
        **fields,
    )  # fmt: skip


def names(person, **asked):
    """The surnames on the first page."""
    return [row.case.surname for row in worklist(person, **asked)[0]]


def whole(person, **asked):
    """Every row of every page."""
    rows, after = [], None
    while True:
        page, after = worklist(person, after=after, **asked)
        rows += page
        if after is None:
            return rows


def test_the_most_urgent_stands_first(clinic, clinician):
    def task(surname, *, attention=0, **fields):
        return factories.a_task(a_case(clinic, clinician, surname, attention), clinician, **fields)

    task("No log", code="no_log", due=hours(30))
    task("RED", due=hours(20))
    task("Same day", code="worse_beyond_chance", level="D", due=hours(5))
    task("Emergency", code="hospital", level="E", due=hours(40))
    task("Seen", is_alarm=True, seen_at=NOW, seen_by=clinician, due=hours(0))
    task("Unseen", is_alarm=True, level="D", due=hours(50))
    for surname, attention in (("In hospital", 5), ("Clot?", 4), ("To screen", 3), ("Refer", 2), ("Next", 1)):
        a_case(clinic, clinician, surname, attention)
    a_case(clinic, clinician, "Calm")

    assert names(clinician) == [
        *("Unseen", "Seen", "Emergency", "In hospital", "Same day", "Clot?", "RED", "No log"),
        *("To screen", "Refer", "Next", "Calm"),
    ]


def test_what_is_due_stands_by_its_kind_and_then_by_its_moment(clinic, clinician):
    wanted = [
        *("sign_plan", "red_session", "two_amber", "no_improvement", "first_review", "no_log", "reassess_failed"),
        "letter",
    ]
    for place, code in enumerate(reversed(wanted)):
        for moment in (place - 20, place - 30):  # what is less urgent is due sooner
            case = a_case(clinic, clinician, f"{code} {moment}")
            factories.a_task(case, clinician, code, level="U" if code == "no_improvement" else "", due=hours(moment))

    found = names(clinician)

    assert [name.split()[0] for name in found] == [code for code in wanted for _ in range(2)]
    moments = [int(name.split()[1]) for name in found]
    assert all(first < second for first, second in zip(moments[::2], moments[1::2], strict=True))


def test_a_kind_that_is_as_grave_as_an_emergency_is_ranked_by_its_moment_alone(clinic, clinician):
    for surname, code, due in (("Late", "sign_plan", 9), ("Soon", "letter", 1)):
        factories.a_task(a_case(clinic, clinician, surname), clinician, code, level="D", due=hours(due))
    assert names(clinician) == ["Soon", "Late"]


def test_a_runner_stands_once_at_what_is_most_urgent_with_all_that_is_open(clinic, clinician):
    case = a_case(clinic, clinician, "Busy", attention=2)
    factories.a_task(case, clinician, "no_log", due=hours(2))
    red = factories.a_task(case, clinician, "red_session", due=hours(1))
    done = factories.a_task(case, clinician, "two_amber", due=hours(-1))
    factories.a_task(case, clinician, "morning", owner="runner", due=hours(-2))
    Task.objects.filter(pk=done.pk).update(done_at=timezone.now(), done_by=clinician, done_text="called")
    grave = a_case(clinic, clinician, "Grave", attention=5)
    factories.a_task(grave, clinician, "red_session")

    rows = worklist(clinician)[0]

    assert [row.case.surname for row in rows] == ["Grave", "Busy"]
    assert rows[0].lead is None and [task.code for task in rows[0].tasks] == ["red_session"]
    assert rows[1].lead.pk == red.pk and [task.code for task in rows[1].tasks] == ["red_session", "no_log"]


def test_pages_skip_nobody_and_name_nobody_twice(clinic, clinician):
    dice, same = random.Random(3), timezone.now()
    for number in range(170):
        case = a_case(clinic, clinician, f"S{number}", dice.randrange(6), opened_at=same)
        for code in dice.sample(["red_session", "no_log", "two_amber", "alarm", "d"], dice.choice([0, 0, 1, 2, 3])):
            told = {"is_alarm": True} if code == "alarm" else {"level": "D"} if code == "d" else {}
            factories.a_task(case, clinician, code, due=dice.choice([hours(3), hours(-3), same]), **told)

    rows = whole(clinician)

    assert len(rows) == len({row.case.pk for row in rows}) == 170
    keys = [(-row.urgency, *row.key[1:]) for row in rows]
    assert keys == sorted(keys)
    for row in rows:
        most = max([task.urgency for task in row.tasks] + [row.case.attention])
        assert row.urgency == most


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_pages_through_its_own_and_nobody_twice(kind, clinic, clinician):
    codes = [alert.code for alert in rehab_knowledge().progress.alerts.values()] + ["sign_plan", "step_offer"]
    for number in range(120):
        case = a_case(clinic, clinician, f"S{number}", number % 6)
        factories.a_task(case, clinician, codes[number % len(codes)], level=["", "D", "U"][number % 3])

    rows = whole(clinician, kind=kind)
    belongs = Case.objects.none()
    if KINDS[kind].tasks is not None:
        belongs |= Case.objects.filter(pk__in=Task.objects.filter(KINDS[kind].tasks).values("case"))
    if KINDS[kind].cases is not None:
        belongs |= Case.objects.filter(KINDS[kind].cases)

    assert sorted(row.case.pk for row in rows) == sorted(case.pk for case in belongs)


def test_every_alert_of_the_knowledge_is_found_under_some_kind(clinic, clinician):
    case = a_case(clinic, clinician, "One")
    lost = []
    for alert in rehab_knowledge().progress.alerts.values():
        task = factories.a_task(case, clinician, alert.code, level=alert.level or "", is_alarm=alert.due == "immediate")
        found = [
            kind for kind in KINDS.values() if kind.tasks is not None and Task.objects.filter(kind.tasks, pk=task.pk)
        ]
        lost += [] if found else [alert.code]

    assert lost == []


def test_the_list_stays_in_the_clinic_and_leaves_closed_cases_out(clinic, clinician, stranger):
    case = a_case(clinic, clinician, "Closed", 5)
    factories.a_task(case, clinician, is_alarm=True)
    assert names(stranger) == [] and names(clinician) == ["Closed"]

    Case.objects.filter(pk=case.pk).update(
        closed_at=timezone.now(), closed_by=clinician, closed_because="well", outcome="other"
    )
    assert names(clinician) == []


def test_a_task_is_of_the_clinic_of_its_case_and_the_database_holds_to_it(case, clinician, stranger):
    elsewhere = stranger.memberships.get().clinic
    task = factories.a_task(case, clinician)
    assert task.clinic_id == case.clinic_id
    wrong = Task(case=case, clinic=elsewhere, code="x", text="x", due=NOW, opened_at=NOW, opened_by=clinician)
    with pytest.raises(Error, match="another clinic"), transaction.atomic():
        Task.objects.bulk_create([wrong])
    with pytest.raises(Error, match="stays what it was"), transaction.atomic():
        Task.objects.filter(pk=task.pk).update(clinic=elsewhere)


# --- The page ------------------------------------------------------------------------------------


def test_the_filter_is_in_the_address_and_stays_with_every_button(case, clinician, at_work):
    alarm = factories.a_task(case, clinician, is_alarm=True)
    browser = at_work(clinician)
    page = browser.get(reverse(TODAY), {"kind": "alarms"}).content.decode()

    assert 'aria-current="true">Alarms<' in page
    assert f"{reverse('clinic:task_seen', args=[alarm.pk])}?kind=alarms" in page
    seen = browser.post(reverse("clinic:task_seen", args=[alarm.pk]) + "?kind=alarms", {"patient": case.patient_id})
    assert seen["Location"] == reverse(TODAY) + "?kind=alarms"
    assert "Nobody of this kind" in browser.get(reverse(TODAY), {"kind": "quiet"}).content.decode()
    assert browser.get(reverse(TODAY), {"kind": "nonsense"}).status_code == 200


def test_seen_stops_the_ringing_and_the_alarm_stays_until_it_is_done(case, clinician, at_work):
    alarm = factories.a_task(case, clinician, is_alarm=True, text="Swollen and warm")
    browser, papers = at_work(clinician), {"patient": case.patient_id}
    assert "alarm, not seen" in browser.get(reverse(TODAY)).content.decode()

    page = browser.post(reverse("clinic:task_seen", args=[alarm.pk]), papers, follow=True).content.decode()
    alarm.refresh_from_db()
    assert alarm.seen_by == clinician and "alarm, seen" in page and f"seen by {clinician.name}" in page

    at = reverse("clinic:task_done", args=[alarm.pk])
    empty = browser.post(at, papers | {"text": " "})
    assert empty.status_code == 422 and Task.objects.open().count() == 1
    page = browser.post(at, papers | {"text": "Sent to hospital"}, follow=True).content.decode()
    alarm.refresh_from_db()
    assert (alarm.done_text, alarm.done_by) == ("Sent to hospital", clinician)
    assert "Swollen and warm" not in page


def test_what_somebody_else_has_done_is_a_conflict_and_shows_what_was_typed(case, clinician, lead, at_work):
    task = factories.a_task(case, clinician)
    Task.objects.filter(pk=task.pk).update(done_at=timezone.now(), done_by=lead, done_text="Called")
    answer = at_work(clinician).post(
        reverse("clinic:task_done", args=[task.pk]), {"patient": case.patient_id, "text": "Written by me"}
    )
    task.refresh_from_db()
    page = at_work(clinician).get(reverse("clinic:task_done", args=[task.pk]), follow=True).content.decode()

    assert answer.status_code == 409 and "Written by me" in answer.content.decode()
    assert "This is done already: Called" in page
    assert (task.done_by, task.done_text) == (lead, "Called")


@pytest.mark.parametrize("door", ["clinic:task_seen", "clinic:task_done"])
@pytest.mark.parametrize("papers", [{}, {"patient": "00000000-0000-7000-8000-000000000000"}, {"patient": "x"}])
def test_a_task_form_with_false_papers_is_a_conflict(door, papers, case, clinician, at_work):
    task = factories.a_task(case, clinician, is_alarm=True)
    before = Task.objects.values().get()
    answer = at_work(clinician).post(reverse(door, args=[task.pk]), papers | {"text": "done"})

    assert (answer.status_code, Task.objects.values().get()) == (409, before), task


@pytest.mark.parametrize(
    ("owner", "who", "status"),
    [
        ("clinician", "assistant", 403),
        ("clinician", "lead", 302),
        ("assistant", "assistant", 302),
        ("runner", "clinician", 302),
        ("assistant", "clinician", 302),
        ("clinician", "stranger", 404),
        ("clinician", "administrator", 404),
    ],
)
def test_who_may_answer_a_task(owner, who, status, case, clinician, at_work, request):
    task = factories.a_task(case, clinician, owner=owner)
    browser = at_work(request.getfixturevalue(who))
    said = {"patient": case.patient_id, "text": "done"}

    assert browser.post(reverse("clinic:task_done", args=[task.pk]), said).status_code == status
    assert Task.objects.open().exists() is (status != 302)


def test_an_emergency_without_an_outcome_says_for_how_long(clinic, clinician, at_work):
    from tests.rehab.conftest import a_screening, an_item

    case = a_case(clinic, clinician, "Grave", 5)
    a_screening(case, clinician)
    an_item(case, clinician, "E", opened_at=timezone.now() - datetime.timedelta(hours=3, minutes=2))
    page = at_work(clinician).get(reverse(TODAY)).content.decode()

    assert "no outcome for 3 hours, overdue" in page


def test_an_emergency_is_overdue_although_a_same_day_item_was_opened_with_it(clinic, clinician, at_work):
    from tests.rehab.conftest import a_screening, an_item

    case = a_case(clinic, clinician, "Grave", 5)
    a_screening(case, clinician)
    for level, row, minutes in (("D", "RF-INF", 9), ("E", "RF-DVT", 8)):
        an_item(case, clinician, level, row=row, opened_at=timezone.now() - datetime.timedelta(minutes=minutes))
    page = at_work(clinician).get(reverse(TODAY)).content.decode()

    assert "no outcome for 9 minutes, overdue" in page


def test_the_button_of_the_row_stands_beside_it_whatever_else_is_open(clinic, clinician, at_work):
    case = a_case(clinic, clinician, "Busy")
    factories.a_task(case, clinician, "red_session", text="The other one")
    lead = factories.a_task(case, clinician, "no_log", text="The row's own")
    page = at_work(clinician).get(reverse(TODAY), {"kind": "quiet"}).content.decode()

    assert page.index(reverse("clinic:task_done", args=[lead.pk])) < page.index("The other one")


@pytest.mark.parametrize(("level", "tag"), [("E", "emergency"), ("D", "same day"), ("U", ""), ("", "")])
def test_whatever_is_late_says_by_how_much(level, tag, clinic, clinician, at_work):
    task = factories.a_task(a_case(clinic, clinician, "Late"), clinician, "worse_beyond_chance", level=level)
    for due, late in ((hours(-3), "overdue by 3 hours"), (hours(3), "")):
        Task.objects.filter(pk=task.pk).update(due=due)
        page = at_work(clinician).get(reverse(TODAY)).content.decode()
        said = page.split('<span class="tag">')[1].split("<")[0]
        assert said.startswith(tag) and said.endswith(late) and ("overdue" in said) is bool(late)


@pytest.mark.parametrize(
    ("ago", "words"),
    [
        ({"seconds": 30}, "a moment"),
        ({"minutes": 1}, "1 minute"),
        ({"minutes": 59}, "59 minutes"),
        ({"minutes": 60}, "1 hour"),
        ({"hours": 47}, "47 hours"),
        ({"days": 2}, "2 days"),
        ({"days": 9, "hours": 23}, "9 days"),
    ],
)
def test_a_span_is_said_as_a_person_would(ago, words):
    assert span(NOW - datetime.timedelta(**ago), NOW) == words


def test_a_due_moment_is_said_as_a_person_would():
    noon = timezone.make_aware(datetime.datetime(2026, 3, 4, 12))
    said = {
        datetime.timedelta(hours=2): "by 14:00 today",
        datetime.timedelta(hours=12): "by the end of today",
        datetime.timedelta(days=1): "by tomorrow",
        datetime.timedelta(hours=36): "by tomorrow",
        datetime.timedelta(days=2): "by Fri 6 Mar",
        datetime.timedelta(hours=60): "by Fri 6 Mar",
        datetime.timedelta(hours=-5): "overdue by 5 hours",
        datetime.timedelta(0): "due now",
    }
    assert {delta: due_words(noon + delta, noon) for delta in said} == said


def page_of(case, browser):
    """The runner's own page."""
    return browser.get(reverse("clinic:patient", args=[case.patient_id])).content.decode()


def test_the_page_of_a_runner_says_what_waits_as_the_list_says_it(clinic, clinician, at_work):
    late = a_case(clinic, clinician, "Late", side="left", next_step="Log the next session")
    factories.a_task(late, clinician, text="Look at the day 7 figures", due=hours(-5))
    calm = factories.CaseFactory(patient=late.patient, opened_by=clinician, attention=0, side="right")
    factories.a_task(calm, clinician, owner="runner", text="For the runner alone", due=hours(-9))
    listed, shown = at_work(clinician).get(reverse(TODAY)).content.decode(), page_of(late, at_work(clinician))
    for words in ("Look at the day 7 figures", "overdue by 5 hours"):
        assert words in listed and words in shown
    assert "overdue by 9 hours" not in shown and shown.count("nothing due") == 1


@pytest.mark.parametrize(("attention", "word"), [(2, "within two weeks"), (3, "not safe to start"), (5, "emergency")])
def test_no_task_and_no_broken_glass_hides_how_the_leg_stands(clinic, clinician, at_work, attention, word):
    case = a_case(clinic, clinician, "Grave", attention, next_step="Screen for danger")
    factories.a_task(case, clinician, text="Look at the day 7 figures", due=hours(30))
    stranger = factories.member(factories.ClinicFactory(), "clinician")
    told = {"reason": "emergency", "words": "Fell at the door", "from_clinic": stranger.memberships.get().clinic}
    glass.break_glass(patient=case.patient, **told, by=stranger, at=timezone.now())
    assert Task.objects.unheard().filter(case=case).exists()

    for reader, sees_tasks in ((clinician, True), (stranger, False)):
        page = page_of(case, at_work(reader))
        assert f'<span class="tag">{word}</span>' in page and "Screen for danger" in page
        assert "break-glass" not in page.partition("<main")[2]
        assert ("Look at the day 7 figures" in page) is sees_tasks


def test_who_reads_from_outside_is_not_told_that_nothing_is_due(clinic, clinician, at_work):
    """What waits is their clinic's: they see none of it, which is not the same as nothing."""
    case = a_case(clinic, clinician, "Calm", 0)
    stranger = factories.member(factories.ClinicFactory(), "clinician")
    told = {"reason": "emergency", "words": "Fell at the door", "from_clinic": stranger.memberships.get().clinic}
    assert "nothing due" in page_of(case, at_work(clinician))
    glass.break_glass(patient=case.patient, **told, by=stranger, at=timezone.now())
    assert "nothing due" not in page_of(case, at_work(stranger))


def test_a_danger_told_since_a_case_was_closed_stands_at_it(clinic, clinician, at_work):
    closed = a_case(
        clinic, clinician, "Closed", opened_at=hours(-48), closed_at=hours(-24), closed_by=clinician,
        closed_because="runs again", outcome="running",
    )  # fmt: skip
    factories.a_task(closed, clinician, is_alarm=True, level="E", text="Told since: short of breath", due=hours(-1))
    page = page_of(closed, at_work(clinician))
    assert "Told since: short of breath" in page and "runs again" in page
