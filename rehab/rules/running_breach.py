"""What one run did wrong (8.4): over its limit, worse than before, a limp, bone pain, pressure that eases late."""

from dataclasses import dataclass

from clinic.terms import Answer, Level, Text
from rehab.rules.course_tables import PainLimit, RunningTable
from rehab.rules.logged import Colour, Judged, Session
from rehab.rules.running_facts import BONE, PRESSURE
from rehab.rules.wording import Told, told

BREACH = "breach"
STOP = "stop"
BONE_PAIN = "bone"
CLOCK = "pressure_pcs"
WEEKLY_LOAD = "weekly_load"  # an AMBER for this alone is no breach of a run: it holds, and does not step back
COLOURS = {Colour.AMBER: Text("AMBER", "ÁMBAR"), Colour.RED: Text("RED", "ROJO")}


@dataclass(frozen=True)
class Breach:
    """One breach.  ``rule`` is a code of the table of back-down; ``suspends`` stops running until a clinician acts.

    ``level`` is what triage opens at; ``severe`` says that the run was RED or worse; ``alerts`` are codes of 7.4;
    ``asks`` are codes of facts that are missing and that the runner should be asked.
    """

    session: Session
    rule: str
    reasons: tuple[Told, ...]
    suspends: bool = False
    level: Level | None = None
    severe: bool = False
    alerts: tuple[str, ...] = ()
    asks: tuple[str, ...] = ()


def breach_of(
    judged: Judged, before: Judged | None, limit: PainLimit | None, cause: str | None, table: RunningTable
) -> Breach | None:
    """Return what was wrong with a run, the gravest rule first; ``None`` where nothing was.

    ``before`` is the run before it whose pain is known.  The worst of pain during and after is held against the
    limit.  Stopping follows from a safety answer or a limp, from bone pain, or from the clock after pressure or
    tingling: eased late, or as bad at rest as in the run.
    """
    found = _Look(judged, before, limit, cause, table)
    return found.stop() or found.bone() or found.clock() or found.breach()


@dataclass(frozen=True)
class _Look:
    judged: Judged
    before: Judged | None
    limit: PainLimit | None
    cause: str | None
    table: RunningTable

    @property
    def session(self) -> Session:
        return self.judged.session

    @property
    def worst_pain(self) -> int:
        """Return the worst pain that was said; 0 where nothing was, which no rule takes for good news."""
        return max(self.session.pain_during or 0, self.session.pain_after or 0)

    @property
    def colour(self) -> Colour:
        """Return the colour as far as it counts against a run."""
        by_load = self.judged.judgement.rule == WEEKLY_LOAD and self.judged.judgement.colour is Colour.AMBER
        return Colour.UNKNOWN if by_load else self.judged.judgement.colour

    def say(self, code: str, rule: str, **values: float | Text) -> Told:
        return told(self.table.reasons, code, self.table.back_down[rule].source, **values)

    def stop(self) -> Breach | None:
        """Return a stop for a safety answer or a limp."""
        reasons = []
        if self.session.safety_yes:
            reasons.append(self.say("safety_yes", STOP))
        if self.session.gait_change is Answer.PRESENT:
            reasons.append(self.say("limp", STOP))
        alert = "red_flag" if self.session.safety_yes else "red_session"
        if not reasons:
            return None
        return Breach(self.session, STOP, tuple(reasons), suspends=True, severe=True, alerts=(alert,))

    def bone(self) -> Breach | None:
        """Return a stop for bone pain: said, or found by the verdict in the next morning."""
        if self.cause != BONE:
            return None
        if self.worst_pain >= self.table.back_down[BONE_PAIN].numbers["pain_from_nprs"]:
            reason = self.say("bone_pain", BONE_PAIN, pain=self.worst_pain)
        elif self.colour in COLOURS:
            reason = self.say("verdict", BONE_PAIN, colour=COLOURS[self.colour])
        else:
            return None
        return Breach(self.session, BONE_PAIN, (reason,), suspends=True, severe=True, alerts=("bone_pain",))

    def clock(self) -> Breach | None:
        """Return what the clock after pressure or tingling says; eased within the usual time is still a breach."""
        run, is_pcs = self.session.run, self.cause == PRESSURE
        tingling = self.session.tingling is Answer.PRESENT
        if run is None or not (tingling or is_pcs):
            return None
        numbers = self.table.back_down[CLOCK].numbers
        relief, level, reasons = run.relief_minutes, None, []
        felt = tingling or run.onset_minute is not None or relief is not None
        if felt:
            reasons.append(self.say("pressure", CLOCK))
        if relief is not None and relief > numbers["usual_max_minutes"]:
            level = Level.E if relief > numbers["emergency_above_minutes"] else Level.D
            reasons.append(self.say("slow_relief", CLOCK, minutes=relief, usual=numbers["usual_max_minutes"]))
        during, after = self.session.pain_during, self.session.pain_after
        if relief is None and during is not None and after is not None and after >= max(during, 1):
            level = Level.E
            reasons.append(self.say("as_bad_at_rest", CLOCK, after=after, during=during))
        if level is None and not (felt and is_pcs):
            return None
        return Breach(
            self.session,
            CLOCK,
            tuple(reasons),
            suspends=level is not None,
            level=level,
            severe=True,
            alerts=("red_flag",) if level is not None else ("red_session",),
            asks=("relief_minutes",) if relief is None else (),
        )

    def breach(self) -> Breach | None:
        """Return pain over the limit, worse than in the run before, or a verdict of AMBER or RED."""
        reasons, alerts = [], []
        limit = None if self.limit is None else self.limit.during_nprs
        if limit is not None and self.worst_pain > limit:
            reasons.append(self.say("over_limit", BREACH, pain=self.worst_pain, limit=limit))
        during = self.session.pain_during
        earlier = None if self.before is None else self.before.session.pain_during
        if during is not None and earlier is not None and during > earlier:
            reasons.append(self.say("worse_than_last", BREACH, pain=during, before=earlier))
            alerts.append("worse_run")
        if self.colour in COLOURS:
            reasons.append(self.say("verdict", BREACH, colour=COLOURS[self.colour]))
        if not reasons:
            return None
        severe = self.colour is Colour.RED
        return Breach(self.session, BREACH, tuple(reasons), severe=severe, alerts=tuple(alerts))
