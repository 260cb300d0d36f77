"""The case that the worked examples start from, and one call that decides it."""

import copy

from rehab.casefile import read_case
from rehab.decision import plan_decision, treatment_decision
from rehab.knowledge import rehab_knowledge
from rehab.management.codebook import vocabulary
from triage.decision import triage_decision
from triage.knowledge import triage_knowledge

CALM = {
    "patient": {
        "age_years": 34,
        "sex": "male",
        "pregnant": "absent",
        "postpartum_days": None,
        "gestation_weeks": None,
        "side": "left",
        "onset_days": 21,
    },
    "screening": {"*": "absent"},
    "wells": {"*": "absent"},
    "findings": {"*": "absent"},
    "failed": [],
    "diagnosis": "SOLEUS",
    "equipment": ["band", "barbell", "step", "ball"],
}
MAY_LOAD = {
    "item": "RF-CECS",
    "kind": "may_load",
    "by": "A. Lead",
    "on": "2026-11-20",
    "reason": "clear",
    "limits": "easy",
}
# A runner with posterior compartment syndrome: RF-CECS is open as U, with may_load.
PCS = {
    "diagnosis": "PCS",
    "screening": {"*": "absent", "cecs_same_time": "present", "cecs_eases": "present"},
    "sign_offs": [MAY_LOAD],
}


def case_json(**changes):
    """Return the calm case with some keys changed; a mapping is merged into the calm one, None takes a key out."""
    case = copy.deepcopy(CALM)
    for key, value in changes.items():
        if value is None:
            case.pop(key, None)
        elif isinstance(value, dict) and isinstance(case.get(key), dict):
            case[key] = case[key] | value
        else:
            case[key] = value
    return case


def facts(**changes):
    """Return the facts of the calm case with some keys changed."""
    return read_case(case_json(**changes), vocabulary()).facts


def decided(**changes):
    """Return (triage, plan) for the calm case with some keys changed."""
    case = facts(**changes)
    triage = triage_decision(case, triage_knowledge())
    return triage, plan_decision(case, triage, rehab_knowledge())


def plan_of(**changes):
    """Return the plan for the calm case with some keys changed."""
    return decided(**changes)[1]


def treatments_of(**changes):
    """Return the verdict on every treatment for the calm case with some keys changed."""
    case = facts(**changes)
    return treatment_decision(case, triage_decision(case, triage_knowledge()), rehab_knowledge())


def codes(items):
    """Return the codes of chosen exercises, in their order."""
    return [item.code for item in items]
