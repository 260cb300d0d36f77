"""What the record keeps in English, said again in the language of the page.

Each app names the texts its rules and its record are made of; whatever else stands in a record stays as it was kept.
A text may leave places: ``{cut:g}``, with a format, for a number, and ``{why}`` for words, which are said again too;
what stands at ``{typed}`` was written by a person and is printed as written.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from string import Formatter

from clinic.language import speaks_spanish
from clinic.terms import Text

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
    return Phrase(max((words for words, _, _ in pieces), key=len), pieces, _pieces(text.es))


@cache
def _names() -> dict[str, str]:
    """Return the Spanish of every registered text by its English: a short one is said where it stands alone."""
    return {text.en: text.es for source in _sources for text in source()}


@cache
def _phrases() -> tuple[Phrase, ...]:
    """Return every registered text that its English and Spanish, or their numbers, tell apart; the longest first."""
    found = (Text(en, es) for en, es in _names().items() if len(en) >= SAID_WHOLE and (en != es or ":g}" in en))
    return tuple(map(_phrase, sorted(found, key=lambda text: -len(text.en))))


def said_again(stored: str) -> str:
    """Return what was stored in English in the language spoken now; other words stay as they are."""
    return _in_spanish(stored) if speaks_spanish() else stored


@lru_cache(maxsize=2048)
def _in_spanish(stored: str) -> str:
    aside: list[str] = []
    return _restored(_say(stored, aside), aside)


def _say(stored: str, aside: list[str]) -> str:
    """Return words with every known sentence in them set aside, already in Spanish."""
    if re.fullmatch(NUMBER, stored):
        return stored.replace(".", ",").replace("%", " %")
    alone = [_names().get(name) for name in stored.split(", ")]
    if all(name is not None for name in alone):
        return ", ".join(filter(None, alone))
    for phrase in _phrases():
        if phrase.anchor in stored:
            stored = phrase.found_by.sub(lambda found, phrase=phrase: _set_aside(found, phrase, aside), stored)
    return stored


def _set_aside(found: re.Match[str], phrase: Phrase, aside: list[str]) -> str:
    places = {name: part if name == TYPED else _say(part, aside) for name, part in found.groupdict().items()}
    aside.append("".join(words + places.get(name, "") for words, name, _ in phrase.says))
    return chr(SET_ASIDE + len(aside) - 1)


def _restored(words: str, aside: list[str]) -> str:
    """Put back what was set aside, the last first: it may hold what was found before it."""
    for at in range(len(aside) - 1, -1, -1):
        words = words.replace(chr(SET_ASIDE + at), aside[at])
    return words
