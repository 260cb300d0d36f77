"""The input of ``decide`` is read strictly: every slip is one line that names its key."""

import pytest

from clinic.terms import Answer, Side, TestResult
from rehab.casefile import CaseFileError, TestShape, Vocabulary, read_case

WORDS = Vocabulary(
    answers={
        "snap": "question",
        "tendon_gap": "sign",
        "bmi_30": "risk",
        "pregnant": "risk",
        "w1": "wells",
        "loading_event": "finding",
    },
    needs=("core_ext", "core_rot_left"),
    causes=("SOLEUS", "PCS"),
    exercises={"BIRD_DOG": "BIRD_DOG", "E01": "BIRD_DOG"},
    equipment=("band", "step"),
    rows=("RF-DVT", "RF-ACH"),
    tests={
        "CALF_GIRTH": TestShape("cm", ("left", "right"), 10, 80, ("tape",)),
        "CE_SORENSEN": TestShape("s", ("none",), 0, 600),
        "GS_RAISES": TestShape("reps", ("left", "right"), 0, 100, is_counted=True),
    },
)
GIRTH = {"test": "CALF_GIRTH", "side": "left", "value": 38.5, "unit": "cm"}
RAISES = {"test": "GS_RAISES", "side": "left", "unit": "reps"}
SIGNED = {"item": "RF-DVT", "kind": "may_load", "by": "A", "on": "2026-11-20", "reason": "r", "limits": "l"}


def read(**case):
    return read_case({"patient": {}, **case}, WORDS)


def test_everything_but_the_patient_may_be_left_out():
    facts = read().facts

    assert facts.answers == {}
    assert facts.answer("snap") is Answer.NOT_ASSESSED
    assert (facts.patient.age_years, facts.w10, facts.settings.core_fail_mode) == (None, Answer.NOT_ASSESSED, "deficit")


def test_a_named_code_beats_the_wildcard_and_the_answer_says_what_was_assumed():
    found = read(screening={"*": "absent", "snap": "not_assessed"}, findings={"*": "present"})

    assert found.facts.answer("snap") is Answer.NOT_ASSESSED
    assert found.facts.answer("bmi_30") is Answer.ABSENT
    assert found.facts.answer("loading_event") is Answer.PRESENT
    assert found.assumed == ("screening: * = absent", "wells: * = absent", "findings: * = present")
    assert read(screening={"*": "absent"}, wells={}).assumed == ("screening: * = absent",)


def test_a_yes_wins_where_two_wildcards_meet():
    found = read(screening={"*": "absent"}, findings={"*": "present"})

    assert found.facts.answer("tendon_gap") is Answer.PRESENT


@pytest.mark.parametrize(
    ("case", "answer"),
    [
        ({"screening": {"*": "absent"}}, Answer.ABSENT),
        ({"screening": {"*": "absent"}, "wells": {}}, Answer.NOT_ASSESSED),
        ({"wells": {"*": "present"}}, Answer.PRESENT),
        ({"findings": {"*": "present"}}, Answer.NOT_ASSESSED),
    ],
)
def test_the_screening_wildcard_speaks_for_wells_only_without_a_wells_map(case, answer):
    assert read(**case).facts.answer("w1") is answer


def test_no_wildcard_ever_speaks_for_w10():
    for case in ({"wells": {"*": "present"}}, {"screening": {"*": "present"}}):
        facts = read(**case).facts
        assert facts.w10 is Answer.NOT_ASSESSED
        assert "w10" not in facts.answers


def test_a_code_may_stand_in_another_map_than_its_own():
    assert read(findings={"snap": "present"}).facts.has("snap")
    assert read(screening={"loading_event": "absent"}).facts.lacks("loading_event")


@pytest.mark.parametrize(
    ("patient", "screening", "pregnant"),
    [
        ({}, {"pregnant": "absent"}, Answer.ABSENT),
        ({}, {"pregnant": "present"}, Answer.PRESENT),
        ({}, {"*": "absent"}, Answer.NOT_ASSESSED),
        ({"pregnant": "not_assessed"}, {"pregnant": "absent"}, Answer.NOT_ASSESSED),
    ],
)
def test_a_pregnancy_answered_by_name_is_answered_and_no_wildcard_answers_it(patient, screening, pregnant):
    assert read(patient=patient, screening=screening).facts.patient.pregnant is pregnant


def test_codes_and_catalogue_numbers_are_understood():
    facts = read(blocked=["E01"], equipment=["band"], failed=["core_ext", "core_ext"]).facts

    assert facts.blocked == {"BIRD_DOG"}
    assert facts.equipment == {"band"}
    assert facts.failed == ("core_ext",)


def test_measurements_outcomes_and_signatures_become_plain_values():
    facts = read(
        measurements=[{**GIRTH, "pain_nprs": 3, "method": None}],
        outcomes=[{"item": "RF-DVT", "outcome": "excluded", "scan": "negative", "d_dimer": None}],
        sign_offs=[SIGNED],
    ).facts

    (girth,), (outcome,), (signed,) = facts.measurements, facts.outcomes, facts.sign_offs
    assert (girth.side, girth.value, girth.pain_nprs) == (Side.LEFT, 38.5, 3)
    assert (outcome.scan, outcome.d_dimer) == (TestResult.NEGATIVE, None)
    assert (signed.item, signed.limits) == ("RF-DVT", "l")


@pytest.mark.parametrize("value", [24, 24.0, 0])
def test_a_count_may_be_written_with_a_point_and_nothing_behind_it(value):
    (raises,) = read(measurements=[{**RAISES, "value": value}]).facts.measurements

    assert raises.value == value


BAD = [
    ([], "case"),
    ({}, "case.patient"),
    ({"patient": []}, "patient"),
    ({"patient": {"age": 3}}, "patient.age"),
    ({"patient": {"age_years": "34"}}, "patient.age_years"),
    ({"patient": {"age_years": True}}, "patient.age_years"),
    ({"patient": {"age_years": 34.5}}, "patient.age_years"),
    ({"patient": {"age_years": -1}}, "patient.age_years"),
    ({"patient": {"age_years": 121}}, "patient.age_years"),
    ({"patient": {"gestation_weeks": 46}}, "patient.gestation_weeks"),
    ({"patient": {"onset_days": -1}}, "patient.onset_days"),
    ({"patient": {"sex": "x"}}, "patient.sex"),
    ({"patient": {"side": "none"}}, "patient.side"),
    ({"patient": {"pregnant": None}}, "patient.pregnant"),
    ({"patient": {}, "story": 1}, "case.story"),
    ({"patient": {}, "screening": []}, "screening"),
    ({"patient": {}, "screening": {"nope": "absent"}}, "screening.nope"),
    ({"patient": {}, "screening": {"snap": "yes"}}, "screening.snap"),
    ({"patient": {}, "screening": {"snap": None}}, "screening.snap"),
    ({"patient": {}, "screening": {"w10": "present"}}, "screening.w10"),
    ({"patient": {}, "screening": {"snap": "present"}, "findings": {"snap": "absent"}}, "findings.snap"),
    ({"patient": {}, "wells": {"w10": "present"}}, "wells.w10_reason"),
    ({"patient": {}, "wells": {"w10": "present", "w10_reason": " "}}, "wells.w10_reason"),
    ({"patient": {}, "failed": ["core"]}, "failed[0]"),
    ({"patient": {}, "failed": "core_ext"}, "failed"),
    ({"patient": {}, "failed": [["core_ext"]]}, "failed[0]"),
    ({"patient": {}, "wells": {"w10": "present", "w10_reason": 1}}, "wells.w10_reason"),
    ({"patient": {}, "measurements": [{**GIRTH, "value": "38"}]}, "measurements[0].value"),
    ({"patient": {}, "measurements": [{**GIRTH, "pain_nprs": 2.5}]}, "measurements[0].pain_nprs"),
    ({"patient": {}, "diagnosis": "ZZ"}, "diagnosis"),
    ({"patient": {}, "diagnosis": 1}, "diagnosis"),
    ({"patient": {}, "equipment": ["spaceship"]}, "equipment[0]"),
    ({"patient": {}, "blocked": ["ZZ"]}, "blocked[0]"),
    ({"patient": {}, "measurements": [{"test": "CALF_GIRTH", "value": 3}]}, "measurements[0].side"),
    ({"patient": {}, "measurements": [{**GIRTH, "side": "both"}]}, "measurements[0].side"),
    ({"patient": {}, "measurements": [{**GIRTH, "unit": "mm"}]}, "measurements[0].unit"),
    ({"patient": {}, "measurements": [{**GIRTH, "value": 81}]}, "measurements[0].value"),
    ({"patient": {}, "measurements": [{**GIRTH, "value": float("nan")}]}, "measurements[0].value"),
    ({"patient": {}, "measurements": [{**GIRTH, "value": 10**400}]}, "measurements[0].value"),
    ({"patient": {}, "measurements": [{**GIRTH, "value": True}]}, "measurements[0].value"),
    ({"patient": {}, "measurements": [{**RAISES, "value": 24.5}]}, "measurements[0].value: 24.5 is not a whole number"),
    ({"patient": {}, "measurements": [{**GIRTH, "method": "guess"}]}, "measurements[0].method"),
    ({"patient": {}, "measurements": [{**GIRTH, "pain_nprs": 11}]}, "measurements[0].pain_nprs"),
    ({"patient": {}, "measurements": [{**GIRTH, "test": "ZZ"}]}, "measurements[0].test"),
    ({"patient": {}, "measurements": [GIRTH, {**GIRTH, "value": 41}]}, "measurements[1]: CALF_GIRTH left"),
    ({"patient": {}, "measurements": [{"value": 3}]}, "measurements[0].test"),
    ({"patient": {}, "outcomes": [{"item": "ZZ", "outcome": "excluded"}]}, "outcomes[0].item"),
    ({"patient": {}, "outcomes": [{"item": "RF-DVT", "outcome": "fine"}]}, "outcomes[0].outcome"),
    ({"patient": {}, "outcomes": [{"item": "RF-DVT", "outcome": "excluded", "scan": "ok"}]}, "outcomes[0].scan"),
    ({"patient": {}, "sign_offs": [{**SIGNED, "on": "20.11.2026"}]}, "sign_offs[0].on"),
    ({"patient": {}, "sign_offs": [{**SIGNED, "on": "20261120"}]}, "sign_offs[0].on"),
    ({"patient": {}, "sign_offs": [{**SIGNED, "on": "2026-W47-5"}]}, "sign_offs[0].on"),
    ({"patient": {}, "sign_offs": [{**SIGNED, "by": ""}]}, "sign_offs[0].by"),
    ({"patient": {}, "sign_offs": [{**SIGNED, "kind": "ok"}]}, "sign_offs[0].kind"),
    ({"patient": {}, "sign_offs": [{**SIGNED, "item": "ZZ"}]}, "sign_offs[0].item"),
    ({"patient": {}, "settings": {"core_fail_mode": "x"}}, "settings.core_fail_mode"),
    ({"patient": {}, "settings": {"dvt_seed_strict": "no"}}, "settings.dvt_seed_strict"),
]


@pytest.mark.parametrize(("raw", "names"), BAD, ids=[f"{at}-{names}" for at, (_, names) in enumerate(BAD)])
def test_a_fault_is_one_line_that_names_its_key(raw, names):
    with pytest.raises(CaseFileError) as fault:
        read_case(raw, WORDS)

    assert str(fault.value).startswith(names)
    assert len(str(fault.value).splitlines()) == 1
