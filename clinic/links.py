"""Which tables lead to a runner, found by looking at their foreign keys: a new table is found without a word."""

from dataclasses import dataclass

from django.apps import apps

from clinic.models import Patient, Person


@dataclass(frozen=True)
class Linked:
    """One table with rows about a runner: ``path`` leads from a row to the patient; ``of_person``: to the sign-in."""

    model: type
    path: str
    of_person: bool

    @property
    def label(self) -> str:
        """Return the name of the table: "clinic.Case"."""
        return self.model._meta.label

    def about(self, patient):
        """Return the rows about a runner, or None where they have no sign-in to which any could lead."""
        target = patient.person_id if self.of_person else patient.pk
        return None if target is None else self.model._default_manager.filter(**{self.path: target})


def path_to(model, goal, seen=()) -> str | None:
    """Return the shortest chain of foreign keys from a table to another, "session__case"; None where there is none.

    Who did something is no such chain: through a colleague's sign-in nobody's record is reached.
    """
    if model is goal:
        return "pk"
    found = []
    for field in model._meta.concrete_fields:
        other = field.related_model if field.is_relation else None
        if other is None or other in seen or (other is Person and goal is not Person):
            continue
        rest = path_to(other, goal, (*seen, model))
        if rest is not None:
            found.append(field.name if rest == "pk" else f"{field.name}__{rest}")
    return min(found, key=lambda path: (path.count("__"), path), default=None)


def linked_tables(kind=Linked) -> list:
    """Return every table that leads to a runner, or to a sign-in alone, in the order of the apps."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        to_patient = path_to(model, Patient)
        path = to_patient or path_to(model, Person)
        if path is not None:
            found.append(kind(model, path, of_person=to_patient is None))
    return found


def children_first(tables) -> list:
    """Return tables in an order in which each stands before those that its foreign keys point to."""
    left, ordered = {table.model: table for table in tables}, []
    while left:
        pointed = {
            f.related_model for model in left for f in model._meta.concrete_fields if f.related_model is not model
        }
        free = [model for model in left if model not in pointed] or list(left)[:1]  # a ring: deferred keys bear it
        ordered += [left.pop(model) for model in free]
    return ordered


def owner_in_sql(table) -> str | None:
    """Return SQL for the runner whose record a row of a table is, read from OLD; None where it leads to none."""
    model = next((m for m in apps.get_models(include_auto_created=True) if m._meta.db_table == table), None)
    path = path_to(model, Patient) if model else None
    if path is None:
        return None
    if path == "pk":
        return f'OLD."{model._meta.pk.column}"'
    first, *further = path.split("__")
    field = model._meta.get_field(first)
    found = f'OLD."{field.column}"'
    for name in further:
        there = field.related_model._meta
        field = there.get_field(name)
        found = f'(SELECT up."{field.column}" FROM "{there.db_table}" up WHERE up."{there.pk.column}" = {found})'  # noqa: S608
    return found
