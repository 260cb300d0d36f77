"""Logging: the safety set, a session, a run, a morning.  What a phone sends twice is stored once.

A log never moves the version of the case: rows are only added.  What the rules make of it follows in the same
transaction (``rehab.actions.judging``), and so does the stop that a safety answer brings.  A safety yes is kept
whatever becomes of the log it came with.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import timedelta

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from clinic.access import may_log
from clinic.actions import lock_case
from clinic.audit import recorded
from clinic.terms import Answer
from rehab.actions.judging import judge_morning, judge_session
from rehab.actions.refusals import NotAllowed, Refused
from rehab.actions.stages import stop_by_run
from rehab.actions.told import refuse_bad_day, refuse_bad_run, refuse_bad_session
from rehab.facts import swaps_of
from rehab.history import began
from rehab.models import ExerciseLog, LevelStep, MorningLog, PlanItem, RunLog, SafetyCheck, SessionLog
from rehab.runs import is_one_run
from triage.actions import retrigger
from triage.gate import loading_gate, was_shut
from triage.knowledge import triage_knowledge

CORRECTED_WITHIN = timedelta(hours=24)
SAFETY_HOLDS = timedelta(hours=12)  # the answers of this morning serve this morning's session, not tomorrow's
SESSION_COLUMNS = (
    *("day", "began", "minutes", "effort", "pain_before", "pain_during", "pain_after"),
    *("gait_change", "tingling", "note", "device_time"),
)


@dataclass(frozen=True)
class Logged:
    """What came of a log: the row, what it stopped (None: nothing), and whether it had been sent before.

    ``refused``: why the log itself was not kept, in sentences; then ``row`` is the safety check that was kept of it.
    """

    row: object
    stop: object = None
    again: bool = False
    refused: tuple[str, ...] = ()


@recorded
def ask_safety(*, case, where, answers, by, at, device_time=None, told=""):
    """Keep the answers of the safety set; a yes stops the leg in this same transaction, also where its case is closed.

    A closed case stays closed; its gate is shut, and the clinic is alarmed.
    """
    _opened(case, by, is_danger=Answer.PRESENT in answers.values())
    check = _keep_safety(case, where, answers, by, at, device_time)
    return Logged(check, _stopped(case, check, by, at, told))


def log_session(*, case, key, safety, told, by, at):
    """Keep a session of exercises.  ``safety``: the answers by code, or the check they were kept in."""
    return _yes_first(lambda: _new_session(case, key, safety, told, by, at), case, safety, told, by, at)


@recorded
def _new_session(case, key, safety, told, by, at):
    _opened(case, by)
    if sent := _sent_before(case, key):
        return Logged(sent, again=True)
    refuse_bad_session(told, at)
    if not told.exercises:
        raise Refused(_("There is no exercise in this session."))
    return _log(case, key, safety, told, by, at, kind=SessionLog.Kind.EXERCISE)


def log_run(*, case, key, safety, told, run, by, at):
    """Keep a run or a walk.  The same file of a watch, sent again, is the run that stands already."""
    return _yes_first(lambda: _new_run(case, key, safety, told, run, by, at), case, safety, told, by, at)


@recorded
def _new_run(case, key, safety, told, run, by, at):
    _opened(case, by)
    if sent := _sent_before(case, key) or _same_file(case, run, told.day):
        return Logged(sent, again=True)
    refuse_bad_session(told, at)
    refuse_bad_run(run)
    return _log(case, key, safety, told, by, at, kind=SessionLog.Kind.RUN, run=run)


def correct_session(*, session, key, told, by, at, run=None, safety=None):
    """Put a corrected log in the place of one's own, within 24 hours.  The original stays, and so does what it moved.

    ``safety`` may add a yes at any time, also where the log itself may no longer be corrected; without it the
    answers of the original stand.
    """
    case = session.case
    return _yes_first(lambda: _corrected(case, session, key, told, by, at, run, safety), case, safety, told, by, at)


@recorded
def _corrected(case, session, key, told, by, at, run, safety):
    _opened(case, by)
    if sent := _sent_before(case, key):
        return Logged(sent, again=True)
    old = SessionLog.objects.select_for_update().get(pk=session.pk)
    _refuse_late(old, by, at)
    refuse_bad_session(told, at)
    if run is not None:
        run = _with_what_a_watch_said(old, run)
        refuse_bad_run(run)
    SessionLog.objects.filter(pk=old.pk).update(replaced_at=at, replaced_by=by)
    return _log(case, key, safety or old.safety, told, by, at, kind=old.kind, run=run, corrects=old)


@recorded
def log_morning(*, case, day, pain, stiffness_minutes, by, at, told_at=None):
    """Keep the first steps of a morning; a second entry within 24 hours corrects the first, which stays.

    ``told_at``: when a phone wrote it down that sends it later; it takes no place of what was answered after it.
    """
    _opened(case, by)
    refuse_bad_day(day, at)
    if not 0 <= pain <= 10:
        raise Refused(_("Pain and effort are rated from 0 to 10."))
    if stiffness_minutes is not None and not 0 <= stiffness_minutes <= 1440:
        raise Refused(_("The minutes must be from 0 to 1440."))
    old = MorningLog.objects.current().filter(case=case, day=day).first()
    if old is not None:
        if (old.pain, old.stiffness_minutes) == (pain, stiffness_minutes):
            return Logged(old, again=True)
        if told_at is not None and told_at < old.logged_at:
            raise Refused(_("You answered for this morning once more since, and that answer stands."))
        _refuse_late(old, by, at)
        MorningLog.objects.filter(pk=old.pk).update(replaced_at=at, replaced_by=by)
    row = MorningLog.objects.create(
        case=case, day=day, pain=pain, stiffness_minutes=stiffness_minutes, logged_at=at, logged_by=by
    )
    judge_morning(row, by=by, at=at)
    return Logged(row)


def _yes_first(act, case, safety, told, by, at):
    """Do what keeps a log; where that refuses it, or had it before, keep a safety yes that came with it all the same.

    A yes that was kept already is not said again: the same log sent twice rings no second alarm.
    """
    known = {question.code for question in triage_knowledge().safety_set}
    answers = {code: answer for code, answer in safety.items() if code in known} if isinstance(safety, Mapping) else {}
    yes = {code for code, answer in answers.items() if answer == Answer.PRESENT}
    try:
        logged = act()
    except Refused as refused:
        if not yes:
            raise
        logged = Logged(None, refused=tuple(refused.sentences))
    if logged.again:
        yes -= {code for code, answer in logged.row.safety.answers.items() if answer == Answer.PRESENT}
    if not yes or not (logged.again or logged.refused):
        return logged
    if before := _told_before(case, by, told.device_time):
        return replace(logged, row=logged.row or before)
    where, said = SafetyCheck.Where.CORRECTION, {"device_time": told.device_time, "told": told.note}
    kept = ask_safety(case=case, where=where, answers=answers, by=by, at=at, **said)
    return replace(logged, row=logged.row or kept.row, stop=kept.stop)


def _told_before(case, by, device_time):
    """Return the yes that a phone sent before: the same moment of its clock is the same answer."""
    yes = SafetyCheck.objects.filter(case=case, asked_by=by, any_yes=True)
    return yes.filter(device_time=device_time).first() if device_time else None


def _opened(case, by, *, is_danger=False):
    """Lock the case for one who may log in it, while it is open; a danger is kept in a closed one too."""
    if not may_log(by, case):
        raise NotAllowed(_("You may not log for this runner."))
    if lock_case(case).closed_at and not is_danger:
        raise Refused(_("This case is closed: ask the clinic to open a new one."))


def _sent_before(case, key):
    """Return the log that this key was stored as, or None; a key of another case is refused."""
    found = SessionLog.objects.filter(key=key).first()
    if found is not None and found.case_id != case.pk:
        raise Refused(_("This log belongs to another runner."))
    return found


def _same_file(case, run, day):
    """Return the log of the same run, from this file or from another device, or None."""
    if not run.fingerprint:
        return None
    days = (day - timedelta(days=1), day + timedelta(days=1))  # two clocks may stand on two sides of midnight
    found = SessionLog.objects.current().filter(case=case, day__range=days).exclude(run__fingerprint="")
    rows = found.filter(run__isnull=False).select_related("run")
    return next((row for row in rows if is_one_run(row.run.fingerprint, run.fingerprint)), None)


def _with_what_a_watch_said(old, run):
    """Return a corrected run with what a watch recorded and no form asks; its parts only while their minutes stand."""
    was = getattr(old, "run", None)
    if was is None or not was.fingerprint or run.fingerprint:
        return run
    same = (run.run_minutes, run.walk_minutes) == (was.run_minutes, was.walk_minutes)
    parts = tuple(was.segments) if same else ()
    return replace(run, source=was.source, fingerprint=was.fingerprint, elevation_m=was.elevation_m, segments=parts)


def _refuse_late(row, by, at):
    """Refuse a correction of what is replaced already, of somebody else's, or after a day."""
    if row.replaced_at:
        raise Refused(_("This log was corrected already: open the newest one."))
    if row.logged_by_id != by.pk:
        raise NotAllowed(_("Only the person who logged it can correct it."))
    if at - row.logged_at > CORRECTED_WITHIN:
        raise Refused(_("A log can be corrected for 24 hours. Tell the clinic what is wrong."))


def _log(case, key, safety, told, by, at, *, kind, run=None, corrects=None):
    """Write one session with everything that hangs on it, let the rules judge it, then stop what must stop."""
    is_shut = not loading_gate(case).open  # asked before today's answers: they must not excuse themselves
    asked = isinstance(safety, Mapping)
    where = SafetyCheck.Where.CORRECTION if corrects else kind_of_check(kind)
    check = _keep_safety(case, where, safety, by, at, told.device_time) if asked else _fresh(safety, case, corrects, at)
    items = _items_of(case, told) if told.exercises else {}
    session = SessionLog(
        key=key,
        case=case,
        plan=next(iter(items.values())).plan if items else None,
        safety=check,
        kind=kind,
        corrects=corrects,
        logged_at=at,
        logged_by=by,
        **{name: getattr(told, name) for name in SESSION_COLUMNS},
    )
    session.while_shut = check.any_yes or is_shut or was_shut(case, began(session))
    session.save(force_insert=True)
    _write_exercises(session, told, items, at)
    if run is not None:
        RunLog.objects.create(session=session, **asdict(run))
    stop = _stopped(case, check, by, at, told.note) if asked else None  # first: the stop depends on nothing else
    course = judge_session(session, by=by, at=at)
    return Logged(session, stop or stop_by_run(course, session, by=by, at=at))


def kind_of_check(kind):
    """Return on which occasion the safety set was asked for a session of this kind."""
    return SafetyCheck.Where.RUN if kind == SessionLog.Kind.RUN else SafetyCheck.Where.SESSION


def _keep_safety(case, where, answers, by, at, device_time):
    """Keep one round of the safety set; an unknown code or word is refused, silence is kept as silence."""
    asked = [question.code for question in triage_knowledge().safety_set]
    if unknown := set(answers) - set(asked):
        raise Refused(_("These safety questions are not known: %(codes)s.") % {"codes": ", ".join(sorted(unknown))})
    known = {code: Answer(answers.get(code, Answer.NOT_ASSESSED)) for code in asked}
    return SafetyCheck.objects.create(
        case=case,
        where=where,
        answers=known,
        any_yes=Answer.PRESENT in known.values(),
        all_answered=Answer.NOT_ASSESSED not in known.values(),
        asked_at=at,
        asked_by=by,
        device_time=device_time,
    )


def _fresh(check, case, corrects, at):
    """Return a check that may stand for a session: of this case, whole, and of the last hours."""
    if check.case_id != case.pk:
        raise Refused(_("These safety answers belong to another runner."))
    if corrects is None and (not check.all_answered or at - check.asked_at > SAFETY_HOLDS):
        raise Refused(_("Answer the safety questions first."))
    return check


def _stopped(case, check, by, at, told):
    """Stop the leg where a safety question was answered yes; return what the runner is told."""
    if not check.any_yes:
        return None
    yes = [code for code, answer in check.answers.items() if answer == Answer.PRESENT]
    return retrigger(case=case, yes=yes, by=by, at=at, told=told)


def _items_of(case, told):
    """Return the exercises told of, by id: all of one signed plan of this case, replaced since or not."""
    wanted = [exercise.item for exercise in told.exercises]
    found = PlanItem.objects.filter(pk__in=wanted, plan__case=case, plan__signed_at__isnull=False)
    items = {item.pk: item for item in found.select_related("plan__case")}
    if set(items) != set(wanted) or len({item.plan_id for item in items.values()}) != 1:
        raise Refused(_("This session is not of your plan: open today's page again."))
    return items


def _write_exercises(session, told, items, at):
    """Write each exercise at the level and dose that were in force when it was done."""
    steps = _steps_at(items, told.read_at or told.began or told.device_time or at)
    swaps = swaps_of(session.case, at) if any(exercise.swapped_for for exercise in told.exercises) else {}
    rows = []
    for position, exercise in enumerate(told.exercises, start=1):
        item, (level, dose) = items[exercise.item], steps[exercise.item]
        if exercise.swapped_for and exercise.swapped_for not in swaps.get(item.exercise_id, ()):
            raise NotAllowed(_("This exercise may not take the place of the other one today."))
        rows.append(_exercise_row(session, exercise, position, level, dose))
    ExerciseLog.objects.bulk_create(rows)


def _exercise_row(session, told, position, level, dose):
    return ExerciseLog(
        session=session,
        item_id=told.item,
        position=position,
        level=level,
        dose_percent=dose,
        done=told.done,
        sets=list(told.sets),
        load_kg=told.load_kg,
        pain_during=told.pain_during,
        effort=told.effort,
        form=told.form,
        reason=told.reason.strip(),
        swapped_for_id=told.swapped_for or None,
    )


def _steps_at(items, moment):
    """Return {item: (level, dose)} as they stood at a moment; before the first step, the first one's."""
    before = LevelStep.objects.filter(item=OuterRef("item"), stepped_at__lte=moment).order_by("-stepped_at", "-id")
    newest = LevelStep.objects.filter(item__in=items, pk=Subquery(before.values("pk")[:1]))
    found = {step.item_id: (step.level, step.dose_percent) for step in newest}
    return {pk: found.get(pk, (item.start_level, 100)) for pk, item in items.items()}
