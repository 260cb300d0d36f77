"""The pictures of the report, with every word in the language that is spoken now."""

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinic.language import said, said_number
from clinic.terms import Side
from rehab.charts import Limit, Pair, Series, line_chart, pair_chart
from triage.knowledge import triage_knowledge


def _short(day):
    return date_format(day, "j M")


def pain_chart(course):
    """Draw the worst pain of each day's sessions against the limit of the diagnosis."""
    worst = {}
    for session in course.sessions:
        if session.pain_during is not None:
            worst[session.day] = max(session.pain_during, worst.get(session.day, 0))
    days, limit = sorted(worst), course.limit.during_nprs if course.limit else None
    return line_chart(
        title=_("Pain during sessions, 0 to 10"),
        about=_("The worst pain of each day's sessions."),
        days=[day.toordinal() for day in days],
        labels=[_short(day) for day in days],
        series=[Series(_("Pain"), [worst[day] for day in days])],
        day_word=_("Day"),
        top=10,
        limit=Limit(_("Limit"), limit) if limit is not None else None,
        say=said_number,
    )


def mornings_chart(course):
    """Draw the pain of each morning's first steps."""
    rows = course.mornings
    return line_chart(
        title=_("Pain at the first steps in the morning, 0 to 10"),
        about=_("The pain that was told each morning."),
        days=[row.day.toordinal() for row in rows],
        labels=[_short(row.day) for row in rows],
        series=[Series(_("Morning pain"), [row.pain for row in rows])],
        day_word=_("Day"),
        top=10,
        say=said_number,
    )


def tests_chart(tests):
    """Draw the newest value of each test, left against right, with its reference."""
    pairs = [
        Pair(f"{said(triage_knowledge().tests[row.code].name)}, {row.unit}", row.newest[Side.LEFT],
             row.newest[Side.RIGHT], row.reference)
        for row in tests.rows
        if Side.LEFT in row.newest and Side.RIGHT in row.newest
    ]  # fmt: skip
    return pair_chart(
        title=_("Left and right, newest values"),
        about=_("Each test on a scale of its own; the upright line is the reference."),
        pairs=pairs,
        words=(_("left"), _("right")),
        columns=(_("Test"), _("Left"), _("Right"), _("Reference"), _("Note")),
        say=said_number,
    )
