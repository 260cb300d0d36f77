"""Amendment: what is put right in a signed entry of the timeline, beside the entry, which stays as it was signed."""

from django.db import models
from django.db.models import Exists, OuterRef, Prefetch, Q, prefetch_related_objects

from clinic.ids import new_id
from clinic.models.cases import Case, CaseEvent
from clinic.models.people import person_key


class Amendment(models.Model):
    """A row beside a signed entry: what is to be read with it, why, by whom and when.  It is never changed either.

    What is wrong in an amendment is put right by another one of the same entry.
    """

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="amendments")
    entry = models.ForeignKey(CaseEvent, on_delete=models.PROTECT, related_name="amendments")
    text = models.CharField(max_length=500)
    reason = models.CharField(max_length=300)
    at = models.DateTimeField()
    by = person_key()

    class Meta:
        ordering = ["at", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(text="") & ~Q(reason=""), name="amendment_says_what_and_why")
        ]

    def __str__(self):
        return self.text


def with_amendments(events):
    """Return these entries of the timeline, a QuerySet, as a list, each with ``is_amended`` and its amendments.

    One query, and one more where any of them is amended: most cases have none.
    """
    events = list(events.annotate(is_amended=Exists(Amendment.objects.filter(entry=OuterRef("pk")))))
    theirs = Prefetch("amendments", Amendment.objects.select_related("by"))
    prefetch_related_objects([event for event in events if event.is_amended], theirs)
    return events
