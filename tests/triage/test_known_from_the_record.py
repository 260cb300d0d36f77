"""What the record knows is not asked, and one fact has one answer; silence about anything else stays silence."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.actions import save_intake
from clinic.models import CaseEvent, Patient, Task
from clinic.terms import Answer
from tests.factories import CaseFactory
from tests.triage.conftest import screened
from triage.actions import tell
from triage.facts import case_facts
from triage.gate import loading_gate
from triage.models import RedFlagItem, Screening, ScreeningAnswer
from triage.pages import decide
from triage.words import screening_codes, screening_sections

pytestmark = pytest.mark.django_db
BY_AGE = {"age_over_60", "age_50_or_over"}
PREGNANCY = {"pregnant", "postpartum_6w"}


@pytest.fixture
def person(case):
    """A function that changes the record of the case's runner."""

    def change(**fields):
        for name, value in fields.items():
            setattr(case.patient, name, value)
        case.patient.save()
        return case

    return change


@pytest.fixture
def page(at_work, clinician, case):
    """A function that returns the screening page."""

    def read():
        return at_work(clinician).get(reverse("triage:screening", args=[case.pk])).content.decode()

    return read


def asked(page):
    return {code for code in screening_codes() if f'id="q-{code}"' in page}


def none_of_everything(fields):
    return fields | {f"none_{section.key}": "on" for section in screening_sections()}


def url(case, name="screening"):
    return reverse(f"triage:{name}", args=[case.pk])


@pytest.mark.parametrize(
    ("sex", "born", "left_out", "line"),
    [
        ("male", 1991, BY_AGE | PREGNANCY, "not over 60, under 50, male"),
        ("male", 1970, BY_AGE | PREGNANCY, "not over 60, 50 or over, male"),
        ("female", 1991, BY_AGE, "not over 60, under 50"),
        ("other", 1950, BY_AGE, "over 60, 50 or over"),
    ],
)
def test_what_age_and_sex_answer_is_not_asked_but_said(person, page, sex, born, left_out, line):
    person(sex=sex, birth_date=datetime.date(born, 5, 17))
    shown = page()
    assert set(screening_codes()) - asked(shown) == left_out
    assert f"Known from the record: {line}." in shown


@pytest.mark.parametrize("sex", ["male", "female", "other"])
def test_none_of_these_over_what_is_shown_completes_the_screening_and_records_nothing_else(
    person, at_work, clinician, form_of, sex
):
    case = person(sex=sex)
    at_work(clinician).post(url(case), none_of_everything(form_of()))
    assert Screening.objects.get().complete is True
    answered = set(ScreeningAnswer.objects.values_list("code", flat=True))
    assert answered.isdisjoint(BY_AGE) and answered.isdisjoint(PREGNANCY) is (sex == "male")


def test_the_count_holds_only_what_is_asked(person, at_work, clinician, form_of):
    case, total = person(sex="male"), len(screening_codes()) - 4
    panel = at_work(clinician).post(url(case, "level"), none_of_everything(form_of())).content.decode()
    assert f"{total} of {total} answered" in panel


def test_an_age_that_is_not_asked_still_counts_as_a_risk(person, at_work, clinician, form_of):
    case = person(sex="male", birth_date=datetime.date(1950, 1, 1))
    at_work(clinician).post(url(case), none_of_everything(form_of()))
    decision = decide(case_facts(case, timezone.localdate()))
    assert decision.dvt.weak_risks == ("age_over_60",) and decision.answers["pregnant"] is Answer.ABSENT


@pytest.mark.parametrize("sex", ["female", "other"])
def test_silence_about_pregnancy_stays_silence_for_anybody_but_a_man(person, sex):
    case = person(sex=sex)
    decision = decide(case_facts(case, timezone.localdate()))
    assert set(decision.missing) == {*decision.missing} | PREGNANCY


@pytest.mark.parametrize("code", sorted(set(screening_codes()) - BY_AGE - PREGNANCY))
def test_nothing_else_is_known_without_being_asked(person, code):
    case = person(sex="male")
    assert decide(case_facts(case, timezone.localdate())).answers.get(code, Answer.NOT_ASSESSED) is Answer.NOT_ASSESSED


def test_an_old_silence_about_what_the_record_knows_does_not_hold_the_screening(person, clinician):
    case = person(sex="male")
    decision = screened(case, clinician, age_over_60="not_assessed", pregnant="not_assessed")
    assert decision.complete


def test_a_yes_that_contradicts_the_record_stays_asked_and_stays_yes(person, page, clinician):
    case = person(sex="male")
    screened(case, clinician, pregnant="present", dark_urine="not_assessed")
    assert "pregnant" in asked(page())
    assert decide(case_facts(case, timezone.localdate())).answers["pregnant"] is Answer.PRESENT


def test_an_age_answered_otherwise_than_the_birth_date_says_stays_asked(person, page, clinician):
    case = person(sex="male")
    screened(case, clinician, age_over_60="present", dark_urine="not_assessed")
    assert BY_AGE - asked(page()) == {"age_50_or_over"}


@pytest.mark.parametrize("answer", ["present", "absent", "not_assessed"])
def test_the_storys_answer_about_a_blood_thinner_is_already_chosen(person, page, answer):
    person(anticoagulant=answer)
    row = page().split('id="q-anticoagulant"')[1].split("</fieldset>")[0]
    chosen = next(tap for tap in row.split("<input") if " checked" in tap)
    assert f'value="{answer}"' in chosen
    assert ("in the record:" in row) is (answer != "not_assessed")


def test_a_storys_no_fills_no_screening_that_was_not_recorded(person):
    case = person(anticoagulant="absent")
    assert "anticoagulant" in decide(case_facts(case, timezone.localdate())).missing


@pytest.mark.parametrize(("record", "said"), [("absent", "present"), ("present", "absent")])
def test_a_screening_that_answers_otherwise_says_so_and_the_record_follows(
    person, at_work, clinician, form_of, record, said
):
    case = person(anticoagulant=record)
    fields = none_of_everything(form_of(anticoagulant=said))
    if said == "present":
        del fields["none_RF-BLEED-question"]
    shown = at_work(clinician).post(url(case), fields, follow=True).content.decode()
    now, before = {"present": ("yes", "no"), "absent": ("no", "yes")}[said]
    assert f"Blood thinner: the record said {before}; it now says {now}, as answered here." in shown
    assert Patient.objects.get(pk=case.patient_id).anticoagulant == said
    event = CaseEvent.objects.filter(case=case, kind="screening").latest("version")
    assert f"Blood thinner: the record said {before}, it now says {now}" in event.text
    assert case_facts(case, timezone.localdate()).answers["anticoagulant"] == said


@pytest.mark.parametrize("record", ["present", "absent"])
def test_not_asked_in_the_screening_takes_no_answer_back(person, clinician, record):
    case = person(anticoagulant=record)
    decision = screened(case, clinician, anticoagulant="not_assessed", bleed_bruise="present")
    assert Patient.objects.get(pk=case.patient_id).anticoagulant == record
    assert ("RF-BLEED" in [item.row for item in decision.items]) is (record == "present")
    assert decision.complete is (record == "present")


def test_the_first_answer_fills_the_record_without_a_word_of_change(person, clinician):
    case = person(anticoagulant="not_assessed")
    screened(case, clinician)
    assert Patient.objects.get(pk=case.patient_id).anticoagulant == "absent"
    assert "Blood thinner" not in CaseEvent.objects.filter(case=case).latest("version").text


def test_a_story_told_after_the_screening_is_the_newest_answer(person, clinician):
    case = person(anticoagulant="absent")
    screened(case, clinician)
    person(anticoagulant="present")
    assert case_facts(case, timezone.localdate()).answers["anticoagulant"] is Answer.PRESENT


def test_an_alarm_kept_in_passing_says_that_the_record_follows(person, at_work, clinician, form_of):
    case = person(anticoagulant="absent")
    fields = form_of(anticoagulant="present", bleed_bruise="present")
    panel = at_work(clinician).post(url(case, "level"), fields).content.decode()
    assert "Blood thinner: the record said no; it now says yes" in panel
    assert '<dd id="blood-thinner" hx-swap-oob="true">yes</dd>' in panel
    assert RedFlagItem.objects.get().row == "RF-BLEED"
    assert Patient.objects.get(pk=case.patient_id).anticoagulant == "present"


def test_a_screening_that_is_refused_leaves_the_record_alone(person, at_work, clinician, form_of):
    case = person(anticoagulant="absent")
    stale = form_of(anticoagulant="present")
    person(anticoagulant="absent")
    screened(case, clinician, anticoagulant="absent")
    assert at_work(clinician).post(url(case), stale).status_code == 409
    assert Patient.objects.get(pk=case.patient_id).anticoagulant == "absent"


def test_the_other_open_case_of_the_runner_is_told(person, clinician):
    case = person(anticoagulant="absent")
    other = CaseFactory(patient=case.patient, clinic=case.clinic, side="right")
    screened(case, clinician, anticoagulant="present")
    other.refresh_from_db()
    assert other.version == 2
    assert "in the screening of the other case" in other.events.latest("version").text


def test_a_blood_thinner_said_again_after_an_exclusion_opens_the_alarm_again(person, clinician, close):
    case = person(anticoagulant="absent")
    said = {"bleed_bruise": "present", "dark_urine": "not_assessed"}
    screened(case, clinician, anticoagulant="present", **said)
    close("RF-BLEED")
    screened(case, clinician, anticoagulant="absent", **said)
    screened(case, clinician, anticoagulant="present", **said)
    assert list(RedFlagItem.objects.order_by("opened_at").values_list("outcome", flat=True)) == ["excluded", ""]


def told_thinner(case, by, answer, **more):
    """Save a story that says whether the runner takes a blood thinner."""
    case.refresh_from_db()
    person = {"anticoagulant": answer, **more}
    save_intake(
        case=case, version=case.version, story={"story": "Tight"}, person_facts=person, by=by, at=timezone.now()
    )


def open_rows(case):
    return set(case.red_flag_items.filter(outcome="").values_list("row", "level"))


def test_a_blood_thinner_told_after_the_screening_opens_what_it_makes_dangerous_in_both_legs(case, clinician):
    other = CaseFactory(patient=case.patient, clinic=case.clinic, side="right")
    screened(case, clinician, bleed_bruise="present")
    screened(other, clinician, bleed_bruise="present")
    assert open_rows(case) == open_rows(other) == set()
    told_thinner(case, clinician, Answer.PRESENT)

    for leg in (case, other):
        leg.refresh_from_db()
        assert open_rows(leg) == {("RF-BLEED", "D")}
        assert leg.attention == leg.Attention.SAME_DAY
        assert not loading_gate(leg).open
    assert not Task.objects.exists()  # who wrote it is at the page; today's list shows both legs


def test_a_blood_thinner_told_after_a_calm_screening_opens_nothing(case, clinician):
    screened(case, clinician)
    told_thinner(case, clinician, Answer.PRESENT)

    assert open_rows(case) == set() and loading_gate(case).open


def test_what_was_excluded_with_the_blood_thinner_known_is_not_opened_again(case, clinician, close):
    screened(case, clinician, bleed_bruise="present", anticoagulant="present")
    close("RF-BLEED")
    told_thinner(case, clinician, Answer.PRESENT, pregnant=Answer.ABSENT)  # something else is new

    assert open_rows(case) == set()


def test_a_danger_that_the_runner_tells_for_one_leg_rings_for_the_other(case, clinician, runner):
    other = CaseFactory(patient=case.patient, clinic=case.clinic, side="right")
    screened(other, clinician, bleed_bruise="present")
    case.patient.refresh_from_db()
    tell(case=case, answers={"anticoagulant": Answer.PRESENT}, by=runner, at=timezone.now())

    assert open_rows(other) == {("RF-BLEED", "D")}
    assert Task.objects.get(case=other).is_alarm
