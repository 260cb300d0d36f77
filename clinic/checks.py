"""What must hold before the product starts, and before it works for real patients."""

from collections.abc import Callable

from django.conf import settings
from django.core.checks import Error
from django.core.exceptions import ImproperlyConfigured

from clinic.consents import consent_texts
from clinic.models import Clinic
from clinic.tables import KnowledgeError, knowledge_version, sources

Loader = Callable[[], object]
_loaders: list[Loader] = [sources, knowledge_version, consent_texts]


def register_knowledge(loader: Loader) -> None:
    """Have the tables of an app read at start-up; ``loader`` raises :class:`KnowledgeError`."""
    if loader not in _loaders:
        _loaders.append(loader)


def knowledge_problems() -> tuple[str, ...]:
    """Return every fault of the knowledge files of every app, each once: sources, version, then the apps' tables."""
    problems: list[str] = []
    for load in _loaders:
        try:
            load()
        except KnowledgeError as error:
            problems += [problem for problem in error.problems if problem not in problems]
    return tuple(problems)


def check_knowledge(app_configs: object = None, **kwargs: object) -> list[Error]:
    """Refuse every command and the server while a knowledge file is not whole, with all faults at once."""
    return [Error(problem, id="clinic.E001") for problem in knowledge_problems()]


def must_be_whole():
    """Stop a server that runs no checks of its own (wsgi) on knowledge that is not whole."""
    problems = knowledge_problems()
    if problems:
        raise ImproperlyConfigured("The knowledge files are not whole:\n" + "\n".join(problems))


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
