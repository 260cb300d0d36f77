"""The verbs of triage.  Each owns its transaction, moves the case's version, and writes one timeline line."""

from triage.actions.deciding import NotAllowed, Refused, must_sign
from triage.actions.diagnoses import record_diagnosis
from triage.actions.examinations import record_examination
from triage.actions.items import close_item, release_diagnosis, sign_off
from triage.actions.screenings import answer_screening, start_screening, void_screening

__all__ = [
    "NotAllowed",
    "Refused",
    "answer_screening",
    "close_item",
    "must_sign",
    "record_diagnosis",
    "record_examination",
    "release_diagnosis",
    "sign_off",
    "start_screening",
    "void_screening",
]
