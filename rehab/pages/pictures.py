"""The pictures of a course: pain and mornings, the load of the weeks, and how much was run of what was allowed."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from clinic.language import said, said_number, said_reason
from clinic.pages import day_words
from clinic.units import km_shown, unit_word
from rehab.charts import Limit, Rung, Series, bar_chart, ladder, line_chart
from rehab.entry import done_of_asked
from rehab.growing import WEEK, WEEKS
from rehab.knowledge import rehab_knowledge
from rehab.rules.load import load_rise, weekly_load
from rehab.rules.running_growth import KM, MINUTES, UNITS

COLOUR_WORDS = {"green": _("GREEN"), "amber": _("AMBER"), "red": _("RED")}


def pictures_of(course, weeks, units="metric"):
    """Return the charts of a course in the reader's units, each with its words, and those where it is empty."""
    return [pain(course), mornings(course), effort(course), adherence(course), load(course), *run_weeks(weeks, units)]


def shown(chart, words, empty):
    """Return a chart as the component wants it."""
    return {"chart": chart, "words": words, "empty": empty}


def short(day):
    """Return a day as an axis shows it: "3 Nov", in Spanish "3 nov"."""
    return date_format(day, gettext("j M"))


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
        title=gettext("Pain during sessions"),
        about=gettext("The worst pain of each day's sessions, 0 to 10, with the verdict of the day."),
        days=[day.toordinal() for day in days],
        labels=[short(day) for day in days],
        series=[Series(gettext("Pain"), [worst[day].session.pain_during for day in days])],
        day_word=gettext("Day"),
        top=10,
        limit=Limit(gettext("Limit"), limit) if limit is not None else None,
        marks=[_mark(worst[day]) for day in days],
        mark_words=COLOUR_WORDS,
        mark_word=gettext("Verdict"),
        say=said_number,
    )
    over = sum(judged.session.pain_during > limit for judged in found) if limit is not None else 0
    words = (
        gettext("%(over)s of %(all)s sessions went above the limit of %(limit)s.")
        % {"over": over, "all": len(found), "limit": limit}
        if limit is not None
        else gettext("No limit is set.")
    )
    return shown(chart, words, gettext("No session with a pain rating yet."))


def _mark(judged):
    colour = judged.judgement.colour.value
    return colour if colour in COLOUR_WORDS else ""


def mornings(course):
    """Draw pain and stiffness of the mornings."""
    rows = course.mornings
    chart = line_chart(
        title=gettext("First steps in the morning"),
        about=gettext("Pain at the first steps of each morning, 0 to 10."),
        days=[row.day.toordinal() for row in rows],
        labels=[short(row.day) for row in rows],
        series=[Series(gettext("Morning pain"), [row.pain for row in rows])],
        day_word=gettext("Day"),
        top=10,
        say=said_number,
    )
    words = ""
    if rows:
        told = ngettext(
            "%(number)s morning told; the newest, %(day)s: %(pain)s.",
            "%(number)s mornings told; the newest, %(day)s: %(pain)s.",
            len(rows),
        )
        words = told % {
            "number": len(rows),
            "day": day_words(rows[-1].day),
            "pain": rows[-1].pain,
        }
    return shown(chart, words, gettext("No morning told yet."))


def effort(course):
    """Draw how hard the sessions felt, with what the rules take of it."""
    felt, words = effort_of_days(course), ""
    if felt:
        words = gettext("The newest: %(effort)s. Above %(most)s no exercise moves up.")
        words = words % {"effort": felt[max(felt)], "most": most_effort()}
    return shown(effort_chart(felt), words, gettext("No session with an effort rating yet."))


def effort_of_days(course):
    """Return {day: effort of its hardest session}, 0 to 10."""
    felt = {}
    for session in course.sessions:
        if session.effort is not None:
            felt[session.day] = max(session.effort, felt.get(session.day, 0))
    return felt


def effort_chart(felt):
    """Return the chart of {day: effort}."""
    days = sorted(felt)
    return line_chart(
        title=gettext("Effort"),
        about=gettext("How hard the hardest session of each day felt, 0 to 10."),
        days=[day.toordinal() for day in days],
        labels=[short(day) for day in days],
        series=[Series(gettext("Effort"), [felt[day] for day in days])],
        day_word=gettext("Day"),
        top=10,
        say=said_number,
    )


def most_effort():
    """Return the effort above which PR-A moves nothing up, 0 to 10."""
    return round(rehab_knowledge().progress.steps["asked_by_PR-A"].numbers["effort_max"])


def adherence(course):
    """Draw what was done of what the plan in force asked."""
    weeks, words = weeks_of_plan(course), ""
    if weeks:
        _day, done, asked = weeks[-1]
        words = gettext("%(done)s of %(asked)s exercises in the last 7 days.") % {"done": done, "asked": asked}
    return shown(adherence_chart(weeks), words, gettext("No plan is in force, or it asks for nothing yet."))


def weeks_of_plan(course):
    """Return [(last day, done, asked)] of the whole 7 days since the plan in force was signed, and of the newest."""
    if course.plan is None:
        return []
    today, signed = course.now.date(), timezone.localdate(course.plan.signed_at)
    days = [today - n * WEEK for n in reversed(range(WEEKS))]
    weeks = [(day, *done_of_asked(course, day)) for day in days if day == today or day - WEEK >= signed]
    return [week for week in weeks if week[2]]


def adherence_chart(weeks):
    """Return the chart of what was done of what was asked, from [(last day, done, asked)] of each 7 days."""
    return bar_chart(
        title=gettext("Done of what was planned"),
        about=gettext("Exercises done in each 7 days; the band is what the plan asked for."),
        labels=[gettext("to %(day)s") % {"day": short(day)} for day, _done, _asked in weeks],
        values=[done for _day, done, _asked in weeks],
        label_word=gettext("7 days"),
        value_word=gettext("Done"),
        allowed=[(0, asked) for _day, _done, asked in weeks],
        allowed_word=gettext("Planned"),
        say=said_number,
    )


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
        title=gettext("Load of each week"),
        about=gettext("Effort from 0 to 10 times minutes, added up over 7 days."),
        labels=[gettext("to %(day)s") % {"day": short(day)} for day in weeks],
        values=values,
        label_word=gettext("7 days"),
        value_word=gettext("Load"),
        allowed=allowed,
        allowed_word=gettext("Allowed"),
        over_word=gettext("above"),
        say=said_number,
    )
    return shown(
        chart,
        gettext("More than %(rise)s %% above the week before is AMBER (convention).") % {"rise": f"{rise:g}"},
        gettext("No load known yet."),
    )


def weeks_charts(weeks, words, units="metric"):
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
                labels=[short(week.monday) for week in weeks] if is_drawn else [],
                values=values if is_drawn else [],
                label_word=words["week"],
                value_word=words["done"],
                allowed=bands if is_drawn and any(high for _, high in bands) else [],
                allowed_word=words["allowed"],
                over_word=words["over"],
                say=said_number,
            )
        )
    return found


def weeks_amount(value, unit, units):
    """Return an amount of running in the person's own units."""
    return float(km_shown(value, units)) if unit == KM and value is not None else value


WEEK_WORDS = {
    "minutes": _("Minutes run each week"),
    "minutes_about": _("Minutes of running, walking left out, Monday to Sunday; the band is what the week could hold."),
    "distance_about": _("From Monday to Sunday; the band is what the week could hold."),
    "week": _("Week from"),
    "done": _("Run"),
    "allowed": _("Allowed"),
    "over": _("above"),
}


def run_weeks(weeks, units):
    """Draw minutes and distance of each week with the band of allowed growth, and what this week may still hold."""
    found, distance = [], unit_word(units, "distance")
    words = WEEK_WORDS | {"distance": gettext("Distance a week, {unit}").format(unit=distance)}
    for unit, chart in zip((MINUTES, KM), weeks_charts(weeks, words, units), strict=True):
        ran = weeks_amount(sum(week.amount(unit) or 0 for week in weeks), unit, units)
        told = ngettext("%(ran)s %(unit)s in %(weeks)s week.", "%(ran)s %(unit)s in %(weeks)s weeks.", len(weeks)) % {
            "ran": said_number(ran),
            "unit": distance if unit == KM else said(UNITS[unit]),
            "weeks": len(weeks),
        }
        empty = gettext("No run yet.") if unit == MINUTES else gettext("No run with a distance yet.")
        found.append(shown(chart, f"{told} {_allowed_words(weeks, unit, units)}".rstrip(), empty))
    return found


def _allowed_words(weeks, unit, units):
    """Return what this week may hold and why, beside the chart of the unit the rules count in."""
    allowed = weeks[-1].allowed if weeks else None
    if allowed is None or allowed.unit != unit:
        return ""
    amounts = (allowed.done, allowed.week_max, allowed.single_run_max)
    done, most, single = (said_number(weeks_amount(amount, unit, units)) for amount in amounts)
    words = gettext("This week %(done)s of at most %(most)s; one run at most %(single)s.")
    told = words % {"done": done, "most": most, "single": single}
    return " ".join([told, *map(said_reason, allowed.reasons)])


def stair_state(here, number):
    """Return whether a stage is "passed", "here" or "ahead" of where a runner stands; ``here`` None: not begun."""
    if here is None or number > here.stage:
        return "ahead"
    return "here" if number == here.stage and not here.passed else "passed"


def stairs(stages, here):
    """Draw the ladder back to running, with where the runner stands."""
    words = {"passed": gettext("passed"), "here": gettext("here"), "ahead": gettext("to come")}
    found = [(one, stair_state(here, one.number)) for one in stages]
    rungs = [Rung(one.number, said(one.text), state, words[state]) for one, state in found]
    chart = ladder(
        title=gettext("The ladder back to running"),
        about=gettext("Stages from walking to thirty minutes of running."),
        rungs=rungs,
        columns=(gettext("Stage"), gettext("What is done"), gettext("State")),
    )
    return shown(chart, "", "")
