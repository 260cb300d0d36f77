"""Words that all three apps share.  Plain Python: no Django, no clock, no files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType


class Answer(StrEnum):
    """What is known of one fact.  Silence is NOT_ASSESSED and never counts as ABSENT."""

    PRESENT = "present"
    ABSENT = "absent"
    NOT_ASSESSED = "not_assessed"


class Side(StrEnum):
    """A side of the body; NONE where a fact has no side."""

    LEFT = "left"
    RIGHT = "right"
    BOTH = "both"
    NONE = "none"


class Level(StrEnum):
    """How fast this leg needs someone else; the highest present wins."""

    E = "E"  # emergency now
    D = "D"  # same day
    U = "U"  # within two weeks
    R = "R"  # routine

    @property
    def urgency(self) -> int:
        """Return 3 for an emergency down to 0 for routine, so that levels can be compared."""
        return {"E": 3, "D": 2, "U": 1, "R": 0}[self.value]

    @property
    def is_stopping(self) -> bool:
        """Return whether an open item of this level forbids every load."""
        return self in (Level.E, Level.D)


class OutcomeType(StrEnum):
    """How a stopping item ended.  Only EXCLUDED unlocks; INCONCLUSIVE stays open."""

    EXCLUDED = "excluded"
    CONFIRMED = "confirmed"
    INCONCLUSIVE = "inconclusive"


class SignOffKind(StrEnum):
    """What a named clinician signs for; one sign-off answers one item."""

    CONSIDERED_NOT_SUSPECTED = "considered_not_suspected"
    MAY_LOAD = "may_load"
    RELEASED = "released"


class TestResult(StrEnum):
    """What an investigation for a clot showed."""

    __test__ = False  # the name would make pytest collect it

    NEGATIVE = "negative"
    POSITIVE = "positive"
    NOT_DONE = "not_done"


@dataclass(frozen=True)
class Text:
    """One sentence in the languages of the product."""

    en: str
    es: str


def in_english(text: Text, **values: object) -> str:
    """Return the English of a sentence with its values put in, as the record keeps it."""
    return text.en.format(**values)


def texts_in(names: Mapping[str, object]) -> tuple[Text, ...]:
    """Return the sentences that stand under the names of a module, as ``texts_in(globals())`` at its end."""
    return tuple(text for text in names.values() if isinstance(text, Text))


@dataclass(frozen=True)
class DangerText(Text):
    """A sentence about a danger: its Spanish stands alone once the clinic's lead has confirmed the knowledge."""


@dataclass(frozen=True)
class Reason:
    """Why something was decided: a code, words for people, where it comes from."""

    code: str
    text: str
    source: str
    points: int | None = None


@dataclass(frozen=True)
class PatientFacts:
    """What the rules need of the person.  ``None`` means not known.

    ``age_years`` 0 to 120; ``postpartum_days`` and ``onset_days`` count from 0;
    ``gestation_weeks`` 0 to 45; ``side`` is the symptomatic side.
    """

    age_years: int | None = None
    sex: str | None = None  # female, male, other
    pregnant: Answer = Answer.NOT_ASSESSED
    postpartum_days: int | None = None
    gestation_weeks: int | None = None
    side: Side | None = None
    onset_days: int | None = None


@dataclass(frozen=True)
class Measurement:
    """One measured value of a physical test, in the unit of that test."""

    test: str
    side: Side
    value: float | None
    unit: str
    method: str | None = None
    pain_nprs: int | None = None


@dataclass(frozen=True)
class Outcome:
    """How one red-flag item ended, and for a suspected clot what the tests showed.

    ``discharged`` is a written hospital discharge; it counts only where Wells does not apply.
    """

    item: str
    outcome: OutcomeType
    scan: TestResult | None = None
    repeat_scan: TestResult | None = None
    d_dimer: TestResult | None = None
    discharged: bool = False


@dataclass(frozen=True)
class SignOffFact:
    """A named clinician's signature for one row or cause.  ``on`` is an ISO date."""

    item: str
    kind: SignOffKind
    by: str
    on: str
    reason: str
    limits: str = ""


@dataclass(frozen=True)
class Settings:
    """The two switches of a clinic that change a rule."""

    dvt_seed_strict: bool = False
    core_fail_mode: str = "deficit"  # or seed_below_average


def _empty() -> Mapping[str, Answer]:
    return MappingProxyType({})


@dataclass(frozen=True)
class CaseFacts:
    """Everything the decision path may look at for one leg, as plain values.

    ``answers`` holds every three-valued fact by its code; a code that is missing is
    NOT_ASSESSED.  ``failed`` and ``diagnosis`` are what a clinician stated directly.
    """

    patient: PatientFacts = PatientFacts()
    answers: Mapping[str, Answer] = field(default_factory=_empty)
    w10: Answer = Answer.NOT_ASSESSED
    w10_reason: str = ""
    measurements: tuple[Measurement, ...] = ()
    failed: tuple[str, ...] = ()
    diagnosis: str | None = None
    equipment: frozenset[str] = frozenset()
    blocked: frozenset[str] = frozenset()
    outcomes: tuple[Outcome, ...] = ()
    sign_offs: tuple[SignOffFact, ...] = ()
    settings: Settings = Settings()

    def answer(self, code: str) -> Answer:
        """Return what is known of a fact; a code nobody answered is NOT_ASSESSED."""
        return self.answers.get(code, Answer.NOT_ASSESSED)

    def has(self, code: str) -> bool:
        """Return whether a fact is known to be present."""
        return self.answer(code) is Answer.PRESENT

    def lacks(self, code: str) -> bool:
        """Return whether a fact is known to be absent; silence is not absence."""
        return self.answer(code) is Answer.ABSENT
