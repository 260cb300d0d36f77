"""What a page may ask of the database, at any size: a few questions, by key, and never a count of a table.

Every question is counted, those for the session and the person too.
"""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinic.models import Case, CaseEvent
from rehab.models import Plan
from tests import factories
from tests.rehab.conftest import (
    a_diagnosis,
    a_plan,
    a_screening,
    a_signature,
    an_item,
    catalogue,  # noqa: F401
    in_force,
    open_case,  # noqa: F401
)

pytestmark = pytest.mark.django_db
LIST, CASE, PLAN = 6, 15, 10
LIST_KB, BUSY_KB, PAGE_KB = 18, 48, 30  # a list, a list with two tasks a runner, a page
EVENTS, SCREENINGS, ITEMS, PLANS = 300, 50, 60, 12


def asked(browser, address, **more):
    """Return (what the page asked, the page)."""
    browser.get(address, **more)  # the first call may fill what a process keeps
    with CaptureQueriesContext(connection) as queries:
        page = browser.get(address, **more)
    assert page.status_code == 200
    return [query["sql"].upper() for query in queries.captured_queries], page


def lists_of(clinic, by, size):
    """Put runners with an open case each on the clinic's lists."""
    for _ in range(size):
        factories.CaseFactory(patient__clinic=clinic, patient__person=None, patient__surname="Soria", opened_by=by)


def grown(case, by):
    """Give a case a long life: hundreds of lines, dozens of screenings, answered items, and replaced plans."""
    now, most = timezone.now(), case.events.count()
    CaseEvent.objects.bulk_create(
        CaseEvent(case=case, version=most + n, at=now, by=by, kind="note", text=f"note {n}") for n in range(1, EVENTS)
    )
    for days in range(SCREENINGS):
        a_screening(case, by, completed_at=now - timedelta(days=days, hours=1))
    told = {"opened_at": now - timedelta(days=9), "closed_at": now, "closed_by": by, "outcome_text": "Seen"}
    for n in range(ITEMS):
        if n % 2:
            an_item(case, by, "D", row="RF-INF", outcome="excluded", **told)
        else:
            a_signature(an_item(case, by, "U", row="RF-CECS"), by, "may_load")
    for _ in range(PLANS):
        a_diagnosis(case, by)
        plan = in_force(a_plan(case, by), by)
        Plan.objects.filter(pk=plan.pk).update(replaced_at=timezone.now(), replaced_by=by)
    in_force(a_plan(case, by), by)
    a_plan(case, by)


@pytest.mark.parametrize("size", [3, 60])
@pytest.mark.parametrize("page", ["today", "find", "find by name", "find by birth date", "second page"])
def test_a_list_asks_at_most_6_questions(size, page, clinic, clinician, at_work):
    lists_of(clinic, clinician, size)
    browser = at_work(clinician)
    addresses = {
        "today": reverse("clinic:today"),
        "find": reverse("clinic:find"),
        "find by name": browser.post(reverse("clinic:find"), {"name": "sor"}).url,
        "find by birth date": browser.post(reverse("clinic:find"), {"born": "1991-05-17"}).url,
        "second page": reverse("clinic:today"),
    }
    address = addresses[page]
    if page == "second page":
        address += browser.get(address).context["next_page"] or ""
    questions, answer = asked(browser, address)

    assert len(questions) <= LIST
    assert not [sql for sql in questions if "COUNT(" in sql or "OFFSET" in sql]
    assert len(answer.content) <= LIST_KB * 1024


def test_a_list_full_of_tasks_asks_at_most_8_questions_and_none_more_for_more(clinic, clinician, at_work):
    browser, counts = at_work(clinician), []
    for size in (2, 60):
        lists_of(clinic, clinician, size)
        for case in Case.objects.filter(tasks__isnull=True):
            factories.a_task(case, clinician, "red_session")
            factories.a_task(case, clinician, "no_log")
        Case.objects.update(attention=4)  # the triage's own words are asked for too
        for kind in ("", "?kind=red", "?kind=outcome"):
            questions, page = asked(browser, reverse("clinic:today") + kind)
            assert len(page.content) <= BUSY_KB * 1024
            counts.append(len(questions))

    assert counts[:3] == counts[3:] and max(counts) <= 8


def test_a_list_asks_as_much_for_sixty_as_for_three(clinic, clinician, at_work):
    browser, counts = at_work(clinician), []
    for size in (3, 57):
        lists_of(clinic, clinician, size)
        counts.append(len(asked(browser, reverse("clinic:today"))[0]))

    assert counts[0] == counts[1]


PAGES = {
    "case": ("clinic:case", CASE),
    "plan": ("rehab:plan", PLAN),
    "signed plan": ("rehab:signed", PLAN),
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("life", ["short", "long"])
def test_a_page_asks_few_questions_however_long_the_story(page, life, open_case, clinician, at_work):  # noqa: F811
    if life == "long":
        grown(open_case, clinician)
    else:
        in_force(a_plan(open_case, clinician), clinician)
        a_plan(open_case, clinician)
    route, bound = PAGES[page]
    questions, answer = asked(at_work(clinician), reverse(route, args=[open_case.pk]))

    assert len(questions) <= bound
    assert not [sql for sql in questions if "OFFSET" in sql]
    assert len(answer.content) <= PAGE_KB * 1024


@pytest.mark.parametrize("page", PAGES)
def test_a_long_story_asks_no_more_than_a_short_one(page, open_case, clinician, at_work):  # noqa: F811
    browser, address = at_work(clinician), reverse(PAGES[page][0], args=[open_case.pk])
    an_item(open_case, clinician, "U", row="RF-CECS")
    a_signature(open_case.red_flag_items.get(), clinician, "may_load")
    in_force(a_plan(open_case, clinician), clinician)
    short = len(asked(browser, address)[0])
    Plan.objects.update(replaced_at=timezone.now(), replaced_by=clinician)
    grown(open_case, clinician)

    assert len(asked(browser, address)[0]) <= short + 1  # the draft's items, where there was none


def test_one_amended_entry_or_many_cost_one_question_more(open_case, clinician, at_work):  # noqa: F811
    grown(open_case, clinician)
    browser, address, counts = at_work(clinician), reverse("clinic:case", args=[open_case.pk]), []
    entries = list(open_case.events.filter(kind="note").order_by("-version")[:10])
    for amended in (0, 1, 10):
        for entry in entries[:amended]:
            open_case.amendments.create(entry=entry, text="left", reason="typed wrong", at=timezone.now(), by=clinician)
        counts.append(len(asked(browser, address)[0]))

    assert [count - counts[0] for count in counts] == [0, 1, 1]


def test_older_lines_of_a_long_story_come_by_key(open_case, clinician, at_work):  # noqa: F811
    grown(open_case, clinician)
    address = reverse("clinic:case", args=[open_case.pk])
    questions, answer = asked(at_work(clinician), f"{address}?before=120", headers={"HX-Request": "true"})

    assert "note 118<" in answer.content.decode() and "note 119<" not in answer.content.decode()
    assert len(questions) <= LIST
    assert not [sql for sql in questions if "OFFSET" in sql]
