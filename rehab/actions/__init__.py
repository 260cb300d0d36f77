"""The verbs of rehab.  Each owns its transaction, asks the gate, and writes one line of the timeline."""

from rehab.actions.catalogue import sync_catalogue
from rehab.actions.closing import close_case
from rehab.actions.drafting import answer_checklist, draft_plan
from rehab.actions.editing import add_item, change_dose, move_item, remove_item, replace_item
from rehab.actions.exports import forget_export, forget_old_exports, keep_export, read_export
from rehab.actions.intake import answer_danger, answer_risks, keep_topic, send_intake
from rehab.actions.judging import cases_with_a_plan, judge_case, review
from rehab.actions.logging import ask_safety, correct_session, log_morning, log_run, log_session
from rehab.actions.offline import tell_safety
from rehab.actions.readiness import record_readiness, set_pain_limit
from rehab.actions.refusals import GateShut, NotAllowed, Refused
from rehab.actions.reminding import begin_reminding, came_to, choice_of, decide, keep_choice
from rehab.actions.scoring import answer_measures, record_score
from rehab.actions.signing import sign_plan
from rehab.actions.stages import resume_running, start_running
from rehab.actions.stepping import decline_step, name_of, take_step
from rehab.actions.told import ExerciseTold, RunTold, SessionTold
from rehab.actions.treating import record_treatment

__all__ = [
    "ExerciseTold",
    "GateShut",
    "NotAllowed",
    "Refused",
    "RunTold",
    "SessionTold",
    "add_item",
    "answer_checklist",
    "answer_danger",
    "answer_measures",
    "answer_risks",
    "ask_safety",
    "begin_reminding",
    "came_to",
    "cases_with_a_plan",
    "change_dose",
    "choice_of",
    "close_case",
    "correct_session",
    "decide",
    "decline_step",
    "draft_plan",
    "judge_case",
    "forget_export",
    "forget_old_exports",
    "keep_choice",
    "keep_export",
    "keep_topic",
    "log_morning",
    "log_run",
    "log_session",
    "move_item",
    "name_of",
    "read_export",
    "record_readiness",
    "record_score",
    "record_treatment",
    "remove_item",
    "replace_item",
    "resume_running",
    "send_intake",
    "review",
    "set_pain_limit",
    "sign_plan",
    "start_running",
    "sync_catalogue",
    "take_step",
    "tell_safety",
]
