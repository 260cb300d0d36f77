"""The grade of a calf strain (3.3)."""

from collections.abc import Mapping

from clinic.terms import Answer

# A tracking bruise is a visible one; who cannot raise on both legs cannot on one; a gap is more than a micro-tear.
ALSO_SECOND_GRADE = ("bruise_tracking_ankle", "double_raise_unable", "palpable_defect", "clear_gastroc_defect")


def strain_grade(answers: Mapping[str, Answer]) -> int | None:
    """Return the grade of a strain, 1 to 3, or None while a finding it needs is not assessed (3.3 [CONV]).

    III: a palpable defect and no double raise, or imaging shows a complete tear.  II: a bruise, or the
    single raise impossible, or under half the strength of the other side.  I: none of these.
    """
    third = _either(
        answers.get("tear_complete_imaging"),
        _both(answers.get("palpable_defect"), answers.get("double_raise_unable")),
    )
    second = _either(
        answers.get("bruise_visible"),
        answers.get("single_raise_unable"),
        answers.get("strength_under_half"),
    )
    if any(answers.get(code) is Answer.PRESENT for code in ALSO_SECOND_GRADE):
        second = Answer.PRESENT
    if third is Answer.PRESENT:
        return 3
    if third is Answer.NOT_ASSESSED:
        return None
    if second is Answer.PRESENT:
        return 2
    return 1 if second is Answer.ABSENT else None


def _either(*known: Answer | None) -> Answer:
    if Answer.PRESENT in known:
        return Answer.PRESENT
    return Answer.ABSENT if all(answer is Answer.ABSENT for answer in known) else Answer.NOT_ASSESSED


def _both(*known: Answer | None) -> Answer:
    if Answer.ABSENT in known:
        return Answer.ABSENT
    return Answer.PRESENT if all(answer is Answer.PRESENT for answer in known) else Answer.NOT_ASSESSED
