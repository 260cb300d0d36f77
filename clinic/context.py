"""What every page knows of the place it is shown in."""

from django.conf import settings

from clinic.access import treating_clinics, works_here


def place(request):
    """Return whether this is a demonstration (its pages say so), and whether the person treats runners or is one.

    Of who works here ``idle`` says after how many seconds without an act they are signed out.
    """
    told = {"demonstration": settings.DEMONSTRATION, "treats": _treats(request), "is_treated": _is_treated(request)}
    return told | ({"idle": settings.IDLE_SECONDS} if _works(request) else {})


def _treats(request):
    """Return whether this person works with runners; the bar offers only what opens for them."""
    person = getattr(request, "user", None)  # None where a fault came before anybody was known
    return bool(person and person.is_authenticated and treating_clinics(person))


def _is_treated(request):
    """Return whether the bar is a runner's: not that of who has the keys of the admin alone and no record here."""
    person = getattr(request, "user", None)
    if not (person and person.is_authenticated and person.is_runner):
        return False
    return not works_here(person) or getattr(person, "patient", None) is not None


def _works(request):
    person = getattr(request, "user", None)
    return bool(person and person.is_authenticated and works_here(person))
