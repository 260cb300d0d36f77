"""Discharge is suggested when every condition is met; what is not known suggests nothing."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from rehab.rules.discharge import DischargeFacts, discharge
from rehab.rules.logged import RunDone
from rehab.rules.running_facts import Met
from tests.rehab.rules.runs import BEGIN, TABLE, judged, stage_run


def run(day, pain=1, **more):
    return judged(day, RunDone(km=5, run_minutes=30), pain=pain, **more)


READY = DischargeFacts(
    today=BEGIN.date() + timedelta(days=14),
    stage=8,
    passed=True,
    runs=(run(0), run(3), run(14)),
    tests={"CE_SORENSEN": True, "WBLT": True},
    index=32,
    index_used=True,
)

MET, NOT_MET, MISSING, NOT_ASKED = Met


def condition(code, facts):
    return next(found for found in discharge(facts, TABLE).conditions if found.code == code)


def test_discharge_is_suggested_when_all_is_well():
    found = discharge(READY, TABLE)

    assert (found.suggested, found.rule) == (True, "discharge")
    assert [one.met for one in found.conditions] == [MET] * 4
    assert all(one.text.en and one.text.es and one.reason.text_es and one.reason.source for one in found.conditions)
    assert json.loads(json.dumps(found.inputs)) == found.inputs


STATES = [
    ("discharge_stage", {"stage": None}, MISSING, ("stage",)),
    ("discharge_stage", {"passed": False}, NOT_MET, ()),
    ("discharge_stage", {"stage": 7}, NOT_MET, ()),
    ("discharge_pain", {"runs": ()}, MISSING, ("run_pain",)),
    ("discharge_pain", {"runs": (run(0), run(3, None))}, MISSING, ("run_pain",)),
    ("discharge_pain", {"runs": (run(0), run(3, 2))}, NOT_MET, ()),
    ("discharge_pain", {"runs": (run(1), run(3))}, NOT_MET, ()),
    ("discharge_pain", {"runs": (run(-5, 9), run(3))}, MET, ()),
    ("discharge_pain", {"runs": (run(-5),)}, MISSING, ("run_pain",)),
    ("discharge_pain", {"runs": (judged(0, stage_run(0)), judged(0.5, None), run(20))}, MISSING, ("run_pain",)),
    ("discharge_tests", {"tests": None}, MISSING, ("tests",)),
    ("discharge_tests", {"tests": {}}, MET, ()),
    ("discharge_tests", {"tests": {"WBLT": None, "CE_SORENSEN": True}}, MISSING, ("WBLT",)),
    ("discharge_tests", {"tests": {"WBLT": None, "CE_SORENSEN": False}}, NOT_MET, ("WBLT",)),
    ("discharge_index", {"index": 31}, NOT_MET, ()),
    ("discharge_index", {"index": None}, MISSING, ("UWRI",)),
    ("discharge_index", {"index": None, "index_used": False}, NOT_ASKED, ()),
    ("discharge_index", {"index": 31, "index_used": False}, NOT_MET, ()),
]


@pytest.mark.parametrize(("code", "change", "met", "missing"), STATES)
def test_each_condition_stands_by_itself(code, change, met, missing):
    facts = replace(READY, **change)
    found = condition(code, facts)

    assert (found.met, found.missing) == (met, missing)
    assert discharge(facts, TABLE).suggested is (met in (MET, NOT_ASKED))


def test_of_nothing_known_nothing_is_suggested():
    assert not discharge(DischargeFacts(today=READY.today), TABLE).suggested
