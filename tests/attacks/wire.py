"""Sends requests as somebody who is signed in, cheaply: no copy of what was drawn, and every write is seen."""

import re
import traceback
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from urllib.parse import unquote_to_bytes

import pytest
from django.core.handlers.base import BaseHandler
from django.core.signals import got_request_exception
from django.db import connection, transaction
from django.template.backends.django import Template
from django.test.client import RequestFactory

from config.security import Utf8Request
from tests.world import a_browser

WRITES = re.compile(r"^\s*(INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+\"?(\w+)", re.IGNORECASE)
BESIDE = {"django_session", "clinic_auditevent", "clinic_auditchain"}  # who looked, and that they are signed in


@dataclass
class Answer:
    """What came back: the response and its text, the tables that were written to, the fault where there was one."""

    status: int
    response: object
    text: str
    written: set
    fault: str = ""


def browser_of(world, who):
    """Return a browser in which this person is signed in; a runner's shows the leg that the world is about."""
    browser = a_browser(world, who)
    if who == "runner":
        browser.post("/me/leg/", {"leg": str(world.case.pk)})
    return browser


class Wire:
    """A line from one person's browser to the product."""

    def __init__(self, world, who, browser=None):
        """Sign in; ``browser``: one that stands somewhere already."""
        browser = browser or browser_of(world, who)
        self.cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in browser.cookies.items())
        self.handler = BaseHandler()
        self.handler.load_middleware()

    def send(self, address, sent, method="POST"):
        """Send one request, as a server hands it on, and return its answer."""
        path, _, query = address.partition("?")
        said = {"QUERY_STRING": "&".join(filter(None, (query, sent.query))), "HTTP_COOKIE": self.cookies}
        said |= {"REQUEST_METHOD": method, "PATH_INFO": unquote_to_bytes(path).decode("latin-1"), **sent.headers}
        said |= {"CONTENT_TYPE": sent.kind, "CONTENT_LENGTH": str(len(sent.body)), "wsgi.input": BytesIO(sent.body)}
        request = Utf8Request(RequestFactory()._base_environ(**said))
        request._dont_enforce_csrf_checks = True
        with watched_writes() as written, watched_faults() as faults:
            response = self.handler.get_response(request)
            content = b"".join(response.streaming_content) if response.streaming else response.content
        return Answer(response.status_code, response, content.decode("utf-8", "replace"), written, "\n".join(faults))


@contextmanager
def watched_writes():
    """Collect the names of the tables that are written to."""
    written = set()

    def look(execute, sql, params, many, context):
        found = WRITES.match(sql)
        if found and found[2] not in BESIDE:
            written.add(found[2])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(look):
        yield written


@contextmanager
def watched_faults():
    """Collect the errors that no view caught."""
    faults = []

    def note(sender, **kwargs):
        faults.append(traceback.format_exc(limit=-4))

    got_request_exception.connect(note)
    try:
        yield faults
    finally:
        got_request_exception.disconnect(note)


@contextmanager
def undrawn():
    """Leave out the drawing of pages, which costs more than all the rest: what a form makes of its input stays."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Template, "render", lambda template, context=None, request=None: "")
        yield


@contextmanager
def undone():
    """Undo whatever is written inside."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
