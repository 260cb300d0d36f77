"""The nouns of rehab."""

from rehab.models.exercises import Exercise, ExerciseMedia, Wording
from rehab.models.exports import WatchExport
from rehab.models.logs import ExerciseLog, MorningLog, RunLog, SafetyCheck, SessionLog
from rehab.models.plans import LevelStep, Plan, PlanItem
from rehab.models.progress import OutcomeScore, RunStage, StepOffer, Verdict
from rehab.models.readiness import PainLimitSet, RunReadiness
from rehab.models.reminders import Reminder, ReminderChoice
from rehab.models.treatments import TreatmentRecord

__all__ = [
    "Exercise",
    "ExerciseLog",
    "ExerciseMedia",
    "LevelStep",
    "MorningLog",
    "OutcomeScore",
    "PainLimitSet",
    "Plan",
    "PlanItem",
    "Reminder",
    "ReminderChoice",
    "RunLog",
    "RunReadiness",
    "RunStage",
    "SafetyCheck",
    "SessionLog",
    "StepOffer",
    "TreatmentRecord",
    "Verdict",
    "WatchExport",
    "Wording",
]
