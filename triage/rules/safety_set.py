"""The short safety set (rule T-RETRIGGER): what is asked every time, in which order, and what a yes means."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from clinic.terms import Answer, Level, Text


@dataclass(frozen=True)
class SafetyQuestion:
    """One question of the set.  ``level`` is E or D: what a yes means before a clinician has looked.

    ``advice`` is what to do now; ``rows`` are the red flags it feeds, the one that is opened in any case first;
    ``facts`` what a yes records in the screening.
    """

    code: str
    text: Text
    level: Level
    advice: Text
    rows: tuple[str, ...]
    facts: tuple[str, ...]
    source: tuple[str, ...]
    mark: str = ""


def answered_yes(yes: Iterable[str], table: tuple[SafetyQuestion, ...]) -> tuple[SafetyQuestion, ...]:
    """Return the questions answered yes, emergencies first.  ``ValueError`` names a code that is no question."""
    said = set(yes)
    unknown = said - {question.code for question in table}
    if unknown:
        raise ValueError(f"no question of the safety set: {', '.join(sorted(unknown))}")
    return tuple(question for question in table if question.code in said)


def worst(questions: Iterable[SafetyQuestion]) -> Level:
    """Return the most urgent level of these questions; R where there is none."""
    return max((question.level for question in questions), key=lambda level: level.urgency, default=Level.R)


def still_to_ask(answers: Mapping[str, Answer], table: tuple[SafetyQuestion, ...]) -> tuple[SafetyQuestion, ...]:
    """Return the questions that must still be asked, in order.

    None after a yes of level E: it stops at once.  After a yes of level D only the remaining emergencies.
    """
    reached = worst(question for question in table if answers.get(question.code) is Answer.PRESENT)
    if reached is Level.E:
        return ()
    silent = (q for q in table if answers.get(q.code, Answer.NOT_ASSESSED) is Answer.NOT_ASSESSED)
    return tuple(question for question in silent if reached is not Level.D or question.level is Level.E)
