"""Invented runners, every name plainly invented: one at each step, at each triage level, for each seed condition."""

from dataclasses import dataclass, field
from datetime import date

STEPS = (
    *("registered", "told", "screened", "examined", "diagnosed", "drafted", "signed"),
    *("trained", "treated", "stopped", "closed"),
)
BY_THE_WAY = ("trained", "treated", "stopped")  # only the stories that end there go through them
EQUIPMENT = ("band", "barbell", "step", "ball")
SOLEUS = ("resisted_pf_bent_pain", "deep_ache_mid_low_calf", "gradual_tightening", "dull_ache", "pain_downstairs")
COMPARTMENT = ("pressure_fullness", "lingers_5_min")
RUNNING_PRESSURE = ("cecs_same_time", "cecs_eases", "cecs_tingling", "cecs_both_sides")


@dataclass(frozen=True)
class Story:
    """One invented runner: how far along the path, what was answered, found and measured."""

    given_name: str
    surname: str
    words: str
    until: str
    sex: str = "female"
    born: date = date(1990, 4, 12)
    side: str = "left"
    present: tuple[str, ...] = ()
    unanswered: tuple[str, ...] = ()
    outcome: dict = field(default_factory=dict)
    may_load: str = ""
    found: tuple[str, ...] = ()
    measured: tuple[tuple[str, str, float, str], ...] = ()
    cause: str = ""
    why: str = ""
    email: str = ""
    days_ago: int = 1  # the day of the visit
    onset_days: int = 21  # how long the calf has hurt by then
    days: tuple[tuple[int, int | None], ...] = ()  # of each day since: pain in the morning, and in a session if any
    taps: bool = False  # the clinician takes each step that the rules offer
    retested: tuple[tuple[str, str, float, str], ...] = ()  # what is measured again at the end
    scores: tuple[tuple[int, dict], ...] = ()  # (days after the visit, parts) of the runner's own activities

    def path(self):
        """Return the steps this story goes through, in order."""
        walked = STEPS[: STEPS.index(self.until) + 1]
        return [step for step in walked if step not in BY_THE_WAY or step == self.until]


FAILED_ROTATION = ("CR_BRIDGE", "left", 24, "s")
FAILED_EXTENSION = ("CE_SORENSEN", "none", 80, "s")
WEAK_CALF = (
    *(("SS_RAISES", "left", 11, "reps"), ("SS_RAISES", "right", 24, "reps")),
    *(("RAISE_PAIN_DOUBLE", "none", 1, "NPRS"), ("RAISE_PAIN_BENT", "left", 2, "NPRS")),
)
FAILED_FLEXION = ("CF_HOLD", "none", 41, "s")
GOOD_CORE = (("CF_HOLD", "none", 160, "s"), ("CL_BRIDGE", "left", 101, "s"), ("CL_BRIDGE", "right", 99, "s"))

# Of each day since the visit: (pain in the morning, pain in a session); None is a day without one.
STEADY = tuple((1 if n < 8 else 0, 1 if n % 7 in (2, 4, 6) else None) for n in range(1, 16))
TWO_AMBER = ((1, None), (1, None), (1, 1), (1, None), (1, 4), (1, None), (1, 4), (1, None))
TWO_GREEN = ((1, None), (1, None), (1, 1), (1, None), (1, 1), (1, None))


def activities(run, stairs, hop):
    """Return the parts of a score of the runner's own activities, each 0 to 10."""
    named = (("Run 5 km", run), ("Stairs downwards", stairs), ("Hop on the sore leg", hop))
    return {"activities": [{"activity": activity, "points": points} for activity, points in named]}


STORIES = (
    Story("Nora", "Example", "", "registered", days_ago=0),
    Story(
        "Milo",
        "Sample",
        "Tight calf on the last three long runs.",
        "told",
        sex="male",
        born=date(1984, 11, 3),
        email="runner5@demo.example",
        days_ago=0,
    ),
    Story(
        "Hana",
        "Pending",
        "Sore calf, several questions still open.",
        "screened",
        born=date(1979, 6, 21),
        unanswered=("leg_hot", "w7"),
        days_ago=0,
        onset_days=9,
    ),
    Story(
        "Emil",
        "Urgent",
        "Calf pain and out of breath since this morning.",
        "screened",
        sex="male",
        born=date(1968, 2, 9),
        present=("pe_breathless", "leg_swelling"),
        days_ago=0,
        onset_days=0,
    ),
    Story(
        "Dora",
        "Clotsign",
        "Swollen warm calf five days after a long flight.",
        "screened",
        present=("leg_swelling", "leg_hot", "travel_4h"),
        days_ago=0,
        onset_days=5,
    ),
    Story(
        "Theo",
        "Clotfound",
        "Swollen calf after a week in bed; the hospital's scan found a clot.",
        "screened",
        sex="male",
        born=date(1961, 8, 30),
        side="right",
        present=("leg_swelling", "w3"),
        outcome={
            "outcome": "confirmed",
            "scan": "positive",
            "d_dimer": "positive",
            "text": "Hospital letter: clot in the deep veins of the calf, treatment begun.",
        },
        days_ago=4,
        onset_days=6,
    ),
    Story(
        "Uma",
        "Pressure",
        "Pressure in both calves after twelve minutes of every run.",
        "screened",
        side="both",
        present=RUNNING_PRESSURE,
    ),
    Story("Rui", "Routine", "Dull ache mid calf after hill work.", "screened", sex="male"),
    Story(
        "Ines",
        "Examined",
        "Dull ache mid calf, worse downstairs.",
        "examined",
        found=SOLEUS,
        measured=(FAILED_EXTENSION, *GOOD_CORE),
    ),
    Story(
        "Otto",
        "Named",
        "Ache low in the calf, had to walk home.",
        "diagnosed",
        sex="male",
        found=SOLEUS,
        cause="SOLEUS",
        measured=(("CE_SORENSEN", "none", 81, "s"), *GOOD_CORE),
    ),
    Story(
        "Lia",
        "Drafted",
        "Calf tightens after 4 km.",
        "drafted",
        found=SOLEUS,
        cause="SOLEUS",
        measured=(("CR_BRIDGE", "right", 25, "s"), ("CE_SORENSEN", "none", 100, "s")),
    ),
    Story(
        "Bea",
        "Birddog",
        "Dull ache mid calf for three weeks, worse going down stairs.",
        "treated",
        found=SOLEUS,
        cause="SOLEUS",
        email="runner@demo.example",
        measured=(FAILED_ROTATION, FAILED_EXTENSION, *WEAK_CALF),
        days_ago=2,
    ),
    Story(
        "Dan",
        "Deadbug",
        "Deep cramp in the lower leg, had to stop and limp.",
        "signed",
        sex="male",
        found=SOLEUS,
        cause="SOLEUS",
        email="runner2@demo.example",
        side="right",
        born=date(1987, 9, 25),
        days_ago=3,
        measured=(FAILED_FLEXION, ("CR_BRIDGE", "right", 22, "s")),
    ),
    Story(
        "Pia",
        "Compartment",
        "Pressure and tingling after the same time in every run.",
        "signed",
        side="both",
        present=RUNNING_PRESSURE,
        may_load="Core and hip only; stop at the first pressure or tingling.",
        found=COMPARTMENT,
        cause="PCS",
        email="runner3@demo.example",
        born=date(1999, 3, 14),
        days_ago=5,
    ),
    Story(
        "Vera",
        "Cleared",
        "Swelling after a step off the kerb; clot excluded in hospital.",
        "drafted",
        present=("leg_swelling", "leg_hot"),
        outcome={
            "outcome": "excluded",
            "scan": "negative",
            "d_dimer": "negative",
            "text": "Hospital letter: scan and D-dimer negative.",
        },
        found=SOLEUS,
        cause="SOLEUS",
        measured=(FAILED_EXTENSION, *GOOD_CORE),
        why="Clot excluded; the muscle tests point to the soleus.",
    ),
    Story(
        "Tom",
        "Stopped",
        "Tight calf for three weeks; at the second visit the calf was swollen.",
        "stopped",
        sex="male",
        born=date(1975, 1, 17),
        found=SOLEUS,
        cause="SOLEUS",
        email="runner4@demo.example",
        measured=(FAILED_EXTENSION, *GOOD_CORE),
        days_ago=3,
    ),
    Story(
        "Stella",
        "Steady",
        "Dull ache mid calf after hills; does the plan every other day.",
        "trained",
        found=SOLEUS,
        cause="SOLEUS",
        email="runner6@demo.example",
        days_ago=16,
        measured=(FAILED_ROTATION, FAILED_EXTENSION, *WEAK_CALF),
        days=STEADY,
        taps=True,
        retested=(
            *(("CR_BRIDGE", "left", 31, "s"), ("CE_SORENSEN", "none", 131, "s")),
            *(("SS_RAISES", "left", 19, "reps"), ("SS_RAISES", "right", 24, "reps")),
        ),
        scores=((0, activities(2, 5, 3)), (13, activities(5, 8, 6))),
    ),
    Story(
        "Amos",
        "Twoamber",
        "Tight calf; twice in a row it hurt more than it should.",
        "trained",
        sex="male",
        found=SOLEUS,
        cause="SOLEUS",
        email="runner7@demo.example",
        days_ago=9,
        measured=(("CE_SORENSEN", "none", 81, "s"), *WEAK_CALF),
        days=TWO_AMBER,
    ),
    Story(
        "Wanda",
        "Waiting",
        "Ache low in the calf; two good sessions, and the next level waits for a tap.",
        "trained",
        found=SOLEUS,
        cause="SOLEUS",
        email="runner8@demo.example",
        days_ago=7,
        measured=(FAILED_EXTENSION, *WEAK_CALF),
        days=TWO_GREEN,
    ),
    Story(
        "Carl",
        "Closed",
        "Calf sore after a race, fit again.",
        "closed",
        sex="male",
        found=SOLEUS,
        cause="SOLEUS",
        measured=(FAILED_EXTENSION, *GOOD_CORE),
        days_ago=6,
    ),
)

# Treated in the other clinic of the demonstration: here the record opens by break-glass alone.
NEIGHBOURS = Story(
    "Nia",
    "Neighbour",
    "Sharp pain in the right calf on the last hill, three weeks ago.",
    "screened",
    born=date(1987, 6, 5),
    side="right",
)
