"""The nouns of rehab."""

from rehab.models.exercises import Exercise, ExerciseMedia
from rehab.models.plans import LevelStep, Plan, PlanItem
from rehab.models.treatments import TreatmentRecord

__all__ = ["Exercise", "ExerciseMedia", "LevelStep", "Plan", "PlanItem", "TreatmentRecord"]
