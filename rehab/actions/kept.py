"""What every judgement of the rules keeps besides its result: rule, inputs, reasons, and the knowledge behind it."""

from dataclasses import asdict

from clinic.clock import after_all
from clinic.tables import knowledge_version


def knowledge_columns():
    """Return the columns that say which knowledge a judgement was made by."""
    version = knowledge_version()
    return {"knowledge_version": version.version, "knowledge_sha256": version.sha256}


def judgement_columns(found):
    """Return the columns of anything the rules made: ``found`` has a rule, inputs as JSON values, and reasons."""
    reasons = [asdict(reason) for reason in found.reasons]
    return {"rule": found.rule, "inputs": dict(found.inputs), "reasons": reasons, **knowledge_columns()}


def stepping_columns(step, *, by, at, ladder):
    """Return the columns of one move on a ladder: who moved it and when, until when it rests, and why."""
    moved = {"stepped_at": after_all(ladder, "stepped_at", at), "stepped_by": by}
    return {"rest_until": step.rest_until, **moved, **judgement_columns(step)}
