"""Notice: that a runner who was on no page is told by mail that they must not load, once for each stop."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.ids import new_id
from clinic.models import Case

RESTS, EXERCISE = "rests", "exercise"


class NoticeQuerySet(models.QuerySet):
    """Reads after "notices ..."."""

    def waiting(self):
        """Mails that are still owed: neither sent, nor come to an end of themselves."""
        return self.filter(mail_sent__isnull=True, withdrawn_at__isnull=True)


class Notice(models.Model):
    """One mail that is owed to a runner.  ``once`` names the stop: its moment, or the day an exercise rests.

    ``until``: when it is no longer true of itself; empty = it holds while the leg may not be loaded.  It waits until
    it is sent, or until what it says has ended.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=8, choices=[(RESTS, "the plan rests"), (EXERCISE, "an exercise rests")])
    once = models.CharField(max_length=36)
    until = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField()
    mail_next = models.DateTimeField()
    mail_tries = models.PositiveIntegerField(default=0)
    mail_sent = models.DateTimeField(null=True, blank=True)
    mail_error = models.CharField(max_length=60, blank=True, help_text=_("What kind of fault, without its words"))
    withdrawn_at = models.DateTimeField(null=True, blank=True, help_text=_("It had ended before a mail could leave"))

    objects = NoticeQuerySet.as_manager()

    class Meta:
        ordering = ["opened_at", "id"]
        indexes = [
            models.Index(
                fields=["mail_next"],
                condition=Q(mail_sent__isnull=True, withdrawn_at__isnull=True),
                name="notice_waits",
            )
        ]
        constraints = [
            models.UniqueConstraint(fields=["case", "kind", "once"], name="notice_once_a_stop"),
            models.CheckConstraint(condition=Q(kind__in=[RESTS, EXERCISE]), name="notice_kind_known"),
            models.CheckConstraint(
                condition=Q(mail_sent__isnull=True) | Q(withdrawn_at__isnull=True), name="notice_ends_one_way"
            ),
        ]

    def __str__(self):
        return f"{self.get_kind_display()}, {self.opened_at:%-d %B %Y}"
