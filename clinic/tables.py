"""Reads the knowledge files and refuses them, with every error at once, when they are not whole.

A file is TOML: lists of entries (``[[exercise]]``) and single sections (``[limits]``).  Every read goes
through an :class:`Entry`, which remembers what was asked for; what nobody asked for is an unknown key.
"""

import hashlib
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from clinic.terms import DangerText, Text

ROOT = Path(__file__).resolve().parent.parent
SEED_STATEMENTS = frozenset(
    [f"S1.{number}" for number in range(1, 68)]
    + [f"S2.{number}" for number in range(1, 34)]
    + [f"N{number}" for number in range(1, 8)]
)
MARKS = ("CONV", "GK")
ABOUT_DANGER = ("/red_flags.toml", "/dvt.toml", "/safety_set.toml")
CODE_SHAPE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")


class KnowledgeError(ValueError):
    """The knowledge files are wrong; ``problems`` holds one line for each fault."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        self.problems = problems
        super().__init__("\n".join(problems))


class Checker:
    """Collects what is wrong in one or several files; ``sources`` are the valid source keys."""

    def __init__(self, sources: frozenset[str] | None = None) -> None:
        self.problems: list[str] = []
        self.unreadable: list[str] = []
        self.sources = source_keys() if sources is None else sources

    def report(self, file: str, entry: str, key: str, message: str) -> None:
        """Remember one fault as "file: entry: key: message"."""
        self.problems.append(f"{file}: {entry}: {key}: {message}")

    def raise_problems(self) -> None:
        """Raise one :class:`KnowledgeError` with everything that was reported, if anything was."""
        if self.problems:
            raise KnowledgeError(tuple(self.problems))


class Entry:
    """One entry of a file.  A read that fails is reported and answered with an empty value."""

    def __init__(self, raw: Mapping[str, Any], file: str, name: str, checker: Checker) -> None:
        self._raw = raw
        self.file = file
        self.name = name
        self.checker = checker
        self._read: set[str] = set()

    def report(self, key: str, message: str) -> None:
        """Report a fault of this entry; the loaders use it for what only they can check."""
        self.checker.report(self.file, self.name, key, message)

    def has(self, key: str) -> bool:
        """Return whether a key was written at all."""
        return key in self._raw

    def _get(self, key: str, kind: type | tuple[type, ...], what: str, default: Any, required: bool) -> Any:
        self._read.add(key)
        if key not in self._raw:
            if required:
                self.report(key, "missing")
            return default
        value = self._raw[key]
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            self.report(key, f"must be {what}, not {value!r}")
            return default
        return value

    def word(self, key: str, required: bool = True, choices: tuple[str, ...] = ()) -> str:
        """Return a word or sentence; ``""`` when it is missing and not required."""
        value = str(self._get(key, str, "text", "", required))
        if key in self._raw and not value.strip():
            self.report(key, "empty")
        if choices and value and value not in choices:
            self.report(key, f"{value!r} is none of {', '.join(choices)}")
        return value

    def code(self, key: str = "code") -> str:
        """Return a code: letters, digits, ``_``, ``.`` and ``-``."""
        value = self.word(key)
        if value and not CODE_SHAPE.fullmatch(value):
            self.report(key, f"{value!r} is not a code")
        return value

    def words(self, key: str, required: bool = True, choices: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Return a list of words; ``()`` when it is missing and not required."""
        values = self._get(key, list, "a list of words", [], required)
        if any(not isinstance(value, str) or not value.strip() for value in values):
            self.report(key, "must be a list of words")
            return ()
        if len(set(values)) != len(values):
            self.report(key, "names something twice")
        for value in values:
            if choices and value not in choices:
                self.report(key, f"{value!r} is none of {', '.join(choices)}")
        return tuple(values)

    def text(self, key: str, required: bool = True) -> Text | None:
        """Return ``<key>_en`` and ``<key>_es`` together; one without the other is a fault."""
        both = (f"{key}_en", f"{key}_es")
        if not required and not any(part in self._raw for part in both):
            return None
        kind = DangerText if self.file.endswith(ABOUT_DANGER) else Text
        return kind(*(self.word(part) for part in both))

    def must_text(self, key: str) -> Text:
        """Return a text in both languages that cannot be left out."""
        return self.text(key) or Text("", "")

    def flag(self, key: str, default: bool = False) -> bool:
        """Return true or false; ``default`` when it is missing."""
        return bool(self._get(key, bool, "true or false", default, required=False))

    def whole(self, key: str, required: bool = True) -> int | None:
        """Return a whole number; its unit stands in the key (``rest_seconds``) or it counts things."""
        value: int | None = self._get(key, int, "a whole number", None, required)
        return value

    def number(self, key: str, required: bool = True) -> float | None:
        """Return a number; its unit stands in the key or it is a plain ratio."""
        value: float | None = self._get(key, (int, float), "a number", None, required)
        return value

    def quantity(self, key: str, units: tuple[str, ...], required: bool = True) -> tuple[float | None, str]:
        """Return a number and its unit, which stands in ``<key>_unit`` or ``unit`` and may not be missing."""
        value = self.number(key, required)
        return value, self.unit_of(key, units)

    def unit_of(self, key: str, units: tuple[str, ...]) -> str:
        """Return the unit of a number that was written; ``""`` when there is no number."""
        self._read.update((f"{key}_unit", "unit"))
        if key not in self._raw:
            return ""
        unit = self._raw.get(f"{key}_unit", self._raw.get("unit", ""))
        if not unit:
            self.report(key, "number without unit")
        elif unit not in units:
            self.report(key, f"unit {unit!r} is none of {', '.join(units)}")
            return ""
        return str(unit)

    def numbers(self, key: str, required: bool = True, length: int | None = None) -> tuple[float, ...]:
        """Return a list of numbers, of a fixed length where one is given."""
        values = self._get(key, list, "a list of numbers", [], required)
        if any(isinstance(value, bool) or not isinstance(value, int | float) for value in values):
            self.report(key, "must be a list of numbers")
            return ()
        if length is not None and key in self._raw and len(values) != length:
            self.report(key, f"must hold {length} numbers")
            return ()
        return tuple(values)

    def sources(self, key: str = "source") -> tuple[str, ...]:
        """Return the source keys; an entry without one, or with an unknown one, is a fault."""
        keys = self.words(key)
        if not keys and key in self._raw:
            self.report(key, "missing")
        known = self.checker.sources  # empty while the list of sources itself cannot be read: told once, there
        for source in keys:
            if known and source not in known and source not in SEED_STATEMENTS and source not in MARKS:
                self.report(key, f"unknown source {source!r}")
        return keys

    def mark(self) -> str:
        """Return ``CONV`` or ``GK`` where the clinic's lead must confirm the entry, else ``""``."""
        return self.word("mark", required=False, choices=MARKS)

    def marks(self) -> Mapping[str, str]:
        """Return which values of the entry the clinic's lead must confirm: ``marks = {min_ratio = "CONV"}``."""
        found = self.mapping("marks", required=False)
        for key, mark in found.items():
            if mark not in MARKS:
                self.report("marks", f"{key!r}: {mark!r} is none of {', '.join(MARKS)}")
            if key not in self._raw and f"{key}_en" not in self._raw:
                self.report("marks", f"{key!r} is no key of this entry")
        return {key: mark for key, mark in found.items() if mark in MARKS}

    def section(self, key: str, required: bool = True) -> "Entry":
        """Return a sub-table as an entry of its own; call its ``finish`` too."""
        raw = self._get(key, dict, "a table", {}, required)
        return Entry(raw, self.file, self._below(key), self.checker)

    def children(self, key: str, required: bool = True, name_key: str = "code") -> tuple["Entry", ...]:
        """Return a list of sub-tables; two with the same name are a fault."""
        raws = self._get(key, list, "a list of tables", [], required)
        return tuple(_named(raws, self.file, self._below(key), name_key, self.checker))

    def _below(self, key: str) -> str:
        return key if self.name == "file" else f"{self.name}.{key}"

    def mapping(self, key: str, required: bool = True) -> Mapping[str, Any]:
        """Return a plain sub-table such as ``cover = {core_ext = 2}``; its keys are the loader's to check."""
        return MappingProxyType(dict(self._get(key, dict, "a table", {}, required)))

    def keys(self) -> tuple[str, ...]:
        """Return every key that was written."""
        return tuple(self._raw)

    def finish(self) -> None:
        """Report every key that nobody read."""
        for key in self._raw:
            if key not in self._read:
                self.report(key, "unknown key")


def _named(raws: list[Any], file: str, kind: str, name_key: str, checker: Checker) -> Iterator[Entry]:
    seen: set[str] = set()
    for position, raw in enumerate(raws, start=1):
        if not isinstance(raw, dict):
            checker.report(file, kind, str(position), "must be a table")
            continue
        name = str(raw.get(name_key, f"number {position}"))
        if name_key in raw and name in seen:
            checker.report(file, f"{kind} {name}", name_key, "duplicate code")
        seen.add(name)
        yield Entry(raw, file, f"{kind} {name}", checker)


def read_table(path: Path, checker: Checker) -> Entry:
    """Return a whole file as one entry: ``children`` for its lists, ``section`` for the rest."""
    file = path.relative_to(ROOT).as_posix() if path.is_relative_to(ROOT) else path.name
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        checker.report(file, "file", "-", f"cannot be read: {error}")
        checker.unreadable.append(file)
        return Entry({}, file, "file", Checker(checker.sources))  # what it lacks is not told: it is not known
    return Entry(raw, file, "file", checker)


@dataclass(frozen=True)
class Source:
    """Where a number or a statement comes from."""

    key: str
    title: str
    date: str
    reference: str


@cache
def _read_sources() -> tuple[Mapping[str, Source], tuple[str, ...]]:
    """Return every source by its key, and what is wrong in the list."""
    checker = Checker(sources=frozenset())
    table = read_table(ROOT / "clinic" / "knowledge" / "sources.toml", checker)
    found: dict[str, Source] = {}
    for entry in table.children("source", name_key="key"):
        source = Source(entry.word("key"), entry.word("title"), entry.word("date"), entry.word("reference"))
        entry.finish()
        found[source.key] = source
    table.finish()
    return MappingProxyType(found), tuple(checker.problems)


def sources() -> Mapping[str, Source]:
    """Return every source by its key, read from ``clinic/knowledge/sources.toml``."""
    found, problems = _read_sources()
    if problems:
        raise KnowledgeError(problems)
    return found


def source_keys() -> frozenset[str]:
    """Return every source key that can be read; the faults of the list itself are told by :func:`sources`."""
    return frozenset(_read_sources()[0])


@dataclass(frozen=True)
class KnowledgeVersion:
    """Which knowledge decided: the day it was set and a checksum over all its files."""

    version: str
    sha256: str


@cache
def knowledge_version(root: Path = ROOT) -> KnowledgeVersion:
    """Return the version of every ``*/knowledge/*.toml`` under ``root``, names included, in sorted order.

    Only names and words count: a checkout that ends its lines with CR LF has the same version.
    """
    digest = hashlib.sha256()
    for name in sorted(path.relative_to(root).as_posix() for path in root.glob("*/knowledge/*.toml")):
        digest.update(name.encode() + b"\0")
        digest.update((root / name).read_bytes().replace(b"\r\n", b"\n") + b"\0")
    checker = Checker(sources=frozenset())
    table = read_table(root / "triage" / "knowledge" / "version.toml", checker)
    day = table.word("date")
    table.finish()
    try:
        date.fromisoformat(day)
    except ValueError:
        table.report("date", f"{day!r} is not a date")
    checker.raise_problems()
    return KnowledgeVersion(f"{day}+{digest.hexdigest()[:8]}", digest.hexdigest())


@dataclass(frozen=True)
class MarkedEntry:
    """An entry that is a convention or general knowledge and waits for the clinic's lead."""

    file: str
    name: str
    mark: str


@cache
def marked_entries(root: Path = ROOT) -> tuple[MarkedEntry, ...]:
    """Return every marked entry of every knowledge file, in the order of the files."""
    return tuple(
        entry
        for path in sorted(root.glob("*/knowledge/*.toml"))
        for entry in _marked(tomllib.loads(path.read_text(encoding="utf-8")), path.relative_to(root).as_posix(), "file")
    )


def _marked(node: Any, file: str, name: str) -> Iterator[MarkedEntry]:
    if isinstance(node, list):
        for part in node:
            yield from _marked(part, file, name)
    elif isinstance(node, dict):
        own = node.get("code", node.get("number"))
        if isinstance(own, str | int):
            name = str(own) if isinstance(own, str) else f"{name} {own}"
        if node.get("mark") in MARKS:
            yield MarkedEntry(file, name, node["mark"])
        for key, mark in node.get("marks", {}).items():
            yield MarkedEntry(file, f"{name}: {key}", mark)
        for key, part in node.items():
            yield from _marked(part, file, name if name != "file" else key)
