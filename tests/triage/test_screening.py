"""Page -> action -> stored decision; the item of what fires is written at once."""

import pytest
from django.urls import reverse

from clinic.models import CaseEvent
from clinic.terms import Answer
from triage.models import Decision, RedFlagItem, Screening, ScreeningAnswer
from triage.words import screening_codes, screening_sections

pytestmark = pytest.mark.django_db


def posted(fields, **said):
    """Return the posted form with every answer "no", but what is said."""
    return dict.fromkeys(screening_codes(), "absent") | fields | said


def url(name, case):
    return reverse(f"triage:{name}", args=[case.pk])


def test_emergency_questions_are_asked_first():
    urgencies = [section.urgency for section in screening_sections() if section.kind == "question"]
    assert urgencies == sorted(urgencies, key="EDUR".index)
    assert urgencies[0] == "E"


def test_no_question_is_asked_twice():
    assert len(screening_codes()) == len(set(screening_codes()))


def test_a_calm_screening_completes_and_stores_its_decision(at_work, clinician, case, form_of):
    answer = at_work(clinician).post(url("screening", case), posted(form_of()))
    assert answer.status_code == 302
    screening = Screening.objects.get()
    assert (screening.level, screening.complete, screening.completed_by) == ("R", True, clinician)
    decision = Decision.objects.get(kind="triage")
    assert decision.result["level"] == "R"
    assert decision.inputs["answers"]["pe_breathless"] == "absent"
    assert len(decision.knowledge_sha256) == 64


def test_silence_holds_and_completes_nothing(at_work, clinician, case, form_of):
    at_work(clinician).post(url("screening", case), posted(form_of(), dark_urine="not_assessed"))
    assert Screening.objects.get().completed_at is None
    assert Decision.objects.get().result["d_hold"] is True


def test_none_of_these_records_each_shown_item_as_absent_and_says_so(at_work, clinician, case, form_of):
    section = screening_sections()[0]
    at_work(clinician).post(url("screening", case), form_of(**{f"none_{section.key}": "on"}))
    answers = ScreeningAnswer.objects.filter(code__in=[row.code for row in section.rows])
    assert answers.count() == len(section.rows)
    assert set(answers.values_list("value", "shown_none")) == {("absent", True)}
    assert (
        not ScreeningAnswer.objects.exclude(code__in=[row.code for row in section.rows]).filter(value="absent").exists()
    )


def test_none_of_these_beside_a_yes_is_refused(at_work, clinician, case, form_of):
    section = screening_sections()[0]
    fields = form_of(**{f"none_{section.key}": "on", section.rows[0].code: "present"})
    answer = at_work(clinician).post(url("screening", case), fields)
    assert answer.status_code == 422
    assert not ScreeningAnswer.objects.exists()


def test_an_emergency_opens_its_item_while_the_rest_is_still_typed(at_work, clinician, case, form_of):
    answer = at_work(clinician).post(url("level", case), form_of(pe_breathless="present"))
    assert "Emergency now" in answer.content.decode()
    assert "112" in answer.content.decode()
    item = RedFlagItem.objects.get()
    assert (item.row, item.level, item.outcome) == ("RF-PE", "E", "")
    case.refresh_from_db()
    assert case.attention == case.Attention.EMERGENCY
    assert f'value="{case.version}"' in answer.content.decode()


def test_a_calm_answer_in_passing_saves_nothing(at_work, clinician, case, form_of):
    answer = at_work(clinician).post(url("level", case), form_of(pe_breathless="absent"))
    assert "Not safe to start" in answer.content.decode()
    assert not Screening.objects.exists()


def test_taking_back_a_yes_closes_nothing(at_work, clinician, case, form_of):
    browser = at_work(clinician)
    browser.post(url("level", case), form_of(pe_breathless="present"))
    browser.post(url("screening", case), posted(form_of()))
    assert RedFlagItem.objects.get().outcome == ""


def test_keeping_for_later_never_completes(at_work, clinician, case, form_of):
    at_work(clinician).post(url("screening", case), posted(form_of(), then="later"))
    assert Screening.objects.get().completed_at is None


def test_w10_needs_its_reason(at_work, clinician, case, form_of):
    answer = at_work(clinician).post(url("screening", case), posted(form_of(), w10="present"))
    assert answer.status_code == 422
    at_work(clinician).post(url("screening", case), posted(form_of(), w10="present", w10_reason="A clear tear"))
    screening = Screening.objects.get()
    assert (screening.w10_reason, screening.w10_by) == ("A clear tear", clinician)


def test_an_assistant_records_answers_but_sets_no_w10_and_completes_nothing(at_work, assistant, case, form_of):
    at_work(assistant).post(url("screening", case), posted(form_of(), w10="present", w10_reason="A tear"))
    assert ScreeningAnswer.objects.filter(value=Answer.ABSENT).exists()
    assert not ScreeningAnswer.objects.filter(code="w10").exists()
    assert Screening.objects.get().completed_at is None


def test_a_stale_version_is_a_conflict_and_saves_nothing(at_work, clinician, case, form_of):
    stale = form_of()
    at_work(clinician).post(url("level", case), form_of(pe_breathless="present"))
    answer = at_work(clinician).post(url("screening", case), posted(stale))
    assert answer.status_code == 409
    assert ScreeningAnswer.objects.filter(value="absent").count() == 0


def test_a_form_of_another_runner_is_a_conflict(at_work, clinician, case, form_of):
    fields = form_of() | {"patient": "0190a0a0-0000-7000-8000-000000000000"}
    assert at_work(clinician).post(url("screening", case), posted(fields)).status_code == 409
    assert not Screening.objects.exists()


def test_a_set_aside_screening_keeps_what_it_opened(at_work, clinician, case, form_of):
    browser = at_work(clinician)
    browser.post(url("level", case), form_of(dark_urine="present"))
    assert browser.post(url("void", case), form_of(reason="Wrong runner asked")).status_code == 302
    assert Screening.objects.get().voided_by == clinician
    assert RedFlagItem.objects.get().outcome == ""
    assert CaseEvent.objects.filter(case=case, kind="screening_voided").exists()


def test_an_assistant_sets_no_screening_aside(at_work, assistant, case, form_of):
    at_work(assistant).post(url("level", case), form_of(dark_urine="present"))
    assert at_work(assistant).post(url("void", case), form_of(reason="No")).status_code == 403


@pytest.mark.parametrize("name", ["screening", "decision", "items", "letter", "examination", "causes"])
def test_a_stranger_finds_nothing_and_a_runner_may_not(at_work, stranger, runner, case, name):
    assert at_work(stranger).get(url(name, case)).status_code == 404
    assert at_work(runner).get(url(name, case)).status_code == 403


@pytest.mark.parametrize("name", ["screening", "decision", "items", "letter", "examination", "causes"])
def test_every_page_opens_for_every_member_who_treats(at_work, clinician, assistant, lead, case, name):
    for person in (clinician, assistant, lead):
        assert at_work(person).get(url(name, case)).status_code == 200


def test_an_alarm_kept_in_passing_stands_in_the_banner_at_once(at_work, clinician, case, form_of):
    panel = at_work(clinician).post(url("level", case), form_of(pe_breathless="present")).content.decode()
    banner = panel.split('id="open-alarms"')[1].split("</dd>")[0]
    assert 'hx-swap-oob="true"' in banner and "Pulmonary embolism" in banner


def test_an_open_alarm_stops_the_path_at_the_red_flags(at_work, clinician, case, screen):
    screen(pe_breathless="present")
    page = at_work(clinician).get(reverse("clinic:case", args=[case.pk])).content.decode()
    steps = page.split('aria-label="Path of this case"')[1].split("</nav>")[0]
    assert steps.count("aria-current") == 1
    assert "stopped here by an open alarm" in steps


def test_what_is_refused_is_said_at_the_top_and_takes_the_focus(at_work, clinician, case, form_of):
    page = at_work(clinician).post(url("screening", case), posted(form_of(), w10="present")).content.decode()
    top = page.split("data-mistakes")[1].split("</div>")[0]
    assert "Nothing was saved." in top and 'href="#id_w10_reason"' in top


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"pe_breathless": "present"}, "No plan, no treatment, no exercise"),
        ({"fx_trauma": "present", "fx_cannot_4_steps": "present"}, "No massage, release, stretch, compression"),
        ({"dark_urine": "not_assessed"}, "No plan, no treatment, no self-release"),
        ({}, "Nothing. The examination may go on."),
    ],
)
def test_the_decision_says_what_its_level_forbids(at_work, clinician, case, screen, said, words):
    screen(**said)
    page = at_work(clinician).get(reverse("triage:decision", args=[case.pk])).content.decode()

    assert words in page
    assert ("Nothing. The examination may go on." in page) is (not said)


@pytest.mark.parametrize("name", ["decision", "items"])
def test_what_is_convention_in_an_alarm_is_said_in_words(at_work, clinician, case, screen, name):
    screen(cecs_same_time="present", cecs_eases="present", family_clot="present", travel_4h="present")
    page = at_work(clinician).get(reverse(f"triage:{name}", args=[case.pk])).content.decode()

    assert "clinic convention, to be confirmed by the clinic lead\n</p>" in page


def test_a_mark_is_explained_in_words_on_the_page(at_work, clinician, case):
    page = at_work(clinician).get(url("screening", case)).content.decode()
    assert "clinic convention, to be confirmed by the clinic lead" in page


def test_a_calm_screening_beside_an_open_alarm_sends_nobody_on_to_the_examination(
    at_work, clinician, case, screen, form_of
):
    screen(leg_swelling="present")
    screen()
    browser = at_work(clinician)
    page = browser.get(url("decision", case)).content.decode()
    live = browser.post(url("level", case), form_of()).content.decode()

    for shown in (page, live):
        assert "Still open from before: Deep vein thrombosis" in shown
        assert "Arrange a medical assessment today" in shown and "level-panel-D" in shown
    assert "Go on" not in page and "The examination may go on" not in page
    assert reverse("triage:items", args=[case.pk]) in page


def test_after_the_outcome_a_calm_screening_goes_on(at_work, clinician, case, screen, close):
    screen(leg_swelling="present")
    close("RF-DVT", d_dimer="negative")
    screen()
    page = at_work(clinician).get(url("decision", case)).content.decode()
    assert "Go on to the examination" in page and "Still open" not in page


@pytest.mark.parametrize(
    ("is_closed", "later", "said"),
    [(False, True, "Same day"), (True, False, "Routine"), (True, True, "Routine")],
)
def test_the_case_page_says_the_level_of_the_case_as_it_stands(
    is_closed, later, said, at_work, clinician, case, screen, close
):
    screen(leg_swelling="present")
    if is_closed:
        close("RF-DVT", d_dimer="negative")
    if later:
        screen()
    page = at_work(clinician).get(reverse("clinic:case", args=[case.pk])).content.decode()
    head = page.split('id="triage-title"')[1].split("</div>")[0]
    assert said in head


def test_what_the_same_page_stored_before_is_no_conflict_with_it(at_work, clinician, case, form_of):
    page, browser = form_of(sheet="one"), at_work(clinician)
    first = browser.post(url("level", case), page | {"pe_breathless": "present"})  # its answer is lost on the way
    again = browser.post(url("level", case), page | {"pe_breathless": "present"}).content.decode()
    case.refresh_from_db()

    assert first.status_code == 200 and "Recorded: this alarm stays open" in again
    assert f'value="{case.version}" id="id_version"' in again and 'id="open-alarms"' in again
    more = browser.post(url("level", case), page | {"pe_breathless": "present", "dark_urine": "present"})
    assert more.status_code == 200 and set(RedFlagItem.objects.values_list("row", flat=True)) == {"RF-PE", "RF-RHABDO"}
    draft = reverse("clinic:draft", args=[case.pk, "screening"])
    assert browser.post(draft, page | {"dark_urine": "present"}).status_code == 204
    assert browser.post(url("screening", case), posted(page, pe_breathless="absent")).status_code == 302
    assert browser.post(draft, page | {"dark_urine": "present"}).status_code == 409  # its own save went before


@pytest.mark.parametrize("sheet", ["", "another"])
def test_what_another_page_of_the_same_person_stored_is_a_conflict(at_work, clinician, case, form_of, sheet):
    stale, browser = form_of(sheet=sheet), at_work(clinician)
    browser.post(url("level", case), form_of(sheet="one", pe_breathless="present"))

    assert browser.post(url("screening", case), posted(stale)).status_code == 409
    assert not ScreeningAnswer.objects.filter(code="pe_breathless", value="absent").exists()


def test_the_page_of_a_colleague_is_not_ones_own(at_work, clinician, lead, case, form_of):
    stale = form_of(sheet="one")
    at_work(lead).post(url("level", case), stale | {"pe_breathless": "present"})

    assert at_work(clinician).post(url("screening", case), posted(stale)).status_code == 409


def test_a_level_that_comes_too_late_is_said_and_not_stored(at_work, clinician, lead, case, form_of):
    stale = form_of(sheet="one")
    at_work(lead).post(url("level", case), form_of(pe_breathless="present"))
    answer = at_work(clinician).post(url("level", case), stale | {"dark_urine": "present"})

    words = answer.content.decode()
    assert answer.status_code == 409 and answer.headers["HX-Reswap"] == "innerHTML"
    assert "Emergency now" in words and "Not recorded: the record changed" in words
    assert 'id="id_version"' not in words and "Recorded: this alarm" not in words
    assert RedFlagItem.objects.get().row == "RF-PE"


def test_a_screening_begun_again_is_the_next_step_of_the_path(at_work, clinician, case, screen, form_of):
    case.story = "Pulled at km 4"
    case.save()
    screen()
    browser = at_work(clinician)
    browser.post(url("screening", case), posted(form_of(), dark_urine="not_assessed", then="later"))
    page = browser.get(reverse("clinic:case", args=[case.pk])).content.decode()

    path = page.split('aria-label="Path of this case"')[1].split("</nav>")[0]
    assert "Next: Red flags" in path and path.count("done</span>") == 1


def test_the_timeline_says_of_an_unfinished_screening_what_every_page_says(at_work, clinician, case, form_of):
    at_work(clinician).post(url("screening", case), posted(form_of(), dark_urine="not_assessed"))

    assert case.events.first().text == "Safety screening: Not safe to start, 1 answers missing"


def test_the_decision_counts_what_is_missing_and_names_no_code(at_work, clinician, case, screen):
    screen(dark_urine="not_assessed", travel_4h="not_assessed")
    page = at_work(clinician).get(url("decision", case)).content.decode()

    assert "Answers or signs not recorded: 2." in page
    assert "dark_urine." not in page and "dark_urine, " not in page
