"""How much processor time one whole decision costs, over the worked examples.  No answer is kept between runs."""

import statistics
import time

from rehab.casefile import read_case
from rehab.decision import plan_decision
from rehab.knowledge import rehab_knowledge
from rehab.management.codebook import vocabulary
from triage.decision import triage_decision
from triage.knowledge import triage_knowledge

BOUND_MS = 2.0
ROUNDS = 50
EVERYTHING = {"equipment": ["band", "barbell", "step", "ball"]}
NOTHING = {"equipment": []}
CECS = {
    "diagnosis": "PCS",
    "screening": {"*": "absent", "cecs_same_time": "present", "cecs_eases": "present"},
    "sign_offs": [
        {
            "item": "RF-CECS",
            "kind": "may_load",
            "by": "A. Lead",
            "on": "2026-11-20",
            "reason": "bench",
            "limits": "easy",
        }
    ],
}
# The inputs of the worked examples of 6.3: what failed, and what differs from a calm soleus strain.
EXAMPLES = (
    ("core_rot_left core_ext", {}),
    ("core_flex core_rot_right", {}),
    ("", CECS),
    ("hip_ext", {}),
    ("hip_flexor_len", {}),
    ("core_flex core_ext core_rot_left", {}),
    ("core_ext core_rot_left core_rot_right core_lat_right", {}),
    ("core_flex core_ext", {}),
    ("core_rot_left", {}),
    ("core_rot_left", NOTHING),
    ("core_ext", {}),
    ("core_ext", {"blocked": ["BIRD_DOG"]}),
    ("core_ext core_rot_left", CECS),
    ("gastroc_str soleus_str gastroc_len", {}),
    ("gastroc_str soleus_str", {"diagnosis": "ACHILLES_TENDINOPATHY"}),
    ("hip_abd hip_er", {}),
    ("hip_abd hip_er", NOTHING),
    ("ankle_df soleus_len", {}),
    ("core_flex core_ext core_rot_left core_lat_left hip_ext hip_flexor_len soleus_str soleus_len", {}),
    ("core_ext core_rot_left", {"screening": {"*": "absent", "leg_hot": "present"}}),
    ("core_lat_left hip_abd", {}),
    ("core_lat_left core_rot_left", {}),
    ("foot_arch gait_cadence", {}),
    ("sls ankle_df", NOTHING),
)


def example_facts():
    """Return the facts of every worked example."""
    calm = {
        "patient": {"age_years": 34, "sex": "male", "pregnant": "absent", "side": "left", "onset_days": 21},
        "screening": {"*": "absent"},
        "wells": {"*": "absent"},
        "findings": {"*": "absent"},
        "diagnosis": "SOLEUS",
        **EVERYTHING,
    }
    words = vocabulary()
    return [read_case({**calm, "failed": failed.split(), **changes}, words).facts for failed, changes in EXAMPLES]


def decision_times(rounds=ROUNDS):
    """Return what triage, causes and plan cost together, in milliseconds of processor time.

    ``quiet_ms`` is the median over the examples of each one's cheapest round: what the code itself costs, however
    busy the machine is.  Median, 95th percentile and worst are of all rounds, as this machine ran them.
    """
    triage, rehab, cases = triage_knowledge(), rehab_knowledge(), example_facts()
    by_case = [[] for _ in cases]
    for _ in range(rounds):
        for case, spent in zip(cases, by_case, strict=True):
            started = time.process_time_ns()
            plan_decision(case, triage_decision(case, triage), rehab)
            spent.append((time.process_time_ns() - started) / 1e6)
    spent = [ms for rounds_of_case in by_case for ms in rounds_of_case]
    return {
        "decisions": len(spent),
        "quiet_ms": round(statistics.median(min(rounds_of_case) for rounds_of_case in by_case), 3),
        "median_ms": round(statistics.median(spent), 3),
        "p95_ms": round(statistics.quantiles(spent, n=20)[-1], 3),
        "worst_ms": round(max(spent), 3),
        "bound_ms": BOUND_MS,
    }
