"""Screening and its answers; RedFlagItem: what it opened; SignOff: who signed for what, and why."""

from collections.abc import Iterable

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.ids import new_id
from clinic.models import Case
from clinic.terms import Answer, Level, OutcomeType, SignOffKind, TestResult

ANSWERS = [
    (Answer.PRESENT.value, _("present")),
    (Answer.ABSENT.value, _("absent")),
    (Answer.NOT_ASSESSED.value, _("not assessed")),
]
LEVELS = [(level.value, level.name) for level in Level]
RESULTS = [
    (TestResult.NEGATIVE.value, _("negative")),
    (TestResult.POSITIVE.value, _("positive")),
    (TestResult.NOT_DONE.value, _("not done")),
]
OUTCOMES = [
    (OutcomeType.EXCLUDED.value, _("excluded")),
    (OutcomeType.CONFIRMED.value, _("confirmed")),
    (OutcomeType.INCONCLUSIVE.value, _("inconclusive")),
]
SIGNED = [
    (SignOffKind.CONSIDERED_NOT_SUSPECTED.value, _("considered not suspected")),
    (SignOffKind.MAY_LOAD.value, _("may load")),
    (SignOffKind.RELEASED.value, _("released")),
]


def person_key(**kwargs):
    """Return a foreign key to the person who did it; people who signed are never deleted."""
    return models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", **kwargs)


def together(moment, person):
    """Return the condition that "when" and "who" are both there or both missing."""
    return Q(**{f"{moment}__isnull": True, f"{person}__isnull": True}) | Q(
        **{f"{moment}__isnull": False, f"{person}__isnull": False}
    )


class Screening(models.Model):
    """One round of safety questions.  Never edited after it is complete: a new look is a new screening."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="screenings")
    started_at = models.DateTimeField()
    started_by = person_key()
    completed_at = models.DateTimeField(null=True, blank=True)
    completed_by = person_key(null=True, blank=True)
    voided_at = models.DateTimeField(null=True, blank=True)
    voided_by = person_key(null=True, blank=True)
    level = models.CharField(max_length=1, choices=LEVELS, blank=True)
    complete = models.BooleanField(default=False, help_text=_("Every question and mandatory sign was answered"))
    w10_reason = models.CharField(max_length=500, blank=True)
    w10_by = person_key(null=True, blank=True)
    because = models.CharField(
        max_length=500,
        blank=True,
        help_text=_("What made it necessary; such a screening is completed, never set aside"),
    )

    class Meta:
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["case"],
                condition=Q(completed_at__isnull=True, voided_at__isnull=True),
                name="screening_one_open_a_case",
            ),
            models.CheckConstraint(
                condition=together("completed_at", "completed_by"),
                name="screening_completed_by",
            ),
            models.CheckConstraint(condition=together("voided_at", "voided_by"), name="screening_voided_by"),
            models.CheckConstraint(
                condition=Q(completed_at__isnull=True) | Q(voided_at__isnull=True, completed_at__gte=F("started_at")),
                name="screening_completed_after_it_began",
            ),
            models.CheckConstraint(
                condition=Q(because="") | Q(voided_at__isnull=True), name="screening_forced_is_never_voided"
            ),
            models.CheckConstraint(
                condition=Q(w10_by__isnull=True) | ~Q(w10_reason=""), name="screening_w10_has_a_reason"
            ),
            models.CheckConstraint(
                condition=Q(complete=False) | Q(completed_at__isnull=False), name="screening_complete_at_some_time"
            ),
            models.CheckConstraint(
                condition=Q(completed_at__isnull=True) | Q(level__in=["E", "D", "U", "R"]),
                name="screening_completed_with_a_level",
            ),
            models.CheckConstraint(
                condition=~Q(level="R") | Q(complete=True),
                name="screening_routine_only_when_complete",
            ),
        ]

    def __str__(self):
        return f"screening of {self.started_at:%-d %B %Y}"

    @property
    def is_open(self):
        """Return whether it is still being answered."""
        return self.completed_at is None and self.voided_at is None


class ScreeningAnswer(models.Model):
    """What was answered to one question, sign, risk or Wells item; ``shown_none``: by "none of these"."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    screening = models.ForeignKey(Screening, on_delete=models.PROTECT, related_name="answers")
    code = models.CharField(max_length=60)
    value = models.CharField(max_length=12, choices=ANSWERS)
    shown_none = models.BooleanField(default=False)
    answered_at = models.DateTimeField()
    answered_by = person_key()

    class Meta:
        ordering = ["screening", "code"]
        constraints = [
            models.UniqueConstraint(fields=["screening", "code"], name="answer_one_a_code"),
            models.CheckConstraint(
                condition=Q(value__in=[a.value for a in Answer]),
                name="answer_three_valued",
            ),
        ]

    def __str__(self):
        return f"{self.code}: {self.value}"


class RedFlagItem(models.Model):
    """One fired row of one screening.  It stays open until it has an outcome of its own."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="red_flag_items")
    screening = models.ForeignKey(
        Screening,
        on_delete=models.PROTECT,
        null=True,
        related_name="items",
        help_text=_("Empty when an examination fired it"),
    )
    row = models.CharField(max_length=20)
    level = models.CharField(max_length=1, choices=LEVELS)
    rule = models.CharField(max_length=300)
    text = models.CharField(max_length=1000)
    signable = models.BooleanField(default=False, help_text=_("The rule lets a signature answer it"))
    opened_at = models.DateTimeField()
    opened_by = person_key()
    outcome = models.CharField(max_length=12, blank=True, choices=OUTCOMES)
    scan = models.CharField(max_length=8, blank=True, choices=RESULTS)
    repeat_scan = models.CharField(max_length=8, blank=True, choices=RESULTS)
    d_dimer = models.CharField(max_length=8, blank=True, choices=RESULTS)
    discharged = models.BooleanField(default=False, help_text=_("Written discharge from hospital"))
    outcome_text = models.CharField(max_length=1000, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = person_key(null=True, blank=True)

    class Meta:
        ordering = ["opened_at", "id"]
        indexes = [models.Index(fields=["case", "level", "outcome"], name="item_of_case")]
        constraints = [
            models.CheckConstraint(condition=Q(level__in=["E", "D", "U"]), name="redflagitem_level_known"),
            models.CheckConstraint(
                condition=Q(outcome__in=["", "excluded", "confirmed", "inconclusive"]),
                name="redflagitem_outcome_typed",
            ),
            models.CheckConstraint(
                condition=Q(
                    outcome="",
                    closed_at__isnull=True,
                    closed_by__isnull=True,
                    outcome_text="",
                )
                | (Q(closed_at__isnull=False, closed_by__isnull=False) & ~Q(outcome="") & ~Q(outcome_text="")),
                name="redflagitem_outcome_has_who_when_why",
            ),
            models.CheckConstraint(
                condition=Q(closed_at__isnull=True) | Q(closed_at__gte=F("opened_at")),
                name="redflagitem_closed_after_it_opened",
            ),
            models.CheckConstraint(  # no other row accepts a signature in place of an outcome (2.3)
                condition=Q(signable=False) | Q(row="RF-DVT"), name="redflagitem_only_a_clot_is_signed_for"
            ),
            models.CheckConstraint(  # a suspected clot ends with a test result, a discharge, or a signature
                condition=~Q(row="RF-DVT", outcome="excluded")
                | (
                    (Q(scan="negative") | Q(d_dimer="negative") | Q(discharged=True))
                    & ~Q(scan="positive")
                    & ~Q(repeat_scan="positive")
                ),
                name="redflagitem_clot_excluded_by_a_test",
            ),
            models.CheckConstraint(
                condition=~Q(row="RF-DVT", outcome="confirmed")
                | Q(scan="positive")
                | Q(repeat_scan="positive")
                | Q(discharged=True),
                name="redflagitem_clot_confirmed_by_a_scan",
            ),
        ]

    def __str__(self):
        return f"{self.row} {self.level}"

    def is_released(self, sign_offs: Iterable["SignOff"]) -> bool:
        """Return whether the treating service released the leg after the condition was confirmed, not before."""
        return any(
            sign_off.item_id == self.pk and sign_off.kind == SignOffKind.RELEASED and sign_off.at >= self.closed_at
            for sign_off in sign_offs
        )

    def is_answered(self, sign_offs: Iterable["SignOff"]) -> bool:
        """Return whether an outcome, a signature it accepts, or a release after ``confirmed`` answers it.

        ``sign_offs`` are the case's; one answers its own item alone.
        """
        kinds = {sign_off.kind for sign_off in sign_offs if sign_off.item_id == self.pk}
        if self.outcome == OutcomeType.EXCLUDED:
            return True
        if self.outcome == OutcomeType.CONFIRMED:
            return self.is_released(sign_offs)
        if self.level == Level.U:
            return SignOffKind.MAY_LOAD in kinds
        return self.signable and not self.outcome and SignOffKind.CONSIDERED_NOT_SUSPECTED in kinds


class SignOff(models.Model):
    """A named clinician's signature for one item or one diagnosis, with the reason; never edited."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="sign_offs")
    item = models.ForeignKey(RedFlagItem, on_delete=models.PROTECT, null=True, related_name="sign_offs")
    cause = models.CharField(max_length=30, blank=True)
    kind = models.CharField(
        max_length=24,
        choices=SIGNED,
    )
    by = person_key()
    at = models.DateTimeField()
    reason = models.CharField(max_length=1000)
    limits = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["-at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(item__isnull=False, cause="") | (Q(item__isnull=True) & ~Q(cause="")),
                name="signoff_answers_one_thing",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="signoff_has_a_reason"),
            models.CheckConstraint(
                condition=Q(kind__in=[k.value for k in SignOffKind]),
                name="signoff_kind_known",
            ),
            models.CheckConstraint(
                condition=~Q(kind="may_load") | ~Q(limits=""),
                name="signoff_load_has_limits",
            ),
        ]

    def __str__(self):
        return f"{self.kind} by {self.by}"
