"""The reasons of the course rules in words, in both languages, filled with what a judgement looked at."""

from collections.abc import Mapping

from clinic.terms import Text
from rehab.rules.course_tables import ProgressTable
from rehab.rules.wording import Told

NOT_KNOWN = "-"


class _Known(dict[str, object]):
    """Values by name; what an older row does not hold is shown as not known."""

    def __missing__(self, name: str) -> str:
        return NOT_KNOWN


def saying(table: ProgressTable, code: str, inputs: Mapping[str, object]) -> Text:
    """Return a reason in English and Spanish, filled with the inputs its judgement keeps.

    Raises KeyError for a code that no saying has.  A value that is missing or ``None`` is shown as ``-``.
    """
    known = _Known({name: value for name, value in inputs.items() if value is not None})
    text = table.sayings[code].text
    return Text(text.en.format_map(known), text.es.format_map(known))


def say(table: ProgressTable, code: str, inputs: Mapping[str, object]) -> Told:
    """Return the same as a reason to keep: its code, its words in both languages and its sources."""
    text = saying(table, code, inputs)
    return Told(code, text.en, ", ".join(table.sayings[code].source), text_es=text.es)
