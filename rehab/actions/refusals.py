"""Why an action was refused, in words that a page can show."""


class Refused(Exception):
    """Nothing was saved.  ``sentences`` say why."""

    def __init__(self, *sentences):
        self.sentences = sentences
        super().__init__(" ".join(sentences))


class GateShut(Refused):
    """The leg may not be loaded now; ``gate`` carries every reason."""

    def __init__(self, gate):
        self.gate = gate
        super().__init__(*(reason.text for reason in gate.reasons))


class NotAllowed(Refused):
    """A safety rule forbids it for this patient today; no reason overrides it."""


def refuse_when_shut(gate):
    """Raise :class:`GateShut` unless the gate is open."""
    if not gate.open:
        raise GateShut(gate)
