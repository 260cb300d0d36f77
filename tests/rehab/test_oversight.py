"""How the product's answers fared: counted rule by rule for the lead of a clinic, and for nobody else."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from clinic.language import said
from rehab import actions
from rehab.knowledge import rehab_knowledge
from rehab.models import Exercise, StepOffer
from rehab.oversight import PARTS, Period, oversight
from tests import factories
from tests.rehab.conftest import a_diagnosis, a_screening, an_item
from tests.world import a_browser
from triage import actions as triage_actions
from triage.actions.diagnoses import place_of
from triage.models import Screening

pytestmark = pytest.mark.django_db
PAGE = "/figures/"
MOST_QUESTIONS = 18  # two or three a part, however many runners there are


def lately(clinic, days=30):
    """The period up to now."""
    now = timezone.now()
    return Period(clinic, now - timedelta(days=days), now + timedelta(days=1))


def part(clinic, kind, **asked):
    """The rows of one part as {name: numbers}, and its reasons in words."""
    found = oversight(lately(clinic, **asked), kind)
    rows = {name: numbers for one in found for name, numbers in one.rows}
    return rows, [reason.words for one in found for reason in one.reasons]


def test_diagnoses_by_cause_ranked_first_or_chosen_otherwise(clinic, ready_case, clinician, monkeypatch):
    for place, because in ((1, "said although it was first"), (2, "the scan says so")):
        monkeypatch.setattr("triage.actions.diagnoses.place_of", lambda cause, ranked, place=place: place)
        told = {"cause": "SOLEUS", "override_reason": because, "by": clinician, "at": timezone.now()}
        ready_case.refresh_from_db()
        triage_actions.record_diagnosis(case=ready_case, version=ready_case.version, **told)

    rows, reasons = part(clinic, "causes")
    assert rows["Soleus strain"] == [1, 1]
    assert "Soleus strain: the scan says so" in reasons and "although" not in " ".join(reasons)


@pytest.mark.parametrize(("ranked", "place"), [(["SOLEUS", "GASTROC"], 1), (["GASTROC", "SOLEUS"], 2), ([], 0)])
def test_the_place_of_a_cause_is_counted_from_one(ranked, place):
    assert place_of("SOLEUS", ranked) == place


def changed(draft, by):
    """Take one exercise out, replace one, give one in another dose, and add one; return their rules."""
    items = list(draft.items.order_by("position"))
    removed, replaced, dosed = items[:3]
    spare = Exercise.objects.exclude(pk__in=[item.exercise_id for item in items])
    case, now = draft.case, timezone.now()

    def told():
        case.refresh_from_db()
        return {"version": case.version, "by": by, "at": now}

    for item in items:
        item.plan.case = case
    allowed = []
    for exercise in spare:
        try:
            actions.add_item(plan=draft, exercise=exercise, side="both", reason="they like it", **told())
            allowed.append(exercise)
            break
        except actions.Refused:
            continue
    for exercise in spare.exclude(pk__in=[one.pk for one in allowed]):
        try:
            actions.replace_item(item=replaced, exercise=exercise, reason="no room", **told())
            break
        except actions.Refused:
            continue
    actions.remove_item(item=removed, reason="too much", **told())
    for sets in (2, 3):
        actions.change_dose(item=dosed, dose=dose_of(dosed, sets), **told())
    return [item.because[0]["rule"] for item in (removed, replaced, dosed)]


def dose_of(item, sets):
    """The dose of an item with another number of sets."""
    return {"start_level": item.start_level, "max_level": item.max_level, "sets": sets}


def test_exercises_by_the_rule_that_chose_them(clinic, rules_draft, clinician):
    removed, replaced, dosed = changed(rules_draft, clinician)
    case = rules_draft.case
    case.refresh_from_db()
    actions.sign_plan(plan=rules_draft, version=case.version, by=clinician, at=timezone.now())

    rows, reasons = part(clinic, "exercises")
    numbers = {name.rsplit("(", 1)[-1].rstrip(")"): counts for name, counts in rows.items()}
    assert sum(counts[1] for counts in numbers.values()) == 2 and numbers[removed][1] >= 1 and numbers[replaced][1] >= 1
    assert sum(counts[2] for counts in numbers.values()) == 1 and numbers[dosed][2] == 1  # twice changed, counted once
    assert sum(counts[0] for counts in numbers.values()) == rules_draft.items.count()
    assert numbers["CLINICIAN"][0] == 2  # what was added, and what came in another's place
    assert all(any(word in reason for reason in reasons) for word in ("too much", "no room", "they like it"))


def an_offer(case, by, rule, accepted=None, **more):
    """A step up that was offered, and how it ended."""
    now = timezone.now()
    ended = {} if accepted is None else {"accepted": accepted, "decided_at": now, "decided_by": by}
    told = {"stage": 1, "knowledge_version": "test", "knowledge_sha256": "0" * 64, "offered_at": now, "offered_by": by}
    return StepOffer.objects.create(case=case, rule=rule, **told, **ended, **more)


def test_steps_taken_and_declined_by_rule(clinic, case, clinician):
    an_offer(case, clinician, "stage_pass", accepted=True)
    an_offer(case, clinician, "stage_pass", accepted=False)  # newer logs took it back: nobody declined it
    offer = an_offer(case, clinician, "PR-A")
    told = {"version": case.version, "because": "sore on Sunday", "by": clinician, "at": timezone.now()}
    actions.decline_step(offer=offer, **told)

    rows, reasons = part(clinic, "steps")
    rule = f"{said(rehab_knowledge().rules['PR-A'].text)} (PR-A)"
    assert rows == {"the next stage of running (stage_pass)": [1, 0], rule: [0, 1]}
    assert len(reasons) == 1 and "sore on Sunday" in reasons[0]


def test_warning_signs_by_how_they_ended(clinic, case, clinician):
    a_screening(case, clinician)
    closed = {"closed_at": timezone.now(), "closed_by": clinician, "opened_at": timezone.now() - timedelta(hours=1)}
    an_item(case, clinician, "D", row="RF-INF", outcome="excluded", outcome_text="an insect bite", **closed)
    an_item(case, clinician, "D", row="RF-INF", outcome="confirmed", outcome_text="cellulitis", **closed)
    an_item(case, clinician, "U", row="RF-CECS")

    rows, reasons = part(clinic, "flags")
    assert sorted(rows.values()) == [[0, 0, 0, 1], [1, 1, 0, 0]]
    assert set(reasons) == {"RF-INF: an insect bite", "RF-INF: cellulitis"}


def test_letters_and_tests_that_were_owed(clinic, case, clinician):
    now = timezone.now()
    other = factories.CaseFactory(patient__clinic=clinic, opened_by=clinician)
    factories.a_task(case, clinician, "letter", clinic=clinic, due=now - timedelta(days=1))
    ended = {"done_at": now, "done_by": clinician, "done_text": "seen"}
    factories.a_task(other, clinician, "letter", clinic=clinic, opened_at=now - timedelta(hours=2), **ended)
    factories.a_task(case, clinician, "reassess_all", clinic=clinic)

    assert list(part(clinic, "letters")[0].values()) == [[1, 0, 0, 1]]
    assert list(part(clinic, "retests")[0].values()) == [[0, 1, 0]]


def test_screenings_completed_set_aside_and_open(clinic, case, clinician):
    a_screening(case, clinician)
    Screening.objects.create(case=case, started_by=clinician, started_at=timezone.now(), level="D")
    told = {"version": case.version, "reason": "wrong leg", "by": clinician, "at": timezone.now()}
    triage_actions.void_screening(case=case, **told)

    rows, reasons = part(clinic, "screenings")
    assert list(rows.values()) == [[1, 1, 0]] and "wrong leg" in reasons[0]


@pytest.mark.parametrize("kind", PARTS)
def test_nothing_of_another_clinic_is_counted(world, kind):
    elsewhere = factories.ClinicFactory()
    assert oversight(lately(elsewhere), kind) == []
    for found in oversight(lately(world.clinic), kind):
        assert {reason.case.clinic_id for reason in found.reasons} <= {world.clinic.pk}


@pytest.mark.parametrize("kind", PARTS)
def test_nothing_of_another_time_is_counted(world, kind):
    past = Period(world.clinic, timezone.now() - timedelta(days=900), timezone.now() - timedelta(days=800))
    assert oversight(past, kind) == []


def test_the_figures_ask_as_often_for_many_runners_as_for_one(world):
    counts = []
    for _round in range(2):
        with CaptureQueriesContext(connection) as asked:
            oversight(lately(world.clinic))
        counts.append(len(asked))
        for _number in range(3):
            case = factories.CaseFactory(patient__clinic=world.clinic, opened_by=world.people["clinician"])
            a_screening(case, world.people["clinician"])
            a_diagnosis(case, world.people["clinician"], "BSI")
            an_item(case, world.people["clinician"], "U")
    assert counts[0] == counts[1] <= MOST_QUESTIONS


def test_the_lead_reads_them_and_comes_there_from_todays_list(world):
    lead = a_browser(world, "lead")
    page = lead.get(PAGE).content.decode()

    assert "Exercises of a plan" in page and "Warning signs" in page
    assert PAGE in lead.get("/").content.decode()
    assert PAGE not in a_browser(world, "clinician").get("/").content.decode()


@pytest.mark.parametrize("who", ["clinician", "assistant", "administrator", "runner", "stranger"])
def test_nobody_else_reads_them(world, who):
    assert a_browser(world, who).get(PAGE).status_code == 403


def test_a_lead_asks_for_no_other_clinic(world):
    answer = a_browser(world, "lead").get(PAGE, {"clinic": world.theirs.clinic_id})
    assert answer.status_code == 422 and world.theirs.clinic.name not in answer.content.decode()


@pytest.mark.parametrize(
    "asked", [{"begins": "2026-05-01", "ends": "2026-04-01"}, {"begins": "1900-01-01"}, {"kind": "gossip"}]
)
def test_a_question_that_cannot_be_answered_is_said_so(world, asked):
    assert a_browser(world, "lead").get(PAGE, asked).status_code == 422


def test_a_period_without_anything_says_so(world):
    page = a_browser(world, "lead").get(PAGE, {"begins": "2020-01-01", "ends": "2020-02-01"})
    assert page.status_code == 200 and "Nothing to count yet" in page.content.decode()


def test_it_speaks_spanish(world):
    lead = world.people["lead"]
    lead.language = "es"
    lead.save(update_fields=["language"])
    page = a_browser(world, "lead").get(PAGE).content.decode()
    lead.language = "en"
    lead.save(update_fields=["language"])
    assert "Señales de alarma" in page and "Warning signs" not in page
