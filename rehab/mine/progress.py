"""How it goes, for the runner: pictures with the words that say what they mean, the ladder, and what was reached."""

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.language import said, said_number, said_reason
from clinic.units import unit_word
from rehab.actions.stages import next_stage
from rehab.charts import Limit, Rung, Series, ladder, line_chart
from rehab.entry import criteria_of
from rehab.followed import scores_of
from rehab.growing import WEEK, weeks_run
from rehab.history import course_of
from rehab.knowledge import rehab_knowledge
from rehab.pages.milestones import TO_THE_RUNNER, milestones_of
from rehab.pages.pictures import (
    adherence_chart,
    effort_chart,
    effort_of_days,
    most_effort,
    short,
    shown,
    stair_state,
    weeks_amount,
    weeks_charts,
    weeks_of_plan,
)
from rehab.rules.running_facts import Met
from rehab.rules.running_growth import KM


def progress_of(mine, case, person, at):
    """Return everything the page shows of one case, which may be closed: the past stays to be seen."""
    course = course_of(case, at)
    here, step = next_stage(course)
    weeks = weeks_run(course)
    is_open = mine.case is not None and not mine.stop and mine.may_run
    return {
        "pictures": [
            pain(course),
            adherence(course, is_stopped=bool(mine.stop)),
            effort(course),
            *(run_charts(weeks, person.units) if weeks else [])
        ],
        "nothing": not course.judged and not course.mornings,
        "stairs": stairs(here),
        "missing": missing(course, here, step) if is_open and course.plan else [],
        "on_ladder": here is not None,
        "passed": bool(here and here.passed),
        "milestones": milestones_of(course, scores_of(case), TO_THE_RUNNER),
    }  # fmt: skip


def pain(course):
    """Draw the worst pain of each day's sessions, and of the morning after."""
    during = {}
    for judged in course.judged:
        day, told = judged.session.day, judged.session.pain_during
        if told is not None:
            during[day] = max(told, during.get(day, 0))
    after = {morning.day - timedelta(days=1): morning.pain for morning in course.mornings}
    days = sorted(during.keys() | after.keys())
    limit = course.limit.during_nprs if course.limit else None
    chart = line_chart(
        title=_("Pain"),
        about=_("The worst pain of each day's sessions and of the first steps next morning, 0 to 10."),
        days=[day.toordinal() for day in days],
        labels=[short(day) for day in days],
        series=[
            Series(_("During"), [during.get(day) for day in days]),
            Series(_("Next morning"), [after.get(day) for day in days]),
        ],
        day_word=_("Day"),
        top=10,
        limit=Limit(_("Your limit"), limit) if limit is not None else None,
        say=said_number,
    )
    return shown(chart, _pain_words(during, limit), _("After your first session you see here how the pain goes."))


def _pain_words(during, limit):
    if not during:
        return _("Each morning you told us is a point; your sessions come beside it.")
    if limit is None:
        return _("Lower is calmer. Your clinic has not set a limit yet.")
    over = sum(value > limit for value in during.values())
    if not over:
        return _("Every session stayed within your limit of {limit}: that is how it should be.").format(limit=limit)
    return ngettext(
        "On {count} day the pain went above your limit of {limit}. Then less is asked of you until it calms down.",
        "On {count} days the pain went above your limit of {limit}. Then less is asked of you until it calms down.",
        over,
    ).format(count=over, limit=limit)


def adherence(course, *, is_stopped):
    """Show what was done of what the plan asked, with what to say to the runner beside it."""
    weeks = weeks_of_plan(course)
    words = ""
    if weeks:
        _day, done, asked = weeks[-1]
        words = _words_of_done(course, is_stopped).format(done=done, asked=asked)
    return shown(adherence_chart(weeks), words, _("Once your plan is signed you see here how much of it you did."))


def _words_of_done(course, is_stopped):
    """Return what to say beside the newest 7 days: nothing is counted against a leg that rests or a new plan."""
    if is_stopped:
        return _("While your leg rests, nothing is asked of you.")
    if course.now.date() - timezone.localdate(course.plan.signed_at) < WEEK:
        return _("Your first 7 days are under way: {done} of {asked} so far.")
    return _("In the last 7 days you did {done} of {asked}. A day of rest is part of the plan.")


def effort(course):
    """Show how hard the sessions felt."""
    words = _("The same work that feels easier is strength you gained. Above {most} nothing moves up.")
    words = words.format(most=most_effort())
    return shown(
        effort_chart(effort_of_days(course)), words, _("After your first session you see here how hard it felt.")
    )


def run_charts(weeks, units):
    """Draw minutes and distance of each week with the band of allowed growth, in the runner's own units."""
    distance = unit_word(units, "distance")
    words = {
        "minutes": _("Minutes of running a week"),
        "minutes_about": _("Walking left out, Monday to Sunday; the band is what the week could hold."),
        "distance": _("Distance a week, {unit}").format(unit=distance),
        "distance_about": _("From Monday to Sunday; the band is what the week could hold."),
        "week": _("Week from"),
        "done": _("Amount run"),
        "allowed": _("Allowed"),
        "over": _("above"),
    }
    allowed = weeks[-1].allowed
    found = []
    for unit, chart in zip(("minutes", KM), weeks_charts(weeks, words, units), strict=True):
        is_band = allowed is not None and allowed.unit == unit
        empty = _("No running yet.") if unit != KM else _("Log how far you ran, and the distance appears here.")
        found.append(shown(chart, allowance_words(allowed, units) if is_band else _("Add up, do not chase."), empty))
    return found


def allowance_words(allowed, units):
    """Return what this week may hold and how long one run may be, in words and in the runner's own units."""
    unit = unit_word(units, "distance") if allowed.unit == KM else _("minutes")
    done, most, single = (
        said_number(weeks_amount(value, allowed.unit, units))
        for value in (allowed.done, allowed.week_max, allowed.single_run_max)
    )
    words = _("This week: {done} of at most {most} {unit}; one run at most {single} {unit}.")
    words = words.format(done=done, most=most, single=single, unit=unit)
    if allowed.over:
        words += " " + _("That is more than this week should hold: leave the rest of the week without running.")
    elif allowed.light:
        words += " " + _("This is a lighter week on purpose: the calf catches up.")
    return words


def stairs(here):
    """Draw the ladder back to running in the runner's language, with where they stand."""
    words = {"passed": _("passed"), "here": _("you are here"), "ahead": _("to come")}
    found = [(one, stair_state(here, one.number)) for one in rehab_knowledge().running.stages]
    chart = ladder(
        title=_("The ladder back to running"),
        about=_("Stages from walking to thirty minutes of running."),
        rungs=[Rung(one.number, said(one.text), state, words[state]) for one, state in found],
        columns=(_("Stage"), _("What is done"), _("State")),
    )
    return shown(chart, "", "")


def missing(course, here, step):
    """Return what is missing for the first run, or for the next stage, in the runner's language."""
    if here is not None:
        return [said_reason(reason) for reason in step.reasons]
    wanted = {one.code for one in criteria_of(course) if one.met in (Met.NOT_MET, Met.MISSING)}
    return [said(entry.runner) for entry in rehab_knowledge().running.entry if entry.code in wanted]
