"""Finding people and paging lists by key: ranges on ordered indexes, never COUNT, never offset."""

from django.db.models import Q

from clinic.models import Patient
from clinic.models.patients import search_key

PAGE = 50
PATIENT_COLUMNS = ("clinic_id", "surname", "given_name", "birth_date", "sex")  # what a row shows, and whose it is


def prefix_range(name):
    """Return the filter for names that begin so: a range on the ordered index, not LIKE."""
    key = search_key(name)
    return Q(surname_key__gte=key, surname_key__lt=key + "\U0010ffff") if key else Q()


def find_patients(person, *, name="", born=None, after=None):
    """Return one page of (patients, key of the next page or None), in the order of the names.

    ``after`` is the id of the last runner seen: a key that travels in an address holds no name.
    """
    rows = Patient.objects.treated_by(person).filter(prefix_range(name))
    if born:
        rows = rows.filter(birth_date=born)
    last = Patient.objects.treated_by(person).filter(pk=after).first() if after else None
    if last:
        surname, given = last.surname_key, last.given_key
        rows = rows.filter(
            Q(surname_key__gt=surname)
            | Q(surname_key=surname, given_key__gt=given)
            | Q(surname_key=surname, given_key=given, pk__gt=last.pk)
        ).filter(surname_key__gte=surname)
    page = list(rows.order_by("surname_key", "given_key", "pk").only(*PATIENT_COLUMNS)[: PAGE + 1])
    more = page[PAGE - 1] if len(page) > PAGE else None
    return page[:PAGE], more and more.pk


def likely_duplicates(clinic_id, *, surname, given_name, birth_date, email="", phone=""):
    """Return runners who may be the same person: born the same day with a like name, or the same address or phone."""
    surname, given = search_key(surname), search_key(given_name)
    alike = Q(birth_date=birth_date) & (
        Q(surname_key=surname) | Q(given_key=given) | Q(surname_key__startswith=surname[:3])
    )
    alike |= Q(surname_key=surname, given_key=given) | Q(surname_key=given, given_key=surname)
    if email:
        alike |= Q(email=email.lower())
    if phone:
        alike |= Q(phone=phone)
    return list(Patient.objects.filter(clinic_id=clinic_id).filter(alike)[:5])
