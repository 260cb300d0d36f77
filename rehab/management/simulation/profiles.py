"""How invented runners feel and behave, day by day.  Plain functions of a seeded chance that know no rule.

A day counts from the signature of the plan, day 0.  Pain is a whole number from 0 to 10 (NPRS).
"""

from dataclasses import dataclass
from random import Random

LATE = (31, 90)  # minutes: later than is usual, and in some an emergency
CALM_DAYS = 28.0  # a soleus that heals has lost its pain by then


@dataclass(frozen=True)
class Profile:
    """One kind of runner: how it heals, how much it does, and what it grows into.

    ``sessions`` and ``mornings``: the chance to do a session that is due, to answer the morning question.
    ``extra_runs``: the chance of a run on a day when none is due.  ``heals``: whether pain falls with the weeks.
    ``signs``: the safety questions that it comes to answer with yes; empty for one that stays safe.  ``by_clock``: the
    chance that it tells no yes but, in a run, tingling and how many minutes of rest it took to ease.
    """

    code: str
    sessions: float = 0.95
    mornings: float = 0.97
    extra_runs: float = 0.0
    heals: bool = True
    flares: bool = False
    signs: tuple[str, ...] = ()
    by_clock: float = 0.0


PROFILES = (
    Profile("adherent"),
    Profile("over_doer", extra_runs=0.35),
    Profile("under_doer", sessions=0.45, mornings=0.5),
    Profile("flare", flares=True),
    Profile("slow_healer", heals=False),
    Profile("clot", signs=("new_swelling", "warm_or_colour")),
    Profile("compartment", signs=("not_easing", "numb_or_weak"), by_clock=0.5),
)


class Body:
    """One runner's calf: what it feels like on a day.  The same seed gives the same body."""

    def __init__(self, profile, seed):
        self.profile, self.chance = profile, Random(seed)  # noqa: S311  (an invented runner, no secret)
        self.turns_bad = self.chance.randint(7, 50)  # the day a danger shows, or a flare begins
        self.lag = self.chance.randint(0, 2)  # days until the runner mentions it
        self.by_clock = self.chance.random() < profile.by_clock
        self.overdone = 0.0

    def is_in_danger(self, day):
        """Return whether the danger of this runner is there and noticed."""
        return bool(self.profile.signs) and day >= self.turns_bad + self.lag

    def yes(self, day):
        """Return the safety questions answered with yes on a day."""
        if self.by_clock or not self.is_in_danger(day):
            return ()
        return self.profile.signs[: self.chance.randint(1, len(self.profile.signs))]

    def relief_minutes(self, day):
        """Return after how many minutes of rest the tingling of a run eased; None where there was none."""
        return self.chance.randint(*LATE) if self.by_clock and self.is_in_danger(day) else None

    def pain(self, day, *, run=False):
        """Return the worst pain of a session or a run."""
        rest = max(0.0, 2.0 * (1 - day / CALM_DAYS)) if self.profile.heals else 2.6
        flare = 4.0 if self.profile.flares and self.turns_bad <= day < self.turns_bad + 4 else 0.0
        noise = self.chance.choice((0.0, 0.0, 0.0, 0.0, 0.4, 0.8)) if run else self.chance.choice((0.0, 0.0, 0.4))
        return min(10, round(rest + flare + self.overdone + noise))

    def usual_pain(self, day):
        """Return the worst pain of the last day, as it is scored: 6 at first, and less where the calf heals."""
        return (
            round(6 * (1 - day / CALM_DAYS)) if self.profile.heals and day < CALM_DAYS else 6 * (not self.profile.heals)
        )

    def morning_pain(self, day):
        """Return the pain of the first steps."""
        rest = max(0.0, 1.6 * (1 - day / CALM_DAYS)) if self.profile.heals else 2.0
        flare = 2.0 if self.profile.flares and self.turns_bad < day <= self.turns_bad + 4 else 0.0
        return min(10, round(rest + flare + self.overdone / 2))

    def night(self):
        """Let what was overdone fade."""
        self.overdone = max(0.0, self.overdone - 0.5)

    def overdo(self):
        """Remember a run too many."""
        self.overdone = min(5.0, self.overdone + 1.2)

    def does(self, chance):
        """Return whether something of this chance happens today."""
        return self.chance.random() < chance
