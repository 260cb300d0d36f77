"""The two-level Wells score: points, verdict, and what is missing for it."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from clinic.terms import Answer, PatientFacts, Reason, Text


class TwoLevel(StrEnum):
    """What the two-level score says; INCOMPLETE is treated as same day, never as unlikely."""

    LIKELY = "likely"
    UNLIKELY = "unlikely"
    INCOMPLETE = "incomplete"
    NOT_APPLICABLE = "not_applicable"


@dataclass(frozen=True)
class WellsItem:
    """One item of the score; ``points`` are +1 each and -2 for the alternative diagnosis."""

    code: str
    label: Text
    points: int
    source: tuple[str, ...]
    mark: str = ""


@dataclass(frozen=True)
class WellsTable:
    """The ten items, the cut-off in points, and for whom the score holds (years, days)."""

    items: tuple[WellsItem, ...]
    likely_from: int
    adult_from_years: int
    postpartum_days: int
    pregnancy_from_years: int
    pregnancy_to_years: int
    caution: Text
    source: tuple[str, ...]


@dataclass(frozen=True)
class Passage:
    """A text for people: a step of the hospital's pathway, a display band, a caution."""

    code: str
    text: Text
    source: tuple[str, ...]
    mark: str = ""


@dataclass(frozen=True)
class Scores:
    """The Wells table and the texts around it."""

    wells: WellsTable
    pathway: Mapping[str, Passage]
    bands: tuple[Passage, ...]
    not_applicable: Text
    never_clears: Text
    clinic_role: Text


@dataclass(frozen=True)
class WellsResult:
    """Both totals, the verdict and its working; points are ``None`` where the score does not apply.

    ``at_least`` says that items are missing and the true total may be higher.
    """

    points: int | None
    points_without_w10: int | None
    at_least: bool
    two_level: TwoLevel
    missing: tuple[str, ...]
    caution: str | None
    reasons: tuple[Reason, ...]


def pregnancy_is_open(patient: PatientFacts, pregnant: Answer, table: WellsTable) -> bool:
    """Return whether a pregnancy is possible and nobody asked.

    Possible means: not male, and aged 12 to 55 or of unknown age (clarification 4).
    """
    if pregnant is not Answer.NOT_ASSESSED or patient.sex == "male":
        return False
    age = patient.age_years
    return age is None or table.pregnancy_from_years <= age <= table.pregnancy_to_years


def is_excluded_from_wells(patient: PatientFacts, answers: Mapping[str, Answer], table: WellsTable) -> bool:
    """Return whether the score does not apply: pregnant, up to 42 days after birth, or under 18 years."""
    if answers.get("pregnant") is Answer.PRESENT or answers.get("postpartum_6w") is Answer.PRESENT:
        return True
    days = patient.postpartum_days
    if days is not None and days <= table.postpartum_days:
        return True
    return patient.age_years is not None and patient.age_years < table.adult_from_years


def wells_score(
    answers: Mapping[str, Answer],
    w10: Answer,
    w10_reason: str,
    patient: PatientFacts,
    table: WellsTable,
) -> WellsResult:
    """Return the two-level Wells verdict for a suspected deep vein thrombosis.

    ``answers`` holds w1 to w9, ``pregnant`` and ``postpartum_6w``; ``w10`` comes from a named
    clinician with a reason, else ``ValueError``.  Points are whole numbers, -2 to +9.  A missing
    item can only raise the total: at least 2 is already LIKELY, less is INCOMPLETE, never UNLIKELY.
    An unknown age or an unasked pregnancy is always INCOMPLETE.

    Source: NICE NG158, two-level table [NG158]; Wells 2003 [W03].
    """
    if w10 is Answer.PRESENT and not w10_reason.strip():
        raise ValueError("w10: an alternative diagnosis needs a reason")
    if is_excluded_from_wells(patient, answers, table):
        return WellsResult(None, None, False, TwoLevel.NOT_APPLICABLE, (), None, ())
    present = [item for item in table.items if item.points > 0 and answers.get(item.code) is Answer.PRESENT]
    without = sum(item.points for item in present)
    if w10 is Answer.PRESENT:
        present += [item for item in table.items if item.points < 0]
    points = sum(item.points for item in present)
    missing = _missing_items(answers, table)
    unknown = _missing_person(patient, answers, table)
    if unknown:
        verdict = TwoLevel.INCOMPLETE
    elif points >= table.likely_from:
        verdict = TwoLevel.LIKELY
    else:
        verdict = TwoLevel.INCOMPLETE if missing else TwoLevel.UNLIKELY
    lowered = w10 is Answer.PRESENT and points < table.likely_from <= without
    return WellsResult(
        points=points,
        points_without_w10=without,
        at_least=bool(missing),
        two_level=verdict,
        missing=missing + unknown,
        caution=table.caution.en if lowered else None,
        reasons=tuple(Reason(item.code, item.label.en, ", ".join(item.source), item.points) for item in present),
    )


def _missing_items(answers: Mapping[str, Answer], table: WellsTable) -> tuple[str, ...]:
    silent = Answer.NOT_ASSESSED
    return tuple(item.code for item in table.items if item.points > 0 and answers.get(item.code, silent) is silent)


def _missing_person(patient: PatientFacts, answers: Mapping[str, Answer], table: WellsTable) -> tuple[str, ...]:
    age = () if patient.age_years is not None else ("age_years",)
    is_open = pregnancy_is_open(patient, answers.get("pregnant", Answer.NOT_ASSESSED), table)
    return (*age, *(("pregnant",) if is_open else ()))
