"""Runs and their judgements in few words, for the tests of the way back to running."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from rehab.knowledge import rehab_knowledge
from rehab.rules.logged import Colour, Judged, Judgement, RunDone, Segment, Session
from rehab.rules.running import Standing

TABLE = rehab_knowledge().running
BEGIN = datetime(2026, 3, 2, 7, 0, tzinfo=UTC)  # a Monday
GREEN, AMBER, RED, PENDING, UNKNOWN = Colour


def limit(cause):
    """Return the pain limit of a diagnosis."""
    return next(found for found in rehab_knowledge().progress.limits if cause in found.causes)


def segments(text):
    """Return stretches from words: "w5 r1 w4" is 5 minutes of walking, 1 of running, 4 of walking."""
    kinds = {"w": "walk", "r": "run"}
    return tuple(Segment(kinds[part[0]], float(part[1:])) for part in text.split())


def stage_run(number, **more):
    """Return a run that is exactly this stage, as typed by hand."""
    stage = TABLE.stages[number]
    done = RunDone(
        stage=number,
        run_minutes=stage.total_run_minutes,
        walk_minutes=stage.walk_minutes * stage.repetitions,
    )
    return replace(done, **more)


def judged(days, run, colour=GREEN, pain=0, rule="green", **more):
    """Return a run that began so many days after the beginning, with its judgement."""
    began = BEGIN + timedelta(days=days)
    session = Session(id=f"run-{days}", day=began.date(), began=began, pain_during=pain, run=run)
    return Judged(replace(session, **more), Judgement(colour, rule))


def at(days):
    """Return the moment so many days after the beginning."""
    return BEGIN + timedelta(days=days)


def on_stage(stage, days=0, **more):
    """Return a runner who entered a stage so many days after the beginning."""
    return replace(Standing(stage=stage, passed=False, entered_at=at(days)), **more)


def codes(reasons):
    """Return the codes of some reasons."""
    return [reason.code for reason in reasons]
