"""Reads safety_set.toml into the ordered questions of the short safety set."""

from pathlib import Path

from clinic.tables import Checker, Entry, read_table
from clinic.terms import Level
from triage.rules.red_flags import CodeEntry, RedFlagTable
from triage.rules.safety_set import SafetyQuestion

HERE = Path(__file__).resolve().parent
QUESTION_COUNT = 11
LEVELS = ("E", "D")


def load_safety_set(checker: Checker, folder: Path = HERE) -> tuple[SafetyQuestion, ...]:
    """Return the questions in the order in which they are asked; faults are reported to ``checker``."""
    return read_safety_set(read_table(folder / "safety_set.toml", checker))


def read_safety_set(table: Entry) -> tuple[SafetyQuestion, ...]:
    """Return the questions; all eleven are there, and every emergency is asked before anything else."""
    questions = tuple(_question(child) for child in table.children("question"))
    if len(questions) != QUESTION_COUNT:
        table.report("question", f"must be {QUESTION_COUNT} questions, not {len(questions)}")
    urgencies = [question.level.urgency for question in questions]
    if urgencies != sorted(urgencies, reverse=True):
        table.report("question", "emergencies (E) are asked first")
    table.finish()
    return questions


def _question(entry: Entry) -> SafetyQuestion:
    level = entry.word("level", choices=LEVELS)
    question = SafetyQuestion(
        code=entry.code(),
        text=entry.must_text("text"),
        level=Level(level) if level in LEVELS else Level.E,
        advice=entry.must_text("advice"),
        rows=entry.words("rows"),
        facts=entry.words("facts"),
        source=entry.sources(),
        mark=entry.mark(),
    )
    for key, values in (("rows", question.rows), ("facts", question.facts)):
        if entry.has(key) and not values:
            entry.report(key, "missing")
    entry.finish()
    return question


def check_safety_set(
    questions: tuple[SafetyQuestion, ...], red_flags: RedFlagTable, codes: tuple[CodeEntry, ...], checker: Checker
) -> None:
    """Report every row that is none, every fact nobody asks, and every row or fact that feeds nothing."""
    rows = {flag.code for flag in red_flags.flags}
    feeds = {entry.code: entry.row for entry in codes if entry.kind == "question"}
    for question in questions:
        faults = [(row, "no such red flag") for row in question.rows if row not in rows]
        faults += [(fact, "no such question") for fact in question.facts if fact not in feeds]
        fed = {feeds[fact] for fact in question.facts if fact in feeds}
        faults += [(row, "a fact feeds it, but it is not named") for row in sorted(fed - set(question.rows))]
        for name, message in faults:
            checker.report("triage/knowledge/safety_set.toml", f"question {question.code}", name, message)
