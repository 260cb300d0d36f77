"""Whole stories with real verdicts: the steady runner gets to the end, the hasty one and the sore one do not."""

from dataclasses import replace
from datetime import timedelta

from clinic.terms import Answer
from rehab.knowledge import rehab_knowledge
from rehab.rules.discharge import DischargeFacts, discharge
from rehab.rules.logged import Judged, Morning
from rehab.rules.running import Moved, stage_step, standing
from rehab.rules.running_growth import growth
from rehab.rules.running_match import run_minutes, walk_minutes
from rehab.rules.verdicts import session_verdict
from tests.rehab.rules.runs import TABLE, at, judged, limit, stage_run

PROGRESS = rehab_knowledge().progress
DAYS = 70


def session(day, stage, pain=0):
    """Return one run of a stage, everything asked and answered, with its warm-up and cool-down."""
    done = stage_run(stage)
    minutes = round((run_minutes(done) or 0) + (walk_minutes(done) or 0) + (10 if stage else 0))
    return replace(
        judged(day, done).session,
        minutes=minutes,
        effort=3,
        pain_during=pain,
        pain_after=pain,
        gait_change=Answer.ABSENT,
        tingling=Answer.ABSENT,
        safety_answered=True,
    )


def lived(every, stage_of=lambda here: here.stage, pain_of=lambda day: 0, cause="SOLEUS", mornings=True):
    """Live some weeks: a run every so many days, each morning logged, the rules asked each day; return the moves."""
    moves, sessions, said, runs = [Moved(0, False, at(0), rule="entry")], [], [], []
    for day in range(1, DAYS):
        now, here = at(day + 0.5), standing(moves)
        if mornings:
            said.append(Morning(at(day).date(), 0))
        if day % every == 0 and not here.suspended:
            sessions.append(session(day, stage_of(here), pain_of(day)))
        known = {"limit": limit(cause), "mornings": said, "intake_morning": 0, "now": now, "table": PROGRESS}
        runs = [Judged(s, session_verdict(s, earlier=sessions[:n], **known)) for n, s in enumerate(sessions)]
        step = stage_step(runs, here, now, limit(cause), cause, TABLE)
        if step.moves:
            moves.append(Moved(step.stage, step.passed, now, step.rest_until, step.rule, step.inputs))
    return moves, runs


def test_the_steady_runner_reaches_the_end_of_the_ladder_stage_by_stage():
    moves, runs = lived(every=2)

    assert [move.stage for move in moves] == [*range(9), 8]
    assert {move.rule for move in moves[1:]} == {"stage_pass"}
    assert moves[-1].passed
    assert moves[-1].at <= at(2 * 19 + 2)  # 19 GREEN runs, one every other day, and the morning after the last
    today = at(DAYS).date()
    allowed = growth(runs, today, 8, True, TABLE, moves[-1].at.date())
    assert (allowed.rule, allowed.unit, allowed.over) == ("week_cap", "minutes", False)
    facts = DischargeFacts(today=today, stage=8, passed=True, runs=tuple(runs), tests={})
    assert discharge(facts, TABLE).suggested


def test_who_runs_every_day_never_leaves_the_walk():
    moves, _ = lived(every=1, stage_of=lambda here: max(1, here.stage))

    assert {move.stage for move in moves} == {0}


def test_who_skips_ahead_does_not_pass():
    moves, _ = lived(every=2, stage_of=lambda here: min(8, here.stage + 1))

    assert {move.stage for move in moves} == {0}


def test_without_mornings_nobody_rises():
    moves, _ = lived(every=2, mornings=False)

    assert {move.stage for move in moves} == {0}


def test_a_flare_goes_back_rests_and_climbs_again():
    moves, _ = lived(every=2, pain_of=lambda day: 4 if day == 20 else 0)
    down = next(place for place, move in enumerate(moves) if move.rule == "breach")

    assert moves[down].stage == moves[down - 1].stage - 1
    assert moves[down].rest_until - moves[down].at == timedelta(hours=48)
    assert moves[-1].passed


def test_bone_pain_stops_running_until_a_clinician_acts():
    moves, runs = lived(every=2, pain_of=lambda day: 1 if day == 20 else 0, cause="BSI")

    assert (moves[-1].rule, standing(moves).suspended) == ("bone", True)
    assert runs[-1].session.began == at(20)
