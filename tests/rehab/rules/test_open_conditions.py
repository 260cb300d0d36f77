"""What an open or recorded condition keeps closed, in exercises as in treatments."""

import pytest

from clinic.terms import CaseFacts, SignOffFact, SignOffKind
from rehab.rules.catalogue import Verdict
from rehab.rules.gates import Situation
from tests.rehab.worked import codes, plan_of, treatments_of

SIGNED = {"by": "A. Lead", "on": "2026-11-20", "reason": "seen", "limits": "easy"}
BONE = {"bsi_bone_pain": "present", "load_jump": "present"}
TRAPPED_ARTERY = {"paes_failed_fasciotomy": "present"}
NARROW_ARTERY = {"abi_low": "present"}


def open_row(row, answers, **changes):
    """Return the changes for a runner with one open row that may be loaded."""
    return {"screening": answers, "sign_offs": [{"item": row, "kind": "may_load", **SIGNED}], **changes}


def released(cause):
    """Return the changes for a recorded diagnosis with its release."""
    return {"diagnosis": cause, "sign_offs": [{"item": cause, "kind": "released", **SIGNED}]}


def test_an_open_bone_stress_item_closes_the_band_mobilisation_whatever_the_diagnosis():
    plan = plan_of(**open_row("RF-BSI", BONE, failed=["ankle_df"]))

    assert codes(plan.exercises) == ["KNEE_TO_WALL_MOB"]


def test_an_open_bone_stress_item_closes_the_cadence_drill_which_runs_in_place():
    plan = plan_of(**open_row("RF-BSI", BONE, failed=["gait_cadence"]))

    assert (codes(plan.exercises), plan.uncovered) == ([], ("gait_cadence",))


@pytest.mark.parametrize(
    "changes",
    [
        open_row("RF-BSI", BONE),
        open_row("RF-PAES", TRAPPED_ARTERY),
        open_row("RF-PAD", NARROW_ARTERY),
        open_row("RF-NEU", {"neu_mild_stable": "present"}),
        open_row("RF-MASS", {"mass_lump": "present"}),
        released("PAES"),
        released("PAD"),
        released("BSI"),
        released("BAKER"),
        {"diagnosis": "RADICULOPATHY"},
        {"findings": {"bruise_visible": "present"}},
        {"findings": {"bruise_tracking_ankle": "present"}},
        {"findings": {"bruise_at_blow": "present"}},
        {"screening": {"bleed_bruise": "present"}},
        {"findings": {"skin_infection_or_wound": "present"}},
    ],
)
def test_the_ball_is_refused_as_an_exercise_wherever_it_is_refused_as_a_treatment(changes):
    plan = plan_of(failed=["trigger_point"], **changes)

    assert treatments_of(**changes)["BALL_RELEASE"].verdict is Verdict.FORBIDDEN
    assert (plan.status, codes(plan.exercises), plan.uncovered) == ("plan", [], ("trigger_point",))


@pytest.mark.parametrize("changes", [open_row("RF-PAES", TRAPPED_ARTERY), {"diagnosis": "RADICULOPATHY"}])
def test_the_roller_is_refused_as_an_add_on_wherever_it_is_refused_as_a_treatment(changes):
    assert "FOAM_ROLL" in codes(plan_of(equipment=["roller"]).add_ons)
    assert "FOAM_ROLL" not in codes(plan_of(equipment=["roller"], **changes).add_ons)


def test_a_cyst_that_was_imaged_frees_massage_and_the_ball():
    imaged = {"diagnosis": "BAKER", "findings": {"popliteal_cyst_ultrasound": "present"}}

    assert codes(plan_of(failed=["trigger_point"], **imaged).exercises) == ["TP_BALL_RELEASE"]
    assert treatments_of(**imaged)["BALL_RELEASE"].verdict is Verdict.OK
    assert treatments_of(**released("BAKER"))["BALL_RELEASE"].verdict is Verdict.FORBIDDEN


@pytest.mark.parametrize("missing", ["by", "on", "reason"])
def test_a_release_without_a_name_a_day_or_a_reason_releases_nothing(missing):
    fields = {"by": "S", "on": "2026-11-20", "reason": "imaged"}

    def here(**changes):
        sign_off = SignOffFact("BSI", SignOffKind.RELEASED, **{**fields, **changes})
        return Situation(CaseFacts(diagnosis="BSI", sign_offs=(sign_off,)))

    assert here().is_released
    assert not here(**{missing: " "}).is_released
