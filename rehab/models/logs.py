"""What the runner did and how it went: safety answers, sessions, runs, mornings.

Rows are added, never changed; a correction is a new row, and the old one says when it was replaced.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.ids import new_id
from clinic.models import Case
from clinic.models.patients import ANSWERS
from clinic.models.tasks import person_key
from clinic.terms import Answer
from rehab.models.exercises import Exercise
from rehab.models.plans import Plan, PlanItem

THREE_VALUED = [answer.value for answer in Answer]


def nprs(**kwargs):
    """Return a field for a rating from 0 to 10; empty means not asked."""
    return models.PositiveSmallIntegerField(null=True, blank=True, **kwargs)


def at_most_10(*names):
    """Return the condition that these ratings are empty or from 0 to 10."""
    condition = Q()
    for name in names:
        condition &= Q(**{f"{name}__isnull": True}) | Q(**{f"{name}__lte": 10})
    return condition


def replaced_together():
    """Return the condition that "replaced when" and "by whom" are both there or both missing."""
    return Q(replaced_at__isnull=True, replaced_by__isnull=True) | Q(
        replaced_at__isnull=False, replaced_by__isnull=False
    )


class OfCaseQuerySet(models.QuerySet):
    """Reads of rows that belong to a case."""

    def visible_to(self, person):
        """Return the rows of the cases this person may see."""
        return self.filter(case__in=Case.objects.visible_to(person))


class LogQuerySet(OfCaseQuerySet):
    """Reads after "sessions ..." and "mornings ..."."""

    def current(self):
        """Return what no correction has replaced."""
        return self.filter(replaced_at__isnull=True)


class SafetyCheck(models.Model):
    """The short safety set, answered once (T-RETRIGGER); ``answers`` maps each code to a three-valued answer."""

    class Where(models.TextChoices):
        """On which occasion it was asked."""

        SESSION = "session", "before a session"
        RUN = "run", "with a run"
        VISIT = "visit", "at a visit"
        TREATMENT = "treatment", "before a treatment"
        MESSAGE = "message", "beside a message"
        CORRECTION = "correction", "added later"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="safety_checks")
    where = models.CharField(max_length=10, choices=Where)
    answers = models.JSONField()
    any_yes = models.BooleanField()
    all_answered = models.BooleanField()
    asked_at = models.DateTimeField()
    asked_by = person_key()
    device_time = models.DateTimeField(
        null=True, blank=True, help_text=_("The clock of the phone, where it was offline")
    )

    objects = OfCaseQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at"]
        indexes = [models.Index(fields=["case", "-asked_at"], name="safety_of_case")]

    def __str__(self):
        return f"safety set of {self.asked_at:%-d %B %Y}"


class SessionLog(models.Model):
    """One session of exercises, or one run.  ``key`` is made on the phone: sent twice, it is stored once."""

    class Kind(models.TextChoices):
        """What was done."""

        EXERCISE = "exercise", "exercises"
        RUN = "run", "run or walk"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    key = models.UUIDField(unique=True)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="sessions")
    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, null=True, related_name="sessions")
    safety = models.ForeignKey(SafetyCheck, on_delete=models.PROTECT, related_name="sessions")
    kind = models.CharField(max_length=8, choices=Kind)
    day = models.DateField()
    began = models.DateTimeField(null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    effort = nprs(help_text=_("Borg CR-10"))
    pain_before = nprs()
    pain_during = nprs(help_text=_("The worst during the session"))
    pain_after = nprs()
    gait_change = models.CharField(max_length=12, choices=ANSWERS, default=Answer.NOT_ASSESSED)
    tingling = models.CharField(max_length=12, choices=ANSWERS, default=Answer.NOT_ASSESSED)
    note = models.TextField(max_length=1000, blank=True)
    while_shut = models.BooleanField(default=False, help_text=_("Done while the plan rested: kept, and moves nothing"))
    corrects = models.OneToOneField("self", on_delete=models.PROTECT, null=True, related_name="correction")
    logged_at = models.DateTimeField()
    logged_by = person_key()
    device_time = models.DateTimeField(null=True, blank=True)
    replaced_at = models.DateTimeField(null=True, blank=True)
    replaced_by = person_key(null=True, blank=True)

    objects = LogQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "-logged_at"]
        indexes = [
            models.Index(
                fields=["case", "-day", "-logged_at"], condition=Q(replaced_at__isnull=True), name="session_of_case"
            )
        ]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=["exercise", "run"]), name="session_kind_known"),
            models.CheckConstraint(
                condition=at_most_10("effort", "pain_before", "pain_during", "pain_after"),
                name="session_ratings_0_to_10",
            ),
            models.CheckConstraint(
                condition=Q(minutes__isnull=True) | Q(minutes__range=(1, 1440)), name="session_minutes_of_one_day"
            ),
            models.CheckConstraint(
                condition=Q(gait_change__in=THREE_VALUED, tingling__in=THREE_VALUED), name="session_three_valued"
            ),
            models.CheckConstraint(condition=replaced_together(), name="session_replaced_by_someone"),
        ]

    def __str__(self):
        return f"{self.get_kind_display()} on {self.day:%-d %B %Y}"


class ExerciseLog(models.Model):
    """One exercise of a session: each set, how it felt, or why it was skipped or swapped."""

    class Done(models.TextChoices):
        """How much of it was done."""

        FULL = "full", "all of it"
        PARTLY = "partly", "a part"
        SKIPPED = "skipped", "skipped"
        SWAPPED = "swapped", "swapped for another"

    class Form(models.TextChoices):
        """How well it was done: ``MANY`` is a fault in more of the repetitions than the rule allows."""

        GOOD = "good", "good"
        SOME = "some", "a fault now and then"
        MANY = "many", "a fault in more than one of five"
        UNSAID = "", "not said"

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    session = models.ForeignKey(SessionLog, on_delete=models.PROTECT, related_name="exercises")
    item = models.ForeignKey(PlanItem, on_delete=models.PROTECT, related_name="logs")
    position = models.PositiveSmallIntegerField()
    level = models.PositiveSmallIntegerField()
    dose_percent = models.PositiveSmallIntegerField(default=100)
    done = models.CharField(max_length=8, choices=Done)
    sets = models.JSONField(default=list, help_text=_("One entry a set: side, amount, done"))
    load_kg = models.DecimalField(max_digits=5, decimal_places=1, null=True, blank=True)
    pain_during = nprs()
    effort = nprs(help_text=_("Borg CR-10"))
    form = models.CharField(max_length=4, choices=Form, blank=True)
    reason = models.CharField(max_length=300, blank=True)
    swapped_for = models.ForeignKey(Exercise, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["session", "position"]
        constraints = [
            models.UniqueConstraint(fields=["session", "item"], name="exerciselog_one_an_item"),
            models.CheckConstraint(condition=Q(level__gte=1), name="exerciselog_level_from_1"),
            models.CheckConstraint(condition=Q(dose_percent__range=(1, 100)), name="exerciselog_dose_1_to_100"),
            models.CheckConstraint(
                condition=Q(done__in=["full", "partly", "skipped", "swapped"]), name="exerciselog_done_known"
            ),
            models.CheckConstraint(
                condition=~Q(done__in=["skipped", "swapped"]) | ~Q(reason=""), name="exerciselog_left_out_for_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(done="swapped", swapped_for__isnull=False)
                | (~Q(done="swapped") & Q(swapped_for__isnull=True)),
                name="exerciselog_swapped_for_something",
            ),
            models.CheckConstraint(condition=Q(form__in=["", "good", "some", "many"]), name="exerciselog_form_known"),
            models.CheckConstraint(condition=at_most_10("pain_during", "effort"), name="exerciselog_ratings_0_to_10"),
        ]

    def __str__(self):
        return f"{self.item_id} level {self.level}: {self.done}"


class RunLog(models.Model):
    """What was run: kilometres, minutes and the figures the rules need.  No track is kept."""

    session = models.OneToOneField(SessionLog, on_delete=models.PROTECT, primary_key=True, related_name="run")
    stage = models.PositiveSmallIntegerField(null=True, blank=True, help_text=_("Empty: a free run"))
    km = models.DecimalField(max_digits=6, decimal_places=3, null=True, blank=True)
    run_minutes = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    walk_minutes = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    longest_run_minutes = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    segments = models.JSONField(default=list, blank=True)
    elevation_m = models.PositiveSmallIntegerField(null=True, blank=True)
    hills = models.BooleanField(default=False)
    surface = models.CharField(max_length=40, blank=True)
    shoes = models.CharField(max_length=80, blank=True)
    cadence = models.PositiveSmallIntegerField(null=True, blank=True, help_text=_("Steps a minute"))
    pain_zone = models.CharField(max_length=40, blank=True)
    onset_minute = models.PositiveSmallIntegerField(null=True, blank=True)
    relief_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    sleeve = models.BooleanField(null=True, blank=True)
    sleep = nprs()
    fatigue = nprs()
    source = models.CharField(max_length=4, default="hand", choices=[(s, s) for s in ("hand", "gpx", "tcx", "fit")])
    fingerprint = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(stage__isnull=True) | Q(stage__lte=8), name="run_stage_0_to_8"),
            models.CheckConstraint(condition=Q(km__isnull=True) | Q(km__range=(0, 500)), name="run_km_0_to_500"),
            models.CheckConstraint(
                condition=Q(cadence__isnull=True) | Q(cadence__range=(30, 300)), name="run_cadence_30_to_300"
            ),
            models.CheckConstraint(condition=at_most_10("sleep", "fatigue"), name="run_ratings_0_to_10"),
            models.CheckConstraint(condition=Q(source__in=["hand", "gpx", "tcx", "fit"]), name="run_source_known"),
        ]

    def __str__(self):
        return f"run of {self.session.day:%-d %B %Y}"


class MorningLog(models.Model):
    """Pain at the first steps of a morning, and how long the stiffness lasted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="mornings")
    day = models.DateField()
    pain = models.PositiveSmallIntegerField()
    stiffness_minutes = models.PositiveSmallIntegerField(null=True, blank=True)
    logged_at = models.DateTimeField()
    logged_by = person_key()
    replaced_at = models.DateTimeField(null=True, blank=True)
    replaced_by = person_key(null=True, blank=True)

    objects = LogQuerySet.as_manager()

    class Meta:
        ordering = ["-day", "-logged_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case", "day"], condition=Q(replaced_at__isnull=True), name="morning_one_a_day"
            ),
            models.CheckConstraint(condition=Q(pain__lte=10), name="morning_pain_0_to_10"),
            models.CheckConstraint(
                condition=Q(stiffness_minutes__isnull=True) | Q(stiffness_minutes__lte=1440),
                name="morning_stiffness_within_a_day",
            ),
            models.CheckConstraint(condition=replaced_together(), name="morning_replaced_by_someone"),
        ]

    def __str__(self):
        return f"morning of {self.day:%-d %B %Y}: {self.pain}"
