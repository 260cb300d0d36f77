"""When discharge is suggested (section 9): each condition, met or what is missing.  A clinician decides."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from clinic.terms import Text
from rehab.rules.course_tables import RunningTable
from rehab.rules.logged import Judged
from rehab.rules.running_facts import Criterion, Met
from rehab.rules.running_match import was_running
from rehab.rules.wording import Told, told

RULE = "discharge"


@dataclass(frozen=True)
class DischargeFacts:
    """What the suggestion looks at; ``None`` is "not known".

    ``stage`` and ``passed``: where the runner stands on the ladder.  ``runs``: the judged runs of the last weeks.
    ``tests``: every test that had failed, with whether it passes now (``None`` = not done again); the mapping itself
    is ``None`` where nobody examined.  ``index``: the newest running index, ``index_used``: whether the clinic has a
    licence and uses it.
    """

    today: date
    stage: int | None = None
    passed: bool = False
    runs: tuple[Judged, ...] = ()
    tests: Mapping[str, bool | None] | None = None
    index: float | None = None
    index_used: bool = False


@dataclass(frozen=True)
class Suggestion:
    """Whether discharge is suggested, with every condition; ``inputs`` are plain JSON values."""

    suggested: bool
    rule: str
    conditions: tuple[Criterion, ...]
    reasons: tuple[Told, ...]
    inputs: dict[str, object]


def discharge(facts: DischargeFacts, table: RunningTable) -> Suggestion:
    """Return whether every condition holds: the ladder, the pain of the last weeks, the tests, the index.

    What is not known is MISSING and suggests nothing.  The index counts where the clinic uses it, or where one was
    recorded; else it is not asked.
    """
    conditions = (_stage(facts, table), _pain(facts, table), _tests(facts, table), _index(facts, table))
    suggested = all(condition.met in (Met.MET, Met.NOT_ASKED) for condition in conditions)
    inputs: dict[str, object] = {
        "today": facts.today.isoformat(),
        "stage": facts.stage,
        "passed": facts.passed,
        "tests": None if facts.tests is None else dict(facts.tests),
        "index": facts.index,
        "index_used": facts.index_used,
        "conditions": {condition.code: condition.met.value for condition in conditions},
    }
    return Suggestion(suggested, RULE, conditions, tuple(condition.reason for condition in conditions), inputs)


def _condition(
    table: RunningTable, code: str, met: Met, why: Told | None = None, missing: tuple[str, ...] = (), **values: float
) -> Criterion:
    """Return a condition; where it is met, its own words are the reason."""
    source = table.practice[RULE].source
    own = told(table.reasons, code, source, **values)
    reason = why or (told(table.reasons, "not_recorded", source) if met is Met.MISSING else own)
    return Criterion(code, Text(own.text, own.text_es), met, reason, missing)


def _say(table: RunningTable, code: str, **values: float) -> Told:
    return told(table.reasons, code, table.practice[RULE].source, **values)


def _stage(facts: DischargeFacts, table: RunningTable) -> Criterion:
    wanted = table.practice[RULE].numbers["stage"]
    if facts.stage is None:
        return _condition(table, "discharge_stage", Met.MISSING, missing=("stage",), wanted=wanted)
    if facts.passed and facts.stage >= wanted:
        return _condition(table, "discharge_stage", Met.MET, wanted=wanted)
    why = _say(table, "stage_now", stage=facts.stage)
    return _condition(table, "discharge_stage", Met.NOT_MET, why, wanted=wanted)


def _pain(facts: DischargeFacts, table: RunningTable) -> Criterion:
    """Every run of the weeks has a known pain within the value, and the runs reach back as far as the weeks."""
    numbers = table.practice[RULE].numbers
    wanted, weeks = numbers["pain_max_nprs"], numbers["weeks"]
    days = timedelta(weeks=weeks)
    ran = [judged.session for judged in _running(facts.runs) if judged.session.day <= facts.today]
    recent = [session for session in ran if facts.today - session.day <= days]
    said = [session.pain_during for session in recent if session.pain_during is not None]
    code, met, why, missing = "discharge_pain", Met.MET, None, tuple[str, ...]()
    if said and max(said) > wanted:
        met, why = Met.NOT_MET, _say(table, "run_pain_now", pain=max(said))
    elif not recent or len(said) < len(recent):
        met, missing = Met.MISSING, ("run_pain",)
    else:
        reach = (facts.today - min(session.day for session in ran)).days
        if reach < days.days:
            met, why = Met.NOT_MET, _say(table, "run_days_now", days=reach, wanted=days.days)
    return _condition(table, code, met, why, missing, wanted=wanted, weeks=weeks)


def _running(runs: Iterable[Judged]) -> list[Judged]:
    return [judged for judged in runs if judged.session.run is not None and was_running(judged.session.run)]


def _tests(facts: DischargeFacts, table: RunningTable) -> Criterion:
    if facts.tests is None:
        return _condition(table, "discharge_tests", Met.MISSING, missing=("tests",))
    failing = [test for test, passes in facts.tests.items() if passes is False]
    unknown = tuple(sorted(test for test, passes in facts.tests.items() if passes is None))
    if failing:
        why = _say(table, "tests_fail_now", count=len(failing))
        return _condition(table, "discharge_tests", Met.NOT_MET, why, unknown)
    if unknown:
        return _condition(table, "discharge_tests", Met.MISSING, missing=unknown)
    return _condition(table, "discharge_tests", Met.MET)


def _index(facts: DischargeFacts, table: RunningTable) -> Criterion:
    wanted = table.practice[RULE].numbers["index_min_points"]
    code = "discharge_index"
    if facts.index is None:
        if facts.index_used:
            return _condition(table, code, Met.MISSING, missing=("UWRI",), wanted=wanted)
        return _condition(table, code, Met.NOT_ASKED, _say(table, "index_not_used"), wanted=wanted)
    if facts.index < wanted:
        return _condition(table, code, Met.NOT_MET, _say(table, "index_now", value=facts.index), wanted=wanted)
    return _condition(table, code, Met.MET, wanted=wanted)
