"""What no story of runs may ever do: rise by two, rise after a RED, without rest, or for more pain."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from clinic.terms import Answer
from rehab.rules import running
from rehab.rules.logged import Judgement
from rehab.rules.running import Moved, stage_step, standing
from rehab.rules.running_match import matches_stage
from rehab.rules.running_rest import RunKept, next_counts_from
from tests.rehab.rules.runs import AMBER, GREEN, PENDING, RED, TABLE, UNKNOWN, at, judged, limit, on_stage, stage_run

HOUR = 1 / 24


def coloured(run, allowed, morning):
    """Judge a run as the bands of 7.1 do, so that colours follow from pain; ``morning`` is the change, None unknown."""
    pain = run.session.pain_during
    if run.session.gait_change is Answer.PRESENT or pain >= allowed + 3 or (morning or 0) >= 2:
        colour = RED
    elif pain > allowed or (morning or 0) >= 1:
        colour = AMBER
    else:
        colour = PENDING if morning is None else GREEN
    return replace(run, judgement=Judgement(colour, "verdict"))


@st.composite
def stories(draw):
    """Return runs of some weeks, where the runner stands, the cause and the moment of judging."""
    cause = draw(st.sampled_from(["SOLEUS", "ACHILLES_TENDINOPATHY", "BSI", "PCS"]))
    allowed = limit(cause).during_nprs
    stage = draw(st.integers(0, 8))
    runs, day = [], draw(st.floats(0, 2))
    for _ in range(draw(st.integers(0, 8))):
        number = draw(st.sampled_from([stage, stage, stage, max(0, stage - 1), min(8, stage + 1)]))
        change = {} if draw(st.booleans()) else {"run_minutes": float(draw(st.integers(0, 40)))}
        run = judged(
            day,
            stage_run(number, **change),
            pain=draw(st.sampled_from([0, 0, 0, 1, 1, 2, 3, 6])),
            gait_change=draw(st.sampled_from([Answer.ABSENT] * 9 + [Answer.PRESENT])),
            while_shut=draw(st.sampled_from([False] * 5 + [True])),
        )
        runs.append(coloured(run, allowed, draw(st.sampled_from([0, 0, 0, 0, 1, 2, None]))))
        day += draw(st.sampled_from([1, 47 * HOUR, 2, 2, 49 * HOUR, 3, 8]))
    here = standing([Moved(stage, stage == 8 and draw(st.booleans()), at(draw(st.sampled_from([-1, 0, 3]))))])
    return runs, here, cause, at(max(day, 3))


def step(story, **more):
    runs, here, cause, now = story
    return stage_step(more.get("runs", runs), here, now, limit(cause), cause, TABLE)


def rose(found, here):
    return found.stage > here.stage or (found.passed and not here.passed)


@given(stories())
def test_a_stage_rises_by_one_at_most_and_only_on_matching_green_runs_with_rest_between(story):
    runs, here, _, _ = story
    found = step(story)

    assert found == step(story, runs=list(reversed(runs)))
    assert 0 <= found.stage <= here.stage + 1 <= 9
    assert not found.passed or found.stage == 8
    assert found.moves or (found.stage, found.passed) == (here.stage, here.passed)
    if rose(found, here):
        counted = [run for run in runs if run.session.id in found.inputs["counted"]]
        assert len(counted) >= TABLE.stages[here.stage].greens
        begins = [run.session.began for run in counted]
        assert all(late - early >= timedelta(hours=48) for early, late in zip(begins, begins[1:], strict=False))
        for run in counted:
            assert run.judgement.colour is GREEN and not run.session.while_shut
            assert matches_stage(run.session.run, TABLE.stages[here.stage], TABLE).matches
        since = [run for run in runs if run.session.began >= here.entered_at]
        assert not {run.judgement.colour for run in since} & {AMBER, RED}
        assert since[-1].judgement.colour is GREEN


@given(stories(), st.integers(1, 10))
def test_more_pain_in_the_last_run_or_another_colour_never_gives_a_higher_stage(story, more):
    runs, here, cause, _ = story
    if not runs:
        return
    last = runs[-1]
    worse = replace(last, session=replace(last.session, pain_during=min(10, last.session.pain_during + more)))
    morning = {AMBER: 1, RED: 2, PENDING: None}.get(last.judgement.colour, 0)
    worse = coloured(worse, limit(cause).during_nprs, morning)
    before, after = step(story), step(story, runs=[*runs[:-1], worse])

    assert (after.stage, after.passed) <= (before.stage, before.passed)
    assert after.suspends or not before.suspends
    for colour in (RED, AMBER, PENDING, UNKNOWN):
        found = step(story, runs=[*runs[:-1], replace(last, judgement=Judgement(colour, "verdict"))])
        assert not rose(found, here) or last.session.began < here.entered_at


@given(stories())
def test_what_was_settled_never_leads_back_again(story):
    runs, here, cause, now = story
    first = step(story)
    if not first.moves:
        return
    then = standing(
        [
            Moved(here.stage, here.passed, here.entered_at),
            Moved(first.stage, first.passed, now, first.rest_until, first.rule, first.inputs),
        ]
    )
    again = stage_step(runs, then, now, limit(cause), cause, TABLE)

    assert not again.moves or first.rule in ("stage_pass", "missed")


@st.composite
def walks(draw):
    """Return the story of somebody on stage 0: walks above all, and now and then one that was no walk, or not calm."""
    runs, day = [], draw(st.sampled_from([-1, 0, 1]))
    for _ in range(draw(st.integers(1, 5))):
        done = stage_run(0, **draw(st.sampled_from([{}, {}, {}, {"walk_minutes": 5.0}, {"run_minutes": 9.0}])))
        colour = draw(st.sampled_from([GREEN, GREEN, GREEN, AMBER]))
        runs.append(judged(day, done, colour, while_shut=draw(st.sampled_from([False, False, True]))))
        day += draw(st.sampled_from([6 * HOUR, 12 * HOUR, 1, 47 * HOUR, 2]))
    here = on_stage(0, rest_until=draw(st.sampled_from([None, at(1.5)])))
    return runs, here, "SOLEUS", at(max(day, 3))


@given(st.one_of(stories(), walks()), st.sampled_from([1, 12, 24, 47, 48, 49, 72]))
def test_the_told_hour_is_the_first_at_which_the_judging_rule_accepts_a_run(story, hours):
    """A run of the stage is added some hours after the last one, all GREEN: it counts from the told hour on."""
    runs, here, cause, _ = story
    stage, began = TABLE.stages[here.stage], max([here.entered_at, *(run.session.began for run in runs)])
    told = next_counts_from([kept(run) for run in runs], stage, here.entered_at, here.rest_until, TABLE)
    added = judged((began - at(0)) / timedelta(days=1) + hours * HOUR, stage_run(here.stage))
    added = replace(added, session=replace(added.session, began=began + timedelta(hours=hours)))
    course = running._Course((*runs, added), here, added.session.began, limit(cause), cause, TABLE)

    counts = added in running._counted(course, stage)[0]
    assert counts == (told is None or told <= added.session.began)


def kept(run):
    """Return a judged run as today's page reads it."""
    session = run.session
    green = run.judgement.colour is GREEN and session.pain_during is not None
    return RunKept(session.began, session.run, green, session.while_shut)
