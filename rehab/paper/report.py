"""The progress report to the doctor: a tagged PDF of how a case goes, in the language of who will read it."""

from pathlib import Path

from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinic.language import said, said_number, said_reason
from clinic.models import Task
from clinic.paper import pdf
from clinic.units import km_shown, unit_word
from rehab.actions.moving import next_steps
from rehab.actions.stages import next_stage
from rehab.entry import adherence_percent
from rehab.followed import scores_of
from rehab.growing import weeks_run
from rehab.history import course_of, newest_step
from rehab.knowledge import rehab_knowledge
from rehab.mine.doses import card_now
from rehab.mine.frame import CALVES
from rehab.pages.course import COLOURS, NEXT
from rehab.pages.pictures import pictures_of, stairs
from rehab.pages.retests import VERDICTS, tests_over_time
from rehab.rules.measures import change
from rehab.words import SIDE_WORDS
from triage.gate import loading_gate
from triage.knowledge import triage_knowledge

REPORT = Path(__file__).parent / "report.typ"
FILE_NAME = "progress-report.pdf"  # names nobody
MOST = 12  # sessions with a reason, and tasks: the newest
DIRECTIONS = {
    "improved": gettext_lazy("improved"),
    "worse": gettext_lazy("worse"),
    "small": gettext_lazy("small change"),
    "within_chance": gettext_lazy("within chance"),
}


def report(case, person, at, language) -> bytes:
    """Return how a case goes as it stands at a moment, signed by this person, in "en" or "es"."""
    with translation.override(language):
        return pdf(REPORT, report_data(case, person, at), _("Progress report"), language)


def report_data(case, person, at) -> dict:
    """Return everything the report says, in the language that is spoken now, as JSON can hold it."""
    course, gate, tests = course_of(case, at), loading_gate(case), tests_over_time(case, at)
    here, step = next_stage(course)
    return {
        "words": _words(),
        "clinic": case.clinic.name,
        "reach": [words for words in (case.clinic.phone, case.clinic.opening_hours) if words],
        "date": _day(at),
        "author": person.name,
        "about": _about(case, course, at),
        "rests": [] if gate.open else list(dict.fromkeys(map(_why_shut, gate.reasons))),
        "plan": [_exercise(item) for item in course.plan.items.all()] if course.plan else [],
        "done": _done(course, person.units),
        "charts": [_chart(one) for one in _pictures(course, person, tests, here)],
        "measures": _measures(case),
        "tests": [line for row in tests.rows for line in _test(row)],
        "sessions": _sessions(course),
        "tasks": _tasks(case),
        "running": _running(here, step),
        "next": [_suggested(item, step) for item, step in next_steps(course)] if course.plan and gate.open else [],
    }


def _words():
    return {
        "rests": _("The plan rests:"),
        "plan": _("Plan"),
        "no_plan": _("No plan is signed."),
        "exercise": _("Exercise"),
        "level": _("Level"),
        "dose": _("Dose"),
        "done": _("What was done"),
        "pictures": _("Pain and tests over time"),
        "measures": _("Outcome measures"),
        "measure": _("Measure"),
        "first": _("First"),
        "newest": _("Newest"),
        "change": _("Change"),
        "tests": _("Tests, before and now"),
        "test": _("Test"),
        "side": _("Side"),
        "reference": _("Reference"),
        "verdict": _("Verdict"),
        "sessions": _("Sessions to look at"),
        "tasks": _("Alerts and tasks"),
        "running": _("Running"),
        "next": _("What the rules suggest next"),
        "nothing": _("Nothing recorded."),
        "signature": _("Signature"),
        "page": _("Page"),
    }


def _day(moment):
    """Return a day, or the day of a moment, in words."""
    return date_format(timezone.localtime(moment) if hasattr(moment, "hour") else moment, "DATE_FORMAT")


def _why_shut(reason):
    """Return why nothing may be loaded now: the danger that is open, by its title, else the gate's own words."""
    titles = {flag.code: flag.title for flag in triage_knowledge().red_flags.flags}
    return f"{said(titles[reason.code]) if reason.code in titles else said_reason(reason)}."


def _about(case, course, at):
    """Return who it is, what it is and what pain is allowed, as [[name, value], ...]."""
    patient, diagnosis = case.patient, case.diagnoses.order_by("-at", "-id").first()
    born = _("%(day)s (%(age)s years)") % {
        "day": date_format(patient.birth_date, "DATE_FORMAT"),
        "age": patient.age_on(timezone.localdate(at)),
    }
    since = _("%(leg)s, since %(day)s.") % {"leg": CALVES[case.side], "day": _day(case.onset_on or case.opened_at)}
    told = [
        (_("Patient"), f"{patient.surname}, {patient.given_name}"),
        (_("Born"), born),
        (_("Pain"), since),
        (_("Diagnosis"), _diagnosis(diagnosis)),
        (_("Pain allowed"), _limit(course.limit)),
    ]
    if course.plan:
        signed = _("Signed by %(name)s on %(day)s.")
        told.append((_("Plan"), signed % {"name": course.plan.signed_by, "day": _day(course.plan.signed_at)}))
    return [[name, str(value)] for name, value in told]


def _diagnosis(diagnosis):
    if diagnosis is None:
        return _("none recorded")
    names = {cause.code: cause.name for cause in triage_knowledge().causes.causes}
    name = said(names[diagnosis.cause]) if diagnosis.cause in names else diagnosis.cause
    grade = ", " + _("grade %(grade)s") % {"grade": diagnosis.grade} if diagnosis.grade else ""
    return f"{name}{grade}, {_day(diagnosis.at)}"


def _limit(limit):
    if limit is None or limit.during_nprs is None:
        return _("No limit is set, so there is no session.")
    return _("up to %(points)s of 10 during a session") % {"points": limit.during_nprs}


def _exercise(item):
    card = card_now(item)
    return [f"{card.name}, {SIDE_WORDS[item.side]}" if item.side != "none" else card.name, str(newest_step(item).level),
            card.dose]  # fmt: skip


def _done(course, units):
    """Return in sentences how much was done, and how it went; distances in the units of who signs, as in the charts."""
    sessions = course.sessions
    if not sessions:
        return []
    period = _("%(many)s logged from %(first)s to %(last)s.") % {
        "many": ngettext("%(many)s session", "%(many)s sessions", len(sessions)) % {"many": len(sessions)},
        "first": _day(sessions[0].day),
        "last": _day(sessions[-1].day),
    }
    colours = [judged.judgement.colour.value for judged in course.judged]
    went = ", ".join(f"{word} {colours.count(code)}" for code, (word, _icon) in COLOURS.items() if code in colours)
    lines = [period, _("Verdicts: %(went)s.") % {"went": went}]
    share = adherence_percent(course)
    if share is not None:
        lines.append(_("Done of what the plan asked, last 7 days: %(share)s %%.") % {"share": said_number(share)})
    runs = [session.run for session in sessions if session.run]
    if runs:
        minutes, km = (sum(getattr(run, name) or 0 for run in runs) for name in ("run_minutes", "km"))
        said_runs = ngettext("%(many)s run: %(minutes)s minutes, %(distance)s.",
                             "%(many)s runs: %(minutes)s minutes, %(distance)s.", len(runs))  # fmt: skip
        distance = f"{said_number(km_shown(km, units))} {unit_word(units, 'distance')}"
        told = {"many": len(runs), "minutes": said_number(minutes), "distance": distance}
        lines.append(said_runs % told)
    return lines


def _pictures(course, person, tests, here):
    """Return the pictures of the clinician's progress page, the ladder only once running has begun."""
    ladder = [stairs(rehab_knowledge().running.stages, here)["chart"]] if here else []
    drawn = [one["chart"] for one in pictures_of(course, weeks_run(course), person.units)]
    return [*drawn, *ladder, tests.sides, tests.before]


def _chart(chart):
    return {
        "title": chart.title,
        "svg": str(chart.svg),
        "columns": list(chart.columns),
        "rows": [list(row) for row in chart.rows],
    }


def _measures(case):
    """Return each measure that was scored: its first and newest value, and what the change means."""
    scores, rows = scores_of(case), []
    for measure in rehab_knowledge().measures.values():
        own = [score for score in scores if score.measure == measure.code]
        if not own:
            continue
        moved = change(measure, own[0], own[-1], rehab_knowledge().reasons) if len(own) > 1 else None
        first, last = (f"{said_number(score.value)} ({_day(score.day)})" for score in (own[0], own[-1]))
        what = f"{DIRECTIONS[moved.direction.value]}. {' '.join(map(said_reason, moved.reasons))}" if moved else ""
        rows.append([said(measure.name), first, last if moved else "–", what or "–"])
    return rows


def _test(row):
    """Return a test as lines of the table, one for each side."""
    for line in row.lines:
        reference = "–" if line.reference is None else f"{said_number(line.reference)} {row.unit}"
        first, last = (said_number(value) for value in line.values)
        yield [
            said(triage_knowledge().tests[row.code].name),
            str(SIDE_WORDS[line.side]) if line.side in ("left", "right") else "–",
            f"{first} {row.unit}",
            f"{last} {row.unit}" if line.many else "–",
            reference,
            str(VERDICTS.get(line.state, "–")),
            said_reason(line.change) if line.change else "–",
        ]


def _sessions(course):
    """Return the newest sessions that were AMBER or RED, each with its reasons."""
    seen = [judged for judged in course.judged if judged.judgement.colour.value in ("amber", "red")]
    return [
        f"{_day(judged.session.day)}: {COLOURS[judged.judgement.colour.value][0]}. "
        + " ".join(map(said_reason, judged.judgement.reasons))
        for judged in reversed(seen[-MOST:])
    ]


def _tasks(case):
    """Return the newest alerts and tasks of the case, and whether somebody has done them.  One query."""
    alerts, lines = rehab_knowledge().progress.alerts, []
    for task in Task.objects.filter(case=case).order_by("-opened_at", "-id")[:MOST]:
        text = said(alerts[task.code].text) if task.code in alerts else task.text
        ended = _("done on %(day)s") % {"day": _day(task.done_at)} if task.done_at else _("open")
        lines.append(f"{_day(task.opened_at)}: {text} ({ended})")
    return lines


def _running(here, step):
    """Return where the runner stands on the way back to running, and why the next stage comes or does not."""
    if here is None:
        return [_("Running has not begun.")]
    stage = next(stage for stage in rehab_knowledge().running.stages if stage.number == here.stage)
    lines = [_("Stage %(stage)s of 8: %(words)s") % {"stage": here.stage, "words": said(stage.text)}]
    if here.suspended:
        lines.append(_("Running rests."))
    return lines + [said_reason(reason) for reason in (step.reasons if step else ())]


def _suggested(item, step):
    card = card_now(item)
    why = " ".join(map(said_reason, step.reasons))
    return f"{card.name}: {NEXT[step.kind.value]}. {why}"
