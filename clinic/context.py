"""What every page knows of the place it is shown in."""

from django.conf import settings

from clinic.access import treating_clinics


def place(request):
    """Return whether this is a demonstration (its pages say so), and whether the person treats runners."""
    return {"demonstration": settings.DEMONSTRATION, "treats": _treats(request)}


def _treats(request):
    """Return whether this person works with runners; the bar offers only what opens for them."""
    person = getattr(request, "user", None)  # None where a fault came before anybody was known
    return bool(person and person.is_authenticated and treating_clinics(person))
