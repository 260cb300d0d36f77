"""What the record keeps in English, said again in the language of the page.

Each app names the texts its rules and its record are made of; whatever else stands in a record stays as it was kept.
"""

from collections.abc import Callable, Iterable
from functools import cache

from clinic.language import said
from clinic.terms import Text

SAID_WHOLE = 8  # letters; a shorter name may be part of another word
LANGUAGES = Text("en", "es")

_sources: list[Callable[[], Iterable[Text]]] = []


def speak_from(source: Callable[[], Iterable[Text]]) -> None:
    """Register where an app keeps the texts that its record is made of."""
    if source not in _sources:
        _sources.append(source)


@cache
def _sentences() -> list[Text]:
    """Return every registered text, the longest first."""
    found = (text for source in _sources for text in source())
    return sorted((text for text in found if len(text.en) >= SAID_WHOLE), key=lambda text: -len(text.en))


def said_again(stored: str) -> str:
    """Return what was stored in English in the language spoken now; other words stay as they are."""
    if said(LANGUAGES) == LANGUAGES.en:
        return stored
    for text in _sentences():
        stored = stored.replace(text.en, said(text))
    return stored
