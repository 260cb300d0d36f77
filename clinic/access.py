"""WHO may: see a case, record in it, sign for it.  Whether the leg may be loaded now is ``triage.gate``.

A role counts in its own clinic only.  What a person may not see is 404, what they may see but not do is 403.
"""

from django.conf import settings
from django.contrib.auth.backends import ModelBackend
from django.db.models import Exists, OuterRef, Q

from clinic.models import BreakGlass, Clinic, Membership, Patient, Person
from clinic.models.people import SIGNING
from clinic.models.tasks import LEADS_ALONE

RECORDING = {"clinician", "assistant", "lead"}
LEADING = {"lead"}
ADMINISTERING = {"administrator", "lead"}


def role_in(person, clinic_id):
    """Return the person's role in a clinic, or None; an unknown clinic matches nobody."""
    return person.roles.get(clinic_id) if clinic_id else None


def is_theirs(person, case):
    """Return whether a case is about this person themself."""
    return case.patient.person_id is not None and case.patient.person_id == person.pk


def has_broken_glass(person, patient_id):
    """Return whether a runner's record stands open now to this person of another clinic: to read, and nothing else."""
    return BreakGlass.objects.open_to(person).filter(patient=patient_id).exists()


def may_read(person, case):
    """Return whether this person may read the clinic's pages of a case: who records there, or who broke the glass."""
    return may_record(person, case) or has_broken_glass(person, case.patient_id)


def may_see(person, case):
    """Return whether this person may see a case at all: who may read the clinic's pages, or the runner themself."""
    return is_theirs(person, case) or may_read(person, case)


def may_record(person, case):
    """Return whether this person may log answers, tests and notes."""
    return role_in(person, case.clinic_id) in RECORDING


def may_log(person, case):
    """Return whether this person may log sessions, runs and mornings: the runner, or a member who records."""
    return may_record(person, case) or is_theirs(person, case)


def may_sign(person, case):
    """Return whether this person may close items, diagnose and sign plans."""
    return role_in(person, case.clinic_id) in SIGNING


def may_hand_out(person, patient):
    """Return whether this person may take all that is held about a runner out as a file: who signs there."""
    return role_in(person, patient.clinic_id) in SIGNING


def may_lead(person, case):
    """Return whether this person leads the clinic of the case."""
    return role_in(person, case.clinic_id) in LEADING


def may_lead_clinic(person, clinic_id):
    """Return whether this person leads a clinic."""
    return role_in(person, clinic_id) in LEADING


def may_answer(person, task):
    """Return whether this person may see to a task: the role that owns it, or one that may do more.

    That somebody broke the glass is the lead's alone to see.
    """
    asked = {"assistant": may_record, "runner": may_log}.get(task.owner, may_sign)
    return (may_lead if task.code in LEADS_ALONE else asked)(person, task.case)


def may_confirm_knowledge(person, clinic_id):
    """Return whether this person may confirm the clinic's conventions: its lead alone."""
    return role_in(person, clinic_id) in LEADING


def treating_clinics(person):
    """Return the ids of the clinics where this person may register runners."""
    return [clinic for clinic, role in person.roles.items() if role in RECORDING]


def clinics_treated_in(person):
    """Return the clinics where this person may register runners."""
    return list(Clinic.objects.filter(pk__in=treating_clinics(person)))


def clinics_signed_in(person):
    """Return the ids of the clinics where this person is clinician or lead."""
    return [clinic for clinic, role in person.roles.items() if role in SIGNING]


def may_read_clinical(person):
    """Return whether the clinical windows of the admin open for this person."""
    return person.is_authenticated and bool(clinics_signed_in(person))


def clinics_administered(person):
    """Return the ids of the clinics this person looks after; a superuser looks after all of them."""
    if person.is_superuser:
        return Clinic.objects.values_list("pk", flat=True)
    return [clinic for clinic, role in person.roles.items() if role in ADMINISTERING]


def clinics_looked_after(person):
    """Return the clinics whose audit this person reads: its administrators and leads."""
    return list(Clinic.objects.filter(pk__in=[c for c, role in person.roles.items() if role in ADMINISTERING]))


def clinics_led(person):
    """Return the clinics this person leads."""
    return list(Clinic.objects.filter(pk__in=[c for c, role in person.roles.items() if role in LEADING]))


def leads_of(clinic_id):
    """Return the people who lead a clinic and are there today, in the order of their addresses."""
    today = {"memberships__role": "lead", "memberships__ended_on__isnull": True, "is_active": True}
    return Person.objects.filter(memberships__clinic=clinic_id, **today).order_by("email")


def may_administer(person):
    """Return whether this person looks after people, roles and catalogue texts."""
    named = person.is_authenticated and any(role in ADMINISTERING for role in person.roles.values())
    return person.is_superuser or named


def may_give(person, clinic_id, role):
    """Return whether this person may give somebody else a role in a clinic.

    Who signs is named by the clinic's lead: an administrator could make up a colleague and sign in as them.
    """
    named_by = LEADING if role in SIGNING else ADMINISTERING
    return person.is_superuser or role_in(person, clinic_id) in named_by


def people_looked_after(person):
    """Return the people whose entry this person looks after: their own clinics', and those who are in no clinic yet.

    Who works or is treated in another clinic alone is looked after there; who left is looked after where they were.
    """
    if person.is_superuser:
        return Person.objects.all()
    worked = Membership.objects.filter(person=OuterRef("pk"))
    treated = Patient.objects.filter(person=OuterRef("pk"))
    mine = [clinic for clinic, role in person.roles.items() if role in ADMINISTERING]
    is_mine = Exists(worked.filter(clinic__in=mine, ended_on__isnull=True)) | Exists(treated.filter(clinic__in=mine))
    left_mine = Exists(worked.filter(clinic__in=mine)) | ~Exists(worked)
    is_elsewhere = Exists(worked.filter(ended_on__isnull=True)) | Exists(treated)
    theirs = Q(pk=person.pk) | is_mine | (~is_elsewhere & left_mine)
    return Person.objects.filter(theirs, is_superuser=False)


def may_look_after(person, other):
    """Return whether this person looks after another's entry."""
    return people_looked_after(person).filter(pk=other.pk).exists()


def may_change_sign_in(person, other):
    """Return whether this person may set another's address, with which one could sign in as them.

    A runner's mailbox opens their record: only a lead changes it, who reads that record anyway.  Who is in no clinic
    yet is somebody's to be, of any clinic: their address is set when they are added, and not after.
    """
    if person.is_superuser or person.pk == other.pk:
        return True
    patient = getattr(other, "patient", None)
    if patient is None and not other.roles:
        return False
    mine = may_look_after(person, other) and all(may_give(person, place, role) for place, role in other.roles.items())
    return mine and (patient is None or role_in(person, patient.clinic_id) in LEADING)


def may_rename(person, other):
    """Return whether another's name, and whether they sign in at all, is this person's to change: no other clinic's."""
    if person.is_superuser or person.pk == other.pk:
        return True
    patient = getattr(other, "patient", None)
    theirs = set(other.roles) | ({patient.clinic_id} if patient else set())
    return may_look_after(person, other) and theirs <= set(clinics_administered(person))


def may_sign_in(person):
    """Return whether this person may sign in here at all: not who left, and the invented only in a demonstration."""
    return person.is_active and (settings.DEMONSTRATION or not person.is_demonstration)


def works_here(person):
    """Return whether this person has a role in any clinic, or the keys of the admin."""
    return not person.is_runner or person.is_staff or person.is_superuser


def must_have_second_factor(person):
    """Return whether a password alone opens nothing for this person: they work here, and patients are real."""
    return person.is_authenticated and not settings.DEMONSTRATION and works_here(person)


def may_be_let_in(person):
    """Return whether a mailed link may lead to this sign-in: never to that of somebody who works here."""
    return may_sign_in(person) and not works_here(person)


def may_sign_in_by_mail(person):
    """Return whether the person's mailbox, or a passkey, is enough: for runners; who works here gives a password.

    The database is asked as much of anybody: how long it takes tells nothing of them.
    """
    is_treated, works = getattr(person, "patient", None) is not None, works_here(person)
    return is_treated and not works and may_sign_in(person)


class SignIn(ModelBackend):
    """E-mail address and password.  An invented person signs in only where demonstration is on."""

    def user_can_authenticate(self, user):
        """Refuse who left, and the demonstration's people in a clinic that works."""
        return super().user_can_authenticate(user) and may_sign_in(user)

    def get_user(self, user_id):
        """Return who is signed in, together with their roles, which also seal the session."""
        rows = list(Membership.objects.filter(person=user_id, ended_on__isnull=True).select_related("person"))
        person = rows[0].person if rows else super().get_user(user_id)
        if person is None or not self.user_can_authenticate(person):
            return None
        person.roles = {row.clinic_id: row.role for row in rows}
        return person
