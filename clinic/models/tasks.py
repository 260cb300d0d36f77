"""Task: what somebody must do for a case, and by when.  An alarm is a task that is also mailed until it is seen."""

from types import MappingProxyType

from django.db import models
from django.db.models import Case as Choose
from django.db.models import F, Q, When
from django.utils.translation import gettext_lazy as _

from clinic.ids import new_id
from clinic.models.cases import Case
from clinic.models.people import Clinic, person_key

UNHEARD, ALARM, SAME_DAY, BY_DUE = 6, 5, 4, 3  # the first stands above a case's attention, the others beside it


# In which order what is due by a moment stands on today's list, by kind; a code that stands nowhere here comes first.
# Codes are those of the alerts, and of what the actions open.
RANKED = MappingProxyType(
    {
        "sign": ("sign_plan",),
        "red": ("red_session",),
        "amber": ("two_amber",),
        "run": ("worse_run", "stage_twice", "same_stage"),
        "medicine": ("medicine_change",),
        "no_gain": ("no_improvement",),
        "review": ("first_review",),
        "quiet": ("no_log",),
        "reassess": ("plan_misfit", "reassess_failed", "reassess_all", "missed_fortnight", "measures_due"),
        "letter": ("letter",),
        "step": ("step_offer",),
        "discharge": ("discharge",),
    }
)


BREAK_GLASS = "break_glass"
LEADS_ALONE = {BREAK_GLASS}  # codes of what only a lead of the clinic may tick off


def rank():
    """Return where a task stands among those that are as urgent, 0 first; what is graver than due has no kinds."""
    graver = Q(is_alarm=True) | Q(level__in=["E", "D"])
    kinds = [When(code__in=codes, then=place) for place, codes in enumerate(RANKED.values(), start=1)]
    return Choose(When(graver, then=0), *kinds, default=0)


def urgency():
    """Return how urgent a task is, as the database works it out: what nobody has seen yet comes first."""
    return Choose(
        When(is_alarm=True, seen_at__isnull=True, then=UNHEARD),
        When(Q(is_alarm=True) | Q(level="E"), then=ALARM),
        When(level="D", then=SAME_DAY),
        default=BY_DUE,
    )


class TaskQuerySet(models.QuerySet):
    """Reads after "tasks ..."."""

    def open(self):
        """Tasks nobody has done."""
        return self.filter(done_at__isnull=True)

    def unheard(self):
        """Alarms that nobody has seen: their mail is sent again until somebody has."""
        return self.open().filter(is_alarm=True, seen_at__isnull=True)

    def visible_to(self, person):
        """Return the tasks of the cases this person treats; a runner has none."""
        if person.is_runner:
            return self.none()
        return self.filter(clinic__in=[c for c, role in person.roles.items() if role != "administrator"])

    def for_the_clinic(self):
        """Tasks that wait on the clinic's list: what a runner has to do is asked on the runner's own page."""
        return self.open().exclude(owner="runner")


class Task(models.Model):
    """One thing to do.  ``code`` is the alert of the knowledge files; ``due`` the moment it must be done by.

    ``level`` is the triage level it belongs to, empty for none.  The mail fields tell how an alarm is delivered:
    the task itself stands in the database whether or not a mail leaves.  ``clinic`` is the clinic of the case, and
    ``urgency`` and ``rank`` follow from the other columns: with them today's list is one range of one index.
    """

    class Owner(models.TextChoices):
        """The role that must act."""

        CLINICIAN = "clinician", _("clinician")
        ASSISTANT = "assistant", _("assistant")
        LEAD = "lead", _("clinic lead")
        RUNNER = "runner", _("runner")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    clinic = models.ForeignKey(Clinic, on_delete=models.PROTECT, related_name="+", editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="tasks")
    code = models.CharField(max_length=40)
    text = models.CharField(max_length=500)
    level = models.CharField(max_length=1, blank=True)
    owner = models.CharField(max_length=10, choices=Owner, default=Owner.CLINICIAN)
    due = models.DateTimeField()
    is_alarm = models.BooleanField(default=False, help_text=_("Mailed to the clinic until somebody has seen it"))
    opened_at = models.DateTimeField()
    opened_by = person_key()
    seen_at = models.DateTimeField(null=True, blank=True)
    seen_by = person_key(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    done_by = person_key(null=True, blank=True)
    done_text = models.CharField(max_length=500, blank=True)
    mail_tries = models.PositiveIntegerField(default=0)
    mail_sent = models.DateTimeField(null=True, blank=True)
    mail_next = models.DateTimeField(null=True, blank=True)
    mail_error = models.CharField(max_length=200, blank=True)
    urgency = models.GeneratedField(
        expression=urgency(), output_field=models.PositiveSmallIntegerField(), db_persist=True
    )
    rank = models.GeneratedField(expression=rank(), output_field=models.PositiveSmallIntegerField(), db_persist=True)

    objects = TaskQuerySet.as_manager()

    class Meta:
        ordering = ["due", "id"]
        indexes = [
            models.Index(
                fields=["clinic", "-urgency", "rank", "due", "id"],
                condition=Q(done_at__isnull=True) & ~Q(owner="runner"),
                name="task_today",
            ),
            models.Index(
                fields=["clinic", "code", "due", "id"],
                condition=Q(done_at__isnull=True) & ~Q(owner="runner"),
                name="task_of_a_kind",
            ),
            models.Index(fields=["case", "due"], condition=Q(done_at__isnull=True), name="task_open_of_case"),
            models.Index(fields=["mail_next"], condition=Q(is_alarm=True, seen_at__isnull=True), name="task_unheard"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "code"], condition=Q(done_at__isnull=True), name="task_one_open_a_code"
            ),
            models.CheckConstraint(condition=~Q(code="") & ~Q(text=""), name="task_says_what"),
            models.CheckConstraint(condition=Q(level__in=["", "E", "D", "U", "R"]), name="task_level_known"),
            models.CheckConstraint(
                condition=Q(owner__in=["clinician", "assistant", "lead", "runner"]), name="task_owner_known"
            ),
            models.CheckConstraint(
                condition=Q(seen_at__isnull=True, seen_by__isnull=True)
                | Q(seen_at__isnull=False, seen_by__isnull=False),
                name="task_seen_by_someone",
            ),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True, done_by__isnull=True, done_text="")
                | (Q(done_at__gte=F("opened_at"), done_by__isnull=False) & ~Q(done_text="")),
                name="task_done_by_someone_with_words",
            ),
        ]

    def __str__(self):
        return self.text

    def save(self, *args, **kwargs):
        """A task is of the clinic of its case."""
        if self._state.adding:
            self.clinic_id = self.case.clinic_id
        super().save(*args, **kwargs)
