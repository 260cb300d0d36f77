"""People, patients, cases: one file per noun."""

from clinic.models.amendments import Amendment
from clinic.models.audit import AuditChain, AuditEvent
from clinic.models.cases import Case, CaseEvent
from clinic.models.consents import Consent
from clinic.models.drafts import Draft
from clinic.models.erasures import Erasure, ErasureEnd
from clinic.models.feeds import CalendarFeed
from clinic.models.glass import BreakGlass
from clinic.models.invitations import Invitation
from clinic.models.knowledge import KnowledgeConfirmation
from clinic.models.patients import Patient
from clinic.models.people import Clinic, Membership, Person
from clinic.models.tasks import Task
from clinic.models.work import FailedWork

__all__ = [
    "Amendment",
    "AuditChain",
    "AuditEvent",
    "BreakGlass",
    "CalendarFeed",
    "Case",
    "CaseEvent",
    "Clinic",
    "Consent",
    "Draft",
    "Erasure",
    "ErasureEnd",
    "FailedWork",
    "Invitation",
    "KnowledgeConfirmation",
    "Membership",
    "Patient",
    "Person",
    "Task",
]
