"""Shut by default; opens; shuts again.  It asks every item of every screening, never only the latest."""

import datetime

import pytest
from django.utils import timezone

from clinic.terms import Answer
from triage import actions
from triage.gate import loading_gate, signing_gate, was_shut
from triage.models import RedFlagItem

pytestmark = pytest.mark.django_db
URGENT = {"noimp_14_days": "present"}
RUPTURE = {"squeeze_positive": "present"}
CLOT = {"leg_hot": "present", "w6": "present", "w7": "present"}
CYST = "popliteal_cyst_ultrasound"
EMERGENCY = {"pe_breathless": "present"}


class Story:
    """What happens to one case, said in steps; each step moves the case on."""

    def __init__(self, case, by, screen, close):
        self.case, self.by, self.screen, self.close = case, by, screen, close

    def begin(self):
        """Begin a screening and leave it."""
        self._do(actions.start_screening)

    def leave_open(self):
        """Answer all but one question."""
        self.screen(dark_urine="not_assessed")

    def void(self):
        """Set the unfinished screening aside."""
        self._do(actions.void_screening, reason="Begun by mistake")

    def calm(self):
        """Record a complete calm screening."""
        self.screen()

    def find(self, **said):
        """Record a screening that finds something."""
        self.screen(**said)

    def outcome(self, row, outcome="excluded", **results):
        """Record how an item ended."""
        self.close(row, outcome=outcome, **results)

    def sign(self, row, kind, limits=""):
        """Sign for an item."""
        item = self.case.red_flag_items.filter(row=row).last()
        self._do(actions.sign_off, item_id=item.pk, kind=kind, reason="Seen", limits=limits)

    def name(self, cause):
        """Record a diagnosis."""
        self._do(actions.record_diagnosis, cause=cause, override_reason="Imaging")

    def release(self, cause):
        """Record a specialist's release."""
        self._do(actions.release_diagnosis, cause=cause, reason="Dr Soto")

    def examine(self, **findings):
        """Record findings."""
        self._do(actions.record_examination, findings=findings)

    def _do(self, action, **more):
        self.case.refresh_from_db()
        action(case=self.case, version=self.case.version, by=self.by, at=timezone.now(), **more)


STORIES = {
    "nothing recorded": ([], {"no_screening"}),
    "begun": ([("begin",)], {"unfinished_screening"}),
    "one answer missing": ([("leave_open",)], {"unfinished_screening"}),
    "set aside": ([("leave_open",), ("void",)], {"no_screening"}),
    "calm": ([("calm",)], set()),
    "calm, then begun again": ([("calm",), ("begin",)], {"unfinished_screening"}),
    "calm, begun again, set aside": ([("calm",), ("begin",), ("void",)], set()),
    "emergency": ([("find", EMERGENCY)], {"RF-PE"}),
    "rupture": ([("find", RUPTURE)], {"RF-ACH"}),
    "rupture, then calm": ([("find", RUPTURE), ("calm",)], {"RF-ACH"}),
    "rupture excluded": ([("find", RUPTURE), ("outcome", "RF-ACH")], set()),
    "rupture inconclusive": ([("find", RUPTURE), ("outcome", "RF-ACH", "inconclusive")], {"RF-ACH"}),
    "rupture confirmed": ([("find", RUPTURE), ("outcome", "RF-ACH", "confirmed")], {"RF-ACH"}),
    "rupture confirmed, then calm": ([("find", RUPTURE), ("outcome", "RF-ACH", "confirmed"), ("calm",)], {"RF-ACH"}),
    "rupture confirmed and released": (
        [("find", RUPTURE), ("outcome", "RF-ACH", "confirmed"), ("sign", "RF-ACH", "released")],
        set(),
    ),
    "two found, one excluded": ([("find", RUPTURE | EMERGENCY), ("outcome", "RF-ACH")], {"RF-PE"}),
    "clot excluded by tests": ([("find", CLOT), ("outcome", "RF-DVT", "excluded", "tests")], set()),
    "excluded, found again": (
        [("find", CLOT), ("outcome", "RF-DVT", "excluded", "tests"), ("find", CLOT)],
        {"RF-DVT"},
    ),
    "one weak risk": ([("find", {"family_clot": "present"})], {"RF-DVT"}),
    "one weak risk signed": (
        [("find", {"family_clot": "present"}), ("sign", "RF-DVT", "considered_not_suspected")],
        set(),
    ),
    "urgent": ([("find", URGENT)], {"RF-NOIMP"}),
    "urgent may load": ([("find", URGENT), ("sign", "RF-NOIMP", "may_load", "Walking")], set()),
    "urgent may load, found again": (
        [("find", URGENT), ("sign", "RF-NOIMP", "may_load", "Walking"), ("find", URGENT)],
        {"RF-NOIMP"},
    ),
    "fracture named": ([("calm",), ("name", "FRACTURE")], {"FRACTURE"}),
    "fracture named and released": ([("calm",), ("name", "FRACTURE"), ("release", "FRACTURE")], set()),
    "fracture named, then something else": ([("calm",), ("name", "FRACTURE"), ("name", "SOLEUS")], {"FRACTURE"}),
    "soleus named": ([("calm",), ("name", "SOLEUS")], set()),
    "cyst named": ([("calm",), ("name", "BAKER")], {"BAKER"}),
    "cyst named and imaged": ([("calm",), ("name", "BAKER"), ("examine", {CYST: Answer.PRESENT})], set()),
    "cyst imaged, then named": ([("calm",), ("examine", {CYST: Answer.PRESENT}), ("name", "BAKER")], set()),
    "cyst looked for and not seen": ([("calm",), ("name", "BAKER"), ("examine", {CYST: Answer.ABSENT})], {"BAKER"}),
    "cyst seen, then not seen": (
        [("calm",), ("name", "BAKER"), ("examine", {CYST: Answer.PRESENT}), ("examine", {CYST: Answer.ABSENT})],
        {"BAKER"},
    ),
    "fracture named, a cyst imaged": (
        [("calm",), ("name", "FRACTURE"), ("examine", {CYST: Answer.PRESENT})],
        {"FRACTURE"},
    ),
    "found on examination": ([("calm",), ("examine", {"squeeze_positive": Answer.PRESENT})], {"RF-ACH"}),
    "set aside after a yes": ([("find", {"dark_urine": "present", "snap": "not_assessed"}), ("void",)], {"RF-RHABDO"}),
}


def tell(story, steps):
    """Let the steps of a story happen."""
    for step, *said in steps:
        if step in ("find", "examine"):
            getattr(story, step)(**said[0])
        elif said[2:] == ["tests"]:
            story.outcome(*said[:2], scan="negative", d_dimer="negative")
        else:
            getattr(story, step)(*said)


@pytest.mark.parametrize("name", STORIES)
def test_the_gate_says_what_is_open(case, clinician, screen, close, name):
    steps, reasons = STORIES[name]
    tell(Story(case, clinician, screen, close), steps)
    gate = loading_gate(case)
    assert reasons <= {reason.code for reason in gate.reasons}
    assert gate.open is (not reasons)


def test_every_reason_has_words_and_a_source(case, screen):
    screen(**(RUPTURE | EMERGENCY | URGENT))
    gate = loading_gate(case)
    assert {"RF-ACH", "RF-PE", "RF-NOIMP"} <= {reason.code for reason in gate.reasons}
    assert all(reason.text and reason.source for reason in gate.reasons)


@pytest.mark.parametrize(("days", "opens"), [(0, True), (7, True), (8, False), (30, False)])
def test_a_screening_older_than_7_days_opens_no_new_signature(case, screen, days, opens):
    screen()
    at = timezone.now() + datetime.timedelta(days=days) - datetime.timedelta(minutes=5)
    assert signing_gate(case, at).open is opens
    assert loading_gate(case).open


def test_another_case_of_the_runner_is_asked_for_itself(case, clinic, clinician, screen):
    from tests import factories

    screen(**RUPTURE)
    other = factories.CaseFactory(patient=case.patient, clinic=clinic, side="right", opened_by=clinician)
    assert {reason.code for reason in loading_gate(other).reasons} == {"no_screening"}


def test_the_gate_asks_few_questions(case, screen, django_assert_max_num_queries):
    screen(**(RUPTURE | EMERGENCY | URGENT))
    assert RedFlagItem.objects.count() >= 3
    with django_assert_max_num_queries(4):
        loading_gate(case)


@pytest.mark.parametrize("name", ["leave_open", "begin", "item", "signed", "diagnosis"])
def test_what_shut_the_gate_once_is_known_afterwards(case, clinician, screen, close, name):
    story = Story(case, clinician, screen, close)
    story.calm()
    before = timezone.now()
    if name == "item":
        story.find(**EMERGENCY)
    elif name == "signed":
        story.find(**URGENT)
    elif name == "diagnosis":
        story.name("BSI")
    else:
        getattr(story, name)()
    while_open = timezone.now()
    assert not loading_gate(case).open
    if name == "begin":
        story.void()
    elif name == "item":
        story.outcome("RF-PE")
    elif name == "signed":
        story.sign("RF-NOIMP", "may_load", limits="walk")
    elif name == "diagnosis":
        story.release("BSI")
    else:
        story.calm()
    assert loading_gate(case).open

    assert [was_shut(case, moment) for moment in (before, while_open, timezone.now())] == [False, True, False]
