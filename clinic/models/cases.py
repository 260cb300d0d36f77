"""Case: one leg's story from first visit to discharge.  CaseEvent: its timeline, only ever added to."""

from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from clinic.histories import Kept
from clinic.ids import new_id
from clinic.models.glass import BreakGlass
from clinic.models.patients import ANSWERS, Patient, where_treated
from clinic.models.people import Clinic
from clinic.terms import Answer

SIDES = [("left", "left"), ("right", "right"), ("both", "both")]
FOLLOWING = ("version", "attention", "next_step")  # of a case: its timeline says what moved them
THREE_VALUED = [answer.value for answer in Answer]


def overlapping(side):
    """Return the sides of the cases that are about a leg of this one."""
    return ("left", "right", "both") if side == "both" else (side, "both")


class CaseQuerySet(models.QuerySet):
    """Reads after "cases ..."."""

    def open(self):
        """Cases that nobody has closed."""
        return self.filter(closed_at__isnull=True)

    def treated_by(self, person):
        """Return the cases of the clinics this person treats in; a runner sees only their own.  Lists ask this."""
        if person.is_runner:
            return self.filter(patient__person=person)
        return self.filter(where_treated(person))

    def visible_to(self, person):
        """Return those, and the cases of a runner whose record stands open to them now (``BreakGlass``)."""
        if person.is_runner:
            return self.treated_by(person)
        opened = BreakGlass.objects.open_to(person).filter(patient=OuterRef("patient"))
        return self.filter(where_treated(person) | Exists(opened))


class Case(models.Model):
    """One episode of calf pain.  ``version`` counts its changes; a form of an older version is refused."""

    class Attention(models.IntegerChoices):
        """How soon somebody must look; the order of today's list."""

        EMERGENCY = 5, _("emergency")
        SAME_DAY = 4, _("same day")
        UNSAFE = 3, _("not safe to start")
        URGENT = 2, _("within two weeks")
        DUE = 1, _("next step due")
        CALM = 0, _("nothing due")

    class Began(models.TextChoices):
        """How the pain began, in the runner's words."""

        SUDDEN = "sudden", _("suddenly, at one step or push-off")
        DURING = "during", _("during a run, growing worse")
        AFTER = "after", _("after a run, the same or the next day")
        GRADUAL = "gradual", _("little by little, over days or weeks")
        BLOW = "blow", _("after a blow or a fall")

    class Outcome(models.TextChoices):
        """How the case ended: in running, in a referral, or otherwise for a reason; never in silence."""

        RUNNING = "running", _("back to running")
        REFERRED = "referred", _("referred")
        OTHER = "other", _("ended otherwise")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="cases")
    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="cases")
    side = models.CharField(max_length=5, choices=SIDES)
    onset_on = models.DateField(null=True, blank=True)
    began = models.CharField(max_length=12, choices=Began, blank=True)
    story = models.TextField(max_length=4000, blank=True)
    running_history = models.TextField(max_length=2000, blank=True)
    shoes = models.CharField(max_length=300, blank=True)
    goals = models.TextField(max_length=1000, blank=True)
    previous_strain = models.CharField(max_length=12, choices=ANSWERS, default=Answer.NOT_ASSESSED)
    flat_feet = models.CharField(max_length=12, choices=ANSWERS, default=Answer.NOT_ASSESSED)
    hypermobile = models.CharField(max_length=12, choices=ANSWERS, default=Answer.NOT_ASSESSED)
    core_training = models.CharField(max_length=12, choices=ANSWERS, default=Answer.NOT_ASSESSED)
    equipment = models.JSONField(default=list, blank=True)
    version = models.PositiveIntegerField(default=1)
    attention = models.PositiveSmallIntegerField(choices=Attention, default=Attention.UNSAFE)
    next_step = models.CharField(max_length=80, default=gettext_noop("Take the story"))
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_because = models.CharField(max_length=300, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome, blank=True)

    objects = CaseQuerySet.as_manager()
    history = Kept(*FOLLOWING, unindexed=["clinic", "opened_by", "closed_by"])

    class Meta:
        ordering = ["-attention", "opened_at", "id"]
        indexes = [
            models.Index(
                fields=["clinic", "-attention", "opened_at", "id"],
                condition=Q(closed_at__isnull=True),
                name="case_today",
            ),
            models.Index(fields=["patient", "opened_at"], name="case_of_patient"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(side__in=["left", "right", "both"]), name="case_side_known"),
            models.UniqueConstraint(
                fields=["patient", "side"], condition=Q(closed_at__isnull=True), name="case_one_open_a_leg"
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="case_version_from_1"),
            models.CheckConstraint(condition=Q(attention__lte=5), name="case_attention_0_to_5"),
            models.CheckConstraint(
                condition=Q(flat_feet__in=THREE_VALUED, hypermobile__in=THREE_VALUED, core_training__in=THREE_VALUED),
                name="case_elephants_three_valued",
            ),
            models.CheckConstraint(
                condition=Q(previous_strain__in=THREE_VALUED), name="case_previous_strain_three_valued"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")), name="case_closed_after_opened"
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, closed_by__isnull=True, closed_because="")
                | (Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(closed_because="")),
                name="case_closed_by_someone_for_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True, outcome="")
                | Q(closed_at__isnull=False, outcome__in=["running", "referred", "other"]),
                name="case_closed_with_an_outcome",
            ),
        ]

    def __str__(self):
        return f"{self.patient}, {self.get_side_display()} calf"


DEPARTURES = ["diagnosis", "plan_changed", "step_declined", "screening_voided"]  # what a clinic's lead counts


# What somebody signed for, or wrote to be relied on: it is put right by an amendment beside it (``Amendment``).
SIGNED = {
    *("note", "screening", "screening_voided", "examination", "diagnosis", "plan_signed", "letter_sent", "treatment"),
    *("item_closed", "signed_off", "released", "pain_limit", "readiness", "score"),
    *("running_started", "running_resumed", "step_taken", "step_declined"),
}


class CaseEvent(models.Model):
    """One line of the timeline: what was done, by whom, and the version of the case it made."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="events")
    version = models.PositiveIntegerField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=40)
    text = models.CharField(max_length=500)
    data = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["-version"]
        constraints = [models.UniqueConstraint(fields=["case", "version"], name="event_one_a_version")]
        indexes = [models.Index(fields=["kind", "at"], condition=Q(kind__in=DEPARTURES), name="event_of_departing")]

    def __str__(self):
        return self.text

    @property
    def is_signed(self):
        """Return whether it is put right by an amendment, and by nothing else."""
        return self.kind in SIGNED
