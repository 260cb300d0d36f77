"""Why an action was refused, in words that a page can show."""

from django.utils.translation import gettext

from clinic.consents import Kind, refuses
from clinic.phrases import said_again
from triage.actions import NotAllowed, Refused, must_sign

__all__ = ["GateShut", "NotAllowed", "Refused", "must_sign", "refuse_when_shut", "refuse_without_care"]


class GateShut(Refused):
    """The leg may not be loaded now; ``gate`` carries every reason."""

    def __init__(self, gate):
        super().__init__(*(said_again(reason.text) for reason in gate.reasons))
        self.gate = gate


def refuse_when_shut(gate):
    """Raise :class:`GateShut` unless the gate is open."""
    if not gate.open:
        raise GateShut(gate)


def refuse_without_care(patient):
    """Refuse to begin anything new with the data of a runner who does not agree to it."""
    if refuses(patient, Kind.CARE):
        raise Refused(
            gettext("This runner does not agree that their data is used: nothing new is begun. Talk to them first.")
        )
