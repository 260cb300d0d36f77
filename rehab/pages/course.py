"""How a case goes, for the clinician: the panel of the case page, the page of the course, the way back to running."""

from types import SimpleNamespace

from django.conf import settings
from django.db.models import OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clinic.access import may_record, may_sign
from clinic.language import said, said_number, said_reason
from clinic.models import Task
from clinic.pages import day_words, days_ago
from clinic.phrases import said_again
from clinic.units import km_shown, unit_word
from rehab.actions.fitting import MISFIT
from rehab.actions.moving import next_steps
from rehab.actions.offers import open_offers
from rehab.actions.stages import next_stage
from rehab.actions.stepping import name_of
from rehab.entry import adherence_percent, criteria_of
from rehab.examined import is_kept_up, judged_now, needs_of, passed_of, untrained
from rehab.followed import asked_measures, measures_due, scores_of
from rehab.forms import course as forms
from rehab.growing import too_long, weeks_run
from rehab.history import course_of, newest_step, with_words
from rehab.knowledge import rehab_knowledge
from rehab.models import LevelStep, OutcomeScore, PlanItem, RunStage, SessionLog, Verdict
from rehab.pages.leaving import criterion_shown, discharge_shown
from rehab.pages.milestones import TO_THE_CLINICIAN, milestones_of
from rehab.pages.pictures import pictures_of, stairs
from rehab.pages.retests import tests_over_time
from rehab.presentation import label_of, need_words
from rehab.rules.limits import limit_for
from rehab.rules.measures import Score, change
from rehab.words import SIDE_WORDS
from triage.gate import loading_gate

SHOWN = 5  # sessions of the panel
KINDS = {SessionLog.Kind.EXERCISE: _("Exercises"), SessionLog.Kind.RUN: _("Run or walk")}
COLOURS = {  # word and mark: never colour alone
    "green": (_("GREEN"), "circle-check"),
    "amber": (_("AMBER"), "triangle-alert"),
    "red": (_("RED"), "octagon-x"),
    "pending": (_("waits for the morning"), "clock"),
    "unknown": (_("cannot be judged"), "circle-question-mark"),
}
NEXT = {
    "up": _("One level up"),
    "restore_dose": _("The full dose again"),
    "hold": _("Stay"),
    "half": _("Half the dose"),
    "down": _("One level down"),
    "stop48": _("Rest, then one level down"),
    "ask_test": _("Test the length again"),
    "maintain": _("Keep it up less often"),
    "reassess": _("Assess again"),
}
STEP = LevelStep.objects.filter(item=OuterRef("pk")).order_by("-stepped_at", "-id")
VERDICT = Verdict.objects.filter(session=OuterRef("pk"), exercise__isnull=True).order_by("-judged_at", "-id")


def with_course(plans):
    """Let plans bring along where their case stands: the running stage, when each measure was last scored, and
    what the tests changed that nobody has answered yet.
    """
    stage = RunStage.objects.filter(case=OuterRef("case")).order_by("-stepped_at", "-id")
    kept = {"stage": Subquery(stage.values("stage")[:1]), "stage_passed": Subquery(stage.values("passed")[:1])}
    misfit = Task.objects.open().filter(case=OuterRef("case"), code=MISFIT)
    kept["misfit"] = Subquery(misfit.order_by("-opened_at").values("text")[:1])
    for measure in asked_measures():
        rows = OutcomeScore.objects.current().filter(case=OuterRef("case"), measure=measure.code)
        kept[f"scored_{measure.code}"] = Subquery(rows.order_by("-day").values("day")[:1])
    return plans.annotate(**kept)


def going(case, plan, at):
    """Return what the panel of the case page shows of a plan in force.  Three queries.

    ``plan`` is the signed one, brought by :func:`with_course`.  Colours and levels are read as they were kept, not
    judged anew.
    """
    kept = {name: Subquery(VERDICT.values(name)[:1]) for name in ("colour", "rule", "reasons")}
    sessions = SessionLog.objects.current().filter(case=case).annotate(**kept)[:SHOWN]
    items = PlanItem.objects.filter(plan=plan).worded(case.clinic_id).order_by("position")
    standing = {name: Subquery(STEP.values(name)[:1]) for name in ("level", "dose_percent", "rest_until")}
    scored = {measure.code: getattr(plan, f"scored_{measure.code}") for measure in asked_measures()}
    scores = [Score(code, 0, day) for code, day in scored.items() if day]  # that one was taken is enough here
    return {
        "sessions": [_kept_session(row, at) for row in sessions],
        "levels": [
            _level(item, item.level, item.dose_percent, item.rest_until, at) for item in items.annotate(**standing)
        ],
        "offers": shown_offers(case),
        "stage": plan.stage,
        "stage_passed": plan.stage_passed,
        "due": due_shown(plan, scores, at),
    }


def shown_offers(case):
    """Return the steps that wait for a tap, each with its name in words.  Two queries, one where none waits."""
    rows = list(open_offers(case).prefetch_related(with_words("item", case)))
    for row in rows:
        row.name = said_again(name_of(row))
        row.why = [said_reason(reason) for reason in row.reasons]
        row.sources = list(dict.fromkeys(reason["source"] for reason in row.reasons))
    return rows


def _kept_session(row, at):
    word, icon = COLOURS[row.colour or "unknown"]
    why = said_reason(row.reasons[0]) if row.reasons else ""
    kind = KINDS[row.kind]
    colour, day = row.colour or "unknown", day_words(row.day)
    return SimpleNamespace(day=day, colour=colour, word=word, icon=icon, rule=_rule(row.rule), why=why, kind=kind)


def _rule(rule):
    """Return the rule as it is named beside a verdict; nothing where it is no rule but the code of what is said."""
    return rule if rule.isupper() else ""


def _level(item, level, dose, rest_until, at):
    level = level or item.start_level
    return SimpleNamespace(
        name=item.spoken,
        side=SIDE_WORDS[item.side],
        level=level,
        most=item.max_level,
        dose=dose if dose and dose < 100 else None,
        rests=rest_until if rest_until and rest_until > at else None,
    )


def due_shown(plan, scores, at):
    """Return the measures that are asked now, in words."""
    known, cause = rehab_knowledge().measures, plan.diagnosis.cause if plan.diagnosis_id else None
    return [
        SimpleNamespace(code=one.measure, name=said(known[one.measure].name), week=one.week, late=one.days_late)
        for one in measures_due(plan, cause, scores, timezone.localdate(at))
    ]


def newest_parts(case, measure):
    """Return what the newest score of a measure was made from, or None."""
    rows = OutcomeScore.objects.current().filter(case=case, measure=measure)
    return rows.values_list("parts", flat=True).first()


# --- The page of the course ------------------------------------------------------------------------


def progress_page(case, person, at):
    """Return everything that the page of the course shows."""
    gate, course, scores = loading_gate(case), course_of(case, at), scores_of(case)
    case.unanswered_items = gate.unanswered  # the banner of this page need not ask again
    signs = may_sign(person, case) and not case.closed_at
    here, stage = next_stage(course)
    return {
        "case": case,
        "languages": settings.LANGUAGES,
        "gate": gate,
        "course": course,
        "cause": label_of(course.cause) if course.cause else "",
        "limit": course.limit,
        "limit_by_clinician": course.cause and limit_for(course.cause, rehab_knowledge().progress) is None,
        "may_sign": signs,
        "may_record": may_record(person, case) and not case.closed_at,
        "answer_form": forms.AnswerOffer(case=case),
        "offers": shown_offers(case),
        "suggested": [_suggested(item, step, at) for item, step in next_steps(course)] if course.plan else [],
        "stage": here,
        "stage_says": [said_reason(reason) for reason in stage.reasons] if stage else [],
        "adherence": adherence_percent(course),
        **needs_moved(course),
        "discharge": discharge_shown(course) if here else None,
        "sessions": _sessions(course, at, person.units),
        "pictures": pictures_of(course, weeks_run(course), person.units),
        "milestones": milestones_of(course, scores, TO_THE_CLINICIAN),
        "measures": measures_shown(course, scores),
        "tests": tests_over_time(case, at),
    }


def needs_moved(course):
    """Return what the newest tests change about the plan in force: needs that pass now, and what fails untrained."""
    if course.plan is None:
        return {}
    triage = judged_now(course.case, course.now.date())
    fails = [need_words(need) for need in untrained(course.plan, triage)]
    return {"passed": passed_shown(course.plan, triage), "untrained": fails}


def passed_shown(plan, triage):
    """Return the needs that the plan trains and that pass now, in words: they go to maintenance (7.4)."""
    items = [item for item in plan.items.all() if not is_kept_up(item)]
    found = passed_of(items, triage) if items else {}
    names = [(item.spoken, needs_of(item)) for item in items]
    return [
        SimpleNamespace(
            need=need_words(need),
            exercises=[name for name, needs in names if need in needs],
            why=said_reason(one.reasons[0]),
            sources=_sources(one.reasons),
        )
        for need, one in found.items()
    ]


def _suggested(item, step, at):
    now = newest_step(item)
    row = _level(item, now.level, now.dose_percent, now.rest_until, at)
    row.next, row.kind, row.rule = NEXT[step.kind.value], step.kind.value, step.rule
    row.why = [said_reason(reason) for reason in step.reasons]
    row.sources = _sources(step.reasons)
    return row


def _sources(reasons):
    return [key for key in dict.fromkeys(", ".join(reason.source for reason in reasons).split(", ")) if key]


def _sessions(course, at, units):
    """Return every session with its verdict, newest first, in the reader's units; a run over its cap says so."""
    rows, longer = [], too_long(course)
    for judged in reversed(course.judged):
        row, cap = _judged(judged, course, at, units), longer.get(judged.session.id)
        row.why += [said_reason(reason) for reason in cap.reasons] if cap else []
        row.sources += _sources(cap.reasons) if cap else []
        rows.append(row)
    return rows


def _judged(judged, course, at, units):
    """Return one session with its verdict and those of its exercises, in words."""
    session, names = judged.session, rehab_knowledge().exercises
    row = _verdict(judged.judgement)
    row.day, row.ago = day_words(session.day), days_ago(session.began, at)
    row.kind = KINDS[SessionLog.Kind.RUN if session.run else SessionLog.Kind.EXERCISE]
    row.facts = _facts(session, units)
    row.exercises = [
        SimpleNamespace(
            name=said(names[done.exercise].name) if done.exercise in names else done.exercise,
            level=done.level,
            skipped=done.skipped,
            **vars(_verdict(course.exercises[session.id, done.item])),
        )
        for done in session.exercises
        if (session.id, done.item) in course.exercises
    ]
    return row


def _verdict(judgement):
    word, icon = COLOURS[judgement.colour.value]
    return SimpleNamespace(
        colour=judgement.colour.value,
        word=word,
        icon=icon,
        rule=_rule(judgement.rule),
        why=[said_reason(reason) for reason in judgement.reasons],
        sources=_sources(judgement.reasons),
    )


def _facts(session, units):
    """Return what was told of a session, in short: "pain 2 during, 1 after; effort 5; 20 minutes"."""
    told = [
        (gettext("pain %(points)s during") % {"points": session.pain_during}, session.pain_during),
        (gettext("pain %(points)s after") % {"points": session.pain_after}, session.pain_after),
    ]
    told += [
        (gettext("effort %(points)s") % {"points": session.effort}, session.effort),
        (gettext("%(minutes)s minutes") % {"minutes": session.minutes}, session.minutes),
    ]
    if session.run and session.run.km is not None:
        distance = f"{said_number(km_shown(session.run.km, units))} {unit_word(units, 'distance')}"
        told.append((distance, session.run.km))
    return ", ".join(words for words, value in told if value is not None)


def measures_shown(course, scores):
    """Return each measure that may be scored, with its scores, what became of it, and whether it is asked now."""
    plan, found = course.plan, []
    asked = {one.measure for one in measures_due(plan, course.cause, scores, course.now.date())} if plan else set()
    for measure in rehab_knowledge().measures.values():
        own = [score for score in scores if score.measure == measure.code]
        if measure.causes and course.cause not in measure.causes and not own:
            continue
        moved = change(measure, own[0], own[-1], rehab_knowledge().reasons) if len(own) > 1 else None
        found.append(
            SimpleNamespace(
                measure=measure,
                scores=[(day_words(score.day), f"{score.value:g}", score.by_runner) for score in own],
                is_due=measure.code in asked,
                moved=moved.direction.value.replace("_", " ") if moved else "",
                why=[said_reason(reason) for reason in moved.reasons] if moved else [],
                by_licence=measure.stores == "total",
            )
        )
    return sorted(found, key=lambda row: (not row.is_due, row.by_licence))


def running_page(case, person, at):
    """Return what the page of the way back to running shows: the ladder, and what is asked before the first run."""
    gate, course = loading_gate(case), course_of(case, at)
    case.unanswered_items = gate.unanswered
    here, step = next_stage(course)
    criteria = [] if here else [criterion_shown(one) for one in criteria_of(course)]
    return {
        "case": case,
        "gate": gate,
        "here": here,
        "stairs": stairs(rehab_knowledge().running.stages, here),
        "says": [said_reason(reason) for reason in step.reasons] if step else [],
        "criteria": criteria,
        "ready": bool(criteria) and all(row.holds for row in criteria),
        "may_sign": may_sign(person, case) and not case.closed_at,
        "may_record": may_record(person, case) and not case.closed_at,
        "form": forms.Readiness(case=case),
        "start": forms.AnswerOffer(case=case),
        "resume": forms.Resume(case=case, initial={"stage": here.stage}) if here else None,
        "version": case.version,
    }
