"""What is changed in the admin stands in the audit too, in the same transaction as the change.

A line stands in the chain of each clinic that the change concerns, and tells nothing of the others: a role in its own
clinic, what is a person's own in each clinic where they work or are treated.
"""

from clinic.audit import Kind, record_each
from clinic.models import Clinic, Membership, Person
from clinic.whose import lines_of_person


class OnRecord:
    """A table of the admin whose changes are put on record."""

    def construct_change_message(self, request, form, formsets, add=False):
        """Keep which roles were changed with the row: the message names them in words, and of one clinic only."""
        roles = [formset for formset in formsets or () if formset.model is Membership]
        given = [form for formset in roles for form in formset.forms if form.has_changed()]
        request.lines_of_roles = [line for form in given for line in lines_of_role(form)]
        return super().construct_change_message(request, form, formsets, add)

    def log_addition(self, request, obj, message):
        """Put on record that a row was made."""
        put_on_record(request, obj, "added", message)
        return super().log_addition(request, obj, message)

    def log_change(self, request, obj, message):
        """Put on record that a row was changed, and in which fields."""
        put_on_record(request, obj, "changed", message)
        return super().log_change(request, obj, message)

    def log_deletions(self, request, queryset):
        """Put on record that rows were deleted."""
        for row in queryset:
            put_on_record(request, row, "deleted", [])
        return super().log_deletions(request, queryset)


def put_on_record(request, row, verb, message):
    """Write a line in each clinic that a change concerns: keys, roles and names of fields, no words.

    All of them or none.  ``message`` is Django's: one part for the row, and one for each row beneath it that changed.
    """
    parts = [part for parts in message for part in parts.values()] if isinstance(message, list) else []
    if isinstance(row, Person):
        lines = _of_person(request, row, parts)
    else:
        its_own = row.pk if isinstance(row, Clinic) else getattr(row, "clinic_id", None)
        clinics = {its_own} if its_own else set(request.user.roles) or {None}
        lines = [{"clinic": clinic, "fields": _fields(parts)} for clinic in clinics]
    told = {"table": row._meta.label, "row": str(row.pk), "verb": verb}
    record_each(Kind.ADMIN, f"admin:{row._meta.model_name}", lines, **told)


def _of_person(request, person, parts):
    """Return the lines about a person: of each role that was changed, and of their name, address and the like.

    Of who is in no clinic, those of the clinics of who did it.
    """
    roles = getattr(request, "lines_of_roles", [])
    own = [part for part in parts if "name" not in part]  # the parts of rows beneath have a name
    if parts and not own:
        return roles
    person.__dict__.pop("roles", None)  # they may just have been changed
    lines = lines_of_person(person, {line["clinic"] for line in roles}, otherwise=request.user.roles)
    return [*roles, *(line | {"fields": _fields(own)} for line in lines)]


def _fields(parts):
    return sorted({str(name) for part in parts for name in part.get("fields", ())})


def lines_of_role(form):
    """Return the lines of a role that was given, changed, moved or ended: what is held in that clinic, and was."""
    row, was = form.instance, form.initial
    now = {row.clinic_id: None if row.ended_on else row.role}
    before = {was["clinic"]: None if was["ended_on"] else was["role"]} if was.get("clinic") else {}
    return [
        {
            "clinic": clinic,
            "whose": row.person_id,
            "fields": sorted(form.changed_data),
            "roles": {str(clinic): now.get(clinic)},
            "before": {str(clinic): before.get(clinic)},
        }
        for clinic in now | before
    ]
