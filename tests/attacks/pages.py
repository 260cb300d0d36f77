"""The forms of the real pages, read back from their markup: what a browser would send, and where to."""

from dataclasses import dataclass, field
from urllib.parse import urlsplit

import lxml.html
from django.urls import resolve

from tests.attacks.wire import browser_of


@dataclass
class Field:
    """One input: ``kind`` is its type, ``values`` what a page fills in, ``choices`` what it offers."""

    kind: str
    values: list = field(default_factory=list)
    choices: list = field(default_factory=list)
    required: bool = False


@dataclass
class Form:
    """A form that posts: the door it goes to, its address, and its fields by name."""

    door: str
    address: str
    fields: dict

    def filled(self):
        """Return what a browser sends of the form as it stands: {name: [values]}."""
        return {name: list(one.values) for name, one in self.fields.items() if one.values}


def forms_of(page, at):
    """Yield each form of a page that posts, other than that of signing out."""
    markup = lxml.html.fromstring(page)
    loose = markup.xpath("//input[@form] | //button[@form] | //select[@form] | //textarea[@form]")
    for form in markup.xpath("//form"):
        if form.get("method", "get").lower() != "post":
            continue
        address = (form.get("action") or at).split("#")[0] or at
        door = resolve(urlsplit(address).path).view_name
        inputs = form.xpath(".//input | .//select | .//textarea | .//button[@name]")
        inputs += [one for one in loose if one.get("form") == form.get("id") and one not in inputs]
        if door != "logout":
            yield Form(door, address, fields_of(inputs))


def fields_of(inputs):
    """Return {name: Field} of these inputs, without the token."""
    fields = {}
    for one in inputs:
        name = one.get("name")
        if not name or name == "csrfmiddlewaretoken":
            continue
        kind = one.get("type", "text") if one.tag == "input" else one.tag
        known = fields.setdefault(name, Field(kind))
        known.required |= one.get("required") is not None
        if kind in ("radio", "checkbox", "button"):
            value = one.get("value", "on")
            known.choices.append(value)
            known.values += [value] if one.get("checked") is not None else []
        elif kind == "select":
            known.choices += [option.get("value", "") for option in one.xpath(".//option")]
            known.values += [option.get("value", "") for option in one.xpath(".//option[@selected]")]
        elif kind == "textarea":
            known.values.append(one.text or "")
        elif kind != "submit" and kind != "file":
            known.values.append(one.get("value", ""))
    return fields


@dataclass
class Entry:
    """A door that takes a form: who may send it, and the form.  ``needs_nothing``: whatever is sent is taken."""

    who: str
    form: Form
    needs_nothing: bool = False
    browser: object = None


def shown(world, who, at, door, nth=0):
    """Return the form that this person's page shows for a door."""
    page = browser_of(world, who).get(at)
    assert page.status_code in (200, 422), (at, page.status_code)
    return [form for form in forms_of(page.content.decode(), at) if form.door == door][nth]


def made(door, at, said, kinds=None):
    """Return a form of these fields; ``kinds``: a form of the same fields, which knows what each asks for."""
    known = dict(kinds.fields) if kinds else {}
    for name, values in said.items():
        values = [str(value) for value in (values if isinstance(values, (list, tuple)) else [values])]
        one = known.get(name) or Field("text")
        known[name] = Field(one.kind, values, one.choices, one.required)
    return Form(door, at, known)
