"""Reasons in both languages: sentences from the knowledge files with the numbers of this case put in.

A sentence names its numbers in braces, "{minutes} of {wanted} minutes"; both languages name the same ones.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from clinic.terms import Reason, Text

Sentences = Mapping[str, Text]


@dataclass(frozen=True)
class Told(Reason):
    """A reason whose words stand in both languages: ``text`` in English, ``text_es`` in Spanish."""

    text_es: str = ""


def told(sentences: Sentences, code: str, source: Iterable[str], **values: float | Text) -> Told:
    """Return the sentence of a code with its values put in; a code or a value that is missing raises ``KeyError``.

    Numbers lose a needless ".0" and take the decimal comma in Spanish; a ``Text`` is put in by its language.
    """
    sentence = sentences[code]
    english = {name: _word(value, spanish=False) for name, value in values.items()}
    spanish = {name: _word(value, spanish=True) for name, value in values.items()}
    return Told(
        code=code,
        text=sentence.en.format_map(english),
        source=", ".join(source),
        text_es=sentence.es.format_map(spanish),
    )


def as_told(code: str, text: Text, source: Iterable[str]) -> Told:
    """Return the text of a rule or criterion itself as a reason."""
    return Told(code=code, text=text.en, source=", ".join(source), text_es=text.es)


def _word(value: float | Text, spanish: bool) -> str:
    if isinstance(value, Text):
        return value.es if spanish else value.en
    number = f"{round(value, 2):.10g}"
    return number.replace(".", ",") if spanish else number
