"""What must hold before the product works for real patients."""

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from clinic.models import Clinic
from clinic.tables import knowledge_version


def unconfirmed_clinics():
    """Return the clinics whose lead has not confirmed the knowledge as it is now."""
    return Clinic.objects.exclude(confirmations__sha256=knowledge_version().sha256)


def must_be_confirmed():
    """Stop the start of a working clinic whose lead does not yet stand for the conventions in the knowledge.

    A demonstration starts and says so on its pages.  Behind this door the signing gate asks again.
    """
    if settings.DEMONSTRATION:
        return
    waiting = [clinic.name for clinic in unconfirmed_clinics()]
    if waiting:
        raise ImproperlyConfigured(
            f"Knowledge {knowledge_version().version} is not confirmed by the lead of {', '.join(waiting)}: "
            "run manage.py confirm_knowledge with the lead's address."
        )
