"""What is held about a runner, in words: what each table, column and value is called in the language spoken now."""

import re
import tomllib
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal
from functools import cache
from pathlib import Path
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from clinic.language import said, said_number, said_reason
from clinic.portability import exported_tables, told
from clinic.terms import Text
from rehab.knowledge import rehab_knowledge
from triage.knowledge import triage_knowledge

CODE = re.compile(r"[a-z0-9]+(_[a-z0-9]+)+")  # a code that no table names: "step_taken"; no address, no sentence
WORDS = Path(__file__).parent / "held.toml"
NO_SIDE = "none"
LONGEST = 600  # letters of one value on paper; the whole of it stands in the JSON file


@dataclass(frozen=True)
class Words:
    """What tables, columns and values are called; ``units`` of columns, and the columns that are for machines.

    ``groups`` are [(title, [tables])]: what belongs together.
    """

    groups: list
    tables: dict
    fields: dict
    units: dict
    values: dict
    hidden: frozenset


@cache
def held_words() -> Words:
    """Read the words, once."""
    read = tomllib.loads(WORDS.read_text())
    columns = read["fields"]
    return Words(
        groups=[(Text(*group["title"]), group["tables"]) for group in read["groups"]],
        tables={name: Text(*pair) for name, pair in read["tables"].items()},
        fields={name: Text(*told[:2]) for name, told in columns.items()},
        units={name: told[2] for name, told in columns.items() if len(told) > 2},
        values={code: Text(*pair) for code, pair in read["values"].items()} | _codes(),
        hidden=frozenset(read["hidden"]),
    )


def _codes():
    """Return what the codes of the knowledge files mean."""
    known, course = triage_knowledge(), rehab_knowledge()
    found = {entry.code: entry.label for entry in known.codes}
    found |= {one.code: one.name for one in (*known.causes.causes, *known.tests.values())}
    found |= {flag.code: flag.title for flag in known.red_flags.flags}
    found |= {question.code: question.text for question in known.safety_set}
    return found | {one.code: one.name for one in (*course.exercises.values(), *course.measures.values())}


def title_of(table) -> str:
    """Return what a table is called; one that nobody named yet goes by its own name."""
    words = held_words().tables.get(table.label)
    return said(words) if words else str(table.model._meta.verbose_name_plural).capitalize()


def contents() -> list[tuple[str, list[str]]]:
    """Return what the file holds as [(heading, [titles])]; what no group names yet stands under the last heading."""
    titles = {table.label: title_of(table) for table in exported_tables()}
    found = [(said(title), [titles.pop(label) for label in tables]) for title, tables in held_words().groups]
    found[-1][1].extend(titles.values())
    return found


def in_words(table, row, names) -> list[list[str]]:
    """Return a row as [[column, value], ...] for people: without what is empty and without what is for machines."""
    words, found = held_words(), []
    for name, value in told(table, row, names).items():
        shown = "" if name in words.hidden or _is_no_side(name, value) else _value(value)
        if shown:
            label, unit = words.fields.get(name), words.units.get(name, "")
            shown = f"{shown}{unit}" if unit in ("%", "/10") else f"{shown} {unit}".rstrip()
            found.append([said(label) if label else name.replace("_", " "), shown])
    return found


def _value(value) -> str:
    """Return one value in words; nothing for nothing, and for a key that only joins two tables."""
    if value in (None, "") or isinstance(value, UUID):
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return date_format(timezone.localtime(value), "SHORT_DATETIME_FORMAT")
    if isinstance(value, (date, time)):
        return date_format(value, "SHORT_DATE_FORMAT") if isinstance(value, date) else f"{value:%H:%M}"
    if isinstance(value, (int, float, Decimal)):
        return said_number(float(value))
    return _shortened(_text(value))


def _text(value):
    words = held_words().values
    if isinstance(value, str):
        return said(words[value]) if value in words else _without_code(value)
    if isinstance(value, list):
        return "; ".join(part for part in map(_value, value) if part)
    if {"name", "role"} == set(value):
        return f"{value['name']} ({_text(value['role'])})" if value["name"] else _text(value["role"])
    if "text" in value:  # a reason, kept with its words
        return said_reason(value)
    return "; ".join(
        f"{_text(str(name))}: {shown}"
        for name, part in value.items()
        if not _is_no_side(name, part) and (shown := _value(part))
    )


def _is_no_side(name, value):
    """Return whether a column says that there is no side; who wrote "none" as their medicines told us something."""
    return name == "side" and value == NO_SIDE


def _without_code(text):
    return text.replace("_", " ") if CODE.fullmatch(text) else text


def _shortened(text):
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} … ({_('in full in the JSON file')})"
