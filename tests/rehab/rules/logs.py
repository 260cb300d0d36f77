"""What was logged, made short: a calm session, and what differs from it."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from clinic.terms import Answer
from rehab.knowledge import rehab_knowledge
from rehab.rules.ladders import ItemNow
from rehab.rules.limits import limit_for, strength_work
from rehab.rules.logged import Colour, ExerciseDone, Judged, Judgement, Morning, Session

KNOWN = rehab_knowledge()
TABLE = KNOWN.progress
STRENGTH = strength_work(KNOWN.exercises.values())
START = date(2026, 11, 2)  # a Monday
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def day(number):
    """Return the day that lies so many days after the first."""
    return START + timedelta(number)


def at(number, hour=12):
    """Return an hour of that day."""
    return NOON.replace(hour=hour) + timedelta(number)


def calm(number=0, **changes):
    """Return a session in which everything was asked and nothing hurt."""
    fields = {
        "id": f"s{number}",
        "day": day(number),
        "began": at(number),
        "minutes": 30,
        "effort": 5,
        "pain_before": 0,
        "pain_during": 0,
        "pain_after": 0,
        "gait_change": Answer.ABSENT,
        "tingling": Answer.ABSENT,
        "safety_answered": True,
        "exercises": (done(),),
    }
    return Session(**{**fields, **changes})


def done(**changes):
    """Return one exercise done in full, well and without pain."""
    fields = {"item": "a", "exercise": "BIRD_DOG", "level": 2, "pain": 0, "effort": 5, "form": "good"}
    return ExerciseDone(**{**fields, **changes})


def mornings(*pains, first=-3):
    """Return one morning a day from day ``first`` on; ``None`` leaves a day out."""
    return [Morning(day(first + n), pain) for n, pain in enumerate(pains) if pain is not None]


def limit(cause="SOLEUS"):
    """Return the pain limit of a diagnosis."""
    return limit_for(cause, TABLE)


def judged(number, colour=Colour.GREEN, exercise=None, rule="", **changes):
    """Return a session of that day with one exercise and a colour."""
    session = calm(number, exercises=(exercise or done(),), **changes)
    return Judged(session, Judgement(Colour(colour), rule or str(colour)))


def other_day(item, number):
    """Return the same judged session on another day."""
    return replace(item, session=replace(item.session, day=day(number), began=at(number), id=f"s{number}"))


def item(history=(), **changes):
    """Return a strength exercise at level 2 of 4 that has stood there since the day before the first."""
    fields = {
        "item": "a",
        "exercise": "BIRD_DOG",
        "progress_rule": "PR-A",
        "regress_rule": "RG-A",
        "is_calf": False,
        "level": 2,
        "max_level": 4,
        "stepped_at": at(-1),
        "history": tuple(history),
    }
    return ItemNow(**{**fields, **changes})


def impact(history=(), **changes):
    """Return the same with impact."""
    return item(history, **{"progress_rule": "PR-B", "regress_rule": "RG-B", "is_calf": True, **changes})
