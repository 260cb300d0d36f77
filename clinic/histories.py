"""Histories: what a row that is changed in place said before, each time with who changed it, when and by which verb.

A row of a history is written with the change itself, in its transaction (``django-simple-history``), and the database
never changes it.  ``change`` is the one way to change rows that have a history: an update of many rows at once would
pass it by.  Which tables have none, and why, stands in ``tests/clinic/test_histories.py``.
"""

from django.apps import apps
from django.db import models, transaction
from simple_history.models import HistoricalRecords

from clinic.ids import new_id


class Past(models.Model):
    """What every row of a history says besides the row itself: in which request it was changed (see the audit)."""

    history_request = models.CharField(max_length=36, blank=True)

    class Meta:
        abstract = True


class Kept(HistoricalRecords):
    """The history of a table; ``left_out`` are columns that are not kept: secrets, and what others follow from.

    People are named by their keys alone, as in the audit.  ``leads_by``: the name under which a row leads back to what
    it is the history of, for tables whose own columns lead to no runner.
    """

    def __init__(self, *left_out, leads_by=None, unindexed=()):
        super().__init__(
            excluded_fields=list(left_out),
            related_name=leads_by,
            no_db_index=list(unindexed),
            bases=[Past],
            custom_model_name="{}History".format,
            history_id_field=models.UUIDField(default=new_id),
            history_user_id_field=models.UUIDField(null=True),
            history_change_reason_field=models.CharField(max_length=80, blank=True),
        )

    def contribute_to_class(self, cls, name):
        """Leave the second way to save, which keeps nothing, out of the table."""
        super().contribute_to_class(cls, name)
        del cls.save_without_historical_record

    def post_save(self, instance, created, using=None, update_fields=None, **kwargs):
        """Keep nothing where only columns were written that are not kept."""
        kept = {field.name for field in self.fields_included(instance)}
        if created or update_fields is None or kept & set(update_fields):
            super().post_save(instance, created, using=using, **kwargs)

    def get_change_reason_for_object(self, instance, history_type, using):
        """Return nothing yet: the verb under way says it (``clinic.audit``)."""
        return ""


def histories():
    """Return {table: the table of its history}."""
    return {model: model.history.model for model in apps.get_models() if hasattr(model, "history")}


def change(rows, **columns):
    """Set columns of these rows (a queryset) and keep what they said before; return how many there were.

    The rows are read anew under their lock, so that their history never says what an old copy said.
    """
    with transaction.atomic():
        found = list(rows.select_for_update())
        for row in found:
            for name, value in columns.items():
                setattr(row, name, value)
            row.save(update_fields=list(columns))
    return len(found)
