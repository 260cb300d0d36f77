"""The verbs of rehab.  Each owns its transaction, asks the gate, and writes one line of the timeline."""

from rehab.actions.catalogue import sync_catalogue
from rehab.actions.drafting import answer_checklist, draft_plan
from rehab.actions.editing import add_item, change_dose, move_item, remove_item, replace_item
from rehab.actions.refusals import GateShut, NotAllowed, Refused
from rehab.actions.signing import sign_plan
from rehab.actions.treating import record_treatment

__all__ = [
    "GateShut",
    "NotAllowed",
    "Refused",
    "add_item",
    "answer_checklist",
    "change_dose",
    "draft_plan",
    "move_item",
    "record_treatment",
    "remove_item",
    "replace_item",
    "sign_plan",
    "sync_catalogue",
]
