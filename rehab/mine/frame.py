"""Whose page it is: the runner signed in, their open case, and whether the leg may be loaded now."""

from dataclasses import dataclass
from functools import cached_property

from django.core.exceptions import PermissionDenied

from clinic.models import Case, Clinic, Patient
from rehab.history import limit_of, plan_in_force
from rehab.pages import stopping
from rehab.presentation import card
from triage.gate import loading_gate


@dataclass
class Mine:
    """The runner, their newest open case (None: none is open) and, asked once, its gate and its plan in force."""

    patient: Patient
    clinic: Clinic
    case: Case | None

    @cached_property
    def gate(self):
        """Return whether this leg may be loaded now."""
        return loading_gate(self.case)

    @cached_property
    def stop(self):
        """Return "emergency", "stop" or "wait" where the gate is shut, else nothing."""
        return stopping(self.case, self.gate) if self.case and not self.gate.open else ""

    @cached_property
    def plan(self):
        """Return the plan in force, each item with its newest step in ``newest``; None without one."""
        return plan_in_force(self.case) if self.case else None

    @cached_property
    def limit(self):
        """Return how much pain the newest diagnosis allows; None where no limit is set, and then no session."""
        return limit_of(self.case)

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
        return {"patient": self.patient, "clinic": self.clinic, "case": self.case, "stop": self.stop}


def mine_of(person):
    """Return the frame of a runner's page; ``PermissionDenied`` for somebody who is no runner."""
    patient = getattr(person, "patient", None)
    if patient is None:
        raise PermissionDenied
    return mine_for(patient)


def mine_for(patient):
    """Return the frame of what a runner is shown: their newest open case, if any."""
    case = patient.cases.open().select_related("patient__clinic").order_by("-opened_at").first()
    return Mine(patient, case.patient.clinic if case else patient.clinic, case)


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


def card_now(item, media=()):
    """Return an item of the plan in force as a card at its current level."""
    return card(item, level_now(item), media)
