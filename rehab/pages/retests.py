"""Tests over time: left and right, limb symmetry, before and now, each against its reference, and when due again."""

from types import SimpleNamespace

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clinic.language import said, said_number, said_reason
from clinic.pages import day_words
from clinic.phrases import said_again
from clinic.terms import Side
from rehab.charts import Pair, pair_chart
from rehab.knowledge import rehab_knowledge
from rehab.rules.reassessment import change_of_test, limb_symmetry, retests_due
from triage.decision import triage_decision
from triage.facts import case_facts
from triage.knowledge import triage_knowledge
from triage.models import Finding

SIDES = {"left": _("left"), "right": _("right"), "none": "", "both": ""}
VERDICTS = {"failed": _("fails"), "amber": _("noted"), "passed": _("passes")}
MOVED = {
    "better": _("better"),
    "worse": _("worse"),
    "no_change": _("no real change"),
    "unknown": _("changed; how much is real is not known"),
}


def tests_over_time(case, at):
    """Return every measured test with its first and newest values and what became of it, two pictures, what is due."""
    values, judged = _values(case), _judged(case, at)
    rows = [_row(case, code, sides, judged) for code, sides in values.items()]
    again = _due_again(values, judged, at)
    return SimpleNamespace(
        rows=rows,
        sides=_sides_picture(rows),
        before=_before_picture(rows),
        due=[SimpleNamespace(name=_name(one.test), late=one.days_late, why=one.why) for one in again.due],
        next_on=day_words(again.next_on) if again.next_on else "",
        why=[said_reason(reason) for reason in again.reasons],
    )


def tests_due_on(case, at):
    """Return the days on which measured tests are due again, the overdue ones and the next; empty without a test."""
    again = _due_again(_values(case), _judged(case, at), at)
    return sorted({one.on for one in again.due} | ({again.next_on} if again.next_on else set()))


def _judged(case, at):
    """Return {(test, side): its verdict} as the rules see the case at a moment."""
    found = triage_decision(case_facts(case, at.date()), triage_knowledge()).judged
    return {(one.test, one.side): one for one in found}


def _due_again(values, judged, at):
    failed = {code for (code, _), one in judged.items() if one.verdict.value == "failed"}
    tested = {code: max(day for told in sides.values() for day, _ in told) for code, sides in values.items()}
    known = rehab_knowledge()
    return retests_due(tested, failed & set(tested), timezone.localdate(at), known.progress, known.reasons)


def _values(case):
    """Return {test: {side: [(day, value), ...]}} of everything measured, oldest first.  One query."""
    rows = Finding.objects.filter(examination__case=case, value__isnull=False).order_by("examination__at", "id")
    found = {}
    for code, side, value, moment in rows.values_list("code", "side", "value", "examination__at"):
        if code in triage_knowledge().tests:
            found.setdefault(code, {}).setdefault(side, []).append((timezone.localdate(moment), value))
    return found


def _name(code):
    return said(triage_knowledge().tests[code].name)


def reference_of(test, side, sex):
    """Return the value below which a test fails for this side and sex, where it has such a line; the higher one."""
    own = {"left": test.fail_left, "right": test.fail_right}.get(side) or test.fail_below
    if not own:
        return None
    return own.get("any", own.get(sex, max(own.values())))


def _row(case, code, sides, judged):
    """Return one test as the page shows it."""
    test = triage_knowledge().tests[code]
    newest = {Side(side): told[-1][1] for side, told in sides.items()}
    lower_is_better = any(limit is not None for limit in (test.fail_from, test.fail_above, test.amber_above))
    lines = [_line(case, test, side, told, judged, lower_is_better) for side, told in sorted(sides.items())]
    painful = Side(case.side) if case.side in ("left", "right") else Side.NONE
    return SimpleNamespace(
        code=test.code,
        name=said(test.name),
        unit=test.unit,
        lines=lines,
        symmetry=None if lower_is_better else limb_symmetry(newest, painful),
        newest=newest,
        reference=lines[0].reference,
    )


def _line(case, test, side, told, judged, lower_is_better):
    (first_day, first), (last_day, last) = told[0], told[-1]
    found = judged.get((test.code, Side(side)))
    moved = None
    if len(told) > 1:
        words = rehab_knowledge().reasons
        moved = change_of_test(first, last, test.detectable_change, words, test.source, not lower_is_better)
    return SimpleNamespace(
        side=SIDES[side],
        first=said_number(first),
        first_day=day_words(first_day),
        last=said_number(last),
        last_day=day_words(last_day),
        values=(first, last),
        many=len(told) > 1,
        reference=reference_of(test, side, case.patient.sex),
        verdict=VERDICTS.get(found.verdict.value, "") if found else "",
        state=found.verdict.value if found else "",
        why=said_again(found.reason.text) if found else "",
        moved=MOVED[moved.moved.value] if moved else "",
        moved_why=said_reason(moved.reason) if moved else "",
        change=moved.reason if moved else None,
    )


def _sides_picture(rows):
    pairs = [
        Pair(f"{row.name}, {row.unit}", row.newest[Side.LEFT], row.newest[Side.RIGHT], row.reference,
             gettext("%(share)s %% of the other side") % {"share": row.symmetry} if row.symmetry is not None else "")
        for row in rows
        if Side.LEFT in row.newest and Side.RIGHT in row.newest
    ]  # fmt: skip
    return pair_chart(
        title=gettext("Left and right, newest values"),
        about=gettext("Each test on a scale of its own; the upright line is the reference."),
        pairs=pairs,
        words=(gettext("left"), gettext("right")),
        columns=(gettext("Test"), gettext("Left"), gettext("Right"), gettext("Reference"), gettext("Symmetry")),
        say=said_number,
    )


def _before_picture(rows):
    pairs = [
        Pair(f"{row.name} {line.side}, {row.unit}".replace(" ,", ","), *line.values, line.reference, line.moved)
        for row in rows
        for line in row.lines
        if line.many
    ]
    return pair_chart(
        title=gettext("Before and now"),
        about=gettext(
            "The first and the newest value of each test that was done again; the upright line is the reference."
        ),
        pairs=pairs,
        words=(gettext("before"), gettext("now")),
        columns=(
            gettext("Test"),
            gettext("Before"),
            gettext("Now"),
            gettext("Reference"),
            gettext("What became of it"),
        ),
        say=said_number,
    )
