"""Whose page it is: the runner signed in, the leg it is about, and whether that leg may be loaded now.

A runner may have a case for each leg.  Each page is about one of them and says which; a stop of the other stands above.
"""

from dataclasses import dataclass
from functools import cached_property

from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from clinic.glass import NOTICE, opened_since
from clinic.models import Case, Clinic, Patient
from rehab.history import limit_of, plan_in_force
from rehab.pages import stopping
from triage.gate import Gate, loading_gate

LEG = "leg"  # in a form and in the session: the case that is shown
CALVES = {"left": _("left calf"), "right": _("right calf"), "both": _("both calves")}


@dataclass(frozen=True)
class OtherLeg:
    """Another open case of the runner; ``stop`` as of :class:`Mine`, for its own gate."""

    case: Case
    gate: Gate
    stop: str

    @property
    def calf(self):
        """Return which calf it is about, in words."""
        return CALVES[self.case.side]

    @property
    def must_rest(self):
        """Return whether it was told to stop; one that is not screened yet was told nothing."""
        return self.stop in ("emergency", "stop")


@dataclass
class Mine:
    """The runner, the open case shown (None: none is open) and, asked once, its gate and its plan in force.

    ``others``: their other open cases.
    """

    patient: Patient
    clinic: Clinic
    case: Case | None
    others: tuple[Case, ...] = ()

    @cached_property
    def gate(self):
        """Return whether this leg may be loaded now."""
        return loading_gate(self.case)

    @cached_property
    def stop(self):
        """Return "emergency", "stop" or "wait" where the gate is shut, else nothing."""
        return stopping(self.case, self.gate) if self.case and not self.gate.open else ""

    @cached_property
    def other_legs(self):
        """Return how the other legs stand.  Of a runner with one case it asks nothing."""
        gates = [(case, loading_gate(case)) for case in self.others]
        return [OtherLeg(case, gate, "" if gate.open else stopping(case, gate)) for case, gate in gates]

    @cached_property
    def plan(self):
        """Return the plan in force, each item with its newest step in ``newest``; None without one."""
        return plan_in_force(self.case) if self.case else None

    @cached_property
    def limit(self):
        """Return how much pain the newest diagnosis allows; None where no limit is set, and then no session."""
        return limit_of(self.case)

    @property
    def may_run(self):
        """Return whether no other leg must rest: running loads both."""
        return not any(other.must_rest for other in self.other_legs)

    @property
    def leg(self):
        """Return what a form names its leg by; empty where there is one alone."""
        return str(self.case.pk) if self.others else ""

    @property
    def may_train(self):
        """Return whether there is a plan that may be done now: an open gate, a plan in force, a limit of pain."""
        return bool(self.case and self.gate.open and self.plan and self.limit)

    @property
    def waits_for_limit(self):
        """Return whether only the limit of pain is missing, which the clinician sets."""
        return bool(self.case and self.gate.open and self.plan and not self.limit)

    def context(self):
        """Return what every page of the runner needs."""
        context = {"patient": self.patient, "clinic": self.clinic, "case": self.case}
        context |= {"stop": self.stop, "gate": self.gate if self.case else None}
        if self.others:
            context |= {"leg": self.leg, "calf": CALVES[self.case.side], "other_legs": self.other_legs}
        return context


def mine_at(request):
    """Return the frame of the page that is asked for: of the leg its form names, else of the one shown last.

    A form that names a leg whose case is no longer open is about none: it is never kept for the other leg.
    """
    named = request.POST.get(LEG, "")
    mine = mine_of(request.user, named or request.session.get(LEG, ""))
    if named and (mine.case is None or str(mine.case.pk) != named):
        return Mine(mine.patient, mine.clinic, None)
    if named and mine.others and request.session.get(LEG) != named:
        request.session[LEG] = named
    return mine


def for_a_danger(request, mine):
    """Return the frame in which a safety yes is kept: where its own leg is closed, that of any open case.

    Where none is open it is that of the case closed last, which stays closed.  A danger concerns the runner, not the
    leg that was asked about.
    """
    if mine.case:
        return mine
    now = mine_of(request.user)
    return now if now.case else Mine(now.patient, now.clinic, last_closed(now.patient))


def last_closed(patient):
    """Return the case of a runner that was closed last; None where none was."""
    closed = patient.cases.filter(closed_at__isnull=False).select_related("patient__clinic")
    return closed.order_by("-closed_at", "-id").first()


def mine_of(person, leg=""):
    """Return the frame of a runner's page; ``PermissionDenied`` for somebody who is no runner."""
    patient = getattr(person, "patient", None)
    if patient is None:
        raise PermissionDenied
    return mine_for(patient, leg)


def mine_for(patient, leg=""):
    """Return the frame of what a runner is shown: the open case of this id, else their newest, if any.  One query."""
    lately = opened_since(timezone.now() - NOTICE).filter(patient=OuterRef("patient"))  # asked along, for today's page
    open_cases = patient.cases.open().annotate(was_opened_lately=Exists(lately))
    cases = list(open_cases.select_related("patient__clinic").order_by("-opened_at"))
    case = next((case for case in cases if str(case.pk) == leg), cases[0] if cases else None)
    others = tuple(other for other in cases if other is not case)
    return Mine(patient, case.patient.clinic if case else patient.clinic, case, others)


def legs_of(mine):
    """Return the frame of each leg that has an open case, the one shown first; ``mine`` alone where none has."""
    cases = (mine.case, *mine.others)
    others = [tuple(other for other in cases if other is not case) for case in mine.others]
    return [mine, *(Mine(mine.patient, mine.clinic, *leg) for leg in zip(mine.others, others, strict=True))]


def step_of(item):
    """Return the newest step of an item of the plan in force; None before the first."""
    return item.newest[0] if item.newest else None


def level_now(item):
    """Return the level an item of the plan in force stands at."""
    step = step_of(item)
    return step.level if step else item.start_level


def percent_now(item):
    """Return the share of the dose that is asked for now, 1 to 100."""
    step = step_of(item)
    return step.dose_percent if step else 100
