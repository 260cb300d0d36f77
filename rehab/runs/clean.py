"""Takes from an XML file the few elements that a run needs and writes them anew; the rest never reaches a reader.

The parser is defusedxml with document types refused, so there is no entity to expand and no address to fetch.  What is
written anew has no names, no notes, no namespaces but our own, and no more depth than the format has.
"""

from collections.abc import Mapping
from html import escape

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser, ParseError

MOST_ELEMENTS = 750_000
MOST_POINTS = 50_000  # 13 hours, once a second
LONGEST_VALUE = 64


class Refused(Exception):
    """This file is not read further; ``code`` names the problem the runner is told."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


class _FirstName:
    """A target that stops at the first element."""

    def start(self, tag, attributes):
        raise _Found(_local(tag))


class _Found(Exception):
    def __init__(self, name: str) -> None:
        self.name = name


class Copier:
    """A parser's target that copies the elements of ``shape`` and drops every other one with all below it.

    ``shape`` gives the children wanted below each element, ``attributes`` the attributes wanted of an element,
    ``opening`` what is written for the root and ``spaces`` a namespace to declare on an element.  An element named in
    ``point`` is written only when it holds ``needs``; ``without`` counts those that did not.
    """

    def __init__(
        self, *, shape: Mapping[str, tuple[str, ...]], attributes, opening: str, point: str, needs: str, spaces
    ):
        self.shape, self.attributes, self.opening, self.spaces = shape, attributes, opening, spaces
        self.point, self.needs = point, needs
        self.open: list[str] = []
        self.dropped = 0
        self.elements = 0
        self.points = 0
        self.without = 0
        self.counts: dict[str, int] = {}
        self.written: list[str] = []
        self.point_from = 0
        self.has_need = False
        self.text = ""

    def start(self, tag, attributes):
        """Open an element, or drop it."""
        self.elements += 1
        if self.elements > MOST_ELEMENTS:
            raise Refused("too_big")
        name = _local(tag)
        if self.dropped or (self.open and name not in self.shape.get(self.open[-1], ())):
            self.dropped += 1
            return
        if name == self.point:
            self.point_from, self.has_need = len(self.written), False
        self.counts[name] = self.counts.get(name, 0) + 1
        self.written.append(self._opening(name, attributes) if self.open else self.opening)
        self.open.append(name)
        self.text = ""

    def _opening(self, name, attributes):
        wanted = (key for key in self.attributes.get(name, ()) if key in attributes)
        told = "".join(f' {key}="{escape(attributes[key][:LONGEST_VALUE])}"' for key in wanted)
        space = f' xmlns="{self.spaces[name]}"' if name in self.spaces else ""
        return f"<{name}{space}{told}>"

    def data(self, text):
        """Keep the text of an element that has no children."""
        if not self.dropped and self.open and self.open[-1] not in self.shape and len(self.text) <= LONGEST_VALUE:
            self.text += text[: LONGEST_VALUE + 1]

    def end(self, tag):
        """Close an element; a point without what it needs is taken back."""
        if self.dropped:
            self.dropped -= 1
            return
        name = self.open.pop()
        value = self.text.strip()
        self.text = ""
        if name == self.needs and self.open[-1:] == [self.point]:
            self.has_need = bool(value)
        if name not in self.shape and value and len(value) <= LONGEST_VALUE:
            self.written.append(escape(value))
        self.written.append(f"</{name}>")
        if name == self.point:
            self._end_point()

    def _end_point(self):
        if not self.has_need:
            del self.written[self.point_from :]
            self.without += 1
            return
        self.points += 1
        if self.points > MOST_POINTS:
            raise Refused("too_big")

    def close(self):
        """Return the copy."""
        return "".join(self.written)


def root_of(data: bytes) -> str:
    """Return the name of the outermost element; what is no XML at all is of a wrong kind."""
    try:
        _parse(data[:65536], _FirstName())
    except _Found as found:
        return found.name
    except ParseError as error:
        raise Refused("wrong_kind") from error
    raise Refused("wrong_kind")


def copied(data: bytes, copier: Copier) -> str:
    """Return the copy that the copier made of a document."""
    try:
        return _parse(data, copier)
    except ParseError as error:
        raise Refused("broken") from error


def _parse(data: bytes, target):
    parser = DefusedXMLParser(target=target, forbid_dtd=True)
    try:
        parser.feed(data.lstrip())  # some exports begin with blanks, which XML does not allow
        return parser.close()
    except DefusedXmlException as error:
        raise Refused("refused") from error
