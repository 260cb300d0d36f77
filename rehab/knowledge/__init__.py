"""The only reader of the knowledge of rehab: parse, check, freeze, cache."""

from functools import cache

from clinic.tables import Checker
from rehab.knowledge.course import load_course
from rehab.knowledge.library import load_exercises, load_questions
from rehab.knowledge.mapping import load_mapping
from rehab.knowledge.poses import load_poses
from rehab.knowledge.session import load_reminders, load_timing
from rehab.knowledge.treatments import load_treatments
from rehab.knowledge.watch import load_watch
from rehab.rules.catalogue import RehabKnowledge


@cache
def rehab_knowledge() -> RehabKnowledge:
    """Return everything rehab knows; every fault of every file at once when something is wrong."""
    checker = Checker()
    questions = load_questions(checker)
    treatments, columns = load_treatments(checker)
    exercises = load_exercises(checker, questions, tuple(treatments))
    mapping, contra, rules = load_mapping(checker, exercises, treatments)
    course = load_course(checker)
    figures = load_poses(checker, exercises)
    watch = load_watch(checker)
    timing = load_timing(checker)
    reminders = load_reminders(checker)
    checker.raise_problems()
    return RehabKnowledge(
        questions=questions,
        exercises=exercises,
        rules=rules,
        contra=contra,
        columns=columns,
        treatments=treatments,
        mapping=mapping,
        progress=course.progress,
        running=course.running,
        measures=course.measures,
        figures=figures,
        watch=watch,
        reasons=course.reasons,
        timing=timing,
        reminders=reminders,
    )
