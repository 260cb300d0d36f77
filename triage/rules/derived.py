"""Facts that follow from age, pregnancy, sex and measurements."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from clinic.terms import Answer, CaseFacts, PatientFacts, Side
from triage.rules.scores import WellsTable, pregnancy_is_open


@dataclass(frozen=True)
class Limits:
    """Cut-offs that turn a value into a fact: years, centimetres, and pressure ratios without unit."""

    old_over_years: int
    middle_from_years: int
    girth_sign_from_cm: float
    girth_always_from_cm: float
    girth_significant_from_cm: float
    abi_low_to: float
    abi_stiff_over: float
    tbi_low_under: float


def known_facts(case: CaseFacts, limits: Limits, wells: WellsTable) -> dict[str, Answer]:
    """Return the answers of a case with what follows from age, pregnancy and measurements.

    A fact that follows or was stated PRESENT is PRESENT; one stated NOT_ASSESSED stays so; else what
    follows counts, and last what was answered.
    """
    return with_derived(case.answers, _derived(case, limits, wells))


def with_derived(stated: Mapping[str, Answer], derived: Iterable[tuple[str, Answer]]) -> dict[str, Answer]:
    """Return stated and derived facts together: PRESENT from either wins, a stated NOT_ASSESSED stands."""
    facts = dict(stated)
    for code, answer in derived:
        known = facts.get(code)
        if known is Answer.PRESENT or (known is Answer.NOT_ASSESSED and answer is not Answer.PRESENT):
            continue
        facts[code] = answer
    return facts


def known_of_person(patient: PatientFacts, limits: Limits) -> dict[str, Answer]:
    """Return what the person's age (years) and sex answer by themselves: nobody need ask it.

    Of a man that he is neither pregnant nor has given birth, unless his record says otherwise; of anybody
    else nothing about it.  An unknown age answers nothing.
    """
    known: dict[str, Answer] = {}
    if patient.age_years is not None:
        known["age_over_60"] = _answer(patient.age_years > limits.old_over_years)
        known["age_50_or_over"] = _answer(patient.age_years >= limits.middle_from_years)
    is_expecting = patient.pregnant is Answer.PRESENT or patient.gestation_weeks is not None
    if patient.sex == "male" and not is_expecting and patient.postpartum_days is None:
        known |= {"pregnant": Answer.ABSENT, "postpartum_6w": Answer.ABSENT}
    return known


def _derived(case: CaseFacts, limits: Limits, wells: WellsTable) -> list[tuple[str, Answer]]:
    patient = case.patient
    found = [("pregnant", _pregnancy(case, wells))]
    if patient.postpartum_days is not None:
        found.append(("postpartum_6w", _answer(patient.postpartum_days <= wells.postpartum_days)))
    found += known_of_person(patient, limits).items()
    difference = girth_difference(case)
    if difference is not None:
        found.append(("w6", _answer(difference >= limits.girth_significant_from_cm)))
    return found + _pressures(case, limits)


def _pregnancy(case: CaseFacts, wells: WellsTable) -> Answer:
    patient: PatientFacts = case.patient
    expecting = patient.gestation_weeks is not None and patient.pregnant is Answer.NOT_ASSESSED
    if patient.pregnant is Answer.PRESENT or expecting:
        return Answer.PRESENT
    return Answer.NOT_ASSESSED if pregnancy_is_open(patient, patient.pregnant, wells) else Answer.ABSENT


def _answer(is_so: bool) -> Answer:
    return Answer.PRESENT if is_so else Answer.ABSENT


def girth_difference(case: CaseFacts) -> float | None:
    """Return the calf girth of the symptomatic leg minus the other, in cm, or ``None``.

    With both legs or no side known the larger leg counts as the more symptomatic one.  Both legs
    must be measured; the last value of a side counts.  Source: Wells 1997 [W97].
    """
    girths = {m.side: m.value for m in case.measurements if m.test == "CALF_GIRTH" and m.value is not None}
    left, right = girths.get(Side.LEFT), girths.get(Side.RIGHT)
    if left is None or right is None:
        return None
    difference = round(left - right, 2)
    if case.patient.side is Side.LEFT:
        return difference
    return -difference if case.patient.side is Side.RIGHT else abs(difference)


def _pressures(case: CaseFacts, limits: Limits) -> list[tuple[str, Answer]]:
    ankle = _values(case, "ABI")
    toe = _values(case, "TBI")
    found = [("tbi_low", _answer(min(toe) < limits.tbi_low_under))] if toe else []
    if ankle:
        low = min(ankle) <= limits.abi_low_to
        # Stiff arteries read high: without a toe pressure the ankle value says nothing.
        stiff = max(ankle) > limits.abi_stiff_over and not toe
        found.append(("abi_low", Answer.NOT_ASSESSED if stiff and not low else _answer(low)))
    return found


def _values(case: CaseFacts, test: str) -> list[float]:
    return [m.value for m in case.measurements if m.test == test and m.value is not None]


def swelling_by_girth(difference_cm: float | None, answers: Mapping[str, Answer], limits: Limits) -> bool:
    """Return whether a girth difference counts as local swelling (girth rule of 2.3, [CONV]).

    From 2.0 cm always; from 1.0 cm unless the asymmetry is recorded as old and known after a second
    measurement and visible swelling is recorded absent.
    """
    if difference_cm is None or difference_cm < limits.girth_sign_from_cm:
        return False
    if difference_cm >= limits.girth_always_from_cm:
        return True
    is_old = answers.get("girth_old_known") is Answer.PRESENT
    return not (is_old and answers.get("leg_swelling") is Answer.ABSENT)
