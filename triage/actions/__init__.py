"""The verbs of triage.  Each owns its transaction, moves the case's version, and writes one timeline line."""

from triage.actions.deciding import NotAllowed, Refused, must_sign
from triage.actions.diagnoses import record_diagnosis
from triage.actions.examinations import after_examining, record_examination
from triage.actions.items import close_item, release_diagnosis, sign_off
from triage.actions.letters import send_letter
from triage.actions.noticing import owe_exercise
from triage.actions.screenings import answer_screening, start_screening, void_screening
from triage.actions.stopping import Stop, hold, retrigger, stop_or_say_so, what_now
from triage.actions.telling import tell

__all__ = [
    "NotAllowed",
    "Refused",
    "Stop",
    "after_examining",
    "answer_screening",
    "close_item",
    "hold",
    "must_sign",
    "owe_exercise",
    "record_diagnosis",
    "record_examination",
    "release_diagnosis",
    "retrigger",
    "send_letter",
    "sign_off",
    "start_screening",
    "stop_or_say_so",
    "tell",
    "void_screening",
    "what_now",
]
