"""Screenings and what they opened; examinations and what was found."""

from triage.models.decisions import Decision
from triage.models.findings import Diagnosis, Examination, Finding
from triage.models.notices import Notice
from triage.models.screenings import RedFlagItem, Screening, ScreeningAnswer, SignOff

__all__ = [
    "Decision",
    "Diagnosis",
    "Examination",
    "Finding",
    "Notice",
    "RedFlagItem",
    "Screening",
    "ScreeningAnswer",
    "SignOff",
]
