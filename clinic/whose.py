"""Whose record a row belongs to, and whose people somebody is of: in which clinic's audit a line stands."""

from django.db.models import Model

from clinic.models import Case, Patient, Person

BELONGS_TO = ("case", "patient", "plan", "session")  # columns that lead from a row to whose record it is in


def record_of(thing, depth=3):
    """Return whose record a row belongs to, by way of its case, its patient, its plan or its session."""
    if isinstance(thing, Case):
        return {"clinic": thing.clinic_id, "patient": thing.patient_id, "case": thing.pk}
    if isinstance(thing, Patient):
        return {"clinic": thing.clinic_id, "patient": thing.pk, "case": None}
    if not isinstance(thing, Model) or not depth:
        return None
    known = {f.name for f in thing._meta.concrete_fields if f.is_relation}
    for name in BELONGS_TO:
        if name in known and (found := record_of(getattr(thing, name), depth - 1)):
            return found
    return None


def way_to_runner(model, depth=3):
    """Return how a query gets from a table to whose record its rows belong to ("session__case__patient__"), or None."""
    if model in (Patient, Person):
        return "" if model is Patient else "patient__"
    tables = {f.name: f.related_model for f in model._meta.concrete_fields if f.is_relation and depth}
    known = (name for name in BELONGS_TO if name in tables)
    ways = ((name, way_to_runner(tables[name], depth - 1)) for name in known)
    return next((f"{name}__{way}" for name, way in ways if way is not None), None)


def runners_of(rows):
    """Return [(clinic id, patient id)] of the runners whom rows of one table belong to, in one query at most."""
    model = type(rows[0]) if rows else None
    way = way_to_runner(model) if model else None
    if way is None:
        return []
    found = model._base_manager.filter(pk__in=[row.pk for row in rows], **{f"{way}pk__isnull": False})
    return list(found.order_by(f"{way}pk").values_list(f"{way}clinic", f"{way}pk").distinct())


def clinics_of(person):
    """Return the ids of the clinics whose people somebody is of; who left belongs to where they worked."""
    patient = getattr(person, "patient", None)
    clinics = set(person.roles) | ({patient.clinic_id} if patient else set())
    return clinics or set(person.memberships.values_list("clinic_id", flat=True))


def lines_of_person(person, besides=(), otherwise=()):
    """Return the lines of what concerns a person and how they sign in: one in each clinic whose people they are of.

    In that of their own record it is the record's too, so that they read of it.  ``besides``: more clinics that it
    concerns; ``otherwise``: those it concerns where there are none.
    """
    patient = getattr(person, "patient", None)
    treated = {patient.clinic_id: patient.pk} if patient else {}
    clinics = clinics_of(person).union(besides) or set(otherwise) or {None}
    return [{"clinic": clinic, "patient": treated.get(clinic), "whose": person.pk} for clinic in clinics]
