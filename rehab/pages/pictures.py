"""The pictures of a course: pain and mornings, the load of the weeks, and how much was run of what was allowed."""

from datetime import timedelta

from clinic.pages import day_words
from clinic.units import km_shown
from rehab.charts import Limit, Rung, Series, bar_chart, ladder, line_chart, plain
from rehab.knowledge import rehab_knowledge
from rehab.rules.load import load_rise, weekly_load
from rehab.rules.running_growth import KM, MINUTES, UNITS

WEEK = timedelta(days=7)
WEEKS = 8
COLOUR_WORDS = {"green": "GREEN", "amber": "AMBER", "red": "RED"}


def pictures_of(course, weeks):
    """Return the charts of a course, each with the words beside it and the words where it is empty."""
    return [pain(course), mornings(course), load(course), *run_weeks(weeks)]


def shown(chart, words, empty):
    """Return a chart as the component wants it."""
    return {"chart": chart, "words": words, "empty": empty}


def short(day):
    """Return a day as an axis shows it: "3 Nov"."""
    return f"{day.day} {day:%b}"


def pain(course):
    """Draw the worst pain of each session, with its colour, against the limit of the diagnosis."""
    found = [judged for judged in course.judged if judged.session.pain_during is not None]
    worst = {}
    for judged in found:  # a day has one point: its worst session
        day = judged.session.day
        if day not in worst or judged.session.pain_during > worst[day].session.pain_during:
            worst[day] = judged
    days, limit = sorted(worst), course.limit.during_nprs if course.limit else None
    chart = line_chart(
        title="Pain during sessions",
        about="The worst pain of each day's sessions, 0 to 10, with the verdict of the day.",
        days=[day.toordinal() for day in days],
        labels=[short(day) for day in days],
        series=[Series("Pain", [worst[day].session.pain_during for day in days])],
        day_word="Day",
        top=10,
        limit=Limit("Limit", limit) if limit is not None else None,
        marks=[_mark(worst[day]) for day in days],
        mark_words=COLOUR_WORDS,
        mark_word="Verdict",
    )
    over = sum(judged.session.pain_during > limit for judged in found) if limit is not None else 0
    words = (
        f"{over} of {len(found)} sessions went above the limit of {limit}." if limit is not None else "No limit is set."
    )
    return shown(chart, words, "No session with a pain rating yet.")


def _mark(judged):
    colour = judged.judgement.colour.value
    return colour if colour in COLOUR_WORDS else ""


def mornings(course):
    """Draw pain and stiffness of the mornings."""
    rows = course.mornings
    chart = line_chart(
        title="First steps in the morning",
        about="Pain at the first steps of each morning, 0 to 10.",
        days=[row.day.toordinal() for row in rows],
        labels=[short(row.day) for row in rows],
        series=[Series("Morning pain", [row.pain for row in rows])],
        day_word="Day",
        top=10,
    )
    words = ""
    if rows:
        words = f"{len(rows)} mornings told; the newest, {day_words(rows[-1].day)}: {rows[-1].pain}."
    return shown(chart, words, "No morning told yet.")


def _weeks(course):
    """Return the last days of the last weeks, oldest first; none where nothing was logged."""
    if not course.judged:
        return []
    today, first = course.now.date(), course.judged[0].session.day
    return [day for n in reversed(range(WEEKS)) if (day := today - n * WEEK) >= first]


def load(course):
    """Draw effort times minutes of each week, with what the rule of weekly load allows."""
    table = rehab_knowledge().progress
    rise = table.steps["weekly_load"].numbers["rise_max_percent"]
    weeks, sessions = _weeks(course), course.sessions
    values = [weekly_load(sessions, day, WEEK.days) for day in weeks]
    allowed = [
        (None, round(before * (1 + rise / 100)) if load_rise(sessions, day, table) is not None else None)
        for day, before in zip(weeks, (0, *values), strict=False)
    ]
    chart = bar_chart(
        title="Load of each week",
        about="Effort from 0 to 10 times minutes, added up over 7 days.",
        labels=[f"to {short(day)}" for day in weeks],
        values=values,
        label_word="7 days",
        value_word="Load",
        allowed=allowed,
        allowed_word="Allowed",
        over_word="above",
    )
    return shown(chart, f"More than {rise:g} % above the week before is AMBER (convention).", "No load known yet.")


def weeks_charts(weeks, words, units="metric", say=plain, label=short):
    """Return the charts of minutes and of distance a week, each with the band that was allowed.

    ``words`` by name: minutes, minutes_about, distance, distance_about, week, done, allowed, over.
    """
    found = []
    for unit, name in ((MINUTES, "minutes"), (KM, "distance")):
        values = [weeks_amount(week.amount(unit), unit, units) for week in weeks]
        is_drawn = any(values)
        bands = [tuple(weeks_amount(value, unit, units) for value in week.band(unit)) for week in weeks]
        found.append(
            bar_chart(
                title=words[name],
                about=words[f"{name}_about"],
                labels=[label(week.monday) for week in weeks] if is_drawn else [],
                values=values if is_drawn else [],
                label_word=words["week"],
                value_word=words["done"],
                allowed=bands if is_drawn and any(high for _, high in bands) else [],
                allowed_word=words["allowed"],
                over_word=words["over"],
                say=say,
            )
        )
    return found


def weeks_amount(value, unit, units):
    """Return an amount of running in the person's own units."""
    return float(km_shown(value, units)) if unit == KM and value is not None else value


WEEK_WORDS = {
    "minutes": "Minutes run each week",
    "minutes_about": "Minutes of running, walking left out, Monday to Sunday; the band is what the week could hold.",
    "distance": "Kilometres each week",
    "distance_about": "Kilometres run from Monday to Sunday; the band is what the week could hold.",
    "week": "Week from",
    "done": "Run",
    "allowed": "Allowed",
    "over": "above",
}


def run_weeks(weeks):
    """Draw minutes and kilometres of each week with the band of allowed growth, and what this week may still hold."""
    found = []
    for unit, chart in zip((MINUTES, KM), weeks_charts(weeks, WEEK_WORDS), strict=True):
        ran = sum(week.amount(unit) or 0 for week in weeks)
        words = f"{ran:g} {UNITS[unit].en} in {len(weeks)} weeks. {_allowed_words(weeks, unit)}".rstrip()
        found.append(shown(chart, words, "No run yet." if unit == MINUTES else "No run with a distance yet."))
    return found


def _allowed_words(weeks, unit):
    """Return what this week may hold and why, beside the chart of the unit the rules count in."""
    allowed = weeks[-1].allowed if weeks else None
    if allowed is None or allowed.unit != unit:
        return ""
    words = f"This week {allowed.done:g} of at most {allowed.week_max:g}; one run at most {allowed.single_run_max:g}. "
    return words + " ".join(reason.text for reason in allowed.reasons)


def stair_state(here, number):
    """Return whether a stage is "passed", "here" or "ahead" of where a runner stands; ``here`` None: not begun."""
    if here is None or number > here.stage:
        return "ahead"
    return "here" if number == here.stage and not here.passed else "passed"


def stairs(stages, here):
    """Draw the ladder back to running, with where the runner stands."""
    words = {"passed": "passed", "here": "here", "ahead": "to come"}
    found = [(one, stair_state(here, one.number)) for one in stages]
    rungs = [Rung(one.number, one.text.en, state, words[state]) for one, state in found]
    chart = ladder(
        title="The ladder back to running",
        about="Stages from walking to thirty minutes of running.",
        rungs=rungs,
        columns=("Stage", "What is done", "State"),
    )
    return shown(chart, "", "")
