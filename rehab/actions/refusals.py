"""Why an action was refused, in words that a page can show."""

from clinic.access import may_sign
from triage.actions import NotAllowed, Refused

__all__ = ["GateShut", "NotAllowed", "Refused", "must_sign", "refuse_when_shut"]


class GateShut(Refused):
    """The leg may not be loaded now; ``gate`` carries every reason."""

    def __init__(self, gate):
        super().__init__(*(reason.text for reason in gate.reasons))
        self.gate = gate


def must_sign(person, case):
    """Refuse somebody who may not write plans and treatments in this case."""
    if not may_sign(person, case):
        raise NotAllowed("Only a clinician of this clinic may do this.")


def refuse_when_shut(gate):
    """Raise :class:`GateShut` unless the gate is open."""
    if not gate.open:
        raise GateShut(gate)
