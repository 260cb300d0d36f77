"""Rows in, plain values out: what a dose, an item and a case mean to the rules."""

from dataclasses import replace

from clinic.terms import Answer, Side
from rehab.decision import exercise_verdicts, plan_decision, treatment_decision
from rehab.knowledge import rehab_knowledge
from rehab.models import LevelStep, Plan
from rehab.rules.catalogue import Verdict
from triage.decision import triage_decision
from triage.facts import case_facts
from triage.gate import loading_gate
from triage.knowledge import triage_knowledge
from triage.models import RedFlagItem

SCREENING = ("unfinished_screening", "no_screening", "incomplete_screening")  # as triage.gate names them


def plan_facts(case, today, equipment=(), blocked=()):
    """Return everything known of a case, with what stands in the runner's home and what is ruled out.

    The three elephant questions of the story are facts too, unless an examination has answered them.
    """
    known = case_facts(case, today)
    told = {"flat_feet": case.flat_feet, "hypermobile": case.hypermobile, "core_training_3x15": case.core_training}
    story = {code: Answer(answer) for code, answer in told.items() if known.answer(code) is Answer.NOT_ASSESSED}
    return replace(
        known, answers={**known.answers, **story}, equipment=frozenset(equipment), blocked=frozenset(blocked)
    )


def decided_facts(plan, at):
    """Return today's facts with the equipment and the blocked exercises a draft was made with."""
    inputs = plan.decision.inputs
    return plan_facts(plan.case, at.date(), inputs["equipment"], inputs["blocked"])


def judged(facts):
    """Return (triage, plan) as decided from these facts by today's knowledge."""
    triage = triage_decision(facts, triage_knowledge())
    return triage, plan_decision(facts, triage, rehab_knowledge())


def reached_levels(case):
    """Return the level each exercise of the plan in force has reached: its newest step."""
    steps = LevelStep.objects.filter(item__plan__in=Plan.objects.signed().filter(case=case))
    return dict(steps.order_by("stepped_at", "id").values_list("item__exercise_id", "level"))


def verdicts_of_exercises(case, facts):
    """Return for every exercise whether it may be given today, and why not."""
    triage = triage_decision(facts, triage_knowledge())
    return exercise_verdicts(facts, triage, rehab_knowledge(), levels=reached_levels(case))


def swaps_of(case, at):
    """Return {exercise: what may be done in its place today}: the substitutions of 6.4 that every gate lets pass."""
    verdicts = verdicts_of_exercises(case, plan_facts(case, at.date(), case.equipment))
    known = rehab_knowledge().mapping.substitutions
    return {code: (found.substitute,) for code, found in known.items() if verdicts[found.substitute].status == "ok"}


def treatment_lock(case):
    """Return why no treatment may be given at all: the screening, and the alarms of every screening.

    The rules see the newest screening alone; an alarm of an older one stays open until it is answered.
    """
    alarms = RedFlagItem.objects.filter(case=case, level__in=["E", "D"]).exclude(outcome="excluded")
    locking = {*SCREENING, *alarms.values_list("row", flat=True)}
    return tuple(reason for reason in loading_gate(case).reasons if reason.code in locking)


def verdicts_of_treatments(case, facts):
    """Return for every treatment whether it may be given today, and why not."""
    verdicts = treatment_decision(facts, triage_decision(facts, triage_knowledge()), rehab_knowledge())
    lock = treatment_lock(case)
    if not lock:
        return verdicts
    return {code: replace(found, verdict=Verdict.FORBIDDEN, because=lock) for code, found in verdicts.items()}


def _low(span):
    return None if span is None else round(span.low)


def _high(span):
    return None if span is None or span.high == span.low else round(span.high)


def dose_columns(dose):
    """Return the columns of a plan item for one level's dose; what the source leaves out stays None."""
    tempo = dose.tempo
    return {
        "sets": dose.sets,
        "amount": _low(dose.amount),
        "amount_high": _high(dose.amount),
        "unit": dose.unit or "",
        "per_side": dose.per_side,
        "scheme": "-".join(map(str, dose.scheme)),
        "tempo": f"{tempo.up:g}-{tempo.hold:g}-{tempo.down:g}" if tempo else "",
        "hold_seconds": _low(dose.hold_seconds),
        "rest_seconds": _low(dose.rest_seconds),
        "times_a_week": _low(dose.times_a_week),
        "times_a_week_high": _high(dose.times_a_week),
        "times_a_day": _low(dose.times_a_day),
    }


def level_of(exercise, number):
    """Return one level of a catalogue exercise; None where it has no ladder."""
    return next((level for level in exercise.levels if level.number == number), None)


def catalogue_dose(code, level):
    """Return the columns of a level's dose; empty for an exercise without a ladder."""
    found = level_of(rehab_knowledge().exercises[code], level)
    return dose_columns(found.dose) if found else {}


def first_side(needs):
    """Return the side that goes first: the one whose need failed; both where both or none did."""
    left = any(need.endswith("_left") for need in needs)
    right = any(need.endswith("_right") for need in needs)
    if left == right:
        return Side.BOTH
    return Side.LEFT if left else Side.RIGHT
