"""What every page knows of the place it is shown in."""

from django.conf import settings


def place(request):
    """Return whether this is a demonstration; its pages say so."""
    return {"demonstration": settings.DEMONSTRATION}
