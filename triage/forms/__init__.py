"""Forms of triage, built from the knowledge files.  Each carries the runner's id and the record's version."""

from triage.forms.examination import Examination
from triage.forms.safety import CloseItem, LetterSent, RecordDiagnosis, Release, Screening, SignItem, Void, kinds_for

__all__ = [
    "CloseItem",
    "Examination",
    "LetterSent",
    "RecordDiagnosis",
    "Release",
    "Screening",
    "SignItem",
    "Void",
    "kinds_for",
]
