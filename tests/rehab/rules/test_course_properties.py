"""What holds for every log: verdicts never get greener by what warns, and steps never break their bounds."""

from dataclasses import replace
from datetime import timedelta
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from clinic.terms import Answer
from rehab.rules.ladders import FULL, Kind
from rehab.rules.logged import Colour, Judged, Judgement, Morning, RunDone, Session
from rehab.rules.plan_progress import plan_hold, plan_steps
from rehab.rules.progress import next_step
from rehab.rules.verdicts import SEVERITY, exercise_verdict, limit_for, session_verdict
from tests.rehab.rules.logs import STRENGTH, TABLE, at, day, done, item

CAUSES = ["ACHILLES_TENDINOPATHY", "SOLEUS", "CRAMP", "BSI", "PCS", "PAES", None]
WORSE = {
    "green": ["pending", "unknown", "amber", "red"],
    "pending": ["unknown", "amber", "red"],
    "unknown": ["amber", "red"],
    "amber": ["red"],
    "red": [],
}
SEEDS = st.integers(0, 2**32 - 1)  # one draw for a whole invented log: thousands of them stay quick
RATINGS = [None, *range(11)]


def invented_session(dice):
    """Return a session of the first day with one or two exercises; of most, little was said that warns."""
    calm = dice.choice([0.5, 0.97])

    def one_of(usual, *others):
        return usual if dice.random() < calm else dice.choice(others)

    return Session(
        id="s0",
        day=day(0),
        began=at(0),
        minutes=one_of(20, None),
        effort=one_of(5, *RATINGS),
        pain_before=one_of(0, *RATINGS),
        pain_during=one_of(1, *RATINGS),
        pain_after=one_of(0, *RATINGS),
        gait_change=one_of(Answer.ABSENT, *Answer),
        tingling=one_of(Answer.ABSENT, *Answer),
        safety_yes=one_of(False, False, True),
        safety_answered=one_of(True, False),
        exercises=tuple(
            done(
                item=str(place),
                exercise=dice.choice(["BIRD_DOG", "STANDING_HEEL_RAISE"]),
                skipped=one_of(False, True),
                pain=one_of(1, *RATINGS),
                form=one_of("good", "", "some", "many"),
            )
            for place in range(dice.randint(1, 2))
        ),
        run=one_of(None, RunDone(), RunDone(onset_minute=5)),
    )


def invented_mornings(dice):
    """Return mornings before, on and after the first day, some entered late."""
    days = dice.sample(range(-4, 3), dice.randint(3, 7))
    pains, late = [0, 0, 1, 1, *range(11)], [None, None, None, day(3)]
    return [Morning(day(number), dice.choice(pains), said_on=dice.choice(late)) for number in days]


sessions = SEEDS.map(lambda seed: invented_session(Random(seed)))
told_mornings = SEEDS.map(lambda seed: invented_mornings(Random(seed)))
# What one more thing said does: each makes a session look worse, or leaves it.
WARNINGS = {
    "pain_before": lambda s: {"pain_before": min(10, s.pain_before + 1)} if s.pain_before is not None else {},
    "pain_during": lambda s: {"pain_during": min(10, s.pain_during + 1)} if s.pain_during is not None else {},
    "pain_after": lambda s: {"pain_after": min(10, s.pain_after + 1)} if s.pain_after is not None else {},
    "safety": lambda s: {"safety_yes": True},
    "silence": lambda s: {"safety_answered": False},
    "limp": lambda s: {"gait_change": Answer.PRESENT},
    "no word of a limp": lambda s: {"gait_change": Answer.NOT_ASSESSED} if s.gait_change is Answer.ABSENT else {},
    "tingling": lambda s: {"tingling": Answer.PRESENT},
    "faults": lambda s: {"exercises": tuple(replace(one, form="many") for one in s.exercises)},
}


def severity(session, cause, mornings, when, place=None):
    """Return how bad a session, or one of its exercises, is judged."""
    known = {"limit": limit_for(cause, TABLE), "mornings": mornings, "intake_morning": None, "now": at(when)}
    known |= {"table": TABLE, "strength": STRENGTH}
    if place is None:
        return SEVERITY[session_verdict(session, **known).colour]
    return SEVERITY[exercise_verdict(session.exercises[place], session, **known).colour]


given_log = given(
    sessions, st.sampled_from(CAUSES), told_mornings, st.integers(0, 3), st.sampled_from(sorted(WARNINGS))
)


@given_log
def test_a_verdict_never_gets_greener_by_a_warning(session, cause, mornings, when, warning):
    worse = replace(session, **WARNINGS[warning](session))

    for place in (None, *range(len(session.exercises))):
        assert severity(worse, cause, mornings, when, place) >= severity(session, cause, mornings, when, place)


@given_log
def test_a_verdict_never_gets_greener_by_more_pain_next_morning_or_in_the_exercise(
    session, cause, mornings, when, warning
):
    later = [replace(m, pain=min(10, m.pain + 1)) if m.day == day(1) else m for m in mornings]
    first = session.exercises[0]
    harder = replace(session, exercises=(replace(first, pain=min(10, (first.pain or 0) + 1)), *session.exercises[1:]))

    for place in (None, 0):
        assert severity(session, cause, later, when, place) >= severity(session, cause, mornings, when, place)
    if first.pain is not None:
        assert severity(harder, cause, mornings, when, 0) >= severity(session, cause, mornings, when, 0)


@given_log
def test_green_means_that_everything_was_said_in_time(session, cause, mornings, when, warning):
    if severity(session, cause, mornings, when) == SEVERITY[Colour.GREEN]:
        next_day = {m.day: m for m in mornings}[day(1)]
        assert (session.gait_change, session.tingling) == (Answer.ABSENT, Answer.ABSENT)
        assert session.safety_answered and not session.safety_yes
        assert next_day.said_on is None and limit_for(cause, TABLE) is not None
        assert session.pain_during is not None or all(e.skipped or e.pain is not None for e in session.exercises)


@given_log
def test_a_verdict_does_not_depend_on_the_order(session, cause, mornings, when, warning):
    known = {"limit": limit_for(cause, TABLE), "intake_morning": 1, "now": at(when), "table": TABLE}
    found = session_verdict(session, mornings=mornings, **known)

    assert found == session_verdict(session, mornings=mornings[::-1], **known)


def invented_history(dice, code):
    """Return judged sessions of one exercise, several of them on the same day; half of the runners are steady."""
    steady = dice.random() < 0.5
    colours = ["green"] * (40 if steady else 6) + ["amber", "red", "pending", "unknown"]

    def one_of(usual, *others):
        return usual if steady or dice.random() < 0.8 else dice.choice(others)

    return [
        Judged(
            Session(
                id=f"{code}{place}",
                day=day(number),
                began=at(number, hour=dice.randint(6, 20)),
                while_shut=one_of(False, True),
                safety_yes=one_of(False, False, False, True),
                exercises=(
                    done(
                        item=code,
                        level=one_of(2, 1, 3),
                        dose_percent=one_of(100, 50),
                        full=one_of(True, False),
                        skipped=one_of(False, True),
                        pain=one_of(0, 2, 3, None),
                        effort=one_of(5, 7, 8, None),
                    ),
                ),
            ),
            Judgement(Colour(dice.choice(colours)), "x"),
        )
        for place, number in enumerate(sorted(dice.choices(range(8 if steady else 0, 17), k=dice.randint(0, 6))))
    ]


def invented_item(dice, code):
    """Return one exercise of a plan with its history."""
    history, impact = invented_history(dice, code), dice.random() < 0.4
    seen = [f"{judged.session.key}:{judged.judgement.colour.value}" for judged in history]
    return item(
        history,
        item=code,
        progress_rule="PR-B" if impact else dice.choice(["PR-A", "PR-A", "PR-F"]),
        regress_rule="RG-B" if impact else "RG-A",
        is_calf=impact or dice.random() < 0.5,
        min_level=dice.randint(1, 2),
        max_level=dice.randint(2, 4),
        dose_percent=dice.choice([100, 100, 50]),
        stepped_at=dice.choice([None, at(-1), at(-1), at(dice.randint(0, 16))]),
        step_rule=dice.choice(["", "PR-A", "RG-A"]),
        rest_until=dice.choice([None, None, at(dice.randint(0, 20))]),
        acted=frozenset(dice.sample(seen, dice.randint(0, len(seen)))),
    )


def items(code="a"):
    """Return a strategy for exercises with this code."""
    return SEEDS.map(lambda seed: invented_item(Random(seed), code))


moments = st.integers(16, 20)
causes = st.sampled_from(CAUSES)


def stepped(one, cause, when, reds=frozenset()):
    return next_step(one, limit=limit_for(cause, TABLE), now=at(when, hour=21), table=TABLE, reds=reds)


@given(items(), causes, moments)
def test_a_step_moves_one_level_at_most_and_stays_in_the_signed_range(one, cause, when):
    found = stepped(one, cause, when)

    assert one.min_level <= found.level <= one.max_level
    assert abs(found.level - one.level) <= 1
    assert 1 <= found.dose_percent <= FULL
    assert found.rises == ((found.level, found.dose_percent) > (one.level, one.dose_percent))
    assert found.reasons and found.rule
    if found.rises and found.level > one.level:
        assert one.dose_percent == FULL


@given(items(), causes, moments)
def test_nothing_rises_on_a_last_session_that_is_not_a_full_green(one, cause, when):
    if stepped(one, cause, when).rises:
        last = max(one.history, key=lambda judged: (judged.session.day, judged.session.began, judged.session.id))
        assert last.judgement.colour is Colour.GREEN
        assert not last.session.while_shut
        assert last.session.exercises[0].full
        assert not stepped(one, cause, when, reds=frozenset({last.session.key})).rises


@given(items(), causes, moments, st.randoms(use_true_random=False))
def test_a_step_is_the_same_again_whatever_the_order_of_the_logs(one, cause, when, dice):
    shuffled = list(one.history)
    dice.shuffle(shuffled)

    assert stepped(replace(one, history=tuple(shuffled)), cause, when) == stepped(one, cause, when)


@given(items(), causes, moments, st.data())
def test_a_session_that_turns_worse_never_raises_a_step(one, cause, when, data):
    history = list(one.history)
    able = [place for place, judged in enumerate(history) if WORSE[judged.judgement.colour.value]]
    if not able:
        return
    place = data.draw(st.sampled_from(able))
    colour = data.draw(st.sampled_from(WORSE[history[place].judgement.colour.value]))
    history[place] = replace(history[place], judgement=Judgement(Colour(colour), "x"))
    before, after = stepped(one, cause, when), stepped(replace(one, history=tuple(history)), cause, when)

    assert (after.level, after.dose_percent) <= (before.level, before.dose_percent)


@given(items("a"), items("b"), items("c"), causes, moments)
def test_a_plan_starts_one_new_calf_level_at_most_and_none_after_a_red(a, b, c, cause, when):
    plan = [a, b, c]
    judged = [session for one in plan for session in one.history]
    now = at(when, hour=21)
    found = plan_steps(plan, sessions=judged, limit=limit_for(cause, TABLE), now=now, table=TABLE)

    new = [step for step, one in zip(found, plan, strict=True) if one.is_calf and step.kind == "up"]
    assert len(new) <= 1
    reds = [session for session in judged if session.judgement.colour is Colour.RED]
    newest = max((session.session.day for session in judged), default=None)
    if any(red.session.day == newest or now - red.session.began < timedelta(hours=48) for red in reds):
        assert not any(step.rises for step in found)
    if plan_hold(judged, now=now, table=TABLE):
        assert not any(step.rises for step in found)


colours = st.lists(st.sampled_from(["green"] * 6 + ["amber", "red", "unknown", ""]), min_size=1, max_size=40)


@given(colours, st.booleans())
def test_a_plan_followed_day_by_day_never_jumps_and_rests_after_every_red(logged, impact):
    rules = ("PR-B", "RG-B") if impact else ("PR-A", "RG-A")
    one = item(progress_rule=rules[0], regress_rule=rules[1], is_calf=impact, max_level=5)
    red_at = None
    for number, colour in enumerate(logged):
        if colour and not (one.rest_until and at(number) < one.rest_until):
            session = Session(id=f"s{number}", day=day(number), began=at(number), exercises=(done_now(one),))
            one = replace(one, history=(*one.history, Judged(session, Judgement(Colour(colour), colour))))
            red_at = at(number) if colour == "red" else red_at
        for hour in (13, 14):  # looking twice moves nothing twice
            step = plan_steps([one], sessions=one.history, limit=None, now=at(number, hour), table=TABLE)[0]
            assert abs(step.level - one.level) <= 1
            assert not (hour == 14 and step.goes_back)
            if step.rises:
                assert red_at is None or at(number, hour) - red_at >= timedelta(hours=48)
            if step.rises or step.goes_back:
                one = replace(
                    one,
                    level=step.level,
                    dose_percent=step.dose_percent,
                    rest_until=step.rest_until,
                    stepped_at=at(number, hour),
                    step_rule=step.rule,
                    acted=frozenset(step.inputs["acted"]),
                )


def done_now(one):
    """Return the exercise done as it is asked for now."""
    return done(level=one.level, dose_percent=one.dose_percent)


def test_the_invented_logs_reach_every_colour_and_every_kind_of_step():
    dice = Random(7)
    steps = [stepped(invented_item(dice, "a"), "SOLEUS", 17).kind for _ in range(2000)]
    logs = [(invented_session(dice), invented_mornings(dice), dice.randint(0, 3)) for _ in range(4000)]

    assert set(steps) == {*Kind} - {Kind.MAINTAIN}  # that one follows tests, not logs
    assert {severity(session, "SOLEUS", told, when) for session, told, when in logs} == {*SEVERITY.values()}
