"""The letter to the hospital says what the next doctor needs, and nothing that was not asked is called absent."""

import datetime

import pytest
from django.urls import reverse
from django.utils import timezone

from clinic.models import Person, Task
from clinic.terms import Answer
from tests.triage.conftest import screened
from triage import actions
from triage.models import RedFlagItem
from triage.words import words_of

pytestmark = pytest.mark.django_db
ABI = ("ABI", "left")


@pytest.fixture
def letter(at_work, clinician, case):
    """A function that returns the text of the letter."""

    def read():
        return at_work(clinician).get(reverse("triage:letter", args=[case.pk])).content.decode()

    return read


def test_it_has_situation_background_findings_wells_and_request(letter, case, screen):
    case.story = "A pull at kilometre eight."
    case.save()
    screen(leg_hot="present", w6="present", w7="present", family_clot="present")
    text = letter()
    for words in ("Situation", "Background", "Findings", "Wells score", "Request", "Please assess today"):
        assert words in text
    assert "A pull at kilometre eight." in text
    assert "Deep vein thrombosis" in text
    assert "Family history of a clot" in text
    assert "<strong>2</strong> points" in text


def test_an_emergency_says_so(letter, screen):
    screen(pe_breathless="present")
    assert "Emergency: please see at once" in letter()


def test_what_was_not_asked_is_not_called_absent(letter, screen):
    screen(pe_breathless="present", pe_haemoptysis="not_assessed")
    text = letter()
    absent = text.split("Asked or looked for, and absent")[1].split("</p>")[0]
    assert "Coughing blood?" not in absent
    assert "Not assessed" in text


def test_pregnancy_has_no_score(letter, screen):
    screen(pregnant="present")
    assert "does not apply in pregnancy" in letter()


def test_both_totals_and_the_caution_are_shown(letter, screen):
    screen(w6="present", w7="present", w10="present", w10_reason="A clear tear")
    text = letter()
    assert "(2 without item 10)" in text
    assert "A clear tear" in text
    assert "alone moves this patient" in text


def test_it_opens_before_any_screening(letter):
    assert "No open alarm" in letter()


def test_a_later_calm_screening_makes_an_open_alarm_no_less_urgent(letter, screen):
    screen(leg_swelling="present")
    screen()
    assert "Please assess today" in letter()


def the_alarms(text):
    """Return what the letter says between "Situation" and "Background", in one line."""
    return " ".join(text.split("<h2>Situation</h2>")[1].split("<h2>Background</h2>")[0].split())


def the_findings(text):
    return text.split("<h2>Findings</h2>")[1].split("<h2>Wells score")[0]


def test_an_alarm_names_the_answers_that_opened_it(letter, screen):
    screen(leg_hot="present", family_clot="present", mass_weight_loss="present")
    alarms = the_alarms(letter())
    assert "Does the leg feel hot? <strong>Yes</strong>" in alarms
    assert "Family history of a clot <strong>Yes</strong>" in alarms
    assert "weight loss" not in alarms and "answered again" not in alarms


@pytest.mark.parametrize("is_finished", [True, False], ids=["a new screening", "the same screening"])
def test_an_answer_taken_back_still_names_what_opened_the_alarm_and_says_when_it_changed(
    letter, case, clinician, screen, is_finished
):
    monday = timezone.make_aware(datetime.datetime(2026, 3, 2, 9, 30))
    first = {} if is_finished else {"dark_urine": "not_assessed"}
    screened(case, clinician, at=monday, leg_swelling="present", **first)
    screened(case, clinician, at=monday + datetime.timedelta(days=2))
    text = letter()
    swollen = "Is the foot, ankle, calf, hollow of the knee or thigh swollen?"
    again = "<strong>answered again as no on 4 Mar 2026, 09:30</strong>"
    expected = f"{swollen} <strong>Yes</strong> on 2 Mar 2026, 09:30; {again}"
    assert expected in the_alarms(text)
    assert swollen not in the_findings(text) and "Does the leg feel hot?" in the_findings(text)


def test_every_answer_that_kept_the_alarm_is_named_not_only_the_first(letter, case, clinician):
    early = timezone.now() - datetime.timedelta(hours=1)
    screened(case, clinician, at=early, leg_swelling="present", dark_urine="not_assessed")
    screened(case, clinician, leg_swelling="present", leg_hot="present", dark_urine="not_assessed")
    screened(case, clinician)
    alarms = the_alarms(letter())
    assert "Does the leg feel hot?" in alarms and "thigh swollen?" in alarms
    assert alarms.count("answered again as no") == 2


def test_an_alarm_that_a_measurement_opened_names_what_was_measured(letter, case, screen, clinician):
    screen()
    examined(case, clinician, {("CALF_GIRTH", "left"): (40.0, "cm"), ("CALF_GIRTH", "right"): (36.0, "cm")})
    assert f"{words_of('CALF_GIRTH')}, left: 40 cm" in the_alarms(letter())


def examined(case, by, measured):
    """Record an examination: ``{(test, side): (value, unit)}``."""
    case.refresh_from_db()
    values = {key: {"value": value, "unit": unit} for key, (value, unit) in measured.items()}
    actions.record_examination(
        case=case,
        version=case.version,
        by=by,
        at=timezone.now(),
        measured=values,
        findings={"shoes_poor_fit": Answer.PRESENT, "bruise_visible": Answer.PRESENT},
    )


@pytest.mark.parametrize("sign", ["pe_breathless", "fx_cannot_4_steps"])
def test_a_hospital_that_must_act_today_reads_girth_and_danger_but_no_trunk_hold(letter, case, clinician, screen, sign):
    screen(**{sign: "present", "fx_trauma": "present", "weak_pulses": "present", "squeeze_positive": "present"})
    examined(
        case, clinician, {("CF_HOLD", "none"): (30.0, "s"), ("CALF_GIRTH", "left"): (37.5, "cm"), ABI: (0.8, "ratio")}
    )
    findings = the_findings(letter())
    assert f"{words_of('CALF_GIRTH')}, left: 37.5 cm" in findings and "0.8" in findings
    assert "Weak pulses at the foot" in findings and words_of("squeeze_positive") in findings
    assert words_of("CF_HOLD") not in findings and words_of("shoes_poor_fit") not in findings


def test_a_referral_within_two_weeks_keeps_every_measurement(letter, case, clinician, screen):
    screen(mass_lump="present")
    examined(case, clinician, {("CF_HOLD", "none"): (30.0, "s")})
    findings = the_findings(letter())
    assert words_of("CF_HOLD") in findings and words_of("shoes_poor_fit") in findings


def test_a_risk_that_follows_from_the_birth_date_is_in_the_letter(letter, case, screen):
    case.patient.birth_date = datetime.date(1950, 1, 1)
    case.patient.save()
    screen(leg_hot="present")
    assert "Age over 60" in letter().split("Risks and history:")[1].split("</p>")[0]


# --- Sent, and to whom ----------------------------------------------------------------------------


def waits(case):
    """Whether a letter waits on today's list."""
    return Task.objects.for_the_clinic().filter(case=case, code="letter").exists()


def test_a_screening_that_refers_owes_a_letter_and_a_calm_one_owes_none(case, screen):
    screen()
    assert not waits(case)
    screen(leg_hot="present", w6="present", w7="present")
    task = Task.objects.get(case=case, code="letter")
    assert task.owner == "clinician" and timezone.localdate(task.due) == timezone.localdate(task.opened_at)
    screen(leg_hot="present", w6="present", w7="present")
    assert Task.objects.filter(case=case, code="letter").count() == 1


def test_who_sent_it_to_whom_is_kept_and_ends_the_task(case, screen, form_of, at_work, clinician):
    screen(leg_hot="present", w6="present", w7="present")
    page = at_work(clinician)
    address = reverse("triage:letter_sent", args=[case.pk])

    refused = page.post(address, form_of(to="", way="mail"))
    assert refused.status_code == 422 and "To whom did it go?" in refused.content.decode() and waits(case)

    form = form_of(to="Dr Example, vascular clinic", way="mail")
    assert page.post(address, form).status_code == 302
    assert page.post(address, form).status_code == 409  # a double click
    told = case.events.get(kind="letter_sent")
    assert (told.text, told.by) == ("Letter sent by e-mail to Dr Example, vascular clinic", clinician)
    task = Task.objects.get(case=case, code="letter")
    assert not waits(case) and (task.done_text, task.done_by) == (told.text, clinician)

    assert told.text in page.get(reverse("triage:letter", args=[case.pk])).content.decode()
    Person.objects.filter(pk=clinician.pk).update(language="es")
    spanish = at_work(clinician).get(reverse("triage:letter", args=[case.pk])).content.decode()
    assert "Carta enviada por correo electrónico a Dr Example, vascular clinic" in spanish


def test_an_examination_that_refers_owes_a_letter_too(case, screen, clinician):
    screen()
    case.refresh_from_db()
    told = {"value": 0.4, "unit": "ratio"}
    actions.record_examination(
        case=case, version=case.version, findings={}, measured={ABI: told}, by=clinician, at=timezone.now()
    )
    assert case.red_flag_items.exists() and waits(case)


def test_the_same_screening_again_asks_for_no_second_letter_and_news_does(case, screen, form_of, at_work, clinician):
    screen(leg_hot="present", w6="present", w7="present")
    form = form_of(to="Dr Example", way="post")
    at_work(clinician).post(reverse("triage:letter_sent", args=[case.pk]), form)
    screen(leg_hot="present", w6="present", w7="present")
    assert not waits(case)
    screen(fx_trauma="present", fx_cannot_4_steps="present")
    assert waits(case), "a fracture is news"


def test_a_danger_that_was_excluded_and_comes_back_owes_a_letter(case, screen, close, form_of, at_work, clinician):
    screen(fx_trauma="present", fx_cannot_4_steps="present")
    at_work(clinician).post(reverse("triage:letter_sent", args=[case.pk]), form_of(to="Dr Example", way="phone"))
    close(case.red_flag_items.get().row)
    screen()
    screen(fx_trauma="present", fx_cannot_4_steps="present")
    assert waits(case)


def test_a_permission_to_load_ends_no_referral(case, screen, clinician):
    screen(noimp_14_days="present")
    item = case.red_flag_items.get(level="U")
    case.refresh_from_db()
    told = {"kind": "may_load", "reason": "as before", "limits": "walking"}
    actions.sign_off(case=case, version=case.version, item_id=item.pk, by=clinician, at=timezone.now(), **told)
    assert waits(case)


def test_a_letter_is_owed_no_more_once_nothing_is_left_to_assess(case, screen, close):
    screen(fx_trauma="present", fx_cannot_4_steps="present")
    assert waits(case)
    items = list(RedFlagItem.objects.filter(case=case))
    for item in items:
        close(item.row)
    assert not waits(case)
    assert Task.objects.get(case=case, code="letter").done_text == "Nothing is left to assess elsewhere"
