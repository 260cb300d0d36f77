"""What the record keeps in English, said again in the language of the page.

Each app names the texts its rules and its record are made of; whatever else stands in a record stays as it was kept.
A text may leave places: ``{cut:g}``, with a format, for a number, and ``{why}`` for words, which are said again too;
what stands at ``{typed}`` was written by a person and is printed as written.  A text about a danger keeps its English
beside it until the lead of the reader's clinic has confirmed the Spanish.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from string import Formatter

from clinic.language import danger_is_confirmed, speaks_spanish
from clinic.terms import DangerText, Text

SAID_WHOLE = 8  # letters; a shorter name may be part of another word
NUMBER = r"-?\d+(?:\.\d+)?%?"
WORDS = r"[^;:\[\]]+?"  # inside a sentence
REST = r"[^;\[\]]*"  # to its end
TYPED = "typed"  # the place of what a person wrote, whatever stands in it
LONG = (TYPED, "task")
OPEN, ALL = r".+?", r".*"
SET_ASIDE = 0xE000  # letters for private use: each stands for a sentence already found, so that none is said twice

Piece = tuple[str, str, bool]  # words, the place after them or nothing, whether that place is a number

_sources: list[Callable[[], Iterable[Text]]] = []


def speak_from(source: Callable[[], Iterable[Text]]) -> None:
    """Register where an app keeps the texts that its record is made of."""
    if source not in _sources:
        _sources.append(source)


@dataclass(frozen=True)
class Phrase:
    """One text ready to be found: the longest of its words, its expression, and what to say in its place."""

    anchor: str
    pieces: tuple[Piece, ...]
    says: tuple[Piece, ...]
    is_danger: bool

    @cached_property
    def found_by(self) -> re.Pattern[str]:
        """Return the expression that finds the sentence; made when its words first stand somewhere."""
        first, last = self.pieces[0], self.pieces[-1]
        places = [NUMBER if is_number else OPEN if name in LONG else WORDS for _, name, is_number in self.pieces]
        if not last[2]:
            places[-1] = ALL if last[1] == TYPED else REST
        parts = (
            re.escape(words) + (f"(?P<{name}>{place})" if name else "")
            for (words, name, _), place in zip(self.pieces, places, strict=True)
        )
        before = r"(?<![\w.])" if first[0][:1].isalnum() or not first[0] else ""
        after = r"(?![\d%])" if last[2] else r"(?!\w)" if not last[1] and last[0][-1:].isalnum() else ""
        return re.compile(before + "".join(parts) + after, re.DOTALL)


def _pieces(sentence: str) -> tuple[Piece, ...]:
    """Return a sentence in pieces; a place for words at its start is left as it stands in the record."""
    found = tuple((words, name or "", bool(spec)) for words, name, spec, _ in Formatter().parse(sentence))
    return found[1:] if found[0][1] and not found[0][0] and not found[0][2] else found


def _phrase(text: Text) -> Phrase:
    pieces = _pieces(text.en)
    anchor = max((words for words, _, _ in pieces), key=len)
    return Phrase(anchor, pieces, _pieces(text.es), isinstance(text, DangerText))


@cache
def _names() -> dict[str, Text]:
    """Return every registered text by its English, a danger before what merely sounds the same."""
    found = sorted((text for source in _sources for text in source()), key=lambda text: isinstance(text, DangerText))
    return {text.en: text for text in found}


@cache
def _phrases() -> tuple[Phrase, ...]:
    """Return every registered text that its English and Spanish, or their numbers, tell apart; the longest first."""
    found = (text for text in _names().values() if len(text.en) >= SAID_WHOLE)
    told_apart = (text for text in found if text.en != text.es or ":g}" in text.en)
    return tuple(map(_phrase, sorted(told_apart, key=lambda text: -len(text.en))))


def said_again(stored: str) -> str:
    """Return what was stored in English in the language spoken now; other words stay as they are."""
    return _in_spanish(stored, danger_is_confirmed()) if speaks_spanish() else stored


@lru_cache(maxsize=2048)
def _in_spanish(stored: str, confirmed: bool) -> str:
    aside: list[str] = []
    return _restored(_say(stored, aside, confirmed), aside)


def _say(stored: str, aside: list[str], confirmed: bool) -> str:
    """Return words with every known sentence in them set aside, already in Spanish."""
    if re.fullmatch(NUMBER, stored):
        return stored.replace(".", ",").replace("%", " %")
    alone = [_names().get(name) for name in stored.split(", ")]
    known = [text for text in alone if text is not None]
    if len(known) == len(alone):
        return ", ".join(_with_english(text.es, text.en, isinstance(text, DangerText), confirmed) for text in known)
    for phrase in _phrases():
        if phrase.anchor in stored:
            stored = phrase.found_by.sub(
                lambda found, phrase=phrase: _set_aside(found, phrase, aside, confirmed), stored
            )
    return stored


def _set_aside(found: re.Match[str], phrase: Phrase, aside: list[str], confirmed: bool) -> str:
    told = found.groupdict().items()
    places = {name: part if name == TYPED else _say(part, aside, confirmed) for name, part in told}
    spanish = "".join(words + places.get(name, "") for words, name, _ in phrase.says)
    aside.append(_with_english(spanish, found.group(), phrase.is_danger, confirmed))
    return chr(SET_ASIDE + len(aside) - 1)


def _with_english(spanish: str, english: str, is_danger: bool, confirmed: bool) -> str:
    return f"{spanish} ({english})" if is_danger and not confirmed and spanish != english else spanish


def _restored(words: str, aside: list[str]) -> str:
    """Put back what was set aside, the last first: it may hold what was found before it."""
    for at in range(len(aside) - 1, -1, -1):
        words = words.replace(chr(SET_ASIDE + at), aside[at])
    return words
