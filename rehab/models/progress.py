"""What the rules made of the logs: verdicts, offered steps, running stages, and the scores of outcome measures."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.ids import new_id
from clinic.models import Case
from clinic.models.tasks import person_key
from rehab.models.logs import ExerciseLog, LogQuerySet, OfCaseQuerySet, SessionLog, replaced_together
from rehab.models.plans import PlanItem


class Judged(models.Model):
    """What every judgement keeps: its rule, inputs and reasons, and the knowledge it was made by."""

    rule = models.CharField(max_length=40)
    inputs = models.JSONField(default=dict)
    reasons = models.JSONField(default=list)
    knowledge_version = models.CharField(max_length=40)
    knowledge_sha256 = models.CharField(max_length=64)

    class Meta:
        abstract = True


KNOWS = ~Q(knowledge_version="") & ~Q(knowledge_sha256="") & ~Q(rule="")


class Verdict(Judged):
    """GREEN, AMBER, RED, or not yet known, of a session or of one of its exercises; the newest one counts."""

    COLOURS = ("green", "amber", "red", "pending", "unknown")

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    session = models.ForeignKey(SessionLog, on_delete=models.PROTECT, related_name="verdicts")
    exercise = models.ForeignKey(ExerciseLog, on_delete=models.PROTECT, null=True, related_name="verdicts")
    colour = models.CharField(max_length=7, choices=[(c, c) for c in COLOURS])
    judged_at = models.DateTimeField()
    judged_by = person_key()

    class Meta:
        ordering = ["-judged_at", "-id"]
        indexes = [models.Index(fields=["session", "exercise", "-judged_at"], name="verdict_newest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(colour__in=["green", "amber", "red", "pending", "unknown"]), name="verdict_colour_known"
            ),
            models.CheckConstraint(condition=KNOWS, name="verdict_knows_its_knowledge"),
        ]

    def __str__(self):
        return f"{self.colour} ({self.rule})"


class StepOffer(Judged):
    """A step up that the rules offer and that waits for a clinician's tap: of an exercise, or of the running stage.

    One open offer an item, and one of the stage; an offer of a stage has no item.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="step_offers")
    item = models.ForeignKey(PlanItem, on_delete=models.PROTECT, null=True, blank=True, related_name="offers")
    level = models.PositiveSmallIntegerField(null=True, blank=True)
    stage = models.PositiveSmallIntegerField(null=True, blank=True)
    offered_at = models.DateTimeField()
    offered_by = person_key()
    accepted = models.BooleanField(null=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = person_key(null=True, blank=True)

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        ordering = ["offered_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["item"], condition=Q(decided_at__isnull=True), name="offer_one_open_an_item"
            ),
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(decided_at__isnull=True, item__isnull=True),
                name="offer_one_open_stage_a_case",
            ),
            models.CheckConstraint(
                condition=Q(item__isnull=False, level__isnull=False, level__gte=1, stage__isnull=True)
                | Q(item__isnull=True, level__isnull=True, stage__isnull=False, stage__lte=8),
                name="offer_of_a_level_or_a_stage",
            ),
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, accepted__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False, accepted__isnull=False),
                name="offer_decided_by_someone",
            ),
            models.CheckConstraint(condition=KNOWS, name="offer_knows_its_knowledge"),
        ]

    def __str__(self):
        what = f"level {self.level}" if self.item_id else f"running stage {self.stage}"
        return f"{what} offered ({self.rule})"


class RunStage(Judged):
    """One move on the ladder back to running, append-only; the newest is where the runner stands."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="run_stages")
    stage = models.PositiveSmallIntegerField()
    passed = models.BooleanField(default=False, help_text=_("The last stage is passed: weeks are built from here"))
    rest_until = models.DateTimeField(null=True, blank=True)
    stepped_at = models.DateTimeField()
    stepped_by = person_key()

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        ordering = ["-stepped_at", "-id"]
        indexes = [models.Index(fields=["case", "-stepped_at"], name="stage_of_case")]
        constraints = [
            models.CheckConstraint(condition=Q(stage__lte=8), name="stage_0_to_8"),
            models.CheckConstraint(condition=Q(passed=False) | Q(stage=8), name="stage_passed_is_the_last"),
            models.CheckConstraint(condition=KNOWS, name="stage_knows_its_knowledge"),
        ]

    def __str__(self):
        return f"stage {self.stage} ({self.rule})"


class OutcomeScore(models.Model):
    """One score of one outcome measure; ``parts`` holds what it was computed from."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="scores")
    measure = models.CharField(max_length=20)
    parts = models.JSONField(default=dict)
    value = models.DecimalField(max_digits=6, decimal_places=2)
    day = models.DateField()
    scored_at = models.DateTimeField()
    scored_by = person_key()
    replaced_at = models.DateTimeField(null=True, blank=True)
    replaced_by = person_key(null=True, blank=True)

    objects = LogQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "-scored_at"]
        indexes = [models.Index(fields=["case", "measure", "-day"], name="score_of_case")]
        constraints = [
            models.CheckConstraint(condition=~Q(measure=""), name="score_of_a_measure"),
            models.CheckConstraint(condition=Q(value__range=(0, 100)), name="score_0_to_100"),
            models.CheckConstraint(condition=replaced_together(), name="score_replaced_by_someone"),
        ]

    def __str__(self):
        return f"{self.measure} {self.value} on {self.day:%-d %B %Y}"
